"""What a file is, by its first bytes; a file's name may lie."""

import re
from typing import Final, Literal

# Fixed places of a leader: status and type (05-06) are no digits, counts at 10-11, base address at 12-16,
# "45" at 20-21, then a first directory entry. The length at 00-04 may be damaged, so it is not asked for.
LEADER: Final = re.compile(
    rb"[0-9 \-]{5}[ !-/:-~]{2}[ -~]{3}[0-9 #]{2}[0-9]{5}[ -~]{3}(?:45|  |##)[ -~]{2}(?=[0-9A-Za-z ]{3}[0-9]{9}|\x1e)"
)

_XML_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[?!A-Za-z_]")
_XML_UTF16: Final = (b"\xff\xfe<\x00", b"\xfe\xff\x00<")
# Readers of PDF accept some bytes of junk before the mark; the standard's own tools look at 1,024.
_PDF_HEAD_BYTES: Final = 1024


def detect(head: bytes, name: str) -> Literal["marc", "marcxml", "pdf"] | None:
    """The kind of a file from its first bytes (64 kB are enough), None when it is none of ours.

    Any XML is "marcxml": whether records are in it, only reading tells. `name` decides only when
    the contents do not: a damaged "*.mrc" is still handed to the MARC reader, which says what is wrong.

    >>> detect(b"%PDF-1.7", "laporan.mrc"), detect(b"<collection/>", "a"), detect(b"hello", "a.txt")
    ('pdf', 'marcxml', None)
    """
    if b"%PDF-" in head[:_PDF_HEAD_BYTES]:
        return "pdf"
    if _XML_START.match(head) or head.startswith(_XML_UTF16):
        return "marcxml"
    if LEADER.search(head):
        return "marc"
    if name.lower().removesuffix(".gz").endswith((".mrc", ".marc")):
        return "marc"
    return None
