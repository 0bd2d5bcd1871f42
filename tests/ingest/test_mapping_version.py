"""A catalogue is rewritten when the mapping changes what records become, and only then."""

import hashlib
from dataclasses import replace

import marc_samples
from ingest.fingerprints import MAPPING_VERSION
from ingest.mappings.marc21 import to_document
from ingest.source import SourceRecord
from search.document import Document, to_json
from tests.support.marc_records import read_file

# What the sample records become, by the version of the mapping. A new line when the test below says so.
BECOMES = {
    4: "933f24bb93f0cb45",
    5: "933f24bb93f0cb45",
    6: "933f24bb93f0cb45",
    7: "933f24bb93f0cb45",
    8: "2771f418dfb98752",
    9: "b26f00ee9dc50529",
    10: "adffa4d544144833",
    11: "5c264b2a6d582eb8",
    12: "2c118d15b09776df",
    13: "2c118d15b09776df",  # web addresses among the keys of the index
    14: "215afd3cb68d73db",  # 532 among the notes
    15: "fae4c833a8c08bf9",  # a statement of responsibility in 245 $a, and what followed
    16: "142987f77beaf25b",  # places and years after a typed " -- ", statements of a "tim penyusun"
}


def test_the_mapping_version_is_raised_when_records_become_something_else() -> None:
    """Otherwise a load would take records for unchanged that are read differently now."""
    digest = hashlib.sha256()
    for path in sorted(path for path in marc_samples.SAMPLES.iterdir() if path.is_file()):
        for item in read_file(path):
            document = to_document(item, "k") if isinstance(item, SourceRecord) else None
            if isinstance(document, Document):
                digest.update(to_json(replace(document, raw=None, fingerprint="")).encode("utf-8", "replace"))
    assert BECOMES.get(MAPPING_VERSION) == digest.hexdigest()[:16], (
        f"raise MAPPING_VERSION in ingest/fingerprints.py to {MAPPING_VERSION + 1} and add it here with this value"
    )
