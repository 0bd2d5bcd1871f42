"""What the head of a record's page tells machines: search engines, reference managers, messengers."""

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from portal.bibliography.coins import coins
from portal.bibliography.highwire import citation_tags
from portal.bibliography.reference import reference
from portal.bibliography.schema_org import linked_data, script_content
from portal.i18n import Messages
from portal.presenters.cite import FileLink, file_links
from portal.presenters.wording import names_line, value_label
from search.document import Document

DESCRIPTION_CHARACTERS: Final = 300


@dataclass(frozen=True, slots=True)
class Head:
    """named, properties: meta elements. files: other forms of the page. coins: of the span in its body."""

    named: tuple[tuple[str, str], ...]
    properties: tuple[tuple[str, str], ...]
    json_ld: Markup
    files: tuple[FileLink, ...]
    coins: str


def head(document: Document, base: str, library: str, t: Messages) -> Head:
    """base: the portal's public address."""
    cited = reference(document, base)
    made_by = document.first("responsibility") or names_line(document, t)
    about = cited.abstract or ". ".join(filter(None, (made_by, cited.publisher, cited.year)))
    description = about[:DESCRIPTION_CHARACTERS]
    audience = [value_label("audience", code, t) for code in document.values("audience")]
    properties = (
        ("og:type", "book" if cited.kind.schema == "Book" else "website"),
        ("og:title", cited.title),
        ("og:description", description),
        ("og:url", cited.address),
        ("og:site_name", library),
        ("og:locale", {"id": "id_ID", "en": "en_GB"}[t.language]),
    )
    return Head(
        named=(*((("description", description),) if description else ()), *citation_tags(cited)),
        properties=tuple((name, content) for name, content in properties if content),
        json_ld=script_content(linked_data(cited, audience)),
        files=file_links(document.id, t),
        coins=coins(cited),
    )
