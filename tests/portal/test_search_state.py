"""The address of a search says all there is to say about it."""

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search_state import (
    ALSO_READ,
    MODES_ALSO_READ,
    OF_THE_TEXT,
    SCOPES_ALSO_READ,
    SIZES,
    SORTS_ALSO_READ,
    SearchState,
)
from search.discovery import MAX_RESULTS_REACHED
from search.query import MODES, Filter
from search.query_language import SCOPES
from search.schema import FACETS, RELEVANCE, SORTS

TODAY = date(2026, 8, 1)

values = st.text(min_size=1, max_size=40)
years = st.sampled_from(["2014", "2010..2019", "2010..", "..1999"])
filters = st.one_of(
    st.builds(
        Filter,
        st.sampled_from([f for f in FACETS if f != "year"]),
        st.lists(values, max_size=4).map(tuple),
        st.booleans(),
    ),
    st.builds(Filter, st.just("year"), st.lists(years, max_size=3).map(tuple), st.booleans()),
)
keys = st.one_of(st.sampled_from(["audience", "year", "format.2", "unwanted.11", "all"]), st.text(max_size=8))
states = st.builds(
    SearchState,
    q=st.text(max_size=80),
    filters=st.lists(filters, max_size=5).map(tuple),
    sort=st.sampled_from(["relevance", *SORTS]),
    page=st.integers(-3, 2000),
    size=st.integers(1, SIZES[-1]),
    mode=st.sampled_from(MODES),
    hl=st.sampled_from(["id", "en"]),
    id=st.text(max_size=30),
    at=st.integers(-3, 2000),
    children=st.booleans(),
    exact=st.booleans(),
    drop=st.lists(keys, max_size=4).map(tuple),
    words=st.lists(keys, max_size=4).map(tuple),
    scope=st.sampled_from(["", "pages", "x", *SCOPES]),
    facet=st.sampled_from(["", "topic", "title", "x"]),
    facet_text=st.text(max_size=20),
    facet_order=st.sampled_from(["count", "az"]),
)
names = st.one_of(
    st.sampled_from(
        [
            "q",
            "sort",
            "page",
            "size",
            "mode",
            "hl",
            "id",
            "children",
            "exact",
            "drop",
            "words",
            "f.year",
            "f.language",
            "f.",
            "f.x",
            "-f.language",
            "-f.",
            "in",
            "facet",
            "fq",
            "fsort",
            "from",
            "to",
            "utm",
            *ALSO_READ,
        ]
    ),
    st.text(max_size=8),
)


@given(states)
def test_parameters_give_the_state_back(state: SearchState) -> None:
    assert SearchState.from_params(state.to_params()) == state


@given(states)
def test_a_link_gives_the_state_back(state: SearchState) -> None:
    assert SearchState.from_query_string("/" + state.query_string()) == state


@given(st.lists(st.tuples(names, st.text(max_size=30)), max_size=20))
def test_junk_never_raises_and_gives_one_address(params: list[tuple[str, str]]) -> None:
    state = SearchState.from_params(params)
    assert state.page >= 1
    assert state.page * state.size <= MAX_RESULTS_REACHED
    assert SearchState.from_params(state.to_params()).to_params() == state.to_params()
    state.understood(TODAY)


@given(states, st.sampled_from(FACETS), values)
def test_choosing_and_giving_up_a_value_leads_back(state: SearchState, field: str, value: str) -> None:
    before = state.at_page(1)
    free = field != "year" and value not in (*before.chosen(field), *before.kept_out(field))
    if free and sum(len(f.values) for f in before.filters) < 8:
        assert before.toggling(field, value).toggling(field, value) == before


def test_order_is_fixed_and_defaults_are_left_out() -> None:
    text = "hl=id&page=1&mode=hybrid&size=20&sort=relevance&f.language=ind&q=laut&f.format=map&f.format=book"
    state = SearchState.from_params(parse_qsl(text))
    assert state.query_string() == "?q=laut&f.format=book&f.format=map&f.language=ind"
    assert SearchState().query_string() == ""


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("page=-5", "page", 1),
        ("page=abc", "page", 1),
        ("page=²", "page", 1),
        ("page=999999", "page", 50),
        ("page=99999999999999999999", "page", 1),
        ("page=50&size=100", "page", 10),
        ("size=33", "size", 33),
        ("size=0", "size", 20),
        ("size=500", "size", 100),
        ("sort=<script>", "sort", "relevance"),
        ("mode=x", "mode", "hybrid"),
        ("hl=xx", "hl", "id"),
        ("q=a%00b%0Ac", "q", "a b c"),
        ("f.year=abc", "filters", ()),
        ("f.nonsense=1", "filters", ()),
        ("q=a&q=b", "q", "b"),
        ("q=a&exact=yes", "exact", False),
        ("exact=1", "exact", False),
        ("q=a&drop=year&drop=audience&drop=year", "drop", ("audience", "year")),
        ("q=a&drop=<b>&drop=Year&drop=year.0&drop=" + "x" * 30, "drop", ()),
        ("drop=year", "drop", ()),
        ("q=a&words=year&words=all&drop=audience", "words", ("all",)),
        ("q=a&words=all&drop=audience", "drop", ()),
        ("q=a&words=year&drop=year", "drop", ()),
        ("q=a&" + "&".join(f"drop=k.{n}" for n in range(1, 60)), "words", ()),
    ],
)
def test_values_outside_the_limits_become_allowed_ones(text: str, name: str, value: object) -> None:
    assert getattr(SearchState.from_params(parse_qsl(text)), name) == value


def test_what_was_taken_back_belongs_to_its_text() -> None:
    state = SearchState(q="buku anak tentang gempa").dropping("audience").exactly()
    assert state.query_string() == "?q=buku+anak+tentang+gempa&exact=1&drop=audience"
    assert state.asking("laut") == SearchState(q="laut")
    assert state.read_anew() == SearchState(q="buku anak tentang gempa", exact=True)
    assert state.as_words("all").query_string() == "?q=buku+anak+tentang+gempa&exact=1&words=all"


def test_an_address_is_read_as_of_the_day() -> None:
    found = SearchState(q="buku tentang gempa 5 tahun terakhir").understood(TODAY)
    assert found.query.filters == (Filter("year", ("2021..",)),)


def test_a_text_beyond_the_limit_is_told_as_shortened() -> None:
    assert SearchState(q="laut " * 500).understood(TODAY).query.shortened


def test_every_change_begins_at_the_first_page_but_paging_and_language_do_not() -> None:
    state = SearchState(q="laut", page=3, facet="topic", facet_text="ikan")
    changed = [
        state.in_scope("title"),
        state.keeping_out("format", "map"),
        state.choosing_only("format", "map"),
        state.sized(50),
        state.asking("ikan"),
        state.toggling("format", "map"),
        state.sorted_by("newest"),
        state.in_mode("keyword"),
        state.without_filters(),
        state.dropping("year"),
        state.as_words("all"),
        state.read_anew(),
        state.exactly(),
    ]
    assert {(s.page, s.facet, s.facet_text) for s in changed} == {(1, "", "")}
    assert state.in_language("en").page == 3
    assert state.opening("x").closing() == state


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("lookfor=laut&type=Author", "?q=laut&in=author"),
        ("lookfor=laut&type=AllFields", "?q=laut"),
        ("keywords=laut&search=search", "?q=laut"),
        ("keywords=&search=search", ""),
        ("search=laut&search_by=Title", "?q=laut&in=title"),
        ("katakunci=laut&ruas=Judul&lang=en", "?q=laut&in=title&hl=en"),
        ("query=laut&per_page=50&halaman=2&urut=newest", "?q=laut&sort=newest&page=2&size=50"),
        ("q=laut&mode=makna&sort=terbaru", "?q=laut&sort=newest&mode=semantic"),
        ("q=laut&mode=kata&sort=Judul", "?q=laut&sort=title&mode=keyword"),
        ("q=laut&mode=gabung&sort=relevansi", "?q=laut"),
        ("lookfor=laut&sort=year+asc&has=fulltext", "?q=laut&f.access=fulltext&sort=oldest"),
        ("has=fulltext&f.access=fulltext", "?f.access=fulltext"),
        ("q=laut&has=cover", "?q=laut"),
        ("q=laut&lookfor=ikan", "?q=laut"),
        ("q=laut&in=isi", "?q=laut&in=pages"),
        ("q=laut&from=2010&to=2020", "?q=laut&f.year=2010..2020"),
        ("q=laut&from=2020&to=2010&f.year=1999", "?q=laut&f.year=2010..2020"),
        ("q=laut&from=&to=&f.year=1999", "?q=laut&f.year=1999"),
        ("q=laut&from=2010", "?q=laut&f.year=2010.."),
        ("q=laut&from=abc&to=99999", "?q=laut"),
        ("q=laut&-f.format=map&f.format=book", "?q=laut&f.format=book&-f.format=map"),
        ("q=laut&fq=ikan&fsort=az", "?q=laut"),
        ("q=laut&facet=topic&fq=ikan&fsort=az", "?q=laut&facet=topic&fq=ikan&fsort=az"),
    ],
)
def test_other_names_of_parameters_lead_to_the_one_address(text: str, address: str) -> None:
    assert SearchState.from_params(parse_qsl(text, keep_blank_values=True)).query_string() == address


@given(states)
def test_nothing_of_an_address_of_ours_is_passed_over(state: SearchState) -> None:
    assert SearchState.passed_over(state.to_params()) == ()


def test_what_means_nothing_is_told_as_it_was_written() -> None:
    text = "q=laut&lookfor=karang&mode=fuzzy&mode=gabung&sort=terbaru&has=fulltext&size=many&sort=relevance&per_page=5&in=nowhere&hl=fr&drop=1&-f.year=x&utm=a&from=2010&to=&exact=0"
    told = ["mode=fuzzy", "size=many", "in=nowhere", "hl=fr", "drop=1", "-f.year=x", "utm=a"]
    assert [f"{name}={value}" for name, value in SearchState.passed_over(parse_qsl(text))] == told


def test_every_other_name_means_a_parameter_or_a_scope_that_there_is() -> None:
    assert set(ALSO_READ.values()) <= {"q", "in", "hl", "sort", "page", "size"}
    assert not {*ALSO_READ} & {name for name, _ in SearchState(q="x", scope="title", page=2).to_params()}
    assert set(SCOPES_ALSO_READ.values()) <= set(SCOPES)
    assert not set(SCOPES_ALSO_READ) & set(SCOPES)
    assert set(MODES_ALSO_READ.values()) == set(MODES)
    assert set(SORTS_ALSO_READ.values()) == {RELEVANCE, *SORTS}
    assert not set(SORTS_ALSO_READ) & set(SORTS)


def test_a_new_text_leaves_behind_what_scripts_leave_behind() -> None:
    asked = (
        "q=laut&page=2&id=s.1&at=3&children=1&exact=1&drop=year&words=audience"
        "&facet=format&fq=a&fsort=az&sort=newest&f.format=book"
    )
    state = SearchState.from_query_string(f"?{asked}")
    given = {name for name, _ in state.to_params()}
    assert given >= set(OF_THE_TEXT)
    assert {name for name, _ in state.asking("").to_params()} == given - set(OF_THE_TEXT)
