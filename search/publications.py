"""When what was written became visible: the dates that those who copy a catalogue go by.

A document is stamped when it is written and seen when that is published, which may be much later: a harvester who asked
in between and comes back "from then on" must still be told. So a change is dated by its publication. Stamps and dates
run the same way, so documents in the order of their stamps are in the order of their dates.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NewType

Stamp = NewType("Stamp", int)  # microseconds since 1970, UTC

BEGINNING: Final = Stamp(0)
# More are thinned out; what was published with one that is left out is then dated by the next.
MAX_PUBLICATIONS: Final = 1000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def stamp_of(moment: datetime) -> Stamp:
    """
    >>> moment_of(stamp_of(datetime(2026, 5, 17, 8, 30, tzinfo=UTC)))
    datetime.datetime(2026, 5, 17, 8, 30, tzinfo=datetime.timezone.utc)
    """
    return Stamp((moment - _EPOCH) // _MICROSECOND)


def moment_of(stamp: Stamp) -> datetime:
    return _EPOCH + stamp * _MICROSECOND


def now() -> Stamp:
    return stamp_of(datetime.now(UTC))


class Stamps:
    """Stamps for what one writer writes, each later than the one before, also when the clock is set back."""

    def __init__(self, after: Stamp = BEGINNING) -> None:
        self._last = after

    @property
    def last(self) -> Stamp:
        return self._last

    def next(self) -> Stamp:
        self._last = Stamp(max(now(), self._last + 1))
        return self._last


@dataclass(frozen=True, slots=True)
class Publication:
    """What is stamped up to `upto` was visible by the moment `dated`, unless an earlier publication has it."""

    upto: Stamp
    dated: Stamp


@dataclass(frozen=True, slots=True)
class Publications:
    """All of one index, the oldest first; both stamps grow from one to the next."""

    all: tuple[Publication, ...] = ()

    @property
    def last(self) -> Stamp:
        """What is stamped later is not published yet."""
        return self.all[-1].upto if self.all else BEGINNING

    @property
    def dated(self) -> datetime | None:
        """The date of the newest; None when nothing was published."""
        return moment_of(self.all[-1].dated) if self.all else None

    def followed_by(self, upto: Stamp, dated: Stamp, since: Stamp | None = None) -> "Publications":
        """With another one, where there is none of a later stamp. A date never goes back, also when the clock does.

        since: what one of several writers wrote after it was seen by nobody before `dated`, whatever others have
        published meanwhile. Then all that was stamped after it is dated anew: told twice rather than never.
        """
        kept = tuple(one for one in self.all if since is None or one.upto < since or one.upto >= upto)
        if kept and kept[-1].upto >= upto:
            return Publications(kept)
        dated = Stamp(max(dated, self.all[-1].dated)) if self.all else dated
        return Publications(_thinned((*kept, Publication(upto, dated))))

    def date(self, stamp: Stamp) -> datetime | None:
        """When what has this stamp was published; None for not yet."""
        place = bisect_left(self.all, stamp, key=lambda one: one.upto)
        return moment_of(self.all[place].dated) if place < len(self.all) else None

    def before(self, moment: datetime) -> Stamp:
        """Everything dated earlier than `moment` is stamped no later than this; nothing else is."""
        place = bisect_left(self.all, stamp_of(moment), key=lambda one: one.dated)
        return self.all[place - 1].upto if place else BEGINNING

    def until(self, moment: datetime) -> Stamp:
        """Everything dated `moment` or earlier is stamped no later than this; nothing else is."""
        place = bisect_right(self.all, stamp_of(moment), key=lambda one: one.dated)
        return self.all[place - 1].upto if place else BEGINNING

    def plain(self) -> list[list[int]]:
        """As JSON holds it; `publications_of` reads it back."""
        return [[one.upto, one.dated] for one in self.all]


UNPUBLISHED: Final = Publications()


def publications_of(plain: object) -> Publications:
    """What `plain` wrote. Raises ValueError, TypeError for anything else."""
    if not isinstance(plain, Sequence):
        raise TypeError("no list of publications")
    return Publications(tuple(Publication(Stamp(int(upto)), Stamp(int(dated))) for upto, dated in plain))


def _thinned(all: tuple[Publication, ...]) -> tuple[Publication, ...]:
    """Every other one of the older half is left out where they are too many."""
    if len(all) <= MAX_PUBLICATIONS:
        return all
    middle = len(all) // 2
    return (*all[1:middle:2], *all[middle:])
