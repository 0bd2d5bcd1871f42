"""The Telusur of tomorrow: this one, with one more revision of the store."""

import os
import shutil
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
REVISION: Final = "0002"
_MIGRATION: Final = '''"""Tomorrow's tables."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("patron", sa.Column("nickname", sa.String(80), nullable=True))
    with op.batch_alter_table("item") as batch:  # SQLite makes the table anew
        batch.alter_column("number", existing_type=sa.String(64), type_=sa.String(80), existing_nullable=False)
    op.create_table("wish", sa.Column("id", sa.String(32), primary_key=True), sa.Column("text", sa.String(200)))


def downgrade():
    raise NotImplementedError
'''


def later_telusur(folder: Path) -> Path:
    """The folder to name in PYTHONPATH. Its files are those of the project, by another name."""
    for package in ("portal", "ingest", "search", "marc_samples"):
        shutil.copytree(
            ROOT / package, folder / package, copy_function=_linked, ignore=shutil.ignore_patterns("__pycache__")
        )
    (folder / "portal/store/migrations/versions/0002_tomorrow.py").write_text(_MIGRATION, encoding="utf-8")
    return folder


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
