"""ALEPH sequential."""

import io

from hypothesis import given
from hypothesis import strategies as st

from ingest.mappings.marc21 import is_deleted
from ingest.readers import aleph
from ingest.readers.detect import detect
from ingest.readers.records import MAX_RECORD_BYTES
from ingest.record import Record
from ingest.source import Rejected, SourceRecord
from tests.support.text_forms import RECORDS, as_aleph

# No file of this form is in the shared data; its lines are those that its makers document.
TWO = """\
000000001 FMT   L BK
000000001 LDR   L ^^^^^nam^a22002415a^4500
000000001 008   L 130725s2013^^^^io^a^^^^^^^^^^000^0^ind^d
000000001 24510 L $$aLaut dan $5 :$$bcerita /$$cLeila.
000000001 650 4 L $$aKelautan
000000002 LDR   L ^^^^^nam^a22002415a^4500
000000002 001   L kota-2
000000002 24500 L $$aGunung
"""


def read(data: bytes | str) -> list[SourceRecord | Rejected]:
    return list(aleph.read(io.BytesIO(data.encode() if isinstance(data, str) else data), "uji.seq"))


def records(data: bytes | str) -> list[SourceRecord]:
    found = read(data)
    assert all(isinstance(item, SourceRecord) for item in found), found
    return [item for item in found if isinstance(item, SourceRecord)]


def codes(data: bytes | str) -> list[str]:
    return [getattr(item, "code", "read") for item in read(data)]


def test_lines_with_one_number_are_one_record() -> None:
    first, second = records(TWO)
    assert str(first.record.of("245")[0]) == "=245  10$aLaut dan $5 :$bcerita /$cLeila."
    assert first.record.of("650")[0].indicators == " 4"
    assert first.record.leader == "     nam a22002415a 4500"
    assert first.record.of("008")[0].data == "130725s2013    io a          000 0 ind d"
    assert not first.record.of("FMT")
    assert second.record.of("001")[0].data == "kota-2"


def test_the_system_number_stands_in_for_a_missing_001() -> None:
    assert [item.record.of("001")[0].data for item in records(TWO)] == ["000000001", "kota-2"]


def test_the_form_is_recognised_by_its_lines() -> None:
    assert detect(TWO.encode(), "ekspor.txt") == "aleph"


def test_a_deleted_record_says_so() -> None:
    (item,) = records("000000007 LDR   L ^^^^^nam^a22002415a^4500\n000000007 DEL   L $$aY\n")
    assert is_deleted(item)
    assert item.record.of("001")[0].data == "000000007"


def test_a_line_that_goes_on_belongs_to_its_field() -> None:
    (item,) = records("000000001 24510 L $$aLaut\n  biru\n000000001 650 4 L $$aAir\n")
    assert item.record.of("245")[0].get("a") == "Laut biru"


def test_latin1_is_read() -> None:
    (item,) = records("000000001 24510 L $$aCafé: à la carte\n".encode("latin-1"))
    assert item.record.of("245")[0].get("a") == "Café: à la carte"


def test_a_damaged_record_costs_only_itself() -> None:
    data = TWO + "000000003 245\n000000004 24510 L $$aAwan\n"
    assert codes(data) == ["read", "read", "broken_record", "read"]
    lost = read(data)[2]
    assert (lost.origin.position, lost.origin.offset) == (3, len(TWO))


def test_an_endless_record_is_refused_and_the_next_one_read() -> None:
    data = "000000001 24510 L $$a" + "A" * (2 * MAX_RECORD_BYTES) + "\n000000002 24510 L $$aLaut\n"
    assert codes(data) == ["too_large", "read"]
    assert codes("000000001 500   L $$aA\n" * 300_000 + "000000002 24510 L $$aLaut\n") == ["too_large", "read"]


def test_text_without_records_is_one_refusal() -> None:
    for data in ("", "hello\n" * 1_000):
        assert codes(data) == ["not_marc"]


@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_what_is_written_is_read_as_it_was(made: list[Record]) -> None:
    found = records("".join(as_aleph(record, number) for number, record in enumerate(made, 1)))
    for item, record in zip(found, made, strict=True):
        kept = [field for field in item.record.fields if field.tag != "001" or record.of("001")]
        assert [str(f).replace("$", "S") for f in kept] == [str(f).replace("$", "S") for f in record.fields]
        assert item.record.leader == record.leader


@given(st.binary(max_size=300), st.sampled_from([b"", b"000000001 ", b"000000001 24510 L $$"]))
def test_no_bytes_at_all_raise(data: bytes, before: bytes) -> None:
    assert read(before + data)
