"""What patrons agree to, and in which words: each text has a version, and stays in the catalogues of words for as long
as anybody agreed to it (`consent.<purpose>_<version>`)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.store.tables.people import Consent


class Purpose(StrEnum):
    """HISTORY: what was borrowed stays in the account. REMINDERS: letters before something is due."""

    HISTORY = "history"
    REMINDERS = "reminders"


# The text that is shown now. A changed text is a new version beside the old one, never the same one changed.
VERSIONS: Final[Mapping[Purpose, str]] = {Purpose.HISTORY: "v1", Purpose.REMINDERS: "v1"}


def text_key(purpose: Purpose, version: str = "") -> str:
    """The key of a text, of today's unless a version is named.

    >>> text_key(Purpose.HISTORY)
    'consent.history_v1'
    """
    return f"consent.{purpose.value}_{version or VERSIONS[purpose]}"


def give(session: Session, patron_id: str, purpose: Purpose, now: datetime) -> None:
    """The patron agrees to today's text. Who agreed to it already did so then, and not again."""
    version = VERSIONS[purpose]
    standing = select(Consent).where(
        Consent.patron_id == patron_id,
        Consent.purpose == purpose.value,
        Consent.version == version,
        Consent.withdrawn_at.is_(None),
    )
    if session.scalars(standing).first() is None:
        session.add(Consent(patron_id=patron_id, purpose=purpose.value, version=version, given_at=now))


def withdraw(session: Session, patron_id: str, purpose: Purpose, now: datetime) -> None:
    """The patron no longer agrees, to any text; that they did stays known, for it must be provable."""
    session.execute(
        update(Consent)
        .where(Consent.patron_id == patron_id, Consent.purpose == purpose.value, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
