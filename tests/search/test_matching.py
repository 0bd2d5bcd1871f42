"""What a query demands of a document."""

import pytest

from search.matching import is_relaxed, requirements
from search.query import Clause, Part, Query
from search.query_language import parse


def texts(parts: tuple[Part, ...]) -> list[list[str]]:
    return [[clause.text for clause in Query(parts=(part,)).clauses] for part in parts]


def test_three_content_words_are_all_required_and_stop_words_left_out() -> None:
    needs = requirements(parse("sejarah dan budaya di minahasa"))
    assert texts(needs.required) == [["sejarah"], ["budaya"], ["minahasa"]]
    assert not needs.relaxable


@pytest.mark.parametrize(("count", "minimum"), [(4, 1), (5, 2), (9, 3), (32, 3)])
def test_of_more_words_a_quarter_is_enough(count: int, minimum: int) -> None:
    query = parse(" ".join(f"kata{number}" for number in range(count)))
    assert requirements(query).minimum == minimum
    assert is_relaxed(query)


def test_titles_and_initials_of_a_name_need_not_stand_in_it() -> None:
    needs = requirements(parse("pengarang:dr pengarang:H. pengarang:Taulu"))
    assert texts(needs.required) == [["Taulu"]]
    assert texts(requirements(parse('pengarang:H. pengarang:"dr Taulu" laut')).required) == [
        ["H."],
        ["dr Taulu"],
        ["laut"],
    ]
    assert texts(requirements(parse("pengarang:dr")).required) == [["dr"]]


@pytest.mark.parametrize("name", ["Buya Hamka", "hamka, buya", "Prof. Hamka", "Hamka prof"])
def test_an_honorific_counts_where_it_stands_beside_a_name_and_need_not(name: str) -> None:
    needs = requirements(parse(name, within="contributor"))
    must = [part.text.strip(",") for part in needs.required if isinstance(part, Clause) and not part.implied_in]
    assert [word.lower() for word in must] == ["hamka"]
    assert len(needs.required) == 2


@pytest.mark.parametrize("name", ["Irfan Habib", "Robert Pastor", "Miftah Gus"])
def test_an_honorific_at_the_end_of_a_name_must_stand_in_it(name: str) -> None:
    assert requirements(parse(name, within="contributor")).required == parse(name, within="contributor").parts


def test_an_honorific_alone_is_a_name() -> None:
    assert requirements(parse("pengarang:Gus laut")).required == parse("pengarang:Gus laut").parts


@pytest.mark.parametrize("name", ["Dan Brown", "Will Self", "Ada Lovelace"])
def test_a_name_that_is_a_word_of_grammar_besides_must_stand_in_it(name: str) -> None:
    assert texts(requirements(parse(name, within="contributor")).required) == [[word] for word in name.split()]


def test_only_stop_words_are_required_after_all() -> None:
    assert texts(requirements(parse("yang itu")).required) == [["yang"], ["itu"]]


def test_phrases_and_fields_are_required_beside_many_words() -> None:
    needs = requirements(parse('"terumbu karang" judul:laut satu2 dua tiga empat lima'))
    assert texts(needs.required) == [["terumbu karang"], ["laut"]]
    assert len(needs.relaxable) == 5


def test_alternatives_form_one_group() -> None:
    assert texts(requirements(parse("ikan ATAU udang tambak")).required) == [["ikan", "udang"], ["tambak"]]


def test_an_unwanted_word_is_no_group() -> None:
    needs = requirements(parse("laut -ikan"))
    assert (texts(needs.required), texts(needs.unwanted)) == ([["laut"]], [["ikan"]])


@pytest.mark.parametrize("text", ["H.B. Jassin", "Prof. Dr. Jassin", "Jassin bin Bague"])
def test_initials_and_courtesies_are_left_out_beside_a_name(text: str) -> None:
    needs = requirements(parse(text))
    names = [name for (name, *_) in texts(needs.required)]
    assert "Jassin" in names
    assert not needs.relaxable
    assert not {"H.B.", "Prof.", "Dr.", "bin"}.intersection(names)


@pytest.mark.parametrize(
    ("text", "some", "beside"),
    [
        ("soal cpns 2024", [["soal"], ["cpns"]], [["2024"]]),
        ("kuhp 2023", [["kuhp"]], [["2023"]]),
        ("1984 2001", [["1984"], ["2001"]], []),
        ("17 agustus 1945", [["17"], ["agustus"], ["1945"]], []),
        ("covid19 vaksin", [["covid19"], ["vaksin"]], []),
    ],
)
def test_where_some_words_are_enough_a_number_is_none_of_them(
    text: str, some: list[list[str]], beside: list[list[str]]
) -> None:
    needs = requirements(parse(text).loosened())
    assert texts(needs.relaxable) == some
    assert needs.minimum == 1
    assert texts(needs.optional) == beside
    assert not requirements(parse(text)).optional
