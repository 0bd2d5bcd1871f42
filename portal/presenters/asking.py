"""Where a title is asked for, and whether a page says so before it is known that there are copies."""

from dataclasses import dataclass

from portal import links as addresses
from portal.i18n import Messages
from portal.reader.rights import may_read
from portal.services.lending import lendable
from search.document import Document


@dataclass(frozen=True, slots=True)
class Ask:
    """expected: that there are copies, by the record; of what anyone can read at once, only the library system tells."""

    href: str
    expected: bool


def asking(document: Document, t: Messages) -> Ask:
    if lendable(document):
        return Ask(addresses.borrow(document.id, t.language), expected=True)
    held = any(record.items for record in document.records)
    online = document.ebook is not None or any(link.kind == "read" for link in document.links)
    return Ask(addresses.asking(document.id, t.language), held or not online or not may_read(document))
