"""The lines of a text file, with their places, in bounded memory."""

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Final, NamedTuple

from ingest.readers.blocks import text_blocks
from ingest.readers.records import MAX_RECORD_BYTES
from ingest.source import Origin, RecordFormat, Rejected, UnreadRecord

_HEAD_BYTES: Final = 100


class Line(NamedTuple):
    """A line without its end, and where in the file it begins (0 where that is UTF-16). too_long: only its head is kept."""

    offset: int
    data: bytes
    too_long: bool = False


def lines(stream: BinaryIO) -> Iterator[Line]:
    """Every line, whether it ends in LF, CR LF or CR; a byte order mark is passed over, UTF-16 comes as UTF-8."""
    blocks, start = text_blocks(stream)
    has_places = start >= 0
    offset, dropped = start, 0
    head = b""
    held = next(blocks, b"")
    while True:
        block = next(blocks, b"")
        found = held.splitlines(keepends=True)
        # The last line may go on in the next block, and a CR at its end may have its LF there.
        held = found.pop() if block and found else b""
        for line in found:
            yield Line(offset if has_places else 0, head if dropped else line.rstrip(b"\r\n"), dropped > 0)
            offset += dropped + len(line)
            dropped = 0
        if len(held) > MAX_RECORD_BYTES:
            head = head if dropped else held[:_HEAD_BYTES]
            dropped, held = dropped + len(held), b""
        if not block:
            break
        held += block
    if dropped:
        yield Line(offset if has_places else 0, head, too_long=True)


def unread_records(
    records: Iterable[Sequence[Line]], file: str, format: RecordFormat, none_reason: str
) -> Iterator[UnreadRecord | Rejected]:
    """The records that these lines make, each with its place; `none_reason` where there is none."""
    position = 0
    for record in records:
        position += 1
        origin = Origin(file, position, record[0].offset)
        data = b"\n".join(line.data for line in record)
        if len(data) > MAX_RECORD_BYTES or any(line.too_long for line in record):
            yield Rejected(origin, "too_large", f"No end of record within {MAX_RECORD_BYTES:,} bytes.")
        else:
            yield UnreadRecord(origin, format, data)
    if not position:
        yield Rejected(Origin(file), "not_marc", none_reason)
