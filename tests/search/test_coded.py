"""Words for codes, as they are written after a field of the query language."""

import pytest

from search.coded import codes


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("language", "inggris", "eng"),
        ("language", "English", "eng"),
        ("language", "en", "eng"),
        ("language", "jawa kuno", "kaw"),
        ("language", "deu", "ger"),
        ("language_original", "Jepang", "jpn"),
        ("format", "buku", "book"),
        ("format", "skripsi", "thesis"),
        ("format", "E-Books", "ebook"),
        ("format", "Skripsi/Tesis", "thesis"),
        ("audience", "untuk semua", ""),
        ("audience", "remaja", "teens"),
        ("audience", "umum", "general"),
    ],
)
def test_a_word_stands_for_its_code(field: str, text: str, code: str) -> None:
    assert codes(field, text)[1:] == ((code,) if code else ())


@pytest.mark.parametrize(("field", "text"), [("language", "eng"), ("format", "journal"), ("format", "map")])
def test_a_code_stands_for_itself_alone(field: str, text: str) -> None:
    # "journals" are articles too in plain language; who writes a code means it.
    assert codes(field, text) == (text,)


@pytest.mark.parametrize("text", ["Xal", " lokal ", "\x00", "", "a" * 500])
def test_what_no_table_knows_is_taken_as_it_stands(text: str) -> None:
    assert len(codes("language", text)) == 1
    assert codes("publisher", text) == codes("language", text)
