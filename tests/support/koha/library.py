"""What this Koha has and does: rows as the real one's answers have them, and its rules as far as the portal meets them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

ZONE = timezone(timedelta(hours=8))
Row = dict[str, Any]
Answered = tuple[int, Any]
KEYS = {
    "biblios": "biblio_id",
    "items": "item_id",
    "patrons": "patron_id",
    "libraries": "library_id",
    "checkouts": "checkout_id",
    "old_checkouts": "checkout_id",
    "holds": "hold_id",
    "lines": "account_line_id",
}
_ITEM: Row = {
    "home_library_id": "PST",
    "holding_library_id": "PST",
    "external_id": None,
    "callnumber": None,
    "location": None,
    "public_notes": None,
    "internal_notes": "not for patrons",
    "checked_out_date": None,
    "item_type_id": "BK",
    "effective_item_type_id": "BK",
    "copy_number": None,
    "serial_issue_number": None,
    "not_for_loan_status": 0,
    "effective_not_for_loan_status": 0,
    "damaged_status": 0,
    "lost_status": 0,
    "withdrawn": 0,
    "timestamp": "2026-01-01T08:00:00+08:00",
}
_PATRON: Row = {
    "userid": None,
    "firstname": None,
    "library_id": "PST",
    "category_id": "UMUM",
    "restricted": False,
    "incorrect_address": None,
    "patron_card_lost": None,
    "expiry_date": None,
    "date_of_birth": None,
    "email": None,
    "phone": None,
    "mobile": None,
    "address": None,
    "city": None,
    "postal_code": None,
    "login_attempts": 0,
    "privacy": 1,
}
_CHECKOUT: Row = {
    "library_id": "PST",
    "checkin_date": None,
    "renewals_count": 0,
    "unseen_renewals": 0,
    "auto_renew": False,
    "auto_renew_error": None,
    "issuer_id": 1,
    "booking_id": None,
    "external_id": None,
    "last_renewed_date": None,
    "onsite_checkout": False,
    "note": None,
    "note_date": None,
    "note_seen": None,
    "timestamp": "2026-01-01T08:00:00+08:00",
}
_HOLD: Row = {
    "item_group_id": None,
    "desk_id": None,
    "cancellation_date": None,
    "cancellation_reason": None,
    "notes": None,
    "status": None,
    "item_id": None,
    "waiting_date": None,
    "expiration_date": None,
    "lowest_priority": False,
    "suspended": False,
    "suspended_until": None,
    "non_priority": False,
    "item_type": None,
    "item_level": False,
    "timestamp": "2026-01-01T08:00:00+08:00",
}
_DEFAULTS: Mapping[str, Row] = {
    "items": _ITEM,
    "patrons": _PATRON,
    "checkouts": _CHECKOUT,
    "old_checkouts": _CHECKOUT,
    "holds": _HOLD,
    "biblios": {"subtitle": None, "part_number": None, "part_name": None, "author": None},
    "libraries": {"city": None, "phone": None, "pickup_location": True, "public": True},
    "lines": {"checkout_id": None, "item_id": None, "credit_type": None, "status": None},
}


@dataclass
class Rules:
    """What tests may turn. renewal, hold: a reason of Koha's own for a checkout or a patron, by its number as text."""

    renewals: int = 1
    loan_days: int = 7
    holds: int = 5
    renewal: dict[str, str] = field(default_factory=dict)
    hold: dict[str, str] = field(default_factory=dict)
    cancellation_requests: bool = False


class KohaLibrary:
    """Methods are named after the operations of openapi.yaml; each gives a status and a body."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Any, Row]] = {name: {} for name in KEYS}
        self.passwords: dict[int, str] = {}
        self.rules = Rules()

    def add(self, table: str, row: Row) -> None:
        made = {**_DEFAULTS[table], **row}
        if "password" in made:
            self.passwords[made["patron_id"]] = made.pop("password")
        self.rows[table][made[KEYS[table]]] = made
        if table == "checkouts" and made["item_id"] in self.rows["items"]:
            self.rows["items"][made["item_id"]]["checked_out_date"] = made["due_date"][:10]

    def take_back(self, checkout: int) -> None:
        loan = self.rows["checkouts"].pop(checkout)
        loan["checkin_date"] = datetime.now(ZONE).isoformat(timespec="seconds")
        self.rows["old_checkouts"][checkout] = loan
        self.rows["items"][loan["item_id"]]["checked_out_date"] = None

    # ---- who and what

    def validate_password(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        name = body.get("identifier", body.get("userid"))
        for patron in self.rows["patrons"].values():
            if name and name in (patron["userid"], patron["cardnumber"]):
                if self.passwords.get(patron["patron_id"]) != body["password"]:
                    break
                userid = patron["userid"] or patron["cardnumber"]
                return 201, {"cardnumber": patron["cardnumber"], "patron_id": patron["patron_id"], "userid": userid}
        return 400, {"error": "Validation failed"}

    def get_patron(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        return self._one("patrons", ids["patron_id"], "Patron")

    def get_account(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        if ids["patron_id"] not in self.rows["patrons"]:
            return _missing("Patron")
        lines = [line for line in self.rows["lines"].values() if line["patron_id"] == ids["patron_id"]]
        total = sum(line["amount_outstanding"] for line in lines)
        return 200, {
            "balance": total,
            "outstanding_credits": {"total": 0, "lines": []},
            "outstanding_debits": {"total": total, "lines": lines},
        }

    def list_biblios(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        return 200, self._found("biblios", query)

    def get_biblio(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        return self._one("biblios", ids["biblio_id"], "Bibliographic record")

    def list_items(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        return 200, self._found("items", query)

    def list_libraries(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        return 200, self._found("libraries", query)

    def list_biblio_pickup_locations(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        if ids["biblio_id"] not in self.rows["biblios"]:
            return _missing("Bibliographic record")
        if query["patron_id"] not in self.rows["patrons"]:
            return 400, {"error": "Patron not found"}
        places = self._found("libraries", {**query, "pickup_location": True})
        return 200, [{**place, "needs_override": False} for place in places]

    # ---- loans

    def list_checkouts(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        return 200, self._found("old_checkouts" if query.pop("checked_in", False) else "checkouts", query)

    def get_checkout(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        return self._one("checkouts", ids["checkout_id"], "Checkout")

    def allows_renewal(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        loan = self.rows["checkouts"].get(ids["checkout_id"])
        if loan is None:
            return _missing("Checkout")
        reason = self._not_renewable(loan)
        return 200, {
            "allows_renewal": reason is None,
            "max_renewals": self.rules.renewals,
            "current_renewals": loan["renewals_count"],
            "unseen_renewals": 0,
            "error": reason,
        }

    def renew(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        loan = self.rows["checkouts"].get(ids["checkout_id"])
        if loan is None:
            return _missing("Checkout")
        if reason := self._not_renewable(loan):
            return 403, {"error": f"Renewal not authorized ({reason})"}
        today = datetime.now(ZONE).date()
        due = max(today, datetime.fromisoformat(loan["due_date"]).astimezone(ZONE).date())
        loan["due_date"] = f"{due + timedelta(days=self.rules.loan_days)}T23:59:00+08:00"
        loan["renewals_count"] += 1
        return 201, loan

    renew_by_its_old_name = renew

    def _not_renewable(self, loan: Row) -> str | None:
        if reason := self.rules.renewal.get(str(loan["checkout_id"])):
            return reason
        biblio = self.rows["items"][loan["item_id"]]["biblio_id"]
        if any(hold["biblio_id"] == biblio and not hold["suspended"] for hold in self.rows["holds"].values()):
            return "on_reserve"
        return "too_many" if loan["renewals_count"] >= self.rules.renewals else None

    # ---- holds

    def list_holds(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        return 200, self._found("holds", query)

    def add_hold(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        biblio, item = body.get("biblio_id"), self.rows["items"].get(body.get("item_id"))
        if body.get("item_id") and (item is None or item["biblio_id"] != biblio):
            return 400, {"error": f"Item {body['item_id']} doesn't belong to biblio {biblio}"}
        if biblio not in self.rows["biblios"]:
            return 400, {"error": "Biblio not found."}
        if body["patron_id"] not in self.rows["patrons"]:
            return 400, {"error": "patron_id not found"}
        place = self.rows["libraries"].get(body["pickup_library_id"])
        if place is None or not place["pickup_location"]:
            return 400, {"error": "The supplied pickup location is not valid"}
        reason = self._not_holdable(body, item)
        if reason is not None:
            return 403, {"error": f"Hold cannot be placed. Reason: {reason}"}
        waiting = [hold for hold in self.rows["holds"].values() if hold["biblio_id"] == biblio and not hold["status"]]
        self.add(
            "holds",
            {
                "hold_id": max(self.rows["holds"], default=0) + 1,
                "patron_id": body["patron_id"],
                "biblio_id": biblio,
                "pickup_library_id": body["pickup_library_id"],
                "hold_date": str(datetime.now(ZONE).date()),
                "expiration_date": body.get("expiration_date"),
                "priority": len(waiting) + 1,
                "item_id": None if item is None else str(item["item_id"]),
                "item_level": item is not None,
            },
        )
        return 201, self.rows["holds"][max(self.rows["holds"])]

    def _not_holdable(self, wish: Row, item: Row | None) -> str | None:
        mine = [hold for hold in self.rows["holds"].values() if hold["patron_id"] == wish["patron_id"]]
        copies = [each for each in self.rows["items"].values() if each["biblio_id"] == wish["biblio_id"]]
        lent = {loan["item_id"] for loan in self.rows["checkouts"].values() if loan["patron_id"] == wish["patron_id"]}
        if reason := self.rules.hold.get(str(wish["patron_id"])):
            return reason
        if any(hold["biblio_id"] == wish["biblio_id"] for hold in mine):
            return "tooManyHoldsForThisRecord"
        if lent & {each["item_id"] for each in copies}:
            return "alreadypossession"
        if len(mine) >= self.rules.holds:
            return "tooManyReserves"
        asked = copies if item is None else [item]
        is_free = any(each["effective_not_for_loan_status"] <= 0 and not each["lost_status"] for each in asked)
        return None if is_free else "notReservable"

    def delete_hold(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        hold = self.rows["holds"].get(ids["hold_id"])
        if hold is None:
            return 404, {"error": "Hold not found."}
        if hold["status"] and self.rules.cancellation_requests and "x-koha-override" in query:
            return 202, None
        del self.rows["holds"][hold["hold_id"]]
        if not hold["status"]:
            for other in self.rows["holds"].values():
                if other["biblio_id"] == hold["biblio_id"] and other["priority"] > hold["priority"]:
                    other["priority"] -= 1
        return 204, None

    def suspend_hold(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        hold = self.rows["holds"].get(ids["hold_id"])
        if hold is None:
            return 404, {"error": "Hold not found."}
        if hold["status"]:
            return 400, {"error": f"Found hold cannot be suspended. Status={hold['status']}"}
        until = (body or {}).get("end_date")
        hold |= {"suspended": True, "suspended_until": f"{until}T00:00:00+08:00" if until else None}
        return 201, {"end_date": until}

    def resume_hold(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        hold = self.rows["holds"].get(ids["hold_id"])
        if hold is None:
            return 404, {"error": "Hold not found."}
        hold |= {"suspended": False, "suspended_until": None}
        return 204, None

    def move_hold(self, ids: Mapping[str, int], query: Row, body: Row) -> Answered:
        hold = self.rows["holds"].get(ids["hold_id"])
        if hold is None:
            return 404, {"error": "Hold not found"}
        place = self.rows["libraries"].get(body["pickup_library_id"])
        if place is None or not place["pickup_location"]:
            return 400, {"error": "The supplied pickup location is not valid"}
        hold["pickup_library_id"] = body["pickup_library_id"]
        return 200, {"pickup_library_id": body["pickup_library_id"]}

    # ---- rows

    def operation(self, name: str) -> Callable[[Mapping[str, int], Row, Any], Answered]:
        found: Callable[[Mapping[str, int], Row, Any], Answered] = getattr(self, name)
        return found

    def _one(self, table: str, id: int, name: str) -> Answered:
        row = self.rows[table].get(id)
        return _missing(name) if row is None else (200, row)

    def _found(self, table: str, query: Row) -> list[Row]:
        """All rows that fit, in order; the server takes a page of them."""
        wanted = {name: value for name, value in query.items() if not name.startswith(("_", "x-")) and name != "q"}
        wanted |= json.loads(query.get("q", "{}"))
        wanted = {name: value for name, value in wanted.items() if name != "patron_id" or table != "libraries"}
        rows = [row for row in self.rows[table].values() if all(_fits(row, *pair) for pair in wanted.items())]
        order = str(query.get("_order_by", ""))
        if order:
            rows.sort(key=lambda row: str(row[order.lstrip("+-")] or ""), reverse=order.startswith("-"))
        if query.get("x-koha-embed") == "+strings":
            rows = [{**row, "_strings": _strings(row)} for row in rows]
        return rows


def _fits(row: Row, name: str, value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return str(row[name]) in map(str, values)


def _strings(row: Row) -> Row:
    return {"location": {"str": f"Rak {row['location']}", "type": "av", "category": "LOC"}} if row["location"] else {}


def _missing(name: str) -> Answered:
    return 404, {"error": f"{name} not found"}


def due(day: date) -> str:
    """The end of a day where this Koha is."""
    return f"{day}T23:59:00+08:00"


def moment(when: datetime) -> str:
    return when.astimezone(UTC).astimezone(ZONE).isoformat(timespec="seconds")
