"""Ranking is judged by numbers on judged queries: no mode may fall by more than the tolerance (docs/relevance.md)."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from search.embedding import Embedder
from search.evaluation import Measure, Scores, summed_up
from search.opening import open_embedder
from search.query import Mode
from search.settings import SearchSettings
from tests.relevance.judged import JudgedSet
from tests.relevance.known_items import known_items
from tests.relevance.measuring import opened, scored
from tests.relevance.sets import SETS

pytestmark = pytest.mark.long


def few_known_items() -> JudgedSet:
    return known_items(of_a_kind=75)


SETS_HERE: Final[dict[str, Callable[[], JudgedSet]]] = {**SETS, "known_items": few_known_items}

# A deterministic ranking moves only when somebody moves it. What it may lose in one place to win more in another:
TOLERANCE: Final = 0.01
# Of one kind alone, which is fifteen to fifty queries: one of them lost, or a few a little lower.
TOLERANCE_OF_A_KIND: Final = 0.05


@dataclass(frozen=True, slots=True)
class Floor:
    """What was measured when it was written; "" for the whole set."""

    set: str
    mode: Mode
    by: Measure
    measured: float
    kind: str = ""

    @property
    def least(self) -> float:
        return self.measured - (TOLERANCE_OF_A_KIND if self.kind else TOLERANCE)


# Only the modes that stand here run. docs/relevance.md has the whole tables.
FLOORS: Final = (
    Floor("samples", "keyword", "ndcg_at_10", 0.896),
    Floor("samples", "keyword", "mrr_at_10", 1.0, "title + author"),
    Floor("samples", "keyword", "mrr_at_10", 1.0, "author"),
    Floor("samples", "keyword", "mrr_at_10", 1.0, "known item"),
    Floor("samples", "keyword", "mrr_at_10", 1.0, "isbn"),
    Floor("samples", "keyword", "mrr_at_10", 1.0, "word order"),
    Floor("samples", "keyword", "ndcg_at_10", 0.98, "misspelt"),
    Floor("samples", "keyword", "ndcg_at_10", 1.0, "old spelling"),
    Floor("samples", "keyword", "ndcg_at_10", 0.78, "e-book page"),
    Floor("samples", "hybrid", "ndcg_at_10", 0.95),
    Floor("samples", "hybrid", "mrr_at_10", 0.952, "question"),
    Floor("samples", "hybrid", "ndcg_at_10", 0.829, "natural language"),
    Floor("samples", "hybrid", "ndcg_at_10", 0.886, "cross-language"),
    Floor("samples", "hybrid", "ndcg_at_10", 0.937, "e-book page"),
    Floor("samples", "hybrid", "mrr_at_10", 1.0, "known item"),
    Floor("samples", "hybrid", "ndcg_at_10", 1.0, "old spelling"),
    Floor("asked_titles", "keyword", "mrr_at_10", 0.999),
    Floor("asked_titles", "hybrid", "mrr_at_10", 0.998),
    Floor("cisi", "keyword", "ndcg_at_10", 0.377),
    Floor("cisi", "hybrid", "ndcg_at_10", 0.411),
    Floor("cisi", "semantic", "ndcg_at_10", 0.392),
    Floor("idk_mrc", "keyword", "ndcg_at_10", 0.726),
    Floor("idk_mrc", "hybrid", "ndcg_at_10", 0.748),
    Floor("id_en", "hybrid", "ndcg_at_10", 0.912),
    Floor("en_id", "hybrid", "ndcg_at_10", 0.846),
    Floor("en_en", "hybrid", "ndcg_at_10", 0.965),
    Floor("known_items", "keyword", "mrr_at_10", 0.98),
    Floor("known_items", "keyword", "mrr_at_10", 0.97, "title, one typo"),
)


class Ruler:
    """Measures each set in each mode once, however many floors are about it, and fills its index once for all of them."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._measured: dict[tuple[str, Mode], tuple[JudgedSet, Mapping[str, Scores]]] = {}

    def figure(self, floor: Floor) -> float:
        key = floor.set, floor.mode
        if key not in self._measured:
            judged = SETS_HERE[floor.set]()
            with opened(judged, self._embedder(floor.set), self._cache) as discovery:
                self._measured[key] = judged, scored(discovery, judged, floor.mode)
        judged, scores = self._measured[key]
        asked = [query.id for query in judged.queries if not floor.kind or query.kind == floor.kind]
        return summed_up({id: scores[id] for id in asked}).means.of(floor.by)

    def _embedder(self, name: str) -> Embedder | None:
        by_words = {floor.mode for floor in FLOORS if floor.set == name} == {"keyword"}
        return None if by_words else open_embedder(SearchSettings(self._cache))


@pytest.fixture(scope="module")
def ruler() -> Iterator[Ruler]:
    with tempfile.TemporaryDirectory() as folder:
        yield Ruler(Path(folder))


@pytest.mark.timeout(900)  # the first floor of a set waits until its index is filled
@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: f"{floor.set}-{floor.mode}-{floor.kind or 'all'}")
def test_ranks_as_well_as_it_did(floor: Floor, ruler: Ruler) -> None:
    assert ruler.figure(floor) >= floor.least


def test_floors_are_about_kinds_that_there_are() -> None:
    kinds = {floor.kind for floor in FLOORS if floor.set == "samples"} - {""}
    assert kinds <= set(SETS_HERE["samples"]().kinds)
