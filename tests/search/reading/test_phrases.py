import pytest

from search.reading.phrases import LANGUAGES, Phrases, phrasebook
from search.reading.spans import centuries, decades, years_from_to
from search.reading.text import Text


def found(notation: str, text: str) -> list[str]:
    """What of `text` each form of a notation covers, from its first word on, the longest first."""
    phrases: Phrases[int] = Phrases({"<years>": years_from_to, "<decade>": decades})
    phrases.add(notation, 1)
    said = Text(text)
    return sorted((said.said(0, match.end) for match in phrases.at(said, 0)), key=len, reverse=True)


@pytest.mark.parametrize(
    ("notation", "text", "covered"),
    [
        ("setelah|sesudah tahun", "sesudah tahun ini", ["sesudah tahun"]),
        ("setelah [tahun]", "setelah tahun ini", ["setelah tahun", "setelah"]),
        ("di_atas|setelah tahun", "di atas tahun", ["di atas tahun"]),
        ("[ke atas] sekali", "ke atas sekali", ["ke atas sekali"]),
        ("[ke atas] sekali", "atas sekali", []),
        ("e-book gratis", "E-Book GRATIS", ["E-Book GRATIS"]),
        ("anak sd", "anak-anak SD", ["anak-anak SD"]),
        ("tahun <years>", "tahun 2010-2015", ["tahun 2010-2015"]),
        ("tahun <decade>", "tahun 90-an", ["tahun 90-an"]),
        ("bahasa inggris", "bahasa: inggris", []),
    ],
)
def test_notation_of_the_tables(notation: str, text: str, covered: list[str]) -> None:
    assert found(notation, text) == covered


@pytest.mark.parametrize(
    "text",
    ["2010-2015", "2010 – 2015", "2010 sampai 2015", "2010 s.d. 2015", "2010 s/d 2015", "2010 to 2015", "2015-2010"],
)
def test_a_span_of_years_as_people_write_it(text: str) -> None:
    assert years_from_to(Text(text), 0)[0][1] == (2010, 2015)


@pytest.mark.parametrize("text", ["2010, 2015", "2010 2015", "2010-20", "12-2015", "2010 sampai"])
def test_no_span_of_years(text: str) -> None:
    assert not years_from_to(Text(text), 0)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("90-an", 1990),
        ("1990an", 1990),
        ("1990s", 1990),
        ("80s", 1980),
        ("2000-an", 2000),
        ("2010s", 2010),
        ("nineties", 1990),
    ],
)
def test_a_decade_as_people_write_it(text: str, first: int) -> None:
    assert decades(Text(text), 0)[0][1] == (first, first + 9)


@pytest.mark.parametrize("text", ["1800-an", "1800s"])
def test_the_hundred_years_that_a_round_number_begins(text: str) -> None:
    assert decades(Text(text), 0)[0][1] == (1800, 1899)


@pytest.mark.parametrize("text", ["abad ke-19", "abad 19", "abad XIX", "19th century", "nineteenth century"])
def test_a_century_as_people_write_it(text: str) -> None:
    (end, years) = centuries(Text(text), 0)[0]
    assert (end, years) == (len(Text(text)), (1801, 1900))


@pytest.mark.parametrize("text", ["abad", "abad pertengahan", "century", "21st century", "abad ke-21", "century 19"])
def test_no_century_of_publications(text: str) -> None:
    assert not centuries(Text(text), 0)


@pytest.mark.parametrize("text", ["1900s", "95-an", "90", "90 an"])
def test_no_decade(text: str) -> None:
    assert not decades(Text(text), 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_are_in_the_phrasebook(language: str) -> None:
    word = {"id": "tentang", "en": "about"}[language]
    assert phrasebook().about.longest(Text(word), 0) is not None
