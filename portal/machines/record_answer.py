"""One record as plain JSON values: what /api/v1/record/{id} gives."""

from typing import Any, Final

from portal.links import is_web_address
from portal.machines.addresses import Addresses
from portal.machines.oai import utc
from search.document import Document
from search.schema import BY_NAME

# What the index keeps for itself: keys that join records, names of files.
_INTERNAL: Final = frozenset(("work", "record_id", "oai_identifier", "linked_file", "ebook_file", "barcode"))


def record_answer(document: Document, where: Addresses) -> dict[str, Any]:
    """Fields by their names in search.schema, codes as codes; "changed" is when the index last changed the record."""
    return {
        "id": document.id,
        "url": where.record(document.id),
        "title": document.title,
        "changed": utc(document.changed) if document.changed else None,
        "contributors": [
            {"name": one.name, "roles": list(one.roles), "kind": one.kind, "main": one.main}
            for one in document.contributors
        ],
        "fields": {
            name: list(values) for name, values in document.fields.items() if name in BY_NAME and name not in _INTERNAL
        },
        "items": [
            {
                "branch": item.branch,
                "location": item.location,
                "collection": item.collection,
                "call_number": item.call_number,
                "number": item.number,
                "status": item.status,
            }
            for item in document.items
        ],
        "links": [
            {"url": link.url, "label": link.label, "kind": link.kind, "access": link.access}
            for link in document.links
            if is_web_address(link.url)
        ],
        "pages": document.ebook.page_count if document.ebook else 0,
    }
