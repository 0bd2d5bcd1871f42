"""Walking through an index by what changed when, as those who copy a catalogue do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from search.document import DocumentId
from search.engine import EVERYTHING, Engine, Searcher, Step
from search.publications import BEGINNING
from search.query import Filter, Query
from search.query_language import parse
from tests.support.documents import entry

BOOKS = Query(filters=(Filter("format", ("book",)),))


def put(engine: Engine, *ids: str, format: str = "") -> None:
    with engine.updating() as writer:
        assert not writer.put([entry(id, "Laut", format=format) for id in ids]).refused


def all_steps(searcher: Searcher, query: Query = EVERYTHING, *, at_once: int = 2) -> list[Step]:
    """Every step, in pages of `at_once`."""
    return list(_steps(searcher, query, at_once))


def _steps(searcher: Searcher, query: Query, at_once: int) -> Iterator[Step]:
    after = BEGINNING
    while page := searcher.walk(after, at_once, query):
        yield from page
        after = page[-1].stamp


def ids(steps: list[Step]) -> list[str]:
    return [str(step.id) for step in steps]


def test_a_walk_meets_every_document_once_in_the_order_it_was_written(engine: Engine) -> None:
    put(engine, "a.3", "a.1")
    put(engine, "a.2", "b.9", "a.0")
    found = all_steps(engine.searcher())
    assert ids(found) == ["a.3", "a.1", "a.2", "b.9", "a.0"]
    stamps = [step.stamp for step in found]
    assert stamps == sorted(set(stamps))


def test_a_document_that_changes_goes_to_the_end_and_others_stay(engine: Engine) -> None:
    put(engine, "a.1", "a.2", "a.3", "a.4")
    first = list(engine.searcher().walk(BEGINNING, 2))
    put(engine, "a.1")
    put(engine, "a.5")
    with engine.updating() as writer:
        writer.delete([DocumentId("a.3")])
    rest: list[Step] = []
    while page := engine.searcher().walk((first + rest)[-1].stamp, 2):
        rest += page
    assert ids(first) == ["a.1", "a.2"]
    assert ids(rest) == ["a.4", "a.1", "a.5"]


def test_a_walk_can_be_narrowed_by_filters_and_words(engine: Engine) -> None:
    put(engine, "a.1", "a.2", format="book")
    put(engine, "a.3", format="map")
    put(engine, "a.4", format="book")
    searcher = engine.searcher()
    assert ids(all_steps(searcher, BOOKS)) == ["a.1", "a.2", "a.4"]
    assert ids(all_steps(searcher, parse("laut"))) == ["a.1", "a.2", "a.3", "a.4"]
    assert all_steps(searcher, parse("gunung")) == []


def test_a_walk_ends_at_a_stamp(engine: Engine) -> None:
    put(engine, "a.1", "a.2", "a.3")
    searcher = engine.searcher()
    second = searcher.walk()[1].stamp
    assert ids(list(searcher.walk(until=second))) == ["a.1", "a.2"]
    assert searcher.walk(after=second, until=second) == ()
    assert searcher.walk(limit=0) == ()


def test_changes_are_dated_by_their_publication(engine: Engine) -> None:
    before = datetime.now(UTC)
    with engine.updating() as writer:
        writer.put([entry("a.1", "Laut")])
        published = datetime.now(UTC)
    searcher = engine.searcher()
    dated = searcher.publications.date(searcher.walk()[0].stamp)
    assert dated is not None
    assert before < published <= dated < published + timedelta(minutes=5)
    assert [document.changed for document in searcher.fetch([DocumentId("a.1")])] == [dated]
    assert searcher.publications.dated == dated


def test_whoever_comes_back_from_a_date_on_is_told_what_changed_then_and_later(engine: Engine) -> None:
    put(engine, "a.1")
    put(engine, "a.2")
    put(engine, "a.3")
    searcher = engine.searcher()
    steps, dates = searcher.walk(), searcher.publications
    second = dates.date(steps[1].stamp)
    third = dates.date(steps[2].stamp)
    assert second is not None
    assert third is not None
    assert ids(list(searcher.walk(dates.before(third)))) == ["a.3"]
    assert ids(list(searcher.walk(dates.before(second)))) == ["a.2", "a.3"]
    assert ids(list(searcher.walk(until=dates.until(second)))) == ["a.1", "a.2"]


def test_what_is_not_published_is_not_met(engine: Engine) -> None:
    put(engine, "a.1")
    with engine.updating() as writer:
        writer.put([entry("a.1", "Gunung"), entry("a.2", "Laut")])
        assert ids(list(engine.searcher().walk())) == ["a.1"]


def test_a_rebuild_dates_everything_anew(engine: Engine) -> None:
    put(engine, "a.1")
    before = engine.searcher().publications.dated
    with engine.rebuilding() as writer:
        writer.put([entry("a.1", "Laut"), entry("a.2", "Laut")])
    searcher = engine.searcher()
    assert ids(all_steps(searcher)) == ["a.1", "a.2"]
    dates = {searcher.publications.date(step.stamp) for step in searcher.walk()}
    assert dates == {searcher.publications.dated}
    assert before is not None
    assert min(date for date in dates if date is not None) >= before


def test_an_index_that_was_only_emptied_says_when(engine: Engine) -> None:
    put(engine, "a.1")
    before = engine.searcher().publications.last
    with engine.updating() as writer:
        writer.delete([DocumentId("a.1")])
    searcher = engine.searcher()
    assert searcher.walk() == ()
    assert searcher.publications.last > before


def test_an_empty_load_of_an_exclusive_engine_is_no_change(exclusive_engine: Engine) -> None:
    put(exclusive_engine, "a.1")
    before = exclusive_engine.searcher().publications
    put(exclusive_engine)
    assert exclusive_engine.searcher().publications == before


def test_loads_that_overlap_are_dated_by_the_last_that_may_have_shown_them(shared_engine: Engine) -> None:
    engine = shared_engine
    with engine.updating() as slow:
        slow.put([entry("a.1", "Laut")])
        put(engine, "a.2")  # shows a.1 too
        first = engine.searcher().publications
        slow.put([entry("a.3", "Laut")])
    searcher = engine.searcher()
    assert sorted(ids(all_steps(searcher))) == ["a.1", "a.2", "a.3"]
    dates = {searcher.publications.date(step.stamp) for step in searcher.walk()}
    assert dates == {searcher.publications.dated}
    assert first.dated is not None
    assert all(date is not None and date >= first.dated for date in dates)
