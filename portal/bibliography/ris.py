"""RIS: one `TY` to `ER` block a title, a field a line. The form is that of Reference Manager, as Zotero, Mendeley
and EndNote read it."""

from collections.abc import Iterator
from typing import Final

from portal.bibliography.names import Name
from portal.bibliography.reference import Reference

LINE_END = "\r\n"
# Only of these `SP` may say how many pages there are; of others it is where in a host they begin, or nothing known.
_PAGED: Final = frozenset(("BOOK", "EBOOK", "THES", "MANSCPT"))
# Where the number of a series stands. Of other types Zotero reads `VL` and `M1` as something else (of a web page, the day
# it was seen), so it follows the name of the series.
_SERIES_NUMBER: Final = {"BOOK": "M1", "EBOOK": "M1", "CHAP": "SV"}


def ris(reference: Reference) -> str:
    """Values are one line each already, so none can begin a field of its own."""
    return "".join(f"{tag}  - {value}{LINE_END}" for tag, value in _fields(reference)) + LINE_END


def _fields(reference: Reference) -> Iterator[tuple[str, str]]:
    names = reference.names
    series, number_tag = reference.series, _SERIES_NUMBER.get(reference.kind.ris, "")
    if series and reference.series_number and not number_tag:
        series = f"{series}, {reference.series_number}"
    first, _, last = reference.pages.partition("-")
    yield "TY", reference.kind.ris
    yield "TI", reference.title
    for name in names.makers:
        yield "AU", _name(name)
    for name in names.editor:
        yield "ED", _name(name)
    for name in names.translator:  # as whom everybody reads an A4: illustrators have no tag
        yield "A4", _name(name)
    rest = (
        ("T2", reference.host or series),
        ("T3", series if reference.host else ""),
        (number_tag, reference.series_number),
        ("PY", reference.year),
        # A year alone is a sure one; behind its month and day a date has room for other words.
        ("DA", f"{reference.year}///ca." if reference.circa else ""),
        ("PB", reference.publisher),
        ("CY", reference.place),
        ("ET", reference.edition),
        ("VL", reference.volume),
        ("IS", reference.issue),
        ("SP", first or (reference.extent if reference.kind.ris in _PAGED else "")),
        ("EP", last),
        ("M3", reference.degree),
        ("SN", reference.isbn or reference.issn),
        ("DO", reference.doi),
        ("LA", reference.language),
        ("AB", reference.abstract),
        ("CN", reference.call_number),
        ("UR", reference.online or reference.address),
        ("L1", reference.pdf),
    )
    yield from ((tag, value) for tag, value in rest if tag and value)
    for subject in reference.subjects:
        yield "KW", subject
    yield "ID", reference.id
    yield "ER", ""


def _name(name: Name) -> str:
    # A comma ends the family name, and there is no other way to write one: that of a body would lose all behind it.
    return name.inverted if name.given else " ".join(name.family.replace(",", " ").split())
