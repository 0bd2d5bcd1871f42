"""What is taught: texts with what they mean, put together from the sources and mixed anew each epoch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.training.phrasing import Bags, Phraser
from tests.training.sources import Pair, Synset, running
from tests.training.student import BATCH, Lesson

RECORDS: Final = 14_000  # of 41,832: more took the teacher's time and helped no measure
RECORD_WORDS: Final = 60
JOINED: Final = (2, 3, 4, 5, 7)  # sentences that make a passage
JOINED_WORDS: Final = 170
BLOCK: Final = 64  # items of one topic that are taught together, in a batch of several topics
TOPICS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Item:
    """English as the teacher reads it; Indonesian that a person wrote, "" to have it said word by word. times: an epoch."""

    english: str
    indonesian: str = ""
    times: int = 1


def items(pairs: Sequence[Pair], synsets: Sequence[Synset], records: Sequence[str], seed: int = 0) -> list[Item]:
    """Sentences and passages with translations count double: they are the only Indonesian as it is written."""
    random = Random(seed)
    found = [Item(pair.english, pair.indonesian, 2) for pair in pairs]
    found += [Item(*joined, 2) for joined in _passages(pairs, random)]
    with_words = [synset for synset in synsets if synset.indonesian]
    found += [Item(synset.text, ", ".join(synset.indonesian[:6])) for synset in with_words]
    found += [Item(synset.english[0], synset.indonesian[0]) for synset in with_words]
    found += [Item(synset.text) for synset in synsets if synset.gloss]
    found += [Item(example) for synset in synsets for example in synset.examples if len(example.split()) > 3]
    chosen = random.sample(list(records), min(RECORDS, len(records)))
    found += [Item(" ".join(record.split()[:RECORD_WORDS])) for record in chosen]
    return list(dict.fromkeys(found))


def _passages(pairs: Sequence[Pair], random: Random) -> Iterator[tuple[str, str]]:
    """Neighbouring sentences joined, up to a passage's length."""
    for stretch in running(pairs):
        at = 0
        while at < len(stretch):
            count = random.choice(JOINED)
            part = stretch[at : at + count]
            at += count
            english = " ".join(pair.english for pair in part)
            if len(part) > 1 and len(english.split()) <= JOINED_WORDS:
                yield english, " ".join(pair.indonesian for pair in part)


class Course:
    """All lessons. meant, whole: rows of unit length, one an item, on the student's axes and on the teacher's."""

    def __init__(
        self,
        items: Sequence[Item],
        english: Bags,
        written: Bags,
        phraser: Phraser,
        meant: NDArray[np.float32],
        whole: NDArray[np.float32],
    ) -> None:
        """written: the Indonesian of the items that have some, in their order; the phraser says the others."""
        has = np.array([bool(item.indonesian) for item in items])
        self._written, self._said = np.flatnonzero(has), np.flatnonzero(~has)
        self._order = np.repeat(np.arange(len(items)), [item.times for item in items])
        self._english, self._indonesian, self._phraser = english, written, phraser
        self._meant, self._whole = meant, whole
        self._topic = _topics(whole)

    @property
    def steps(self) -> int:
        """Lessons an epoch."""
        return len(self._order) // BLOCK * BLOCK // BATCH

    def _mixed(self, random: np.random.Generator) -> NDArray[np.int64]:
        """All items in a new order, BLOCK of a topic together: what is nearly alike is what is hard to tell apart."""
        order = random.permutation(self._order)
        order = order[np.argsort(self._topic[order], kind="stable")]
        blocks = order[: len(order) // BLOCK * BLOCK].reshape(-1, BLOCK)
        return random.permutation(blocks).ravel()

    def lessons(self, epochs: int, seed: int) -> Iterator[Lesson]:
        random = np.random.default_rng(seed)
        place = np.empty(len(self._english), np.int64)
        for _ in range(epochs):
            both = joined(self._indonesian, self._phraser.say(random))
            place[np.concatenate([self._written, self._said])] = np.arange(len(place))
            order = self._mixed(random)
            for start in range(0, self.steps * BATCH, BATCH):
                which = order[start : start + BATCH]
                yield Lesson(self._english.take(which), both.take(place[which]), self._meant[which], self._whole[which])


def _topics(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """For each, the number of the nearest of TOPICS among them."""
    centres = vectors[np.random.default_rng(0).choice(len(vectors), min(TOPICS, len(vectors)), replace=False)].T
    parts = range(0, len(vectors), 4 * BATCH)
    return np.concatenate([(vectors[at : at + 4 * BATCH] @ centres).argmax(axis=1) for at in parts])


def joined(first: Bags, second: Bags) -> Bags:
    """The texts of both, in order."""
    return Bags(
        np.concatenate([first.ids, second.ids]), np.concatenate([first.starts[:-1], first.starts[-1] + second.starts])
    )
