"""A text file in blocks of UTF-8, as it is or as it becomes where Windows has written UTF-16."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final

BOM: Final = b"\xef\xbb\xbf"
BLOCK_BYTES: Final = 1 << 16
_UTF16: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_SAMPLE_BYTES: Final = 400
_LEAST_ZEROS: Final = 0.7


def text_blocks(stream: BinaryIO) -> tuple[Iterator[bytes], int]:
    """The blocks without a byte order mark, none of them empty, and where in the file the first begins; -1 where the
    bytes are not the file's own, and have no places there."""
    head = stream.read(BLOCK_BYTES)
    encoding, skipped = _utf16(head)
    if encoding:
        return _as_utf8(head[skipped:], stream, encoding), -1
    start = len(BOM) if head.startswith(BOM) else 0
    return _own(head[start:], stream), start


def utf8_head(head: bytes) -> bytes:
    """The first bytes of a file as UTF-8, without a byte order mark."""
    encoding, skipped = _utf16(head)
    if encoding:
        return head[skipped:].decode(encoding, "ignore").encode("utf-8", "replace")
    return head.removeprefix(BOM)


def _utf16(head: bytes) -> tuple[str, int]:
    """The encoding, "" for none of two bytes a character, and the length of its mark. Without a mark, by the zeros that
    are every second byte of letters, digits and signs.

    >>> _utf16(b"\\xff\\xfea\\0"), _utf16(b"j\\0u\\0d\\0u\\0l\\0"), _utf16(b"\\0j\\0u\\0d"), _utf16(b"judul\\0")
    (('utf-16-le', 2), ('utf-16-le', 0), ('utf-16-be', 0), ('', 0))
    """
    if encoding := _UTF16.get(head[:2]):
        return encoding, 2
    sample = head[: min(_SAMPLE_BYTES, len(head) // 2 * 2)]
    for encoding, high in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = sample[high::2].count(0)
        if zeros and zeros >= _LEAST_ZEROS * (len(sample) // 2) and 0 not in sample[1 - high :: 2]:
            return encoding, 0
    return "", 0


def _own(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    block = head or stream.read(BLOCK_BYTES)
    while block:
        yield block
        block = stream.read(BLOCK_BYTES)


def _as_utf8(head: bytes, stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    block = head or stream.read(BLOCK_BYTES)
    while block:
        if text := decoder.decode(block):
            yield text.encode("utf-8", "replace")
        block = stream.read(BLOCK_BYTES)
    if text := decoder.decode(b"", final=True):
        yield text.encode("utf-8", "replace")
