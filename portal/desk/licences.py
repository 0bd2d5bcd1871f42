"""The licences of e-books, for staff: how many may read at once, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal import links as addresses
from portal.account.visitor import Visitor
from portal.desk.frame import DeskFrame, Mistake, onward, text
from portal.i18n import Messages, messages
from portal.reader.gate import lending_of
from portal.services.errors import NotFound, NotValid
from portal.services.lending import Lending, LicenceView, lendable
from search.document import Document, DocumentId

PATH: Final = "/meja/lisensi"
MAX_DIGITS: Final = 6
# Of a licence that is new: one reader, for two weeks.
FIRST_HOURS: Final = 14 * 24


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """told: its figures in words. opened: the record no longer closes the e-book, so everybody reads it without a loan."""

    licence: LicenceView
    told: str
    record: str
    change: str
    opened: bool


@dataclass(frozen=True, slots=True)
class LicencesView:
    """values: of the form, as they were typed."""

    rows: Sequence[LicenceRow]
    document: str
    copies: str
    hours: str


class LicencePages:
    """The route /meja/lisensi."""

    def __init__(self, frame: DeskFrame) -> None:
        self._frame = frame
        self._discovery = frame.services.discovery

    def routes(self) -> list[Route]:
        return [
            Route(PATH, self._frame.shown(self.page)),
            Route(PATH, self._frame.done(self.change, self.again), methods=["POST"]),
        ]

    def page(self, request: Request, visitor: Visitor) -> Response:
        """`id` fills the form with that e-book and its licence."""
        asked = request.query_params.get("id", "")[:200]
        known = {str(one.document_id): one for one in _lending(request).licences(visitor.actor)}
        licence = known.get(asked)
        copies, hours = (licence.copies, licence.loan_hours) if licence else (1, FIRST_HOURS)
        return self._page(request, visitor, asked, str(copies), str(hours))

    def change(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        document = self._discovery.document(DocumentId(text(form, "document")[:200]))
        if document is None:
            raise NotValid("licence_no_record", "document")
        copies, hours = (_whole(text(form, name), name) for name in ("copies", "hours"))
        _lending(request).set_licence(visitor.actor, document, copies, hours)
        return onward(visitor, PATH, "saved")

    def again(self, request: Request, visitor: Visitor, form: FormData, error: NotValid) -> Response:
        told = Mistake(messages(visitor.language)(f"lending.{error.code}"), error.field)
        document, copies, hours = (text(form, name)[:200] for name in ("document", "copies", "hours"))
        return self._page(request, visitor, document, copies, hours, [told], 422)

    def _page(
        self,
        request: Request,
        visitor: Visitor,
        document: str,
        copies: str,
        hours: str,
        mistakes: Sequence[Mistake] = (),
        status: int = 200,
    ) -> Response:
        t = messages(visitor.language)
        licences = _lending(request).licences(visitor.actor)
        found = {one.id: one for one in self._discovery.documents([one.document_id for one in licences])}
        rows = [_row(one, found.get(one.document_id), t) for one in licences]
        view = LicencesView(rows, document, copies, hours)
        return self._frame.page(request, visitor, "licences", "licences.html", view, mistakes=mistakes, status=status)


def _row(licence: LicenceView, document: Document | None, t: Messages) -> LicenceRow:
    return LicenceRow(
        licence,
        t.count(
            "lending.desk_row",
            licence.copies,
            hours=t.number(licence.loan_hours),
            out=t.number(licence.out),
            waiting=t.number(licence.waiting),
        ),
        addresses.permalink(licence.document_id) if document is not None else "",
        f"{PATH}?id={addresses.segment(licence.document_id)}&hl={t.language}#lisensi",
        document is not None and document.ebook is not None and not lendable(document),
    )


def _lending(request: Request) -> Lending:
    lending = lending_of(request)
    if lending is None:
        raise NotFound("another system lends")
    return lending


def _whole(written: str, field: str) -> int:
    """Raises NotValid."""
    if not written.isascii() or not written.isdecimal() or len(written) > MAX_DIGITS:
        raise NotValid(f"licence_{field}", field)
    return int(written)
