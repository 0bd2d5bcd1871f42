"""RIS: one `TY` to `ER` block a title, a field a line. The form is that of Reference Manager, as Zotero, Mendeley
and EndNote read it."""

from collections.abc import Iterator

from portal.bibliography.reference import Reference

LINE_END = "\r\n"


def ris(reference: Reference) -> str:
    """Values are one line each already, so none can begin a field of its own."""
    return "".join(f"{tag}  - {value}{LINE_END}" for tag, value in _fields(reference)) + LINE_END


def _fields(reference: Reference) -> Iterator[tuple[str, str]]:
    names, has_host = reference.names, bool(reference.host)
    first, _, last = reference.pages.partition("-")
    yield "TY", reference.kind.ris
    yield "TI", reference.title
    for name in names.makers:
        yield "AU", name.inverted
    for name in names.editor:
        yield "ED", name.inverted
    for name in (*names.translator, *names.illustrator):
        yield "A4", name.inverted
    rest = (
        ("T2", reference.host if has_host else reference.series),
        ("PY", reference.year),
        ("PB", reference.publisher),
        ("CY", reference.place),
        ("ET", reference.edition),
        ("VL", reference.volume or ("" if has_host else reference.series_number)),
        ("IS", reference.issue),
        ("SP", first or reference.extent),
        ("EP", last),
        ("M3", reference.degree),
        ("SN", reference.isbn or reference.issn),
        ("DO", reference.doi),
        ("LA", reference.language),
        ("AB", reference.abstract),
        ("CN", reference.call_number),
        ("UR", reference.address),
        ("L1", reference.pdf),
    )
    yield from ((tag, value) for tag, value in rest if value)
    for subject in reference.subjects:
        yield "KW", subject
    yield "ID", reference.id
    yield "ER", ""
