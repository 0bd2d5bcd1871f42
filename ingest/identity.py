"""The ids of documents."""

import hashlib
import re
from typing import Final

from search.document import DocumentId

# An id stands in a URL's path, where web servers refuse ".."; the source and a "." go before the number.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+|^\.|(?<=\.)\.")


def id_of(source: str, number: str) -> DocumentId:
    """The id of the record with this number (MARC 001) in a source; different numbers, different ids.

    A number that is not safe in a URL's path gets a digest of itself, since "A 1" and "A/1" would else be one.

    >>> id_of("kota", " ocm123 "), id_of("kota", "A/1"), id_of("kota", "A 1")
    ('kota.ocm123', 'kota.A-1-22e44c46', 'kota.A-1-7a74cde1')
    """
    number = number.strip()
    safe = _UNSAFE.sub("-", number)
    if safe != number:
        digest = hashlib.sha1(number.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        safe = f"{safe}-{digest[:8]}"
    return DocumentId(f"{source}.{safe}")
