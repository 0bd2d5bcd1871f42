"""Which clauses of a query a document must match: the same rule for every engine."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeGuard

from search import analysis
from search.interrogatives import MONTHS
from search.query import ANYWAY, Clause, Group, Part, Query

# Up to this many content words all are required, as a reader of a catalogue expects. Of n more, a quarter, rounded
# up. Words alone, nDCG@10 on up to a hundred tuning queries each of CISI, IDK-MRC and English questions of English texts: 0.36,
# 0.60 and 0.89 with the square root of n, 0.38, 0.63 and 0.94 with a quarter, 0.38, 0.63 and 0.95 with any one of them.
# Of very many words a quarter is more than most answers hold.
ALL_REQUIRED: Final = 3
ENOUGH: Final = 4
MOST_DEMANDED: Final = 3

# Initials that are written together, as nobody can say them: "JK", "YB", "JRR"; but "Fry", and "Ng" is a surname.
_SAID_BY_LETTERS: Final = re.compile("(?!ng$)[b-df-hj-np-tv-z][b-df-hj-np-tv-xz]{1,2}", re.IGNORECASE)

# What stands in any book, as a page, a part or a year, and is enough for none: of "soal cpns 2024" not all of 2024.
_NUMBER: Final = re.compile(r"\d{1,4}", re.ASCII)
_BEFORE_A_NUMBER: Final = frozenset(("tahun", "thn", "th", "year"))

# Words of a query that are looked for; each is looked for in every field. A longer one is no question.
MAX_WORDS: Final = 64


@dataclass(frozen=True, slots=True)
class Requirements:
    """A query's parts by what they demand.

    required: every one. relaxable: at least `minimum`. optional: count where they stand. unwanted: none may match; their own
    `negated` is taken away.
    """

    required: tuple[Part, ...] = ()
    relaxable: tuple[Part, ...] = ()
    minimum: int = 0
    optional: tuple[Part, ...] = ()
    unwanted: tuple[Part, ...] = ()


def requirements(query: Query) -> Requirements:
    """What `query` demands of a document; filters apart.

    Stop words are left out beside any content word: they tell nothing. Phrases, fields and groups are always required.
    In a loose query the rule for long texts holds from two content words on, one may always be missing, and no
    number is enough, but for that of a date.
    """
    # A word that is asked twice counts twice, as in a pasted paragraph.
    parts = list(_bounded(query.parts, [MAX_WORDS]))
    unwanted = tuple(replace(part, negated=False) for part in parts if part.negated)
    wanted = [part for part in parts if not part.negated]
    named = any(
        _is_of_name(part) and not (is_stop(part) or _is_honorific(part) or _are_initials(part)) for part in wanted
    )
    if named:
        wanted = list(_honorifics_anyway(part for part in wanted if not _tells_nothing_of_name(part)))
    fixed = [part for part in wanted if not _is_plain(part)]
    content = [part for part in wanted if _is_plain(part) and not is_stop(part)]
    if not content and not fixed:
        return Requirements(tuple(wanted), unwanted=unwanted)
    if len(content) <= (1 if query.loose else ALL_REQUIRED):
        return Requirements((*fixed, *content), unwanted=unwanted)
    telling = [part for part in content if not (query.loose and _is_number(part))]
    if all(map(_is_month, telling)):  # a date is its numbers: "17 Agustus 1945"
        telling = content
    numbers = [part for part in content if part not in telling]
    minimum = max(1, min(math.ceil(len(telling) / ENOUGH), MOST_DEMANDED, len(telling) - 1))
    return Requirements(tuple(fixed), tuple(map(_without_initials, telling)), minimum, tuple(numbers), unwanted)


def _without_initials(part: Part) -> Part:
    """Where some words are enough, letters that a name may be abbreviated to are none of them: "RS Bitung" is no R. S."""
    if not isinstance(part, Clause) or not any(other.initials for other in part.others):
        return part
    return replace(part, others=tuple(other for other in part.others if not other.initials))


def _is_number(part: Part) -> bool:
    if not isinstance(part, Clause):
        return False
    words = [word for word in analysis.plain_words(part.text) if word not in _BEFORE_A_NUMBER]
    return len(words) == 1 and _NUMBER.fullmatch(words[0]) is not None


def _is_month(part: Part) -> bool:
    return isinstance(part, Clause) and MONTHS.issuperset(analysis.plain_words(part.text))


def is_relaxed(query: Query) -> bool:
    """Not every content word of this query has to be found."""
    return bool(requirements(query).relaxable)


def _bounded(parts: Iterable[Part], left: list[int], *, either: bool = False) -> Iterator[Part]:
    """`parts` without clauses that have no word, and without words beyond the number in `left`.

    either: any part is enough, so the beginning of one would find what none of them says.
    """
    for part in parts:
        if isinstance(part, Group):
            inner = tuple(_bounded(part.parts, left, either=part.either))
            if inner:
                yield replace(part, parts=inner)
            continue
        words = analysis.plain_words(part.text)
        if not words or not left[0] or (either and left[0] < min(len(words), MAX_WORDS)):
            continue
        yield replace(part, text=" ".join(words[: left[0]])) if len(words) > left[0] else part
        left[0] -= 0 if is_stop(part) else min(left[0], len(words))


def _is_plain(part: Part) -> bool:
    return isinstance(part, Clause) and not part.phrase and part.field is None


def _is_of_name(part: Part) -> TypeGuard[Clause]:
    return isinstance(part, Clause) and part.field == "contributor" and not part.phrase


def _tells_nothing_of_name(part: Part) -> bool:
    """An initial or "dr", beside what tells more: "H. M. Taulu", "dr Taulu". Any other word of grammar is a name in one:
    "Dan Brown", "Will Self"."""
    return _is_of_name(part) and (analysis.is_initials(part.text) or analysis.plain_words(part.text) == ["dr"])


def _is_honorific(part: Part) -> bool:
    return _is_of_name(part) and analysis.HONORIFICS.issuperset(analysis.plain_words(part.text))


def _are_initials(part: Part) -> bool:
    return _is_of_name(part) and _SAID_BY_LETTERS.fullmatch(part.text) is not None


def _honorifics_anyway(parts: Iterable[Part]) -> Iterator[Part]:
    """An honorific before a name, or after a comma, counts where it stands and need not: "Buya Hamka", "Hamka, Buya" is "Hamka" in
    most records. At the end it may be the name: "Irfan Habib", "Robert Pastor". Nor need initials, "HB Jassin"."""
    before = True
    for part in parts:
        if not _is_of_name(part):
            yield part
            continue
        honorific = _is_honorific(part)
        need_not = (honorific and (before or is_stop(part))) or _are_initials(part)
        yield replace(part, implied_in=ANYWAY) if need_not else part
        before = (before and honorific) or part.text.endswith(",")


def is_stop(part: Part) -> bool:
    """Whether a part tells nothing beside others: words of grammar, or what catalogues leave out of names."""
    if isinstance(part, Group) or part.prefix:
        return False
    return analysis.is_initials(part.text) or all(
        analysis.is_stop_word(word) for word in analysis.plain_words(part.text)
    )
