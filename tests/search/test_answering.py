"""Answers in the words of the collection."""

from pathlib import Path

import pytest

from search.answering import answers, is_question, looked_for
from search.discovery import Discovery
from search.document import Page
from search.engines.embedded import EmbeddedEngine
from search.query import Query
from search.query_language import parse
from tests.support.documents import document, entry

PAGE = (
    "Bab 2. Laut dan isinya. Air laut terasa asin karena sungai membawa garam dari batuan ke laut selama jutaan tahun. "
    "Ikan hidup di dalamnya. Selat Lembeh terletak di antara Pulau Sulawesi dan Pulau Lembeh, di timur kota Bitung."
)


@pytest.mark.parametrize("text", ["Mengapa air laut asin?", "di mana letak selat lembeh", "who wrote the constitution"])
def test_a_question_in_either_language_is_one(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", ["", "?", "Apa?", "laut asin", "Bagaimana", "1984", "siapa dia"])
def test_titles_and_topics_are_no_questions(text: str) -> None:
    assert not is_question(text) or text.endswith("?")


def found(question: str, *pages: str) -> list[str]:
    book = document("a.1", "Laut", language="ind")
    return [
        a.text.text for a in answers(parse(question), [(book, Page(n, "", p)) for n, p in enumerate(pages, start=1)])
    ]


def test_the_sentence_that_holds_most_of_the_question_answers() -> None:
    (best,) = found("Mengapa air laut asin?", PAGE)
    assert best.startswith("Air laut terasa asin")


def test_one_answer_a_page_each_text_once_and_none_that_holds_too_little() -> None:
    texts = found(
        "di mana letak selat lembeh?",
        "Selat itu sempit. Kota Bitung ramai sekali pada hari raya.",
        PAGE,
        PAGE,
        f"Selat Lembeh terletak di dekat Bitung. {PAGE}",
    )
    assert texts == [
        "Selat Lembeh terletak di antara Pulau Sulawesi dan Pulau Lembeh, di timur kota Bitung.",
        "Selat Lembeh terletak di dekat Bitung.",
    ]
    assert found("siapa presiden pertama amerika?", PAGE) == []


@pytest.mark.parametrize(
    ("question", "page"),
    [
        # The words stand in it, but far from each other, so it says something else.
        (
            "Siapa presiden pertama Indonesia?",
            "Untuk pertama kali Presiden dan Wakil Presiden dipilih oleh Panitia Persiapan Kemerdekaan Indonesia.",
        ),
        # The accident of another airline.
        ("Where was the Lion Air accident?", "The Ethiopian Air accident was near Bishoftu in Ethiopia."),
        # One word of it is a topic, not an answer.
        ("Apa fungsi cargo?", "Untuk memulai perlu direktori bin dari cargo di lingkungan itu."),
        ("Apa itu terumbu karang?", "Daftar isi\nTerumbu karang . . . . . . . . . 4 Padang lamun . . . . . . . 9"),
        # What was written is no answer to who wrote it.
        ("Who wrote Free Culture?", "Free cultures are cultures that leave a great deal open for others."),
        ("Apa cara?", "Ada cara yang lebih mudah untuk semua orang di sini."),
    ],
)
def test_no_answer_is_better_than_a_wrong_one(question: str, page: str) -> None:
    assert found(question, page) == []


def test_what_another_chapter_will_say_is_no_answer_but_what_a_chapter_defines_is_one() -> None:
    assert (
        found("How do you find the inverse of a matrix?", "We find the inverse of a matrix in the next section.") == []
    )
    (best,) = found("What is a boat?", "In this chapter, a boat is a ship of less than 20 tons.")
    assert best.startswith("In this chapter")


def test_what_only_names_the_kind_of_thing_need_not_be_said() -> None:
    (best,) = found("Apa warna bendera negara Indonesia?", "Bendera Negara Indonesia ialah Sang Merah Putih.")
    assert best == "Bendera Negara Indonesia ialah Sang Merah Putih."
    assert [clause.text for clause in looked_for(parse("Apa warna bendera negara?")).wanted] == [
        "Apa",
        "bendera",
        "negara",
    ]


def test_the_title_of_the_book_says_some_of_it() -> None:
    book = document("a.1", "Undang-Undang Dasar Indonesia", language="ind")
    page = Page(6, "6", "Bahasa negara ialah Bahasa Daerah dan bahasa persatuan. Presiden bersumpah menurut agamanya.")
    (best,) = answers(parse("Apa bahasa negara Indonesia?"), [(book, page)])
    assert best.text.text == "Bahasa negara ialah Bahasa Daerah dan bahasa persatuan."


def test_a_question_without_words_has_no_answer() -> None:
    assert answers(Query(), [(document("a.1", "x"), Page(1, "", PAGE))]) == ()


@pytest.fixture(scope="module")
def discovery(tmp_path_factory: pytest.TempPathFactory) -> Discovery:
    engine = EmbeddedEngine(Path(tmp_path_factory.mktemp("index")))
    with engine.updating() as writer:
        book = entry("a.1", "Ensiklopedia", pages=["Daftar isi", PAGE], language="ind", access="fulltext")
        writer.put([book, entry("a.2", "Asin"), entry("a.3", "Air laut asin", access="fulltext")])
    return Discovery(engine)


def test_results_of_a_question_begin_with_its_answer_and_where_it_stands(discovery: Discovery) -> None:
    page = discovery.search(parse("Mengapa air laut asin?"), "keyword")
    (answer,) = page.answers
    assert (answer.document.id, answer.page) == ("a.1", 2)
    assert [answer.text.text[start:end] for start, end in answer.text.marks] == ["Air", "laut", "asin", "laut"]


def test_the_e_book_is_looked_into_though_other_results_come_first(discovery: Discovery) -> None:
    page = discovery.search(parse("Mengapa air laut asin?"), "keyword", size=1)
    assert [hit.document.id for hit in page.hits] == ["a.3"]
    assert [answer.document.id for answer in page.answers] == ["a.1"]


def test_a_topic_and_a_later_page_have_no_answer(discovery: Discovery) -> None:
    assert not discovery.search(parse("air laut asin"), "keyword").answers
    assert not discovery.search(parse("Mengapa air laut asin?"), "keyword", 2, 1).answers
