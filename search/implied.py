"""What a document need not say, because the language it is in says it: books in Indonesian are about Indonesia as a rule."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from search import analysis
from search.matching import ALL_REQUIRED, is_stop
from search.query import Clause, Part, Query

# A country whose language is hardly written elsewhere, and that language's code (ISO 639-2). What it gains:
# docs/decisions/0004-fusion.md.
COUNTRIES: Final[Mapping[str, str]] = {"indonesia": "ind"}
# "Bahasa Indonesia" is no book's place.
_NAMED_BY: Final = frozenset(("bahasa", "sastra", "kamus"))


def with_implied(query: Query) -> Query:
    """`query`, in which documents in the language of a country count as holding its name, where other words are asked for
    beside it and all of them are required."""
    content = [part for part in query.parts if not is_stop(part) and not (isinstance(part, Clause) and part.negated)]
    if query.loose or not 1 < len(content) <= ALL_REQUIRED:
        return query
    before = (None, *query.parts)
    parts = tuple(_implied(part, previous) for part, previous in zip(query.parts, before, strict=False))
    others_stay = any(part in parts for part in content)
    return replace(query, parts=parts) if others_stay else query


def _implied(part: Part, before: Part | None) -> Part:
    if not isinstance(part, Clause) or part.field or part.phrase or part.prefix or part.negated:
        return part
    named = isinstance(before, Clause) and analysis.fold(before.text) in _NAMED_BY
    language = COUNTRIES.get(analysis.fold(part.text))
    return replace(part, implied_in=language) if language and not named else part
