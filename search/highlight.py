"""Which words of a text match a query, and the stretch of it that shows them best."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final

from search import analysis
from search.analysis import Word
from search.document import Page
from search.query import Query
from search.results import Highlight, PageHit

SNIPPET_CHARACTERS: Final = 240
_ELLIPSIS: Final = "…"
# The dots that lead the eye across a table of contents.
_LEADERS: Final = re.compile(r"(?: ?\.){4,} ?")


class _Forms(dict[str, str | None]):
    """Folded words of texts, each with the word of the query that it is a form of; worked out once, as the same words
    stand in hit after hit."""

    def __init__(self, exact: Mapping[str, str], stems: Mapping[str, str], prefixes: tuple[str, ...]) -> None:
        super().__init__(exact)
        self._stems, self._prefixes = stems, prefixes
        self._looked_at: set[str] = set()
        self._are_forms = set(exact)

    def among(self, words: Set[str]) -> Set[str]:
        """Those of some words that are a form of any; told for all at once in half the time."""
        if new := words - self._looked_at:
            self._looked_at |= new
            stems, begin = self._stems.keys(), self._prefixes
            self._are_forms |= {
                word for word in new if not stems.isdisjoint(analysis.coded_stems(word)) or word.startswith(begin)
            }
        return words & self._are_forms

    def __missing__(self, word: str) -> str | None:
        form = None
        for key in analysis.coded_stems(word):
            if key in self._stems:
                form = self._stems[key]
                break
        else:
            if self._prefixes:
                form = next((prefix for prefix in self._prefixes if word.startswith(prefix)), None)
        self[word] = form
        return form


class Matcher:
    """Tells which words of a text a query matches: as written, by stem in either language, or by prefix; and
    those that stand in for them.

    Stop words are matched only when the query has nothing else. Words of a phrase match only where they stand in a row, a
    name's in either order. asked: the words of the query, folded, that may match.
    """

    def __init__(self, query: Query) -> None:
        clauses = [(clause, analysis.plain_words(clause.text)) for clause in query.wanted]
        stop_only = all(analysis.is_stop_word(word) for _, found in clauses for word in found)
        # What stands in a text, and the word of the query that it is a form of.
        self._exact: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        prefixes: list[str] = []
        phrases = [found for clause, found in clauses if clause.phrase and len(found) > 1]
        self._runs = [tuple(found) for found in phrases]
        self._headings = {tuple(run) for found in phrases for run in analysis.name_orders(found)}
        alone = {word for clause, found in clauses if not clause.phrase or len(found) == 1 for word in found}
        alone |= {word for clause, _ in clauses for other in clause.others for word in other.telling}
        self._only_in_runs = {word for run in self._runs for word in run} - alone
        for clause, found in clauses:
            kept = [word for word in found if stop_only or clause.phrase or not analysis.is_stop_word(word)]
            for word in kept:
                self._add(word, word, stems=not clause.phrase)
            for other in clause.others if kept else ():
                for word in other.telling:
                    if not analysis.is_stop_word(word):
                        self._add(word, kept[0], stems=True)
            if clause.prefix and found:
                prefixes.append(found[-1])
        self.asked = frozenset(self._exact.values())
        self._forms = _Forms(self._exact, self._stems, tuple(prefixes))

    def _add(self, word: str, asked: str, *, stems: bool) -> None:
        self._exact.setdefault(word, asked)
        if stems:
            for key in analysis.coded_stems(word):
                self._stems.setdefault(key, asked)

    def finds(self, text: str) -> bool:
        """Whether `text` holds a word that matches; quicker than to mark it."""
        return self._may_find(text) and (not self._runs or bool(self._found_in(text)))

    def _may_find(self, text: str) -> bool:
        return any(map(self._forms.__getitem__, analysis.plain_words(text)))

    def matching(self, words: Set[str]) -> Set[str]:
        """Those of some folded words that match."""
        return self._forms.among(words)

    def found_in(self, text: str) -> list[Word]:
        """The words of `text` that match, with their places."""
        # Of a text that is not plain, all words are made either way.
        return self._found_in(text) if not analysis.is_plain(text) or self._may_find(text) else []

    def _found_in(self, text: str) -> list[Word]:
        if not self._runs:
            return analysis.words_among(text, self._forms.__getitem__)
        words = analysis.words(text)
        in_runs = self._places_of_runs(words)
        found = [word for word in words if self._forms[word.text]]
        return [word for word in found if word.text not in self._only_in_runs or word.start in in_runs]

    def _places_of_runs(self, words: Sequence[Word]) -> set[int]:
        """Where the words begin that stand in a row as a phrase has them."""
        texts = [word.text for word in words]
        places = [
            (first, run)
            for run in self._runs
            for first in range(len(words) - len(run) + 1)
            if texts[first] == run[0] and tuple(texts[first : first + len(run)]) == run
        ]
        # A heading begins with the surname.
        places += [(0, run) for run in self._headings if tuple(texts[: len(run)]) == run]
        return {word.start for first, run in places for word in words[first : first + len(run)]}

    @property
    def has_phrases(self) -> bool:
        """Whether what matches is not told by words alone."""
        return bool(self._runs)

    def form_of(self, word: str) -> str | None:
        """The word of the query that a folded word of a text is a form of."""
        return self._forms[word]

    def asked_in(self, words: Iterable[Word]) -> frozenset[str]:
        """The words of the query that stand in a text in some form."""
        return frozenset(asked for word in words if (asked := self.form_of(word.text)) is not None) & self.asked


def highlight(text: str, asked: Query | Matcher) -> Highlight:
    """All of `text`, its matching words marked."""
    matcher = asked if isinstance(asked, Matcher) else Matcher(asked)
    return Highlight(text, tuple((word.start, word.end) for word in matcher.found_in(text)))


def snippet(text: str, asked: Query | Matcher, width: int = SNIPPET_CHARACTERS) -> Highlight:
    """About `width` characters of `text`, cut between words where most different matching words stand.

    Without a match it is the beginning. "…" shows where text was left out; runs of space become one.
    """
    matcher = asked if isinstance(asked, Matcher) else Matcher(asked)
    plain = _LEADERS.sub(" … ", " ".join(text.split()))
    hits = matcher.found_in(plain)
    start, end = _window(plain, hits, width)
    before, after = (_ELLIPSIS if start else ""), (_ELLIPSIS if end < len(plain) else "")
    shift = len(before) - start
    marks = tuple((word.start + shift, word.end + shift) for word in hits if start <= word.start and word.end <= end)
    return Highlight(f"{before}{plain[start:end]}{after}", marks)


def page_hit(page: Page, asked: Query | Matcher) -> PageHit:
    """A page of an e-book as a hit, with the stretch of it that shows the words best."""
    return PageHit(page.number, page.label, snippet(page.text, asked), page.section)


def _window(text: str, hits: Sequence[Word], width: int) -> tuple[int, int]:
    """The range of `text` to show: no longer than `width`, beginning and ending between words."""
    if len(text) <= width:
        return 0, len(text)
    first, last = _best_run(hits, width) if hits else (0, 0)
    # What room is left goes before and after the run alike, more after when it stands at the beginning.
    start = max(0, first - (width - (last - first)) // 2)
    end = min(len(text), start + width)
    start = max(0, end - width)
    start = 0 if start == 0 else _next_start(text, start, first if hits else end)
    end = len(text) if end == len(text) else _last_end(text, end, last if hits else start)
    return start, end


def _best_run(hits: Sequence[Word], width: int) -> tuple[int, int]:
    """Where the run of hits with most different words, then most words, lies; the first of equals."""
    best, chosen = (0, 0), (hits[0].start, min(hits[0].end, hits[0].start + width))
    counts: dict[str, int] = {}
    left = 0
    for right, word in enumerate(hits):
        counts[word.text] = counts.get(word.text, 0) + 1
        while left < right and word.end - hits[left].start > width:
            gone = hits[left].text
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
            left += 1
        score = (len(counts), right - left + 1)
        if score > best and word.end - hits[left].start <= width:
            best, chosen = score, (hits[left].start, word.end)
    return chosen


def _next_start(text: str, place: int, limit: int) -> int:
    """The first beginning of a word at or after `place`, but not beyond `limit`; `place` when there is none."""
    if text[place - 1] == " ":
        return place
    space = text.find(" ", place, limit)
    return place if space < 0 else space + 1


def _last_end(text: str, place: int, limit: int) -> int:
    """The last end of a word at or before `place`, but not before `limit`; `place` when there is none."""
    if text[place] == " ":
        return place
    space = text.rfind(" ", limit, place)
    return place if space < 0 else space
