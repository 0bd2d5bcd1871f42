"""Choosing a facet value gives exactly the count that was shown: tried on random catalogues."""

from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import DocumentId
from search.engine import Entry
from search.query import Filter, Query
from search.query_language import parse
from tests.support.documents import entry
from tests.support.engines import Fresh

WORDS = ["laut", "ikan", "karang", "a.*", "Laut, biru", "été"]
YEARS = ["1999", "2000", "2009", "2010", "2014", "20uu"]
YEAR_FILTERS = ["2000..2009", "2010..2019", "2014", "..2000", "2010.."]


@st.composite
def catalogues(draw: st.DrawFn) -> list[Entry]:
    def values(pool: list[str]) -> list[str]:
        return draw(st.lists(st.sampled_from(pool), max_size=3))

    return [
        entry(
            f"a.{number}", draw(st.sampled_from(WORDS)), subject=values(WORDS), place=values(WORDS), year=values(YEARS)
        )
        for number in range(draw(st.integers(1, 12)))
    ]


FILTERS = st.lists(
    st.one_of(
        st.builds(
            Filter,
            st.sampled_from(["subject", "place"]),
            st.lists(st.sampled_from(WORDS), min_size=1).map(tuple),
            st.booleans(),
        ),
        st.builds(
            Filter, st.just("year"), st.lists(st.sampled_from(YEAR_FILTERS), min_size=1).map(tuple), st.booleans()
        ),
    ),
    max_size=3,
)
TEXTS = st.sampled_from(["", "laut", "laut ikan", "-ikan", '"laut biru"', "ka*"])
ALSO = st.sets(st.integers(0, 12).map(lambda number: DocumentId(f"a.{number}")), max_size=4)


@given(catalogues(), TEXTS, FILTERS, ALSO, st.booleans())
@settings(max_examples=40, deadline=None)
def test_choosing_a_facet_value_gives_the_count_that_was_shown(
    fresh: Fresh, entries: list[Entry], text: str, filters: list[Filter], also: set[DocumentId], wordless: bool
) -> None:
    with fresh() as engine:
        half = len(entries) // 2
        for part in (entries[:half], entries[half:]):  # two loads make two segments
            with engine.updating() as writer:
                writer.put(part)
        searcher = engine.searcher()
        query = parse(text, filters)
        query = query.by_meaning_only() if wordless else query
        for field, listed in searcher.facets(query, also).items():
            for value in listed:
                chosen = Filter(field, (value.value,))
                narrowed = with_filter(query.lifting(field), chosen)
                assert searcher.keyword(narrowed, 0, also).total == value.count, (field, value)


def with_filter(query: Query, chosen: Filter) -> Query:
    made = parse(query.text, [*query.filters, chosen])
    return made.by_meaning_only() if query.wordless else made
