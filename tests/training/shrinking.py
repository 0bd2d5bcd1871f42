"""From a trained table to what is shipped: whole numbers of one byte, and a scale for each piece."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.training.phrasing import Bags

LARGEST: Final = 127
# Of 0, 0.1, 0.2, 0.25, 0.35 and 0.5 the best over all development sets: questions across languages gain one or two
# hundredths, IDK-MRC one, CISI three; TICO-19 loses nothing yet.
EVENNESS: Final = 0.2
PART: Final = 2_000


def axes(vectors: NDArray[np.float32], dimensions: int) -> NDArray[np.float32]:
    """The directions in which unit vectors differ most, as columns: shape (theirs, dimensions). Not centred, so that
    the cosines of what is projected stay near those of the vectors."""
    values, directions = np.linalg.eigh((vectors.T @ vectors).astype(np.float64))
    return np.asarray(directions[:, np.argsort(values)[::-1][:dimensions]], np.float32)


def means(table: NDArray[np.float32], texts: Bags) -> NDArray[np.float32]:
    """The vector of each text, at unit length."""
    found = []
    for start in range(0, len(texts), PART):
        part = texts.take(np.arange(start, min(start + PART, len(texts))))
        summed = np.add.reduceat(table[part.ids], part.starts[:-1], axis=0)
        found.append(summed / (np.linalg.norm(summed, axis=1, keepdims=True) + 1e-9))
    return np.concatenate(found)


def evened(table: NDArray[np.float32], texts: Bags, evenness: float = EVENNESS) -> NDArray[np.float32]:
    """The table on axes where texts differ more equally, 0.5 being fully so (whitening).

    All texts share a few directions that say little of any; where they count for less, what is near is nearer in what
    was asked.
    """
    vectors = means(table, texts).astype(np.float64)
    values, directions = np.linalg.eigh(vectors.T @ vectors)
    weights = (np.maximum(values, values.max() * 1e-6) / values.max()) ** -evenness
    return np.asarray(table @ (directions * weights), np.float32)


def bytes_of(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as whole numbers -127 to 127, and what a row is to be multiplied with."""
    scales = np.maximum(np.abs(table).max(axis=1), 1e-12) / LARGEST
    return np.round(table / scales[:, None]).astype(np.int8), scales.astype(np.float32)
