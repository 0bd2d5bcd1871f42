"""Words, folding, stems, identifiers."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import analysis
from search.analysis import Word, fold, identifier_keys, is_stop_word, plain_words, stem, stem_languages, words
from search.bilingual import stems


@given(st.text(max_size=200))
def test_words_stand_where_they_say_and_hold_letters_or_digits_only(text: str) -> None:
    last = 0
    for word in words(text):
        assert last <= word.start < word.end <= len(text)
        assert word.text.isalnum()
        assert len(word.text) <= analysis.MAX_WORD_CHARACTERS
        last = word.end


@given(st.text(st.sampled_from("abAB12-'’–_. \u00e9"), max_size=60))
def test_the_short_way_finds_the_same_words(text: str) -> None:
    assert plain_words(text) == [word.text for word in words(text)]


@given(st.text(st.sampled_from("abAB12_.,/ \t"), max_size=60))
def test_words_of_plain_ascii_are_those_of_any_text(text: str) -> None:
    assert words(text) == words(f"{text} é")[:-1]


@given(st.text(max_size=100))
def test_folding_twice_changes_nothing_for_words(text: str) -> None:
    once = plain_words(text)
    assert plain_words(" ".join(once)) == once


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Qurʼān", ["quran"]),
        ("Al-Qur'an", ["al", "quran"]),
        ("library's", ["library"]),
        ("buku-buku anak", ["buku", "anak"]),
        ("BUKU-buku", ["buku"]),
        ("buku - buku", ["buku", "buku"]),
        ("10-10", ["10", "10"]),
        ("cafe\u0301", ["cafe"]),
        ("Ｔｏｋｙｏ 東京", ["tokyo", "東", "京"]),
        ("snake_case __init__", ["snake", "case", "init"]),
        ("ﬁlsafat", ["filsafat"]),
        ("القُرآن", ["القران"]),
        ("perpus\u00adtakaan per\u200bpus\u2060ta\u200dka\ufeffan", ["perpustakaan", "perpustakaan"]),
        ("anak\u00ad-anak laut\u200b", ["anak", "laut"]),
        ("al-Qur'\u00adan al-Qur\u200b’\u200ban", ["al", "quran", "al", "quran"]),
        ("می\u200cخواهم", ["میخواهم"]),
        ("ទន្លេ\u200bសាប", plain_words("ទន្លេ") + plain_words("សាប")),  # which it parts in Khmer
        ("\ud800 a\u0000b 😀", ["a", "b"]),
        ("", []),
    ],
)
def test_words_are_folded(written: str, found: list[str]) -> None:
    assert plain_words(written) == found


def test_a_reduplicated_word_spans_both_halves() -> None:
    assert words("dua anak-anak") == [Word("dua", 0, 3), Word("anak", 4, 13)]


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("perpustakaan", "id", "pustaka"),
        ("melayani", "id", "layan"),
        ("buku2", "id", "buku"),
        ("libraries", "en", "librari"),
        ("2014", "id", "2014"),
    ],
)
def test_stems(word: str, language: analysis.Language, expected: str) -> None:
    assert stem(word, language) == expected


def test_a_document_in_malay_is_stemmed_as_indonesian_and_a_mixed_one_both_ways() -> None:
    assert stem_languages(["may", "ind"]) == ("id",)
    assert stem_languages(["jav"]) == ("id", "en")


@pytest.mark.parametrize("word", ["yang", "dan", "bagaimana", "the", "of"])
def test_stop_words_of_both_languages(word: str) -> None:
    assert is_stop_word(word)


def test_no_stop_word_is_a_subject() -> None:
    assert not any(is_stop_word(word) for word in ("laut", "buku", "ikan", "sea", "book"))


def test_an_isbn_is_found_in_every_form() -> None:
    assert set(identifier_keys("0-8044-2957-X")) == {"080442957x", "9780804429573"}
    assert "9780804429573" in identifier_keys("978 0 8044 2957 3")


def test_ten_characters_with_a_wrong_check_digit_are_no_isbn() -> None:
    assert identifier_keys("0804429571") == ("0804429571",)


@pytest.mark.parametrize(
    "piece", ["a'", "ʼ", "a\u0301", "a\u200b", "\u00ad", "a'\u00ad", "'\u00ad", "(", "-", "a-", "_", "'"]
)
def test_a_megabyte_of_anything_is_read_in_linear_time(piece: str) -> None:
    started = time.process_time()
    words(piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 20


def test_folding_keeps_spaces_and_punctuation() -> None:
    assert fold("Ébène, “x”") == "ebene, “x”"


@pytest.mark.parametrize(
    "family",
    [
        "tulis menulis penulis tulisan ditulis",
        "kirim mengirim pengiriman kiriman",
        "kelola mengelola pengelola pengelolaan",
        "karang mengarang pengarang karangan",
        "terjemah menerjemahkan penerjemah terjemahan",
        "teliti meneliti penelitian peneliti",
        "didik mendidik pendidik pendidikan didikan",
        "periksa memeriksa pemeriksaan",
        "sehat kesehatan menyehatkan",
        "rawat perawat merawat keperawatan",
        "nyanyi menyanyi penyanyi nyanyian",
        "cerita tjerita bercerita menceritakan",
    ],
)
def test_words_of_one_indonesian_root_have_one_stem(family: str) -> None:
    assert len({stem(word, "id") for word in family.split()}) == 1


@pytest.mark.parametrize(("one", "other"), [("ajar", "hajar"), ("alam", "kalam"), ("tani", "tari"), ("beri", "berita")])
def test_words_of_different_roots_keep_different_stems(one: str, other: str) -> None:
    assert stem(one, "id") != stem(other, "id")


def test_the_corrections_of_stems_are_those_that_the_lexicon_gives() -> None:
    made = stems.text()
    assert made == analysis.STEM_CORRECTIONS.read_text(encoding="utf-8")
