"""How a load sees that nothing changed: what a document keeps of the bytes, e-book and model it was made from.

A fingerprint reads "<record>[*<joined>][:<reading>-<sha256>][+<embedder>]": a digest of the record as it came, of the
records of other sources that are joined to it, the e-book's bytes and how they were read, and the model of its vectors.
"""

import hashlib
import re
from typing import Final

# Raise it when a change of the mapping should rewrite documents whose records have not changed; a test holds the
# values of the sample records against it.
MAPPING_VERSION: Final = 16
# Raise it when PDFs are read differently, so that books loaded before are read again.
READING_VERSION: Final = "3"

_RECORD: Final = re.compile(r"[^*:+]*")
_RECORD_END: Final = b"\x1d"


def of_record(data: bytes, source: str, oai_identifier: str = "") -> str:
    """The fingerprint of a record from its bytes as they stand in a file, its source, and its name in a repository."""
    digest = hashlib.sha256(data.removesuffix(_RECORD_END))
    digest.update(f"\0{MAPPING_VERSION}\0{source}\0{oai_identifier}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def of_file(name: str, sha256: str) -> str:
    """The fingerprint of an e-book that belongs to no record."""
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:32]  # in place of a record's
    return with_ebook(digest, sha256)


def record_part(fingerprint: str) -> str:
    """What `of_record` gave.

    >>> record_part("9f3a*77:2-dead+minilm"), record_part("9f3a")
    ('9f3a', '9f3a')
    """
    found = _RECORD.match(fingerprint)
    return found[0] if found else ""


def embedder_part(fingerprint: str) -> str:
    """The model of the vectors, "" when there are none.

    >>> embedder_part("9f3a:2-dead+minilm"), embedder_part("9f3a")
    ('minilm', '')
    """
    return fingerprint.partition("+")[2]


def with_joined(fingerprint: str, others: list[str]) -> str:
    """With the records of other sources, by their own fingerprints."""
    digest = hashlib.sha256("\0".join(map(record_part, others)).encode()).hexdigest()[:16]
    return f"{record_part(fingerprint)}*{digest}"


def with_ebook(fingerprint: str, sha256: str) -> str:
    """With an e-book. What an earlier one (":") or the load ("+") put behind the records' part is replaced.

    >>> with_ebook("9f3a", "c0ffee"), with_ebook("9f3a*7:1-dead+minilm", "c0ffee")
    ('9f3a:3-c0ffee', '9f3a*7:3-c0ffee')
    """
    return f"{without_ebook(fingerprint)}:{READING_VERSION}-{sha256}"


def without_ebook(fingerprint: str) -> str:
    """The records' part alone.

    >>> without_ebook("9f3a*7:2-c0ffee+minilm"), without_ebook("9f3a+minilm")
    ('9f3a*7', '9f3a')
    """
    return re.split("[:+]", fingerprint, maxsplit=1)[0]


def with_embedder(fingerprint: str, embedder: str) -> str:
    """With the model of the vectors, "" for none."""
    return f"{fingerprint.partition('+')[0]}+{embedder}"


def was_read_by_older(fingerprint: str) -> bool:
    """Whether an e-book was read by an older version than this.

    >>> was_read_by_older("9f3a:2-dead"), was_read_by_older("9f3a:3-dead+m"), was_read_by_older("9f3a")
    (True, False, False)
    """
    _, colon, rest = fingerprint.partition(":")
    return bool(colon) and not rest.startswith(f"{READING_VERSION}-")
