"""Trains the shipped model: python -m tests.training --data FOLDER --cache FOLDER [--out FOLDER]

Needs what tests/training/requirements.txt lists, the data of sources.py, and half an hour on two cores, most of it
for the teacher's vectors, which are kept in --cache. The same data, versions and seed give the same model, but for what
a different processor rounds otherwise.
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.sentence_embedding import minilm
from tests.training import beginning, export, lexicon, phrasing, shrinking, sources, student, vocabulary
from tests.training.lessons import Course, items, joined
from tests.training.teacher import Teacher

DIMENSIONS: Final = 256
EVENED_BY: Final = 60_000  # English texts; the Indonesian that people wrote is about as much
RECIPE: Final = student.Recipe()


def main() -> None:
    read = argparse.ArgumentParser(prog="python -m tests.training", description=(__doc__ or "").partition("\n")[0])
    read.add_argument("--data", type=Path, required=True, help="folder with the sources")
    read.add_argument("--cache", type=Path, required=True, help="folder for the teacher's vectors; a run goes on there")
    read.add_argument("--out", type=Path, default=Path("search/static_model"))
    read.add_argument(
        "--exact", action="store_true", help="the teacher in float32: twice as long, where bfloat16 is fast"
    )
    asked = read.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    train(asked.data, Teacher(asked.cache, exact=asked.exact), asked.out)


def train(data: Path, teacher: Teacher, out: Path, recipe: student.Recipe = RECIPE) -> None:
    """Writes the model's files into `out`."""
    pairs, synsets, records = sources.pairs(data), sources.synsets(data) + sources.terms(), sources.record_texts(data)
    known = lexicon.learn(pairs, synsets)
    taught = items(pairs, synsets, records, recipe.seed)
    chosen = vocabulary.chosen(
        minilm() / "tokenizer.json",
        [word for synset in synsets for word in synset.indonesian],
        [pair.indonesian for pair in pairs] + sources.indonesian_texts(data),
        [item.english for item in taught] + records,
    )
    cutter = vocabulary.tokenizer(chosen.pieces)

    def say(texts: Sequence[str]) -> NDArray[np.float32]:
        return teacher.vectors(texts).astype(np.float32)

    whole, glosses = say([item.english for item in taught]), say([synset.text for synset in synsets])
    spoken = np.array([not item.indonesian for item in taught])
    phraser = phrasing.Phraser(
        known, cutter, chosen, [item.english for item in taught if not item.indonesian], whole[spoken], glosses
    )
    english = phrasing.bags(cutter, chosen, [item.english for item in taught])
    written = phrasing.bags(cutter, chosen, [item.indonesian for item in taught if item.indonesian])
    own = chosen.pieces[: chosen.row_count]
    table = beginning.table(
        own, known, say, glosses, [english, written, phraser.say(np.random.default_rng(recipe.seed))]
    )
    turned = shrinking.axes(whole, DIMENSIONS)
    meant = whole @ turned
    meant /= np.linalg.norm(meant, axis=1, keepdims=True)
    course = Course(taught, english, written, phraser, meant, whole)
    table = student.teach(
        table @ turned, course.lessons(recipe.epochs, recipe.seed), recipe.epochs * course.steps, recipe
    )
    sample = np.random.default_rng(recipe.seed).choice(len(english), min(EVENED_BY, len(english)), replace=False)
    table = shrinking.evened(table, joined(english.take(sample), written))
    export.write(out, cutter, chosen, table)
    export.write_card(out, data, recipe)


if __name__ == "__main__":
    main()
