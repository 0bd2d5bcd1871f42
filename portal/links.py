"""Addresses of the portal, in one place. The same pages stand at two roots:
`/` draws them as an interactive page, `/cari` and `/katalog/...` as plain ones."""

from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote, urlencode, urlsplit

from portal.i18n import DEFAULT_LANGUAGE, Language
from portal.search_state import SearchState


class Links(Protocol):
    """Where a search and a record of it are."""

    def search(self, state: SearchState) -> str: ...

    def record(self, state: SearchState, id: str) -> str: ...


@dataclass(frozen=True, slots=True)
class InteractiveLinks:
    """Links that the page follows without loading anew; they also work in a new tab."""

    def search(self, state: SearchState) -> str:
        return "/" + state.query_string()

    def record(self, state: SearchState, id: str) -> str:
        return "/" + state.opening(id).query_string()


@dataclass(frozen=True, slots=True)
class PlainLinks:
    """Links between server-rendered pages."""

    def search(self, state: SearchState) -> str:
        return "/cari" + state.closing().query_string()

    def record(self, state: SearchState, id: str) -> str:
        """With the search it was found by, so that the page can lead back to it."""
        params = state.closing().query_string()
        return f"/katalog/{_segment(id)}{params}"


def permalink(id: str) -> str:
    """The lasting address of a record, in whatever language a reader prefers."""
    return f"/katalog/{_segment(id)}"


def reader(id: str, page: int, hl: Language, q: str = "") -> str:
    """An e-book page, with the words of `q` marked."""
    return f"/baca/{_segment(id)}/{page}{_query(hl, q)}"


def book(id: str) -> str:
    """An e-book; with `hlm` it opens at that page, by label or number."""
    return f"/baca/{_segment(id)}"


def page_image(id: str, page: int) -> str:
    return f"/baca/{_segment(id)}/{page}.png"


def page_marks(id: str, page: int, q: str) -> str:
    """What lies over the picture of a page: the words of `q`."""
    return f"/baca/{_segment(id)}/{page}.svg?{urlencode({'q': q})}"


def pdf(id: str, page: int = 0) -> str:
    """The e-book's file; a browser's PDF viewer opens it at `page`."""
    return f"/berkas/{_segment(id)}.pdf" + (f"#page={page}" if page else "")


def _segment(id: str) -> str:
    return quote(id, safe="")


def _query(hl: Language, q: str = "") -> str:
    params = [("q", q)] if q else []
    params += [] if hl == DEFAULT_LANGUAGE else [("hl", hl)]
    return f"?{urlencode(params)}" if params else ""


_WEB_SCHEMES: Final = frozenset({"http", "https"})


def is_web_address(url: str) -> bool:
    """Whether a catalogued address may be a link: `javascript:` and its kin must never be one.

    >>> is_web_address("https://example.org/a"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme in _WEB_SCHEMES and bool(parts.netloc) and not any(ch.isspace() for ch in url.strip())
