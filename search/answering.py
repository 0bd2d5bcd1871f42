"""Answers to a question in the words of the collection itself: nothing is made up, only found."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Final

from search import analysis
from search.analysis import Word
from search.definitions import defined, to_be_explained, where_defined
from search.document import Document, Page
from search.highlight import Matcher, highlight
from search.interrogatives import KINDS_OF_THINGS, Kind, how_fit, interrogative
from search.query import Query, words_of
from search.results import Answer
from search.schema import RELEVANCE
from search.sentences import sentences

MOST_ANSWERS: Final = 3
# E-books that are looked into for an answer, pages of each that may hold it, and pages that are read, each fetched whole.
BOOKS_READ: Final = 3
PAGES_OF_A_BOOK: Final = 5
PAGES_READ: Final = 12

# An answer holds at least this share of what the question asks for, counted by how rare each word is among the
# sentences read ...
ENOUGH: Final = 0.75
# ... and itself as many of the words ...
FEWEST: Final = 2
# ... and of the words that tell something, between the first and the last of them, at least this share is asked for.
NEAR: Final = 0.35
# What the title of the book says already counts this much of what the sentence says itself.
IN_TITLE: Final = 0.5
# How much of the score is nearness; and how far below the best one another answer may be.
NEARNESS: Final = 0.3
AS_GOOD: Final = 0.95

# What a book says elsewhere: "we will explore how to find the inverse in the next section"; not "in this chapter, 'boat' means".
_PROMISES: Final = re.compile(
    r"\b(?:(?:next|following|previous) (?:section|chapter)|in this (?:section|chapter),? (?:we|you)"
    r"|(?:bab|bagian|subbab) (?:berikut(?:nya)?|selanjutnya|ini (?:akan|kita|membahas|menjelaskan)))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """near: how near the asked words stand to each other, 1 when nothing is between them. fit: how well it is the kind of
    sentence that is asked for, 0..1."""

    document: Document
    page: Page
    text: str
    words: Sequence[Word]
    found: frozenset[str]
    near: float
    fit: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question asks for.

    words: its telling words, folded; names: those of them that are names; needed: that a sentence must hold. kind: of answer.
    thing: of a definition, the words of what is to be explained. person: that is somebody.
    """

    matcher: Matcher
    as_typed: Matcher
    words: frozenset[str]
    names: frozenset[str]
    needed: frozenset[str]
    kind: Kind
    thing: frozenset[str]
    person: bool


def is_question(text: str) -> bool:
    """Whether a text asks something in a sentence, in Indonesian or English.

    >>> [is_question(t) for t in ("Mengapa laut asin?", "how do corals grow", "What", "laut", "sejarah laut?")]
    [True, True, False, False, True]
    """
    words = analysis.plain_words(text[:400])
    asked = interrogative(text)
    return asked is not None and len(words) > 1 and (text.rstrip().endswith("?") or (asked.certain and len(words) > 2))


def looked_for(query: Query) -> Query:
    """The search for pages that may answer: without the words that only say what kind of thing is asked for."""
    telling = query.keeping(lambda clause: clause.phrase or clause.text.lower() not in KINDS_OF_THINGS)
    return replace(telling, wordless=False, loose=True, sort=RELEVANCE)


def may_define(query: Query) -> Query | None:
    """The search for pages that may define what a question wants explained; None where it wants something else."""
    asked = _asked(query)
    thing = to_be_explained(query.text) if asked.kind == "definition" else ""
    return where_defined(query, thing) if thing else None


def answers(query: Query, pages: Iterable[tuple[Document, Page]], most: int = MOST_ANSWERS) -> tuple[Answer, ...]:
    """The sentences of `pages` that hold what `query` asks for, best first, one a page and each text once.

    Of equals the one of the earlier page in `pages`, which come best first.
    """
    asked = _asked(query)
    if not asked.words:
        return ()
    read = [sentence for document, page in pages for sentence in _read(document, page, asked)]
    weights = _weights([sentence.found for sentence in read], asked.words)
    best: dict[tuple[str, int], tuple[float, _Sentence]] = {}
    for sentence in read:
        place = (sentence.document.id, sentence.page.number)
        score = _score(sentence, asked, weights)
        if score > best.get(place, (0.0,))[0]:
            best[place] = (score, sentence)
    ranked = sorted(best.values(), key=lambda pair: -pair[0])
    shown: dict[str, Answer] = {}
    for score, s in ranked:
        if score >= AS_GOOD * ranked[0][0] and s.text not in shown:
            text = highlight(s.text, query)
            shown[s.text] = Answer(s.document, s.page.number, s.page.label, s.page.section, text, round(score, 3))
    return tuple(shown.values())[:most]


def _asked(query: Query) -> _Asked:
    matcher = Matcher(query)
    telling = frozenset(word for word in matcher.asked if word not in KINDS_OF_THINGS)
    names = telling & _names(query.text)
    how = interrogative(query.text)
    person = how is not None and how.kind == "person"
    explained = frozenset(analysis.plain_words(to_be_explained(query.text)))
    kind: Kind = how.kind if how is not None else "other"
    if person and explained and explained <= names:
        kind = "definition"  # who somebody is that is named: "Who is Lawrence Lessig?"
    elif kind != "definition" and (len(telling) == 1 or (person and telling <= names)):
        telling = frozenset()  # one word is a topic, not a question about it; names alone do not tell what somebody did
    thing = telling & explained if kind == "definition" else frozenset()
    needed = _needed(query, telling) if kind == "person" else frozenset()
    return _Asked(matcher, Matcher(query.as_typed()), telling, names, needed, kind, thing, person)


def _needed(query: Query, telling: frozenset[str]) -> frozenset[str]:
    """The first telling word of what asks for a person: what that person does or is."""
    first = next((word for word in words_of(query.wanted) if word in telling), None)
    return frozenset((first,)) if first else frozenset()


def _names(text: str) -> frozenset[str]:
    """What is written with a capital, or is a number: an answer about another one is wrong."""
    words = analysis.words(text)
    lettered = text.upper() != text
    return frozenset(
        word.text
        for place, word in enumerate(words)
        if text[word.start].isdigit() or (lettered and place and text[word.start].isupper())
    )


def _read(document: Document, page: Page, asked: _Asked) -> Iterator[_Sentence]:
    # A name that the title says already need not be said.
    thing = asked.thing - (asked.names & asked.matcher.asked_in(analysis.words(document.title))) or asked.thing
    for text in sentences(page.text):
        if _PROMISES.search(text):
            continue
        words = analysis.words(text)
        forms = [asked.matcher.form_of(word.text) for word in words]
        places = [place for place, form in enumerate(forms) if form in asked.words]
        if not places:
            continue
        fit = (
            defined(text, words, forms, thing, person=asked.person)
            if asked.kind == "definition"
            else how_fit(asked.kind, text, words, places)
        )
        if fit:
            found = frozenset(form for form in forms if form in asked.words)
            yield _Sentence(document, page, text, words, found, _nearness(words, forms, found), fit)


def _nearness(words: Sequence[Word], forms: Sequence[str | None], found: frozenset[str]) -> float:
    """Of the telling words in the shortest stretch that holds all of `found`, how many are needed for that."""
    telling = [form for word, form in zip(words, forms, strict=True) if form or not analysis.is_stop_word(word.text)]
    counts: dict[str, int] = {}
    left, shortest = 0, len(telling)
    for right, form in enumerate(telling):
        if form in found:
            counts[form] = counts.get(form, 0) + 1
        while len(counts) == len(found):
            shortest = min(shortest, right - left + 1)
            gone = telling[left]
            if gone in counts:
                counts[gone] -= 1
                if not counts[gone]:
                    del counts[gone]
            left += 1
    return len(found) / max(shortest, 1)


def _score(sentence: _Sentence, asked: _Asked, weights: Mapping[str, float]) -> float:
    """0 for a sentence that is no answer."""
    title = analysis.words(sentence.document.title)
    titled = asked.matcher.asked_in(title) & asked.words
    # A name is no name in translation.
    if sentence.near < NEAR or not asked.names <= asked.as_typed.asked_in((*sentence.words, *title)):
        return 0.0
    if not asked.needed <= sentence.found or len(sentence.found) < min(FEWEST, len(asked.words)):
        return 0.0
    said = sum(weights[word] for word in sentence.found)
    implied = sum(weights[word] for word in titled - sentence.found)
    share = (said + IN_TITLE * implied) / sum(weights.values())
    return sentence.fit * share * (1 - NEARNESS + NEARNESS * sentence.near) if share >= ENOUGH else 0.0


def _weights(found: Sequence[frozenset[str]], asked: Iterable[str]) -> Mapping[str, float]:
    """What each word asked for tells: the fewer sentences hold it, the more."""
    return {word: 1 + log((len(found) + 1) / (1 + sum(word in each for each in found))) for word in asked}
