"""Which reader reads which kind of file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

from ingest.readers import aleph, dublin_core, marc, marcjson, marcmaker, marcxml
from ingest.readers.columns import TableMapping
from ingest.readers.detect import Kind
from ingest.readers.notes import Note
from ingest.readers.table import TableReader
from ingest.source import RecordFormat, Rejected, SourceRecord, UnreadRecord


class Reader(Protocol):
    """`read` gives a file's records; `cut` gives the same for `read_one`, here or in another process."""

    def read(self, stream: BinaryIO, file: str) -> Iterator[SourceRecord | Rejected]: ...

    def cut(self, stream: BinaryIO, file: str) -> Iterator[UnreadRecord | Rejected]: ...

    def read_one(self, unread: UnreadRecord) -> SourceRecord | Rejected: ...


@dataclass(frozen=True, slots=True)
class _TextReader:
    """MARC as text, with an ear for its stray lines."""

    on_note: Note

    def read(self, stream: BinaryIO, file: str) -> Iterator[SourceRecord | Rejected]:
        return marcmaker.read(stream, file, self.on_note)

    def cut(self, stream: BinaryIO, file: str) -> Iterator[UnreadRecord | Rejected]:
        return marcmaker.cut(stream, file, self.on_note)

    def read_one(self, unread: UnreadRecord) -> SourceRecord | Rejected:
        return marcmaker.read_one(unread)


READERS: Final[Mapping[Kind, Reader]] = {
    "marc": marc,
    "marcxml": marcxml,
    "marcjson": marcjson,
    "marcmaker": marcmaker,
    "aleph": aleph,
    "table": TableReader(),
}

# By what an unread record is; rows of a table are cut as MARCXML.
READ_ONE: Final[Mapping[RecordFormat, Callable[[UnreadRecord], SourceRecord | Rejected]]] = {
    "marc": marc.read_one,
    "marcxml": marcxml.read_one,
    "marcjson": marcjson.read_one,
    "marcmaker": marcmaker.read_one,
    "aleph": aleph.read_one,
    "oai_dc": dublin_core.read_one,  # from a repository, never from a file
}


def readers(columns: TableMapping | None, on_note: Note) -> Mapping[Kind, Reader]:
    """READERS, with a map of columns for tables, None for the shipped ones, and an ear for what tables and texts tell."""
    return {**READERS, "table": TableReader(columns, on_note), "marcmaker": _TextReader(on_note)}
