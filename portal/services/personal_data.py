"""What is held about a patron, and a patron's rights over it (UU PDP 27/2022, articles 5 to 13): to see it, to take it
along, to correct it, to take back what was agreed to, to have it erased."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from portal.i18n import LANGUAGES
from portal.ils.driver import Capability, ILSDriver
from portal.ils.errors import IlsUnavailable
from portal.services import audit, consents
from portal.services.actors import Actor, require_patron, require_staff
from portal.services.consents import Purpose
from portal.services.errors import NotFound, NotValid
from portal.services.leaving import check_settled, give_up_holds, make_nameless
from portal.services.my_library import reference_of
from portal.store.clock import Clock
from portal.store.columns import Base, new_id
from portal.store.database import Database
from portal.store.tables import (
    AuditEntry,
    Consent,
    DataRequest,
    FamilyLink,
    Fine,
    ListEntry,
    Patron,
    Payment,
    ReadingList,
)
from portal.store.tables.people import RequestKind, Standing

# The law's three days, counted in hours.
SETTLED_WITHIN: Final = timedelta(hours=3 * 24)
MAX_EMAIL: Final = 254
MAX_REQUEST: Final = 1_000
_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.ASCII)
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()-]{5,24}", re.ASCII)
# What opens a door is not told, not even to whom the door belongs.
SECRETS: Final[Mapping[str, frozenset[str]]] = {
    "patron": frozenset(("pin_hash", "calendar_token")),
    "session": frozenset(("key", "form_token")),
}
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Contact:
    """What patrons correct by themselves. reminders: letters before something is due."""

    email: str
    phone: str
    language: str
    reminders: bool


@dataclass(frozen=True, slots=True)
class ConsentView:
    """version: of the text that was agreed to. withdrawn_at: None while it holds."""

    purpose: str
    version: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """settled_at: None while it waits. outcome: what staff wrote."""

    id: str
    kind: RequestKind
    text: str
    asked_at: datetime
    settle_by: datetime
    settled_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A request that staff must settle, and whose it is."""

    request: RequestView
    patron_id: str
    name: str
    card_number: str


class PersonalData:
    """A patron's own data, and what staff settle of it at the desk."""

    def __init__(self, database: Database, ils: ILSDriver, clock: Clock) -> None:
        self._database, self._ils, self._clock = database, ils, clock

    def everything(self, actor: Actor) -> Mapping[str, Sequence[Row]]:
        """All rows about them by table, and under `library_system` what another system knows, as values JSON has."""
        id = require_patron(actor)
        with self._database.reading() as session:
            patron = _patron(session, id)
            ref = reference_of(patron)
            held = {table.name: [*_rows(session, table, where)] for table, where in _about(id)}
        if self._ils.name != "local":
            held["library_system"] = [self._in_system(ref)]
        return held

    def _in_system(self, ref: Any) -> Row:
        """What the library system tells; only that it is away, while it is."""
        can = self._ils.capabilities
        try:
            asked: Row = {"system": self._ils.name}
            if Capability.LOGIN in can:
                asked["profile"] = _plain(asdict(self._ils.profile(ref)))
            if Capability.LOANS in can:
                asked["loans"] = _plain([asdict(loan) for loan in self._ils.loans(ref, 1, 500).loans])
            if Capability.HOLDS in can:
                asked["holds"] = _plain([asdict(hold) for hold in self._ils.holds(ref)])
            if Capability.FINES in can:
                asked["fines"] = _plain([asdict(fine) for fine in self._ils.fines(ref)])
        except IlsUnavailable:
            return {"system": self._ils.name, "unavailable": True}
        return asked

    def contact(self, actor: Actor) -> Contact:
        id = require_patron(actor)
        with self._database.reading() as session:
            patron = _patron(session, id)
            return Contact(patron.email, patron.phone, patron.language, patron.reminders)

    def correct(self, actor: Actor, contact: Contact) -> None:
        """At once. Raises NotValid for what is no address, number or language."""
        id = require_patron(actor)
        email, phone = contact.email.strip(), " ".join(contact.phone.split())
        if email and (len(email) > MAX_EMAIL or not _EMAIL.fullmatch(email)):
            raise NotValid("email", "email")
        if phone and not _PHONE.fullmatch(phone):
            raise NotValid("phone", "phone")
        if contact.language not in LANGUAGES:
            raise NotValid("language", "language")
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{id}")
            patron = _patron(session, id)
            patron.email, patron.phone, patron.language = email, phone, contact.language
            if patron.reminders != contact.reminders:
                patron.reminders = contact.reminders
                agree = consents.give if contact.reminders else consents.withdraw
                agree(session, id, Purpose.REMINDERS, self._clock())

    def consents(self, actor: Actor) -> tuple[ConsentView, ...]:
        """All there ever were, the newest first."""
        id = require_patron(actor)
        wanted = select(Consent).where(Consent.patron_id == id).order_by(Consent.given_at.desc(), Consent.id)
        with self._database.reading() as session:
            return tuple(
                ConsentView(one.purpose, one.version, one.given_at, one.withdrawn_at) for one in session.scalars(wanted)
            )

    def ask(self, actor: Actor, kind: RequestKind, text: str = "") -> str:
        """Ask staff for what patrons cannot do themselves; the id of the request, of the one there is if one waits."""
        id = require_patron(actor)
        text = " ".join(text.split())
        if len(text) > MAX_REQUEST or (kind is RequestKind.CORRECTION and not text):
            raise NotValid("request", "text")
        waiting = select(DataRequest).where(
            DataRequest.patron_id == id, DataRequest.kind == kind, DataRequest.settled_at.is_(None)
        )
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{id}")
            _patron(session, id)
            if (held := session.scalars(waiting).first()) is not None:
                return held.id
            now = self._clock()
            made = DataRequest(
                id=new_id(),
                patron_id=id,
                kind=kind,
                text=text,
                asked_at=now,
                settle_by=now + SETTLED_WITHIN,
                outcome="",
            )
            session.add(made)
            return made.id

    def requests(self, actor: Actor) -> tuple[RequestView, ...]:
        """What they asked for, the newest first."""
        id = require_patron(actor)
        wanted = select(DataRequest).where(DataRequest.patron_id == id)
        with self._database.reading() as session:
            found = session.scalars(wanted.order_by(DataRequest.asked_at.desc(), DataRequest.id))
            return tuple(_request_view(one) for one in found)

    # ---- staff

    def waiting(self, actor: Actor) -> tuple[WaitingRequest, ...]:
        """What is to be settled, the most urgent first."""
        staff = require_staff(actor)
        wanted = select(DataRequest, Patron).join(Patron, Patron.id == DataRequest.patron_id)
        wanted = wanted.where(DataRequest.settled_at.is_(None)).order_by(DataRequest.settle_by, DataRequest.id)
        with self._database.writing() as session:
            found = tuple(
                WaitingRequest(_request_view(one), patron.id, patron.name, patron.card_number or "")
                for one, patron in session.execute(wanted)
            )
            for one in found:
                audit.record(session, staff, "data_request.seen", one.patron_id, at=self._clock())
            return found

    def settle(self, actor: Actor, request_id: str, outcome: str, granted: bool = True) -> None:
        """Write down what became of a request; granting a deletion makes the patron nameless, for ever.

        Raises NotValid with the code of what has to be settled before: loans, fines, holds.
        """
        staff = require_staff(actor)
        outcome = " ".join(outcome.split())
        if not outcome or len(outcome) > MAX_REQUEST:
            raise NotValid("outcome", "outcome")
        with self._database.reading() as session:
            request = _waiting(session, request_id)
            ref, leaves = reference_of(_patron(session, request.patron_id)), granted and _is_deletion(request)
        if leaves:
            give_up_holds(self._ils, ref)
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{ref.id}")
            request = _waiting(session, request_id)
            request.settled_at, request.outcome = self._clock(), outcome
            detail = f"{request.kind.value} {'granted' if granted else 'refused'}"
            if leaves:
                patron = _patron(session, ref.id)
                check_settled(session, patron)
                make_nameless(session, patron)
            audit.record(session, staff, "data_request.settled", ref.id, detail, at=self._clock())


def _is_deletion(request: DataRequest) -> bool:
    return request.kind is RequestKind.DELETION


def _waiting(session: Session, request_id: str) -> DataRequest:
    request = session.get(DataRequest, request_id)
    if request is None or request.settled_at is not None:
        raise NotFound("no such request")
    return request


def _request_view(one: DataRequest) -> RequestView:
    return RequestView(one.id, one.kind, one.text, one.asked_at, one.settle_by, one.settled_at, one.outcome)


def _about(id: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Every table that says anything of a patron, and which of its rows do."""
    tables = Base.metadata.tables
    own_lists = select(ReadingList.id).where(ReadingList.patron_id == id)
    own_fines = select(Fine.id).where(Fine.patron_id == id)
    yield tables["patron"], Patron.id == id
    # A table that is added later is told too, for it names its patron.
    for name in sorted(tables):
        if "patron_id" in tables[name].c:
            yield tables[name], tables[name].c.patron_id == id
    yield tables["family_link"], (FamilyLink.guardian_id == id) | (FamilyLink.child_id == id)
    yield tables["list_entry"], ListEntry.list_id.in_(own_lists)
    yield tables["payment"], Payment.fine_id.in_(own_fines)
    yield tables["audit_entry"], AuditEntry.subject == id


# Of who looked: that it was done, when and what for, but not whose hand it was, which is that person's datum.
_NOT_TOLD: Final[Mapping[str, frozenset[str]]] = {
    **SECRETS,
    "audit_entry": frozenset(("actor_id", "previous", "digest")),
    "payment": frozenset(("taken_by", "key")),
}


def _rows(session: Session, table: Table, where: ColumnElement[bool]) -> Iterator[Row]:
    hidden = _NOT_TOLD.get(table.name, frozenset())
    columns = [column for column in table.c if column.name not in hidden]
    for row in session.execute(select(*columns).where(where).order_by(*table.primary_key)):
        yield {column.name: _plain(value) for column, value in zip(columns, row, strict=True)}


def _plain(value: Any) -> Any:
    """A value as JSON has it.

    >>> _plain({"kind": RequestKind.DELETION, "at": datetime(2026, 12, 3)})
    {'kind': 'deletion', 'at': '2026-12-03T00:00:00'}
    """
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if hasattr(value, "isoformat") else value


def _patron(session: Session, id: str) -> Patron:
    patron = session.get(Patron, id)
    if patron is None or patron.standing is Standing.WITHDRAWN:
        raise NotFound("no such patron")
    return patron
