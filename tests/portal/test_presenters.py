"""What results and records say, from hand-made answers of a search."""

import json

import pytest

from portal.answers import search_answer
from portal.i18n import Language, messages
from portal.links import InteractiveLinks, PlainLinks, is_web_address
from portal.presenters import reason_sentence
from portal.presenters.reader import paragraphs
from portal.presenters.results import card, facet_groups, results
from portal.presenters.wording import names_line, value_label
from portal.search_state import SearchState
from search.document import Contributor, Document, DocumentId, Ebook, OnlineAccess
from search.query import Query
from search.query_language import parse
from search.results import FacetValue, Highlight, Hit, PageHit, Reason, ResultPage

ID, EN = messages("id"), messages("en")
LINKS = InteractiveLinks()


def book(**changes: object) -> Document:
    names = tuple(Contributor(name, main=n == 1) for n, name in enumerate(["B", "A", "C", "D"]))
    facts: dict[str, object] = {
        "id": DocumentId("s.1"),
        "fields": {"title": ("Laut",), "format": ("map",), "language": ("ind", "eng"), "year": ("2014",)},
        "contributors": names,
    }
    return Document(**{**facts, **changes})  # type: ignore[arg-type]


def found(*hits: Hit, total: int = 0, page: int = 1, size: int = 20, **facets: list[FacetValue]) -> ResultPage:
    return ResultPage(Query("laut"), "hybrid", page, size, total or len(hits), 1234.5, hits, facets)


PAGE = PageHit(14, "xii", Highlight("di laut", ((3, 7),)))


@pytest.mark.parametrize(
    ("reasons", "pages", "indonesian", "english"),
    [
        ((Reason("words", "title"),), (), "Cocok di judul", "Matches in title"),
        (
            (Reason("words", "title"), Reason("words", "subject"), Reason("words", "pages", page=14)),
            (PAGE,),
            "Cocok di judul, subjek dan isi e-book",
            "Matches in title, subject and e-book text",
        ),
        ((Reason("meaning"),), (), "Makna serupa", "Similar in meaning"),
        (
            (Reason("meaning", page=14),),
            (PAGE,),
            "Makna serupa di hlm. xii e-book",
            "Similar in meaning on p. xii of the e-book",
        ),
        (
            (Reason("words", "subject"), Reason("meaning")),
            (),
            "Cocok di subjek; makna serupa",
            "Matches in subject; similar in meaning",
        ),
        ((), (), "", ""),
    ],
)
def test_a_hit_says_why_it_is_there(
    reasons: tuple[Reason, ...], pages: tuple[PageHit, ...], indonesian: str, english: str
) -> None:
    hit = Hit(book(), 1.0, reasons, pages=pages)
    assert reason_sentence(hit, ID) == indonesian
    assert reason_sentence(hit, EN) == english


def test_many_fields_are_told_as_the_weightiest_three() -> None:
    fields = ("title", "subject", "summary", "note", "pages")
    sentence = reason_sentence(Hit(book(), 1.0, tuple(Reason("words", f) for f in fields)), EN)
    assert sentence == "Matches in title, subject, summary and e-book text"


@pytest.mark.parametrize(
    ("field", "value", "indonesian", "english"),
    [
        ("format", "map", "Peta", "Map"),
        ("language", "bug", "Bugis", "Buginese"),
        ("language_original", "eng", "Inggris", "English"),
        ("access", "online", "Baca daring", "Read online"),
        ("audience", "children", "Anak", "Children"),
        ("dewey_class", "500", "500 Sains dan matematika", "500 Science and mathematics"),
        ("year", "2010..2019", "2010–2019", "2010–2019"),
        ("subject", "map", "map", "map"),
    ],
)
def test_codes_become_words(field: str, value: str, indonesian: str, english: str) -> None:
    assert (value_label(field, value, ID), value_label(field, value, EN)) == (indonesian, english)


def test_the_main_contributor_comes_first_and_a_long_list_is_cut() -> None:
    assert names_line(book(), ID) == "A; B; C dkk."


def test_a_facet_value_leads_to_the_search_with_it_and_back() -> None:
    state = SearchState(q="laut", page=2).toggling("format", "map")
    page = found(total=9, format=[FacetValue("book", 7), FacetValue("map", 2, chosen=True)])
    (group,) = facet_groups(page, state, LINKS, ID)
    chosen, other = group.items
    assert (chosen.label, chosen.href, chosen.chosen) == ("Peta", "/?q=laut", True)
    assert other.href == "/?q=laut&f.format=book&f.format=map"
    assert other.name == "Buku: 7 judul"


def test_a_facet_that_cannot_narrow_is_left_out() -> None:
    page = found(total=9, source=[FacetValue("kota", 9)], genre=[FacetValue("Fiksi", 4)])
    assert [g.field for g in facet_groups(page, SearchState(), LINKS, ID)] == ["genre"]


def test_a_chosen_value_is_shown_even_when_rare() -> None:
    values = [FacetValue(f"s{n}", 50 - n) for n in range(40)] + [FacetValue("rare", 1, chosen=True)]
    (group,) = facet_groups(found(total=99, topic=values), SearchState(), LINKS, ID)
    assert group.items[0].label == "rare"


def test_the_pager_stops_at_the_thousandth_result() -> None:
    view = results(found(Hit(book(), 1), total=123456, page=50), SearchState(q="laut", page=50), LINKS, ID)
    assert [item.label if item else "…" for item in view.pager] == ["1", "…", "48", "49", "50"]
    assert not view.next
    assert "1.000" in view.reach
    assert view.heading == "123.456 hasil"
    assert view.seconds == "1,23 detik"


def test_no_results_offer_a_way_out_for_each_filter() -> None:
    state = SearchState(q="laut", mode="keyword").toggling("format", "map").toggling("language", "ind")
    view = results(found(), state, LINKS, EN)
    assert view.empty is not None
    assert [step.href for step in view.empty.steps] == [
        "/?q=laut&f.language=ind&mode=keyword",
        "/?q=laut&f.format=map&mode=keyword",
        "/?q=laut&mode=keyword",
        "/?q=laut&f.format=map&f.language=ind",
        "/?q=laut&f.format=map&f.language=ind&mode=semantic",
    ]


def test_a_card_reads_our_ebook_first_and_never_follows_a_script() -> None:
    links = (
        OnlineAccess("javascript:alert(1)", kind="read"),
        OnlineAccess("https://example.org/a b", kind="read"),
        OnlineAccess("https://example.org/x", "Versi", kind="read", access="login"),
        OnlineAccess("https://example.org/y", "Jilid 2", kind="read"),
        OnlineAccess("https://example.org/c.jpg", kind="cover"),
    )
    document = book(links=links, ebook=Ebook("0" * 64, "a.pdf", 20))
    view = card(Hit(document, 1.0, pages=(PAGE,)), 1, SearchState(q="laut", hl="en"), LINKS, EN)
    assert [(link.label, link.href, link.note) for link in view.read] == [
        ("Read e-book", "/baca/s.1/1?q=laut&hl=en", ""),
        ("Read", "https://example.org/x", "login needed"),
    ]
    assert view.pages[0].label == "p. xii (PDF 14)"
    assert view.pages[0].snippet == "di <mark>laut</mark>"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//example.org", "http://", "ftp://a/b", "x", " "]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert not is_web_address(url)


def test_plain_and_interactive_links_name_the_same_record() -> None:
    state = SearchState(q="laut", hl="en")
    assert LINKS.record(state, "a/b c") == "/?q=laut&hl=en&id=a%2Fb+c"
    assert PlainLinks().record(state, "a/b c") == "/katalog/a%2Fb%20c?q=laut&hl=en"


def test_a_page_of_text_keeps_marks_in_each_paragraph() -> None:
    text = "Satu <b>laut</b>.\n\n  Dua laut\nbiru.\n\n\n"
    assert [str(p) for p in paragraphs(text, parse("laut"))] == [
        "Satu &lt;b&gt;<mark>laut</mark>&lt;/b&gt;.",
        "Dua <mark>laut</mark>\nbiru.",
    ]


@pytest.mark.parametrize("hl", ["id", "en"])
def test_the_answer_is_plain_json_with_labels(hl: Language) -> None:
    hit = Hit(book(), 0.5, (Reason("words", "title", ("laut",)),), pages=(PAGE,))
    answer = json.loads(json.dumps(search_answer(found(hit, format=[FacetValue("map", 1)]), hl)))
    assert answer.keys() == {"query", "mode", "total", "took_ms", "interpretation", "hits", "facets"}
    assert answer["facets"] == {"format": [{"value": "map", "label": messages(hl).label("format", "map"), "count": 1}]}
    (first,) = answer["hits"]
    assert first["pages"] == [{"page": 14, "label": "xii", "snippet": "di laut"}]
    assert first["reasons"] == ["title"]
    assert list(first) == [
        "id", "title", "contributors", "year", "format", "languages", "score", "reasons", "pages",
    ]  # fmt: skip
