"""Records that readers are measured on: distinct well-formed ones of several projects' test data, and a real catalogue.

The mixed records are few and repeated, so that a value kept from one to the next is found again sooner than in a
catalogue; the catalogue's are all different.
"""

import gzip
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from itertools import chain, cycle, islice
from pathlib import Path

import pymarc
from lxml import etree

from tests.support.shared_data import SHARED

MIXED_FOLDERS = ("pymarc", "solrmarc", "marc4j", "traject", "ruby_marc")
CATALOGUE = "gpo_history"
END = b"\x1d"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Records one after the other, `data`, and each different one once."""

    name: str
    distinct: tuple[bytes, ...]
    data: bytes
    count: int


def mixed(count: int) -> Corpus:
    return _repeated("mixed", _mixed(), count)


def mixed_in_utf8(count: int) -> Corpus:
    return _repeated("UTF-8", [data for data in _mixed() if data[9:10] == b"a"], count)


def catalogue(count: int) -> Corpus:
    files = sorted((SHARED / "data" / "marc" / CATALOGUE).glob("*.mrc.gz"))
    records = chain.from_iterable(_records(gzip.decompress(path.read_bytes())) for path in files)
    return _repeated("catalogue", list(islice(records, count)), count)


def in_xml(count: int) -> bytes:
    """A MARCXML collection made of the mixed records by pymarc, without the few that XML cannot hold."""
    with redirect_stderr(StringIO()):
        texts = [pymarc.record_to_xml(pymarc.Record(data)) for data in _mixed()]  # type: ignore[no-untyped-call]
    sound = [text for text in texts if _is_xml(text)]
    start, end = b'<collection xmlns="http://www.loc.gov/MARC21/slim">', b"</collection>"
    return start + b"".join(islice(cycle(sound), count)) + end


def is_there() -> bool:
    return (SHARED / "data" / "marc").is_dir()


def _repeated(name: str, distinct: list[bytes], count: int) -> Corpus:
    return Corpus(name, tuple(distinct), b"".join(islice(cycle(distinct), count)), count)


def _mixed() -> list[bytes]:
    folders = (SHARED / "data" / "marc" / name for name in MIXED_FOLDERS)
    paths = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    records = (data for path in paths for data in _records(_bytes(path)))
    with redirect_stderr(StringIO()):
        return [data for data in dict.fromkeys(records) if _is_well_formed(data)]


def _bytes(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def _records(data: bytes) -> list[bytes]:
    parts = (part.lstrip(b"\r\n") for part in data.split(END))
    return [part + END for part in parts if part[:5].isdigit() and int(part[:5]) == len(part) + 1]


def _is_well_formed(data: bytes) -> bool:
    """Whether pymarc reads it."""
    return _holds(lambda: pymarc.Record(data))


def _is_xml(text: bytes) -> bool:
    return _holds(lambda: etree.fromstring(text))


def _holds(read: Callable[[], object]) -> bool:
    try:
        read()
    except (pymarc.exceptions.PymarcException, etree.XMLSyntaxError, ValueError, LookupError):
        return False
    return True
