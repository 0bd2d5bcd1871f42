"""What a search may have meant when it finds little."""

from pathlib import Path

import pytest

from search.bilingual.lexicon import shipped
from search.discovery import Discovery
from search.engines.embedded import EmbeddedEngine
from search.forgiving import begun, doubtful_words, eased, halves, respelled, ways_out
from search.implied import with_implied
from search.query import Alternative, Filter
from search.query_language import parse, printed
from search.results import Spelling
from tests.support.documents import entry


def known(**documents: int) -> dict[str, list[Spelling]]:
    return {word: [Spelling(word, number, 0)] for word, number in documents.items()}


def test_words_in_fields_of_codes_and_numbers_are_not_doubted() -> None:
    query = parse('judul:terumbu bahasa:indonesa tahun:2010 dan "laut biru" kata* -ikan isi:karang')
    assert doubtful_words(query) == ("terumbu", "laut", "biru", "karang")


def test_a_word_that_is_called_nothing_in_the_other_language_is_spelt_right(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([entry("a.1", "Mari hemat energi"), entry("a.2", "Arus laut dan hemat energi")])
    page = Discovery(engine, lexicon=shipped).search(parse("mengapa kita harus hemat energi"))
    assert page.typed is None
    assert {hit.document.id for hit in page.hits} == {"a.1", "a.2"}
    assert Discovery(engine, lexicon=shipped).search(parse("aruss laut")).typed is not None


def test_unknown_word_becomes_the_nearest_and_signs_stay() -> None:
    query = parse('judul:terunbu OR "laut birru" -ikan', [Filter("format", ("book",))])
    spellings = {"terunbu": [Spelling("terumbu", 9, 1)], "birru": [Spelling("biru", 3, 1)], **known(laut=5)}
    (better,) = respelled(query, spellings)
    assert better.text == 'judul:terumbu ATAU "laut biru" -ikan'
    assert better.filters == query.filters


def test_a_word_that_is_known_stays_unless_another_stands_in_far_more_documents() -> None:
    near = {"karang": [Spelling("karang", 2, 0), Spelling("karung", 30, 1)]}
    assert respelled(parse("karang"), near) == ()
    near = {"karang": [Spelling("karang", 2, 0), Spelling("barang", 40, 1)]}
    (better,) = respelled(parse("karang"), near)
    assert better.text == "barang"


def test_words_written_together_are_parted() -> None:
    assert ("tanggung", "jawab") in halves("tanggungjawab")
    (better,) = respelled(parse("tanggungjawab guru"), known(tanggung=4, jawab=3, guru=5, tang=1))
    assert better.text == "tanggung jawab guru"


def test_beside_many_words_a_spelling_is_an_alternative() -> None:
    query = eased(parse("ekosistem terunbu karang di laut dalam"), {"terunbu": [Spelling("terumbu", 9, 1)]})
    assert query.parts[1].others == (Alternative(("terumbu",), 0.8),)  # type: ignore[union-attr]
    assert query.text == "ekosistem terunbu karang di laut dalam"


def test_the_last_word_may_be_a_beginning_if_it_is_no_word() -> None:
    query = begun(parse("terumbu kar"), {}, ["kar"])
    assert query is not None
    assert query.text == "terumbu kar*"
    assert begun(parse("terumbu karang"), known(karang=3), ["karang"]) is None
    assert begun(parse('terumbu "kar"'), {}, ["kar"]) is None
    assert begun(parse("xylq terumbu kar"), {}, ["xylq"]) is None


def test_ways_out_drop_one_filter_all_filters_or_one_word() -> None:
    ways = ways_out(parse("laut di bulan", [Filter("format", ("book",)), Filter("year", ("2010",))]))
    assert [(way.kind, way.words, way.query.text, len(way.query.filters)) for way in ways] == [
        ("filter", (), "laut di bulan", 1),
        ("filter", (), "laut di bulan", 1),
        ("filters", (), "laut di bulan", 0),
        ("words", ("laut",), "di bulan", 2),
        ("words", ("bulan",), "laut di", 2),
    ]
    assert ways_out(parse("laut")) == ()
    # Without its subject "buku laut" asks for any book.
    assert ways_out(with_implied(parse("buku laut"))) == ()
    assert [way.words for way in ways_out(with_implied(parse("buku laut biru")))] == [("laut",), ("biru",)]


@pytest.mark.parametrize(
    ("text", "anywhere"),
    [
        ('"laut dalam"', "laut dalam"),
        ('"laut dal*"', "laut dal*"),
        ('"laut NOT dalam"', "laut not dalam"),
        ('"bahasa: laut -dalam"', "bahasa laut dalam"),
        ("judul:laut -bulan", "laut -bulan"),
        ('isi:"laut biru" DAN tahun:2010', "laut biru tahun:2010"),
    ],
)
def test_the_words_of_quotes_and_fields_may_stand_anywhere(text: str, anywhere: str) -> None:
    way = next(way for way in ways_out(parse(text)) if way.kind == "anywhere")
    assert (way.query.text, way.query.parts) == (anywhere, parse(anywhere).parts)


@pytest.mark.parametrize(
    "text", ["laut dalam", "tahun:2010 laut", "isbn:9786020332956", '"laut" OR danau', 'laut -"bulan biru"']
)
def test_words_that_may_stand_anywhere_need_no_way_there(text: str) -> None:
    assert [way.kind for way in ways_out(parse(text)) if way.kind != "words"] == []


def test_the_words_of_a_scope_may_stand_anywhere() -> None:
    (way,) = ways_out(parse("laut", within="title"))
    assert (way.kind, way.query.text, way.query.within) == ("anywhere", "laut", None)
    assert way.query.parts == parse("laut").parts


@pytest.mark.parametrize("text", ["laut AND bulan", '"laut" DAN (bulan DAN bintang)', "judul:laut AND bulan NOT kapal"])
def test_of_words_that_are_joined_each_may_go(text: str) -> None:
    typed = parse(text)
    ways = [way for way in ways_out(typed) if way.kind == "words"]
    assert [way.words for way in ways] == [(printed([one]),) for one in typed.clauses]
    assert all(len(way.query.clauses) == len(typed.clauses) - 1 for way in ways)


@pytest.fixture(scope="module")
def discovery(tmp_path_factory: pytest.TempPathFactory) -> Discovery:
    folder: Path = tmp_path_factory.mktemp("index")
    engine = EmbeddedEngine(folder)
    many = [entry(f"b.{n}", f"Perikanan tangkap {n}", language="ind", format="book") for n in range(40)]
    with engine.updating() as writer:
        writer.put(
            [
                entry("a.1", "Terumbu karang Bunaken", contributor="Hirata, Andrea", year="2014", format="book"),
                entry("a.2", "Tanggung jawab guru", year="2014", format="map"),
                entry("a.3", "Perikanan tankap", format="map"),
                *many,
            ]
        )
    return Discovery(engine)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("terunbu karag", "terumbu karang"),
        ("hiratta", "hirata"),
        ("tanggungjawab", "tanggung jawab"),
        ("terumbu karan", "terumbu karang"),
        ("terumbu buna", "terumbu buna*"),
    ],
)
def test_another_spelling_is_shown_and_the_typed_one_kept(discovery: Discovery, typed: str, shown: str) -> None:
    page = discovery.search(parse(typed), "keyword")
    assert page.total == 1
    assert page.query.text == shown
    assert page.typed is not None
    assert page.typed.text == typed


def test_who_asks_for_exactly_the_typed_text_gets_it(discovery: Discovery) -> None:
    page = discovery.search(parse("terunbu"), "keyword", exact=True)
    assert (page.total, page.typed, page.query.text) == (0, None, "terunbu")


def test_a_spelling_that_finds_far_more_is_offered_beside_what_was_found(discovery: Discovery) -> None:
    page = discovery.search(parse("tankap"), "keyword")
    assert page.total == 1
    assert page.meant is not None
    assert page.meant.text == "tangkap"


@pytest.fixture(scope="module")
def shared_slip(tmp_path_factory: pytest.TempPathFactory) -> Discovery:
    """A catalogue in which four titles share a slip, and one with a name near to a common word."""
    engine = EmbeddedEngine(tmp_path_factory.mktemp("slips"))
    right = [entry(f"b.{n}", f"Akuntansi biaya {n}", contributor="Robert Hadi") for n in range(120)]
    slips = [entry(f"a.{n}", f"Akutansi keuangan {n}", contributor="Robbet Hadi") for n in range(4)]
    politics = [entry(f"c.{n}", "Politik desa") for n in range(120)] + [
        entry(f"d.{n}", "Kaum politis") for n in range(4)
    ]
    with engine.updating() as writer:
        writer.put([*right, *slips, *politics])
    return Discovery(engine)


def test_a_slip_that_several_titles_share_is_offered_right_and_found_as_typed(shared_slip: Discovery) -> None:
    page = shared_slip.search(parse("akutansi"), "keyword")
    assert (page.total, page.query.text, page.typed) == (4, "akutansi", None)
    assert page.meant is not None
    assert page.meant.text == "akuntansi"


@pytest.mark.parametrize(
    "typed",
    [
        "akuntansi",  # the commoner one
        "akutansi keuangan",  # what would be offered finds nothing
        "politis",  # another word
        "robbet",  # so short a word has others near it by chance
        "akutansi OR biaya",  # finds enough
    ],
)
def test_a_rare_word_is_offered_nothing_where_it_may_be_right(shared_slip: Discovery, typed: str) -> None:
    page = shared_slip.search(parse(typed), "keyword")
    assert page.total >= 4
    assert page.meant is None


def test_filters_only_narrow_what_another_spelling_finds(discovery: Discovery) -> None:
    page = discovery.search(parse("terunbu", [Filter("format", ("map",))]), "keyword")
    assert page.query.text == "terumbu"
    assert page.total == 0
    assert [(way.kind, way.total) for way in page.ways] == [("filter", 1)]


def test_a_search_without_results_says_what_finds_some(discovery: Discovery) -> None:
    page = discovery.search(parse('"terumbu karang" guru'), "keyword")
    assert page.total == 0
    assert {(way.words, way.total) for way in page.ways} == {(('"terumbu karang"',), 1), (("guru",), 1)}


def test_beside_a_slip_a_name_is_not_taken_for_the_beginning_of_a_word(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.updating() as writer:
        writer.put([entry("a.1", "Biografi", contributor="Wahid, Abdurrahman"), entry("a.2", "Biografi durian Gus")])
    page = Discovery(engine, lexicon=shipped).search(parse("biografi xylqw gus dur"))
    assert "a.1" in {hit.document.id for hit in page.hits}
    assert page.typed is None
