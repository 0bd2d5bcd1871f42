"""Koha's answers as patrons see them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from portal.ils.driver import FineView, HoldStage, HoldView, Profile, Refusal
from portal.ils.koha.answers import HoldAnswer, LineAnswer, PatronAnswer
from search.document import DocumentId

# Holds that have a copy: waiting to be fetched, in transit, in process.
STAGES: Final[Mapping[str, HoldStage]] = {
    "W": HoldStage.READY,
    "T": HoldStage.IN_TRANSIT,
    "P": HoldStage.IN_TRANSIT,
}
_FINES: Final = {"OVERDUE": "overdue", "LOST": "lost", "DAMAGED": "damaged"}
_END_OF_DAY: Final = time(23, 59, 59)


def profile_of(found: PatronAnswer, today: date) -> Profile:
    return Profile(
        ils_id=str(found.patron_id),
        card_number=found.cardnumber,
        name=found.name,
        category=found.category_id,
        home_branch=found.library_id,
        email=found.email,
        phone=found.phone,
        address=found.address,
        birth_year=found.date_of_birth.year if found.date_of_birth else None,
        expires_on=found.expiry_date,
        blocks=tuple(_blocks(found, today)),
    )


def _blocks(found: PatronAnswer, today: date) -> list[Refusal]:
    reasons = (
        (Refusal.PATRON_BLOCKED, found.restricted),
        (Refusal.CARD_LOST, found.card_lost),
        (Refusal.CARD_EXPIRED, found.expiry_date is not None and found.expiry_date < today),
        (Refusal.ADDRESS_MISSING, found.bad_address),
    )
    return [reason for reason, holds in reasons if holds]


def hold_view(hold: HoldAnswer, title: str, document: DocumentId | None, zone: ZoneInfo) -> HoldView:
    stage = STAGES.get(hold.status, HoldStage.SUSPENDED if hold.suspended else HoldStage.QUEUED)
    is_waiting = stage in (HoldStage.QUEUED, HoldStage.SUSPENDED)
    # What has arrived is kept until the same field says; until then it is how long the patron wants to wait.
    kept_until = hold.expires_on if stage is HoldStage.READY else None
    return HoldView(
        id=str(hold.hold_id),
        document_id=document,
        title=title,
        stage=stage,
        pickup_branch=hold.library_id,
        place=hold.priority if is_waiting and hold.priority > 0 else None,
        asked_at=_at(hold.asked_on, time.min, zone),
        expires_on=hold.expires_on if is_waiting else None,
        suspended_until=_local_day(hold.suspended_until, zone) if hold.suspended else None,
        pickup_until=_at(kept_until, _END_OF_DAY, zone),
        item_id=str(hold.item_id or "") if hold.item_level or not is_waiting else "",
    )


def fine_view(line: LineAnswer) -> FineView:
    return FineView(
        id=str(line.line_id),
        amount=line.amount,
        balance=line.outstanding,
        reason=_FINES.get(line.kind, "") or line.description or "other",
        charged_at=line.charged_at,
        note=line.description,
    )


def _at(day: date | None, moment: time, zone: ZoneInfo) -> datetime | None:
    try:
        return None if day is None else datetime.combine(day, moment, zone).astimezone(UTC)
    except OverflowError:  # the first day of all, or the last one
        return None


def _local_day(when: date | datetime | None, zone: ZoneInfo) -> date | None:
    try:
        return when.astimezone(zone).date() if isinstance(when, datetime) else when
    except OverflowError:
        return None
