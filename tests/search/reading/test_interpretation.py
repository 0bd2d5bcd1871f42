import random
import time
import tomllib
from collections.abc import Set
from datetime import date
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.i18n import messages
from search.query import Filter, year_range
from search.query_language import MAX_CHARACTERS, MAX_TERMS, parse
from search.reading.constructions import Words
from search.reading.interpretation import EVERYTHING, Interpretation, interpret
from search.reading.phrases import LANGUAGES, phrasebook
from search.reading.text import Text
from search.schema import BY_NAME, SORTS
from tests.search.reading.worked import TODAY, Example, examples, lines, written

EXAMPLES = examples("examples.txt")
HELD_OUT = examples("held_out.txt")
PLAIN = lines("plain.txt")


def read(text: str, without: Set[str] = frozenset(), as_words: Set[str] = frozenset()) -> Interpretation:
    return interpret(text, TODAY, without, as_words)


@pytest.mark.parametrize("example", [*EXAMPLES, *HELD_OUT], ids=lambda example: example.query)
def test_worked_example_is_read_as_it_says(example: Example) -> None:
    found = read(example.query)
    assert (found.rest, written(found)) == (example.rest, example.readings)


@pytest.mark.parametrize(
    "query", ["‹buku anak tentang laut›", "「buku anak tentang laut」", "＂buku anak tentang laut＂"]
)
def test_nothing_is_read_into_quotation_marks_of_others(query: str) -> None:
    assert interpret(query, TODAY).readings == ()


@pytest.mark.parametrize("query", PLAIN)
def test_plain_query_is_left_untouched(query: str) -> None:
    assert read(query) == Interpretation(query)


def test_there_are_as_many_examples_as_were_asked_for() -> None:
    assert len({example.query for example in EXAMPLES}) >= 140
    assert len(set(PLAIN)) >= 80
    assert len(HELD_OUT) >= 40


@pytest.mark.parametrize("example", [*EXAMPLES, *HELD_OUT], ids=lambda example: example.query)
def test_what_is_left_of_an_example_is_understood_by_the_parser(example: Example) -> None:
    found = read(example.query)
    query = parse(found.rest, found.filters, found.sort or "relevance")
    assert {chosen.field for chosen in query.filters} == {chosen.field for chosen in found.filters}
    words = [reading.meaning for reading in found.readings if isinstance(reading.meaning, Words)]
    wanted = [m for m in words if not m.unwanted and not m.negated]
    assert [c.text for c in query.clauses if c.field and not c.negated] == [w for m in wanted for w in m.words]
    unwanted = [w for m in words for w in (m.words if m.unwanted else [" ".join(m.words)] if m.negated else ())]
    assert [c.text for c in query.clauses if c.negated] == unwanted


def test_capitals_throughout_tell_nothing() -> None:
    changed = []
    for one in EXAMPLES:
        loud = read(one.query.upper())
        if written(loud).casefold() != one.readings.casefold():
            changed.append(one.query)
    # Only a name after "oleh" or "by" is told by its capitals, and one that is a word of grammar besides.
    assert changed == [
        "buku tentang laut oleh Rachel Carson",
        "books about the sea by Rachel Carson",
        "inferno karya Dan Brown",
    ]


# What can be chosen and taken back


def test_a_reading_says_where_it_stands() -> None:
    text = "Buku anak tentang gempa, setelah 2015"
    spans = {reading.kind: [text[start:end] for start, end in reading.spans] for reading in read(text).readings}
    assert spans == {"audience": ["anak"], "year": ["setelah 2015"]}


def test_without_a_reading_the_search_is_wider() -> None:
    found = read("buku anak tentang gempa setelah 2015", without={"audience"})
    assert found.rest == "gempa"
    assert found.filters == (Filter("year", ("2016..",)),)


def test_without_a_name_or_an_unwanted_word_neither_is_searched() -> None:
    text = "buku tentang laut karya Rachel Carson kecuali ikan"
    assert read(text).rest == "laut pengarang:Rachel pengarang:Carson -ikan"
    assert read(text, without={"person", "unwanted"}) == Interpretation("laut")


def test_a_reading_taken_back_leaves_its_words() -> None:
    found = read("buku anak tentang gempa setelah 2015", as_words={"audience"})
    assert found.rest == "anak gempa"
    assert [reading.key for reading in found.readings] == ["year"]


def test_everything_taken_back_is_the_text_itself() -> None:
    text = "buku anak  tentang gempa setelah 2015?"
    assert read(text, as_words={EVERYTHING}) == Interpretation(text)


def test_unknown_keys_take_back_nothing() -> None:
    text = "buku anak tentang gempa"
    assert read(text, without={"x"}, as_words={"y"}) == read(text)


def test_two_readings_of_one_kind_have_different_keys() -> None:
    found = read("skripsi tentang laut versi ebook")
    assert [(r.key, written(Interpretation("", (r,)))) for r in found.readings] == [
        ("format", "material_type=bachelor_thesis,thesis"),
        ("format.2", "format=ebook"),
    ]


def test_the_last_years_are_counted_from_today() -> None:
    assert interpret("skripsi laut 5 tahun terakhir", date(2030, 1, 1)).filters[-1] == Filter("year", ("2025..",))


def test_a_year_that_cannot_be_yet_is_no_year() -> None:
    assert read("buku tentang gempa terbitan 2058") == Interpretation("gempa terbitan 2058")


def test_several_values_of_a_kind_are_one_filter() -> None:
    assert read("komik berbahasa Inggris atau Jepang").filters == (Filter("language", ("eng", "jpn")),)


def test_a_second_filter_on_the_same_field_stays_text() -> None:
    found = read("buku tentang laut untuk anak berbahasa Inggris in Dutch")
    assert [chosen.field for chosen in found.filters] == ["audience", "language"]


# Any text


# Words that begin, end and join what is read, so that chance makes requests of them.
WORDS = sorted({word for one in [*EXAMPLES, *HELD_OUT] for word in one.query.split()} | set("-,?:/"))
QUERIES = sorted({one.query for one in [*EXAMPLES, *HELD_OUT]})
phrases = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
requests = st.one_of(phrases, st.tuples(phrases, st.sampled_from(QUERIES), phrases).map(" ".join))


@given(st.one_of(st.text(max_size=600), requests), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
@example("buku tentang buku tentang buku tentang laut", TODAY)
@example("buku ttg 2015-Bitung", TODAY)
def test_any_text_is_read_and_reading_what_is_left_changes_nothing(text: str, today: date) -> None:
    found = interpret(text, today)
    assert interpret(found.rest, today) == Interpretation(found.rest)
    assert found.readings or found.rest == text or len(found.rest) < len(text)


@given(requests)
def test_readings_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    places = sorted(span for reading in read(text).readings for span in reading.spans)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))


@given(requests)
def test_what_is_left_are_words_of_the_text_in_their_order(text: str) -> None:
    found = read(text)
    added = {r.key for r in found.readings if isinstance(r.meaning, Words)}
    left = iter(text.split())
    assert all(any(piece in word for word in left) for piece in read(text, without=added).rest.split())


@given(requests)
def test_filters_and_orders_are_those_of_the_index(text: str) -> None:
    found = read(text)
    assert all(BY_NAME[chosen.field].filterable for chosen in found.filters)
    assert all(year_range(value) for chosen in found.filters if chosen.field == "year" for value in chosen.values)
    wanted = [chosen.field for chosen in found.filters if not chosen.negated]  # several may be unwanted of one field
    assert len(set(wanted)) == len(wanted)
    assert found.sort in ("", *SORTS)


@given(requests, st.integers(0, 5))
def test_each_reading_can_be_taken_back_alone(text: str, place: int) -> None:
    found = read(text)
    keys = [reading.key for reading in found.readings]
    assert len(set(keys)) == len(keys)
    for key in keys[place : place + 1]:
        others = [reading for reading in found.readings if reading.key != key]
        assert list(read(text, without={key}).readings) == others
        assert list(read(text, as_words={key}).readings) == others


@given(st.text(alphabet=st.characters(whitelist_categories=["L", "N", "P", "Z"]), max_size=80))
def test_a_text_without_a_word_of_the_tables_stays_identical(text: str) -> None:
    book = phrasebook()
    hints = book.constructions.starts() | book.things.starts() | book.openings.starts()
    if hints.isdisjoint(Text(text).words) and not any(character.isdigit() for character in text):
        assert read(text) == Interpretation(text)


@pytest.mark.parametrize(
    "bomb",
    [
        "buku " * 30_000,
        "a" * 1_000_000,
        "\x00" * MAX_CHARACTERS,
        "2015-" * 102,
        "untuk anak " * (MAX_TERMS // 2),
        "anak dan " * (MAX_TERMS // 2),
        "buku tentang " * (MAX_TERMS // 2),
        "karya a b c d " * (MAX_TERMS // 5),
        "saya sedang mau mencari " * (MAX_TERMS // 4),
        "yang diterbitkan antara tahun 2010 " * (MAX_TERMS // 5),
        "kecuali " * MAX_TERMS,
    ],
)
def test_no_text_takes_long(bomb: str) -> None:
    read("buku anak tentang laut")  # reads the tables
    started = time.process_time()
    read(bomb)
    # The slowest of these takes a millisecond or two; the rest is for a busy machine.
    assert time.process_time() - started < 0.2


def test_a_text_longer_than_a_query_is_left() -> None:
    text = "buku anak tentang " + "x" * MAX_CHARACTERS
    assert read(text) == Interpretation(text)


def test_words_in_any_order_never_fail() -> None:
    chance = random.Random(5)
    for _ in range(3000):
        text = " ".join(chance.choices(WORDS, k=chance.randrange(1, 20)))
        found = read(text)
        assert interpret(found.rest, TODAY).rest == found.rest, text


# The tables


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", ["audience", "format", "material_type", "access", "language"])
def test_every_code_the_tables_name_has_a_word_for_people(language: str, field: str) -> None:
    words = messages(language).texts
    table = tomllib.loads((files("search.reading") / f"{language}.toml").read_text(encoding="utf-8"))
    codes = set(table.get(field, ()))
    codes |= {value for thing in table["thing"] if thing.get("field") == field for value in thing["values"]}
    codes |= {entry["value"] for entry in table["construction"] if entry["kind"] == field and "value" in entry}
    assert codes
    assert not {code for code in codes if f"label.{field}.{code}" not in words}


def test_every_language_with_a_word_for_people_is_understood_by_it() -> None:
    # Groups of languages and "no language" are nothing to ask for; the second codes are ISO 639-2/T.
    not_asked = {"map", "phi", "mul", "und", "zxx", "mis", "msa", "nld", "deu", "fra", "zho", "sgn"}
    missing = []
    for hl, asking in (("id", "buku berbahasa {} tentang laut"), ("en", "books about the sea in the {} language")):
        for key, word in messages(hl).texts.items():
            table, _, code = key.rpartition(".")
            if table == "label.language" and code not in not_asked:
                found = read(asking.format(word)).filters
                if found != (Filter("language", (code,)),):
                    missing.append((word, found))
    assert not missing
