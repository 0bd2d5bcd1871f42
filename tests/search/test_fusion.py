from hypothesis import given
from hypothesis import strategies as st

from search.document import DocumentId
from search.fusion import KEYWORD_WEIGHT, weighted

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
    by_words = sorted(words, key=lambda id: (-round(KEYWORD_WEIGHT * words[id] / max(words.values()), 6), id))
    assert [id for id, _ in weighted(words, {})] == by_words
