"""What Koha answers, made into values at the door. Names are those of its published description (api/v1/swagger).

Koha's money is decimal; ours is whole rupiah, so halves are rounded to even ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

_MAX_TEXT: Final = 20_000
_MAX_NAME: Final = 200
_MAX_ID: Final = 2**53
_MAX_MONEY: Final = 10**12


class BadAnswer(Exception):
    """An answer that is not as Koha describes it; the text names the field and never what was in it."""


@dataclass(frozen=True, slots=True)
class PatronAnswer:
    """`patron`."""

    patron_id: int
    cardnumber: str
    name: str
    category_id: str
    library_id: str
    email: str
    phone: str
    address: str
    date_of_birth: date | None
    expiry_date: date | None
    card_lost: bool
    bad_address: bool
    restricted: bool


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """`item`. location: its name where Koha tells names, else its code."""

    item_id: int
    biblio_id: int
    barcode: str
    library_id: str
    location: str
    callnumber: str
    number: str
    item_type: str
    note: str
    not_for_loan: int
    is_gone: bool
    is_damaged: bool
    is_out: bool


@dataclass(frozen=True, slots=True)
class CheckoutAnswer:
    """`checkout`."""

    checkout_id: int
    patron_id: int
    item_id: int | None
    due_at: datetime
    out_at: datetime | None
    returned_at: datetime | None
    library_id: str
    renewals: int


@dataclass(frozen=True, slots=True)
class RenewableAnswer:
    """`allows_renewal`."""

    allowed: bool
    most: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class HoldAnswer:
    """`hold`. status: W waiting to be fetched, T in transit, P in process, "" in the queue."""

    hold_id: int
    patron_id: int
    biblio_id: int
    item_id: int | None
    library_id: str
    status: str
    priority: int
    asked_on: date | None
    expires_on: date | None
    waiting_since: date | None
    suspended: bool
    suspended_until: date | datetime | None
    item_level: bool


@dataclass(frozen=True, slots=True)
class LibraryAnswer:
    """`library`."""

    library_id: str
    name: str
    is_pickup: bool
    needs_override: bool


@dataclass(frozen=True, slots=True)
class BiblioAnswer:
    """`biblio`: the title and what it is called besides."""

    biblio_id: int
    title: str


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """A line of `patron_balance`, in rupiah."""

    line_id: int
    amount: int
    outstanding: int
    kind: str
    description: str
    charged_at: datetime | None


def patron(body: Any) -> PatronAnswer:
    it = _object(body)
    address = (_text(it, name) for name in ("street_number", "address", "address2", "city", "postal_code"))
    return PatronAnswer(
        patron_id=_id(it, "patron_id"),
        cardnumber=_text(it, "cardnumber"),
        name=" ".join(part for part in (_text(it, "firstname"), _text(it, "surname")) if part)[:_MAX_NAME],
        category_id=_text(it, "category_id"),
        library_id=_text(it, "library_id"),
        email=_text(it, "email"),
        phone=_text(it, "mobile") or _text(it, "phone"),
        address=", ".join(part for part in address if part),
        date_of_birth=_day(it, "date_of_birth"),
        expiry_date=_day(it, "expiry_date"),
        card_lost=_flag(it, "patron_card_lost"),
        bad_address=_flag(it, "incorrect_address"),
        restricted=_flag(it, "restricted"),
    )


def validated(body: Any) -> int:
    """The patron_id of a password that is right."""
    return _id(_object(body), "patron_id")


def item(body: Any) -> ItemAnswer:
    it = _object(body)
    return ItemAnswer(
        item_id=_id(it, "item_id"),
        biblio_id=_id(it, "biblio_id"),
        barcode=_text(it, "external_id"),
        library_id=_text(it, "holding_library_id") or _text(it, "home_library_id"),
        location=_name(it, "location") or _text(it, "location"),
        callnumber=_text(it, "callnumber"),
        number=_text(it, "serial_issue_number") or _text(it, "copy_number"),
        item_type=_text(it, "effective_item_type_id") or _text(it, "item_type_id"),
        note=_text(it, "public_notes"),
        not_for_loan=_whole(it, "effective_not_for_loan_status") or _whole(it, "not_for_loan_status"),
        is_gone=bool(_whole(it, "lost_status") or _whole(it, "withdrawn")),
        is_damaged=bool(_whole(it, "damaged_status")),
        is_out=_text(it, "checked_out_date") != "",
    )


def checkout(body: Any) -> CheckoutAnswer:
    it = _object(body)
    due_at = _moment(it, "due_date")
    if due_at is None:
        raise BadAnswer("due_date is missing")
    return CheckoutAnswer(
        checkout_id=_id(it, "checkout_id"),
        patron_id=_whole(it, "patron_id"),  # 0 where an old loan was cut from its patron
        item_id=_id_or_none(it, "item_id"),
        due_at=due_at,
        out_at=_moment(it, "checkout_date"),
        returned_at=_moment(it, "checkin_date"),
        library_id=_text(it, "library_id"),
        renewals=_whole(it, "renewals_count") or _whole(it, "renewals"),  # until 22.05 it was `renewals`
    )


def renewable(body: Any) -> RenewableAnswer:
    it = _object(body)
    if not isinstance(it.get("allows_renewal"), bool):
        raise BadAnswer("allows_renewal is no truth value")
    # Without a rule Koha has nothing to say of how often.
    most = None if it.get("max_renewals") is None else _whole(it, "max_renewals")
    return RenewableAnswer(it["allows_renewal"], most, _text(it, "error"))


def hold(body: Any) -> HoldAnswer:
    it = _object(body)
    return HoldAnswer(
        hold_id=_id(it, "hold_id"),
        patron_id=_id(it, "patron_id"),
        biblio_id=_id(it, "biblio_id"),
        item_id=_id_or_none(it, "item_id"),
        library_id=_text(it, "pickup_library_id"),
        status=_text(it, "status"),
        priority=_whole(it, "priority"),
        asked_on=_day(it, "hold_date"),
        expires_on=_day(it, "expiration_date"),
        waiting_since=_day(it, "waiting_date"),
        suspended=_flag(it, "suspended"),
        suspended_until=_day_or_moment(it, "suspended_until"),
        item_level=_flag(it, "item_level"),
    )


def library(body: Any) -> LibraryAnswer:
    it = _object(body)
    library_id = _text(it, "library_id")
    if not library_id:
        raise BadAnswer("library_id is missing")
    is_pickup = _flag(it, "pickup_location") if it.get("pickup_location") is not None else True
    return LibraryAnswer(library_id, _text(it, "name") or library_id, is_pickup, _flag(it, "needs_override"))


def biblio(body: Any) -> BiblioAnswer:
    it = _object(body)
    parts = [_text(it, name).rstrip(" /:;,|") for name in ("title", "subtitle", "part_number", "part_name")]
    title = parts[0] + (f" : {parts[1]}" if parts[1] else "") + "".join(f". {part}" for part in parts[2:] if part)
    return BiblioAnswer(_id(it, "biblio_id"), title)


def debts(body: Any) -> tuple[LineAnswer, ...]:
    """The lines of what a patron owes."""
    outstanding = _object(body).get("outstanding_debits")
    lines = _object(outstanding).get("lines") if outstanding is not None else []
    if not isinstance(lines, list):
        raise BadAnswer("lines is no list")
    return tuple(map(_line, lines))


def _line(body: Any) -> LineAnswer:
    it = _object(body)
    return LineAnswer(
        line_id=_id(it, "account_line_id"),
        amount=_rupiah(it, "amount"),
        outstanding=_rupiah(it, "amount_outstanding"),
        kind=_text(it, "debit_type"),
        description=_text(it, "description"),
        charged_at=_moment(it, "date"),
    )


def reason(body: Any) -> str:
    """Why Koha said no, as it calls that: its `error_code`, or the word in brackets or at the end of its sentence.

    >>> reason({"error": "Renewal not authorized (on_reserve)"}), reason({"error": "x", "error_code": "hold_limit"})
    ('on_reserve', 'hold_limit')
    >>> reason({"error": "Hold cannot be placed. Reason: tooManyReserves"}), reason("Biblio not found."), reason(None)
    ('tooManyReserves', 'Biblio not found.', '')
    """
    if isinstance(body, str):
        return body[:_MAX_TEXT]
    if not isinstance(body, dict):
        return ""
    code, error = body.get("error_code"), body.get("error")
    if isinstance(code, str) and code:
        return code
    if not isinstance(error, str):
        return ""
    _, found, word = error.rpartition("Reason: ")
    if found:
        return word.strip()
    return error.rpartition("(")[2].rstrip(") ") if error.endswith(")") else error


# ---- fields


def _object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise BadAnswer("no object")
    return body


def _text(it: Mapping[str, Any], name: str) -> str:
    value = it.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise BadAnswer(f"{name} is no text, or a very long one")
    return value.replace("\0", "").strip()  # which no database takes


def _name(it: Mapping[str, Any], field: str) -> str:
    """What a code stands for, where names were asked for (`+strings`)."""
    found = (it.get("_strings") or {}).get(field) if isinstance(it.get("_strings") or {}, dict) else None
    name = found.get("str") if isinstance(found, dict) else None
    return name.strip() if isinstance(name, str) else ""


def _id(it: Mapping[str, Any], name: str) -> int:
    found = _id_or_none(it, name)
    if found is None:
        raise BadAnswer(f"{name} is missing")
    return found


def _id_or_none(it: Mapping[str, Any], name: str) -> int | None:
    """A number above 0; some versions of Koha give some of them as text."""
    value = it.get(name)
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _MAX_ID:
        raise BadAnswer(f"{name} is no number of a thing")
    return value


def _whole(it: Mapping[str, Any], name: str) -> int:
    value = it.get(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        value = int(value)
    if value is None or isinstance(value, bool):
        return int(bool(value))
    if not isinstance(value, int) or abs(value) >= _MAX_ID:
        raise BadAnswer(f"{name} is no whole number")
    return value


def _flag(it: Mapping[str, Any], name: str) -> bool:
    value = it.get(name)
    if value is not None and not isinstance(value, (bool, int)):
        raise BadAnswer(f"{name} is no truth value")
    return bool(value)


def _rupiah(it: Mapping[str, Any], name: str) -> int:
    value = it.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise BadAnswer(f"{name} is no amount")
    amount = Decimal(value)
    if not -_MAX_MONEY < amount < _MAX_MONEY:
        raise BadAnswer(f"{name} is no amount")
    return int(amount.quantize(Decimal(1), ROUND_HALF_EVEN))


def _moment(it: Mapping[str, Any], name: str) -> datetime | None:
    """RFC 3339 with an offset, in UTC."""
    text = _text(it, name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise BadAnswer(f"{name} has no offset from UTC")
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadAnswer(f"{name} is no time") from error


def _day(it: Mapping[str, Any], name: str) -> date | None:
    text = _text(it, name)
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise BadAnswer(f"{name} is no day") from error


def _day_or_moment(it: Mapping[str, Any], name: str) -> date | datetime | None:
    return _moment(it, name) if len(_text(it, name)) > len("2026-11-30T") else _day(it, name)
