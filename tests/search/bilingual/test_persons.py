"""The hand-made names of persons: their form, and that each name leads to the others of its line, in searches too."""

from datetime import date
from pathlib import Path

import pytest

from search.analysis import plain_words
from search.bilingual.lexicon import shipped
from search.bilingual.persons import FILE, also_called, words_of_name
from search.discovery import Discovery
from search.query import Mode
from search.query_language import parse
from search.translating import translated, with_names_of_quoted
from search.understanding import understand
from tests.support.documents import entry, loaded

LINES = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]


def test_every_person_has_names_that_differ_and_is_known_for_something() -> None:
    for names, known_for in LINES:
        each = [tuple(plain_words(name)) for name in names.split(";")]
        assert len(each) > 1, names
        assert all(each), names
        assert known_for.strip(), names


def test_no_name_is_of_two_persons() -> None:
    each = [name.strip() for names, _ in LINES for name in names.split(";")]
    assert len(each) == len(set(each))


def test_each_name_leads_to_all_others_that_are_read_otherwise() -> None:
    for names, _ in LINES:
        each = {tuple(plain_words(name)) for name in names.split(";")}
        for name in each:
            assert {name, *(tuple(plain_words(other)) for other in also_called(name))} == each
            assert words_of_name([*name, "muda"]) == len(name)


def also_asked(text: str) -> set[str]:
    query, _ = translated(parse(text), shipped())
    return {" ".join(other.words) for clause in query.wanted for other in clause.others if other.of_name}


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("bung karno", {"sukarno"}),
        ("biografi Bung Karno muda", {"sukarno"}),
        ("ibnu sina kedokteran", {"avicenna", "ibn sina"}),
        ("aristotle ethics", {"aristoteles"}),
        ("B.J. Habibie", {"bacharuddin jusuf habibie", "bj habibie"}),
        ("pengarang:gus pengarang:dur", {"abdurrahman wahid"}),
        ("sukarno OR suharto", {"bung karno", "pak harto"}),
        ("biografi (bung karno)", {"sukarno"}),
        ("sejarah -(bung karno)", set()),
        ("bung karno OR tan malaka", set()),
        # A teacher of that name, a leader at Surabaya and a physician, and a town in Florida.
        ("iskandar agung", set()),
        ("sutomo", set()),
        ("st. augustine", set()),
        ("universitas sam ratulangi", set()),
        ('"bung karno"', set()),
        ("penerbit:pattimura", set()),
        ("karno", set()),
    ],
)
def test_a_person_is_looked_for_by_other_names(text: str, others: set[str]) -> None:
    assert also_asked(text) == others


def test_names_are_told_unless_they_are_nearly_what_was_typed() -> None:
    assert translated(parse("ibnu sina"), shipped())[1] == ("Avicenna",)
    assert translated(parse("b.j. habibie"), shipped())[1] == ()
    assert translated(parse("hos cokroaminoto"), shipped())[1] == ()
    assert translated(parse("mark twain"), shipped())[1] == ("Samuel Langhorne Clemens",)
    assert translated(parse("ki hadjar dewantara"), shipped())[1] == ("Suwardi Suryaningrat",)


def test_names_in_quotes_and_unwanted_ones_have_others() -> None:
    quoted, told = with_names_of_quoted(parse('("bung karno" OR "ibnu sina") -"gus dur"'))
    assert {" ".join(other.words) for clause in quoted.wanted for other in clause.others} == {
        "sukarno", "avicenna", "ibn sina",
    }  # fmt: skip
    assert told == ("Sukarno", "Avicenna")
    unwanted, told = translated(parse('sejarah -"bung karno"'), shipped())
    assert [other.words for clause in unwanted.clauses if clause.negated for other in clause.others] == [("sukarno",)]
    assert "Sukarno" not in told


def found_by(folder: Path, text: str, mode: Mode = "hybrid") -> list[str]:
    engine = loaded(
        folder,
        entry("a.1", "Ballada orang-orang tercinta", contributor="Rendra, W. S."),
        entry("a.2", "Harry Potter and the chamber of secrets", contributor="Rowling, J. K."),
        entry("a.3", "The hobbit", contributor="Tolkien, J. R. R. (John Ronald Reuel)"),
        entry("a.4", "Sastra Indonesia modern", contributor="Jassin, Hans Bague"),
        entry("a.5", "Vitamin K dan huruf J", contributor="Rowling, Anna"),
        entry("a.6", "Sukarno, biografi politik", contributor="Legge, John David"),
        entry("a.7", "Bung Karno, penyambung lidah rakyat", contributor="Adams, Cindy"),
        entry("a.8", "Prisma pemikiran", contributor="Wahid, Abdurrahman"),
        entry("a.9", "The canon of medicine", contributor="Avicenna"),
        entry("b.1", "Rumah sakit", contributor="Hadi, R. S."),
        entry("b.2", "Bitung dan laut"),
        entry("b.3", "Little fires everywhere", contributor="Ng, Celeste"),
        entry("b.4", "The art of piano", contributor="Dupont, Celeste"),
        entry("b.5", "Max Havelaar", contributor="Multatuli"),
        entry("b.7", "Ceramah Cak Nun", contributor="Hadi, Ali"),
        entry("b.6", "Karya tentang Multatuli", contributor="Termorshuizen, Gerard"),
    )
    query = understand(text, (), "", date(2026, 8, 1)).query
    return [hit.document.id for hit in Discovery(engine, lexicon=shipped).search(query, mode).hits]


@pytest.mark.parametrize("mode", ["hybrid", "keyword"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ws rendra", ["a.1"]),
        ("jk rowling", ["a.2"]),
        ("harry potter rowling jk", ["a.2", "a.5"]),  # of four words most are enough
        ("buku karya JRR Tolkien", ["a.3"]),
        ("karya JRR Tolkien", ["a.3"]),
        ("buku karya YB Jassin", ["a.4"]),  # initials need not be in the record
        ("bung karno", ["a.7", "a.6"]),
        ("Sukarno", ["a.6", "a.7"]),
        ("gus dur", ["a.8"]),
        ("karya gus dur", ["a.8"]),
        ("buku karya Gus Dur", ["a.8"]),
        ("ibnu sina", ["a.9"]),
        ("rs bitung", ["b.2"]),  # where some words are enough, initials are none of them
        ("rs bitung laut hutan", ["b.2"]),
        ("buku karya Celeste Ng", ["b.3"]),
        ("karangan Multatuli", ["b.5"]),
        ("pengarang:(cak nun)", []),  # who says that it is the author's name means that
        ("buku karya cak nun", ["b.7"]),
        # Quotes mean the words in them, where something holds those.
        ('"bung karno"', ["a.7"]),
        ('"gus dur"', ["a.8"]),
        ('karya "Gus Dur"', ["a.8"]),
        ('"gus dur" OR "cak nun"', ["b.7"]),
        ('pemikiran "gus dur"', ["a.8"]),
        # Who is not wanted is not wanted by any name.
        ('rakyat -"sukarno"', []),
        ('sukarno NOT ("bung karno" OR rowling)', []),
        ("sukarno -(rowling OR (bung karno))", []),
        ("sukarno -legge", ["a.7"]),
        ("buku pemikiran selain Gus Dur", []),
    ],
)
def test_persons_are_found_by_their_initials_and_their_other_names(
    mode: Mode, text: str, found: list[str], tmp_path: Path
) -> None:
    assert found_by(tmp_path, text, mode) == found


def test_an_author_whose_initials_a_record_has_comes_first(tmp_path: Path) -> None:
    assert found_by(tmp_path, "buku karya JK Rowling") == ["a.2", "a.5"]


@pytest.mark.parametrize(
    ("text", "shown", "found"),
    [
        ("bung karni", "bung karno", ["a.7", "a.6"]),
        ("politik bung karni", "politik bung karno", ["a.6"]),
        ("buku karya gus dur", "", ["a.8"]),
        ("pengarang:abdurahman pengarang:wahid", "pengarang:abdurrahman pengarang:wahid", ["a.8"]),
        ("karti", "", []),
        ("pak karni", "", []),
    ],
)
def test_a_slip_in_the_name_of_a_person_is_respelled_though_no_record_has_that_name(
    text: str, shown: str, found: list[str], tmp_path: Path
) -> None:
    engine = loaded(
        tmp_path,
        entry("a.6", "Sukarno, biografi politik", contributor="Legge, John David"),
        entry("a.7", "Sukarno", contributor="Adams, Cindy"),
        entry("a.8", "Prisma pemikiran", contributor="Wahid, Abdurrahman"),
    )
    page = Discovery(engine, lexicon=shipped).search(understand(text, (), "", date(2026, 8, 1)).query)
    assert [hit.document.id for hit in page.hits] == found
    assert (page.query.text if page.typed is not None else "") == shown
