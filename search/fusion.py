"""One ranking from two. Pure functions."""

from collections.abc import Mapping
from typing import Final

from search.document import DocumentId

# Share of the words in the fused score; the rest is meaning. 0.5 to 0.75 were tried on the halves for tuning of seven
# judged sets: docs/decisions/0004-fusion.md.
KEYWORD_WEIGHT: Final = 0.65


def word_shares(words: Mapping[DocumentId, float], keyword_weight: float = KEYWORD_WEIGHT) -> dict[DocumentId, float]:
    """What words give to the fused score of each document: 0 to `keyword_weight`, for the best one of them."""
    best = max(words.values(), default=0.0) or 1.0
    return {id: keyword_weight * score / best for id, score in words.items()}


def weighted(
    words: Mapping[DocumentId, float], meaning: Mapping[DocumentId, float], keyword_weight: float = KEYWORD_WEIGHT
) -> list[tuple[DocumentId, float]]:
    """Ids of both with a score 0..1, best first; ties in order of id.

    words: BM25-like scores, divided by the best one. meaning: cosines, stretched so that the
    worst of them is 0 and the best is 1 (a single one is 1).

    >>> weighted({"a": 4.0, "b": 2.0}, {"b": 0.8, "c": 0.4}, 0.6)
    [('b', 0.7), ('a', 0.6), ('c', 0.0)]
    """
    top, floor = max(meaning.values(), default=1.0), min(meaning.values(), default=0.0)
    span = top - floor
    fused = word_shares(words, keyword_weight)
    for id, cosine in meaning.items():
        share = (cosine - floor) / span if span > 0 else 1.0
        fused[id] = fused.get(id, 0.0) + (1 - keyword_weight) * share
    return sorted(((id, round(score, 6)) for id, score in fused.items()), key=lambda pair: (-pair[1], pair[0]))
