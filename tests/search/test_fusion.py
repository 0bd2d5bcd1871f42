from hypothesis import given
from hypothesis import strategies as st

from search.document import DocumentId
from search.fusion import SHARES, SHARES_OF_MANY_WORDS, weighted

IDS = st.sampled_from([DocumentId(c) for c in "abcdef"])
WORDS = st.dictionaries(IDS, st.floats(0.1, 40))
MEANING = st.dictionaries(IDS, st.floats(-1, 1))


@given(WORDS, MEANING)
def test_every_id_stands_once_with_a_score_between_0_and_1(
    words: dict[DocumentId, float], meaning: dict[DocumentId, float]
) -> None:
    fused = weighted(words, meaning)
    assert sorted(id for id, _ in fused) == sorted(words.keys() | meaning.keys())
    assert all(0 <= score <= 1 for _, score in fused)
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


@given(WORDS)
def test_words_alone_keep_their_order(words: dict[DocumentId, float]) -> None:
    by_words = sorted(words, key=lambda id: (-round(SHARES.words * words[id] / max(words.values()), 6), id))
    assert [id for id, _ in weighted(words, {})] == by_words


@given(WORDS, MEANING, st.frozensets(IDS))
def test_of_many_words_a_near_page_only_rises(
    words: dict[DocumentId, float], meaning: dict[DocumentId, float], on_page: frozenset[DocumentId]
) -> None:
    before, after = (dict(weighted(words, meaning, SHARES_OF_MANY_WORDS, pages)) for pages in ((), on_page))
    assert all(0 <= score <= 1 for score in after.values())
    assert all(after[id] >= before[id] if id in on_page else after[id] == before[id] for id in before)


@given(WORDS, MEANING)
def test_without_pages_many_words_are_ranked_as_few(
    words: dict[DocumentId, float], meaning: dict[DocumentId, float]
) -> None:
    few, many = (dict(weighted(words, meaning, shares)) for shares in (SHARES, SHARES_OF_MANY_WORDS))
    assert all(abs(few[id] * SHARES_OF_MANY_WORDS.words / SHARES.words - many[id]) < 0.00001 for id in few)
