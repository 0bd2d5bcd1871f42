"""What has been kept for a year is forgotten at night, and nothing else."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from portal.services import audit
from portal.store.database import Database
from portal.store.tables import AuditEntry, DataRequest
from portal.store.tables.people import RequestKind
from tests.support.accounts import TurnedClock, accounts_in, add_person


def wish(database: Database, id: str, patron: str, asked_at: datetime, settled_at: datetime | None) -> None:
    with database.writing() as session:
        session.add(
            DataRequest(
                id=id,
                patron_id=patron,
                kind=RequestKind.CORRECTION,
                text="Nama saya",
                asked_at=asked_at,
                settle_by=asked_at + timedelta(days=3),
                settled_at=settled_at,
                outcome="done" if settled_at else "",
            )
        )


def test_a_year_later_the_night_forgets_them(database: Database, tmp_path: Path) -> None:
    clock = TurnedClock()
    accounts = accounts_in(tmp_path, database, clock)
    patron, began = add_person(database), clock()
    wish(database, "settled", patron, began, began + timedelta(days=1))
    wish(database, "settled-later", patron, began, began + timedelta(days=30))
    wish(database, "waiting", patron, began, None)
    with database.writing() as session:
        for days in (0, 1, 30):
            audit.record(session, "a", "patron.view", at=began + timedelta(days=days))
    # The portal runs all the time, so that its clock is trusted.
    nights = []
    for days in (365, 3):
        clock.turn(days=days)
        accounts.housekeeping.trust_clock()
        nights.append("old_entries" in accounts.housekeeping.run_due())
    assert nights == [True, True]
    with database.reading() as session:
        assert set(session.scalars(select(DataRequest.id))) == {"settled-later", "waiting"}
        assert session.scalars(select(AuditEntry.number)).all() == [3]
        assert audit.verify(session) is None
