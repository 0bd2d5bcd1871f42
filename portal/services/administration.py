"""What the library decides: branches, categories of patrons, rules of lending, and the days it is closed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from portal.services import audit
from portal.services.actors import Actor, require_admin, require_staff
from portal.services.circulation.rules import most_specific
from portal.services.errors import NotFound, NotValid
from portal.store.clock import Clock
from portal.store.columns import EVERY
from portal.store.database import Database
from portal.store.tables import Branch, Category, ClosedDay, ClosedWeekday, Hold, Item, Patron, Rule

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
MAX_NAME: Final = 200
MAX_DAYS: Final = 3660
# Figures of a rule and the most that each may be.
FIGURES: Final = {
    "loan_days": MAX_DAYS, "max_loans": 1_000, "renewals": 1_000, "renew_days": MAX_DAYS, "no_renewal_before": MAX_DAYS,
    "max_holds": 1_000, "hold_days": MAX_DAYS, "pickup_days": 365, "fine_per_day": 10_000_000, "grace_days": 365,
    "max_fines": 1_000_000_000, "age_min": 120,
}  # fmt: skip
# Of these a rule with 0 would lend for no time at all, or keep a copy for nobody.
_AT_LEAST_1: Final = frozenset(("loan_days", "hold_days", "pickup_days"))
_LINES_MOST: Final = 400
_DAY_LINE: Final = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})[\s,;:\t]*(.*)")


@dataclass(frozen=True, slots=True)
class BranchRow:
    """items, patrons: how many belong to it, so that nobody takes away one that is in use."""

    code: str
    name: str
    is_pickup: bool
    items: int = 0
    patrons: int = 0


@dataclass(frozen=True, slots=True)
class CategoryRow:
    code: str
    name_id: str
    name_en: str
    membership_days: int
    patrons: int = 0


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with all its figures, see `portal.store.tables.circulation.Rule`."""

    category: str
    loan_type: str
    branch: str
    loan_days: int
    max_loans: int
    renewals: int
    renew_days: int
    max_holds: int
    pickup_days: int
    no_renewal_before: int = 0
    holds_allowed: bool = True
    shelf_holds_allowed: bool = True
    hold_days: int = 60
    fine_per_day: int = 0
    grace_days: int = 0
    max_fines: int = 0
    age_min: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        return self.category, self.loan_type, self.branch


@dataclass(frozen=True, slots=True)
class ClosedDayRow:
    day: date
    name: str


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """When one branch, or with "*" every one, is closed. weekdays: 0 for Monday."""

    branch: str
    weekdays: tuple[int, ...]
    days: tuple[ClosedDayRow, ...]


class Administration:
    """Librarians look, admins change. Raises NotAllowed, NotFound, NotValid with the code of what is wrong."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # ---- branches and categories

    def branches(self, actor: Actor) -> tuple[BranchRow, ...]:
        """By name."""
        require_staff(actor)
        with self._database.reading() as session:
            items = _counts(session, select(Item.branch, func.count()).group_by(Item.branch))
            patrons = _counts(session, select(Patron.home_branch, func.count()).group_by(Patron.home_branch))
            return tuple(
                BranchRow(one.code, one.name, one.is_pickup, items.get(one.code, 0), patrons.get(one.code, 0))
                for one in session.scalars(select(Branch).order_by(Branch.name, Branch.code))
            )

    def put_branch(self, actor: Actor, branch: BranchRow, *, new: bool = False) -> None:
        """Make a branch, or write its name anew. Raises NotValid: code_wrong, code_taken, name_missing."""
        staff = require_admin(actor)
        name = _name(branch.name, "name")
        with self._database.writing() as session:
            self._database.deciding(session, "branches")
            found = session.get(Branch, branch.code)
            if new:
                _require_free(branch.code, found is not None)
                session.add(Branch(code=branch.code, name=name, is_pickup=branch.is_pickup))
            elif found is None:
                raise NotFound("no such branch")
            else:
                found.name, found.is_pickup = name, branch.is_pickup
            audit.record(session, staff, "branch.put", branch.code, at=self._clock())

    def remove_branch(self, actor: Actor, code: str) -> None:
        """Raises NotValid: in_use, for one with patrons, items, holds, rules or days of its own, and for the last one."""
        staff = require_admin(actor)
        with self._database.writing() as session:
            self._database.deciding(session, "branches")
            found = session.get(Branch, code)
            if found is None:
                raise NotFound("no such branch")
            uses = (
                select(Item.id).where((Item.branch == code) | (Item.place == code)),
                select(Patron.id).where(Patron.home_branch == code),
                select(Hold.id).where(Hold.pickup_branch == code),
                select(Rule.category).where(Rule.branch == code),
            )
            is_last = session.scalar(select(func.count()).select_from(Branch)) == 1
            if is_last or any(session.scalar(use.limit(1)) is not None for use in uses):
                raise NotValid("in_use", "code")
            session.execute(delete(ClosedDay).where(ClosedDay.branch == code))
            session.execute(delete(ClosedWeekday).where(ClosedWeekday.branch == code))
            session.delete(found)
            audit.record(session, staff, "branch.removed", code, at=self._clock())

    def categories(self, actor: Actor) -> tuple[CategoryRow, ...]:
        """By their Indonesian names."""
        require_staff(actor)
        with self._database.reading() as session:
            patrons = _counts(session, select(Patron.category, func.count()).group_by(Patron.category))
            return tuple(
                CategoryRow(one.code, one.name_id, one.name_en, one.membership_days, patrons.get(one.code, 0))
                for one in session.scalars(select(Category).order_by(Category.name_id, Category.code))
            )

    def put_category(self, actor: Actor, category: CategoryRow, *, new: bool = False) -> None:
        """Make a category, or write it anew. Raises NotValid: code_wrong, code_taken, name_missing, figure_wrong."""
        staff = require_admin(actor)
        name_id, name_en = _name(category.name_id, "name_id"), _name(category.name_en, "name_en")
        if not 0 <= category.membership_days <= MAX_DAYS * 10:
            raise NotValid("figure_wrong", "membership_days")
        with self._database.writing() as session:
            self._database.deciding(session, "categories")
            found = session.get(Category, category.code)
            if new:
                _require_free(category.code, found is not None)
                found = Category(code=category.code)
                session.add(found)
            elif found is None:
                raise NotFound("no such category")
            found.name_id, found.name_en, found.membership_days = name_id, name_en, category.membership_days
            audit.record(session, staff, "category.put", category.code, at=self._clock())

    def remove_category(self, actor: Actor, code: str) -> None:
        """Raises NotValid: in_use, for one with patrons or rules."""
        staff = require_admin(actor)
        with self._database.writing() as session:
            self._database.deciding(session, "categories")
            found = session.get(Category, code)
            if found is None:
                raise NotFound("no such category")
            uses = select(Patron.id).where(Patron.category == code), select(Rule.branch).where(Rule.category == code)
            if any(session.scalar(use.limit(1)) is not None for use in uses):
                raise NotValid("in_use", "code")
            session.delete(found)
            audit.record(session, staff, "category.removed", code, at=self._clock())

    # ---- rules

    def rules(self, actor: Actor) -> tuple[RuleRow, ...]:
        """All of them, the general before the particular."""
        require_staff(actor)
        with self._database.reading() as session:
            found = map(_rule_row, session.scalars(select(Rule)))
            return tuple(sorted(found, key=lambda rule: (sum(part != EVERY for part in rule.key), rule.key)))

    def loan_types(self, actor: Actor) -> tuple[str, ...]:
        """Those that items or rules have."""
        require_staff(actor)
        with self._database.reading() as session:
            found = {*session.scalars(select(Item.loan_type).distinct()), *session.scalars(select(Rule.loan_type))}
            return tuple(sorted(found - {EVERY}))

    def put_rule(self, actor: Actor, rule: RuleRow) -> None:
        """Write a rule, in place of the one for the same. Raises NotValid: figure_wrong, code_wrong, category_unknown, branch_unknown."""
        staff = require_admin(actor)
        for name, most in FIGURES.items():
            if not (1 if name in _AT_LEAST_1 else 0) <= getattr(rule, name) <= most:
                raise NotValid("figure_wrong", name)
        if rule.loan_type != EVERY and not _CODE.fullmatch(rule.loan_type):
            raise NotValid("code_wrong", "loan_type")
        with self._database.writing() as session:
            self._database.deciding(session, "rules")
            if rule.category != EVERY and session.get(Category, rule.category) is None:
                raise NotValid("category_unknown", "category")
            if rule.branch != EVERY and session.get(Branch, rule.branch) is None:
                raise NotValid("branch_unknown", "branch")
            found = session.get(Rule, rule.key)
            if found is None:
                found = Rule(category=rule.category, loan_type=rule.loan_type, branch=rule.branch)
                session.add(found)
            for field in fields(rule):
                setattr(found, field.name, getattr(rule, field.name))
            audit.record(session, staff, "rule.put", "/".join(rule.key)[:64], at=self._clock())

    def remove_rule(self, actor: Actor, category: str, loan_type: str, branch: str) -> None:
        """Loans that run keep the figures they were lent with. Raises NotFound."""
        staff = require_admin(actor)
        with self._database.writing() as session:
            self._database.deciding(session, "rules")
            found = session.get(Rule, (category, loan_type, branch))
            if found is None:
                raise NotFound("no such rule")
            session.delete(found)
            audit.record(session, staff, "rule.removed", f"{category}/{loan_type}/{branch}"[:64], at=self._clock())

    def applying(self, actor: Actor, category: str, loan_type: str, branch: str) -> RuleRow | None:
        """The rule that holds for a patron of this category, a copy of this loan type and a branch; None for none."""
        require_staff(actor)
        with self._database.reading() as session:
            found = most_specific(session.scalars(select(Rule)), category, loan_type, branch)
            return None if found is None else _rule_row(found)

    # ---- days

    def calendar(self, actor: Actor, branch: str, since: date) -> CalendarRow:
        """When a branch is closed beside what holds for every one, from a day on."""
        require_staff(actor)
        with self._database.reading() as session:
            _require_place(session, branch)
            weekdays = select(ClosedWeekday.weekday).where(ClosedWeekday.branch == branch)
            days = select(ClosedDay).where(ClosedDay.branch == branch, ClosedDay.day >= since).order_by(ClosedDay.day)
            rows = tuple(ClosedDayRow(one.day, one.name) for one in session.scalars(days))
            return CalendarRow(branch, tuple(sorted(session.scalars(weekdays))), rows)

    def put_weekdays(self, actor: Actor, branch: str, weekdays: Sequence[int]) -> None:
        """Raises NotValid: weekdays_all, when the branch would never be open."""
        staff = require_admin(actor)
        wanted = {day for day in weekdays if 0 <= day <= 6}
        with self._database.writing() as session:
            self._database.deciding(session, "calendars")
            _require_place(session, branch)
            others = select(ClosedWeekday.weekday).where(ClosedWeekday.branch == EVERY)
            if len(wanted.union(session.scalars(others) if branch != EVERY else ())) > 6:
                raise NotValid("weekdays_all", "weekday")
            session.execute(delete(ClosedWeekday).where(ClosedWeekday.branch == branch))
            session.add_all(ClosedWeekday(branch=branch, weekday=day) for day in sorted(wanted))
            audit.record(session, staff, "calendar.weekdays", branch, at=self._clock())

    def add_days(self, actor: Actor, branch: str, lines: str) -> int:
        """Add days that are typed or pasted, one a line: a date, then its name. How many are new or have a new name.

        Raises NotValid: day_line with the number of the line as its field, days_none, days_many.
        """
        staff = require_admin(actor)
        found = read_days(lines)
        with self._database.writing() as session:
            self._database.deciding(session, "calendars")
            _require_place(session, branch)
            count = 0
            for row in found:
                kept = session.get(ClosedDay, (branch, row.day))
                if kept is None:
                    session.add(ClosedDay(branch=branch, day=row.day, name=row.name))
                elif kept.name != row.name:
                    kept.name = row.name
                else:
                    continue
                count += 1
            audit.record(session, staff, "calendar.days", branch, f"{count}", at=self._clock())
            return count

    def remove_day(self, actor: Actor, branch: str, day: date) -> None:
        """A day that is not closed is no error."""
        staff = require_admin(actor)
        with self._database.writing() as session:
            session.execute(delete(ClosedDay).where(ClosedDay.branch == branch, ClosedDay.day == day))
            audit.record(session, staff, "calendar.day_removed", branch, day.isoformat(), at=self._clock())


def read_days(lines: str) -> tuple[ClosedDayRow, ...]:
    """Days and their names, one a line, the day before the month or the year first; "1-3/5/2027 …" is not read.

    Raises NotValid: day_line, days_none, days_many.

    >>> [(row.day.isoformat(), row.name) for row in read_days("2027-01-01 Tahun Baru\\n17/08/2027, Hari Kemerdekaan")]
    [('2027-01-01', 'Tahun Baru'), ('2027-08-17', 'Hari Kemerdekaan')]
    """
    written = [(number, line.strip()) for number, line in enumerate(lines.splitlines(), 1) if line.strip()]
    if not written:
        raise NotValid("days_none", "days")
    if len(written) > _LINES_MOST:
        raise NotValid("days_many", "days")
    found: dict[date, ClosedDayRow] = {}
    for number, line in written:
        parts = _DAY_LINE.fullmatch(line)
        day = _day(*parts.groups()[:3]) if parts else None
        if parts is None or day is None:
            raise NotValid("day_line", str(number))
        found[day] = ClosedDayRow(day, " ".join(parts[4].split())[:MAX_NAME])
    return tuple(found[day] for day in sorted(found))


def _day(first: str, month: str, last: str) -> date | None:
    year, day = (first, last) if len(first) == 4 else (last, first)
    if len(year) != 4 or len(day) > 2:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _rule_row(rule: Rule) -> RuleRow:
    return RuleRow(**{field.name: getattr(rule, field.name) for field in fields(RuleRow)})


def _counts(session: Session, statement: Select[str, int]) -> dict[str, int]:
    return dict(session.execute(statement).all())


def _name(text: str, field: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise NotValid("name_missing", field)
    return name


def _require_free(code: str, taken: bool) -> None:
    if not _CODE.fullmatch(code):
        raise NotValid("code_wrong", "code")
    if taken:
        raise NotValid("code_taken", "code")


def _require_place(session: Session, branch: str) -> None:
    if branch != EVERY and session.get(Branch, branch) is None:
        raise NotFound("no such branch")
