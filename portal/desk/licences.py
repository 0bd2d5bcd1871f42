"""The licences of e-books, for staff: how many may read at once, and for how long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal import links as addresses
from portal.account.framing import account_page
from portal.account.visitor import Audience, Visitor, done, shown, to
from portal.bootstrap import Services
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
class Mistake:
    text: str
    field: str


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """opened: the record no longer closes the e-book, so everybody reads it without a loan."""

    licence: LicenceView
    record: str
    change: str
    opened: bool


@dataclass(frozen=True, slots=True)
class LicencesView:
    """values: of the form, as they were typed."""

    rows: Sequence[LicenceRow]
    values: Mapping[str, str]
    action: str
    changed: bool
    mistakes: Sequence[Mistake] = ()

    def of(self, field: str) -> str:
        return next((mistake.text for mistake in self.mistakes if mistake.field == field), "")


class Licences:
    """The route /meja/lisensi."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        return [
            Route(PATH, shown(self.page, Audience.STAFF)),
            Route(PATH, done(self.change, Audience.STAFF), methods=["POST"]),
        ]

    def page(self, request: Request, visitor: Visitor) -> Response:
        """`id` fills the form with that e-book and its licence."""
        asked = request.query_params.get("id", "")[:200]
        known = {str(one.document_id): one for one in _lending(request).licences(visitor.actor)}
        licence = known.get(asked)
        values = {
            "document": asked,
            "copies": str(licence.copies if licence else 1),
            "hours": str(licence.loan_hours if licence else FIRST_HOURS),
        }
        return self._page(request, visitor, values)

    def change(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        t = messages(visitor.language)
        values = {name: _text(form, name) for name in ("document", "copies", "hours")}
        try:
            document = self._services.discovery.document(DocumentId(values["document"]))
            if document is None:
                raise NotValid("licence_no_record", "document")
            copies, hours = (_whole(values[name], name) for name in ("copies", "hours"))
            _lending(request).set_licence(visitor.actor, document, copies, hours)
        except NotValid as error:
            told = Mistake(t(f"lending.{error.code}"), error.field)
            return self._page(request, visitor, values, [told], 422)
        return to(f"{PATH}?tersimpan=1", visitor.language)

    def _page(
        self,
        request: Request,
        visitor: Visitor,
        values: Mapping[str, str],
        mistakes: Sequence[Mistake] = (),
        status: int = 200,
    ) -> Response:
        t = messages(visitor.language)
        licences = _lending(request).licences(visitor.actor)
        found = {one.id: one for one in self._services.discovery.documents([one.document_id for one in licences])}
        view = LicencesView(
            [_row(one, found.get(one.document_id), t) for one in licences],
            values,
            f"{PATH}?hl={t.language}",
            "tersimpan" in request.query_params,
            mistakes,
        )
        title = t("lending.desk_title")
        return account_page(self._services, request, visitor, "desk/_licences.html", view, title, status)


def _row(licence: LicenceView, document: Document | None, t: Messages) -> LicenceRow:
    return LicenceRow(
        licence,
        addresses.permalink(licence.document_id) if document is not None else "",
        f"{PATH}?id={addresses.segment(licence.document_id)}&hl={t.language}#lisensi",
        document is not None and document.ebook is not None and not lendable(document),
    )


def _lending(request: Request) -> Lending:
    lending = lending_of(request)
    if lending is None:
        raise NotFound("another system lends")
    return lending


def _whole(text: str, field: str) -> int:
    """Raises NotValid."""
    if not text.isascii() or not text.isdecimal() or len(text) > MAX_DIGITS:
        raise NotValid(f"licence_{field}", field)
    return int(text)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip()[:200] if isinstance(value, str) else ""
