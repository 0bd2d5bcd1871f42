"""A query in both languages: how much its translations count beside its own words."""

from search.bilingual.lexicon import shipped
from search.query_language import parse
from search.translating import TRANSLATED, translated


def weights(text: str) -> dict[str, float]:
    """Of each translation, its words joined by spaces."""
    query, _ = translated(parse(text), shipped())
    return {" ".join(other.words): other.weight for clause in query.wanted for other in clause.others}


def test_the_likeliest_translation_counts_a_part_of_the_word() -> None:
    found = weights("gempa bumi")
    assert found["earthquake"] == TRANSLATED == max(found.values())


def test_a_rare_sense_of_a_word_that_is_the_same_in_both_languages_counts_little() -> None:
    assert 0 < weights("rendang")["leafy"] < TRANSLATED / 2


def test_one_of_more_words_than_were_asked_counts_no_more_than_they() -> None:
    assert weights("waruga")["stone sarcophagus"] < TRANSLATED
