from hypothesis import given
from hypothesis import strategies as st

from ingest.running_heads import NEIGHBOURS, REPEATED, without_running_heads
from search.document import Page


def pages(*texts: str) -> list[Page]:
    return [Page(number, str(number), text) for number, text in enumerate(texts, start=1)]


def stripped(*texts: str) -> list[str]:
    return [page.text for page in without_running_heads(pages(*texts))]


def test_a_line_that_the_next_pages_repeat_is_left_out() -> None:
    assert stripped("BUKU LAUT\nsatu\na", "BUKU LAUT\ndua\nb", "BUKU LAUT\ntiga\nc") == ["satu\na", "dua\nb", "tiga\nc"]


def test_heads_of_left_and_right_pages_are_told_apart() -> None:
    texts = [f"{n} BUKU LAUT\nisi {n * n}" if n % 2 else f"BAB SATU {n}\nisi {n * n}" for n in range(10, 18)]
    assert stripped(*texts) == [f"isi {n * n}" for n in range(10, 18)]


def test_page_numbers_may_count_from_anywhere_and_be_roman() -> None:
    assert stripped("xiv KATA\na", "xv KATA\nb", "xvi KATA\nc") == ["a", "b", "c"]
    assert stripped("a\nHalaman 7 dari 99", "b\nHalaman 8 dari 99", "c\nHalaman 9 dari 99") == ["a", "b", "c"]


def test_a_number_that_does_not_count_pages_makes_another_line() -> None:
    texts = ["Pasal 4\nsatu", "Pasal 9\ndua", "Pasal 11\ntiga"]
    assert stripped(*texts) == texts


def test_a_repeated_sentence_is_text_unless_most_pages_have_it() -> None:
    texts = ["Cukup jelas.\nsatu", "dua\nempat", "Cukup jelas.\ntiga", "Cukup jelas.\nlima"]
    assert stripped(*texts) == texts
    assert stripped(*["Semua hak dilindungi.\nisi"] * 6) == ["isi"] * 6


def test_a_line_inside_the_page_stays_whatever_repeats() -> None:
    texts = [f"{n * n} awal\nContoh\n{n * n} akhir" for n in range(5)]
    assert stripped(*texts) == texts


def test_two_pages_alike_are_no_rule() -> None:
    assert stripped("Judul\nsatu", "Judul\ndua") == ["Judul\nsatu", "Judul\ndua"]


def test_far_pages_do_not_count() -> None:
    texts = ["Judul\nsatu", *[f"isi {n * n}\nlagi" for n in range(NEIGHBOURS)]] * (REPEATED + 1)
    assert stripped(*texts)[0] == "Judul\nsatu"


lines = st.sampled_from(["KEPALA", "1", "2", "xii KAKI", "satu kalimat.", "", "Pasal 3"])


@given(st.lists(st.lists(lines, min_size=1, max_size=8).map("\n".join), max_size=12))
def test_every_page_keeps_a_line_and_nothing_is_added(texts: list[str]) -> None:
    for text, kept in zip(texts, stripped(*texts), strict=True):
        assert kept in text
