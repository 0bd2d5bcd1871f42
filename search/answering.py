"""Answers to a question in the words of the collection itself: nothing is made up, only found."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Final

from search import analysis
from search.document import Document, Page
from search.highlight import Matcher, highlight
from search.query import Query
from search.results import Answer

MOST_ANSWERS: Final = 3
# Pages that are read for an answer; each is fetched whole.
PAGES_READ: Final = 8

# An answer holds at least this share of what the question asks for, counted by how rare each word is among the pages.
ENOUGH: Final = 0.5
_SHORTEST, _LONGEST = 40, 420

_QUESTION_WORDS: Final = frozenset(
    [
        "apa",
        "apakah",
        "siapa",
        "siapakah",
        "kapan",
        "kapankah",
        "dimana",
        "dimanakah",
        "mana",
        "manakah",
        "mengapa",
        "kenapa",
        "bagaimana",
        "bagaimanakah",
        "berapa",
        "berapakah",
        "what",
        "who",
        "whom",
        "whose",
        "when",
        "where",
        "which",
        "why",
        "how",
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "can",
        "could",
        "should",
    ]
)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“‘(]?[^\W\d_a-z])")


@dataclass(frozen=True, slots=True)
class _Sentence:
    document: Document
    page: Page
    text: str
    found: frozenset[str]


def is_question(text: str) -> bool:
    """Whether a text asks something in a sentence, in Indonesian or English.

    >>> [is_question(t) for t in ("Mengapa laut asin?", "how do corals grow", "What", "laut", "sejarah laut?")]
    [True, True, False, False, True]
    """
    words = analysis.plain_words(text[:200])
    return len(words) > 1 and (text.rstrip().endswith("?") or (words[0] in _QUESTION_WORDS and len(words) > 2))


def answers(query: Query, pages: Iterable[tuple[Document, Page]], most: int = MOST_ANSWERS) -> tuple[Answer, ...]:
    """The sentences of `pages` that hold most of what `query` asks for, best first, one a page.

    Of equals the one of the earlier page in `pages`, which come best first.
    """
    matcher = Matcher(query)
    sentences = [
        _Sentence(document, page, text, matcher.asked_in(analysis.words(text)))
        for document, page in pages
        for text in _passages(page.text)
    ]
    weights = _weights([sentence.found for sentence in sentences], matcher.asked)
    whole = sum(weights.values())
    best: dict[tuple[str, int], tuple[float, _Sentence]] = {}
    for sentence in sentences:
        score = sum(weights[word] for word in sentence.found) / whole if whole else 0.0
        place = (sentence.document.id, sentence.page.number)
        if score >= ENOUGH and score > best.get(place, (0.0,))[0]:
            best[place] = (score, sentence)
    ranked = sorted(best.values(), key=lambda pair: -pair[0])[:most]
    return tuple(
        Answer(s.document, s.page.number, s.page.label, s.page.section, highlight(s.text, query), round(score, 3))
        for score, s in ranked
    )


def _weights(found: Sequence[frozenset[str]], asked: Iterable[str]) -> Mapping[str, float]:
    """What each word asked for tells: the fewer sentences hold it, the more."""
    return {word: 1 + log((len(found) + 1) / (1 + sum(word in each for each in found))) for word in asked}


def _passages(text: str) -> Iterable[str]:
    """Sentences of a page, then each with the next one, since "Ia lahir di sana." answers nothing alone."""
    sentences = [one for one in _SENTENCE_END.split(" ".join(text.split())) if one]
    pairs = [f"{sentence} {following}" for sentence, following in pairwise(sentences)]
    return (text for text in (*sentences, *pairs) if _SHORTEST <= len(text) <= _LONGEST)
