"""The table before training: each piece where the teacher, or the translation, puts it."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.training.lexicon import Lexicon
from tests.training.phrasing import Bags

# Weight of a piece that makes up the share p of all text: a / (a + p). Arora and others 2017 (SIF), a as there.
SIF: Final = 1e-3
INSIDE: Final = 0.5  # a piece inside a word says less of it than the teacher says of the piece alone

Say = Callable[[Sequence[str]], NDArray[np.float32]]


def table(
    pieces: Sequence[str], lexicon: Lexicon, say: Say, glosses: NDArray[np.float32], read: Sequence[Bags]
) -> NDArray[np.float32]:
    """Shape (len(pieces), the teacher's dimensions).

    say: the teacher. glosses: its vectors of the lexicon's synsets. read: all texts of the course, for frequencies.
    """
    rows = say([piece.removeprefix("##") or piece for piece in pieces])
    translated = {
        place: lexicon.english_of(piece)
        for place, piece in enumerate(pieces)
        if _is_indonesian(piece, lexicon) and lexicon.english_of(piece)
    }
    english = sorted({word for likely in translated.values() for word, _ in likely})
    vectors = dict(zip(english, say(english), strict=True))
    for place, likely in translated.items():
        rows[place] = sum(weight * vectors[word] for word, weight in likely)
        if meanings := lexicon.meanings.get(pieces[place]):
            rows[place] += glosses[list(meanings)].mean(axis=0)
    rows -= rows.mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6
    rows[[piece.startswith("##") for piece in pieces]] *= INSIDE
    seen = np.ones(len(pieces))
    for bags in read:
        seen += np.bincount(bags.ids, minlength=len(pieces))
    return np.asarray(rows * (SIF / (SIF + seen / seen.sum()))[:, None], np.float32)


def _is_indonesian(piece: str, lexicon: Lexicon) -> bool:
    """Whether a piece is rather an Indonesian word than an English one: "air" is water first."""
    indonesian, english = lexicon.seen_indonesian[piece], lexicon.seen_english[piece]
    if indonesian or english:
        return indonesian > english
    return piece in lexicon.meanings and piece not in lexicon.senses
