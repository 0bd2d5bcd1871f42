"""MARC in JSON: every shape that systems write, and one damaged record costs no other."""

import io
import itertools
import json
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers import marcjson, marcxml
from ingest.readers.detect import detect
from ingest.readers.records import MAX_RECORD_BYTES
from ingest.record import Record
from ingest.source import Rejected, SourceRecord
from tests.support.marc_records import read_file
from tests.support.shared_data import shared
from tests.support.text_forms import RECORDS, as_json, as_old_json, lines_of

MARC4J = "data/marc/marc4j/"


def read(data: bytes | str) -> list[SourceRecord | Rejected]:
    stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return list(marcjson.read(stream, "uji.json"))


def records(data: bytes | str) -> list[SourceRecord]:
    found = read(data)
    assert all(isinstance(item, SourceRecord) for item in found), found
    return [item for item in found if isinstance(item, SourceRecord)]


def codes(data: bytes | str) -> list[str]:
    return [item.code if isinstance(item, Rejected) else "read" for item in read(data)]


def one(number: int, title: str = "Laut") -> str:
    return json.dumps(
        {
            "leader": "00000nam a2200000 i 4500",
            "fields": [{"001": str(number)}, {"245": {"ind1": "1", "ind2": "0", "subfields": [{"a": title}]}}],
        }
    )


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("marc4j/marc-in-json.json", 1),
        ("marc4j/legal-json-marc-in-json.json", 1),
        ("marc4j/illegal-marc-in-json.json", 1),
        ("marc4j/marc-json.json", 1),
        ("marc4j/summerland-marc-in-json.json", 1),
        ("marc4j/summerland-marc-in-json-indented.json", 1),
        ("marc4j/summerland-marc-json.json", 1),
        ("marc4j/summerland-indented-marc-json.json", 1),
        ("catmandu/old_new.json", 2),
        ("pymarc/one.json", 1),
        ("pymarc/batch.json", 2),
        ("pymarc/test.json", 1),
        ("traject/test_data.utf8.json", 30),
    ],
)
def test_every_shape_of_the_shared_files_is_read(name: str, count: int) -> None:
    data = shared(f"data/marc/{name}").read_bytes()
    assert detect(data, name) == "marcjson"
    found = records(data)
    assert len(found) == count
    assert all(item.record.of("245")[0].get("a") for item in found)


@pytest.mark.parametrize("form", ["summerland-marc-json", "summerland-indented-marc-json", "summerland-marc-in-json"])
def test_the_old_draft_and_todays_form_of_a_record_agree(form: str) -> None:
    (found,) = records(shared(f"{MARC4J}{form}.json").read_bytes())
    (other,) = records(shared(f"{MARC4J}summerland-marc-in-json-indented.json").read_bytes())
    assert lines_of(found.record) == lines_of(other.record)


def test_json_and_iso_2709_of_the_same_records_agree() -> None:
    packed = [
        item for item in read_file(shared("data/marc/traject/test_data.utf8.mrc.gz")) if isinstance(item, SourceRecord)
    ]
    found = records(shared("data/marc/traject/test_data.utf8.json").read_bytes())
    by_number = {item.record.of("001")[0].data: item for item in packed}
    pairs = [(item, by_number[number]) for item in found if (number := item.record.of("001")[0].data) in by_number]
    assert len(pairs) == 30
    for item, other in pairs:
        assert sorted(map(str, item.record.fields)) == sorted(map(str, other.record.fields))


@pytest.mark.parametrize("join", ["", "\n", ",\n", " , "])
@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("[", "]"), ('{"total": 3, "records": [', "]}"), ("\ufeff", "")]
)
def test_records_are_found_however_they_are_put_together(join: str, before: str, after: str) -> None:
    found = records(before + join.join(one(n) for n in (1, 2, 3)) + after)
    assert [item.record.of("001")[0].data for item in found] == ["1", "2", "3"]


def test_a_place_in_the_file_is_where_the_record_begins() -> None:
    data = f"[{one(1)},\n {one(2, 'é')},\n {one(3)}]".encode()
    assert [data[item.origin.offset :][:9] for item in read(data)] == [b'{"leader"'] * 3
    assert [item.origin.position for item in read(data)] == [1, 2, 3]


DAMAGES = {
    "brackets missing at its end": lambda text: text[:-12],
    "a quote missing": lambda text: text.replace('"Laut"', 'Laut"'),
    "a quote too many": lambda text: text.replace('"Laut"', '"La"ut"'),
    "a bracket too many": lambda text: text.replace('"fields": [', '"fields": [['),
    "cut in a text": lambda text: text[: text.index("Laut") + 2],
    "no object": lambda text: text.replace('{"ind1"', '[{"ind1"'),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("join", [",\n", ","])
def test_a_damaged_record_costs_only_itself(damage: str, join: str) -> None:
    spoilt = [one(1), DAMAGES[damage](one(2)), one(3), one(4)]
    found = read("[" + join.join(spoilt) + "]")
    numbers = [item.record.of("001")[0].data for item in found if isinstance(item, SourceRecord)]
    assert [number for number in numbers if number != "2"] == ["1", "3", "4"]
    assert len(found) == 4
    (lost,) = [item for item in found if isinstance(item, Rejected)]
    assert (lost.origin.position, lost.code) == (2, "broken_record")


def test_json_without_records_is_one_refusal() -> None:
    for data in ("{}", "[]", '{"name": "telusur", "version": 1}', "[1, 2, 3]", '{"a": {}}' * 1_000, "", '"'):
        assert codes(data) == ["not_marc"]


def test_other_json_of_libraries_is_one_refusal() -> None:
    folder = shared("data/marc/openlibrary")
    for path in sorted(folder.glob("*.json")):
        assert codes(path.read_bytes()) == ["not_marc"], path.name
        assert detect(path.read_bytes(), path.name) is None


@pytest.mark.parametrize("deep", ['{"fields":' * 200_000, "[" * 1_000_000, '{"leader":"x","fields":' + "[" * 500_000])
def test_deep_nesting_is_refused_and_kills_nothing(deep: str) -> None:
    assert codes(deep) in (["too_large"], ["not_marc"])


def test_a_deep_record_among_others_costs_only_itself() -> None:
    bomb = '{"leader":"x","fields":' + "[" * 100_000 + "]" * 100_000 + "}"
    assert codes(f"[{one(1)},{bomb},{one(3)}]") == ["read", "too_large", "read"]


def test_a_text_without_end_is_refused_and_the_next_record_read() -> None:
    endless = one(2, "A" * (MAX_RECORD_BYTES + 5_000_000))
    assert codes(f"[{one(1)},{endless},{one(3)}]") == ["read", "too_large", "read"]


def test_numbers_and_nothing_are_texts() -> None:
    (item,) = records(
        '{"leader": null, "fields": [{"001": 12345678901234567890}, {"245": {"subfields": [{"a": 1984}]}}]}'
    )
    assert [str(field) for field in item.record.fields] == ["=001  12345678901234567890", "=245  \\\\$a1984"]
    assert len(item.record.leader) == 24


def test_half_a_character_is_left_out() -> None:
    (item,) = records(one(1, "Laut").replace("Laut", "La\\ud800ut\\u0000"))
    assert item.record.of("245")[0].get("a") == "Laut"
    assert isinstance(next(marcxml.read(io.BytesIO(item.raw.data), "")), SourceRecord)


def test_authority_records_are_set_apart() -> None:
    assert codes(one(1).replace("nam a", "nz  a")) == ["not_bibliographic"]


def test_long_record_is_kept_whole() -> None:
    (item,) = records(one(1, "Laut " * 40_000))
    (again,) = list(marcxml.read(io.BytesIO(item.raw.data), ""))
    assert isinstance(again, SourceRecord)
    assert lines_of(again.record) == lines_of(item.record)


@given(st.lists(RECORDS, min_size=1, max_size=4), st.booleans())
def test_what_is_written_as_json_is_read_as_it_was(made: list[Record], lines: bool) -> None:
    written = [as_json(record) for record in made]
    found = records("\n".join(written) if lines else f"[{', '.join(written)}]")
    assert [lines_of(item.record) for item in found] == [lines_of(record) for record in made]


@given(RECORDS)
def test_both_forms_of_json_are_the_same_record(made: Record) -> None:
    (first,), (second,) = records(as_json(made)), records(as_old_json(made))
    assert sorted(lines_of(first.record)) == sorted(lines_of(second.record))


@given(RECORDS)
def test_the_stored_form_reads_back_as_the_record(made: Record) -> None:
    (item,) = records(as_json(made))
    (again,) = list(marcxml.read(io.BytesIO(item.raw.data), ""))
    assert isinstance(again, SourceRecord)
    assert lines_of(again.record) == lines_of(item.record)


@given(st.binary(max_size=300), st.sampled_from([b"", b'{"leader":"', b'[{"leader": "a", "fields": [']))
def test_no_bytes_at_all_raise(data: bytes, before: bytes) -> None:
    assert read(before + data)


def test_memory_is_one_record_and_not_the_file() -> None:
    data = ("[" + ",\n".join(one(n, "Laut " * 100) for n in range(20_000)) + "]").encode()
    assert len(data) > 10_000_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in marcjson.read(io.BytesIO(data), "uji.json")) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("form", [as_json, as_old_json])
def test_real_records_come_back_as_they_were(form: Callable[[Record], str]) -> None:
    path = shared("data/marc/gpo_collections/NIST_Collection__UTF8__nbs_monograph_utf8.mrc")
    real = [item.record for item in read_file(path) if isinstance(item, SourceRecord)]
    # A few hold escape sequences of MARC-8, which no form in Unicode keeps.
    real = [record for record in real if all(str(field).isprintable() for field in record.fields)]
    found = records("\n".join(map(form, real)))
    assert len(found) == len(real) > 100
    assert [lines_of(item.record)[1:] for item in found] == [lines_of(record)[1:] for record in real]


def test_blocks_of_any_size_give_the_same_records() -> None:
    data = ("\n".join(one(n, "Laut " * (n % 7)) for n in range(2_000))).encode()

    class Slow(io.BytesIO):
        sizes = itertools.cycle((1, 7, 64, 96, 97, 4096, 333))

        def read(self, size: int | None = -1) -> bytes:
            return super().read(next(self.sizes))

    assert [item.origin for item in marcjson.read(Slow(data), "uji.json")] == [item.origin for item in read(data)]
    assert len(read(data)) == 2_000
