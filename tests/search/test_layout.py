"""An index made by another version is known by its number, never by an error of the engine."""

import hashlib
import json
from pathlib import Path

import tantivy

from search.engines.elastic import mapping as elastic
from search.engines.embedded import words as embedded
from search.schema import SCHEMA_VERSION

# What an index's files hold, by SCHEMA_VERSION and the engine's LAYOUT. When a test below fails, raise the engine's
# LAYOUT (or SCHEMA_VERSION, if fields have changed) and write the new value beside it.
EMBEDDED = {(2, 5): "f7480e99a7eb422d"}
ELASTIC = {(2, 4): "7dcb3c06d6fecc0e"}


def digest(plain: object) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def test_the_embedded_layout_is_raised_when_its_files_change(tmp_path: Path) -> None:
    schemas = []
    for name, schema in (("words", embedded.record_schema()), ("pages", embedded.page_schema())):
        (tmp_path / name).mkdir()
        tantivy.Index(schema, path=str(tmp_path / name))
        schemas.append(json.loads((tmp_path / name / "meta.json").read_text(encoding="utf-8"))["schema"])
    assert EMBEDDED.get((SCHEMA_VERSION, embedded.LAYOUT)) == digest(schemas)


def test_the_layout_in_a_cluster_is_raised_when_its_mapping_changes() -> None:
    assert ELASTIC.get((SCHEMA_VERSION, elastic.LAYOUT)) == digest(
        [elastic.record_mappings({}), elastic.page_mappings()]
    )
