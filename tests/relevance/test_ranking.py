"""Ranking is judged by numbers on judged queries: no mode may fall by more than the tolerance (docs/relevance.md)."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from search.embedding import Embedder
from search.evaluation import Measure, summed_up
from search.opening import open_embedder
from search.query import Mode
from search.settings import SearchSettings
from tests.relevance.judged import JudgedSet
from tests.relevance.known_items import known_items
from tests.relevance.measuring import measure, opened
from tests.relevance.sets import SETS


def few_known_items() -> JudgedSet:
    return known_items(of_a_kind=75)


SETS_HERE: Final[dict[str, Callable[[], JudgedSet]]] = {**SETS, "known_items": few_known_items}

# A deterministic ranking moves only when somebody moves it. What it may lose in one place to win more in another:
TOLERANCE: Final = 0.01

# Set, mode, measure and what was measured. Only the modes that stand here run.
FLOORS: Final[tuple[tuple[str, Mode, Measure, float], ...]] = (
    ("cisi", "keyword", "ndcg_at_10", 0.271),
    ("idk_mrc", "keyword", "ndcg_at_10", 0.638),
    ("id_en", "keyword", "ndcg_at_10", 0.118),
    ("en_id", "keyword", "ndcg_at_10", 0.144),
    ("known_items", "keyword", "mrr_at_10", 0.964),
)


@pytest.fixture(scope="module")
def cache() -> Iterator[Path]:
    """Indexes that are filled here, and gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def embedder() -> Embedder | None:
    return open_embedder(SearchSettings(Path()))


@pytest.mark.parametrize(
    ("name", "mode", "by", "measured"), FLOORS, ids=[f"{name}-{mode}" for name, mode, *_ in FLOORS]
)
def test_ranks_as_well_as_it_did(
    name: str,
    mode: Mode,
    by: Measure,
    measured: float,
    cache: Path,
    request: pytest.FixtureRequest,
) -> None:
    judged = SETS_HERE[name]()
    model = None if mode == "keyword" else request.getfixturevalue("embedder")
    with opened(judged, model, cache) as discovery:
        answers = measure(discovery, judged, mode)
    found = summed_up({id: answer.scores for id, answer in answers.items()}).means.of(by)
    assert found >= measured - TOLERANCE
