"""The hand-made synonyms: their form, and that each word leads to the others of its line."""

from search.analysis import LANGUAGES, plain_words, stem
from search.bilingual.synonyms import FILE, synonyms

LINES = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]


def test_every_line_has_a_language_and_words_that_stems_do_not_join() -> None:
    for language, words in LINES:
        assert language in LANGUAGES
        stems = [tuple(stem(word, "en") for word in plain_words(one)) for one in words.split(";")]
        assert len(stems) == len(set(stems)) > 1, words
        assert all(stems), words


def test_no_word_stands_in_two_lines() -> None:
    each = [one.strip() for _, words in LINES for one in words.split(";")]
    assert len(each) == len(set(each))


def test_each_word_of_a_line_leads_to_all_others() -> None:
    for _, words in LINES:
        each = {one.strip() for one in words.split(";")}
        for one in each:
            assert {one, *synonyms(plain_words(one))} == each
