"""Stored records read back for showing."""

from pathlib import Path

import pytest
from lxml import etree

from ingest.readers.display import MarcLine, marc_lines
from search.document import RawRecord

SAMPLES = Path(__file__).resolve().parents[2] / "marc_samples"
SLIM = "{http://www.loc.gov/MARC21/slim}"


def first_iso2709(name: str) -> RawRecord:
    data = (SAMPLES / name).read_bytes()
    return RawRecord("marc", data[: data.index(b"\x1d") + 1])


def first_xml(name: str) -> RawRecord:
    root = etree.parse(SAMPLES / name).getroot()
    record = next(root.iter(f"{SLIM}record"))
    return RawRecord("marcxml", etree.tostring(record))


def value_of(lines: list[MarcLine], tag: str) -> str:
    line = next(line for line in lines if line.tag == tag)
    return line.value or dict(line.subfields)["a"]


def test_a_record_in_iso_2709_is_shown_field_by_field() -> None:
    lines = marc_lines(first_iso2709("indonesia.mrc"))
    assert lines[0].tag == "LDR"
    assert len(lines[0].value) == 24
    title = next(line for line in lines if line.tag == "245")
    assert len(title.indicators) == 2
    assert title.subfields[0][0] == "a"
    assert title.subfields[0][1].strip()


def test_a_record_in_xml_is_shown_field_by_field() -> None:
    lines = marc_lines(first_xml("gpo_basic_collection.xml"))
    assert lines[0].tag == "LDR"
    assert value_of(lines, "001") == "000633200"
    assert value_of(lines, "245")


@pytest.mark.parametrize(
    "raw",
    [
        RawRecord("pdf", b""),
        RawRecord("marc", b""),
        RawRecord("marc", b"not a record at all"),
        RawRecord("marcxml", b""),
        RawRecord("marcxml", b"<record><unclosed>"),
        RawRecord("marcxml", b"<other/>"),
    ],
)
def test_what_cannot_be_read_back_gives_no_lines(raw: RawRecord) -> None:
    assert marc_lines(raw) == []


def test_no_entity_of_a_stored_record_is_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("rahasia")
    text = (
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<record><datafield tag="245" ind1="0" ind2="0"><subfield code="a">J&x;</subfield></datafield></record>'
    )
    lines = marc_lines(RawRecord("marcxml", text.encode()))
    assert "rahasia" not in str(lines)


def test_damaged_characters_are_shown_as_such() -> None:
    raw = first_iso2709("indonesia.mrc")
    data = bytearray(raw.data)
    at = data.index(b"\x1fa", len(data) // 2) + 2
    data[at] = 0xFF
    assert marc_lines(RawRecord("marc", bytes(data)))
