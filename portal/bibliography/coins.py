"""COinS: an OpenURL ContextObject (Z39.88-2004, KEV) in the title of a span, which Zotero and its kin pick up."""

from collections.abc import Iterator

from portal.bibliography.reference import Reference
from portal.search_state import encoded

_FORMAT = "info:ofi/fmt:kev:mtx:"


def coins(reference: Reference) -> str:
    """The value of the span's title, not yet escaped for HTML."""
    return "&".join([f"{name}={encoded(value)}" for name, value in _pairs(reference) if value])


def _pairs(reference: Reference) -> Iterator[tuple[str, str]]:
    kind = reference.kind
    yield "ctx_ver", "Z39.88-2004"
    yield "rft_val_fmt", _FORMAT + kind.openurl
    yield "rft.genre", kind.genre
    if (address := reference.online or reference.address).startswith("http"):
        yield "rft_id", address
    if reference.doi:
        yield "rft_id", f"info:doi/{reference.doi}"
    if kind.openurl == "dc":
        yield from _dublin_core(reference)
        return
    yield from _titles(reference)
    first, _, last = reference.pages.partition("-")
    makers = reference.names.makers
    if makers and makers[0].given:
        yield "rft.aulast", makers[0].family
        yield "rft.aufirst", makers[0].given
    for name in makers:  # an "au" is taken apart at its commas, a body's name is whole
        yield ("rft.aucorp" if name.is_body else "rft.au"), name.inverted
    yield "rft.date", reference.year
    yield ("rft.inst" if kind.openurl == "dissertation" else "rft.pub"), reference.publisher
    yield "rft.degree", reference.degree
    yield "rft.place", reference.place
    yield "rft.edition", reference.edition
    yield "rft.series", reference.series
    yield "rft.isbn", reference.isbn
    yield "rft.issn", reference.issn
    yield "rft.volume", reference.volume
    yield "rft.issue", reference.issue
    yield "rft.pages", reference.pages
    yield "rft.spage", first
    yield "rft.epage", last
    yield "rft.tpages", reference.extent
    yield "rft.language", reference.language


def _titles(reference: Reference) -> Iterator[tuple[str, str]]:
    part = reference.kind.genre in ("article", "bookitem")
    whole = {"journal": "rft.jtitle", "book": "rft.btitle"}.get(reference.kind.openurl, "rft.title")
    yield ("rft.atitle" if part else whole), reference.title
    if part:
        yield whole, reference.host


def _dublin_core(reference: Reference) -> Iterator[tuple[str, str]]:
    yield "rft.title", reference.title
    for name in reference.names.makers:
        yield "rft.creator", name.inverted
    yield "rft.date", reference.year
    yield "rft.publisher", reference.publisher
    yield "rft.type", reference.kind.csl
    yield "rft.language", reference.language
    yield "rft.identifier", f"urn:ISBN:{reference.isbn}" if reference.isbn else ""
    yield "rft.identifier", f"urn:ISSN:{reference.issn}" if reference.issn else ""
    yield "rft.description", reference.abstract[:500]
