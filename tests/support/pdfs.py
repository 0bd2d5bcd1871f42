"""Small PDFs made by hand, good and hostile."""

import zlib
from collections.abc import Sequence
from pathlib import Path


def pdf(pages: Sequence[bytes], *, info: bytes = b"", filters: bytes = b"", catalog: bytes = b"") -> bytes:
    """A PDF whose pages draw these content streams in Helvetica, F1."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(len(pages)))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        b"<</Type/Pages/Kids[" + kids + b"]/Count %d/MediaBox[0 0 612 792]>>" % len(pages),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for index, content in enumerate(pages):
        bodies.append(b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>" % (5 + 2 * index))
        bodies.append(b"<</Length %d%s>>stream\n" % (len(content), filters) + content + b"\nendstream")
    bodies.append(b"<<" + info + b">>")
    return _assembled(bodies)


def _assembled(bodies: Sequence[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(bodies) + 1,
        len(bodies),
        start,
    )
    return bytes(out)


def words(*lines: str) -> bytes:
    """A content stream that sets lines one under the other."""
    shown = b"T* ".join(b"(" + _escaped(line) + b")Tj " for line in lines)
    return b"BT /F1 11 Tf 13 TL 72 720 Td " + shown + b"ET"


def _escaped(line: str) -> bytes:
    raw = line.encode("cp1252")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def book(path: Path, *pages: Sequence[str], title: str = "", author: str = "") -> Path:
    """A PDF on disk with these lines on its pages."""
    info = b"".join(
        b"/" + key + b"(" + _escaped(value) + b")" for key, value in ((b"Title", title), (b"Author", author)) if value
    )
    path.write_bytes(pdf([words(*lines) for lines in pages], info=info))
    return path


def double_flate_bomb(size: int = 800_000_000) -> bytes:
    """Some kilobytes that unpack to `size` bytes of content."""
    squeeze = zlib.compressobj(9)
    block = bytes(b" " * 1_000_000)
    once = b"".join(squeeze.compress(block) for _ in range(size // len(block))) + squeeze.flush()
    return pdf([zlib.compress(once, 9)], filters=b"/Filter[/FlateDecode/FlateDecode]")


def endless_drawing(size: int = 90_000_000) -> bytes:
    """A page of operators that take minutes to follow and hardly any memory."""
    one = b"0 0 m 9 9 l S\n"
    return pdf([zlib.compress(one * (size // len(one)), 9)], filters=b"/Filter/FlateDecode")
