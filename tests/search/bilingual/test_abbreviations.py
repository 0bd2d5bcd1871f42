"""Short names that are words besides: their form, and what they mean to a search."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from search.analysis import plain_words
from search.bilingual.abbreviations import FILE, stands_for, written_out
from search.bilingual.lexicon import shipped
from search.discovery import Discovery
from search.document import Passage
from search.embedding import Embedder
from search.engines.embedded import EmbeddedEngine
from search.interrogatives import interrogative
from search.query_language import parse
from search.static_embedding import StaticEmbedder
from search.translating import meant, translated
from search.understanding import understand
from tests.support.documents import entry

EMBEDDER = StaticEmbedder()
ROWS = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]


def searched_for(text: str) -> set[str]:
    query, _ = translated(parse(text), shipped())
    own = {clause.text.lower() for clause in query.wanted}
    return own | {" ".join(other.words) for clause in query.wanted for other in clause.others}


def test_each_is_one_word_in_capitals_and_written_out_in_both_languages() -> None:
    for short, indonesian, english in ROWS:
        assert short.isupper()
        assert len(plain_words(short)) == 1
        assert plain_words(indonesian)
        assert plain_words(english)
    assert len(ROWS) == len({short for short, *_ in ROWS})


@pytest.mark.parametrize(
    ("text", "meant", "misleading"),
    [
        ("guru MIN", "madrasah ibtidaiyah negeri", "menit"),
        ("kepala MAN 2 Manado", "madrasah aliyah negeri", "pria"),
        ("buku PAI", "pendidikan agama islam", "pie"),
        ("buku IT", "teknologi informasi", ""),
        ("laporan WHO", "organisasi kesehatan dunia", "siapa"),
        ("US history", "amerika serikat", ""),
    ],
)
def test_in_capitals_it_is_what_it_is_short_for(text: str, meant: str, misleading: str) -> None:
    assert meant in searched_for(text)
    assert misleading not in searched_for(text)


def test_in_small_letters_or_a_shouted_text_it_is_a_word() -> None:
    assert "pria" in searched_for("man")
    assert written_out("WHO", "WHO WROTE DUNE") is None
    assert "organisasi kesehatan dunia" not in searched_for("who")
    assert "pendidikan agama islam" in searched_for("PAI SMA")


@pytest.mark.parametrize(
    "text", ["WHO AM I", "AS YOU LIKE IT", "LET IT BE", "MAN OF WAR", "US AND THEM", "OLD MAN", "PAI APEL", "MIN MAX"]
)
def test_a_text_of_short_words_in_capitals_is_told_by_its_grammar_and_by_what_is_no_short_name(text: str) -> None:
    assert not any(written_out(word, text) for word in text.split())


@pytest.mark.parametrize("text", ["BUKU PAI", "SOAL UN", "GURU MIN", "PAI KLS 6", "BUKU PAI SMA"])
def test_words_of_school_and_letters_without_a_vowel_leave_capitals_their_meaning(text: str) -> None:
    assert any(written_out(word, text) for word in text.split())


@pytest.mark.parametrize("text", ["pai sma", "PAI SMA", "un sd 2019", "UN SD 2019", "bos smp", "pai kelas 5", "bk smp"])
def test_short_names_side_by_side_are_read_alike_in_small_letters(text: str) -> None:
    short = text.split()[0].upper()
    assert written_out(text.split()[0], text) == written_out(short, f"soal {short}")


@pytest.mark.parametrize(
    ("text", "meant", "misleading"),
    [
        ("buku tik smk", "teknologi informasi dan komunikasi", "keyboard"),
        ("ipas kelas iv", "ilmu pengetahuan alam dan sosial", "fan"),
        ("buku pai kls 5", "pendidikan agama islam", "pie"),
        ("buku mtk kelas 7 smp", "matematika", ""),
        ("pjok kelas 9", "pendidikan jasmani", ""),
        ("ppkn sma", "pendidikan pancasila dan kewarganegaraan", ""),
        ("pp no 47 thn 2008", "peraturan pemerintah", ""),
        ("permendikbud 22 2016", "peraturan menteri pendidikan dan kebudayaan", ""),
    ],
)
def test_what_is_written_for_school_and_of_laws_is_written_out(text: str, meant: str, misleading: str) -> None:
    assert meant in searched_for(text)
    assert misleading not in searched_for(text)


@pytest.mark.parametrize("text", ["guru min", "buku pai", "tik mesin kelas 7", "kipas kelas 7", "pp 12"])
def test_one_short_name_in_small_letters_is_a_word(text: str) -> None:
    assert not any(written_out(word, text) for word in text.split())


def test_a_sentence_of_grammar_in_small_letters_has_no_short_names() -> None:
    assert not any(written_out(word, text) for text in ("who us", "as it", "man", "old man") for word in text.split())


def test_what_it_is_short_for_counts_as_one_word_and_speaks_for_its_meaning() -> None:
    query, _ = translated(parse("buku MIN"), shipped())
    weights = {" ".join(other.words): other.weight for other in query.clauses[-1].others}
    assert weights["madrasah ibtidaiyah negeri"] == pytest.approx(1 / 3)
    assert meant(parse("buku MIN")) == "buku MIN madrasah ibtidaiyah negeri"
    assert meant(parse("pasal kuhp")) == "pasal kuhp kitab undang-undang hukum pidana"
    assert [meant(parse(text)) for text in ("buku min", "soal UN")] == ["buku min", "soal UN"]


def test_a_title_with_the_short_name_stands_above_what_is_near_to_the_other_words(tmp_path: Path) -> None:
    with_it = ["Pembelajaran di MIN Manado", "Guru madrasah ibtidaiyah negeri"]
    near = [f"Buku Bahasa dan Sastra Indonesia {number} untuk SMP" for number in range(60)]
    found = discovery_of([*near, *with_it], tmp_path).search(parse("buku MIN")).hits
    assert {hit.document.title for hit in found[:2]} == set(with_it)


def test_of_a_set_phrase_the_word_for_any_book_is_not_enough(tmp_path: Path) -> None:
    found = discovery_of(("Buku saku keuangan", "Tulisan braille"), tmp_path, embedder=None)
    assert [hit.document.title for hit in found.search(parse("buku braille")).hits] == ["Tulisan braille"]


def test_what_it_is_short_for_is_not_taken_apart_where_nothing_is_found(tmp_path: Path) -> None:
    titles = ("Etika organisasi dunia kerja", "Membuka cakrawala dunia", "Kesehatan dunia anak")
    assert discovery_of(titles, tmp_path, embedder=None).search(parse("WHO")).total == 0


def discovery_of(titles: Sequence[str], folder: Path, embedder: Embedder | None = EMBEDDER) -> Discovery:
    engine = EmbeddedEngine(folder)
    with engine.rebuilding(EMBEDDER.name, EMBEDDER.dimensions) as writer:
        for number, title in enumerate(titles):
            made = entry(f"a.{number}", title, language="ind")
            vectors = EMBEDDER.passages([title])
            writer.put([replace(made, passages=(Passage(0, title),), vectors=vectors)])
    return Discovery(engine, embedder, shipped)


def test_a_word_of_grammar_counts_in_titles_and_headings_alone() -> None:
    query, _ = translated(parse("buku IT"), shipped())
    for asked in (query, query.translated_in_headings(only=False)):
        assert [one.heading for clause in asked.wanted for one in clause.others if one.words == ("it",)] == [True]


def test_a_school_is_no_least_year_and_an_organization_asks_nothing() -> None:
    read = understand("jurnal tentang pendidikan MIN 2019", (), "relevance", date(2026, 8, 1))
    assert read.words == "pendidikan MIN 2019"
    assert interrogative("laporan WHO") is None
    assert interrogative("who wrote dune") is not None


@pytest.mark.parametrize(
    ("short", "long"),
    [("SD", "sekolah dasar"), ("paud", "pendidikan anak usia dini"), ("unsrat", "universitas sam ratulangi")],
)
def test_short_names_that_are_no_words_find_their_long_form_and_the_reverse(short: str, long: str) -> None:
    assert long in searched_for(short)
    assert short.lower() in searched_for(long)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("UMKM", "usaha mikro kecil dan menengah"),
        ("UUD", "undang-undang dasar"),
        ("TOEFL", "Test of English as a Foreign Language"),
    ],
)
def test_first_letters_may_leave_out_words_of_grammar_and_repeat_what_is_written_twice(short: str, long: str) -> None:
    assert stands_for(short) == long


def test_the_law_on_electronic_information_is_known_by_its_short_name() -> None:
    assert "electronic information and transactions law" in searched_for("uu ite")
