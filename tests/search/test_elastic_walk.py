"""Walking through a cluster to which several writers wrote in the same microsecond."""

from elasticsearch import Elasticsearch

from search.document import to_json
from search.engines.elastic import ElasticEngine
from search.publications import BEGINNING
from search.settings import ServerSettings
from tests.support.documents import document, entry
from tests.support.elasticsearch.node import Node
from tests.support.engines import remove_indexes


def test_documents_with_one_stamp_are_not_parted(elasticsearch_node: Node) -> None:
    settings = ServerSettings((elasticsearch_node.url,), index="test-one-stamp", shards=2)
    engine = ElasticEngine(settings)
    try:
        with engine.updating() as writer:
            writer.put([entry("a.1", "Laut"), entry("z.1", "Laut")])
        first = engine.searcher().walk()[0].stamp
        with Elasticsearch([elasticsearch_node.url]) as client:
            for id in ("b.1", "b.2", "b.3", "b.4"):
                stored = {"json": to_json(document(id, "Laut")), "stamp": first + 1, "fingerprint": ""}
                client.index(index="test-one-stamp-records", id=id, document=stored)
        with engine.updating() as writer:
            writer.put([entry("z.1", "Laut")])
        searcher = engine.searcher()
        for limit in range(1, 8):
            found, after = [], BEGINNING
            while page := searcher.walk(after, limit):
                found += [str(step.id) for step in page]
                after = page[-1].stamp
            assert (found[0], sorted(found[1:-1]), found[-1]) == ("a.1", ["b.1", "b.2", "b.3", "b.4"], "z.1")
    finally:
        engine.close()
        remove_indexes((elasticsearch_node.url,), "test-one-stamp")
