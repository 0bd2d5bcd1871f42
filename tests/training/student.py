"""The student: one vector a word piece, their mean is the text's. Taught by the teacher's vectors of the English side."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tests.training.phrasing import Bags

log = logging.getLogger(__name__)

BATCH: Final = 1_024


@dataclass(frozen=True, slots=True)
class Recipe:
    """rate: of the optimiser at the start, falling to nothing in a straight line. sharpness, likeness: see `loss`."""

    epochs: int = 6
    rate: float = 2e-3
    sharpness: float = 0.05
    likeness: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """A batch: what English says, what Indonesian says, what both should mean (rows of unit length)."""

    english: Bags
    indonesian: Bags
    meant: NDArray[np.float32]
    whole: NDArray[np.float32]


def teach(table: NDArray[np.float32], lessons: Iterator[Lesson], steps: int, recipe: Recipe) -> NDArray[np.float32]:
    """The table after all lessons. table: shape (rows, dimensions)."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models

    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)  # sums in the same order each time; two threads on two busy cores were three times slower
    module = StaticEmbedding(Tokenizer(models.WordPiece()), embedding_weights=torch.from_numpy(table.copy()))
    module.embedding.sparse = True  # a batch touches a tenth of the rows
    student = SentenceTransformer(modules=[module, Normalize()], device="cpu")
    optimiser = torch.optim.SparseAdam(module.embedding.parameters(), lr=recipe.rate)
    started, step, said = time.monotonic(), 0, np.zeros(2)
    for step, lesson in enumerate(lessons, start=1):
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * max(0.02, 1 - step / steps)
        english, indonesian = _read(student, lesson.english), _read(student, lesson.indonesian)
        meant, whole = torch.from_numpy(lesson.meant), torch.from_numpy(lesson.whole)
        wrong = loss(english, indonesian, meant, whole, recipe)
        optimiser.zero_grad()
        wrong.backward()
        optimiser.step()
        with torch.no_grad():
            said += [float((one * meant).sum(1).mean()) for one in (english, indonesian)]
        if step % 100 == 0:
            log.info(
                "step %d of %d, cosine to the teacher %.4f English, %.4f Indonesian, %.0f s",
                step, steps, *(said / 100), time.monotonic() - started,
            )  # fmt: skip
            said[:] = 0
    return np.asarray(module.embedding.weight.detach().numpy())


def loss(english: Any, indonesian: Any, meant: Any, whole: Any, recipe: Recipe) -> Any:
    """How far both are from what was meant, and how differently they see which texts of the batch are alike.

    meant: the teacher's vectors on the student's axes; whole: the same with all dimensions.
    """
    import torch
    from torch.nn import functional as f

    far = (1 - (english * meant).sum(1)).mean() + (1 - (indonesian * meant).sum(1)).mean()
    with torch.no_grad():
        alike = f.softmax(whole @ whole.T / recipe.sharpness, dim=1)
    seen = (english @ meant.T, indonesian @ english.T, english @ indonesian.T)
    unlike = sum(-(alike * f.log_softmax(one / recipe.sharpness, dim=1)).sum(1).mean() for one in seen)
    return far + recipe.likeness * unlike


def _read(student: Any, texts: Bags) -> Any:
    import torch

    ids, offsets = torch.from_numpy(texts.ids.astype(np.int64)), torch.from_numpy(texts.starts[:-1])
    return student({"input_ids": ids, "offsets": offsets})["sentence_embedding"]
