"""Answers in the words of the collection."""

from pathlib import Path

import pytest

from search.answering import answers, is_question
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
    assert is_question(text) == (text != "di mana letak selat lembeh")


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


def test_one_answer_a_page_best_first_and_none_that_holds_too_little() -> None:
    texts = found(
        "di mana letak selat lembeh?", "Selat itu sempit. Kota Bitung ramai sekali pada hari raya.", PAGE, PAGE
    )
    assert len(texts) == 2
    assert all("Selat Lembeh terletak" in text for text in texts)
    assert found("siapa presiden pertama amerika?", PAGE) == []


def test_a_question_without_words_has_no_answer() -> None:
    assert answers(Query(), [(document("a.1", "x"), Page(1, "", PAGE))]) == ()


@pytest.fixture(scope="module")
def discovery(tmp_path_factory: pytest.TempPathFactory) -> Discovery:
    engine = EmbeddedEngine(Path(tmp_path_factory.mktemp("index")))
    with engine.updating() as writer:
        writer.put([entry("a.1", "Ensiklopedia", pages=["Daftar isi", PAGE], language="ind"), entry("a.2", "Asin")])
    return Discovery(engine)


def test_results_of_a_question_begin_with_its_answer_and_where_it_stands(discovery: Discovery) -> None:
    page = discovery.search(parse("Mengapa air laut asin?"), "keyword")
    (answer,) = page.answers
    assert (answer.document.id, answer.page) == ("a.1", 2)
    assert [answer.text.text[start:end] for start, end in answer.text.marks] == ["Air", "laut", "asin", "laut"]


def test_a_topic_and_a_later_page_have_no_answer(discovery: Discovery) -> None:
    assert not discovery.search(parse("air laut asin"), "keyword").answers
    assert not discovery.search(parse("Mengapa air laut asin?"), "keyword", 2, 1).answers
