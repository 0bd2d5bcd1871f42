"""Who may read an e-book here: one rule, for its pages, pictures, file, and what a search quotes of it."""

from typing import Final
from urllib.parse import unquote, urlsplit

from search.document import Document, LinkAccess, OnlineAccess

# What a visitor of these pages, whom the portal does not know, may not open.
_CLOSED: Final[frozenset[LinkAccess]] = frozenset({"login", "onsite"})


def may_read(document: Document) -> bool:
    """Whether anyone may read the e-book of `document` here; True for a document without one."""
    return access_of(document) not in _CLOSED


def access_of(document: Document) -> LinkAccess:
    """To whom its record opens the e-book: what is said of the link to that very file, else of all links to the title.

    "unknown" where the record says nothing; a library that loads a file and says nothing means it to be read. Where
    links differ and none names the file, the strictest holds: a book that is shut in error is noticed and mended.
    """
    if document.ebook is None:
        return "unknown"
    owner = next((record for record in document.records if record.id == document.ebook.record), document)
    reading = [link for link in owner.links if link.kind == "read"]
    file_name = document.ebook.file_name.lower()
    told = {link.access for link in reading if _names(link, file_name)} or {link.access for link in reading}
    return next((access for access in ("onsite", "login", "open") if access in told), "unknown")


def _names(link: OnlineAccess, file_name: str) -> bool:
    try:
        path = urlsplit(link.url.strip()).path
    except ValueError:
        return False
    return bool(file_name) and unquote(path).replace("\\", "/").rpartition("/")[2].lower() == file_name
