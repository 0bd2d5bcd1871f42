"""How changes are dated."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from search.publications import (
    BEGINNING,
    MAX_PUBLICATIONS,
    UNPUBLISHED,
    Publications,
    Stamp,
    Stamps,
    moment_of,
    now,
    publications_of,
    stamp_of,
)


def made(*pairs: tuple[int, int]) -> Publications:
    found = UNPUBLISHED
    for upto, dated in pairs:
        found = found.followed_by(Stamp(upto), Stamp(dated))
    return found


pairs = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), max_size=12)


@given(pairs, st.integers(0, 70), st.integers(1, 70))
def test_what_is_asked_for_by_date_is_just_what_is_so_dated(
    pairs: list[tuple[int, int]], moment: int, stamp: int
) -> None:
    found = made(*pairs)
    date, asked = found.date(Stamp(stamp)), moment_of(Stamp(moment))
    if date is None:
        assert stamp > found.last
    else:
        assert (stamp > found.before(asked)) == (date >= asked)
        assert (stamp <= found.until(asked)) == (date <= asked)


@given(pairs)
def test_stamps_and_dates_run_the_same_way(pairs: list[tuple[int, int]]) -> None:
    found = made(*pairs).all
    assert [one.upto for one in found] == sorted({one.upto for one in found})
    assert [one.dated for one in found] == sorted(one.dated for one in found)


@given(pairs, st.integers(0, 30), st.integers(1, 90), st.integers(1, 90))
def test_what_a_slow_writer_wrote_is_not_dated_before_it_was_seen(
    pairs: list[tuple[int, int]], since: int, upto: int, dated: int
) -> None:
    upto = max(upto, since)
    before = made(*pairs)
    found = before.followed_by(Stamp(upto), Stamp(dated), Stamp(since))
    for stamp in range(since + 1, upto + 1):
        date, old = found.date(Stamp(stamp)), before.date(Stamp(upto))
        assert date is not None
        assert date >= min(moment_of(Stamp(dated)), old or datetime.max.replace(tzinfo=UTC))
    for stamp in range(since):  # what others published before stays as it was, or is told again
        earlier, later = before.date(Stamp(stamp)), found.date(Stamp(stamp))
        assert earlier is None or (later is not None and later >= earlier)


def test_many_publications_are_thinned_and_nothing_is_dated_earlier_for_it() -> None:
    found, dates = UNPUBLISHED, {}
    for stamp in range(1, 2 * MAX_PUBLICATIONS):
        found = found.followed_by(Stamp(stamp), Stamp(stamp))
        dates[stamp] = moment_of(Stamp(stamp))
    assert len(found.all) <= MAX_PUBLICATIONS
    assert all((found.date(Stamp(stamp)) or datetime.min.replace(tzinfo=UTC)) >= date for stamp, date in dates.items())
    assert found.date(Stamp(stamp)) == dates[stamp]
    assert publications_of(found.plain()) == found


def test_stamps_grow_also_when_the_clock_is_behind() -> None:
    ahead = Stamp(now() + 3_600_000_000)
    stamps = Stamps(ahead)
    assert [stamps.next(), stamps.next(), stamps.last] == [ahead + 1, ahead + 2, ahead + 2]
    assert abs(moment_of(Stamps().next()) - datetime.now(UTC)) < timedelta(minutes=1)
    assert stamp_of(moment_of(BEGINNING)) == BEGINNING
