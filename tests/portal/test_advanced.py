"""The form for several fields, and the search it means."""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from portal.composing import ASKED_IN, HOWS, MAX_ROWS, Form, How, Row, form_from, form_of, text_of
from portal.i18n import Language, messages
from search.query_language import MAX_DEPTH, parse
from tests.support.html import Elements

WORDS = st.lists(st.sampled_from(["laut", "ikan", "karang", "biru", "danau"]), min_size=1, max_size=3, unique=True)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    rows = draw(
        st.lists(st.tuples(st.sampled_from([*ASKED_IN]), WORDS, st.sampled_from(HOWS)), min_size=1, max_size=MAX_ROWS)
    )
    return Form(tuple(Row(field, " ".join(words), how) for field, words, how in rows), draw(st.booleans()))


@given(forms())
def test_a_search_read_back_into_the_form_means_the_same(form: Form) -> None:
    text = text_of(form)
    query = parse(text)
    assert not query.plain
    if len(form_from(query.parts).rows) < MAX_ROWS:
        again = text_of(form_from(query.parts))
        assert {(c.text, c.field, c.negated, c.phrase) for c in parse(again).clauses} == {
            (c.text, c.field, c.negated, c.phrase) for c in query.clauses
        }
        assert text_of(form_from(parse(again).parts)) == again


@pytest.mark.parametrize("either", [False, True])
@pytest.mark.parametrize("how", HOWS)
def test_a_row_that_says_the_same_again_changes_nothing(how: How, either: bool) -> None:
    row = Row("title", "laut biru", how)
    assert text_of(Form((row, row), either)) == text_of(Form((row,), either))
    assert text_of(Form((row, Row("subject", "ikan"), row), either)) == text_of(
        Form((row, Row("subject", "ikan")), either)
    )


@pytest.mark.parametrize("words", ["anak anak", "to be or not to be"])
def test_a_row_keeps_the_words_that_it_repeats(words: str) -> None:
    form = Form((Row("", words), Row("subject", "laut")))
    assert form_from(parse(text_of(form)).parts) == form


def test_rows_of_one_field_that_ask_for_different_words_are_all_asked() -> None:
    rows = Form((Row("title", "laut", "any"), Row("title", "biru danau", "any"), Row("title", "biru", "phrase")))
    assert text_of(rows) == 'judul:laut judul:biru ATAU judul:danau judul:"biru"'


@given(st.text(max_size=60))
def test_any_search_can_be_changed_in_the_form(text: str) -> None:
    query = parse(text)
    form = form_from(query.parts)
    assert len(form.rows) <= MAX_ROWS
    parse(text_of(form))


@pytest.mark.parametrize(
    "text",
    [
        "judul:laut judul:biru pengarang:hirata",
        '"terumbu karang" -ikan',
        "(judul:laut ATAU judul:danau) subjek:ikan",
        "judul:laut ATAU subjek:ikan",
        "(judul:laut DAN judul:biru) ATAU subjek:ikan",
        "perpusta*",
        "(laut ATAU (danau DAN biru)) ikan",
    ],
)
def test_searches_come_back_as_they_were(text: str) -> None:
    parts = parse(text).parts
    again = parse(text_of(form_from(parts))).parts
    assert set(again) == set(parts)
    assert MAX_DEPTH >= 3


@pytest.mark.parametrize(("how", "either"), [("any", False), ("phrase", False), ("all", True)])
def test_two_rows_of_one_field_and_way_stay_two(how: How, either: bool) -> None:
    form = Form((Row("title", "laut biru", how), Row("title", "ikan karang", how)), either)
    assert form_from(parse(text_of(form)).parts) == form


@given(st.lists(st.text(max_size=30), max_size=40), st.lists(st.text(max_size=10), max_size=5))
def test_what_a_browser_sends_is_bounded(words: list[str], others: list[str]) -> None:
    form = form_of(others, words, others, either=True)
    assert len(form.rows) <= MAX_ROWS
    assert all(row.field in ASKED_IN and row.how in HOWS and row.words for row in form.rows)
    parse(text_of(form))


def sent(client: TestClient, *params: tuple[str, str]) -> str:
    answer = client.get("/cari/lanjut", params=[("kirim", "1"), *params], follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


def test_the_form_leads_to_the_one_address_of_its_search(client: TestClient) -> None:
    address = sent(
        client,
        ("ruas", "title"), ("cara", "all"), ("kata", "karang"),
        ("ruas", "author"), ("cara", "none"), ("kata", "carter"),
        ("ruas", ""), ("cara", "all"), ("kata", ""),
        ("f.language", "ind"), ("from", "2000"), ("to", "2012"),
    )  # fmt: skip
    assert parse_qsl(urlsplit(address).query) == [
        ("q", "judul:karang -pengarang:carter"),
        ("f.language", "ind"),
        ("f.year", "2000..2012"),
    ]
    html = client.get(address).text
    assert "Ikan <mark>karang</mark> Indonesia Timur" in html
    assert sent(client, ("kata", "laut"), ("app", "1"), ("hl", "en")) == "/?q=laut&hl=en"


@pytest.mark.parametrize("hl", ["id", "en"])
@pytest.mark.parametrize("words", ["", "  ", '"'])
def test_a_form_with_nothing_to_look_for_says_what_to_do(client: TestClient, hl: Language, words: str) -> None:
    asked = {"kirim": "1", "ruas": "author", "cara": "phrase", "kata": words, "hl": hl, "app": "1"}
    answer = client.get("/cari/lanjut", params=asked, follow_redirects=False)
    assert answer.status_code == 200
    assert messages(hl)("advanced.empty") in answer.text
    page = Elements(answer.text)
    field = next(i for i in page.all("input") if i.get("name") == "kata")
    assert "autofocus" in field
    assert field["aria-describedby"] in {a.get("id") for a in page.all("p")}
    switched = client.get(page.of_key("language")).text
    assert messages("en" if hl == "id" else "id")("advanced.empty") in switched


def test_a_form_that_limits_alone_asks_for_all_of_them(client: TestClient) -> None:
    assert sent(client, ("kata", ""), ("f.format", "map")) == "/cari?f.format=map"


def test_rows_come_back_in_the_order_in_which_they_were_typed(client: TestClient) -> None:
    rows = [
        ("subject", "none", "ikan"),
        ("author", "phrase", "hirata lasut"),
        ("title", "all", "karang"),
        ("author", "all", "wenas"),
        ("title", "any", "laut danau"),
        ("title", "all", "biru"),
    ]
    names = ("ruas", "cara", "kata")
    params = [pair for row in rows for pair in zip(names, row, strict=True)]
    for join in ("all", "any"):
        address = sent(client, *params, ("cocok", join))
        page = Elements(client.get("/cari/lanjut?" + urlsplit(address).query).text)
        words = [i["value"] for i in page.all("input") if i.get("name") == "kata" and i["value"]]
        assert words == [words for _, _, words in rows]


def test_words_that_plain_language_would_read_are_words_here(client: TestClient) -> None:
    address = sent(client, ("ruas", ""), ("kata", "buku anak tentang gempa"))
    assert parse_qs(urlsplit(address).query)["words"] == ["all"]


def test_a_search_is_shown_in_the_form_with_what_was_read_from_it(client: TestClient) -> None:
    page = Elements(client.get("/cari/lanjut?q=buku+anak+tentang+gempa+setelah+2015&-f.format=map&app=1").text)
    inputs = list(page.all("input"))
    words = [i["value"] for i in inputs if i.get("name") == "kata"]
    assert words[0] == "gempa"
    assert [i["value"] for i in inputs if i.get("name") == "from"] in (["2015"], ["2016"])
    hidden = {(i["name"], i["value"]) for i in inputs if i.get("type") == "hidden"}
    assert {("-f.format", "map"), ("app", "1"), ("kirim", "1")} <= hidden
    assert not any(name in ("q", "drop", "words") for name, _ in hidden)


@pytest.mark.parametrize("hl", ["id", "en"])
def test_results_lead_to_the_form_and_it_is_labelled(client: TestClient, hl: str) -> None:
    results = Elements(client.get(f"/cari?q=judul:karang&hl={hl}").text)
    form = next(href for href in results.links() if href.startswith("/cari/lanjut?q="))
    page = Elements(client.get(form).text)
    assert next(i["value"] for i in page.all("input") if i.get("name") == "kata") == "karang"
    assert [o["value"] for o in page.all("option") if "selected" in o][:2] == ["title", "all"]
    assert [i["value"] for i in page.all("input") if i.get("name") == "q"] == [""]  # above it no code of a search
