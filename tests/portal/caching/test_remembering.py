"""What was found is given again, and never longer than it is true."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from portal.bootstrap import Services, open_services
from portal.caching.remembering import LOOK_EVERY_S, Generation, Kept
from search.document import DocumentId
from search.engine import Entry
from search.errors import EngineUnavailable, IndexMissing
from search.query_language import parse
from tests.support.small_library import REEF_ID, document, small_library


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return small_library(tmp_path)


def test_the_same_search_is_the_same_answer(services: Services) -> None:
    first = services.discovery.search(parse("karang"))
    again = services.discovery.search(parse("karang"))
    assert again.hits is first.hits
    assert services.discovery.search(parse("karang"), size=10).hits is not first.hits
    assert services.discovery.search(parse("karang"), exact=True).hits is not first.hits
    assert services.discovery.similar(REEF_ID) is services.discovery.similar(REEF_ID)


def test_what_is_published_is_found_once_it_is_time_to_look(services: Services) -> None:
    asked = parse("kapalselam")
    assert services.discovery.search(asked, exact=True).total == 0
    with services.engine.updating() as writer:
        writer.put([Entry(document("900", "Kapalselam raksasa", "", "2020", format="book"))])
    time.sleep(LOOK_EVERY_S)
    assert services.discovery.search(asked, exact=True).total == 1


def test_an_index_that_is_not_there_is_told_each_time(tmp_path: Path, services: Services) -> None:
    empty = open_services(replace(services.settings, data=tmp_path / "empty"))
    for _ in range(2):
        with pytest.raises(IndexMissing):
            empty.discovery.search(parse("karang"))


def test_a_generation_that_cannot_be_seen_is_not_the_last_one_seen() -> None:
    answers = iter(["one"])

    def look() -> str:
        try:
            return next(answers)
        except StopIteration:
            raise EngineUnavailable("gone") from None

    now = [0.0]
    generation = Generation(look, lambda: now[0])
    assert generation.fresh() is None
    assert generation.now() == "one"
    assert generation.fresh() == "one"
    now[0] += LOOK_EVERY_S
    with pytest.raises(EngineUnavailable):
        generation.now()
    assert generation.fresh() is None


def test_only_what_was_asked_for_last_is_kept() -> None:
    kept: Kept[int] = Kept(2)
    for number in range(3):
        kept.keep(number, number)
        kept.get(0)
    assert [kept.get(number) for number in range(3)] == [0, None, 2]
    assert len(kept) == 2


def test_an_unknown_document_has_nothing_like_it(services: Services) -> None:
    assert services.discovery.similar(DocumentId("none")) == ()
