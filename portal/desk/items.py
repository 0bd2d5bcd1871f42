"""Copies at the desk: found, corrected, added by hand, and lost, damaged, found again or taken out."""

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.account.visitor import Visitor
from portal.desk.frame import DeskFrame, Mistake, Option, mistake, number, onward, text
from portal.i18n import messages
from portal.links import PlainLinks
from portal.search_state import SearchState
from portal.services.circulation.results import CheckIn
from portal.services.errors import NotValid
from portal.services.items import MOST_FOUND, ItemDetails, ItemRow
from portal.store.tables.collection import ItemStatus
from search.document import DocumentId

_PATH: Final = "/meja/eksemplar"
_TEXTS: Final = ("branch", "loan_type", "location", "call_number", "number", "note")
_IN_HAND: Final = (ItemStatus.LOST, ItemStatus.DAMAGED, ItemStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class SearchView:
    asked: str
    rows: tuple[ItemRow, ...]
    more: bool
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class FormView:
    """item: None for a new copy. catalogue: the address of its record, "" where there is none."""

    item: ItemRow | None
    values: dict[str, str]
    lendable: bool
    branches: tuple[Option, ...]
    loan_types: tuple[str, ...]
    catalogue: str = ""
    is_gone: bool = False
    is_free: bool = False


class ItemPages:
    """The routes under `/meja/eksemplar`."""

    def __init__(self, frame: DeskFrame) -> None:
        self._frame = frame
        self._items = frame.backroom.items

    def routes(self) -> list[Route]:
        frame, one = self._frame, f"{_PATH}/{{item}}"
        deeds = {"hilang": self.lost, "rusak": self.damaged, "ketemu": self.found, "keluarkan": self.withdraw}
        return [
            Route(_PATH, frame.shown(self.search)),
            Route(f"{_PATH}/baru", frame.shown(self.adding)),
            Route(f"{_PATH}/baru", frame.done(self.add, self.add_again), methods=["POST"]),
            Route(one, frame.shown(self.item)),
            Route(one, frame.done(self.edit, self.edit_again), methods=["POST"]),
            *(Route(f"{one}/{path}", frame.done(deed, self.again), methods=["POST"]) for path, deed in deeds.items()),
        ]

    def search(self, request: Request, visitor: Visitor) -> Response:
        asked = request.query_params.get("cari", "")[:200]
        rows = self._items.find(visitor.actor, asked)
        names = {branch.code: branch.name for branch in self._frame.branches(visitor)}
        view = SearchView(asked, rows, len(rows) == MOST_FOUND, names)
        return self._frame.page(request, visitor, "items", "items.html", view)

    def item(self, request: Request, visitor: Visitor) -> Response:
        return self._item(request, visitor)

    def edit(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        item = request.path_params["item"]
        self._items.edit(visitor.actor, item, _details(form))
        return onward(visitor, f"{_PATH}/{item}", "changed")

    def edit_again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:
        told = [mistake(error, messages(visitor.language))]
        return self._item(request, visitor, form, told)

    def again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:  # noqa: ARG002 - the shape
        told = [mistake(error, messages(visitor.language))]
        return self._item(request, visitor, None, told)

    def adding(self, request: Request, visitor: Visitor) -> Response:
        document = request.query_params.get("judul", "")[:200]
        values = dict.fromkeys((*_TEXTS, "barcode"), "")
        values |= {"branch": visitor.actor.branch, "loan_type": "book", "document_id": document}
        return self._adding(request, visitor, values)

    def add(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - the shape of a deed
        document = text(form, "document_id")
        found = self._frame.services.discovery.documents([DocumentId(document)]) if document else ()
        if not found:
            raise NotValid("document_unknown", "document_id")
        barcode, title = text(form, "barcode"), found[0].title
        added = self._items.add(visitor.actor, str(found[0].id), barcode, title, _details(form))
        return onward(visitor, f"{_PATH}/{added}", "added")

    def add_again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:
        values = {name: text(form, name) for name in (*_TEXTS, "barcode", "document_id")}
        told = [mistake(error, messages(visitor.language))]
        return self._adding(request, visitor, values, told, lendable="lendable" in form)

    # ---- where it is

    def lost(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        item = self._of(request, visitor)
        result = self._frame.desk.mark_lost(visitor.actor, item.barcode, _charge(form), text(form, "reason")[:500])
        return self._marked(request, visitor, result, "lost")

    def damaged(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        item = self._of(request, visitor)
        result = self._frame.desk.mark_damaged(visitor.actor, item.barcode, _charge(form), text(form, "reason")[:500])
        return self._marked(request, visitor, result, "damaged")

    def found(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - a form of one button
        item = self._of(request, visitor)
        at = self._frame.branch(visitor, "")
        return self._marked(request, visitor, self._frame.desk.mark_found(visitor.actor, item.barcode, at), "found")

    def withdraw(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002 - a form of one button
        self._items.withdraw(visitor.actor, request.path_params["item"])
        return onward(visitor, f"{_PATH}/{request.path_params['item']}", "withdrawn")

    # ---- what they share

    def _marked(self, request: Request, visitor: Visitor, result: CheckIn, told: str) -> Response:
        if result.refusal is not None:
            t = messages(visitor.language)
            return self._item(request, visitor, None, [Mistake(t(f"desk.refusal_{result.refusal}"))])
        return onward(visitor, f"{_PATH}/{request.path_params['item']}", told)

    def _of(self, request: Request, visitor: Visitor) -> ItemRow:
        return self._items.item(visitor.actor, request.path_params["item"])

    def _item(
        self,
        request: Request,
        visitor: Visitor,
        form: FormData | None = None,
        mistakes: list[Mistake] | None = None,
    ) -> Response:
        item = self._of(request, visitor)
        if form is None:
            values, lendable = {name: str(getattr(item, name)) for name in _TEXTS}, item.lendable
        else:
            values, lendable = {name: text(form, name) for name in _TEXTS}, "lendable" in form
        state = SearchState(hl=visitor.language, id=item.document_id)
        view = FormView(
            item,
            values,
            lendable,
            self._frame.branch_options(visitor, values["branch"]),
            self._frame.backroom.administration.loan_types(visitor.actor),
            PlainLinks().record(state, DocumentId(item.document_id)),
            is_gone=item.status in _IN_HAND,
            is_free=item.status in (ItemStatus.AVAILABLE, ItemStatus.LOST, ItemStatus.DAMAGED),
        )
        return self._drawn(request, visitor, view, item.title or item.barcode, mistakes)

    def _adding(
        self,
        request: Request,
        visitor: Visitor,
        values: dict[str, str],
        mistakes: list[Mistake] | None = None,
        *,
        lendable: bool = True,
    ) -> Response:
        branches = self._frame.branch_options(visitor, values["branch"])
        view = FormView(None, values, lendable, branches, self._frame.backroom.administration.loan_types(visitor.actor))
        return self._drawn(request, visitor, view, messages(visitor.language)("desk.add_copy"), mistakes)

    def _drawn(
        self, request: Request, visitor: Visitor, view: FormView, heading: str, mistakes: list[Mistake] | None
    ) -> Response:
        status = 422 if mistakes else 200
        return self._frame.page(
            request, visitor, "items", "item.html", view, heading=heading, mistakes=mistakes or (), status=status
        )


def _details(form: FormData) -> ItemDetails:
    return ItemDetails(lendable="lendable" in form, **{name: text(form, name) for name in _TEXTS})


def _charge(form: FormData) -> int:
    return number(form, "charge") if text(form, "charge") else 0
