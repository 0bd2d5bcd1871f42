"""The sample folder is what its README says it is."""

import gzip
import io
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pymarc
import pypdfium2
import pytest

from ingest.readers import marc
from ingest.source import Rejected, SourceRecord
from marc_samples import SAMPLES

README = (SAMPLES / "README.md").read_text(encoding="utf-8")
BROKEN = "rusak.mrc"
_NOT_SAMPLES = {"README.md", "__init__.py", ".gitattributes"}


def _files() -> list[Path]:
    return sorted(path for path in SAMPLES.iterdir() if path.is_file() and path.name not in _NOT_SAMPLES)


def _bytes(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _read(path: Path) -> list[pymarc.Record]:
    if ".xml" in path.suffixes:
        return list(pymarc.parse_xml_to_array(io.BytesIO(_bytes(path))))  # type: ignore[no-untyped-call]
    return [pymarc.Record(piece + b"\x1d") for piece in _bytes(path).split(b"\x1d")[:-1]]


@cache
def _records() -> Mapping[str, list[pymarc.Record]]:
    """The whole records of each file but the broken one."""
    return {path.name: _read(path) for path in _files() if path.suffix != ".pdf" and path.name != BROKEN}


def _all() -> list[pymarc.Record]:
    return [record for records in _records().values() for record in records]


def _documented(heading: str) -> dict[str, int]:
    """The table under a heading: what its first column names -> the number in its second."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return {name: int(number) for name, number in re.findall(r"^\| `([^`]+)` \| (\d+) \|", section, re.MULTILINE)}


def _number(record: pymarc.Record) -> str:
    """The control number, with the blanks that belong to it."""
    field = record.get("001")
    return (field.data if field else None) or ""


def _fixed(record: pymarc.Record, start: int, end: int) -> str:
    field = record.get("008")
    return field.data[start:end] if field and field.data else ""


def test_the_readme_names_every_file_and_counts_its_records() -> None:
    assert _documented("Records") == {name: len(records) for name, records in _records().items()} | {BROKEN: 6}
    total = len(_all())
    assert total >= 300
    assert f"{total} records are whole, in {len(_records())} files" in README


def test_the_readme_names_every_pdf_and_counts_its_pages() -> None:
    pages = {}
    for path in _files():
        if path.suffix == ".pdf":
            with pypdfium2.PdfDocument(path) as pdf:
                pages[path.name] = len(pdf)
    assert len(pages) >= 2
    assert _documented("E-books") == pages


@pytest.mark.parametrize("name", [path.name for path in _files() if path.suffix == ".pdf"])
def test_a_record_names_each_pdf(name: str) -> None:
    records = _records()["ebooks.mrc"]
    links = {
        url.rsplit("/", 1)[-1]
        for record in records
        for link in record.get_fields("856")
        for url in link.get_subfields("u")
    }
    assert name in links or name.removesuffix(".pdf") in {_number(record) for record in records}


def test_control_numbers_are_there_and_occur_once() -> None:
    counts = Counter(_number(record).strip() for record in _all())
    assert [number for number, count in counts.items() if count > 1 or not number] == []


def test_every_record_has_a_title_and_no_lost_characters() -> None:
    for record in _all():
        assert record.title, _number(record)
        assert "\N{REPLACEMENT CHARACTER}" not in str(record), _number(record)


def test_every_kind_of_record_is_there() -> None:
    kinds = Counter[str]()
    for record in _all():
        leader = str(record.leader)
        kinds["map"] += leader[6] in "ef"
        kinds["music"] += leader[6] in "cdj"
        kinds["sound"] += leader[6] in "ij"
        kinds["video"] += leader[6] == "g"
        kinds["serial"] += leader[7] == "s"
        kinds["thesis"] += bool(record.get_fields("502"))
        kinds["children"] += _fixed(record, 22, 23) in set("abcj")
        kinds["880"] += bool(record.get_fields("880"))
        kinds["link"] += any((link.indicator1, link.indicator2) == ("4", "0") for link in record.get_fields("856"))
        kinds["indonesian"] += _fixed(record, 35, 38) == "ind"
    least = {"map": 20, "music": 4, "sound": 8, "video": 15, "serial": 40, "thesis": 4, "children": 60}
    least |= {"880": 35, "link": 300, "indonesian": 100}
    assert {kind: kinds[kind] for kind, number in least.items() if kinds[kind] < number} == {}


def test_languages_and_decades_are_spread() -> None:
    assert len({_fixed(record, 35, 38) for record in _all()} - {"", "   ", "zxx"}) >= 20
    decades = {_fixed(record, 7, 10) for record in _all() if _fixed(record, 7, 11).isdigit()}
    assert len(decades) >= 12


def test_marc8_file_needs_marc8() -> None:
    data = _bytes(SAMPLES / "nist_marc8.mrc")
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    assert {str(record.leader)[9] for record in _records()["nist_marc8.mrc"]} == {" "}
    assert "Domański" in "".join(
        field.value() for record in _records()["nist_marc8.mrc"] for field in record.get_fields("700")
    ).replace("n\N{COMBINING ACUTE ACCENT}", "ń")


def test_indonesian_records_keep_to_indomarc() -> None:
    for record in _records()["indonesia.mrc"]:
        number = _number(record)
        assert record.leader[9] == "a", number
        assert len(record["008"].data or "") == 40, number
        assert record["041"]["a"] == "ind", number
        assert record["336"]["a"] == "teks", number
        assert record.get_fields("650", "651", "655"), number
        for main in record.get_fields("100", "110"):
            assert main["e"].rstrip(".") == "pengarang", number
        for subject in record.get_fields("650", "651"):
            assert subject.indicator2 == "4", number
        for isbn in (value for field in record.get_fields("020") for value in field.get_subfields("a")):
            assert _isbn_is_right(isbn), number


def _isbn_is_right(isbn: str) -> bool:
    if len(isbn) == 10:
        return sum((10 if digit == "X" else int(digit)) * (10 - at) for at, digit in enumerate(isbn)) % 11 == 0
    return len(isbn) == 13 and sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(isbn)) % 10 == 0


def test_the_broken_file_is_as_described() -> None:
    table = README.split("\n## The damaged file\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (\d+) \| ([^|]*?) ?\| ([^|]+) \|", table, re.MULTILINE)
    whole = [number for _, number, wrong in rows if wrong.startswith("nothing")]
    assert len(rows) == 13
    assert len(whole) == 6
    data = _bytes(SAMPLES / BROKEN)
    assert data.count(b"\x1d") == 12  # the cut-off record has none
    for number in whole:
        assert data.count(b"\x1e" + number.encode() + b"\x1e") == 1
    assert not {_number(record).strip() for record in _all()} & set(whole)


def test_the_broken_file_costs_no_whole_record() -> None:
    with (SAMPLES / BROKEN).open("rb") as file:
        results = list(marc.read(file, BROKEN))
    read = [result.record for result in results if isinstance(result, SourceRecord)]
    numbers = [record.of("001")[0].data for record in read]
    for number in ("001257748", "001207014", "001230572", "001446507", "001203372", "001150621"):
        assert numbers.count(number) == 1
    refused = [result for result in results if isinstance(result, Rejected)]
    assert len(refused) >= 3
    assert all(result.reason for result in refused)
    assert "rusak-otoritas" not in numbers
    assert "rusak-terminator" not in numbers


def test_the_folder_is_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir() if path.is_file()) < 10_000_000
