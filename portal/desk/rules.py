"""What the library decides: rules of lending, with what they come to, and its branches and categories. For admins."""

from dataclasses import dataclass, fields
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.account.visitor import Audience, Visitor
from portal.desk.frame import DeskFrame, Mistake, Option, mistake, number, onward, text
from portal.i18n import messages
from portal.services.administration import FIGURES, BranchRow, CategoryRow, RuleRow
from portal.services.circulation.rules import starting_rule
from portal.services.errors import NotFound, NotValid
from portal.store.columns import EVERY

_RULES: Final = "/meja/aturan"
_BRANCHES: Final = "/meja/cabang"
_TICKS: Final = ("holds_allowed", "shelf_holds_allowed")


@dataclass(frozen=True, slots=True)
class Trial:
    """What applies for one category, loan type and branch. rule: None for nothing: it is not lent."""

    category: str
    loan_type: str
    branch: str
    rule: RuleRow | None


@dataclass(frozen=True, slots=True)
class RulesView:
    rules: tuple[RuleRow, ...]
    categories: tuple[Option, ...]
    loan_types: tuple[Option, ...]
    branches: tuple[Option, ...]
    names: dict[str, str]
    trial: Trial | None


@dataclass(frozen=True, slots=True)
class RuleFormView:
    """is_new: whether category, loan type and branch can be chosen. figures: field and what was typed or is kept."""

    is_new: bool
    key: tuple[str, str, str]
    categories: tuple[Option, ...]
    branches: tuple[Option, ...]
    loan_types: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    ticks: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class HouseView:
    branches: tuple[BranchRow, ...]
    categories: tuple[CategoryRow, ...]
    typed: dict[str, str]


class RulePages:
    """The routes under `/meja/aturan` and `/meja/cabang`."""

    def __init__(self, frame: DeskFrame) -> None:
        self._frame = frame
        self._house = frame.backroom.administration

    def routes(self) -> list[Route]:
        shown, done, admins = self._frame.shown, self._frame.done, Audience.ADMINS
        return [
            Route(_RULES, shown(self.rules, admins)),
            Route(f"{_RULES}/ubah", shown(self.rule, admins)),
            Route(f"{_RULES}/ubah", done(self.put_rule, self.rule_again, admins), methods=["POST"]),
            Route(f"{_RULES}/hapus", done(self.remove_rule, audience=admins), methods=["POST"]),
            Route(_BRANCHES, shown(self.house, admins)),
            Route(f"{_BRANCHES}/simpan", done(self.put_branch, self.house_again, admins), methods=["POST"]),
            Route(f"{_BRANCHES}/hapus", done(self.remove_branch, self.house_again, admins), methods=["POST"]),
            Route(f"{_BRANCHES}/golongan", done(self.put_category, self.house_again, admins), methods=["POST"]),
            Route(
                f"{_BRANCHES}/hapus-golongan", done(self.remove_category, self.house_again, admins), methods=["POST"]
            ),
        ]

    # ---- rules

    def rules(self, request: Request, visitor: Visitor) -> Response:
        asked = request.query_params
        category, loan_type, branch = (asked.get(name, "")[:64] for name in ("golongan", "jenis", "cabang"))
        trial = None
        if category and loan_type and branch:
            trial = Trial(category, loan_type, branch, self._house.applying(visitor.actor, category, loan_type, branch))
        kinds = self._house.loan_types(visitor.actor)
        view = RulesView(
            self._house.rules(visitor.actor),
            self._frame.category_options(visitor, category),
            tuple(Option(kind, kind, kind == loan_type) for kind in kinds),
            self._frame.branch_options(visitor, branch),
            self._names(visitor),
            trial,
        )
        return self._frame.page(request, visitor, "rules", "rules.html", view)

    def rule(self, request: Request, visitor: Visitor) -> Response:
        """The form of one rule; without one asked for, of a new one with the figures libraries start with."""
        asked = request.query_params
        key = (asked.get("golongan", ""), asked.get("jenis", ""), asked.get("cabang", ""))
        if not any(key):
            return self._rule_form(request, visitor, None)
        found = next((rule for rule in self._house.rules(visitor.actor) if rule.key == key), None)
        if found is None:
            raise NotFound("no such rule")
        return self._rule_form(request, visitor, found)

    def put_rule(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        values: dict[str, Any] = {name: number(form, name) for name in FIGURES} | {
            name: name in form for name in _TICKS
        }
        category, loan_type = text(form, "category"), text(form, "loan_type") or EVERY
        rule = RuleRow(category=category, loan_type=loan_type, branch=text(form, "branch"), **values)
        self._house.put_rule(visitor.actor, rule)
        return onward(visitor, _RULES, "rule_put")

    def rule_again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:
        told = [mistake(error, messages(visitor.language))]
        return self._rule_form(request, visitor, None, form, told)

    def remove_rule(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        self._house.remove_rule(visitor.actor, text(form, "category"), text(form, "loan_type"), text(form, "branch"))
        return onward(visitor, _RULES, "rule_removed")

    def _rule_form(
        self,
        request: Request,
        visitor: Visitor,
        rule: RuleRow | None,
        form: FormData | None = None,
        mistakes: list[Mistake] | None = None,
    ) -> Response:
        t = messages(visitor.language)
        if form is not None:
            key = (text(form, "category"), text(form, "loan_type"), text(form, "branch"))
            figures = tuple((name, text(form, name)) for name in FIGURES)
            ticks = tuple((name, name in form) for name in _TICKS)
        else:
            kept = rule or _of_a_new_library()
            key = rule.key if rule else (EVERY, "", EVERY)
            figures = tuple((name, str(getattr(kept, name))) for name in FIGURES)
            ticks = tuple((name, bool(getattr(kept, name))) for name in _TICKS)
        every = Option(EVERY, t("desk.every"), False)
        view = RuleFormView(
            rule is None,
            key,
            (every, *self._frame.category_options(visitor, key[0])),
            (every, *self._frame.branch_options(visitor, key[2])),
            self._house.loan_types(visitor.actor),
            figures,
            ticks,
        )
        heading = t("desk.rule")
        status = 422 if mistakes else 200
        return self._frame.page(
            request, visitor, "rules", "rule.html", view, heading=heading, mistakes=mistakes or (), status=status
        )

    def _names(self, visitor: Visitor) -> dict[str, str]:
        t = messages(visitor.language)
        options = (*self._frame.category_options(visitor, ""), *self._frame.branch_options(visitor, ""))
        return {EVERY: t("desk.every")} | {one.value: one.label for one in options}

    # ---- branches and categories

    def house(self, request: Request, visitor: Visitor) -> Response:
        return self._house_page(request, visitor, {})

    def house_again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
        return self._house_page(request, visitor, typed, [mistake(error, messages(visitor.language))])

    def put_branch(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        branch = BranchRow(text(form, "code"), text(form, "name"), "is_pickup" in form)
        self._house.put_branch(visitor.actor, branch, new="new" in form)
        return onward(visitor, _BRANCHES, "saved")

    def remove_branch(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        self._house.remove_branch(visitor.actor, text(form, "code"))
        return onward(visitor, _BRANCHES, "removed")

    def put_category(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        days = number(form, "membership_days") if text(form, "membership_days") else 0
        category = CategoryRow(text(form, "code"), text(form, "name_id"), text(form, "name_en"), days)
        self._house.put_category(visitor.actor, category, new="new" in form)
        return onward(visitor, _BRANCHES, "saved")

    def remove_category(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        self._house.remove_category(visitor.actor, text(form, "code"))
        return onward(visitor, _BRANCHES, "removed")

    def _house_page(
        self, request: Request, visitor: Visitor, typed: dict[str, str], mistakes: list[Mistake] | None = None
    ) -> Response:
        view = HouseView(self._house.branches(visitor.actor), self._house.categories(visitor.actor), typed)
        # Each form on this page has fields of these names; what is wrong is told at the top.
        told = tuple(Mistake(one.text) for one in mistakes or ())
        status = 422 if mistakes else 200
        return self._frame.page(request, visitor, "branches", "branches.html", view, mistakes=told, status=status)


def _of_a_new_library() -> RuleRow:
    start = starting_rule(EVERY, EVERY, 7, 3)
    return RuleRow(**{field.name: getattr(start, field.name) for field in fields(RuleRow)})
