"""Refused records as files that can be mended and loaded again, one file a format."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from ingest.source import RecordFormat, Rejected

_NAMES: Final[dict[RecordFormat, str]] = {
    "marc": "refused.mrc",
    "marcxml": "refused.xml",
    "marcjson": "refused.json",
    "marcmaker": "refused.mrk",
    "aleph": "refused.seq",
    "oai_dc": "refused-dc.xml",
}
_XML: Final = frozenset(("marcxml", "oai_dc"))
_HEAD, _FOOT = b'<?xml version="1.0" encoding="UTF-8"?>\n<collection>\n', b"</collection>\n"


class RefusedRecords:
    """A folder of them. Files are made when there is something to put into them; those of an earlier load go."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[RecordFormat, BinaryIO] = {}

    def __enter__(self) -> "RefusedRecords":
        """Raises OSError when the folder cannot be made or written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in _NAMES.values():
            (self._folder / name).unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for format, file in self._files.items():
            if format in _XML:
                file.write(_FOOT)
            file.close()

    def add(self, rejected: Rejected) -> None:
        """Keep a record's bytes as they came. What is no record (a whole file, a PDF) is left out."""
        if not rejected.data or rejected.format is None:
            return
        file = self._files.get(rejected.format) or self._open(rejected.format)
        file.write(rejected.data)
        if rejected.format == "marc":
            file.write(b"" if rejected.data.endswith(b"\x1d") else b"\x1d")
        else:
            file.write(b"" if rejected.data.endswith(b"\n") else b"\n")
            file.write(b"\n" if rejected.format == "marcmaker" else b"")  # an empty line parts two records

    def _open(self, format: RecordFormat) -> BinaryIO:
        file = self._files[format] = (self._folder / _NAMES[format]).open("wb")
        if format in _XML:
            file.write(_HEAD)
        return file
