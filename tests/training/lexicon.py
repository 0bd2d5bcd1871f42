"""Which Indonesian words say an English word, and the other way round, with weights.

Two witnesses: translated sentences, aligned word by word (IBM Model 1: Brown and others 1993), and the wordnets.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.training.sources import Pair, Synset

ROUNDS: Final = 6
MAX_WORDS: Final = 60  # of a sentence, in alignment: the table of pairs of words grows with the square
LEAST: Final = 0.05  # a translation less likely than this is chance
KEPT: Final = 6
# An aligned translation of a word seen n times weighs n / (n + DOUBT) against the wordnets' share.
DOUBT: Final = 3.0

Weights = Mapping[str, Sequence[tuple[str, float]]]
_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")


def words(text: str) -> list[str]:
    """Words in small letters, hyphenated ones whole.

    >>> words("Kupu-kupu itu: 12 ekor")
    ['kupu-kupu', 'itu', 'ekor']
    """
    return _WORD.findall(text.lower())


@dataclass(frozen=True)
class Lexicon:
    """to_indonesian, to_english: aligned translations of a word, weights summing to 1 at most."""

    synsets: Sequence[Synset]
    to_indonesian: Weights
    to_english: Weights
    seen_english: Counter[str]
    seen_indonesian: Counter[str]

    @cached_property
    def senses(self) -> Mapping[str, Sequence[int]]:
        """Numbers of the synsets that have Indonesian words, by English word (one word, small letters)."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, synset in enumerate(self.synsets):
            for word in synset.english if synset.indonesian else ():
                if " " not in word:
                    found[word.lower()].append(number)
        return found

    @cached_property
    def meanings(self) -> Mapping[str, Sequence[int]]:
        """Numbers of the synsets an Indonesian word is in."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, synset in enumerate(self.synsets):
            for word in synset.indonesian:
                found[word].append(number)
        return found

    def base(self, word: str) -> str:
        """An English word's form in the wordnet: "libraries" is "library"; itself when it has none.

        The endings are those of WordNet's own morphology (Morphy), without its lists of exceptions.
        """
        if word in self.senses:
            return word
        for ending, instead in _ENDINGS:
            if word.endswith(ending) and (stem := word[: -len(ending)] + instead) in self.senses:
                return stem
        return word

    def english_of(self, word: str) -> list[tuple[str, float]]:
        """English words for an Indonesian one, weights summing to 1; empty when none is known."""
        found: dict[str, float] = defaultdict(float)
        meanings = self.meanings.get(word, ())
        for number in meanings:
            named = [w.lower() for w in self.synsets[number].english[:3]]
            for english in named:
                found[english] += 1 / len(named) / len(meanings)
        trust = self.seen_indonesian[word] / (self.seen_indonesian[word] + DOUBT) if meanings else 1.0
        mixed = defaultdict(float, {english: weight * (1 - trust) for english, weight in found.items()})
        for english, weight in self.to_english.get(word, ()):
            mixed[english] += weight * trust
        best = sorted(mixed.items(), key=lambda item: (-item[1], item[0]))[:KEPT]
        whole = sum(weight for _, weight in best)
        return [(english, weight / whole) for english, weight in best if weight > 0]


_ENDINGS: Final = (
    ("s", ""), ("ies", "y"), ("es", ""), ("es", "e"), ("ing", ""), ("ing", "e"),
    ("ed", ""), ("ed", "e"), ("ied", "y"), ("er", ""), ("est", ""), ("'s", ""),
)  # fmt: skip


def learn(pairs: Sequence[Pair], synsets: Sequence[Synset]) -> Lexicon:
    sentences = [(words(pair.english)[:MAX_WORDS], words(pair.indonesian)[:MAX_WORDS]) for pair in pairs]
    english = Counter(word for sentence, _ in sentences for word in sentence)
    indonesian = Counter(word for _, sentence in sentences for word in sentence)
    # The wordnets as very short sentences: they keep alignment from pairing rare words by chance.
    named = [
        (words(one), words(other))
        for s in synsets
        if s.indonesian
        for one in s.english[:2]
        for other in s.indonesian[:2]
    ]
    both = sentences + named
    forward = align(both)
    back = align([(target, source) for source, target in both])
    return Lexicon(synsets, forward, back, english, indonesian)


def align(sentences: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Weights:
    """p(target word | source word) by expectation and maximisation (IBM Model 1), likely ones only, best first.

    >>> pairs = [(["red", "house"], ["rumah", "merah"]), (["red"], ["merah"]), (["house"], ["rumah"])]
    >>> align(pairs)["house"][0][0]
    'rumah'
    """
    sources, targets = _numbers(s for s, _ in sentences), _numbers(t for _, t in sentences)
    wide = len(targets)
    codes, owners, owner = [], [], 0
    for source, target in sentences:
        # 0 is the empty word, which stands for what has no counterpart.
        row = np.array([0, *(sources[word] + 1 for word in source)], np.int64) * wide
        for word in target:
            codes.append(row + targets[word])
            owners.append(np.full(len(row), owner, np.int32))
            owner += 1
    links, link_of = np.unique(np.concatenate(codes), return_inverse=True)
    of = np.concatenate(owners)
    source_of = links // wide
    p: NDArray[np.float64] = np.ones(len(links))
    for _ in range(ROUNDS):
        share = p[link_of]
        share /= np.bincount(of, share, owner)[of]
        count = np.bincount(link_of, share, len(links))
        p = count / np.bincount(source_of, count, len(sources) + 1)[source_of]
    names, meant = list(sources), list(targets)
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for link in np.flatnonzero((p > LEAST) & (source_of > 0)):
        found[names[source_of[link] - 1]].append((meant[links[link] % wide], float(p[link])))
    return {word: sorted(likely, key=lambda item: (-item[1], item[0]))[:KEPT] for word, likely in found.items()}


def _numbers(sentences: Iterable[Sequence[str]]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for sentence in sentences:
        for word in sentence:
            numbers.setdefault(word, len(numbers))
    return numbers
