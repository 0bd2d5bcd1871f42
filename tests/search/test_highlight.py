"""Marks and snippets."""

from hypothesis import given
from hypothesis import strategies as st

from search.highlight import highlight, snippet
from search.query import Alternative, Clause, Query
from search.query_language import parse
from search.results import Highlight


def marked(found: Highlight) -> list[str]:
    return [found.text[start:end] for start, end in found.marks]


def test_the_written_word_and_its_relatives_are_marked() -> None:
    text = "Pustaka, PERPUSTAKAAN dan kepustakaan; library, libraries"
    assert marked(highlight(text, parse("perpustakaan"))) == ["Pustaka", "PERPUSTAKAAN", "kepustakaan"]
    assert marked(highlight(text, parse("library"))) == ["library", "libraries"]


def test_a_prefix_marks_the_whole_word() -> None:
    assert marked(highlight("Ekonomi, ekologi, sosiologi", parse("eko*"))) == ["Ekonomi", "ekologi"]


def test_a_phrase_marks_its_words_as_written_only() -> None:
    assert marked(highlight("terumbu karang karangan", parse('"terumbu karang"'))) == ["terumbu", "karang"]


def test_words_of_a_phrase_are_marked_only_where_they_stand_in_a_row() -> None:
    asked = parse('"segala warga negara"')
    text = "Hak warga negara. Segala warga negara bersamaan kedudukannya; negara menjamin segala hak."
    assert marked(highlight(text, asked)) == ["Segala", "warga", "negara"]
    assert marked(highlight("Hukum tata negara", asked)) == []
    assert marked(highlight("negara dan segala warga negara", parse('"segala warga negara" negara'))) == [
        *("negara", "segala", "warga", "negara")
    ]
    shown = snippet(f"{'warga negara lain ' * 40}segala warga negara {'hak ' * 40}", asked)
    assert marked(shown) == ["segala", "warga", "negara"]


def test_a_name_in_quotes_is_marked_in_either_order() -> None:
    asked = parse('"Andrea Hirata"')
    assert marked(highlight("Hirata, Andrea", asked)) == ["Hirata", "Andrea"]
    assert marked(highlight("oleh Andrea Hirata", asked)) == ["Andrea", "Hirata"]
    assert marked(highlight("Andrea lain", asked)) == []


def test_stop_words_are_marked_only_when_alone() -> None:
    assert marked(highlight("laut yang biru", parse("laut yang"))) == ["laut"]
    assert marked(highlight("laut yang biru", parse("yang"))) == ["yang"]


def test_an_unwanted_word_is_not_marked() -> None:
    assert marked(highlight("laut ikan", parse("laut -ikan"))) == ["laut"]


def test_marks_stand_on_the_written_form() -> None:
    assert marked(highlight("Tafsir Qurʼān, buku-buku", parse("quran buku"))) == ["Qurʼān", "buku-buku"]


def test_a_snippet_shows_where_most_different_words_stand() -> None:
    text = "kata " * 100 + "ikan ikan " + "kata " * 100 + "ikan laut " + "kata " * 100
    found = snippet(text, parse("ikan laut"), 100)
    assert marked(found) == ["ikan", "laut"]
    assert found.text.startswith("…kata")
    assert found.text.endswith("kata…")


def test_a_snippet_without_a_match_is_the_beginning() -> None:
    assert snippet("satu dua tiga empat", parse("lima"), 10) == Highlight("satu dua…")


def test_a_short_text_is_shown_whole() -> None:
    assert snippet("satu  dua\ntiga", parse("dua"), 100) == Highlight("satu dua tiga", ((5, 8),))


@given(st.text(max_size=400), st.text(max_size=40), st.integers(1, 120))
def test_a_snippet_is_a_stretch_of_the_text_with_marks_inside(text: str, asked: str, width: int) -> None:
    found = snippet(text, parse(asked), width)
    body = found.text.removeprefix("…").removesuffix("…")
    assert len(found.text) <= width + 2
    assert body in " ".join(text.split()) + "…"
    last = 0
    for start, end in found.marks:
        assert last <= start < end <= len(found.text)
        last = end


def test_single_letters_of_another_name_are_not_marked() -> None:
    other = Alternative(("b", "j", "habibie"), 1.0, of_name=True)
    asked = Query("bj habibie", (Clause("bj habibie", others=(other,)),))
    assert marked(highlight("Vitamin B dan huruf J: B.J. Habibie", asked)) == ["Habibie"]
