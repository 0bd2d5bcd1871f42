"""One ranking from two. Pure functions."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from search.document import DocumentId


class Shares(NamedTuple):
    """What words and meaning give to a score of 0 to 1 at most; on_page: meaning, where the passage that is near stands on a
    page of an e-book."""

    words: float
    meaning: float
    on_page: float


# Shares of the words from 0.5 to 0.75 were tried on the halves for tuning of seven judged sets: docs/decisions/0004-fusion.md.
SHARES: Final = Shares(0.65, 0.35, 0.35)
# Where some of many words are enough: a whole book holds some of any words, so the passage that is near says more of
# it. Words and meaning stand to each other as above.
SHARES_OF_MANY_WORDS: Final = Shares(0.65 / 1.15, 0.35 / 1.15, 0.5 / 1.15)


def word_shares(words: Mapping[DocumentId, float], shares: Shares = SHARES) -> dict[DocumentId, float]:
    """What words give to the fused score of each document: 0 to their share, for the best one of them."""
    best = max(words.values(), default=0.0) or 1.0
    return {id: shares.words * score / best for id, score in words.items()}


def weighted(
    words: Mapping[DocumentId, float],
    meaning: Mapping[DocumentId, float],
    shares: Shares = SHARES,
    on_page: Collection[DocumentId] = (),
) -> list[tuple[DocumentId, float]]:
    """Ids of both with a score 0..1, best first; ties in order of id.

    words: BM25-like scores, divided by the best one. meaning: cosines, stretched so that the
    worst of them is 0 and the best is 1 (a single one is 1). on_page: those of them that are of an e-book's page.

    >>> weighted({"a": 4.0, "b": 2.0}, {"b": 0.8, "c": 0.4}, Shares(0.6, 0.4, 0.4))
    [('b', 0.7), ('a', 0.6), ('c', 0.0)]
    """
    top, floor = max(meaning.values(), default=1.0), min(meaning.values(), default=0.0)
    span = top - floor
    fused = word_shares(words, shares)
    for id, cosine in meaning.items():
        nearness = (cosine - floor) / span if span > 0 else 1.0
        fused[id] = fused.get(id, 0.0) + nearness * (shares.on_page if id in on_page else shares.meaning)
    return sorted(((id, round(score, 6)) for id, score in fused.items()), key=lambda pair: (-pair[1], pair[0]))
