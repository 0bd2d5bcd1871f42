"""Everything that stands in a database, to see whether something has changed."""

from collections.abc import Collection

from sqlalchemy import select

from portal.store.columns import Base
from portal.store.database import Database

Dump = dict[str, list[tuple[str, ...]]]


def dump(database: Database, but: Collection[str] = ()) -> Dump:
    """All rows of all tables, in an order of their own. but: tables and columns that are left out, as "session.seen_at"."""
    with database.reading() as session:
        return {
            table.name: sorted(
                tuple(repr(value) for value in row)
                for row in session.execute(select(*(c for c in table.columns if f"{table.name}.{c.name}" not in but)))
            )
            for table in Base.metadata.sorted_tables
            if table.name not in but
        }
