"""The hand-made terms: their form, and that they say nothing twice."""

from collections import Counter

from search.analysis import plain_words
from search.bilingual.lexicon import MAX_PHRASE
from search.bilingual.terms import Term, forms, read_terms

TERMS = read_terms()
LIBRARY_TERMS = [term for term in TERMS if term.topic != "general"]


def lines_of(term: Term) -> str:
    return f"{'; '.join(term.indonesian)} = {'; '.join(term.english)}"


def test_there_are_enough_of_them() -> None:
    assert len(LIBRARY_TERMS) >= 1_400
    assert sum(term.topic == "library" for term in TERMS) >= 250
    assert sum(term.topic in {"place", "nature", "culture", "manado"} for term in TERMS) >= 200


def test_every_term_offers_something_in_both_languages() -> None:
    for term in TERMS:
        assert term.indonesian, lines_of(term)
        assert term.english, lines_of(term)
        assert term.topic.isalpha(), lines_of(term)
        for form in (*term.indonesian, *term.english, *term.indonesian_also, *term.english_also):
            assert form == " ".join(form.split())
            assert form.isprintable()
            assert plain_words(form), form


def test_every_term_has_a_form_short_enough_to_be_found() -> None:
    for term in TERMS:
        for asked in ((*term.indonesian, *term.indonesian_also), (*term.english, *term.english_also)):
            assert any(len(plain_words(form)) <= MAX_PHRASE for form in asked), lines_of(term)


def test_no_form_stands_twice_in_one_line() -> None:
    for term in TERMS:
        for side in ((*term.indonesian, *term.indonesian_also), (*term.english, *term.english_also)):
            folded = Counter(tuple(plain_words(form)) for form in side)
            assert max(folded.values()) == 1, lines_of(term)


def test_no_indonesian_word_leads_to_the_same_english_twice() -> None:
    seen: Counter[tuple[str, ...]] = Counter()
    for term in TERMS:
        if not term.local:
            for indonesian in {tuple(plain_words(form)) for form in (*term.indonesian, *term.indonesian_also)}:
                seen.update(("|".join(indonesian), " ".join(plain_words(form))) for form in term.english)
    assert [pair for pair, count in seen.items() if count > 1] == []


def test_every_local_word_stands_once() -> None:
    local = Counter(term.local for term in TERMS if term.local)
    assert local
    assert max(local.values()) == 1


def test_brackets_hold_what_is_understood_only() -> None:
    assert forms("subjek; (subyek; pokok soal)") == (("subjek",), ("subyek", "pokok soal"))
    assert forms("a; b") == (("a", "b"), ())
    assert forms("") == ((), ())
