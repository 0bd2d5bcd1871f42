"""Addresses of the portal, in one place. The same pages stand at two roots:
`/` draws them as an interactive page, `/cari` and `/katalog/...` as plain ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from portal.i18n import DEFAULT_LANGUAGE, Language
from portal.search_state import SearchState, query_of

MAX_SEARCH_NAME: Final = 120
EBOOK_FILES: Final = "/berkas/"


class Links(Protocol):
    """Where a search and a record of it are."""

    def search(self, state: SearchState) -> str: ...

    def record(self, state: SearchState, id: str, at: int = 0) -> str:
        """With the search it was found by. at: its place among the results, 0 when it is none of them."""
        ...


@dataclass(frozen=True, slots=True)
class InteractiveLinks:
    """Links that the page follows without loading anew; they also work in a new tab."""

    def search(self, state: SearchState) -> str:
        return "/" + state.query_string()

    def record(self, state: SearchState, id: str, at: int = 0) -> str:
        return "/" + state.opening(id, at).query_string()


@dataclass(frozen=True, slots=True)
class PlainLinks:
    """Links between server-rendered pages."""

    def search(self, state: SearchState) -> str:
        return "/cari" + state.closing().query_string()

    def record(self, state: SearchState, id: str, at: int = 0) -> str:
        beside = ((name, value) for name, value in state.opening(id, at).to_params() if name != "id")
        return f"/katalog/{segment(id)}{query_of(beside)}"


@dataclass(frozen=True, slots=True)
class Tools:
    """Pages beside the search: the form for several fields, what the reader's browser keeps, and how to search."""

    advanced: str
    history: str
    help: str


def tools(state: SearchState, interactive: bool) -> Tools:
    return Tools(advanced(state, interactive), history(state.hl), help_page(state.hl, interactive))


def help_page(hl: Language, interactive: bool) -> str:
    """How to search. interactive: its examples lead to the interactive page."""
    params = [*([("app", "1")] if interactive else []), *([] if hl == DEFAULT_LANGUAGE else [("hl", hl)])]
    return f"/bantuan{query_of(params)}"


def account(hl: Language) -> str:
    """What is a patron's own; guests are asked to sign in there."""
    return f"/akun{_query(hl)}"


def history(hl: Language) -> str:
    """The searches that the reader's browser keeps."""
    return f"/riwayat{_query(hl)}"


def saved(hl: Language, ids: Iterable[str] = ()) -> str:
    """A list of titles, which lies in the address."""
    params = [*(("ids", id) for id in ids), *([] if hl == DEFAULT_LANGUAGE else [("hl", hl)])]
    return f"/simpanan{query_of(params)}"


def ids_query(ids: Iterable[str]) -> str:
    return urlencode([("ids", id) for id in ids])


def feed(state: SearchState) -> str:
    """News of a search, for a reader of feeds."""
    return "/cari.atom" + state.followed().query_string()


def advanced(state: SearchState, interactive: bool) -> str:
    """The form for several fields, filled with this search. interactive: its answer is drawn as an interactive page."""
    params = [*state.closing().to_params(), *([("app", "1")] if interactive else [])]
    return f"/cari/lanjut{query_of(params)}"


def permalink(id: str) -> str:
    """The lasting address of a record, in whatever language a reader prefers."""
    return f"/katalog/{segment(id)}"


def keep_search(state: SearchState, name: str) -> str:
    """Where a patron saves a search in the account."""
    params = [("alamat", f"/cari{state.in_language('id').query_string()}"), ("nama", name[:MAX_SEARCH_NAME])]
    params += [] if state.hl == DEFAULT_LANGUAGE else [("hl", state.hl)]
    return f"/akun/pencarian{query_of(params)}"


def asking(id: str, hl: Language = DEFAULT_LANGUAGE) -> str:
    """Where a title's copies are as they stand now, and where it is asked for."""
    return f"/pesan/{segment(id)}{_query(hl)}"


def export(id: str, format: str) -> str:
    """A record as a file. format: of portal.bibliography.exports."""
    return f"/katalog/{segment(id)}.{format}"


def cite(id: str, hl: Language, *, part: bool = False) -> str:
    """The citations of a record; `part`: without the page around them."""
    return f"/kutip/{segment(id)}{_query(hl, bagian='1' if part else '')}"


def shelf(call_number: str, id: str, hl: Language) -> str:
    """The shelf around a call number. id: of the title to begin at, where several have it."""
    return f"/rak{_query(hl, dari=call_number, id=id)}"


def reader(id: str, page: int, hl: Language, q: str = "", *, children: bool = False) -> str:
    """An e-book page, with the words of `q` marked. children: it was opened from the children's view."""
    return f"/baca/{segment(id)}/{page}{_query(hl, q, children='1' if children else '')}"


def children(hl: Language, q: str = "", page: int = 1) -> str:
    """The children's view, or its page of results for `q`."""
    address = "/anak" + _query(hl, q)
    return address if page < 2 else f"{address}{'&' if '?' in address else '?'}page={page}"


def book(id: str) -> str:
    """An e-book; with `hlm` it opens at that page, by label or number."""
    return f"/baca/{segment(id)}"


def borrow(id: str, hl: Language) -> str:
    """Where an e-book is lent, waited for and given back."""
    return f"/pinjam-ebook/{segment(id)}{_query(hl)}"


def page_image(id: str, page: int) -> str:
    return f"/baca/{segment(id)}/{page}.png"


def page_marks(id: str, page: int, q: str) -> str:
    """What lies over the picture of a page: the words of `q`."""
    return f"/baca/{segment(id)}/{page}.svg?{urlencode({'q': q})}"


def pdf(id: str, page: int = 0) -> str:
    """The e-book's file; a browser's PDF viewer opens it at `page`."""
    return f"{EBOOK_FILES}{segment(id)}.pdf" + (f"#page={page}" if page else "")


def segment(id: str) -> str:
    # No index takes an id with half a character, but whoever draws a document that has one must not end by it.
    return quote(id, safe="", errors="replace")


def _query(hl: Language, q: str = "", **others: str) -> str:
    params = [(name, value) for name, value in (("q", q), *others.items()) if value]
    params += [] if hl == DEFAULT_LANGUAGE else [("hl", hl)]
    return query_of(params)


def in_language(address: str, hl: Language) -> str:
    """Where the same is shown in another language. address: a path, quoted, with its query, whatever a visitor wrote there.

    >>> in_language("/akun/a%3Fb?x=1&hl=en", "id"), in_language("//elsewhere.example", "en")
    ('/akun/a%3Fb?x=1&hl=id', '/elsewhere.example?hl=en')
    """
    path, _, query = address.partition("?")
    params = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "hl"]
    # Two slashes at its beginning would lead to another host.
    return f"/{path.lstrip('/')}?{urlencode([*params, ('hl', hl)])}"


_WEB_SCHEMES: Final = frozenset({"http", "https"})


def is_web_address(url: str) -> bool:
    """Whether a catalogued address may be a link: `javascript:` and its kin must never be one.

    >>> is_web_address("https://example.org/a"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    address = url.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in _WEB_SCHEMES and bool(parts.netloc) and address.split() == [address]
