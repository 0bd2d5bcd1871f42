"""What SLiMS keeps in its tables, read from its database export (SQL) or its CSV exports."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from ingest.readers.rows import csv_rows
from portal.ils.slims_rows import (
    Copy,
    Holiday,
    LoanRow,
    LoanRule,
    Member,
    MemberType,
    Named,
    Reservation,
    Title,
    copy_of,
    holiday_of,
    loan_of,
    loan_rule_of,
    member_of,
    member_type_of,
    named_by,
    reservation_of,
    title_of,
)
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
_COMPLETED: Final = "-- Dump completed on"
_CLOCK: Final = re.compile(r" (\d{4})-(\d\d)-(\d\d) {1,2}(\d{1,2}):(\d\d):(\d\d)", re.ASCII)


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
    "mst_coll_type": _into(lambda tables: tables.collections, named_by("coll_type_id", "coll_type_name")),
    "mst_location": _into(lambda tables: tables.locations, named_by("location_id", "location_name")),
    "mst_item_status": _into(lambda tables: tables.statuses, named_by("item_status_id", "item_status_name")),
    "holiday": _into(lambda tables: tables.holidays, holiday_of),
}


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
