"""How a title is cited, and the forms it can be taken away in."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from portal import links as addresses
from portal.bibliography.exports import FORMATS, Format
from portal.citations.citing import Citation
from portal.i18n import Messages
from search.document import Document


@dataclass(frozen=True, slots=True)
class CitedAs:
    """key: of the style, for its element."""

    key: str
    label: str
    html: Markup


@dataclass(frozen=True, slots=True)
class FileLink:
    """A title as a file. name: what a screen reader says."""

    label: str
    name: str
    href: str
    media_type: str


@dataclass(frozen=True, slots=True)
class CiteView:
    title: str
    back: str
    citations: tuple[CitedAs, ...]
    files: tuple[FileLink, ...]


def cite(document: Document, made: Sequence[Citation], back: str, t: Messages) -> CiteView:
    """back: the address of the record."""
    cited = tuple(CitedAs(one.style.replace("_", "-"), t(f"cite.{one.style}"), one.html) for one in made)
    return CiteView(document.title, back, cited, file_links(document.id, t))


def file_links(id: str, t: Messages) -> tuple[FileLink, ...]:
    return tuple(
        _file_link(format, addresses.export(id, format.name), t("export.as", format=format.label))
        for format in FORMATS.values()
    )


def _file_link(format: Format, href: str, name: str) -> FileLink:
    return FileLink(format.label, name, href, format.media_type.partition(";")[0])
