"""Patrons at the desk: found, looked at, registered and corrected; their PIN, card, family, loans and fines."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.account.forms import MAX_KEY
from portal.account.visitor import Visitor
from portal.desk.frame import DeskFrame, Mistake, Option, mistake, number, onward, text
from portal.i18n import LANGUAGES, Messages, messages
from portal.ils.driver import HoldRequest, Renewal
from portal.search_state import MAX_ID
from portal.services.circulation.results import DeskAccount
from portal.services.consents import Purpose
from portal.services.errors import NotValid
from portal.services.patrons import MOST_FOUND, PatronDetails, PatronRecord, PatronRow, Registration
from portal.store.tables.circulation import FineKind
from portal.store.tables.people import Role, Standing
from search.document import DocumentId

_PATH: Final = "/meja/anggota"
_TEXTS: Final = ("name", "category", "home_branch", "email", "phone", "address", "language", "note", "birth_year")
_WANTED: Final = "dipesan"
_REGISTER: Final = (*_TEXTS, "born", "card_number", "guardian_card")


@dataclass(frozen=True, slots=True)
class SearchView:
    asked: str
    rows: tuple[PatronRow, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class FormView:
    """id: "" for a new patron. values: of each field, as it was typed or as it is kept."""

    id: str
    values: dict[str, str]
    categories: tuple[Option, ...]
    branches: tuple[Option, ...]
    languages: tuple[Option, ...]
    agreed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordView:
    """changeable: whether whoever looks may change anything. pin: a new one, shown this once, "" for none.

    pickups: where a hold can be fetched. typed: which title was to be held, when that was refused.
    """

    patron: PatronRecord
    account: DeskAccount
    category: str
    branch: str
    changeable: bool
    warnings: tuple[str, ...]
    renewals: dict[str, str]
    kinds: tuple[Option, ...]
    pickups: tuple[Option, ...]
    pin: str = ""
    typed: str = ""


class PatronPages:
    """The routes under `/meja/anggota`."""

    def __init__(self, frame: DeskFrame) -> None:
        self._frame = frame
        self._patrons, self._membership = frame.backroom.patrons, frame.backroom.membership

    def routes(self) -> list[Route]:
        frame, one = self._frame, f"{_PATH}/{{patron}}"
        deeds = {
            "blokir": self.block,
            "buka": self.unblock,
            "kartu-hilang": self.card_lost,
            "kartu-baru": self.new_card,
            "perpanjang-keanggotaan": self.renew_membership,
            "wali": self.link,
            "lepas-wali": self.unlink,
            "pin": self.reset_pin,
            "perpanjang": self.renew,
            "reservasi": self.place_hold,
            "batal-reservasi": self.cancel_hold,
            "bayar": self.pay,
            "hapus-denda": self.waive,
            "tagih": self.charge,
        }
        return [
            Route(_PATH, frame.shown(self.search)),
            Route(_PATH, frame.done(self.find), methods=["POST"]),
            Route(f"{_PATH}/baru", frame.shown(self.registering)),
            Route(f"{_PATH}/baru", frame.done(self.register, self.register_again), methods=["POST"]),
            Route(one, frame.shown(self.record)),
            Route(f"{one}/ubah", frame.shown(self.editing)),
            Route(f"{one}/ubah", frame.done(self.edit, self.edit_again), methods=["POST"]),
            *(Route(f"{one}/{path}", frame.done(deed, self.again), methods=["POST"]) for path, deed in deeds.items()),
        ]

    # ---- to find

    def search(self, request: Request, visitor: Visitor) -> Response:
        return self._frame.page(request, visitor, "patrons", "patrons.html", SearchView("", (), False))

    def find(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Answered at once and not by an address: names have no place in addresses."""
        asked = text(form, "cari")
        rows = self._patrons.find(visitor.actor, asked)
        if len(rows) == 1 and rows[0].card_number == asked:
            return onward(visitor, f"{_PATH}/{rows[0].id}")
        view = SearchView(asked, rows, len(rows) == MOST_FOUND)
        return self._frame.page(request, visitor, "patrons", "patrons.html", view)

    def record(self, request: Request, visitor: Visitor) -> Response:
        return self._record(request, visitor)

    # ---- to register and correct

    def registering(self, request: Request, visitor: Visitor) -> Response:
        values = dict.fromkeys(_REGISTER, "") | {"home_branch": visitor.actor.branch}
        return self._form(request, visitor, "", values)

    def register(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        agreed = tuple(purpose for purpose in Purpose if f"agreed_{purpose}" in form)
        new = Registration(
            _details(form), _day(form, "born"), text(form, "card_number"), text(form, "guardian_card"), agreed
        )
        patron = self._patrons.register(visitor.actor, new)
        return onward(visitor, f"{_PATH}/{patron}", "registered")

    def register_again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:
        agreed = tuple(purpose.value for purpose in Purpose if f"agreed_{purpose}" in form)
        values = {name: text(form, name) for name in _REGISTER}
        return self._form(request, visitor, "", values, [mistake(error, messages(visitor.language))], agreed)

    def editing(self, request: Request, visitor: Visitor) -> Response:
        patron = self._patrons.record(visitor.actor, request.path_params["patron"])
        values = {name: str(getattr(patron, name) or "") for name in _TEXTS}
        return self._form(request, visitor, patron.id, values)

    def edit(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        patron = request.path_params["patron"]
        self._patrons.edit(visitor.actor, patron, _details(form))
        return onward(visitor, f"{_PATH}/{patron}", "changed")

    def edit_again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:
        values = {name: text(form, name) for name in _TEXTS}
        told = [mistake(error, messages(visitor.language))]
        return self._form(request, visitor, request.path_params["patron"], values, told)

    # ---- standing, card, family, PIN

    def block(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        self._membership.block(visitor.actor, _of(request), text(form, "reason"))
        return self._back(request, visitor, "blocked")

    def unblock(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - a form of one button
        self._membership.unblock(visitor.actor, _of(request))
        return self._back(request, visitor, "unblocked")

    def card_lost(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - a form of one button
        self._membership.card_lost(visitor.actor, _of(request))
        return self._back(request, visitor, "card_lost")

    def new_card(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        self._membership.new_card(visitor.actor, _of(request), text(form, "card_number"))
        return self._back(request, visitor, "card_given")

    def renew_membership(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - a form of one button
        self._membership.renew(visitor.actor, _of(request))
        return self._back(request, visitor, "prolonged")

    def link(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        self._patrons.link(visitor.actor, _of(request), text(form, "guardian_card"))
        return self._back(request, visitor, "linked")

    def unlink(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        self._patrons.unlink(visitor.actor, _of(request), text(form, "wali"))
        return self._back(request, visitor, "unlinked")

    def reset_pin(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - a form of one button
        """The PIN is shown on the answer itself, once: no address and no store holds it."""
        pin = self._frame.accounts.identity.reset_pin(visitor.actor, _of(request))
        return self._record(request, visitor, pin=pin)

    # ---- loans, holds, fines

    def renew(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        card, one = self._patrons.card_of(visitor.actor, _of(request)), text(form, "pinjaman")
        done = self._frame.desk.renew(visitor.actor, card, [one] if one else None, text(form, "key")[:MAX_KEY])
        if done and all(renewal.done for renewal in done):
            return self._back(request, visitor, "renewed")
        return self._record(request, visitor, renewals=done, status=422)

    def place_hold(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        t, asked, at = messages(visitor.language), text(form, _WANTED)[:MAX_ID], text(form, "ambil")
        card = self._patrons.card_of(visitor.actor, _of(request))
        document = self._document(visitor, asked)
        if document is None:
            told = Mistake(t("desk.wrong_title_unknown"), _WANTED)
        else:
            wish = HoldRequest(document, at, text(form, "key")[:MAX_KEY])
            result = self._frame.desk.place_hold(visitor.actor, card, wish)
            if result.refusal is None:
                return self._back(request, visitor, "hold_placed")
            told = Mistake(t(f"desk.refusal_{result.refusal}"), _WANTED)
        return self._record(request, visitor, mistakes=[told], status=422, typed=asked, pickup=at)

    def _document(self, visitor: Visitor, asked: str) -> DocumentId | None:
        """The title with this id, or one of whose copies has this barcode."""
        if not asked:
            return None
        for row in self._frame.backroom.items.find(visitor.actor, asked):
            if asked in (row.barcode, row.document_id):
                return DocumentId(row.document_id)
        found = self._frame.services.discovery.documents([DocumentId(asked)])
        return found[0].id if found else None

    def cancel_hold(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        result = self._frame.desk.cancel_hold(visitor.actor, text(form, "reservasi"))
        if result.refusal is not None:
            t = messages(visitor.language)
            told = [Mistake(t(f"desk.refusal_{result.refusal}"))]
            return self._record(request, visitor, mistakes=told, status=422)
        return self._back(request, visitor, "hold_cancelled")

    def pay(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        key = text(form, "key")[:MAX_KEY]
        self._frame.desk.take_payment(visitor.actor, text(form, "denda"), number(form, "amount"), key)
        return self._back(request, visitor, "paid")

    def waive(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        self._frame.desk.waive(visitor.actor, text(form, "denda"), text(form, "key")[:MAX_KEY])
        return self._back(request, visitor, "waived")

    def charge(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        kind = next((kind for kind in FineKind if kind.value == text(form, "kind")), FineKind.OTHER)
        card = self._patrons.card_of(visitor.actor, _of(request))
        note = text(form, "fine_note")[:500]
        self._frame.desk.charge(visitor.actor, card, kind, number(form, "charge_amount"), note=note)
        return self._back(request, visitor, "charged")

    def again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:  # noqa: ARG002 - the shape
        """The record with what is wrong in one of its forms."""
        told = [mistake(error, messages(visitor.language))]
        return self._record(request, visitor, mistakes=told, status=422)

    # ---- what they share

    def _back(self, request: Request, visitor: Visitor, told: str) -> Response:
        return onward(visitor, f"{_PATH}/{_of(request)}", told)

    def _form(
        self,
        request: Request,
        visitor: Visitor,
        id: str,
        values: dict[str, str],
        mistakes: list[Mistake] | None = None,
        agreed: tuple[str, ...] = (),
    ) -> Response:
        t = messages(visitor.language)
        languages = tuple(Option(hl, t(f"desk.language_{hl}"), hl == values["language"]) for hl in LANGUAGES)
        view = FormView(
            id,
            values,
            self._frame.category_options(visitor, values["category"]),
            self._frame.branch_options(visitor, values["home_branch"]),
            languages,
            agreed,
        )
        heading = t("desk.edit_patron") if id else t("desk.register")
        status = 422 if mistakes else 200
        return self._frame.page(
            request,
            visitor,
            "patrons",
            "patron_form.html",
            view,
            heading=heading,
            mistakes=mistakes or (),
            status=status,
        )

    def _record(
        self,
        request: Request,
        visitor: Visitor,
        *,
        pin: str = "",
        renewals: tuple[Renewal, ...] = (),
        mistakes: list[Mistake] | None = None,
        status: int = 200,
        typed: str = "",
        pickup: str = "",
    ) -> Response:
        t, frame = messages(visitor.language), self._frame
        patron = self._patrons.record(visitor.actor, _of(request))
        view = RecordView(
            patron=patron,
            account=frame.desk.account(visitor.actor, self._patrons.card_of(visitor.actor, patron.id)),
            category=_label(frame.category_options(visitor, patron.category)),
            branch=_label(frame.branch_options(visitor, patron.home_branch)),
            changeable=patron.role is Role.PATRON or visitor.actor.role is Role.ADMIN,
            warnings=_warnings(patron, t),
            renewals={one.loan_id: t(f"desk.refusal_{one.refusal}") for one in renewals if one.refusal},
            kinds=tuple(
                Option(kind, t(f"desk.fine_{kind}")) for kind in (FineKind.OTHER, FineKind.LOST, FineKind.DAMAGED)
            ),
            pickups=tuple(
                Option(one.code, one.name, one.code == (pickup or visitor.actor.branch))
                for one in frame.branches(visitor)
                if one.is_pickup
            ),
            pin=pin,
            typed=typed,
        )
        return frame.page(
            request,
            visitor,
            "patrons",
            "patron.html",
            view,
            heading=patron.name,
            mistakes=mistakes or (),
            status=status,
        )


def _of(request: Request) -> str:
    return str(request.path_params["patron"])


def _label(options: tuple[Option, ...]) -> str:
    return next((one.label for one in options if one.chosen), "")


def _warnings(patron: PatronRecord, t: Messages) -> tuple[str, ...]:
    if patron.standing is Standing.BLOCKED:
        return (t("desk.blocked_because", reason=patron.block_reason or "–"),)
    return (t("desk.refusal_card_lost"),) if patron.standing is Standing.CARD_LOST else ()


def _details(form: FormData) -> PatronDetails:
    """Raises NotValid."""
    year = text(form, "birth_year")
    if year and not (year.isascii() and year.isdecimal() and len(year) == 4):
        raise NotValid("birth_wrong", "birth_year")
    return PatronDetails(
        name=text(form, "name"),
        category=text(form, "category"),
        home_branch=text(form, "home_branch"),
        birth_year=int(year) if year else None,
        email=text(form, "email"),
        phone=text(form, "phone"),
        address=text(form, "address"),
        language=text(form, "language"),
        note=text(form, "note"),
    )


def _day(form: FormData, name: str) -> date | None:
    """Raises NotValid."""
    try:
        return date.fromisoformat(text(form, name)) if text(form, name) else None
    except ValueError as error:
        raise NotValid("birth_wrong", name) from error
