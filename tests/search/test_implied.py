"""What a document's language says for it: "ekonomi indonesia" finds books in Indonesian that name no country."""

from datetime import date
from pathlib import Path

import pytest

from search.discovery import Discovery
from search.engines.embedded import EmbeddedEngine
from search.implied import with_implied, with_little_filling, with_matter_alone, without_by_whom
from search.query import ANYWAY, Mode
from search.query_language import parse
from search.understanding import understand
from tests.support.documents import entry, loaded


def implied(text: str) -> list[str]:
    return [clause.text for clause in with_implied(parse(text)).clauses if clause.implied_in == "ind"]


@pytest.mark.parametrize(
    "text", ["ekonomi indonesia", "Indonesia economy", "sejarah hukum Indonesia", "judul:hukum indonesia"]
)
def test_the_country_of_a_language_is_implied_beside_other_words(text: str) -> None:
    assert [word.lower() for word in implied(text)] == ["indonesia"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "indonesia",
            "di indonesia",
            '"ekonomi indonesia"',
            "ekonomi -indonesia",
            "ekonomi indones*",
            "judul:indonesia ekonomi",
        ),
        *("bahasa indonesia", "tata bahasa indonesia", "kamus indonesia", "ekonomi (indonesia OR malaysia)"),
        *("indonesia indonesia", "hukum adat laut indonesia", "ekonomi malaysia"),
    ],
)
def test_where_it_is_asked_for_outright_it_is_not(text: str) -> None:
    assert implied(text) == []


def test_where_some_words_are_enough_none_is_had_for_nothing() -> None:
    asked = with_implied(parse("ekonomi indonesia"))
    assert [clause.implied_in for clause in asked.loosened().clauses] == [None, None]
    assert [clause.implied_in for clause in asked.as_typed().clauses] == [None, None]
    assert with_implied(parse("ekonomi indonesia").loosened()) == parse("ekonomi indonesia").loosened()


def test_books_in_indonesian_are_found_below_those_that_name_the_country(tmp_path: Path) -> None:
    engine = loaded(
        tmp_path,
        entry("a.1", "Ekonomi desa", language="ind", pages=["Ekonomi desa"]),
        entry("a.2", "Ekonomi Indonesia", language="ind"),
        entry("a.3", "Ekonomi", language="msa"),
        entry("a.4", "Ekonomi of Indonesia", language="eng"),
        entry("a.5", "Sejarah", language="ind"),
    )
    asked = parse("ekonomi indonesia")
    for page in (Discovery(engine).search(asked, "keyword"), Discovery(engine).search(asked, exact=True)):
        assert {hit.document.id for hit in page.hits} == {"a.2", "a.4"}
    page = Discovery(engine).search(asked)
    assert [hit.document.id for hit in page.hits][-1] == "a.1"
    assert {hit.document.id for hit in page.hits} == {"a.1", "a.2", "a.4"}
    assert page.notices == ("keyword_only",)
    assert [found.page for found in page.hits[-1].pages] == [1]
    assert {value.value: value.count for value in page.facets["language"]} == {"ind": 2, "eng": 1}


@pytest.mark.parametrize(
    "text", ["buku kehamilan", "Books coral reefs", "buku pengarang:hirata", "Buku-buku laut", "cara beternak"]
)
def test_that_it_is_a_book_is_implied_before_other_words(text: str) -> None:
    assert [clause.implied_in for clause in with_implied(parse(text)).clauses][:2] == [ANYWAY, None]


@pytest.mark.parametrize(
    "text",
    [
        "buku",
        '"buku kehamilan"',
        "cinta buku",
        "buku -ikan",
        "cara",
        "tata cara sidang",
        "buku* laut",
        "the book thief",
        "judul:buku laut",
    ],
)
def test_where_books_are_asked_for_outright_it_is_not(text: str) -> None:
    assert ANYWAY not in [clause.implied_in for clause in with_implied(parse(text)).clauses]


def test_books_may_be_said_twice() -> None:
    assert [clause.implied_in for clause in with_implied(parse("buku buku laut")).clauses] == [ANYWAY, ANYWAY, None]
    assert ANYWAY not in [clause.implied_in for clause in with_implied(parse("buku buku")).clauses]


@pytest.mark.parametrize(
    "text", ["sugiyono 2019", "Sugiyono (2019)", "(Wursanto, 2019)", "metode penelitian 2019", "buku 2019"]
)
def test_a_year_is_implied_beside_other_words(text: str) -> None:
    assert [clause.implied_in for clause in with_implied(parse(text)).clauses][-1] == "2019"


@pytest.mark.parametrize(
    "text",
    [
        "1984",
        '"windows 2000"',
        "sejarah -2019",
        "sejarah 201*",
        "judul:2019 sejarah",
        "ISO 9001",
        "a b c metode 2019",
        "sejarah 1066",
    ],
)
def test_a_number_that_is_asked_for_outright_or_is_no_year_is_not(text: str) -> None:
    assert not any((clause.implied_in or "").isdecimal() for clause in with_implied(parse(text)).clauses)


@pytest.mark.parametrize("text", ["tere liye tahun 2014", "buku hukum thn 2014", "laws of year 2014"])
def test_a_year_that_is_called_one_is_whole(text: str) -> None:
    year = with_implied(parse(text)).clauses[-1]
    assert (year.text, year.implied_in) == (" ".join(text.split()[-2:]), "2014")


@pytest.mark.parametrize("text", ["tahun 2014", "tere liye tahun", "novel tere liye tahun 2014", "ulang tahun 70"])
def test_beside_nothing_or_many_words_a_year_is_as_it_is(text: str) -> None:
    assert with_implied(parse(text)) == parse(text)


def test_what_an_author_wrote_in_a_year_is_found_below_what_names_it(tmp_path: Path) -> None:
    engine = loaded(
        tmp_path,
        entry("a.1", "Metode penelitian", contributor="Sugiyono", year="2019"),
        entry("a.2", "Metode penelitian", contributor="Sugiyono", year="2012"),
        entry("a.3", "Laporan 2019", contributor="Sugiyono", year="2020"),
        entry("a.4", "Laporan 2019", year="2020"),
        entry("a.5", "Statistik", year="2019"),
    )
    asked = (("Sugiyono (2019)", ["a.3", "a.1"]), ("metode penelitian tahun 2019", ["a.1"]), ("sugiyono 2012", ["a.2"]))
    for text, expected in asked:
        page = Discovery(engine).search(parse(text))
        assert [hit.document.id for hit in page.hits] == expected
        assert "loosened" not in page.notices
    page = Discovery(engine).search(parse("buku 2019"))
    assert {hit.document.id for hit in page.hits} == {"a.1", "a.3", "a.4", "a.5"}


def test_of_two_words_that_are_implied_the_country_is() -> None:
    assert implied("buku indonesia") == ["indonesia"]


def test_a_book_about_what_no_title_names_is_not_just_any_book(tmp_path: Path) -> None:
    engine = loaded(
        tmp_path,
        entry("a.1", "Buku siswa"),
        entry("a.2", "Asuhan kehamilan"),
        entry("a.3", "Buku kehamilan"),
        entry("a.4", "Buku saku persalinan"),
    )
    found = Discovery(engine).search(parse("buku kehamilan"))
    assert [hit.document.id for hit in found.hits] == ["a.3", "a.2"]
    assert found.total == 2
    assert Discovery(engine).search(parse("buku astronomi")).total == 0
    assert [hit.document.id for hit in Discovery(engine).search(parse("buku kehamilan"), "keyword").hits] == ["a.3"]


def found_by_name(folder: Path, text: str) -> tuple[list[str], bool]:
    """The ids of what is found, and whether some of the words were enough."""
    engine = loaded(
        folder,
        entry("a.1", "Orang-orang biasa", contributor="Hirata, Andrea"),
        entry("a.2", "Karya seni rupa"),
        entry("a.3", "Novel dan pembacanya"),
        entry("a.4", "Sang pemimpi : novel", contributor="Hirata, Andrea"),
    )
    page = Discovery(engine).search(understand(text, (), "", date(2026, 8, 1)).query)
    return [hit.document.id for hit in page.hits], "loosened" in page.notices


@pytest.mark.parametrize(
    "text", ["karya andrea hirata", "Karya-karya Andrea Hirata", "works by Andrea Hirata", "penulis andrea hirata"]
)
def test_before_a_name_that_it_is_by_whom_need_not_be_found(text: str, tmp_path: Path) -> None:
    found, loosened = found_by_name(tmp_path, text)
    assert sorted(found) == ["a.1", "a.4"]
    assert not loosened


def test_a_title_that_begins_so_is_found_by_all_its_words(tmp_path: Path) -> None:
    assert found_by_name(tmp_path, "karya seni rupa")[0] == ["a.2"]


def test_words_that_are_no_name_are_not_taken_for_all_that_was_asked_for(tmp_path: Path) -> None:
    assert found_by_name(tmp_path, "penulis orang biasa") == (["a.1"], True)


@pytest.mark.parametrize("text", ["karya sastra", "laut karya hirata", '"karya" andrea hirata'])
def test_of_what_names_no_author_by_whom_is_a_word_like_any_other(text: str) -> None:
    assert without_by_whom(with_implied(parse(text))) is None


@pytest.mark.parametrize("text", ["puisi karya Andrea Hirata", "kumpulan dongeng oleh Andrea Hirata"])
def test_of_an_author_everything_is_found_where_nothing_is_what_was_asked_for(text: str, tmp_path: Path) -> None:
    found, loosened = found_by_name(tmp_path, text)
    assert sorted(found) == ["a.1", "a.4"]
    assert loosened


def test_of_an_author_only_what_was_asked_for_is_found_where_there_is_some(tmp_path: Path) -> None:
    assert found_by_name(tmp_path, "novel karya Andrea Hirata") == (["a.4"], False)


def found_by_honorific(folder: Path, text: str, mode: Mode = "hybrid") -> tuple[list[str], bool]:
    """The ids of what is found, best first, and whether it is less than was asked for."""
    engine = loaded(
        folder,
        entry("a.1", "Humor", contributor="Dur, Ahmad"),
        entry("a.2", "Tuhan tidak perlu dibela", contributor="Gus Dur"),
        entry("a.3", "Tasawuf modern", contributor="Hamka"),
        entry("a.4", "Falsafah hidup", contributor="Buya Hamka"),
        entry("a.5", "Gizi ibu hamil", contributor="Proverawati, Atikah"),
        entry("a.6", "Ibu", contributor="Gorki, Maxim"),
        entry("a.7", "Inferno", contributor="Brown, Dan"),
        entry("a.8", "Brown dan putih", contributor="Kota Jakarta"),
    )
    page = Discovery(engine).search(understand(text, (), "", date(2026, 8, 1)).query, mode)
    return [hit.document.id for hit in page.hits], "loosened" in page.notices


@pytest.mark.parametrize("mode", ["hybrid", "keyword"])
def test_a_name_is_found_with_its_honorific_first_and_without_it_too(mode: Mode, tmp_path: Path) -> None:
    assert found_by_honorific(tmp_path, "buku karya gus dur", mode) == (["a.2", "a.1"], False)
    assert found_by_honorific(tmp_path, "buku karya Buya Hamka", mode) == (["a.4", "a.3"], False)


@pytest.mark.parametrize("text", ["ust proverawati atikah", "Ustadz Atikah Proverawati", "karya bu proverawati"])
def test_an_honorific_before_a_name_need_not_be_found(text: str, tmp_path: Path) -> None:
    assert found_by_honorific(tmp_path, text) == (["a.5"], False)


@pytest.mark.parametrize("text", ["ibu kota jakarta", "pendeta kota jakarta", "kiai kota jakarta"])
def test_what_may_be_no_person_is_not_taken_for_one(text: str, tmp_path: Path) -> None:
    assert found_by_honorific(tmp_path, text)[1]


@pytest.mark.parametrize("text", ["karya dan brown", "KARYA DAN BROWN", "Karya Dan Brown"])
def test_a_name_that_is_a_word_of_grammar_besides_is_one_after_what_leads_to_it(text: str, tmp_path: Path) -> None:
    assert found_by_honorific(tmp_path, text) == (["a.7"], False)


@pytest.mark.parametrize("text", ["buku karya ibu hamil", "novel karya ibu hamil"])
def test_a_name_that_nobody_has_is_looked_for_anywhere(text: str, tmp_path: Path) -> None:
    assert found_by_honorific(tmp_path, text) == (["a.5"], True)


@pytest.mark.parametrize("text", ["buku karya ibu Tien", "novel karya Dan Putih", "novel by Dan Putih"])
def test_a_name_that_stands_nowhere_finds_nothing(text: str, tmp_path: Path) -> None:
    assert found_by_honorific(tmp_path, text) == ([], False)


def test_a_name_that_is_asked_for_in_so_many_words_is_looked_for_nowhere_else(tmp_path: Path) -> None:
    assert found_by_honorific(tmp_path, "pengarang:hamil") == ([], False)


@pytest.mark.parametrize(
    ("text", "filling"),
    [
        ("di mana letak gunung Klabat", ["letak"]),
        ("apa saja manfaat terumbu karang", ["manfaat"]),
        ("bagaimana cara beternak ayam", ["cara"]),
        ("what are the benefits of coral reefs", ["benefits"]),
        ("explain photosynthesis", ["explain"]),
    ],
)
def test_what_only_fills_a_question_need_not_be_found(text: str, filling: list[str]) -> None:
    asked = with_little_filling(parse(text))
    assert [clause.text for clause in asked.clauses if clause.implied_in == ANYWAY] == filling


def test_of_a_question_that_is_made_of_such_words_all_are_looked_for() -> None:
    assert with_little_filling(parse("apa manfaat")) == parse("apa manfaat")


QUESTIONED = [
    entry("q.1", "Budidaya terumbu karang", language="ind"),
    entry("q.2", "Manfaat terumbu karang bagi nelayan", language="ind"),
    entry("q.3", "Manfaat mediasi", language="ind"),
    entry("q.4", "Siapa saja bisa menulis", language="ind"),
]


def test_titles_that_hold_only_what_fills_a_question_are_none_of_its_results(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    with engine.rebuilding() as writer:
        assert not writer.put(QUESTIONED).refused
    discovery = Discovery(engine, None)
    found = [hit.document.id for hit in discovery.search(parse("apa saja manfaat terumbu karang")).hits]
    assert sorted(found) == ["q.1", "q.2"]
    assert [hit.document.id for hit in discovery.search(parse("manfaat terumbu karang")).hits] == ["q.2"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pengertian terumbu karang", ["pengertian"]),
        ("contoh makalah tentang korupsi", ["contoh", "makalah"]),
        ("macam2 seni musik", ["macam2"]),
        ("jenis-jenis ikan", ["jenis-jenis"]),
        ("fungsi dan tujuan kearsipan", ["fungsi", "tujuan"]),
        ("examples of cryptography", ["examples"]),
    ],
)
def test_what_an_assignment_is_to_say_of_its_matter_need_not_be_found(text: str, said: list[str]) -> None:
    asked = with_matter_alone(parse(text))
    assert asked is not None
    assert [clause.text for clause in asked.clauses if clause.implied_in == ANYWAY] == said


@pytest.mark.parametrize(
    "text",
    ["pengertian", "contoh makalah", "terumbu karang", '"pengertian laut"', "judul:contoh laut"],
)
def test_where_no_matter_is_named_or_that_word_is_asked_for_outright_it_must(text: str) -> None:
    assert with_matter_alone(parse(text)) is None


def test_an_assignment_finds_its_matter_where_no_title_says_more(tmp_path: Path) -> None:
    engine = loaded(
        tmp_path,
        entry("a.1", "Sejarah korupsi"),
        entry("a.2", "Teknik pengambilan contoh"),
        entry("a.3", "Contoh puisi"),
        entry("a.4", "Puisi lama"),
    )
    for text, expected in (
        ("contoh kasus korupsi", ["a.1", "a.2", "a.3"]),
        ("contoh korupsi", ["a.1"]),
        ("contoh puisi", ["a.3"]),
    ):
        assert sorted(hit.document.id for hit in Discovery(engine).search(parse(text)).hits) == expected
    assert Discovery(engine).search(parse("contoh korupsi")).notices == ("keyword_only",)


def test_of_a_question_some_words_are_enough_beside_what_is_to_be_said(tmp_path: Path) -> None:
    engine = loaded(
        tmp_path, entry("a.1", "Perubahan iklim"), entry("a.2", "Cuaca dan iklim laut"), entry("a.3", "Cuaca")
    )
    page = Discovery(engine).search(parse("jelaskan perbedaan cuaca dan iklim"))
    assert {hit.document.id for hit in page.hits} == {"a.1", "a.2", "a.3"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("penerbit Erlangga", ["a.1", "a.2"]),
        ("terbitan erlangga tahun 2009", ["a.1"]),
        ("buku terbitan erlangga 2010", ["a.2"]),
        ("publisher EGC", ["a.3"]),
        ("penerbit serangga", ["a.4"]),
        ("penerbit PT Erlangga", ["a.1", "a.2"]),
        ("penerbit CV Andi Offset", ["a.8"]),  # "CV" tells it from others where a record has it
        ("penerbit Gramedia Pustaka Utama", ["a.9"]),
        ("penerbit Antara", ["b.1"]),
        ("buku terbitan Antara", ["b.1"]),
        ("penerbit apa", ["a.4"]),
        ("terbitan tahun 2009", ["a.1"]),
        ("terbitan 2009", ["a.1"]),
    ],
)
def test_a_publisher_is_found_by_name_after_what_says_so(text: str, found: list[str], tmp_path: Path) -> None:
    engine = loaded(
        tmp_path,
        entry("a.1", "Biologi", publisher="Erlangga", year="2009"),
        entry("a.2", "Fisika", publisher="Erlangga", year="2010"),
        entry("a.3", "Keperawatan", publisher="EGC", year="2010"),
        *(entry(f"a.{n}", f"Serangga {n}", publisher="Balai Pustaka") for n in (5, 6, 7)),
        entry("a.4", "Penerbit serangga"),
        entry("a.8", "Kimia", publisher="Andi Offset", year="2011"),
        entry("a.9", "Anatomi", publisher="Gramedia Pustaka Utama", year="2011"),
        entry("b.1", "Foto", publisher="Kantor Berita Antara", year="2011"),
    )
    page = Discovery(engine).search(understand(text, (), "", date(2026, 8, 1)).query)
    assert sorted(hit.document.id for hit in page.hits) == found
    assert page.typed is None


@pytest.mark.parametrize(
    ("text", "found", "shown"),
    [
        ("penerbit erlanga", ["a.1", "a.2"], "penerbit:erlangga"),
        ("buku penerbit erlanga", ["a.1", "a.2"], "penerbit:erlangga"),
        ("buku fisika terbitan erlanga", ["a.2"], "fisika penerbit:erlangga"),
        ("penerbit gramdia pustaka", ["a.3"], "penerbit:gramedia penerbit:pustaka"),
        ("buku kimia penerbit erlanga", [], ""),
        ("penerbit qwertyu", [], ""),
        ("erlanga", [], ""),  # no word is taken for that of a publisher
    ],
)
def test_a_publisher_that_nothing_is_of_is_respelled(text: str, found: list[str], shown: str, tmp_path: Path) -> None:
    engine = loaded(
        tmp_path,
        entry("a.1", "Biologi", publisher="Erlangga"),
        entry("a.2", "Fisika", publisher="PT Erlangga"),
        entry("a.3", "Anatomi", publisher="Gramedia Pustaka Utama"),
    )
    query = understand(text, (), "", date(2026, 8, 1)).query
    page = Discovery(engine).search(query)
    assert sorted(hit.document.id for hit in page.hits) == found
    assert page.query.text == (shown or text)
    assert (page.typed is not None) == bool(found)
    assert Discovery(engine).search(query, exact=True).typed is None
