"""What SLiMS keeps in its tables, in rows with types: from its database export (SQL), or its CSV exports.

The names of tables and columns are SLiMS 9's (install/senayan.sql); SLiMS 8 has the same ones. In CSV exports the kinds
of members, copies and places stand by name, in the database by number; a row here has both, "" for what is not told.
Passwords of members are not read.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from ingest.readers.rows import csv_rows
from portal.ils.sql_dump import ExportError, TableRow, dump_rows

# Half a million copies and their loans take about 1 GB; SLiMS itself is not used for more.
MAX_ROWS: Final = 2_000_000
_HEAD_BYTES: Final = 1024
_TAIL_BYTES: Final = 4096
# What an export begins with, and what then stands at its end.
_ENDS: Final = {
    b"-- MySQL dump": b"-- Dump completed",
    b"-- MariaDB dump": b"-- Dump completed",
    b"mysqldump-php": b"-- Dump completed",
    b"-- phpMyAdmin SQL Dump": b"SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION",
}
_NO_DAY: Final = "0000-00-00"
_COMPLETED: Final = "-- Dump completed on"
_CLOCK: Final = re.compile(r" (\d{4})-(\d\d)-(\d\d) {1,2}(\d{1,2}):(\d\d):(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Member:
    """`member`. id: what is on the card. expires_on: None for a card without an end."""

    line: int
    id: str
    name: str
    type_id: str = ""
    type_name: str = ""
    birth_date: date | None = None
    address: str = ""
    email: str = ""
    phone: str = ""
    institution: str = ""
    registered_on: date | None = None
    expires_on: date | None = None
    is_pending: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """`item`. code: its barcode. biblio_id: "" in CSV, where only the title tells what it is a copy of."""

    line: int
    code: str
    biblio_id: str = ""
    title: str = ""
    call_number: str = ""
    collection_id: str = ""
    collection_name: str = ""
    location_id: str = ""
    location_name: str = ""
    status_id: str = ""
    status_name: str = ""
    site: str = ""
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class LoanRow:
    """`loan`. SLiMS keeps days only. is_open: lent and not returned."""

    line: int
    item_code: str
    member_id: str
    lent_on: date
    due_on: date
    id: str = ""
    renewals: int = 0
    is_open: bool = True
    returned_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """`reserve`."""

    line: int
    member_id: str
    biblio_id: str
    item_code: str
    asked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Title:
    """`biblio`, as far as lending needs it. is_hidden: kept out of SLiMS' own catalogue."""

    line: int
    id: str
    title: str
    call_number: str = ""
    gmd_id: str = ""
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class MemberType:
    """`mst_member_type`: what a kind of member may do where no loan rule says otherwise. Periods are in days."""

    line: int
    id: str
    name: str
    loan_limit: int = 0
    loan_days: int = 0
    renewals: int = 0
    holds_allowed: bool = False
    max_holds: int = 0
    membership_days: int = 0
    fine_per_day: int = 0
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class LoanRule:
    """`mst_loan_rules`: of a kind of member for a kind of collection and a GMD; "0" and "" are every one."""

    line: int
    member_type_id: str
    collection_id: str
    gmd_id: str
    loan_limit: int = 0
    loan_days: int = 0
    renewals: int = 0
    fine_per_day: int = 0
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """A row of a list of kinds: `mst_coll_type`, `mst_location`, `mst_item_status`. no_loan: nothing of it is lent."""

    line: int
    id: str
    name: str
    no_loan: bool = False


@dataclass(frozen=True, slots=True)
class Holiday:
    """`holiday`: a closed day, or with day None a weekday ("Sun") that is closed every week."""

    line: int
    weekday: str
    day: date | None
    name: str = ""


@dataclass(slots=True)
class SlimsTables:
    """All rows that lending needs. present: the tables that the export has, also without rows. exported_at: as the dump says in its last line, None where it does not;
    naive where no zone is told."""

    titles: list[Title] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    loans: list[LoanRow] = field(default_factory=list)
    reservations: list[Reservation] = field(default_factory=list)
    member_types: list[MemberType] = field(default_factory=list)
    loan_rules: list[LoanRule] = field(default_factory=list)
    collections: list[Named] = field(default_factory=list)
    locations: list[Named] = field(default_factory=list)
    statuses: list[Named] = field(default_factory=list)
    holidays: list[Holiday] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    exported_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of SLiMS in our terms: of a category (kind of member) and a loan type (kind of collection), "*" for every.

    Days are counted as they come; SLiMS knows no branches, no days of pickup and no age.
    """

    category: str
    loan_type: str
    max_loans: int
    loan_days: int
    renewals: int
    renew_days: int
    holds_allowed: bool
    max_holds: int
    fine_per_day: int
    grace_days: int


# ---- reading


def read_dump(stream: BinaryIO, tables: Sequence[str] = ()) -> SlimsTables:
    """The rows of these tables of SLiMS, all that are known by default. Raises ExportError, also for another's dump."""
    wanted = frozenset(tables or _READERS)
    found, seen = SlimsTables(), 0
    for row in dump_rows(stream, wanted, found.present):
        seen += 1
        if seen > MAX_ROWS:
            raise ExportError(f"more than {MAX_ROWS:,} rows", row.line)
        _READERS[row.table](found, row)
    if not seen:
        raise ExportError(f"no row of SLiMS' tables ({', '.join(sorted(wanted))}) is in this file")
    return found


def read_dump_file(path: Path, tables: Sequence[str] = ()) -> SlimsTables:
    """The same of a file, with the time that mysqldump writes in its last line. Raises ExportError."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
            if head.startswith(b"\x1f\x8b"):
                raise ExportError(f"{path.name} is packed (gzip); unpack it first")
            _refuse_part(head, _tail(stream))
            stream.seek(0)
            found = read_dump(stream, tables)
            found.exported_at = _completed(_tail(stream))
            return found
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror or error}") from error


def csv_table(stream: BinaryIO, table: str) -> Iterator[TableRow]:
    """The rows of a CSV export of SLiMS, whose first row names the columns. Raises ExportError."""
    columns: tuple[str, ...] = ()
    for row in csv_rows(stream):
        if row.too_long:
            raise ExportError("a row is longer than any of SLiMS' can be", row.number)
        if not any(row.cells):
            continue
        if not columns:
            columns = tuple(cell.strip().strip("`").lower() for cell in row.cells)
            continue
        cells = dict(zip(columns, (*row.cells, *[""] * (len(columns) - len(row.cells))), strict=False))
        yield TableRow(table, row.number, {name: cell for name, cell in cells.items() if name})


def read_rules(tables: SlimsTables) -> tuple[RuleRow, ...]:
    """The rules in our terms, by the names of kinds: one of each kind of member, and those it has for collections.

    A rule for one GMD has no equal here; where several differ by GMD alone, the one that lends the least counts.
    """
    kinds = {kind.id: kind for kind in tables.member_types}
    collections = {named.id: named.name for named in tables.collections}
    found: dict[tuple[str, str], RuleRow] = {}
    for kind in tables.member_types:
        found[kind.name, "*"] = _rule(kind, "*", kind)
    special: dict[tuple[str, str], RuleRow] = {}
    for rule in tables.loan_rules:
        kind_of_it = kinds.get(rule.member_type_id)
        if kind_of_it is None:
            continue  # its kind of member was deleted; SLiMS no longer uses it either
        loan_type = "*" if rule.collection_id in ("", "0") else collections.get(rule.collection_id, rule.collection_id)
        made = _rule(kind_of_it, loan_type, rule)
        key = (made.category, loan_type)
        special[key] = min(made, special.get(key, made), key=lambda row: (row.max_loans, row.loan_days))
    return tuple({**found, **special}.values())


def _rule(kind: MemberType, loan_type: str, limits: MemberType | LoanRule) -> RuleRow:
    return RuleRow(
        category=kind.name,
        loan_type=loan_type,
        max_loans=limits.loan_limit,
        loan_days=limits.loan_days,
        renewals=limits.renewals,
        renew_days=limits.loan_days,  # SLiMS renews for as long as it lends
        holds_allowed=kind.holds_allowed,
        max_holds=kind.max_holds,
        fine_per_day=limits.fine_per_day,
        grace_days=limits.grace_days,
    )


# ---- one row


def member_of(row: TableRow) -> Member:
    """Raises ExportError for a row without card number or name."""
    return Member(
        line=row.line,
        id=_required(row, "member_id"),
        name=_required(row, "member_name"),
        type_id=_cell(row, "member_type_id"),
        type_name=_cell(row, "member_type_name"),
        birth_date=_day(row, "birth_date"),
        address=_cell(row, "member_address"),
        email=_cell(row, "member_email"),
        phone=_cell(row, "member_phone"),
        institution=_cell(row, "inst_name"),
        registered_on=_day(row, "member_since_date") or _day(row, "register_date"),
        expires_on=_day(row, "expire_date"),
        is_pending=_flag(row, "is_pending"),
        note=_cell(row, "member_notes"),
    )


def copy_of(row: TableRow) -> Copy:
    """Raises ExportError for a row without a barcode."""
    return Copy(
        line=row.line,
        code=_required(row, "item_code"),
        biblio_id=_cell(row, "biblio_id"),
        title=_cell(row, "title"),
        call_number=_cell(row, "call_number"),
        collection_id=_cell(row, "coll_type_id"),
        collection_name=_cell(row, "coll_type_name"),
        location_id=_cell(row, "location_id"),
        location_name=_cell(row, "location_name"),
        status_id=_cell(row, "item_status_id"),
        status_name=_cell(row, "item_status_name"),
        site=_cell(row, "site"),
        received_on=_day(row, "received_date"),
    )


def loan_of(row: TableRow) -> LoanRow:
    """Raises ExportError for a row without barcode, member or days. Without is_lent and is_return it is an open loan."""
    lent_on, due_on = _day(row, "loan_date"), _day(row, "due_date")
    if lent_on is None or due_on is None:
        raise ExportError("a loan has no loan_date or no due_date", row.line)
    return LoanRow(
        line=row.line,
        item_code=_required(row, "item_code"),
        member_id=_required(row, "member_id"),
        lent_on=lent_on,
        due_on=due_on,
        id=_cell(row, "loan_id"),
        renewals=_number(row, "renewed"),
        is_open=_flag(row, "is_lent", True) and not _flag(row, "is_return"),
        returned_on=_day(row, "return_date"),
    )


def reservation_of(row: TableRow) -> Reservation:
    return Reservation(
        row.line,
        _required(row, "member_id"),
        _cell(row, "biblio_id"),
        _cell(row, "item_code"),
        _day(row, "reserve_date"),
    )


def title_of(row: TableRow) -> Title:
    return Title(
        line=row.line,
        id=_required(row, "biblio_id"),
        title=_cell(row, "title"),
        call_number=_cell(row, "call_number"),
        gmd_id=_cell(row, "gmd_id"),
        is_hidden=_flag(row, "opac_hide"),
    )


def member_type_of(row: TableRow) -> MemberType:
    return MemberType(
        line=row.line,
        id=_cell(row, "member_type_id"),
        name=_required(row, "member_type_name"),
        loan_limit=_number(row, "loan_limit"),
        loan_days=_number(row, "loan_periode"),
        renewals=_number(row, "reborrow_limit"),
        holds_allowed=_flag(row, "enable_reserve"),
        max_holds=_number(row, "reserve_limit"),
        membership_days=_number(row, "member_periode"),
        fine_per_day=_number(row, "fine_each_day"),
        grace_days=_number(row, "grace_periode"),
    )


def loan_rule_of(row: TableRow) -> LoanRule:
    return LoanRule(
        line=row.line,
        member_type_id=_required(row, "member_type_id"),
        collection_id=_cell(row, "coll_type_id"),
        gmd_id=_cell(row, "gmd_id"),
        loan_limit=_number(row, "loan_limit"),
        loan_days=_number(row, "loan_periode"),
        renewals=_number(row, "reborrow_limit"),
        fine_per_day=_number(row, "fine_each_day"),
        grace_days=_number(row, "grace_periode"),
    )


def holiday_of(row: TableRow) -> Holiday:
    return Holiday(row.line, _cell(row, "holiday_dayname"), _day(row, "holiday_date"), _cell(row, "description"))


def _named(id: str, name: str) -> Callable[[TableRow], Named]:
    return lambda row: Named(row.line, _required(row, id), _cell(row, name), _flag(row, "no_loan"))


_Row = TypeVar("_Row")


def _into(rows: Callable[[SlimsTables], list[_Row]], make: Callable[[TableRow], _Row]) -> Callable[..., None]:
    def put(tables: SlimsTables, row: TableRow) -> None:
        rows(tables).append(make(row))

    return put


_READERS: Final = {
    "biblio": _into(lambda tables: tables.titles, title_of),
    "item": _into(lambda tables: tables.copies, copy_of),
    "member": _into(lambda tables: tables.members, member_of),
    "loan": _into(lambda tables: tables.loans, loan_of),
    "reserve": _into(lambda tables: tables.reservations, reservation_of),
    "mst_member_type": _into(lambda tables: tables.member_types, member_type_of),
    "mst_loan_rules": _into(lambda tables: tables.loan_rules, loan_rule_of),
    "mst_coll_type": _into(lambda tables: tables.collections, _named("coll_type_id", "coll_type_name")),
    "mst_location": _into(lambda tables: tables.locations, _named("location_id", "location_name")),
    "mst_item_status": _into(lambda tables: tables.statuses, _named("item_status_id", "item_status_name")),
    "holiday": _into(lambda tables: tables.holidays, holiday_of),
}


# ---- one cell


def _cell(row: TableRow, name: str) -> str:
    return (row.cells.get(name) or "").strip()


def _required(row: TableRow, name: str) -> str:
    found = _cell(row, name)
    if not found:
        raise ExportError(f"a row of {row.table} has no {name}", row.line)
    return found


def _number(row: TableRow, name: str) -> int:
    """A whole number of a column that MySQL keeps as one; 0 where there is none."""
    text = _cell(row, name)
    if not text:
        return 0
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise ExportError(f"{name} of {row.table} is no whole number", row.line)
    return int(text)


def _flag(row: TableRow, name: str, missing: bool = False) -> bool:
    text = _cell(row, name)
    return text not in ("0", "N", "n") if text else missing


def _day(row: TableRow, name: str) -> date | None:
    """A day; MySQL keeps "0000-00-00" for one that is not known."""
    text = _cell(row, name)[:10]
    if not text or text == _NO_DAY:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ExportError(f"{name} of {row.table} is no day; days are written as 2026-11-30", row.line) from error


def _tail(stream: BinaryIO) -> bytes:
    end = stream.seek(0, 2)
    stream.seek(max(0, end - _TAIL_BYTES))
    return stream.read()


def _refuse_part(head: bytes, tail: bytes) -> None:
    """An export that ends too soon, between two tables, would tell that nothing is lent."""
    for begins, ends in _ENDS.items():
        if begins in head and ends not in tail:
            raise ExportError(f"its end is missing (no {ends.decode()!r}); was it cut off?")


def _completed(tail: bytes) -> datetime | None:
    """When the dump was done: mysqldump tells its server's clock without a zone, SLiMS' own backup one with it."""
    _, _, text = tail.decode("utf-8", "replace").rpartition(_COMPLETED)
    if found := _CLOCK.match(text):
        year, month, day, hour, minute, second = map(int, found.groups())
    try:
        return datetime(year, month, day, hour, minute, second) if found else parsedate_to_datetime(text.lstrip(": "))
    except (ValueError, TypeError):
        return None
