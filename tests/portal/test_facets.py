"""What narrows results: on the page and in its presenters."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from portal import choosing
from portal.i18n import messages
from portal.links import InteractiveLinks
from portal.presenters.facets import VALUES_LISTED, FacetGroup, FacetList, facet_groups, facet_list, toggles
from portal.search_state import SearchState
from search.query import Filter, Query, year_range
from search.results import FacetValue, ResultPage
from tests.support.html import Elements

ID = messages("id")
LINKS = InteractiveLinks()
TODAY = date(2026, 8, 1)


def page(state: SearchState, total: int = 99, **facets: list[FacetValue]) -> ResultPage:
    return ResultPage(Query(state.q), "hybrid", 1, 20, total, 1.0, (), facets)


def group(state: SearchState, total: int = 99, **facets: list[FacetValue]) -> FacetGroup:
    (only,) = facet_groups(page(state, total, **facets), state.understood(TODAY), state, LINKS, ID)
    return only


def listed(state: SearchState, *values: FacetValue) -> FacetList:
    return facet_list(values, state.understood(TODAY), state, LINKS, ID)


def state_of(href: str) -> SearchState:
    return SearchState.from_query_string(href)


def test_a_value_can_be_kept_out_and_a_chosen_one_given_up() -> None:
    made = group(SearchState(q="laut"), format=[FacetValue("map", 2, chosen=True), FacetValue("book", 7)])
    chosen, other = made.items
    assert chosen.without == ""
    assert other.without == "/?q=laut&-f.format=book"
    assert other.without_name == "Bukan Buku"


_CHOSEN = st.sampled_from(
    [
        (),
        (Filter("topic", ("topic",)),),
        (Filter("topic", ("Laut",), negated=True),),
        (Filter("format", ("map",)), Filter("year", ("0",))),
        tuple(Filter(field, (f"{field}{n}",)) for field in ("author", "subject", "place") for n in range(20)),
    ]
)


@given(
    st.sampled_from(["", "laut", "f.topic=topic & co", "buku tentang gempa setelah 2015", "-f.year=0"]),
    _CHOSEN,
    st.sampled_from(["topic", "year", "format"]),
    st.lists(
        st.text(min_size=1, max_size=12) | st.sampled_from(["topic", "a&b=c", "2010..2019"]), min_size=1, max_size=6
    ),
)
def test_a_value_leads_where_choosing_it_or_keeping_it_out_does(
    q: str, filters: tuple[Filter, ...], field: str, texts: list[str]
) -> None:
    state = SearchState(q=q, filters=filters)
    found = state.understood(TODAY)
    values = [FacetValue(text, 1) for text in dict.fromkeys(texts) if field != "year" or year_range(text)]
    for made in facet_groups(replace(page(state), facets={field: values}), found, state, LINKS, ID):
        for item, value in zip(made.items, values, strict=False):
            chosen = choosing.toggled(state, found, field, value.value)
            assert state_of(item.href) == state_of(LINKS.search(chosen))
            assert state_of(item.without) == state_of(LINKS.search(choosing.kept_out(state, found, field, value.value)))


def test_six_values_are_shown_and_the_others_are_a_page_away() -> None:
    values = [FacetValue(f"t{n}", 30 - n) for n in range(20)]
    made = group(SearchState(q="laut"), topic=values)
    assert [item.label for item in made.items] == ["t0", "t1", "t2", "t3", "t4", "t5"]
    assert made.more == "/?q=laut&facet=topic"
    assert group(SearchState(q="laut"), topic=values[:6]).more == ""


def test_years_are_bars_by_share_of_the_largest_newest_first() -> None:
    made = group(SearchState(q="laut"), year=[FacetValue("2020..2029", 10), FacetValue("2010..2019", 40)])
    assert [(item.label, item.share) for item in made.items] == [("2020–2029", 25), ("2010–2019", 100)]


def test_the_form_of_years_holds_the_span_and_the_rest_of_the_search() -> None:
    state = SearchState(q="laut", filters=(Filter("year", ("2010..2014",)), Filter("format", ("map",))))
    years = group(state, year=[FacetValue("2010..2019", 3), FacetValue("2010..2014", 2, chosen=True)]).years
    assert years is not None
    assert (years.first, years.last) == ("2010", "2014")
    assert years.kept == (("q", "laut"), ("f.format", "map"))
    assert state_of(years.recent.href).chosen("year") == ("2021..",)
    sent = SearchState.from_params([*years.kept, ("from", "2000"), ("to", "")])
    assert sent.filters == (Filter("format", ("map",)), Filter("year", ("2000..",)))


def test_a_span_that_was_read_from_the_text_does_not_come_back_when_it_is_emptied() -> None:
    state = SearchState(q="buku tentang gempa setelah 2015")
    years = group(state, year=[FacetValue("2010..2019", 3), FacetValue("2015..", 5, chosen=True)]).years
    assert years is not None
    assert years.first in ("2015", "2016")
    emptied = SearchState.from_params([*years.kept, ("from", ""), ("to", "")])
    assert not emptied.understood(TODAY).query.filters


def test_all_values_are_filtered_by_the_words_people_read_and_sorted() -> None:
    state = SearchState(q="laut").listing("language")
    values = (FacetValue("ind", 9), FacetValue("eng", 7), FacetValue("fre", 2))
    assert [item.label for item in listed(state, *values).items] == ["Indonesia", "Inggris", "Prancis"]
    assert [item.label for item in listed(replace(state, facet_text="INGG"), *values).items] == ["Inggris"]
    by_name = listed(state.in_order("az"), *values[::-1])
    assert [item.label for item in by_name.items] == ["Indonesia", "Inggris", "Prancis"]
    assert [order.current for order in by_name.orders] == [False, True]
    assert by_name.back == "/?q=laut"


def test_chosen_values_come_first_and_a_long_list_is_cut_and_says_so() -> None:
    values = [FacetValue(f"t{n:04}", 2000 - n) for n in range(1000)]
    made = listed(SearchState(q="x").listing("topic"), *values, FacetValue("z", 1, chosen=True))
    assert made.items[0].label == "z"
    assert len(made.items) == VALUES_LISTED
    assert made.told.startswith(f"1.001 pilihan; {VALUES_LISTED} ")


@given(st.text(max_size=30))
def test_any_text_filters_a_list_to_a_part_of_it(text: str) -> None:
    values = [FacetValue(name, 1) for name in ("Laut", "Été", "ikan-ikan", "<b>")]
    made = listed(replace(SearchState(q="x").listing("topic"), facet_text=text), *values)
    assert {item.label for item in made.items} <= {value.value for value in values}


def test_toggles_say_how_many_and_which_holds() -> None:
    state = SearchState(q="laut")
    access = [FacetValue("online", 5), FacetValue("fulltext", 4), FacetValue("shelf", 3)]
    made = toggles(page(state, access=access), state.understood(TODAY), state, LINKS, ID)
    assert [(choice.label, choice.current) for choice in made] == [
        ("Semua", True),
        ("Tersedia di rak (3)", False),
        ("Baca daring (5)", False),
    ]
    chosen = state_of(made[1].href)
    assert chosen.chosen("access") == ("shelf",)
    again = toggles(page(chosen, access=access), chosen.understood(TODAY), chosen, LINKS, ID)
    assert [choice.current for choice in again] == [False, True, False]
    assert state_of(again[0].href) == state


def test_a_catalogue_that_knows_nothing_of_shelves_has_no_toggle_for_them() -> None:
    state = SearchState(q="laut")
    online = page(state, access=[FacetValue("online", 5)])
    assert [c.label for c in toggles(online, state.understood(TODAY), state, LINKS, ID)] == ["Semua", "Baca daring (5)"]
    assert toggles(page(state), state.understood(TODAY), state, LINKS, ID) == ()


def total(client: TestClient, href: str) -> int:
    answer = client.get("/api/v1/search?" + href.partition("?")[2])
    return int(answer.json()["total"])


@pytest.mark.parametrize("search", ["/cari?q=membaca", "/cari?sort=title", "/cari?q=karang&-f.language=eng"])
def test_every_count_on_the_page_and_in_its_lists_is_what_choosing_gives(client: TestClient, search: str) -> None:
    shown = Elements(client.get(search).text)
    lists = [a["href"] for a in shown.all("a") if "&facet=" in a.get("href", "")]
    values = [a for a in shown.all("a") if a.get("class", "") == "facet"]
    for address in lists[:3]:
        values += [a for a in Elements(client.get(address).text).all("a") if a.get("class", "") == "facet"][:12]
    assert len(values) >= 5
    for value in values:
        told = re.search(r": ([\d.]+) judul$", value["aria-label"])
        assert told, value
        assert total(client, value["href"]) == int(told[1].replace(".", "")), value


def test_keeping_a_value_out_leaves_the_rest_and_shows_a_chip_that_brings_it_back(client: TestClient) -> None:
    everything, maps = total(client, "?sort=title"), total(client, "?f.format=map")
    left = client.get("/cari?sort=title&-f.format=map")
    assert f"{everything - maps} judul" in left.text or f"{everything - maps} hasil" in left.text
    assert "bukan Peta" in left.text
    chip = next(a for a in Elements(left.text).all("a") if a.get("aria-label") == "Hapus saringan Format: bukan Peta")
    assert chip["href"] == "/cari?sort=title"


def test_a_list_of_values_narrows_by_its_box_without_a_script(client: TestClient) -> None:
    whole = client.get("/cari?sort=title&facet=contributor")
    assert "Sari, Dewi" in whole.text
    narrowed = Elements(client.get("/cari?sort=title&facet=contributor&fq=dew").text)
    assert [a["aria-label"] for a in narrowed.all("a") if a.get("class", "") == "facet"] == ["Sari, Dewi: 31 judul"]
    fields = {i["name"]: i.get("value", "") for i in narrowed.all("input") if i.get("type") == "hidden"}
    assert fields["facet"] == "contributor"
    assert fields["sort"] == "title"


def test_a_span_of_years_sent_by_the_form_narrows(client: TestClient) -> None:
    assert total(client, "?q=membaca&from=2000&to=2009") == 10
    assert "2000–2009" in client.get("/cari?q=membaca&from=2009&to=2000").text
