"""Holds as rows: where they stand, when a copy may be there, and what can be done with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.ils.driver import Capability, HoldStage, HoldView
from portal.presenters.account.days import Days
from portal.presenters.account.loans import record_address

_CANCELLABLE = (HoldStage.QUEUED, HoldStage.SUSPENDED, HoldStage.TO_SEND, HoldStage.IN_TRANSIT, HoldStage.READY)
_WAITING = (HoldStage.QUEUED, HoldStage.SUSPENDED)
_MOVABLE = (*_WAITING, HoldStage.TO_SEND)


@dataclass(frozen=True, slots=True)
class HoldRow:
    """stage: in words. lines: what there is to know, a sentence each. branch: the code of where it is fetched."""

    id: str
    title: str
    href: str
    kind: str
    stage: str
    lines: tuple[str, ...]
    branch: str
    can_cancel: bool
    can_suspend: bool
    can_resume: bool
    can_move: bool


def holds(
    found: Sequence[HoldView], branches: Mapping[str, str], can: frozenset[Capability], days: Days
) -> tuple[HoldRow, ...]:
    """branches: names by code."""
    return tuple(_row(hold, branches, can, days) for hold in found)


def _row(hold: HoldView, branches: Mapping[str, str], can: frozenset[Capability], days: Days) -> HoldRow:
    suspended = hold.stage is HoldStage.SUSPENDED
    can_suspend = Capability.SUSPEND_HOLD in can and not hold.is_licence
    return HoldRow(
        id=hold.id,
        title=hold.title,
        href=record_address(hold.document_id, days.t),
        kind=hold.stage.value,
        stage=days.t(f"hold_stage.{hold.stage.value}"),
        lines=tuple(_lines(hold, branches, days)),
        branch=hold.pickup_branch,
        can_cancel=Capability.CANCEL_HOLD in can and hold.stage in _CANCELLABLE,
        can_suspend=can_suspend and hold.stage is HoldStage.QUEUED,
        can_resume=can_suspend and suspended,
        can_move=Capability.MOVE_HOLD in can and hold.stage in _MOVABLE and not hold.is_licence,
    )


def _lines(hold: HoldView, branches: Mapping[str, str], days: Days) -> list[str]:
    t = days.t
    branch = branches.get(hold.pickup_branch, hold.pickup_branch)
    lines = []
    if hold.stage is HoldStage.READY and hold.pickup_until is not None:
        until = days.long(days.of(hold.pickup_until))
        lines.append(
            t("holds.fetch_until", branch=branch, day=until)
            if not hold.is_licence
            else t("holds.open_until", day=until)
        )
    elif branch and not hold.is_licence:
        lines.append(t("holds.pickup", branch=branch))
    if hold.suspended_until is not None and hold.stage is HoldStage.SUSPENDED:
        lines.append(t("holds.suspended_until", day=days.long(hold.suspended_until)))
    if hold.place is not None:
        lines.append(t("holds.place", n=t.number(hold.place)))
    if hold.expected_on is not None and hold.stage in _WAITING:
        lines.append(t("holds.expected", day=expected(hold.expected_on, days)))
    if hold.expires_on is not None and hold.stage in _WAITING:
        lines.append(t("holds.expires", day=days.medium(hold.expires_on)))
    return lines


def expected(day: date, days: Days) -> str:
    return days.medium(max(day, days.today))
