import re

from hypothesis import given
from hypothesis import strategies as st

from ingest.passages import MAX_CHARACTERS, MAX_WORDS, record_text, split
from search.document import Contributor, Document, DocumentId, Page

RECORD = Document(DocumentId("k.1"), {"title": ("Laut Lembeh",)})


def texts(*pages: str, section: str = "") -> list[str]:
    return [p.text for p in split(RECORD, [Page(n, str(n), text, section) for n, text in enumerate(pages, 1)])[1:]]


def test_passage_0_is_the_record_itself() -> None:
    document = Document(
        DocumentId("k.1"),
        {
            "title": ("Laut Lembeh /",),
            "title_other": ("The Lembeh sea.",),
            "subject": ("Terumbu karang", "Terumbu karang"),
            "genre": ("Panduan",),
            "summary": ("Tentang  ikan.",),
        },
        contributors=(Contributor("Rompas, A."),),
    )
    first = split(document, [])[0]
    assert first.text == "Laut Lembeh /. The Lembeh sea. Rompas, A. Terumbu karang. Panduan. Tentang ikan"
    assert (first.number, first.first_page, first.last_page) == (0, 0, 0)


def test_a_long_summary_is_cut_at_a_word() -> None:
    text = record_text(Document(DocumentId("k.1"), {"title": ("A",), "summary": ("kata " * 1_000,)}))
    assert MAX_CHARACTERS - 5 < len(text) <= MAX_CHARACTERS
    assert text.endswith("kata")


def test_a_short_page_is_one_passage_under_its_heading() -> None:
    assert texts("Satu kalimat. Dua kalimat.\nTiga.", section="Bab 1.") == ["Bab 1. Satu kalimat. Dua kalimat. Tiga."]


def test_a_page_without_text_has_no_passage() -> None:
    assert texts("", "12", ". . . . 7", "Ada.") == ["Ada."]


def test_dot_leaders_are_left_out() -> None:
    assert texts("Pendahuluan ........ 1\nMetode . . . . . . . 12") == ["Pendahuluan 1 Metode 12"]


def test_a_sentence_that_crosses_a_page_stays_whole() -> None:
    pages = [Page(1, "1", "Awal. Ikan itu berenang"), Page(2, "2", "ke laut. Tamat.")]
    passages = split(RECORD, pages)[1:]
    assert [(p.text, p.first_page, p.last_page) for p in passages] == [
        ("Awal. Ikan itu berenang ke laut. Tamat.", 1, 2),
    ]


def test_a_word_that_a_page_breaks_is_whole_again() -> None:
    assert texts("Ada perpus-", "takaan dan buku-", "buku.") == ["Ada perpustakaan dan buku-buku."]


def test_running_heads_stand_in_no_passage_and_part_no_sentence() -> None:
    pages = ["Awal.\n10 BUKU LAUT", "Ikan itu berenang\n11 BUKU LAUT", "ke laut.\n12 BUKU LAUT"]
    assert texts(*pages) == ["Awal.", "Ikan itu berenang ke laut."]


def test_pages_without_a_crossing_sentence_stay_apart() -> None:
    assert texts("Awal. Akhir halaman.", "Halaman baru.") == ["Awal. Akhir halaman.", "Halaman baru."]
    assert texts("Judul tanpa titik", "Halaman baru.") == ["Judul tanpa titik", "Halaman baru."]


def test_a_heading_never_covers_text_of_another() -> None:
    pages = [Page(1, "1", "Satu dan", "A"), Page(2, "2", "Dua.", "B")]
    assert [p.text for p in split(RECORD, pages)[1:]] == ["A. Satu dan", "B. Dua."]


def test_passages_of_a_page_are_of_about_equal_length() -> None:
    sentence = "Ini adalah kalimat yang terdiri dari sepuluh kata yang pendek. "
    lengths = [len(text.split()) for text in texts(sentence * 19)]
    assert len(lengths) == 2
    assert abs(lengths[0] - lengths[1]) <= 10


# A hyphen at a page's end may be a broken word's: see test_a_word_broken_by_a_page_is_whole.
words = st.text("abcdeéĀ漢١1.,…()\"'", min_size=1, max_size=60)
page_texts = st.lists(st.lists(words, max_size=400).map(" ".join), max_size=6)
sections = st.sampled_from(["", "Bab 1", "x" * 500, "Metode. "])


@given(page_texts, st.lists(sections, min_size=6, max_size=6))
def test_every_word_stands_in_a_passage_of_its_page(contents: list[str], headings: list[str]) -> None:
    pages = [Page(n, str(n), text, headings[n - 1]) for n, text in enumerate(contents, 1)]
    passages = split(RECORD, pages)
    for page in pages:
        mine = {
            word
            for passage in passages[1:]
            if passage.first_page <= page.number <= passage.last_page
            for word in re.findall(r"[^\W\d_]+", passage.text)
        }
        assert set(re.findall(r"[^\W\d_]+", page.text)) <= mine


@given(page_texts, sections)
def test_passages_are_bounded_ordered_and_numbered(contents: list[str], heading: str) -> None:
    pages = [Page(n, str(n), text, heading) for n, text in enumerate(contents, 1)]
    passages = split(RECORD, pages)
    assert [passage.number for passage in passages] == list(range(len(passages)))
    assert all(len(passage.text) <= MAX_CHARACTERS for passage in passages)
    assert all(len(passage.text.split()) <= MAX_WORDS + len(heading.split()) for passage in passages)
    ranges = [(passage.first_page, passage.last_page) for passage in passages[1:]]
    assert ranges == sorted(ranges)
    assert all(1 <= first <= last <= len(pages) for first, last in ranges)
    assert passages == split(RECORD, pages)


@given(st.text(max_size=5_000))
def test_any_text_at_all_is_split(text: str) -> None:
    assert all(len(passage) <= MAX_CHARACTERS for passage in texts(text, text))
