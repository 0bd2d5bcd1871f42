"""Rows of SLiMS' tables, with types: made of the cells of its database export, or of its CSV exports.

The names of tables and columns are SLiMS 9's (install/senayan.sql); SLiMS 8 has the same ones. In CSV exports the kinds
of members, copies and places stand by name, in the database by number; a row here has both, "" for what is not told.
Passwords of members are not read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.ils.sql_dump import ExportError, TableRow

_NO_DAY: Final = "0000-00-00"


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


def named_by(id: str, name: str) -> Callable[[TableRow], Named]:
    return lambda row: Named(row.line, _required(row, id), _cell(row, name), _flag(row, "no_loan"))


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
