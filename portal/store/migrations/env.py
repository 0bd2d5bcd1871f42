"""How Alembic reaches the database: by the connection `portal/store/upgrading.py` gives it, in its transaction."""

from typing import Any, Literal

from alembic import context

from portal.store import tables
from portal.store.columns import Base, EnumText, UtcDateTime


def plain(kind: str, value: Any, _: object) -> str | Literal[False]:
    """Migrations stay as they are while our types may change, so they name those of SQL."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.String(length=32)" if kind == "type" and isinstance(value, EnumText) else False


connection = context.config.attributes["connection"]
assert tables  # noqa: S101 - imported so that Base knows them all
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=plain,
)
context.run_migrations()
