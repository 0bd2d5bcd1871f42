"""`telusur evaluate` over a cluster: in an index of its own, which is empty afterwards."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from elasticsearch import Elasticsearch

from portal.commands.evaluating import passing_index
from search.document import DocumentId
from search.engines.elastic import ElasticEngine
from search.errors import IndexBusy
from search.evaluation import CorpusText
from search.settings import SearchSettings, ServerSettings
from tests.support.elasticsearch.node import Node
from tests.support.engines import remove_indexes

ROOT: Final = Path(__file__).resolve().parents[2]


@pytest.fixture
def index(elasticsearch_node: Node) -> Iterator[str]:
    index = f"test-{secrets.token_hex(6)}"
    yield index
    remove_indexes((elasticsearch_node.url,), index)


def test_a_corpus_is_judged_in_a_passing_index(elasticsearch_node: Node, index: str, tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text(
        '{"_id":"1","title":"Terumbu karang","text":"laut"}\n{"_id":"2","title":"Gunung","text":"api"}\n',
        encoding="utf-8",
    )
    (tmp_path / "q.jsonl").write_text('{"_id":"q","text":"terumbu"}\n{"_id":"r","text":"padi"}\n', encoding="utf-8")
    (tmp_path / "r.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t1\nr\t2\t1\n", encoding="utf-8")
    settings = {
        "TELUSUR_DATA": str(tmp_path / "data"),
        "TELUSUR_MODEL": "none",
        "TELUSUR_ENGINE": elasticsearch_node.url,
        "TELUSUR_ENGINE_INDEX": index,
    }
    files = ["--corpus", "c.jsonl", "--queries", "q.jsonl", "--qrels", "r.tsv"]
    done = subprocess.run(
        [sys.executable, "-m", "portal.cli", "evaluate", *files, "--mode", "keyword", "--json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    per_query = json.loads(done.stdout)["modes"]["keyword"]["per_query"]
    assert {id: scores["mrr_at_10"] for id, scores in per_query.items()} == {"q": 1.0, "r": 0.0}
    with Elasticsearch(elasticsearch_node.url) as client:
        made = list(client.indices.get(index=f"{index}*", features="aliases").body)
        assert all(name.startswith(f"{index}-evaluate-") for name in made)  # the library's own is not touched
        assert client.count(index=made)["count"] == 0


def test_an_evaluation_that_lost_its_index_to_another_gives_no_figures(
    elasticsearch_node: Node, index: str, tmp_path: Path
) -> None:
    server = ServerSettings((elasticsearch_node.url,), index=index)
    texts = [CorpusText(DocumentId("1"), "Terumbu karang", "laut")]
    other = ElasticEngine(ServerSettings((elasticsearch_node.url,), index=f"{index}-evaluate"))
    with pytest.raises(IndexBusy), passing_index(SearchSettings(tmp_path, server), iter(texts), None):  # noqa: PT012
        with other.rebuilding():
            pass
        other.close()
