"""A text file in blocks of UTF-8, as it is or as it becomes where Windows has written UTF-16."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final

BOM: Final = b"\xef\xbb\xbf"
BLOCK_BYTES: Final = 1 << 16
_UTF16: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def text_blocks(stream: BinaryIO) -> tuple[Iterator[bytes], int]:
    """The blocks without a byte order mark, none of them empty, and where in the file the first begins; -1 where the
    bytes are not the file's own, and have no places there."""
    head = stream.read(BLOCK_BYTES)
    if encoding := _UTF16.get(head[:2]):
        return _as_utf8(head[2:], stream, encoding), -1
    start = len(BOM) if head.startswith(BOM) else 0
    return _own(head[start:], stream), start


def utf8_head(head: bytes) -> bytes:
    """The first bytes of a file as UTF-8, without a byte order mark."""
    if encoding := _UTF16.get(head[:2]):
        return head[2:].decode(encoding, "ignore").encode("utf-8", "replace")
    return head.removeprefix(BOM)


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
