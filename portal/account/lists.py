"""`/akun/daftar`: reading lists; and `/akun/pencarian`: saved searches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal.account.forms import text_of
from portal.account.frame import AccountFrame, Told, address, back_to, wants_json
from portal.account.visitor import Visitor
from portal.bibliography.exports import FORMATS
from portal.exporting import selection_path
from portal.i18n import Messages, messages
from portal.presenters.account.loans import record_address
from portal.presenters.choices import Choice
from portal.search_state import MAX_ID
from portal.services.shelves import MOST_ENTRIES, EntryView, ListView, SearchView
from search.document import DocumentId

LISTS: Final = "/akun/daftar"
SEARCHES: Final = "/akun/pencarian"
_LIST_DONE: Final = ("created", "renamed", "deleted", "added", "removed", "noted", "moved")
_SEARCH_DONE: Final = ("saved", "renamed", "deleted")


@dataclass(frozen=True, slots=True)
class ListRow:
    id: str
    name: str
    note: str
    told: str
    href: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """is_first, is_last: it cannot be moved any nearer to that end."""

    id: str
    title: str
    href: str
    note: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class OneList:
    row: ListRow
    entries: tuple[EntryRow, ...]
    files: tuple[Choice, ...]
    ids: tuple[str, ...]
    back: str


class ListPages:
    def __init__(self, frame: AccountFrame) -> None:
        self._frame, self._lists = frame, frame.accounts.reading_lists

    def routes(self) -> list[Route]:
        frame = self._frame
        deeds = {
            "ubah": self.rename,
            "hapus": self.delete,
            "tambah": self.add,
            "keluarkan": self.remove,
            "catatan": self.annotate,
            "urutan": self.move,
        }
        return [
            Route(LISTS, frame.shown(self.show, "lists"), methods=["GET"]),
            Route(LISTS, frame.done(self.create, "lists"), methods=["POST"]),
            Route(f"{LISTS}/gabung", frame.done(self.merge, "lists"), methods=["POST"]),
            Route(f"{LISTS}/{{id}}", frame.shown(self.show_one, "lists"), methods=["GET"]),
            *(
                Route(f"{LISTS}/{{id}}/{name}", frame.done(deed, "lists"), methods=["POST"])
                for name, deed in deeds.items()
            ),
        ]

    def show(self, request: Request, visitor: Visitor) -> Response:
        t = messages(visitor.language)
        rows = tuple(_row(one, t) for one in self._lists.all(visitor.actor))
        told = _list_told(request, t)
        return self._frame.page(request, visitor, "lists", "lists.html", rows, told=told)

    def show_one(self, request: Request, visitor: Visitor) -> Response:
        t = messages(visitor.language)
        found, entries = self._lists.one(visitor.actor, request.path_params["id"])
        ids = tuple(entry.document_id for entry in entries)
        view = OneList(
            row=_row(found, t),
            entries=_entry_rows(entries, t),
            files=tuple(Choice(made.label, selection_path(name)) for name, made in FORMATS.items()),
            ids=ids,
            back=address(LISTS, visitor.language),
        )
        told = _list_told(request, t)
        return self._frame.page(request, visitor, "lists", "list.html", view, heading=found.name, told=told)

    def create(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002
        made = self._lists.create(visitor.actor, text_of(form, "nama"), text_of(form, "catatan"))
        return back_to(f"{LISTS}/{made}", visitor, ("hasil", "created"))

    def rename(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        id = request.path_params["id"]
        self._lists.rename(visitor.actor, id, text_of(form, "nama"), text_of(form, "catatan"))
        return back_to(f"{LISTS}/{id}", visitor, ("hasil", "renamed"))

    def delete(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002
        self._lists.delete(visitor.actor, request.path_params["id"])
        return back_to(LISTS, visitor, ("hasil", "deleted"))

    def add(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        id = request.path_params["id"]
        self._lists.add(visitor.actor, id, self._titles([text_of(form, "dokumen")]))
        return back_to(f"{LISTS}/{id}", visitor, ("hasil", "added"))

    def merge(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Titles that a browser has kept, one id a line, into a list, or with none chosen into a new one."""
        t = messages(visitor.language)
        titles = self._titles(text_of(form, "ids").split("\n")[:MOST_ENTRIES])
        id = text_of(form, "daftar") or self._lists.create(
            visitor.actor, text_of(form, "nama") or t("lists.merged_name")
        )
        added = self._lists.add(visitor.actor, id, titles)
        if wants_json(request):
            return JSONResponse({"done": True, "text": t.count("lists.merged", added), "href": f"{LISTS}/{id}"})
        return back_to(f"{LISTS}/{id}", visitor, ("hasil", "added"))

    def remove(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        id = request.path_params["id"]
        self._lists.remove(visitor.actor, id, text_of(form, "dokumen"))
        return back_to(f"{LISTS}/{id}", visitor, ("hasil", "removed"))

    def annotate(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        id = request.path_params["id"]
        self._lists.annotate(visitor.actor, id, text_of(form, "dokumen"), text_of(form, "catatan"))
        return back_to(f"{LISTS}/{id}", visitor, ("hasil", "noted"))

    def move(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        id = request.path_params["id"]
        steps = 1 if text_of(form, "ke") == "naik" else -1
        self._lists.move(visitor.actor, id, text_of(form, "dokumen"), steps)
        return back_to(f"{LISTS}/{id}", visitor, ("hasil", "moved"))

    def _titles(self, given: Sequence[str]) -> list[tuple[str, str]]:
        """Documents of the catalogue with their titles; ids of nothing are passed over."""
        ids = [DocumentId(id.strip()) for id in given if 0 < len(id.strip()) <= MAX_ID]
        return [(document.id, document.title) for document in self._frame.services.discovery.documents(ids)]


def _row(one: ListView, t: Messages) -> ListRow:
    told = t.count("lists.entries", one.entries)
    return ListRow(one.id, one.name, one.note, told, address(f"{LISTS}/{one.id}", t.language))


def _entry_rows(entries: Sequence[EntryView], t: Messages) -> tuple[EntryRow, ...]:
    last = len(entries) - 1
    return tuple(
        EntryRow(one.document_id, one.title, record_address(one.document_id, t), one.note, n == 0, n == last)
        for n, one in enumerate(entries)
    )


@dataclass(frozen=True, slots=True)
class SearchRow:
    id: str
    name: str
    href: str
    saved: str


class SearchPages:
    def __init__(self, frame: AccountFrame) -> None:
        self._frame, self._searches = frame, frame.accounts.saved_searches

    def routes(self) -> list[Route]:
        frame = self._frame
        return [
            Route(SEARCHES, frame.shown(self.show, "searches"), methods=["GET"]),
            Route(SEARCHES, frame.done(self.save, "searches"), methods=["POST"]),
            Route(f"{SEARCHES}/{{id}}/ubah", frame.done(self.rename, "searches"), methods=["POST"]),
            Route(f"{SEARCHES}/{{id}}/hapus", frame.done(self.delete, "searches"), methods=["POST"]),
        ]

    def show(self, request: Request, visitor: Visitor) -> Response:
        """With a search in the address (`alamat`, `nama`) that is to be saved, its form is filled."""
        t = messages(visitor.language)
        days = self._frame.days(t)
        rows = tuple(
            _search_row(one, days.medium(days.of(one.saved_at)), t) for one in self._searches.all(visitor.actor)
        )
        asked = {name: request.query_params.get(name, "") for name in ("alamat", "nama")}
        told = _search_told(request, t)
        return self._frame.page(request, visitor, "searches", "searches.html", rows, told=told, beside={"asked": asked})

    def save(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        name = text_of(form, "nama")
        self._searches.save(visitor.actor, name, text_of(form, "alamat"))
        if wants_json(request):
            return JSONResponse({"done": True, "text": messages(visitor.language)("searches.saved"), "href": SEARCHES})
        return back_to(SEARCHES, visitor, ("hasil", "saved"))

    def rename(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        self._searches.rename(visitor.actor, request.path_params["id"], text_of(form, "nama"))
        return back_to(SEARCHES, visitor, ("hasil", "renamed"))

    def delete(self, request: Request, visitor: Visitor, form: FormData) -> Response:  # noqa: ARG002
        self._searches.delete(visitor.actor, request.path_params["id"])
        return back_to(SEARCHES, visitor, ("hasil", "deleted"))


def _search_row(one: SearchView, saved: str, t: Messages) -> SearchRow:
    # Both kinds of results pages read the same query; the interactive one is where people search.
    query = one.address.partition("?")[2]
    return SearchRow(
        one.id, one.name, f"/?{query}" + ("&hl=en" if t.language == "en" else ""), t("searches.saved_on", day=saved)
    )


def _list_told(request: Request, t: Messages) -> Told | None:
    done = request.query_params.get("hasil", "")
    return Told(t(f"lists.{done}")) if done in _LIST_DONE else None


def _search_told(request: Request, t: Messages) -> Told | None:
    done = request.query_params.get("hasil", "")
    return Told(t(f"searches.{done}")) if done in _SEARCH_DONE else None
