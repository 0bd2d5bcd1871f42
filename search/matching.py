"""Which clauses of a query a document must match: the same rule for every engine."""

import math
from dataclasses import dataclass, replace
from typing import Final

from search import analysis
from search.query import Clause, Query

# Up to this many content words all are required, as a reader of a catalogue expects. Of n more, the
# square root of n, rounded up: words alone, nDCG@10 on CISI and IDK-MRC (python -m tests.relevance)
# was 0.24 and 0.52 with it when it was chosen, 0.06 and 0.41 with 70 % of n, where most questions found nothing at all.
ALL_REQUIRED: Final = 3

# Words of a query that are looked for; each is looked for in every field. A longer one is no question.
MAX_WORDS: Final = 64


@dataclass(frozen=True, slots=True)
class Requirements:
    """A query's clauses by what they demand. A group is a clause and its alternatives (OR): any may match.

    required: every group. relaxable: at least `minimum` groups. optional: only raise the score.
    unwanted: none may match.
    """

    required: tuple[tuple[Clause, ...], ...] = ()
    relaxable: tuple[tuple[Clause, ...], ...] = ()
    minimum: int = 0
    optional: tuple[tuple[Clause, ...], ...] = ()
    unwanted: tuple[Clause, ...] = ()


def requirements(query: Query) -> Requirements:
    """What `query` demands of a document; filters apart.

    Stop words are optional beside any content word. Phrases, fields and alternatives are always required.
    In a loose query the rule for long texts holds from two content words on, and one may always be missing.
    """
    groups: list[list[Clause]] = []
    unwanted: list[Clause] = []
    left = MAX_WORDS
    for clause in query.clauses:
        words = analysis.plain_words(clause.text)
        if not words or not left:
            continue
        if len(words) > left:
            clause = replace(clause, text=" ".join(words[:left]))
        left -= min(left, len(words))
        if clause.negated:
            unwanted.append(clause)
        elif clause.alternative and groups:
            groups[-1].append(clause)
        else:
            groups.append([clause])
    fixed = [group for group in groups if not _is_plain(group)]
    plain = [group for group in groups if _is_plain(group)]
    content = [group for group in plain if not _is_stop(group[0])]
    optional = [group for group in plain if _is_stop(group[0])]
    if not content and not fixed:
        content, optional = optional, []
        return Requirements(_frozen(content), unwanted=tuple(unwanted))
    if len(content) <= (1 if query.loose else ALL_REQUIRED):
        return Requirements(_frozen(fixed + content), (), 0, _frozen(optional), tuple(unwanted))
    minimum = min(math.ceil(math.sqrt(len(content))), len(content) - 1)
    return Requirements(_frozen(fixed), _frozen(content), minimum, _frozen(optional), tuple(unwanted))


def is_relaxed(query: Query) -> bool:
    """Not every content word of this query has to be found."""
    return bool(requirements(query).relaxable)


def _is_plain(group: list[Clause]) -> bool:
    return len(group) == 1 and not group[0].phrase and group[0].field is None


def _is_stop(clause: Clause) -> bool:
    return not clause.prefix and all(analysis.is_stop_word(word) for word in analysis.plain_words(clause.text))


def _frozen(groups: list[list[Clause]]) -> tuple[tuple[Clause, ...], ...]:
    return tuple(tuple(group) for group in groups)
