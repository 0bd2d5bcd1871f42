"""The hand-made synonyms: their form, and that each word leads to the others of its line."""

import pytest

from search.analysis import LANGUAGES, plain_words, stem
from search.bilingual.lexicon import shipped
from search.bilingual.synonyms import FILE, synonyms
from search.query_language import parse
from search.translating import translated

ROWS = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]
LINES = [(language, words) for language, words, _ in ROWS]


def test_every_line_has_a_language_and_words_that_stems_do_not_join() -> None:
    for language, words in LINES:
        assert language in LANGUAGES
        stems = [tuple(stem(word, "en") for word in plain_words(one)) for one in words.split(";")]
        assert len(stems) == len(set(stems)) > 1, words
        assert all(stems), words


def test_only_indonesian_words_by_themselves_have_derived_ones() -> None:
    for language, words, derived in ROWS:
        assert derived in ("", "yes")
        roots = [stem(word, "id") for one in words.split(";") for word in plain_words(one)]
        assert not derived or (language == "id" and len(set(roots)) == len(words.split(";"))), words


def test_no_word_stands_in_two_lines() -> None:
    each = [one.strip() for _, words in LINES for one in words.split(";")]
    assert len(each) == len(set(each))


def test_each_word_of_a_line_leads_to_all_others() -> None:
    for _, words in LINES:
        each = {one.strip() for one in words.split(";")}
        for one in each:
            assert {one, *synonyms(plain_words(one))} == each


def test_a_word_with_the_stem_of_another_is_not_that_one() -> None:
    assert [synonyms([word]) for word in ("global", "colon", "immune", "doctoral", "programming")] == [()] * 5
    assert synonyms(["illnesses"]) == synonyms(["illness"]) == ("disease",)


def test_each_is_understood_as_it_is_written() -> None:
    for _, words in LINES:
        for one in words.split(";"):
            query, _ = translated(parse(one), shipped())
            assert set(synonyms(plain_words(one))) <= {
                same for clause in query.clauses for other in clause.others for same in written(other.words, words)
            }


@pytest.mark.parametrize(
    ("asked", "also"),
    [
        ("perijinan", "izin"),
        ("penasehat", "penasihat"),
        ("pernafasan", "napas"),
        ("berfikir", "pikir"),
        ("menganalisa", "analisis"),
        ("resiko", "risiko"),
        ("al-qur'an", "alquran"),
        ("Qur'an", "alquran"),
        ("ramadhan", "ramadan"),
        ("shahih", "sahih"),
        ("mekkah", "mekah"),
        ("klenteng", "kelenteng"),
        ("coklat", "cokelat"),
        ("perwaqafan", "wakaf"),
        ("organisational", "organizational"),
        ("neighbourhoods", "neighborhood"),
    ],
)
def test_a_word_spelt_otherwise_is_found_and_so_is_what_is_made_of_it(asked: str, also: str) -> None:
    assert also in synonyms(plain_words(asked))
    query, _ = translated(parse(asked), shipped())
    assert tuple(plain_words(also)) in {other.words for clause in query.clauses for other in clause.others}


def test_what_only_sounds_like_it_is_no_other_spelling() -> None:
    others = ("penampilan", "menanti", "kewanitaan", "anti", "kantor", "promise")
    assert [synonyms([word]) for word in others] == [()] * len(others)


def test_what_the_stemmer_leaves_of_a_word_is_none() -> None:
    assert synonyms(["metodenya"]) == ("metoda",)
    assert [synonyms([word]) for word in ("toda", "angko", "caba")] == [()] * 3


def written(words: tuple[str, ...], line: str) -> list[str]:
    return [one.strip() for one in line.split(";") if tuple(plain_words(one)) == words]
