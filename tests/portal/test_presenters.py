"""What results and records say, from hand-made answers of a search."""

import json
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from portal.answers import search_answer
from portal.i18n import Language, Messages, messages
from portal.links import InteractiveLinks, PlainLinks, is_web_address
from portal.presenters import reason_sentence
from portal.presenters.facets import FacetGroup, facet_groups
from portal.presenters.place import place
from portal.presenters.reader import paragraphs, reader
from portal.presenters.results import Results, card, results
from portal.presenters.service import service_view
from portal.presenters.wording import names_line, value_label
from portal.search_state import SearchState
from portal.settings import PlaceSettings
from search.document import Contributor, Document, DocumentId, Ebook, OnlineAccess, Page
from search.query import Query
from search.query_language import parse
from search.results import Answer, FacetValue, Highlight, Hit, Notice, PageHit, Reason, ResultPage, Scores, Way

ID, EN = messages("id"), messages("en")
LINKS = InteractiveLinks()
TODAY = date(2026, 8, 1)


def book(**changes: object) -> Document:
    names = tuple(Contributor(name, main=n == 1) for n, name in enumerate(["B", "A", "C", "D"]))
    facts: dict[str, object] = {
        "id": DocumentId("s.1"),
        "fields": {"title": ("Laut",), "format": ("map",), "language": ("ind", "eng"), "year": ("2014",)},
        "contributors": names,
    }
    return Document(**{**facts, **changes})  # type: ignore[arg-type]


def groups(page: ResultPage, state: SearchState) -> tuple[FacetGroup, ...]:
    return facet_groups(page, state.understood(TODAY), state, LINKS, ID)


def drawn(page: ResultPage, state: SearchState, t: Messages = ID) -> Results:
    return results(page, state.understood(TODAY), state, LINKS, t)


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


@pytest.mark.parametrize(
    ("languages", "reasons", "indonesian", "english"),
    [
        (
            ("eng",),
            (Reason("translation", "title", ("copyright",)), Reason("translation", "subject", ("copyright", "law"))),
            "Cocok lewat kata lain di judul dan subjek: copyright, law; sumber berbahasa Inggris",
            "Matches by other words in title and subject: copyright, law",
        ),
        (
            ("ind", "eng"),
            (Reason("words", "title", ("hak",)), Reason("translation", "pages", ("right",)), Reason("meaning", page=3)),
            "Cocok di judul; cocok lewat kata lain di isi e-book: right; makna serupa",
            "Matches in title; matches by other words in e-book text: right; similar in meaning",
        ),
    ],
)
def test_a_hit_says_that_its_words_are_translations_and_in_what_language_it_is(
    languages: tuple[str, ...], reasons: tuple[Reason, ...], indonesian: str, english: str
) -> None:
    hit = Hit(book(fields={"title": ("Copyright law",), "language": languages}), 1.0, reasons)
    assert reason_sentence(hit, ID) == indonesian
    assert reason_sentence(hit, EN) == english


@pytest.mark.parametrize(
    ("field", "indonesian", "english"),
    [
        ("title_uniform", "Judul seragam sama: Laut", "Same uniform title: Laut"),
        ("series", "Seri sama: Laut", "Same series: Laut"),
        ("contributor", "Pengarang sama: Laut", "Same author: Laut"),
        ("subject", "Subjek sama: Laut", "Same subject: Laut"),
        ("topic", "Topik sama: Laut", "Same topic: Laut"),
    ],
)
def test_what_two_titles_share_is_told(field: str, indonesian: str, english: str) -> None:
    hit = Hit(book(), 1.0, (Reason("shared", field, ("Laut",)),))
    assert reason_sentence(hit, ID) == indonesian
    assert reason_sentence(hit, EN) == english


def test_of_what_is_shared_two_values_a_field_are_told_then_nearness() -> None:
    shared = (Reason("shared", "series", ("Seri A",)), Reason("shared", "subject", ("Laut -- Jawa", "Ikan", "Garam")))
    sentence = reason_sentence(Hit(book(), 1.0, (*shared, Reason("meaning"))), ID)
    assert sentence == "Seri sama: Seri A; subjek sama: Laut — Jawa dan Ikan; makna serupa"


QUOTED = Answer(
    book(fields={"title": ("Laut <b>",), "language": ("ind",)}),
    14,
    "xii",
    "Bab 2",
    Highlight("Laut <i> itu asin.", ((0, 4),)),
    0.9,
)


def test_an_answer_is_quoted_with_its_page_as_a_link_that_keeps_the_words() -> None:
    page = replace(found(Hit(book(), 1.0)), answers=(QUOTED,))
    (quote,) = drawn(page, SearchState(q="mengapa laut asin?")).quotes
    assert quote.text == "<mark>Laut</mark> &lt;i&gt; itu asin."
    assert (quote.source, quote.section, quote.lang) == ("Laut <b>, hlm. xii (PDF 14)", "Bab 2", "id")
    assert quote.href == "/baca/s.1/14?q=mengapa+laut+asin%3F"
    (english,) = drawn(page, SearchState(q="why?", hl="en"), EN).quotes
    assert english.href == "/baca/s.1/14?q=why%3F&hl=en"
    assert english.source.endswith("p. xii (PDF 14)")


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
    (group,) = groups(page, state)
    chosen, other = group.items
    assert (chosen.label, chosen.href, chosen.chosen) == ("Peta", "/?q=laut", True)
    assert other.href == "/?q=laut&f.format=book&f.format=map"
    assert other.name == "Buku: 7 judul"


def test_a_facet_that_cannot_narrow_is_left_out() -> None:
    page = found(total=9, source=[FacetValue("kota", 9)], genre=[FacetValue("Fiksi", 4)])
    assert [g.field for g in groups(page, SearchState())] == ["genre"]


def test_a_chosen_value_is_shown_even_when_rare() -> None:
    values = [FacetValue(f"s{n}", 50 - n) for n in range(40)] + [FacetValue("rare", 1, chosen=True)]
    (group,) = groups(found(total=99, topic=values), SearchState())
    assert group.items[0].label == "rare"


def test_the_pager_stops_at_the_thousandth_result() -> None:
    view = drawn(found(Hit(book(), 1), total=123456, page=50), SearchState(q="laut", page=50))
    assert [item.label if item else "…" for item in view.pager] == ["1", "…", "48", "49", "50"]
    assert not view.next
    assert "1.000" in view.reach
    assert view.heading == "123.456 hasil"
    assert view.seconds == "1,23 detik"


TEXT = "buku anak tentang gempa setelah 2015"


def test_what_was_understood_stands_apart_and_can_be_taken_back() -> None:
    view = drawn(found(Hit(book(), 1)), SearchState(q=TEXT).toggling("format", "map"))
    assert view.understood is not None
    assert [(chip.field, chip.value, chip.href) for chip in view.understood.chips] == [
        ("Untuk", "Anak", f"/?q={TEXT.replace(' ', '+')}&f.format=map&drop=audience"),
        ("Tahun", "2016 ke atas", f"/?q={TEXT.replace(' ', '+')}&f.format=map&drop=year"),
    ]
    assert view.understood.chips[0].name == "Abaikan Untuk: Anak"
    assert view.understood.words == "gempa"
    assert view.understood.as_words.endswith("&words=all")
    assert not view.understood.anew
    assert [(chip.field, chip.value) for chip in view.chips] == [("Format", "Peta")]


@pytest.mark.parametrize(
    ("text", "indonesian", "english"),
    [
        ("buku tentang laut dalam bahasa Inggris", "Bahasa: Inggris", "Language: English"),
        ("buku tentang kesehatan kecuali diet dan gizi", "Tanpa: diet atau gizi", "Without: diet or gizi"),
        ("buku karya Pramoedya Ananta Toer", "Pengarang: Pramoedya Ananta Toer", "Author: Pramoedya Ananta Toer"),
        ("buku terbaru tentang laut", "Urutan: Tahun terbaru", "Order: Newest year"),
        (
            "skripsi tentang laut",
            "Jenis bahan: Skripsi atau Skripsi/tesis",
            "Material type: Bachelor's thesis or Thesis",
        ),
        ("buku tentang laut yang bisa dibaca online", "Akses: Baca daring", "Access: Read online"),
        ("buku terjemahan dari bahasa Jepang", "Terjemahan dari: Jepang", "Translated from: Japanese"),
        ("buku tentang laut sebelum 2000", "Tahun: 1999 ke bawah", "Year: 1999 and earlier"),
    ],
)
def test_every_kind_of_reading_has_words_in_both_languages(text: str, indonesian: str, english: str) -> None:
    for t, expected in ((ID, indonesian), (EN, english)):
        view = drawn(found(Hit(book(), 1)), SearchState(q=text), t)
        assert view.understood is not None
        assert [f"{chip.field}: {chip.value}" for chip in view.understood.chips] == [expected]


def test_a_plain_text_shows_nothing_understood_and_one_taken_back_can_be_read_again() -> None:
    assert drawn(found(Hit(book(), 1)), SearchState(q="gempa")).understood is None
    view = drawn(found(Hit(book(), 1)), SearchState(q=TEXT, words=("all",)))
    assert view.understood is not None
    assert (view.understood.chips, view.understood.words, view.understood.as_words) == ((), "", "")
    assert view.understood.anew == f"/?q={TEXT.replace(' ', '+')}"


def test_another_spelling_is_told_with_the_way_back() -> None:
    page = replace(found(Hit(book(), 1)), query=parse("gempa"), typed=parse("gempaa"))
    view = drawn(page, SearchState(q="gempaa"))
    assert (view.query, view.spelling.told) == ("gempa", "Menampilkan hasil untuk “gempa”.")
    assert view.spelling.other is not None
    assert (view.spelling.other.label, view.spelling.other.href) == ("Cari persis “gempaa”", "/?q=gempaa&exact=1")


def test_a_likelier_text_keeps_what_was_understood() -> None:
    state = SearchState(q="buku anak tentang gempaa")
    understood = state.understood(TODAY).query
    page = replace(found(Hit(book(), 1)), query=understood, meant=replace(understood, text="gempa"))
    view = drawn(page, state)
    assert view.spelling.meant is not None
    assert (view.spelling.meant.label, view.spelling.meant.href) == ("gempa", "/?q=gempa&f.audience=children")


def test_an_exact_search_leads_to_other_spellings() -> None:
    view = drawn(found(), SearchState(q="gempaa", exact=True))
    assert view.spelling.other is not None
    assert view.spelling.other.href == "/?q=gempaa"
    assert view.empty is not None
    assert view.empty.steps[0].href == "/?q=gempaa"


def test_what_was_looked_for_in_the_other_language_is_told() -> None:
    assert drawn(replace(found(Hit(book(), 1)), also=("reef", "coral")), SearchState(q="karang")).also == "reef, coral"


def test_a_read_value_is_shown_chosen_and_given_up_by_dropping_the_reading() -> None:
    state = SearchState(q=TEXT)
    page = found(total=9, audience=[FacetValue("children", 7, chosen=True), FacetValue("adults", 2)])
    (group,) = groups(page, state)
    chosen, other = group.items
    assert (chosen.chosen, chosen.href) == (True, "/" + state.dropping("audience").query_string())
    assert other.href == "/" + state.toggling("audience", "adults").query_string()


def test_the_order_that_was_read_is_shown_and_can_be_left() -> None:
    state = SearchState(q="buku terbaru tentang laut")
    view = drawn(found(Hit(book(), 1)), state)
    assert [choice.label for choice in view.sorts if choice.current] == ["Tahun terbaru"]
    assert view.sorts[0].href == "/?q=buku+terbaru+tentang+laut&drop=sort"


def test_no_results_in_a_scope_offer_to_look_everywhere() -> None:
    view = drawn(found(), SearchState(q="laut", scope="author"))
    assert view.empty is not None
    assert ("Cari di semua ruas", "/?q=laut") in [(step.label, step.href) for step in view.empty.steps]
    elsewhere = drawn(found(), SearchState(q="laut"))
    assert elsewhere.empty is not None
    assert "Cari di semua ruas" not in [step.label for step in elsewhere.empty.steps]


def test_no_results_offer_ways_out_with_their_counts_before_anything_else() -> None:
    state = SearchState(q="laut zzz", mode="keyword").toggling("format", "map").toggling("language", "eng")
    query = state.understood(TODAY).query
    ways = (
        Way("filter", query.filters[1], (), query.lifting("language"), 1200),
        Way("filters", None, (), query.without_filters(), 1300),
        Way("words", None, ("zzz",), parse("laut", query.filters), 1),
    )
    view = drawn(replace(found(), query=query, ways=ways), state)
    assert view.empty is not None
    assert [(step.label, step.href) for step in view.empty.steps] == [
        ("Tanpa saringan Bahasa: Inggris (1.200)", "/?q=laut+zzz&f.format=map&mode=keyword"),
        ("Tanpa semua saringan (1.300)", "/?q=laut+zzz&mode=keyword"),
        ("Tanpa kata “zzz” (1)", "/?q=laut&f.format=map&f.language=eng&mode=keyword"),
        ("Cari menurut kata dan makna", "/?q=laut+zzz&f.format=map&f.language=eng"),
        ("Cari menurut makna, bukan kata yang persis sama", "/?q=laut+zzz&f.format=map&f.language=eng&mode=semantic"),
    ]


def test_a_way_to_words_anywhere_leaves_quotes_and_scope() -> None:
    way = Way("anywhere", None, (), parse("laut biru"), 12)
    view = drawn(replace(found(), ways=(way,)), SearchState(q='"laut biru"', scope="title"))
    assert view.empty is not None
    steps = [(step.label, step.href) for step in view.empty.steps]
    assert steps[0] == ("Dengan kata-kata ini di mana saja, dalam urutan apa pun (12)", "/?q=laut+biru")
    assert "Cari di semua ruas" not in [label for label, _ in steps]  # it is the same


def test_a_way_out_of_what_was_read_drops_the_reading() -> None:
    state = SearchState(q=TEXT)
    query = state.understood(TODAY).query
    ways = (Way("filter", query.filters[0], (), query.lifting("audience"), 3), Way("filters", None, (), query, 4))
    view = drawn(replace(found(), query=query, ways=ways), state)
    assert view.empty is not None
    assert [step.href for step in view.empty.steps[:2]] == [
        "/" + state.dropping("audience").query_string(),
        "/" + state.dropping("audience", "year").query_string(),
    ]


def test_without_vectors_no_search_by_meaning_is_offered() -> None:
    view = drawn(replace(found(), notices=("keyword_only",)), SearchState(q="laut"))
    assert view.empty is not None
    assert view.empty.steps == ()


@pytest.mark.parametrize("hl", ["id", "en"])
def test_every_notice_has_words(hl: Language) -> None:
    for notice in get_args(Notice):
        assert drawn(replace(found(), notices=(notice,)), SearchState(q="laut"), messages(hl)).notices


def test_a_card_reads_our_ebook_first_and_never_follows_a_script() -> None:
    links = (
        OnlineAccess("javascript:alert(1)", kind="read"),
        OnlineAccess("https://example.org/a b", kind="read"),
        OnlineAccess("https://example.org/x", "Versi", kind="read", access="login"),
        OnlineAccess("https://example.org/y", "Jilid 2", kind="read"),
        OnlineAccess("https://example.org/c.jpg", kind="cover"),
    )
    document = book(links=links, ebook=Ebook("0" * 64, "a.pdf", 20))
    view = card(Hit(document, 1.0, pages=(PAGE,)), 1, "laut", SearchState(q="laut", hl="en"), LINKS, EN)
    assert [(link.label, link.href, link.note) for link in view.read] == [
        ("Read e-book", "/baca/s.1/1?q=laut&hl=en", "login needed"),
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
    answer = json.loads(
        json.dumps(
            search_answer(found(hit, format=[FacetValue("map", 1)]), SearchState(q="laut").understood(TODAY), hl)
        )
    )
    assert answer.keys() == {"query", "mode", "total", "took_ms", "interpretation", "answers", "hits", "facets"}
    assert answer["answers"] == []
    assert answer["facets"] == {"format": [{"value": "map", "label": messages(hl).label("format", "map"), "count": 1}]}
    (first,) = answer["hits"]
    assert first["pages"] == [{"page": 14, "label": "xii", "snippet": "di laut"}]
    assert first["reasons"] == ["title"]
    assert list(first) == [
        "id", "title", "contributors", "year", "format", "languages", "score", "reasons", "scores", "pages",
    ]  # fmt: skip


def test_what_is_the_title_of_a_hit_is_no_question_to_the_library() -> None:
    state = SearchState(q="jam buka perpustakaan bitung")
    titled = Hit(book(fields={"title": ("Jam buka Perpustakaan Bitung : novel",)}), 1.0, ())
    for hit, asked in ((titled, None), (Hit(book(), 1.0, ()), "hours")):
        answer = search_answer(found(hit), state.understood(TODAY), "id", library="Perpustakaan Bitung")
        assert answer["interpretation"]["service"] == asked
        assert (
            service_view(found(hit), state, "Perpustakaan Bitung", "", "", False, place(PlaceSettings(), ID), ID)
            is None
        ) == (asked is None)


def test_the_json_names_translation_beside_the_fields_and_every_part_of_the_score() -> None:
    reasons = (Reason("translation", "title", ("sea",)), Reason("words", "pages", ("laut",)), Reason("meaning"))
    hit = Hit(book(), 0.7, reasons, scores=Scores(4.2, 0.6, None, 0.7))
    page = replace(found(hit), answers=(QUOTED,))
    answer = json.loads(json.dumps(search_answer(page, SearchState(q="laut").understood(TODAY), "id")))
    assert answer["hits"][0]["reasons"] == ["title", "pages", "translation", "meaning"]
    assert answer["hits"][0]["scores"] == {"words": 4.2, "words_share": 0.6, "cosine": None, "fused": 0.7}
    assert answer["answers"] == [
        {"id": "s.1", "title": "Laut <b>", "page": 14, "label": "xii", "text": "Laut <i> itu asin.", "score": 0.9}
    ]


@pytest.mark.parametrize(("section", "said"), [("Laut kita", ""), ("Bab 1", "Bab 1"), ("", "")])
def test_a_section_that_is_the_title_of_its_book_is_not_said_twice(section: str, said: str) -> None:
    made = Document(DocumentId("kota.1"), {"title": ("Laut kita",)}, ebook=Ebook("a" * 64, "laut.pdf", 3))
    view = reader(made, Page(1, "", "Laut", section), ("", "", ""), (), parse(""), ID, 30)
    assert (view.book, view.section) == ("Laut kita", said)
