"""Which word translates which, learned from sentences and their translations."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

ROUNDS: Final = 6

# Less is noise of the model: every word of a pair is tried with every word of the other side.
MIN_PROBABILITY: Final = 0.02

Words = Sequence[str]


def translation_table(pairs: Iterable[tuple[Words, Words]]) -> dict[str, dict[str, float]]:
    """For each word of a first sentence, the probabilities of the words of the second that translate it.

    IBM Model 1 (Brown et al. 1993, section 4.1) with an empty word that may translate anything, trained by
    expectation maximisation from equal chances. A sentence without words makes its pair count for nothing.

    >>> pairs = [(["rumah", "besar"], ["big", "house"]), (["rumah"], ["house"])]
    >>> max(translation_table(pairs)["besar"].items(), key=lambda item: item[1])[0]
    'big'
    """
    sources: dict[str, int] = {"": 0}
    targets: dict[str, int] = {}
    source_cells: list[NDArray[np.int64]] = []
    target_cells: list[NDArray[np.int64]] = []
    place_cells: list[NDArray[np.int64]] = []
    places = 0  # a place is one word of a second sentence; its cells are the words it may come from
    for first, second in pairs:
        if not first or not second:
            continue
        source = np.array([0] + [sources.setdefault(word, len(sources)) for word in first], np.int64)
        target = np.array([targets.setdefault(word, len(targets)) for word in second], np.int64)
        source_cells.append(np.tile(source, len(target)))
        target_cells.append(np.repeat(target, len(source)))
        place_cells.append(np.repeat(np.arange(places, places + len(target)), len(source)))
        places += len(target)
    if not places:
        return {}
    place = np.concatenate(place_cells)
    pair, cell_pair = np.unique(
        np.concatenate(source_cells) * len(targets) + np.concatenate(target_cells), return_inverse=True
    )
    pair_source = pair // len(targets)
    probability = np.ones(len(pair))
    for _ in range(ROUNDS):
        share = probability[cell_pair]
        share /= np.bincount(place, share, places)[place]
        counts = np.bincount(cell_pair, share, len(pair))
        probability = counts / np.bincount(pair_source, counts, len(sources))[pair_source]
    source_words, target_words = list(sources), list(targets)
    table: dict[str, dict[str, float]] = {}
    for index in np.nonzero((probability >= MIN_PROBABILITY) & (pair_source > 0))[0]:
        row = table.setdefault(source_words[pair_source[index]], {})
        row[target_words[int(pair[index] % len(targets))]] = float(probability[index])
    return table
