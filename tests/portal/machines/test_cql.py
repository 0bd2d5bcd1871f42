"""CQL read into our own queries, and what is said of the rest of it."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.machines.cql import MAX_BOOLEANS, read_cql
from portal.machines.diagnostics import DiagnosticError
from search.query import Clause, Filter, Group, Part, Query
from search.query_language import MAX_CHARACTERS


def shown(part: Part) -> str:
    """A part as one would write it for a person."""
    sign = "-" if part.negated else ""
    if isinstance(part, Clause):
        text = f'"{part.text}"' if part.phrase else part.text + ("*" if part.prefix else "")
        return f"{sign}{part.field + ':' if part.field else ''}{text}"
    return f"{sign}({(' | ' if part.either else ' & ').join(map(shown, part.parts))})"


def parts(query: Query) -> str:
    return " ".join(map(shown, query.parts))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("laut", "laut"),
        ('"terumbu karang"', '"terumbu karang"'),
        ("dc.title=laut", "title:laut"),
        ("DC.Title = laut", "title:laut"),
        ("title = laut", "title:laut"),
        ("bath.isbn=9786020000012", "isbn:9786020000012"),
        ('dc.creator = "Hirata, Andrea"', 'contributor:"Hirata, Andrea"'),
        ('cql.serverChoice all "laut biru"', "(laut & biru)"),
        ('dc.subject any "ikan karang"', "(subject:ikan | subject:karang)"),
        ('dc.title adj "laut biru"', 'title:"laut biru"'),
        ("bath.isbn == 9786020000012", "isbn:9786020000012"),
        ("rec.identifier = kota.1", "(id:kota.1 | control_number:kota.1)"),
        ('bath.isbn any "978-602-00-0001-2 9786020000029"', "(isbn:978-602-00-0001-2 | isbn:9786020000029)"),
        ("laut and ikan and karang", "(laut & ikan & karang)"),
        ("laut AND ikan OR karang", "((laut & ikan) | karang)"),
        ("laut and (ikan or karang)", "(laut & (ikan | karang))"),
        ("laut not ikan", "(laut & -ikan)"),
        ("laut not (ikan or karang)", "(laut & -(ikan | karang))"),
        ("((laut))", "laut"),
        ("perpusta*", "perpusta*"),
        (r'"a \"b\" c"', '"a "b" c"'),
        (r'"laut\*"', "laut*"),
        ("cql.allRecords=1", ""),
        ("cql.allRecords=1 and laut", "laut"),
        ("all", "all"),
        ("any and laut", "(any & laut)"),
        ('"and" and laut', "(and & laut)"),
    ],
)
def test_queries_are_read_as_the_standard_says(text: str, wanted: str) -> None:
    assert parts(read_cql(text)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("dc.date = 2014", (Filter("year", ("2014",)),)),
        ("dc.date >= 2010 and dc.date < 2020", (Filter("year", ("2010..2019",)),)),
        ("dc.date > 2010", (Filter("year", ("2011..",)),)),
        ("dc.date <= 2010", (Filter("year", ("..2010",)),)),
        ("dc.language = IND", (Filter("language", ("ind",)),)),
        ("dc.language == ind", (Filter("language", ("ind",)),)),
        ("dc.date exact 2014", (Filter("year", ("2014",)),)),
        ('dc.language any "ind eng"', (Filter("language", ("ind", "eng")),)),
        ("dc.type = book and laut", (Filter("format", ("book",)),)),
        ("dc.language = ind and dc.language = ind", (Filter("language", ("ind",)),)),
    ],
)
def test_dates_languages_and_types_narrow_the_search(text: str, wanted: tuple[Filter, ...]) -> None:
    assert read_cql(text).filters == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("laut sortBy dc.date/sort.descending", "newest"),
        ("laut sortby date", "oldest"),
        ("laut sortBy dc.title/sort.ascending", "title"),
        ("laut sortBy dc.creator", "author"),
        ("laut", "relevance"),
    ],
)
def test_results_are_sorted_as_asked(text: str, wanted: str) -> None:
    assert read_cql(text).sort == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("laut biru", 10),
        ("laut and", 10),
        ("and laut", 10),
        ("dc.title =", 10),
        ("= laut", 10),
        ('"dc.title" = laut', 10),
        ("a" * (MAX_CHARACTERS + 1), 12),
        (" and ".join(["a"] * (MAX_BOOLEANS + 2)), 38),
        ("(laut", 13),
        ("laut)", 13),
        ("()", 13),
        ("(" * 200 + "a" + ")" * 200, 13),
        ("a or (b and (c or (d and (e or f))))", 13),
        ('"laut', 14),
        ("marc.title = x", 15),
        ("dc.nothing = x", 16),
        ("dc.language = ind or laut", 18),
        ("laut not dc.date = 2010", 18),
        ("dc.language = ind and dc.language = eng", 18),
        ("dc.title within x", 19),
        ("dc.title encloses x", 19),
        ("dc.title =/stem x", 20),
        ("dc.title < x", 22),
        ("dc.language > ind", 22),
        ("dc.date any 2010", 22),
        ("dc.title == laut", 22),
        ('dc.creator exact "Hirata, Andrea"', 22),
        ("cql.serverChoice == laut", 22),
        ('dc.title = ""', 27),
        ("dc.title = ...", 27),
        ("la*t", 28),
        ("*laut", 28),
        ("la?t", 28),
        ('"laut biru*"', 28),
        ("bath.isbn = 978602*", 28),
        ("^laut", 31),
        ("dc.date = lama", 36),
        ("laut prox ikan", 39),
        ("laut and/rel ikan", 46),
        ("cql.allRecords=1 not laut", 48),
        ("laut or cql.allRecords=1", 48),
        ("laut sortBy dc.publisher", 82),
        ("laut sortBy dc.title/sort.descending", 82),
        ("laut sortBy dc.title/sort.missingFail", 82),
        ("laut sortBy dc.title dc.date", 82),
    ],
)
def test_everything_else_has_its_diagnostic(text: str, wanted: int) -> None:
    with pytest.raises(DiagnosticError) as told:
        read_cql(text)
    assert told.value.number == wanted


WORDS = st.sampled_from(
    ["laut", "ikan", '"a b"', "(", ")", "and", "or", "not", "prox", "=", "<", ">=", "==", "/", "all", "any", "dc.title",
     "dc.date", "2010", "bath.isbn", "sortBy", "cql.allRecords", "1", "*", "?", "^", '"', "\\", "", "\x00"]
)  # fmt: skip


@settings(deadline=None)
@given(st.text(max_size=300) | st.lists(WORDS, max_size=60).map(" ".join))
def test_any_text_is_a_query_or_a_diagnostic(text: str) -> None:
    with suppress(DiagnosticError):
        assert all(isinstance(part, Clause | Group) for part in read_cql(text).parts)
