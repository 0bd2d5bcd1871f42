"""What title a text asks for."""

import pytest

from search.titles import titles_named, titles_with_more


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("cari buku ayahku bukan pembohong", "ayahku bukan pembohong"),
        ("mau pinjam buku mereka ada", "mereka ada"),
        ("di mana letak novel pulang", "pulang"),
        ("buku bumi manusia ada ga kak?", "bumi manusia"),
        ("do you have the old man and the sea", "the old man and the sea"),
        ("do you have the old man and the sea", "old man and the sea"),
        ("buku harian", "harian"),
        ("introduction to electronics ebook", "introduction to electronics"),
    ],
)
def test_what_is_said_around_a_title_is_left_out(text: str, title: str) -> None:
    assert title in {" ".join(words) for words in titles_named(text)}


@pytest.mark.parametrize("text", ["", "buku", "bumi manusia", "terumbu karang di bunaken"])
def test_a_text_with_nothing_around_it_names_no_other_title(text: str) -> None:
    assert titles_named(text) == ()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("cobit 3.0 penerbit it governance institute", "cobit 3 0"),
        ("novel pulang karya leila chudori", "pulang"),
        ("teori hukum 2019", "teori hukum"),
        ("teori hukum (2019)", "teori hukum"),
        ("dickson, dental materials research", "dental materials research"),
        ("tolle - the power of now", "the power of now"),
        ("novel pulang / chudori", "pulang"),
    ],
)
def test_what_is_said_of_a_book_is_no_part_of_its_title(text: str, title: str) -> None:
    assert title in {" ".join(words) for words in titles_with_more(text)}


@pytest.mark.parametrize("text", ["1984", "karya chairil anwar", "teori hukum"])
def test_nothing_said_of_a_book_leaves_its_title(text: str) -> None:
    assert titles_with_more(text) == ()
