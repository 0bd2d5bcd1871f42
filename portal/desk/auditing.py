"""Entries of the audit in the words of the desk, each with the way to whom or what it is about."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.desk.moments import Moments
from portal.services.oversight import AuditRow, Named
from portal.store.columns import EVERY

PATHS: Final = {"patron": "/meja/anggota", "item": "/meja/eksemplar"}
_ID: Final = re.compile(r"[0-9a-f]{32}")
# Whose subjects, or details, are codes of branches.
_OF_BRANCHES: Final = ("branch", "calendar", "list")
# What a field is called where its form says it in another word; a copy on its shelf moves with its branch.
_FORM_WORDS: Final = {"home_branch": "branch", "birth_year": "born", "place": "branch"}
# What everybody does to the own account, so that whose it is need not be said.
_OWN: Final = frozenset(("sign_in", "pin.change", "oidc.link"))


@dataclass(frozen=True, slots=True)
class Link:
    """text: "" for nothing. href: "" where there is no way to it."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class EntryView:
    """deed: what was done, as it goes on after a name. about: to whom or what; beside: who or what has to do with it.

    same: all entries about the same, "" where this is about nothing.
    """

    number: int
    when: str
    who: str
    deed: str
    about: Link
    beside: Link
    detail: str
    same: str


class AuditWords:
    """For one language. branches, categories: their names by code. asked: the address of the entries about a subject."""

    def __init__(
        self,
        moments: Moments,
        branches: Mapping[str, str],
        categories: Mapping[str, str],
        asked: Callable[[str], str],
    ) -> None:
        self._moments, self._branches, self._categories, self._asked = moments, branches, categories, asked
        self._t = moments.t

    def deed(self, action: str) -> str:
        return self._t.label("deed", action)

    def entry(self, row: AuditRow) -> EntryView:
        is_own = row.action in _OWN and row.subject == row.actor_id
        return EntryView(
            number=row.number,
            when=self._moments.time(row.at),
            who=row.actor or self._t("desk.the_system"),
            deed=self.deed(row.action),
            about=Link("") if is_own else self._about(row),
            beside=self._link(row.beside) if row.beside else Link(""),
            detail="" if _ID.fullmatch(row.detail) else self._detail(row),
            same="" if is_own or not row.subject else self._asked(row.subject),
        )

    def _about(self, row: AuditRow) -> Link:
        if row.about is not None:
            return self._link(row.about)
        if _ID.fullmatch(row.subject):
            return Link(self._t("desk.audit_gone"))
        if row.action.startswith(_OF_BRANCHES):
            return Link(self._branch(row.subject))
        if row.action.startswith("category"):
            return Link(self._categories.get(row.subject, row.subject))
        if row.action.startswith("rule") and row.subject.count("/") == 2:
            return Link(self._rule(*row.subject.split("/")))
        return Link(row.subject)

    def _rule(self, category: str, loan_type: str, branch: str) -> str:
        every = {EVERY: self._t("desk.every")}
        return self._t(
            "desk.rule_for",
            category={**every, **self._categories}.get(category, category),
            loan_type=every.get(loan_type, loan_type),
            branch={**every, **self._branches}.get(branch, branch),
        )

    def _link(self, named: Named) -> Link:
        return Link(
            named.name or self._t(f"desk.audit_{named.kind}"), f"{PATHS[named.kind]}/{named.id}?hl={self._t.language}"
        )

    def _branch(self, code: str) -> str:
        return self._t("desk.every_branch") if code == EVERY else self._branches.get(code, code)

    def _detail(self, row: AuditRow) -> str:
        """As it was written where an earlier version wrote something else."""
        said = _DETAILS.get(row.action) or _DETAILS.get(row.action.partition(".")[0])
        if not row.detail or said is None:
            return row.detail
        try:
            return said(self, row.detail)
        except (KeyError, ValueError):
            return row.detail

    def _sum(self, detail: str) -> str:
        return self._moments.rupiah(int(detail))

    def _reasons(self, detail: str) -> str:
        return " ".join(self._t(f"desk.refusal_{code}") for code in detail.split())

    def _role(self, detail: str) -> str:
        return self._t(f"desk.role_{detail}")

    def _fields(self, detail: str) -> str:
        return ", ".join(dict.fromkeys(self._t(f"desk.{_FORM_WORDS.get(name, name)}") for name in detail.split()))

    def _found(self, detail: str) -> str:
        return self._t.count("desk.patrons_found", int(detail.removeprefix("found ")))

    def _wish(self, detail: str) -> str:
        kind, _, outcome = detail.partition(" ")
        return f"{self._t(f'request_kind.{kind}')}: {self._t.label('request_outcome', outcome)}"

    def _days(self, detail: str) -> str:
        return self._t.count("desk.audit_days", int(detail))

    def _day(self, detail: str) -> str:
        return self._moments.day(date.fromisoformat(detail))

    def _rows(self, detail: str) -> str:
        told = (part.split(" ") for part in detail.split(", "))
        return ", ".join(f"{self._t.label('row_outcome', outcome)} {self._t.number(int(n))}" for outcome, n in told)


_DETAILS: Final[Mapping[str, Callable[[AuditWords, str], str]]] = {
    "fine": AuditWords._sum,
    "loan.override": AuditWords._reasons,
    "list": AuditWords._branch,
    "role.give": AuditWords._role,
    "patron.changed": AuditWords._fields,
    "item.changed": AuditWords._fields,
    "patron.searched": AuditWords._found,
    "data_request.settled": AuditWords._wish,
    "calendar.days": AuditWords._days,
    "calendar.day_removed": AuditWords._day,
    "import_patrons": AuditWords._rows,
    "import_items": AuditWords._rows,
    "import_loans": AuditWords._rows,
    "import_rules": AuditWords._rows,
}
