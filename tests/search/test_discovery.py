from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.bilingual.lexicon import shipped
from search.discovery import MAX_RESULTS_REACHED, Discovery
from search.document import DocumentId, Passage
from search.engine import Entry
from search.engines.embedded import EmbeddedEngine
from search.errors import IndexMissing, QueryRefused
from search.fusion import SHARES
from search.query import MODES, Filter, Mode
from search.query_language import parse
from search.schema import SORTS
from search.static_embedding import StaticEmbedder
from search.understanding import understand
from tests.support.documents import document, entry
from tests.support.embedders import LetterEmbedder

EMBEDDER = LetterEmbedder()


def with_vectors(id: str, title: str, **fields: str | Sequence[str]) -> Entry:
    made = document(id, title, **fields)
    return Entry(made, (), (Passage(0, title),), EMBEDDER.passages([title]))


CATALOGUE = [
    with_vectors("a.1", "Terumbu karang", language="ind", subject=("Ikan", "Laut"), year="2014", format="book"),
    with_vectors("a.2", "Karang dan ikan", language="ind", subject="Ikan", year="2009", format=("book", "ebook")),
    with_vectors("a.3", "Coral reefs", language="eng", subject="Laut", year="2014", format="ebook"),
    with_vectors("a.4", "Gunung api", language="ind", subject="Gunung api", year="1999", format="book"),
    with_vectors("a.5", "Karangan bunga", language="ind", format="map"),
    with_vectors("a.6", "Rangka kapal", language="jav", subject="Laut", year="2020", format="book"),
]


def discovery_of(entries: Sequence[Entry], folder: Path, embedder: LetterEmbedder | None = EMBEDDER) -> Discovery:
    engine = EmbeddedEngine(folder)
    with engine.rebuilding(EMBEDDER.name, EMBEDDER.dimensions) as writer:
        assert not writer.put(entries).refused
    return Discovery(engine, embedder)


@pytest.fixture(scope="module")
def discovery(tmp_path_factory: pytest.TempPathFactory) -> Discovery:
    return discovery_of(CATALOGUE, tmp_path_factory.mktemp("index"))


TEXTS = st.sampled_from(
    ["", "karang", "ikan laut", "coral", '"terumbu karang"', "karang -ikan", "judul:gunung", "rangka"]
)
VALUES = {
    "subject": ["Ikan", "Laut", "Gunung api"],
    "language": ["ind", "eng"],
    "format": ["book", "ebook", "map"],
    "year": ["2010..2019", "1999"],
}
FILTERS = st.dictionaries(st.sampled_from(sorted(VALUES)), st.integers(0, 1), max_size=2).map(
    lambda chosen: [Filter(field, (VALUES[field][index],)) for field, index in chosen.items()]
)


@given(TEXTS, FILTERS, st.sampled_from(MODES), st.sampled_from(["relevance", "newest"]))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_choosing_any_facet_value_gives_exactly_the_count_shown(
    discovery: Discovery, text: str, filters: list[Filter], mode: Mode, sort: str
) -> None:
    shown = discovery.search(parse(text, filters, sort), mode)
    for field, values in shown.facets.items():
        others = [chosen for chosen in filters if chosen.field != field]
        for value in values:
            chosen = discovery.search(parse(text, [*others, Filter(field, (value.value,))], sort), mode)
            assert chosen.total == value.count, (text, field, value, mode)


@given(
    TEXTS, FILTERS, st.sampled_from(MODES), st.sampled_from(["relevance", *SORTS]), st.integers(1, 7), st.integers(0, 4)
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ids_of_results_are_those_that_a_search_shows(
    discovery: Discovery, text: str, filters: list[Filter], mode: Mode, sort: str, first: int, more: int
) -> None:
    query = parse(text, filters, sort)
    page = discovery.search(query, mode, 1, 20)
    ids, total = discovery.found(query, mode, first, first + more)
    assert list(ids) == [hit.document.id for hit in page.hits][first - 1 : first + more]
    assert total == page.total


def test_no_ids_are_given_beyond_what_can_be_reached(discovery: Discovery) -> None:
    assert discovery.found(parse(""), "hybrid", MAX_RESULTS_REACHED + 1, MAX_RESULTS_REACHED + 9) == ((), 0)
    assert discovery.found(parse(""), "hybrid", 3, 2) == ((), 0)


@given(TEXTS, FILTERS, st.sampled_from(MODES), st.sampled_from(["relevance", *SORTS]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_give_every_result_once_whatever_the_order(
    discovery: Discovery, text: str, filters: list[Filter], mode: Mode, sort: str
) -> None:
    query = parse(text, filters, sort)
    total = discovery.search(query, mode).total
    ids = [
        hit.document.id for page in range(1, total // 2 + 2) for hit in discovery.search(query, mode, page, size=2).hits
    ]
    assert len(ids) == len(set(ids)) == total


@given(TEXTS, st.sampled_from(MODES))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_way_out_that_drops_filters_has_the_results_it_promises(discovery: Discovery, text: str, mode: Mode) -> None:
    filters = [Filter("format", ("map",)), Filter("year", ("1999",))]
    page = discovery.search(parse(text, filters), mode)
    assert page.total == 0
    for way in page.ways:
        if way.kind in ("filter", "filters"):
            assert discovery.search(parse(text, way.query.filters), mode).total == way.total, (text, way)


def test_a_search_by_meaning_has_ways_out_of_its_filters(discovery: Discovery) -> None:
    page = discovery.search(parse("coral", [Filter("language", ("bug",))]), "semantic")
    assert page.total == 0
    assert [way.kind for way in page.ways] == ["filter"]


def test_a_document_near_in_meaning_is_found_without_its_words_and_says_so(discovery: Discovery) -> None:
    hits = {hit.document.id: hit for hit in discovery.search(parse("terumbukarang"), exact=True).hits}
    assert [reason.kind for reason in hits[DocumentId("a.1")].reasons] == ["meaning"]


def test_strict_syntax_lets_meaning_add_nothing(discovery: Discovery) -> None:
    page = discovery.search(parse("karang -ikan"))
    assert {hit.document.id for hit in page.hits} == {"a.5"} | {
        hit.document.id
        for hit in page.hits
        if "arang" in hit.document.title and "ikan" not in hit.document.title.lower()
    }
    assert DocumentId("a.2") not in {hit.document.id for hit in page.hits}


def test_a_model_adds_nothing_in_languages_it_does_not_know(tmp_path: Path) -> None:
    english_only = discovery_of(CATALOGUE, tmp_path, LetterEmbedder(frozenset({"eng"})))
    assert "a.1" not in {hit.document.id for hit in english_only.search(parse("terumbukarang"), exact=True).hits}
    assert "a.3" in {hit.document.id for hit in english_only.search(parse("corals reef")).hits}


def test_without_vectors_search_is_by_words_and_says_so(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([entry("a.1", "Terumbu karang")])
    page = Discovery(engine, EMBEDDER).search(parse("karang"))
    assert (page.mode, page.total, page.notices) == ("keyword", 1, ("keyword_only",))


def test_some_of_the_words_are_enough_when_nothing_has_all_and_it_says_so(discovery: Discovery) -> None:
    page = discovery.search(parse("terumbu gunung"), "keyword")
    assert {hit.document.id for hit in page.hits} == {"a.1", "a.4"}
    assert page.notices == ("loosened",)
    assert discovery.search(parse("terumbu karang"), "keyword").notices == ()


@pytest.mark.parametrize("text", ["\U0001f4da", '""', "( )", "&&", "judul: :", "tahun:.."])
def test_a_text_without_a_word_shows_everything_and_says_so(discovery: Discovery, text: str) -> None:
    page = discovery.search(parse(text), "keyword")
    assert page.total == discovery.search(parse(""), "keyword").total > 0
    assert page.notices == ("no_words",)
    read = understand("buku untuk anak usia 5 tahun", (), "", date(2026, 8, 1)).query
    assert (read.clauses, discovery.search(read, "keyword").notices) == ((), ())
    assert discovery.search(parse(""), "keyword").notices == ()


def test_in_the_order_of_a_field_nothing_is_found_by_its_meaning_alone(discovery: Discovery) -> None:
    def found(text: str, sort: str, mode: Mode = "hybrid") -> set[str]:
        return {hit.document.id for hit in discovery.search(parse(text, (), sort), mode).hits}

    assert found("karang", "relevance") > found("karang", "relevance", "keyword") == found("karang", "newest")
    assert found("corlas", "newest") == found("corlas", "relevance") != set()  # its words find nothing
    assert found("karang", "newest", "semantic") == found("karang", "relevance", "semantic")


def test_a_number_is_looked_up_not_understood(discovery: Discovery) -> None:
    assert discovery.search(parse("9786020000012")).total == 0


def test_reasons_name_fields_by_weight_and_marked_words(discovery: Discovery) -> None:
    hit = discovery.search(parse("ikan"), "keyword").hits[0]
    assert [(r.field, r.words) for r in hit.reasons] == [("title", ("ikan",)), ("subject", ("ikan",))]
    assert [hit.title.text[start:end] for start, end in hit.title.marks] == ["ikan"]


def test_a_hit_says_what_words_and_meaning_gave_to_its_score(discovery: Discovery) -> None:
    hits = discovery.search(parse("karang")).hits
    assert hits
    assert any(hit.scores.words and hit.scores.cosine for hit in hits)
    best = max(hit.scores.words or 0 for hit in hits)
    cosines = [hit.scores.cosine for hit in hits if hit.scores.cosine is not None]
    for hit in hits:
        assert hit.scores.fused == hit.score
        assert hit.scores.words_share == pytest.approx(SHARES.words * (hit.scores.words or 0) / best, abs=1e-5)
        meaning = (hit.scores.cosine - min(cosines)) / (max(cosines) - min(cosines)) if hit.scores.cosine else 0
        assert hit.score == pytest.approx(hit.scores.words_share + SHARES.meaning * meaning, abs=1e-5)


@pytest.mark.parametrize(("text", "sort"), [("", "relevance"), ("karang", "title")])
def test_where_nothing_is_weighed_words_have_no_score(discovery: Discovery, text: str, sort: str) -> None:
    hits = discovery.search(parse(text, (), sort), "keyword").hits
    assert hits
    assert {(hit.scores.words, hit.scores.words_share, hit.scores.cosine) for hit in hits} == {(None, 0.0, None)}


def test_similar_documents_say_what_gave_them_their_place(discovery: Discovery) -> None:
    for hit in discovery.similar(DocumentId("a.1")):
        assert hit.scores.fused == hit.score
        assert hit.scores.words is not None or hit.scores.cosine is not None


def test_the_title_itself_comes_first(discovery: Discovery) -> None:
    assert discovery.search(parse("karangan bunga")).hits[0].document.id == "a.5"


@pytest.mark.parametrize(("page", "size"), [(0, 20), (1, 0), (51, 20), (1, MAX_RESULTS_REACHED + 1)])
def test_pages_too_deep_are_refused(discovery: Discovery, page: int, size: int) -> None:
    with pytest.raises(QueryRefused):
        discovery.search(parse("karang"), page=page, size=size)


def test_no_index_is_an_error_not_an_empty_answer(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Discovery(EmbeddedEngine(tmp_path)).search(parse("karang"))


def test_similar_documents_without_vectors_all_say_why(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([
            entry("a.1", "Lembaran negara", contributor="Toer, Pramoedya Ananta"),
            entry("a.2", "Indeks lembaran negara"),
            entry("a.3", "Bumi manusia", contributor="Toer, Pramoedya Ananta, 1925-2006"),
            entry("a.4", "Perahu", subject="Lembaran Negara -- Indeks"),
            entry("a.5", "Pesawat", note="Dimuat dalam Lembaran Negara 1990"),
        ])  # fmt: skip
    found = Discovery(engine).similar(DocumentId("a.1"))
    assert {hit.document.id: [reason.field for reason in hit.reasons] for hit in found} == {
        "a.2": ["title"],
        "a.3": ["contributor"],
        "a.4": ["subject"],
    }


def test_similar_leaves_out_the_document_itself(discovery: Discovery) -> None:
    similar = [hit.document.id for hit in discovery.similar(DocumentId("a.1"))]
    assert "a.1" not in similar
    assert similar


def test_similar_documents_say_what_they_share(tmp_path: Path) -> None:
    found = discovery_of(
        [
            with_vectors(
                "a.1", "Terumbu karang", subject=("Ikan", "Laut"), contributor="Hirata, Andrea", series="Seri laut"
            ),
            with_vectors("a.2", "Perahu", subject="Laut", series="Seri laut"),
            with_vectors("a.3", "Zzz", contributor="Hirata, Andrea"),
            with_vectors("a.4", "Qqq"),
        ],
        tmp_path,
    ).similar(DocumentId("a.1"))
    why = {hit.document.id: [(reason.kind, reason.field, reason.words) for reason in hit.reasons] for hit in found}
    assert ("shared", "series", ("Seri laut",)) in why[DocumentId("a.2")]
    assert ("shared", "subject", ("Laut",)) in why[DocumentId("a.2")]
    assert ("shared", "contributor", ("Hirata, Andrea",)) in why[DocumentId("a.3")]
    assert DocumentId("a.1") not in why
    assert DocumentId("a.4") not in why


def test_pages_that_hold_only_a_translation_say_so(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([entry("a.1", "Handbook", pages=["The copyright lasts for years."], language="eng")])
    discovery = Discovery(engine, None, shipped)
    kinds = [
        [(reason.kind, reason.field, reason.words) for reason in discovery.search(parse(text)).hits[0].reasons]
        for text in ("hak cipta", "copyright")
    ]
    assert kinds == [[("translation", "pages", ("copyright",))], [("words", "pages", ("copyright",))]]


def test_the_other_language_is_searched_shown_and_said(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([entry("a.1", "Copyright law", language="eng"), entry("a.2", "Hak cipta", language="ind")])
    page = Discovery(engine, None, shipped).search(parse("hak cipta"))
    assert [hit.document.id for hit in page.hits] == ["a.2", "a.1"]
    assert "copyright" in page.also
    assert [[(reason.kind, reason.field) for reason in hit.reasons] for hit in page.hits] == [
        [("words", "title")],
        [("translation", "title")],
    ]
    assert page.hits[1].title.marks == ((0, 9),)
    assert not Discovery(engine, None, shipped).search(parse('"hak cipta" -law')).also


def test_in_the_order_of_a_field_translations_count_in_titles_and_headings(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([
            entry("a.1", "Laut dalam", year="1990"),
            entry("a.2", "The sea around us", year="2000"),
            entry("a.3", "Trees", year="2020", publisher="Sea Press", note="Education of teachers"),
        ])  # fmt: skip
    discovery = Discovery(engine, lexicon=shipped)
    found = {
        (text, sort): [hit.document.id for hit in discovery.search(parse(text, (), sort)).hits]
        for text in ("laut", "pendidikan")
        for sort in ("relevance", "newest")
    }
    assert set(found["laut", "relevance"]) == {"a.1", "a.2", "a.3"}
    assert found["laut", "newest"] == ["a.2", "a.1"]
    assert found["pendidikan", "newest"] == ["a.3"]  # no title or heading has it


def test_what_is_near_counts_what_it_shares_however_many_share_it(tmp_path: Path) -> None:
    crowd = [with_vectors(f"b.{n}", f"Zzz {n}", subject="Laut") for n in range(60)]
    found = discovery_of(
        [
            with_vectors("a.1", "Terumbu karang", subject="Laut"),
            *crowd,
            with_vectors("z.1", "Gnarak ubmuret", subject="Laut"),
        ],
        tmp_path,
    ).similar(DocumentId("a.1"))
    assert found[0].document.id == "z.1"
    assert found[0].scores.words is not None


def test_a_word_that_has_a_translation_is_not_taken_for_a_misspelling(tmp_path: Path) -> None:
    entries = [
        with_vectors("a.1", "Badan negara", language="ind"),
        with_vectors("a.2", "Indian rhinoceros", language="eng"),
    ]
    discovery_of(entries, tmp_path)
    found = Discovery(EmbeddedEngine(tmp_path), lexicon=shipped)
    page = found.search(parse("badak"))
    assert (page.typed, [hit.document.id for hit in page.hits]) == (None, ["a.2"])
    assert found.search(parse("negarq")).query.text == "negara"


@given(TEXTS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_whole_ranking_says_of_the_nearest_is_what_the_engine_says(discovery: Discovery, text: str) -> None:
    def hits(filters: Sequence[Filter]) -> list[tuple[DocumentId, float]]:
        return [(hit.document.id, round(hit.score, 6)) for hit in discovery.search(parse(text, filters)).hits]

    # Under a filter, here one that all pass, the engine is asked.
    assert hits(()) == hits((Filter("format", ("book", "ebook", "map")),))


def test_a_phrase_is_a_reason_only_where_it_stands(tmp_path: Path) -> None:
    made = entry("a.1", "Hukum tata negara", subject="Warga negara", pages=["Segala warga negara", "Warga negara lain"])
    found = discovery_of([made], tmp_path, None).search(parse('"segala warga negara"'))
    (reason,) = found.hits[0].reasons
    assert (reason.kind, reason.field, reason.words, reason.page) == (
        "words",
        "pages",
        ("segala", "warga", "negara"),
        1,
    )
    assert [page.page for page in found.hits[0].pages] == [1]
    assert found.hits[0].title.marks == ()


def test_not_every_word_of_a_question_has_to_be_found(discovery: Discovery) -> None:
    page = discovery.search(parse("apakah terumbu gunung karang"), "keyword")
    assert page.notices == ("loosened",)
    page = discovery.search(parse("apakah terumbu karang?"), "keyword")
    assert page.notices == ("question",)
    assert discovery.search(parse("terumbu karang?"), "keyword").notices == ("question",)  # asked by its sign alone
    assert {"a.1"} < {hit.document.id for hit in page.hits}
    assert page.hits[0].document.id == discovery.search(parse("terumbu karang"), "keyword").hits[0].document.id
    for asked, exact in (
        (parse("apakah terumbu karang?"), True),
        (parse("apakah terumbu karang?", (), "newest"), False),
    ):
        assert discovery.search(asked, "keyword", exact=exact).notices == ()


@pytest.mark.parametrize("text", ["siapa penulis terumbu karang?", "ada buku apa saja tentang terumbu karang?"])
def test_every_word_of_what_a_question_asks_for_by_name_or_subject_has_to_be_found(
    discovery: Discovery, text: str
) -> None:
    page = discovery.search(understand(text, (), "", date(2026, 8, 1)).query, "keyword")
    plain = discovery.search(parse("terumbu karang"), "keyword")
    assert (page.notices, page.total) == ((), plain.total)


def test_a_set_phrase_that_nothing_holds_is_looked_for_by_its_words(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([entry("a.1", "Dongeng si Kancil"), entry("a.2", "Laut"), entry("a.3", "Bedtime for all")])
    page = Discovery(engine, lexicon=shipped).search(parse("dongeng sebelum tidur"), "keyword")
    assert ([hit.document.id for hit in page.hits], page.notices) == (["a.1"], ("loosened",))


def test_what_is_near_in_meaning_to_a_set_phrase_comes_before_the_words_of_it(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.rebuilding(EMBEDDER.name, EMBEDDER.dimensions) as writer:
        writer.put([entry("a.1", "Dongeng si Kancil"), with_vectors("a.2", "Gnegnod mulebes rudit")])
    page = Discovery(engine, EMBEDDER, lexicon=shipped).search(parse("dongeng sebelum tidur"), "hybrid")
    assert ([hit.document.id for hit in page.hits], page.notices) == (["a.2"], ())


def test_a_chance_find_in_meaning_does_not_keep_the_words_of_a_set_phrase_away(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.rebuilding(EMBEDDER.name, EMBEDDER.dimensions) as writer:
        writer.put([entry("a.1", "Dongeng si Kancil"), with_vectors("a.2", "Buku tulis")])
    page = Discovery(engine, EMBEDDER, lexicon=shipped).search(parse("dongeng sebelum tidur"), "hybrid")
    assert page.hits[-1].scores.cosine is not None  # it is near enough for a result
    assert ({hit.document.id for hit in page.hits}, page.notices) == ({"a.1", "a.2"}, ("loosened",))


def test_two_finds_in_meaning_are_more_than_chance_for_a_set_phrase(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.rebuilding(EMBEDDER.name, EMBEDDER.dimensions) as writer:
        writer.put(
            [entry("a.1", "Dongeng si Kancil"), with_vectors("a.2", "Buku tulis"), with_vectors("a.3", "Buku tulis")]
        )
    page = Discovery(engine, EMBEDDER, lexicon=shipped).search(parse("dongeng sebelum tidur"), "hybrid")
    assert ({hit.document.id for hit in page.hits}, page.notices) == ({"a.2", "a.3"}, ())


def test_a_search_by_meaning_alone_looks_for_no_other_names(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.rebuilding(EMBEDDER.name, EMBEDDER.dimensions) as writer:
        writer.put([with_vectors("a.1", "Sukarno")])
    assert Discovery(engine, EMBEDDER, lexicon=shipped).search(parse('"bung karno"'), "semantic").also == ()


@pytest.mark.parametrize("old", ["perdjandjian", "hoekoem laoet"])
def test_the_old_spelling_means_what_todays_does(tmp_path: Path, old: str) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.rebuilding(EMBEDDER.name, EMBEDDER.dimensions) as writer:
        writer.put([with_vectors("a.1", "Perjanjian"), with_vectors("a.2", "Hukum laut")])
    found = Discovery(engine, EMBEDDER, lexicon=shipped).search(parse(old), "semantic").hits[0]
    assert found.scores.cosine == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("cari buku ayahku bukan pembohong", "t.1"),
        ("ada buku good is not enough?", "t.2"),
        ("mau pinjam buku mereka ada", "t.3"),
        ("di mana buku pulang", "t.4"),
        ("buku pulang ada?", "t.4"),
        ("teori hukum 2019", "t.6"),
        ("pengajar seri bahasa seri: autocad 3d", "t.8"),
    ],
)
def test_a_title_that_is_asked_for_comes_first(tmp_path: Path, text: str, first: str) -> None:
    titles = (
        *("Ayahku bukan pembohong", "Good is not enough", "Mereka ada", "Pulang", "Pulang pergi"),
        *("Teori hukum", "Teori hukum dan teori peradilan 2019", "Pengajar seri bahasa seri: AutoCAD 3D"),
    )
    made = [document(f"t.{n}", title, year="2019") for n, title in enumerate(titles, start=1)]
    others = [document(f"o.{n}", f"Buku teori pulang dan ada {n}", year="2019") for n in range(30)]
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([Entry(one) for one in (*others, *made)])
    query = understand(text, (), "", date(2026, 8, 1)).query
    assert Discovery(engine, lexicon=shipped).search(query).hits[0].document.id == first


SCATTERED = ["Peta laut", *["Isi"] * 3, "Indonesia", "Isi", "Cari"]


@pytest.mark.parametrize(
    ("pages", "first"), [(SCATTERED, "a.1"), ([*SCATTERED, "Peta Indonesia lama"], "b.1")], ids=["apart", "on one page"]
)
def test_words_that_a_book_holds_only_far_apart_are_no_find(tmp_path: Path, pages: list[str], first: str) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([entry("a.1", "Atlas Indonesia"), entry("b.1", "Pemrograman", pages=pages)])
    page = Discovery(engine).search(parse("peta indonesia"))
    assert page.hits[0].document.id == first
    assert ("loosened" in page.notices) == (first == "a.1")


def test_a_short_name_is_searched_for_written_out(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([entry("a.1", "Ilmu Pengetahuan Alam kelas VIII", language="ind"), entry("a.2", "Fisika")])
    page = Discovery(engine, None, shipped).search(parse("IPA kelas 8"))
    assert [hit.document.id for hit in page.hits] == ["a.1"]
    assert "ilmu pengetahuan alam" in page.also


def test_a_short_name_in_capitals_keeps_its_spelling(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([entry(f"a.{n}", "Ship") for n in range(30)])
    found = Discovery(engine)
    assert found.search(parse("SHPP")).total == 0
    assert found.search(parse("shpp")).query.text == "ship"


def test_a_known_word_is_not_given_up_for_another_unasked(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([entry(f"b.{n}", "Pulau Bali") for n in range(3)])
        writer.put([entry(f"c.{n}", "Ball dance") for n in range(80)])
    page = Discovery(engine).search(parse("bali dance"))
    assert page.typed is None
    assert page.meant is not None
    assert page.meant.text == "ball dance"
    assert page.total == 83


def test_the_name_of_a_country_is_no_slip(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([entry("b.1", "Laos"), *(entry(f"c.{n}", "Laws") for n in range(80))])
        writer.put([entry(f"d.{n}", "Manama") for n in range(80)])
    found = Discovery(engine, None, shipped)
    assert found.search(parse("laos")).meant is None
    assert found.search(parse("panama")).typed is None
    assert found.search(parse("lauws")).typed is not None


def test_by_meaning_alone_a_narrow_filter_misses_none_that_is_near_enough(tmp_path: Path) -> None:
    nearer = [with_vectors(f"n.{number}", "karang", language="ind") for number in range(250)]
    later = [with_vectors(f"l.{number}", "karangan", language="eng") for number in range(5)]
    made = discovery_of([*nearer, *later], tmp_path)
    narrowed = made.search(parse("karang", [Filter("language", ("eng",))]), "semantic")
    counted = {value.value: value.count for value in made.search(parse("karang"), "semantic").facets["language"]}
    assert narrowed.total == counted["eng"] == len(later)


def test_typed_nonsense_is_near_to_nothing_and_a_rare_word_is(tmp_path: Path) -> None:
    model = StaticEmbedder()
    titles = ("CQ Congress collection", "Kedelai dan tahu", "Tempe goreng")
    engine = EmbeddedEngine(tmp_path)
    with engine.rebuilding(model.name, model.dimensions) as writer:
        writer.put(entry(f"a.{n}", one, vectors=[model.query(one)]) for n, one in enumerate(titles))
    assert Discovery(engine, model, shipped).search(parse("zzzqqqxxxyyy")).total == 0
    # In pieces of two letters to the model, and a word of the lexicon.
    assert not model.knows("tempe")
    hits = Discovery(engine, model, shipped).search(parse("tempe")).hits
    assert hits[0].scores.cosine is not None


def test_a_name_that_the_model_has_learnt_in_pieces_is_near_to_what_has_it(tmp_path: Path) -> None:
    model = StaticEmbedder()
    engine = EmbeddedEngine(tmp_path)
    with engine.rebuilding(model.name, model.dimensions) as writer:
        writer.put([entry("a.1", "Bumi", contributor="Liye, Tere", vectors=[model.query("Bumi. Liye, Tere")])])
    found = Discovery(engine, model, shipped)
    assert not model.knows("liye")
    assert found.search(parse("liye"), "semantic").total == 1
    assert found.search(parse("liya"), "semantic").total == 0


def test_what_is_found_by_meaning_alone_is_said_to_be_even_if_it_is_not_very_near(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.rebuilding(EMBEDDER.name, EMBEDDER.dimensions) as writer:
        writer.put([with_vectors("a.1", "kran zz"), with_vectors("a.2", "zz krn")])
    page = Discovery(engine, EMBEDDER).search(parse("karang"), "semantic")
    assert [hit.document.id for hit in page.hits] == ["a.1", "a.2"]
    nearest, last = (hit.scores.cosine or 0.0 for hit in page.hits)
    assert last < EMBEDDER.floor < nearest
    assert [[reason.kind for reason in hit.reasons] for hit in page.hits] == [["meaning"], ["meaning"]]
