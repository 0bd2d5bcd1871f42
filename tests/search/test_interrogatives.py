"""What a question asks for, and which sentences can hold that."""

import pytest

from search import analysis
from search.interrogatives import can_answer, interrogative


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Siapa yang memilih presiden?", "person"),
        ("Di mana letak Selat Lembeh?", "place"),
        ("Where did the accident happen?", "place"),
        ("Kapan presiden diganti?", "time"),
        ("When must comments be received?", "time"),
        ("When was the accident?", "date"),
        ("Tahun berapa Rust dirilis?", "date"),
        ("What year was it published?", "date"),
        ("Berapa lama masa jabatan presiden?", "quantity"),
        ("How many airplanes are affected?", "quantity"),
        ("Mengapa laut asin?", "reason"),
        ("What caused the accident?", "reason"),
        ("Apa itu IDE?", "definition"),
        ("Apa yang dimaksud dengan paradigma?", "definition"),
        ("What is MCAS?", "definition"),
        ("Apa bahasa negara Indonesia?", "other"),
        ("Bagaimana cara mengubahnya?", "other"),
        ("Apa saja hak anggota dewan?", "list"),
        ("gmn cara budidaya lobster", "other"),
        ("knp laut asin", "reason"),
    ],
)
def test_the_word_it_is_asked_with_says_what_is_asked_for(text: str, kind: str) -> None:
    asked = interrogative(text)
    assert asked is not None
    assert asked.kind == kind


@pytest.mark.parametrize("text", ["", "terumbu karang", "laut dan isinya", "1984"])
def test_a_topic_asks_nothing(text: str) -> None:
    assert interrogative(text) is None


def holds(question: str, sentence: str, *named: str) -> bool:
    asked = interrogative(question)
    assert asked is not None
    words = analysis.words(sentence)
    return can_answer(
        asked.kind, sentence, words, [n for n, word in enumerate(words) if word.text in " ".join(named).split()]
    )


@pytest.mark.parametrize(
    ("question", "named", "right", "wrong"),
    [
        (
            "Siapa yang memberi grasi?",
            "memberi grasi",
            "Presiden memberi grasi.",
            "Grasi itu diatur dengan undang-undang.",
        ),
        ("Di mana Selat Lembeh?", "selat", "Selat itu terletak di antara Pulau Sulawesi.", "Selat itu sempit sekali."),
        (
            "When was the accident?",
            "accident",
            "The accident was on October 29.",
            "The accident is being investigated.",
        ),
        ("Kapan presiden diganti?", "presiden", "Jika presiden mangkat, ia diganti.", "Presiden diganti wakilnya."),
        ("Berapa anggota dewan?", "anggotanya", "Anggotanya lima orang.", "Anggotanya banyak sejak 2014."),
        ("How many stops?", "stops", "It has 73 stops in all.", "Stops are listed in bulletin 737-27-1318."),
        ("Mengapa laut asin?", "laut", "Laut asin karena garam.", "Oleh karena itu, laut asin."),
        ("Apa saja hak DPRD?", "dprd", "DPRD mempunyai hak: meliputi interpelasi.", "Lembaga terdiri atas DPRD."),
        (
            "Berapa anggota dewan?",
            "anggota",
            "Anggota berjumlah 35 orang.",
            "Anggota sebagaimana dimaksud pada ayat (5).",
        ),
    ],
)
def test_a_sentence_without_what_is_asked_for_is_no_answer(question: str, named: str, right: str, wrong: str) -> None:
    assert holds(question, right, named)
    assert not holds(question, wrong, named)
