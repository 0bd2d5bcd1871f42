"""English texts said in Indonesian word by word, anew each time: the student reads bags of words, so order is no matter.

A word of several meanings is translated in the one that fits the text: the teacher's vector of the text is held against
those of the meanings' glosses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from tests.training.lexicon import DOUBT, Lexicon, words
from tests.training.vocabulary import UNKNOWN_ROW, Vocabulary

MAX_SENSES: Final = 8
MAX_SYNONYMS: Final = 4
# Cosines to fitting and unfitting glosses differ by about a tenth: at this temperature that is a factor of four.
TEMPERATURE: Final = 0.07
DROPPED: Final = frozenset({"the", "a", "an"})  # Indonesian has no articles
MAX_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Bags:
    """Texts as numbers of rows: text i is ids[starts[i]:starts[i + 1]]."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, which: NDArray[np.int64]) -> "Bags":
        sizes = self.starts[which + 1] - self.starts[which]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        places = np.arange(starts[-1]) + np.repeat(self.starts[which] - starts[:-1], sizes)
        return Bags(self.ids[places], starts)


def bags(tokenizer: Tokenizer, vocabulary: Vocabulary, texts: Sequence[str]) -> Bags:
    """A text without a known piece has the unknown one."""
    encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    ids = [encoding.ids or [UNKNOWN_ROW] for encoding in encodings]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in ids])]).astype(np.int64)
    return Bags(vocabulary.rows[np.fromiter((i for one in ids for i in one), np.int32, starts[-1])], starts)


class Phraser:
    """texts: English, with the teacher's vector of each. glosses: the teacher's of each synset of the lexicon."""

    def __init__(
        self,
        lexicon: Lexicon,
        tokenizer: Tokenizer,
        vocabulary: Vocabulary,
        texts: Sequence[str],
        vectors: NDArray[np.float32],
        glosses: NDArray[np.float32],
    ) -> None:
        numbers: dict[str, int] = {}
        said = [[numbers.setdefault(w, len(numbers)) for w in words(text)[:MAX_WORDS]] for text in texts]
        word_of = np.fromiter((n for one in said for n in one), np.int64)
        text_of = np.repeat(np.arange(len(texts)), [len(one) for one in said])
        renderings: dict[str, int] = {}
        slots = [_slots(lexicon, word, renderings) for word in numbers]
        rendering, weight, sense = (np.array([slot[part] for one in slots for slot in one]) for part in range(3))
        first = np.concatenate([[0], np.cumsum([len(one) for one in slots])])
        # One slot for each way to say each word of each text.
        count = (first[1:] - first[:-1])[word_of]
        place_of = np.repeat(np.arange(len(word_of)), count)
        slot = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first[word_of], count)
        chance = weight[slot].astype(np.float64)
        with_sense = np.flatnonzero(sense[slot] >= 0)
        fit = _cosines(vectors, glosses, text_of[place_of[with_sense]], sense[slot[with_sense]])
        before = np.bincount(place_of[with_sense], chance[with_sense], len(word_of))
        chance[with_sense] *= np.exp(fit / TEMPERATURE)
        after = np.bincount(place_of[with_sense], chance[with_sense], len(word_of))
        # The fit moves weight between meanings, not between the wordnets and what was seen in translations.
        chance[with_sense] *= (before / np.maximum(after, 1e-12))[place_of[with_sense]]
        whole = np.bincount(place_of, chance, len(word_of))
        self._cumulative = np.cumsum(chance / whole[place_of])
        self._rendering = rendering[slot].astype(np.int32)
        self._text_of = text_of
        self._bags = bags(tokenizer, vocabulary, list(renderings))
        self._empty = np.array([not text for text in renderings])
        self._count = len(texts)

    def say(self, random: np.random.Generator) -> Bags:
        """All texts, each word in one of its translations."""
        drawn = np.searchsorted(self._cumulative, np.arange(len(self._text_of)) + random.random(len(self._text_of)))
        chosen = self._rendering[np.minimum(drawn, len(self._rendering) - 1)]
        kept = ~self._empty[chosen]
        said = self._bags.take(chosen[kept].astype(np.int64))
        sizes = said.starts[1:] - said.starts[:-1]
        lengths = np.bincount(self._text_of[kept], sizes, self._count).astype(np.int64)
        return _none_empty(said.ids, lengths)


def _none_empty(ids: NDArray[np.int32], lengths: NDArray[np.int64]) -> Bags:
    ends = np.cumsum(lengths)
    ids = np.insert(ids, ends[lengths == 0], UNKNOWN_ROW)
    return Bags(ids, np.concatenate([[0], np.cumsum(np.maximum(lengths, 1))]))


def _slots(lexicon: Lexicon, word: str, renderings: dict[str, int]) -> list[tuple[int, float, int]]:
    """Ways to say a word: number of the rendering, weight, number of the synset or -1. Weights sum to 1."""

    def number(text: str) -> int:
        return renderings.setdefault(text, len(renderings))

    if word in DROPPED:
        return [(number(""), 1.0, -1)]
    senses = lexicon.senses.get(lexicon.base(word), ())[:MAX_SENSES]
    aligned = lexicon.to_indonesian.get(word, ()) if lexicon.seen_english[word] > 1 else ()
    if not senses and not aligned:
        return [(number(word), 1.0, -1)]
    trust = lexicon.seen_english[word] / (lexicon.seen_english[word] + DOUBT) if aligned else 0.0
    trust = trust if senses else 1.0
    likely = sum(weight for _, weight in aligned) or 1.0
    found = [(number(text), trust * weight / likely, -1) for text, weight in aligned]
    for sense in senses if trust < 1 else ():
        synonyms = lexicon.synsets[sense].indonesian[:MAX_SYNONYMS]
        found += [(number(text), (1 - trust) / len(senses) / len(synonyms), sense) for text in synonyms]
    return found


def _cosines(
    texts: NDArray[np.float32], glosses: NDArray[np.float32], text: NDArray[np.int64], gloss: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Cosine of each text to each gloss named beside it; in pieces, for memory."""
    asked, back = np.unique(text * len(glosses) + gloss, return_inverse=True)
    found = np.empty(len(asked))
    for start in range(0, len(asked), 1 << 16):
        part = asked[start : start + (1 << 16)]
        found[start : start + (1 << 16)] = np.einsum(
            "ij,ij->i", texts[part // len(glosses)], glosses[part % len(glosses)]
        )
    return found[back]
