"""What a search box's text is read as."""

import time
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.query import IDENTIFIER, Clause, Group, Part
from search.query_language import MAX_CHARACTERS, MAX_TERMS, SCOPES, parse, printed, without_fields


def test_plain_words_are_clauses_in_order() -> None:
    assert parse("terumbu karang").parts == (Clause("terumbu"), Clause("karang"))


def test_field_words_of_both_languages_mean_one_field() -> None:
    assert parse("judul:laut").parts == parse("title:laut").parts == (Clause("laut", "title"),)


def test_field_followed_by_a_space_holds_for_all_words_up_to_the_next_field() -> None:
    assert parse("pengarang: Ananta Toer judul: bumi").parts == (
        Clause("Ananta", "contributor"), Clause("Toer", "contributor"), Clause("bumi", "title"),
    )  # fmt: skip


def test_field_before_parentheses_holds_inside_them() -> None:
    either = Group((Clause("laut", "title"), Clause("danau", "title")), either=True)
    assert parse("judul:(laut OR danau) ikan").parts == (either, Clause("ikan"))


@pytest.mark.parametrize("text", ["jam:tangan", "http://x", "10:30"])
def test_unknown_field_is_plain_words(text: str) -> None:
    assert parse(text).parts == (Clause(text),)


def test_phrase_keeps_its_words_together_even_unclosed() -> None:
    assert parse('"terumbu karang"').parts == (Clause("terumbu karang", phrase=True),)
    assert parse('"terumbu karang').parts == (Clause("terumbu karang", phrase=True),)
    assert parse("“terumbu karang”").parts == (Clause("terumbu karang", phrase=True),)


@pytest.mark.parametrize("text", ["laut -ikan", "laut NOT ikan", "laut BUKAN ikan", "laut AND NOT ikan"])
def test_unwanted_word(text: str) -> None:
    query = parse(text)
    assert query.clauses == (Clause("laut"), Clause("ikan", negated=True))
    assert query.wanted == (Clause("laut"),)


@pytest.mark.parametrize("text", ["laut OR ikan", "laut ATAU ikan"])
def test_alternative_word(text: str) -> None:
    assert parse(text).parts == (Group((Clause("laut"), Clause("ikan")), either=True),)


def test_and_binds_closer_than_or_and_words_side_by_side_least() -> None:
    both = Group((Clause("a"), Clause("b")))
    assert parse("a AND b OR c d").parts == (Group((both, Clause("c")), either=True), Clause("d"))


def test_parentheses_around_words_alone_change_nothing() -> None:
    assert parse("Fisika (untuk SMA)").parts == parse("Fisika untuk SMA").parts
    assert [c.text for c in parse("anak(-anak) f(x)").clauses] == ["anak/-anak", "f/x"]


def test_unwanted_group() -> None:
    unwanted = Group((Clause("ikan"), Clause("udang")), either=True, negated=True)
    query = parse("laut NOT (ikan OR udang)")
    assert query.parts == (Clause("laut"), unwanted)
    assert [clause.text for clause in query.wanted] == ["laut"]
    assert query.strict


def test_operators_in_small_letters_are_words() -> None:
    assert [c.text for c in parse("laut atau ikan").clauses] == ["laut", "atau", "ikan"]


@pytest.mark.parametrize("title", ["BUKAN PASAR MALAM", "BUKU INI BUKAN NOVEL", "Bukan Pasar Malam"])
def test_a_title_that_says_not_is_no_exclusion(title: str) -> None:
    assert [clause.text.lower() for clause in parse(title).wanted] == title.lower().split()


@pytest.mark.parametrize("title", ["ADAM DAN HAWA", "HIDUP ATAU MATI", "PRIDE AND PREJUDICE", "ANAK OR IBU"])
def test_a_text_all_in_capitals_is_read_as_in_small_letters(title: str) -> None:
    shouted, small = parse(title), parse(title.lower())
    assert not shouted.strict
    assert [replace(one, text=one.text.lower()) for one in shouted.clauses] == list(small.clauses)


@pytest.mark.parametrize(
    "text",
    [
        "SMA OR SMK",
        "BPK OR KPK",
        "UUD OR KUHP",
        "TOEFL OR IELTS",
        "SNMPTN OR SBMPTN",
        "KUHP ATAU KUHAP",
        '"BUMI MANUSIA" OR "LASKAR PELANGI"',
        "JUDUL:LAUT OR IKAN",
        "(LAUT OR IKAN)",
    ],
)
def test_an_operator_between_short_names_or_beside_other_signs_is_none_the_less_one(text: str) -> None:
    assert any(isinstance(part, Group) and part.either for part in parse(text).parts)


def test_star_asks_for_the_beginning_of_a_word() -> None:
    assert parse("perpusta*").parts == (Clause("perpusta", prefix=True),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("laut (ikan", ["laut", "ikan"]),
        ("laut) ikan", ["laut", "ikan"]),
        ("laut OR", ["laut", "or"]),
        ("laut OR AND ikan", ["laut", "or", "and", "ikan"]),
        ("AND laut", ["and", "laut"]),
        ("((((laut OR a))))", ["laut", "or", "a"]),
        ("laut NOT", ["laut", "not"]),
    ],
)
def test_signs_without_sense_are_passed_over_and_said(text: str, words: list[str]) -> None:
    query = parse(text)
    assert query.plain
    assert [clause.text for clause in query.wanted] == words


def test_a_dash_between_words_excludes_nothing() -> None:
    assert [c.text for c in parse("Laut - kumpulan puisi").wanted] == ["Laut", "kumpulan", "puisi"]


@pytest.mark.parametrize(
    "text",
    [
        "tahun:2010..2015",
        "year:2010-2015",
        "tahun: 2010–2015",
        "tahun:2010 - 2015",
        "TAHUN: 2010 – 2015",
        "tahun:2015..2010",
        "tahun:2010-15",
        "(tahun: 2010 – 2015)",
        "tahun：２０１０－２０１５",
    ],
)
def test_span_of_years(text: str) -> None:
    assert parse(text).parts == (Clause("2010..2015", "year"),)


def test_a_field_may_be_written_as_on_a_card() -> None:
    assert parse("Judul : laut biru Pengarang : Hirata") == replace(
        parse("judul: laut biru pengarang: Hirata"), text="Judul : laut biru Pengarang : Hirata"
    )
    assert (
        parse("Judul      : laut biru Pengarang  : Hirata").parts == parse("judul: laut biru pengarang: Hirata").parts
    )
    # A title of the rules for cataloguing has such a colon, too; labels are all written alike.
    asked = parse("Judul : Pelajaran bahasa : sebuah pengantar")
    assert {clause.field for clause in asked.clauses} == {"title"}
    assert {clause.field for clause in parse("judul: Pelajaran bahasa : sebuah pengantar").clauses} == {"title"}
    assert not any(clause.field for clause in parse("Pelajaran bahasa : sebuah pengantar").clauses)


@pytest.mark.parametrize("text", ["judul：（laut　OR　ikan）", "judul：(laut OR ikan)"])
def test_signs_may_be_as_wide_as_characters(text: str) -> None:
    assert parse(text).parts == parse("judul:(laut OR ikan)").parts


@pytest.mark.parametrize(
    "text", ["“laut biru”", "„laut biru“", "‹laut biru›", "＂laut biru＂", "「laut biru」", "«laut biru»"]
)
def test_quotation_marks_of_any_kind_hold_a_phrase(text: str) -> None:
    assert parse(text).parts == (Clause("laut biru", phrase=True),)


def test_what_is_no_year_is_plain_words() -> None:
    assert parse("tahun:kuda").parts == (Clause("tahun:kuda"),)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("978-602-03-3295-6", "9786020332956"),
        ("ISBN: 978 602 03 3295 6", "9786020332956"),
        ("978\u00ad602\u2060033\u200b2956", "9786020332956"),
        ("0-8044-2957-x", "080442957X"),
        ("978 602 1960 12 0", "9786021960120"),
        ("ISBN 0-306-40615-3", "0306406153"),
        ("９７８－６０２－０３－３２９５－６", "9786020332956"),
        ("ISSN 0378-5955", "03785955"),
        ("0378-5955", "03785955"),
        ("https://doi.org/10.1000/182", "10.1000/182"),
        ("doi:10.1016/S0140-6736(05)67889-5", "10.1016/S0140-6736(05)67889-5"),
    ],
)
def test_bare_number_is_looked_up_as_one_whatever_the_last_digit_of_an_isbn_is(text: str, number: str) -> None:
    assert parse(text).parts == (Clause(number, "identifier", phrase=True),)


@pytest.mark.parametrize("text", ["1984", "1945-1998", "1900 2003", "0-306-40615-3", "12345678", "10 november 1945"])
def test_other_numbers_are_words(text: str) -> None:
    assert all(clause.field is None for clause in parse(text).clauses)


def test_long_text_is_cut_and_says_so() -> None:
    query = parse("kata " * 1000)
    assert len(query.clauses) == MAX_TERMS
    assert query.shortened
    assert len(query.text) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    "bomb",
    [
        "(" * 10_000 + "a" + ")" * 10_000, "(" * 1_000_000, "NOT " * 20_000, '"' * 50_000, "-" * 50_000, "a:" * 50_000,
        "judul:" * 50_000, "a OR " * 50_000, "-(" * 50_000, "judul:(" * 300, "\x00" * 1_000_000, "*" * 511, "(a" * 200,
    ],
)  # fmt: skip
def test_no_query_text_takes_long(bomb: str) -> None:
    started = time.process_time()
    parse(bomb)
    # A quadratic reader takes seconds on these; 1 s leaves room for a busy machine.
    assert time.process_time() - started < 1


SIGNS = st.text(alphabet='abY01 -+*?/()":.“', max_size=60)
PIECES = st.lists(
    st.sampled_from(
        ["laut", "Ikan", "AND", "DAN", "OR", "ATAU", "NOT", "BUKAN", "(", ")", "-", "judul:", "tahun:", "isi:", "2010..",
         '"', '"terumbu karang"', "*", " ", " ", " ", " ", "x:y", "AND?", "/", "judul: "]
    ), max_size=40,
).map("".join)  # fmt: skip


@given(st.text(max_size=600) | SIGNS | PIECES)
def test_any_text_is_read_within_limits(text: str) -> None:
    query = parse(text)
    assert len(query.clauses) <= MAX_TERMS
    assert all(any(ch.isalnum() for ch in clause.text) for clause in query.clauses)
    assert all(_whole(part) for part in query.parts)


def _whole(part: Part) -> bool:
    """A group has two parts or more, or turns the sense of a single one."""
    return isinstance(part, Clause) or (len(part.parts) > 1 and all(map(_whole, part.parts)))


@given(st.text(max_size=200) | SIGNS | PIECES)
@example("judul:judul:x")
@example("(x)y OR b)")
@example("/judul:x")
@example("tahun:judul:x")
@example("laut NOT 1")
def test_what_was_read_is_printed_and_read_as_the_same(text: str) -> None:
    once = parse(text)
    again = printed(once.parts)
    if len(again) <= MAX_CHARACTERS:
        assert parse(again).parts == once.parts
        assert not parse(again).plain


@given(st.text(max_size=200) | PIECES)
def test_reading_again_what_was_kept_changes_nothing(text: str) -> None:
    once = parse(text)
    assert parse(once.text).parts == once.parts


def test_what_is_no_year_stays_in_the_scope() -> None:
    (clause,) = parse("tahun: laut", within="title").clauses
    assert (clause.text, clause.field) == ("laut", "title")
    assert parse(printed((clause,), "title"), within="title").parts == (clause,)


@pytest.mark.parametrize("within", SCOPES.values())
def test_words_are_looked_for_in_the_scope_and_a_named_field_wins(within: str) -> None:
    query = parse('laut "terumbu karang" pengarang:hirata (ikan OR -subjek:udang)', within=within)
    fields = {clause.text: clause.field for clause in query.clauses}
    assert fields == {
        "laut": within,
        "terumbu karang": within,
        "hirata": "contributor",
        "ikan": within,
        "udang": "subject",
    }
    assert parse(printed(query.parts, within), within=within).parts == query.parts


def test_a_number_in_a_scope_of_words_is_a_word() -> None:
    assert parse("978 602 03 3295 6", within="title").clauses[0].field == "title"
    assert parse("978 602 03 3295 6", within=IDENTIFIER).clauses == parse("978 602 03 3295 6").clauses


@pytest.mark.parametrize(
    ("text", "number", "marks"),
    [
        ("ddc 899.221", "899.221", []),
        ("DDC: 899", "899", []),
        ("no. panggil 899.221 3 TOE b", "899.221", ["3", "TOE", "b"]),
        ("nomor klasifikasi 070.5", "070.5", []),
        ("call no. 005.133", "005.133", []),
    ],
)
def test_a_call_number_may_be_called_what_it_is(text: str, number: str, marks: list[str]) -> None:
    places = (Clause(number, "call_number", phrase=True), Clause(number, IDENTIFIER, phrase=True))
    assert parse(text).parts == (Group(places, either=True), *(Clause(mark, "call_number") for mark in marks))
    assert parse(printed(parse(text).parts)).parts == parse(text).parts


@pytest.mark.parametrize(
    "text",
    [
        "ddc 23",
        "nomor 47 tahun 2008",
        "no 12 2012",
        "dewey decimal classification",
        "899.221",
        "dewey 300 social sciences",
    ],
)
def test_what_names_no_class_is_words(text: str) -> None:
    assert not any(clause.field for clause in parse(text).clauses)


def test_where_words_are_looked_for_in_titles_a_call_number_is_words() -> None:
    assert {clause.field for clause in parse("ddc 899.221", within="title").clauses} == {"title"}


def test_a_quotation_mark_for_an_apostrophe_opens_no_phrase() -> None:
    assert [(one.text, one.phrase) for one in parse('let"s change "the world"').clauses] == [
        ("let's", False),
        ("change", False),
        ("the world", True),
    ]
    assert parse('"terumbu karang').clauses[0].phrase


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [("auditing -1", []), ("auditing -12", []), ("laut -2019", ["2019"]), ("laut -ikan", ["ikan"])],
)
def test_the_dash_before_the_number_of_a_part_keeps_nothing_out(text: str, unwanted: list[str]) -> None:
    parts = parse(text).parts
    assert [one.text for one in parse(text).clauses if one.negated] == unwanted
    assert parse(printed(parts)).parts == parts


def test_the_name_of_a_field_in_the_midst_of_a_text_may_be_a_word_of_a_title() -> None:
    asked = parse("student guide series: autocad")
    again = without_fields(asked)
    assert again is not None
    assert ([one.text for one in again.clauses], again.plain) == (["student", "guide", "series", "autocad"], True)
    labelled = without_fields(parse("Bahasa : esai")), without_fields(parse("Judul : Pelajaran Bahasa : Esai"))
    assert [printed(one.parts) for one in labelled if one] == ["Bahasa esai", "judul:Pelajaran judul:Bahasa judul:Esai"]
    assert [without_fields(parse(text)) for text in ("series: autocad", "laut judul:biru", "laut")] == [None] * 3
