"""What has been kept long enough, and is in nobody else's care: audit entries, and wishes about data that were settled.

Loans and holds are forgotten by circulation, sign-ins by identity, letters by the outbox.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete

from portal.services import audit
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables import DataRequest

KEPT: Final = timedelta(days=365)


def forget_old(database: Database, clock: Clock) -> int:
    """Drop them; how many."""
    before = clock() - KEPT
    with database.writing() as session:
        settled = delete(DataRequest).where(DataRequest.settled_at < before).returning(DataRequest.id)
        return len(session.execute(settled).all()) + audit.forget(session, before)
