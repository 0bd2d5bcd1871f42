"""Small MARC files, written as a cataloguing system would."""

from collections.abc import Iterable
from pathlib import Path

import pymarc
from pymarc import Field, Indicators, Subfield


def record(
    number: str,
    title: str,
    author: str = "",
    subject: str = "",
    year: str = "2014",
    status: str = "n",
    files: Iterable[str] = (),
) -> bytes:
    """One UTF-8 record in Indonesian, as ISO 2709 bytes."""
    made = pymarc.Record(force_utf8=True)
    made.leader = pymarc.Leader(f"00000{status}am a2200000 i 4500")
    made.add_field(Field("001", data=number))
    made.add_field(Field("008", data=f"140513s{year}    io ||||g|     ||| ||ind| "))
    if author:
        made.add_field(_field("100", "1 ", ("a", author), ("e", "pengarang")))
    made.add_field(_field("245", "10", ("a", title)))
    made.add_field(_field("264", " 1", ("a", "Jakarta :"), ("b", "Balai Pustaka,"), ("c", f"{year}.")))
    if subject:
        made.add_field(_field("650", " 4", ("a", subject)))
    for name in files:
        made.add_field(_field("856", "40", ("u", f"https://example.org/{name}")))
    return bytes(made.as_marc())


def _field(tag: str, indicators: str, *subfields: tuple[str, str]) -> Field:
    return Field(tag, Indicators(*indicators), [Subfield(code, value) for code, value in subfields])


def write(path: Path, records: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(records))
    return path
