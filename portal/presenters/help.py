"""Help: what can be typed, shown by searches that find something in this catalogue, and where the rest is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from portal import links as addresses
from portal.i18n import Messages
from portal.links import Links
from portal.presenters.choices import Choice
from portal.search_state import SearchState
from search import analysis
from search.document import Document
from search.query_language import MAX_CHARACTERS

# The ways of asking that are shown, each by a message of its name, in this order.
WAYS: Final = ("words", "phrase", "either", "without", "begins", "title", "author", "subject", "year", "number")
FEWEST_LETTERS: Final = 4
BEGINNING: Final = 3  # letters that are left out at the end of a word
YEARS: Final = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """A way of asking: what is typed, what it finds, and the search itself."""

    typed: str
    told: str
    href: str


@dataclass(frozen=True, slots=True)
class HelpView:
    """examples: questions in plain language. mail: where the library is asked, "" where it names no address."""

    examples: tuple[Choice, ...]
    trials: tuple[Trial, ...]
    advanced: str
    history: str
    saved: str
    mail: str


def help_page(
    examples: Sequence[str],
    trials: Sequence[tuple[str, str]],
    email: str,
    state: SearchState,
    links: Links,
    interactive: bool,
    t: Messages,
) -> HelpView:
    """trials: the name of a way and what is typed, of those that find something."""
    start = state.starting_over()
    return HelpView(
        examples=tuple(Choice(text, links.search(start.asking(text)), False) for text in examples),
        trials=tuple(Trial(typed, t(f"help.way_{way}"), links.search(start.asking(typed))) for way, typed in trials),
        advanced=addresses.advanced(start, interactive),
        history=addresses.history(state.hl),
        saved=addresses.saved(state.hl),
        mail=email,
    )


def trials_of(documents: Sequence[Document], t: Messages) -> Iterator[tuple[str, str]]:
    """Ways of asking for one of some documents, the one that shows most of them, by words it has itself.

    Nothing where no title has two words side by side to show it with.
    """
    shown = max(documents, key=_shows, default=None)
    pair = _pair(shown.title) if shown is not None else None
    if shown is None or pair is None:
        return
    first, second = pair
    other = _word_of_another(shown, documents)
    name, subject = _quotable(_name(shown)), _quotable(shown.first("topic"))
    year = shown.year
    typed = {
        "words": f"{first} {second}",
        "phrase": f'"{first} {second}"',
        "either": t("help.typed_either", first=first, other=other) if other else "",
        "without": f"{first} -{other}" if other else "",
        "begins": f"{first[:-BEGINNING]}*" if len(first) >= FEWEST_LETTERS + BEGINNING else "",
        "title": t("help.typed_title", word=first),
        "author": t("help.typed_author", name=name) if name else "",
        "subject": t("help.typed_subject", subject=subject) if subject else "",
        "year": t("help.typed_year", first=year - YEARS, last=year) if year else "",
        "number": shown.first("isbn"),
    }
    yield from ((way, typed[way]) for way in WAYS if 0 < len(typed[way]) <= MAX_CHARACTERS)


def _shows(document: Document) -> tuple[bool, int]:
    """Whether a document can show any way of asking, and how many of those that not all can."""
    held = (_name(document), document.first("topic"), document.year, document.first("isbn"))
    return _pair(document.title) is not None, sum(map(bool, held))


def _pair(title: str) -> tuple[str, str] | None:
    """Two words that stand side by side in a title, and mean something by themselves."""
    words = analysis.plain_words(title)
    return next((pair for pair in pairwise(words) if all(map(_is_telling, pair))), None)


def _is_telling(word: str) -> bool:
    return len(word) >= FEWEST_LETTERS and word.isalpha() and not analysis.is_stop_word(word)


def _word_of_another(shown: Document, documents: Sequence[Document]) -> str:
    """A word of another title that stands nowhere in `shown`."""
    own = {word for values in shown.fields.values() for value in values for word in analysis.plain_words(value)}
    words = (word for document in documents for word in analysis.plain_words(document.title) if _is_telling(word))
    return next((word for word in words if word not in own), "")


def _name(document: Document) -> str:
    return next((contributor.name for contributor in document.contributors), "")


def _quotable(text: str) -> str:
    return "" if '"' in text else text.strip(" .,;:")
