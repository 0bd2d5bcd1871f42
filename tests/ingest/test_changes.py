"""What a record asks of the index."""

from collections.abc import Iterator

import pytest

import marc_samples
from ingest.changes import Change, Known, change_of, known
from ingest.files import FoundFile, find, open_stream
from ingest.readers.formats import READERS
from ingest.source import Origin, RecordItem, Rejected, SourceRecord, UnreadRecord
from tests.support.marc_records import made
from tests.support.shared_data import shared


def cut(found: FoundFile) -> Iterator[RecordItem]:
    with open_stream(found) as (stream, _):
        yield from READERS[found.kind].cut(stream, str(found.path))


@pytest.mark.parametrize("folder", ["samples", "marc4j", "pymarc", "evergreen", "openlibrary", "catmandu"])
def test_the_short_way_knows_a_record_as_the_long_way_does(folder: str) -> None:
    path = marc_samples.SAMPLES if folder == "samples" else shared(f"data/marc/{folder}")
    files = [found for found in find([path]) if isinstance(found, FoundFile) and found.kind != "pdf"]
    short = total = 0
    for item in (item for found in files for item in cut(found)):
        change = change_of(item, "kota", with_passages=False)
        if not isinstance(change, Change) or change.document is None:
            continue
        total += 1
        found = known(item, "kota")
        assert isinstance(found, Known)
        assert (found.id, found.fingerprint) == (change.id, change.document.fingerprint)
        short += isinstance(found.item, UnreadRecord)
    assert short > total // 2


def test_a_record_without_a_number_is_known_by_its_description() -> None:
    data = made("245 10 $a Laut").raw.data
    found = known(UnreadRecord(Origin("a.mrc", 1), "marc", data), "kota")
    assert isinstance(found, Known)
    assert isinstance(found.item, SourceRecord)
    assert found.id.startswith("kota.h")
    assert isinstance(known(UnreadRecord(Origin("a.mrc", 1), "marc", b"00050 broken"), "kota"), Rejected)


def test_a_refused_record_has_its_bytes_with_it() -> None:
    untitled = made("001 9", "100 1  $a Kaligis").raw.data
    refused = change_of(UnreadRecord(Origin("a.mrc", 1), "marc", untitled), "kota", with_passages=False)
    assert isinstance(refused, Rejected)
    assert (refused.data, refused.format) == (untitled, "marc")


def test_a_record_of_a_repository_keeps_the_name_it_has_there() -> None:
    data = made("001 9", "245 10 $a Laut").raw.data
    change = change_of(
        UnreadRecord(Origin("x"), "marc", data, oai_identifier="oai:kota:9"), "kota", with_passages=False
    )
    assert isinstance(change, Change)
    assert change.document is not None
    assert change.document.values("oai_identifier") == ("oai:kota:9",)
    assert isinstance(READERS["marc"].read_one(UnreadRecord(Origin("x"), "marc", data)), SourceRecord)
