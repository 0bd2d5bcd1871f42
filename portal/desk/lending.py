"""Lending and taking back: a field that scanners write into, and an answer in large words above it.

A scan is answered on the page it was sent from, so that a refusal stands beside what was typed. The same scan again says
the same: a reload does no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.account.forms import MAX_KEY
from portal.account.visitor import Visitor
from portal.desk.frame import BRANCH, DeskFrame, Mistake, Option, onward, text
from portal.desk.moments import Moments
from portal.i18n import Messages, messages
from portal.ils.driver import HoldStage, LoanView, Refusal
from portal.services.circulation.results import CheckIn, CheckOut, DeskAccount
from portal.store.columns import new_id

# More than the largest class; each copy is a transaction of its own.
MAX_SET: Final = 100
# Scanned twice, as hands do; nothing is wrong.
_MILD = frozenset((Refusal.ALREADY_YOURS,))
_SET_ORDER: Final = ("wrong", "mild", "done")


@dataclass(frozen=True, slots=True)
class Scan:
    """What is told of a scan, in large. state: done, mild, wrong. reasons: why not, each a sentence.

    override: the barcode that can be lent in spite of them, "" when none can.
    """

    state: str
    words: str
    title: str = ""
    details: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    override: str = ""


@dataclass(frozen=True, slots=True)
class SetAnswer:
    """What is told of one copy of a set. words: when it is due, or why it was not lent."""

    state: str
    title: str
    barcode: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LentSet:
    """Copies lent together, say for a class. answers: what was refused first. mistake: why none was tried, "" for none."""

    answers: tuple[SetAnswer, ...] = ()
    lent: int = 0
    mistake: str = ""
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Counter:
    """A patron at the counter. today: lent today, the last first; others: lent before."""

    id: str
    account: DeskAccount
    category: str
    warnings: tuple[str, ...]
    ready: int
    today: tuple[LoanView, ...]
    others: int
    branch: str
    branches: tuple[Option, ...]
    scan: Scan | None = None
    typed: str = ""
    many: LentSet | None = None


@dataclass(frozen=True, slots=True)
class Returning:
    branch: str
    branches: tuple[Option, ...]
    scan: Scan | None = None


class LendingPages:
    """The routes `/meja/pinjam` and `/meja/kembali`."""

    def __init__(self, frame: DeskFrame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        frame = self._frame
        return [
            Route("/meja/pinjam", frame.shown(self.card)),
            Route("/meja/pinjam", frame.done(self.find), methods=["POST"]),
            Route("/meja/pinjam/{patron}", frame.shown(self.counter)),
            Route("/meja/pinjam/{patron}", frame.done(self.lend), methods=["POST"]),
            # Where one is after a set, and so where a language is chosen or an address is kept.
            Route("/meja/pinjam/{patron}/banyak", frame.shown(self.counter)),
            Route("/meja/pinjam/{patron}/banyak", frame.done(self.lend_set), methods=["POST"]),
            Route("/meja/pinjam/{patron}/bukti", frame.shown(self.slip)),
            Route("/meja/kembali", frame.shown(self.returning)),
            Route("/meja/kembali", frame.done(self.take_back), methods=["POST"]),
        ]

    # ---- lending

    def card(self, request: Request, visitor: Visitor) -> Response:
        return self._frame.page(request, visitor, "lend", "lend_card.html")

    def find(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        found = self._frame.backroom.patrons.by_card(visitor.actor, text(form, "kartu"))
        if found is not None:
            return onward(visitor, f"/meja/pinjam/{found}")
        told = Mistake(messages(visitor.language)("desk.wrong_card_unknown"), "kartu")
        return self._frame.page(request, visitor, "lend", "lend_card.html", mistakes=[told], status=422)

    def counter(self, request: Request, visitor: Visitor) -> Response:
        lent = request.query_params.get("pinjaman", "")
        return self._counter(request, visitor, lent=lent)

    def lend(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        patron, barcode, branch = request.path_params["patron"], text(form, "barcode"), text(form, BRANCH)
        card = self._frame.backroom.patrons.card_of(visitor.actor, patron)
        at = self._frame.branch(visitor, branch)
        if not barcode:
            return onward(visitor, f"/meja/pinjam/{patron}", **{BRANCH: at})
        key = text(form, "key")[:MAX_KEY] or new_id()
        result = self._frame.desk.check_out(visitor.actor, card, barcode, at, key, override="override" in form)
        if result.loan is not None:
            params = {BRANCH: at, "pinjaman": result.loan.id, **({"reservasi": "1"} if result.fulfilled else {})}
            return onward(visitor, f"/meja/pinjam/{patron}", **params)
        if result.refusal is Refusal.ITEM_NOT_FOUND:
            # The next in the queue puts a card under the scanner.
            other = self._frame.backroom.patrons.by_card(visitor.actor, barcode)
            if other is not None:
                return onward(visitor, f"/meja/pinjam/{other}", **{BRANCH: at})
        scan = refused(result, messages(visitor.language))
        return self._counter(request, visitor, scan=scan, branch=at, typed=barcode)

    def lend_set(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Many copies at once; a set sent twice, or half of it, lends each copy once."""
        card = self._frame.backroom.patrons.card_of(visitor.actor, request.path_params["patron"])
        at, typed = self._frame.branch(visitor, text(form, BRANCH)), text(form, "barcodes")
        t, barcodes = messages(visitor.language), [line.strip() for line in typed.splitlines() if line.strip()]
        if not 0 < len(barcodes) <= MAX_SET:
            told = t("desk.set_too_many", most=MAX_SET) if barcodes else t("desk.set_empty")
            return self._counter(request, visitor, branch=at, many=LentSet(mistake=told, typed=typed))
        key = text(form, "key")[:MAX_KEY] or new_id()
        results = self._frame.desk.check_out_set(visitor.actor, card, barcodes, at, key)
        return self._counter(request, visitor, branch=at, many=lent_set(results, t, self._frame.moments(t)))

    def slip(self, request: Request, visitor: Visitor) -> Response:
        view = self._view(request, visitor)
        heading = messages(visitor.language)("desk.slip")
        return self._frame.page(request, visitor, "lend", "slip.html", view, heading=heading)

    def _counter(
        self,
        request: Request,
        visitor: Visitor,
        *,
        lent: str = "",
        scan: Scan | None = None,
        branch: str = "",
        typed: str = "",
        many: LentSet | None = None,
    ) -> Response:
        view = self._view(request, visitor, lent=lent, scan=scan, branch=branch, typed=typed, many=many)
        is_wrong = (scan is not None and scan.state == "wrong") or (many is not None and _has_refused(many))
        status = 422 if is_wrong else 200
        mistakes = [Mistake(many.mistake, "barcodes")] if many is not None and many.mistake else []
        heading = messages(visitor.language)("desk.lend_to", name=view.account.profile.name)
        return self._frame.page(
            request, visitor, "lend", "lend.html", view, heading=heading, mistakes=mistakes, status=status
        )

    def _view(
        self,
        request: Request,
        visitor: Visitor,
        *,
        lent: str = "",
        scan: Scan | None = None,
        branch: str = "",
        typed: str = "",
        many: LentSet | None = None,
    ) -> Counter:
        t, frame, patron = messages(visitor.language), self._frame, request.path_params["patron"]
        account = frame.desk.account(visitor.actor, frame.backroom.patrons.card_of(visitor.actor, patron))
        at = frame.branch(visitor, branch or request.query_params.get(BRANCH, ""))
        today = self._today(account)
        found = next((loan for loan in account.loans if loan.id == lent), None)
        if scan is None and found is not None:
            scan = self._lent(found, "reservasi" in request.query_params, t)
        options = frame.category_options(visitor, account.profile.category)
        return Counter(
            id=patron,
            account=account,
            category=next((one.label for one in options if one.chosen), account.profile.category),
            warnings=tuple(t(f"desk.refusal_{block}") for block in account.profile.blocks),
            ready=sum(hold.stage is HoldStage.READY for hold in account.holds),
            today=today,
            others=len(account.loans) - len(today),
            branch=at,
            branches=frame.branch_options(visitor, at),
            scan=scan,
            typed=typed,
            many=many,
        )

    def _today(self, account: DeskAccount) -> tuple[LoanView, ...]:
        zone = self._frame.accounts.settings.accounts.zone
        today = self._frame.accounts.clock().astimezone(zone).date()
        lent = [loan for loan in account.loans if loan.out_at and loan.out_at.astimezone(zone).date() == today]
        return tuple(sorted(lent, key=lambda loan: str(loan.out_at), reverse=True))

    def _lent(self, loan: LoanView, fulfilled: bool, t: Messages) -> Scan:
        due = t("desk.due", day=self._frame.moments(t).day(loan.due_at))
        return Scan(
            "done", t("desk.lent"), loan.title or loan.barcode, (due, *([t("desk.was_held")] if fulfilled else []))
        )

    # ---- taking back

    def returning(self, request: Request, visitor: Visitor) -> Response:
        return self._returning(request, visitor, request.query_params.get(BRANCH, ""))

    def take_back(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        barcode, at = text(form, "barcode"), self._frame.branch(visitor, text(form, BRANCH))
        if not barcode:
            return onward(visitor, "/meja/kembali", **{BRANCH: at})
        result = self._frame.desk.check_in(visitor.actor, barcode, at)
        return self._returning(request, visitor, at, self._taken(result, visitor))

    def _returning(self, request: Request, visitor: Visitor, asked: str, scan: Scan | None = None) -> Response:
        at = self._frame.branch(visitor, asked)
        view = Returning(at, self._frame.branch_options(visitor, at), scan)
        status = 422 if scan is not None and scan.state == "wrong" else 200
        return self._frame.page(request, visitor, "return", "return.html", view, status=status)

    def _taken(self, result: CheckIn, visitor: Visitor) -> Scan:
        t = messages(visitor.language)
        moments = self._frame.moments(t)
        if result.refusal is not None or result.next is None:
            reason = t(f"desk.refusal_{result.refusal or Refusal.OTHER}")
            return Scan("wrong", t("desk.not_taken"), result.title or result.barcode, reasons=(reason,))
        names = {branch.code: branch.name for branch in self._frame.branches(visitor)}
        words = t(f"desk.next_{result.next}", branch=names.get(result.branch, result.branch))
        details = [
            t("desk.for_patron", name=result.patron_name, card=result.card_number) if result.patron_id else "",
            t("desk.kept_until", day=moments.day(result.pickup_until)) if result.pickup_until else "",
            " · ".join(filter(None, (result.call_number, result.location))),
            t("desk.came_back") if result.loan_id else t("desk.was_not_lent"),
            t.count("desk.late_days", result.late_days) if result.late_days else "",
            t("desk.fine_made", sum=moments.rupiah(result.fine)) if result.fine else "",
        ]
        state = "done" if result.next == "shelf" and not result.fine else "look"
        return Scan(state, words, result.title or result.barcode, tuple(filter(None, details)))


def refused(result: CheckOut, t: Messages) -> Scan:
    """Why a copy was not lent, in words."""
    reasons = tuple(t(f"desk.refusal_{refusal}") for refusal in result.refusals)
    if result.refusal in _MILD:
        return Scan("mild", reasons[0], result.title or result.barcode)
    override = result.barcode if result.overridable else ""
    return Scan("wrong", t("desk.not_lent"), result.title or result.barcode, reasons=reasons, override=override)


def lent_set(results: Sequence[CheckOut], t: Messages, moments: Moments) -> LentSet:
    """What came of each copy of a set: the refused first, then those that were this patron's already."""
    answers = []
    for result in results:
        if result.loan is not None:
            state, words = "done", [t("desk.due", day=moments.day(result.loan.due_at))]
        else:
            state = "mild" if result.refusal in _MILD else "wrong"
            words = [t(f"desk.refusal_{refusal}") for refusal in result.refusals]
        answers.append(SetAnswer(state, result.title, result.barcode, tuple(words)))
    answers.sort(key=lambda answer: _SET_ORDER.index(answer.state))
    return LentSet(tuple(answers), sum(answer.state == "done" for answer in answers))


def _has_refused(many: LentSet) -> bool:
    return bool(many.mistake) or any(answer.state == "wrong" for answer in many.answers)
