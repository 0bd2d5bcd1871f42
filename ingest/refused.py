"""Refused records as files that can be mended and loaded again: one for each source file and format."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from ingest.source import RecordFormat, Rejected

# Dublin Core is not here: it is read from repositories only, so a file of it could not be loaded again.
_SUFFIXES: Final[dict[RecordFormat, str]] = {
    "marc": ".mrc",
    "marcxml": ".xml",
    "marcjson": ".json",
    "marcmaker": ".mrk",
    "aleph": ".seq",
}
_OURS: Final = re.compile(r"\.?.+\.refused(?:-\d+)?\.(?:mrc|xml|json|mrk|seq)(?:\.part)?", re.DOTALL)
_EARLIER: Final = re.compile(r"\.refused(?:-\d+)?$")
_UNSAFE: Final = re.compile(r"[^\w\-.,()+@=& ]")
_NAME_CHARACTERS: Final = 50  # of four bytes at most, where a name may have 255 with what follows it
_HEAD, _FOOT = b'<?xml version="1.0" encoding="UTF-8"?>\n<collection>\n', b"</collection>\n"
_LEADER: Final = re.compile(rb"=(?:LDR|000)\s|[0-9 ]{5}[a-z#]")
_ALEPH_NUMBER: Final = 9


class RefusedError(Exception):
    """The folder cannot be written; the message says which, and what to do."""


@dataclass(slots=True)
class _Part:
    """A file under way. last: the record it ends with; with_leaders: one of its records has a leader."""

    path: Path
    last: bytes = field(default=b"", repr=False)
    with_leaders: bool = False

    def would_melt(self, format: RecordFormat, data: bytes) -> bool:
        """Whether a record would be read as a part of the one before it: nothing but a number, or a leader, says
        where one of these begins, and what stood between the two was not refused."""
        if format == "aleph":
            return self.last[:_ALEPH_NUMBER] == data[:_ALEPH_NUMBER]
        return format == "marcmaker" and self.with_leaders and not _LEADER.match(data)


class RefusedRecords:
    """A folder of them. The files of an earlier load stay until this one ends, and those take their place.

    kept, left_out: refused records that are in the files, and that could not be put into one (rows of tables,
    Dublin Core, whole files, e-books).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stems: dict[str, str] = {}  # by source file
        self._parts: dict[tuple[str, RecordFormat], list[_Part]] = {}
        self._open: tuple[_Part, BinaryIO] | None = None  # one at a time: a load may have thousands of source files
        self.kept = 0
        self.left_out = 0

    def __enter__(self) -> "RefusedRecords":
        """Raises RefusedError when the folder cannot be made or written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            probe = self._folder / ".probe.refused.mrc.part"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise self._error(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raises RefusedError. After an error the folder is as it was: the next load refuses the same records."""
        try:
            self._close()
            if kind is None:
                self._publish()
        except OSError as failed:
            if kind is None:
                raise self._error(failed) from failed
        finally:
            with suppress(OSError):
                self._discard()

    def add(self, rejected: Rejected) -> None:
        """Keep a record's bytes as they came. Raises RefusedError."""
        format = rejected.format
        if not rejected.data or format is None or format not in _SUFFIXES:
            self.left_out += 1
            return
        try:
            self._write(rejected.origin.file, format, rejected.data)
        except OSError as error:
            raise self._error(error) from error
        self.kept += 1

    def _write(self, source: str, format: RecordFormat, data: bytes) -> None:
        parts = self._parts.setdefault((source, format), [])
        if not parts or parts[-1].would_melt(format, data):
            parts.append(self._part(source, format, len(parts) + 1))
        part = parts[-1]
        file = self._opened(part)
        if format == "marcxml" and not part.last:
            file.write(_HEAD)
        file.write(data)
        if format == "marc":
            file.write(b"" if data.endswith(b"\x1d") else b"\x1d")
        else:
            file.write(b"" if data.endswith(b"\n") else b"\n")
            file.write(b"\n" if format == "marcmaker" else b"")  # an empty line parts two records
        part.last = data
        part.with_leaders = part.with_leaders or _LEADER.match(data) is not None

    def _part(self, source: str, format: RecordFormat, number: int) -> _Part:
        behind = f"-{number}" if number > 1 else ""
        part = _Part(self._folder / f"{self._stem(source)}.refused{behind}{_SUFFIXES[format]}")
        _under_way(part.path).unlink(missing_ok=True)  # of a load that was killed
        return part

    def _stem(self, source: str) -> str:
        """How the names of a source's files begin: two sources never share one, also where capitals do not count."""
        if source not in self._stems:
            wanted = found = _stem_of(source)
            taken = {stem.casefold() for stem in self._stems.values()}
            number = 1
            while found.casefold() in taken:
                number += 1
                found = f"{wanted}-{number}"
            self._stems[source] = found
        return self._stems[source]

    def _opened(self, part: _Part) -> BinaryIO:
        if self._open is None or self._open[0] is not part:
            self._close()
            self._open = part, _under_way(part.path).open("ab")
        return self._open[1]

    def _close(self) -> None:
        held, self._open = self._open, None
        if held is not None:
            held[1].close()

    def _publish(self) -> None:
        made = [(format, part) for (_, format), parts in self._parts.items() for part in parts]
        for format, part in made:
            if format == "marcxml":
                with _under_way(part.path).open("ab") as file:
                    file.write(_FOOT)
        for _, part in made:
            _under_way(part.path).replace(part.path)
        names = {part.path.name for _, part in made}
        for path in self._folder.iterdir():
            if _OURS.fullmatch(path.name) and path.name not in names:
                path.unlink(missing_ok=True)

    def _discard(self) -> None:
        """What this load did not bring to its end."""
        for parts in self._parts.values():
            for part in parts:
                _under_way(part.path).unlink(missing_ok=True)

    def _error(self, error: OSError) -> RefusedError:
        return RefusedError(
            f"the refused records could not be written to {self._folder}: {error.strerror or error}. "
            "Make room there, or name another folder with --refused, and load again"
        )


def _under_way(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _stem_of(source: str) -> str:
    """The part of a name that says where records came from, safe as the name of a file.

    >>> _stem_of("ekspor/katalog.mrc.gz"), _stem_of("ditolak/katalog.refused-2.mrk")
    ('katalog', 'katalog')
    >>> _stem_of("https://example.org/oai/buku?x=1"), _stem_of("kiriman.zip/a\\x1bb.xml")
    ('example.org_oai_buku_x=1', 'a_b')
    """
    _, is_address, address = source.partition("://")
    stem = address if is_address else Path(Path(source).name.removesuffix(".gz")).stem
    stem = _UNSAFE.sub("_", _EARLIER.sub("", stem))[:_NAME_CHARACTERS]
    # A name that begins with a point is passed over in a folder.
    return stem.strip(". ") or "records"
