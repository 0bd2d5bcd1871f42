"""What a question wants explained, and which sentences define it."""

import pytest

from search import analysis
from search.definitions import defined, to_be_explained, where_defined
from search.query_language import parse


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("Apa yang dimaksud dengan Tugas Pembantuan?", "Tugas Pembantuan"),
        ("Apa pengertian APBD?", "APBD"),
        ("Ekosistem itu apa?", "Ekosistem"),
        ("What does copyleft mean?", "copyleft"),
        ("Who is Lawrence Lessig?", "Lawrence Lessig"),
        ("Apa itu dictionary di Python?", "dictionary"),
        ("Apa itu Dana Bagi Hasil?", "Dana Bagi Hasil"),
        ("Apa itu produk dalam negeri?", "produk dalam negeri"),
        ("Apa itu?", ""),
        ("What is the best way to teach children to read books every day?", ""),
    ],
)
def test_what_is_to_be_explained_is_the_question_without_what_asks(question: str, thing: str) -> None:
    assert to_be_explained(question) == thing


def how_well(sentence: str, *thing: str, person: bool = False) -> float:
    words = analysis.words(sentence)
    forms = [word.text if word.text in thing else None for word in words]
    return defined(sentence, words, forms, frozenset(thing), person=person)


@pytest.mark.parametrize(
    ("sentence", "thing"),
    [
        ("Desentralisasi adalah penyerahan urusan pemerintahan.", "desentralisasi"),
        ("IDE (lingkungan kerja) adalah perangkat lunak.", "ide"),
        ("Kecamatan atau yang disebut dengan nama lain adalah bagian wilayah kabupaten.", "kecamatan"),
        ("Dana Alokasi Umum yang selanjutnya disingkat DAU adalah dana dari APBN.", "dau"),
        ("Badan Usaha Milik Daerah (BUMD) adalah badan usaha milik daerah.", "bumd"),
        ("REST atau Representational State Transfer adalah arsitektur jaringan.", "rest"),
        ("Recall that a matrix is simply a rectangular array of numbers.", "matrix"),
        ("In theory, fair use means you need no permission.", "fair use"),
        ("Yah, fungsi callback merupakan konsep yang penting.", "callback"),
        ("Nightly: rilis versi ini berisi berbagai eksperimen.", "nightly"),
        ("A stall occurs when lift is lost.", "stall"),
        ("The scalar k for which this holds is called an eigenvalue.", "eigenvalue"),
    ],
)
def test_a_sentence_that_says_what_it_is_defines_it(sentence: str, thing: str) -> None:
    assert how_well(sentence, *thing.split()) > 0


@pytest.mark.parametrize(
    ("sentence", "thing"),
    [
        ("There is a special matrix, denoted I, which is the identity matrix.", "matrix"),
        ("The identity matrix is a matrix with ones on its diagonal.", "matrix"),
        ("Asas Otonomi adalah prinsip dasar penyelenggaraan Otonomi Daerah.", "otonomi daerah"),
        ("IDE sangat penting bagi mereka.", "ide"),
        ("Stall warning indication is a shake.", "stall"),
        ("An assignment operator, in a named expression, assigns a value.", "expression"),
        ("Programmer bisa memakai vim, Emacs, Visual Studio Code, dan lain-lain.", "emacs"),
        ("Salah satu alasan saya belajar emacs adalah komunitasnya.", "emacs"),
    ],
)
def test_one_that_says_something_else_does_not(sentence: str, thing: str) -> None:
    assert how_well(sentence, *thing.split()) == 0


def test_a_sentence_that_begins_with_it_is_better_than_one_that_names_it_at_its_end() -> None:
    named = how_well("Kesatuan masyarakat itu dinamakan desa.", "desa")
    assert how_well("Secara umum desa adalah kesatuan masyarakat.", "desa") > named > 0


def test_who_somebody_is_may_stand_behind_the_name() -> None:
    sentence = "For information contact Ian Won, Manager, Seattle Branch."
    assert how_well(sentence, "ian", "won", person=True) > 0
    assert how_well(sentence, "ian", "won") == 0


@pytest.mark.parametrize(
    "sentence",
    [
        "Like Won, I defend that tradition.",
        "Cataloging-in-Publication Data: Won, Ian.",
        "When the company made Won, the term was short.",
    ],
)
def test_what_goes_on_after_a_name_does_not_say_who_that_is(sentence: str) -> None:
    assert how_well(sentence, "won", person=True) == 0


def test_pages_are_looked_for_by_the_words_definitions_begin_with() -> None:
    asked = where_defined(parse("Apa itu desa?"), "desa")
    texts = {clause.text for clause in asked.clauses}
    assert {"desa adalah", "desa is a", "disingkat desa"} <= texts
    assert all(clause.phrase and clause.field == "pages" for clause in asked.clauses)
