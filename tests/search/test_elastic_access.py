"""Getting into a cluster: TLS, credentials, versions, names that are taken, and what is said when it fails."""

import http.server
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from search.engine import Engine, WriteReport
from search.engines.elastic import ElasticEngine
from search.engines.elastic.state import State
from search.errors import EngineUnavailable, IndexGone, IndexMissing, SchemaMismatch
from search.query_language import parse
from search.settings import ServerSettings
from tests.support.documents import entry
from tests.support.elasticsearch.node import Node
from tests.support.elasticsearch.proxies import TlsPasswordProxy
from tests.support.engines import remove_indexes
from tests.support.ports import free_port


@pytest.fixture
def index(elasticsearch_node: Node) -> Iterator[str]:
    """What names in the cluster begin with for one test; nothing of it is left."""
    name = f"test-{secrets.token_hex(6)}"
    yield name
    remove_indexes((elasticsearch_node.url,), name)


@pytest.fixture
def client(elasticsearch_node: Node) -> Iterator[Elasticsearch]:
    """The cluster as somebody else uses it."""
    with Elasticsearch(elasticsearch_node.url) as client:
        yield client


def load(engine: Engine, *titles: str) -> WriteReport:
    with engine.updating() as writer:
        return writer.put([entry(f"a.{number}", title) for number, title in enumerate(titles)])


def rebuild(engine: Engine, *titles: str) -> None:
    with engine.rebuilding() as writer:
        writer.put([entry(f"a.{number}", title) for number, title in enumerate(titles)])


def total(engine: Engine, text: str = "") -> int:
    return engine.searcher().keyword(parse(text), 10).total


@contextmanager
def answering(body: bytes, status: int = 200, kind: str = "application/json") -> Iterator[str]:
    """The URL of a server that says the same to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815 - the names http.server calls

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


# --- credentials and certificates ---


@pytest.mark.parametrize("way", ["password", "key", "key with the end of its line"])
def test_the_right_credentials_and_authority_load_and_search(
    elasticsearch_tls: TlsPasswordProxy, index: str, way: str
) -> None:
    proxy = elasticsearch_tls
    user, password = proxy.basic_auth if way == "password" else ("", "")
    key = {"password": "", "key": proxy.api_key}.get(way, f"{proxy.api_key}\n")
    settings = ServerSettings((proxy.url,), user, password, key, str(proxy.ca_certs), index)
    with closing(ElasticEngine(settings)) as engine:
        assert load(engine, "Laut", "Gunung").written == ("a.0", "a.1")
        rebuild(engine, "Laut", "Laut")
        assert total(engine, "laut") == engine.info().documents == 2
        assert not engine.damaged()


@pytest.mark.parametrize(
    ("user", "password", "key"),
    [("", "", ""), ("librarian", "wrong", ""), ("nobody", "correct horse", ""), ("ü", "kata sandi é’", ""), ("", "", "d3Jvbmc=")],
)  # fmt: skip
def test_wrong_credentials_name_the_settings_and_not_what_was_given(
    elasticsearch_tls: TlsPasswordProxy, index: str, user: str, password: str, key: str
) -> None:
    settings = ServerSettings((elasticsearch_tls.url,), user, password, key, str(elasticsearch_tls.ca_certs), index)
    with closing(ElasticEngine(settings)) as engine:
        for ask in (engine.searcher, engine.info, lambda: load(engine), lambda: rebuild(engine)):
            with pytest.raises(EngineUnavailable) as told:
                ask()
            for name in ("TELUSUR_ENGINE_USER", "TELUSUR_ENGINE_PASSWORD", "TELUSUR_ENGINE_API_KEY"):
                assert name in str(told.value)
            assert not any(secret in str(told.value) for secret in (password, key) if secret)


def test_an_api_key_that_can_be_none_is_told_without_its_text() -> None:
    for key in ("geheim ’", "geheim\x00ada", "id geheim"):
        with pytest.raises(EngineUnavailable, match="TELUSUR_ENGINE_API_KEY") as told:
            ElasticEngine(ServerSettings(("http://127.0.0.1:1",), api_key=key))
        assert "geheim" not in str(told.value)
        assert "geheim" not in repr(told.value.__cause__)


def test_a_certificate_of_an_unknown_authority_names_the_setting(elasticsearch_tls: TlsPasswordProxy) -> None:
    user, password = elasticsearch_tls.basic_auth
    with closing(ElasticEngine(ServerSettings((elasticsearch_tls.url,), user, password))) as engine:
        for ask in (engine.searcher, lambda: load(engine)):
            with pytest.raises(EngineUnavailable, match=r"certificate .* not trusted.*TELUSUR_ENGINE_CA"):
                ask()


def test_a_file_that_is_no_authority_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    garbage, missing = tmp_path / "garbage.pem", tmp_path / "missing.pem"
    garbage.write_text("garbage")
    for path, why in ((garbage, "no certificate"), (missing, "No such file"), (tmp_path, "directory")):
        with pytest.raises(EngineUnavailable, match=rf"TELUSUR_ENGINE_CA={path} .*{why}"):
            ElasticEngine(ServerSettings(("https://127.0.0.1:1",), ca=str(path)))


def test_an_authority_without_https_is_told(elasticsearch_tls: TlsPasswordProxy) -> None:
    with pytest.raises(EngineUnavailable, match="https://"):
        ElasticEngine(ServerSettings(("http://127.0.0.1:1",), ca=str(elasticsearch_tls.ca_certs)))


def test_http_and_https_mixed_up_is_told(elasticsearch_node: Node, elasticsearch_tls: TlsPasswordProxy) -> None:
    mixed_up = [elasticsearch_node.url.replace("http:", "https:"), elasticsearch_tls.url.replace("https:", "http:")]
    for url in mixed_up:
        with closing(ElasticEngine(ServerSettings((url,)))) as engine:
            with pytest.raises(EngineUnavailable, match="TELUSUR_ENGINE") as told:
                engine.searcher()
            assert "certificate" not in str(told.value)


# --- something else than this program's Elasticsearch ---


@pytest.mark.parametrize("speaks", [99, 7])
def test_a_cluster_of_another_version_is_told(elasticsearch_node: Node, tmp_path: Path, speaks: int) -> None:
    with TlsPasswordProxy(elasticsearch_node.url, tmp_path, speaks=speaks) as proxy:
        settings = ServerSettings((proxy.url,), api_key=proxy.api_key, ca=str(proxy.ca_certs))
        with closing(ElasticEngine(settings)) as engine:
            for ask in (engine.searcher, engine.info, lambda: load(engine), lambda: rebuild(engine)):
                with pytest.raises(EngineUnavailable, match="another version"):
                    ask()


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"{}", 200, "application/json"),
        (b'{"hello": "world"}', 200, "application/json"),
        (b"[1]", 200, "application/json"),
        (b"not JSON", 200, "application/json"),
        (b"", 200, "application/json"),
        (b"<html>", 200, "text/html"),
        (b"<x/>", 200, "application/xml"),
        (b"{}", 404, "application/json"),
        (b"<html>", 404, "text/html"),
        (b"{}", 400, "application/json"),
        (b"<html>", 400, "text/html"),
        (b"<html>", 405, "text/html"),
        (b"{}", 500, "application/json"),
        (b"", 301, "text/plain"),
    ],
)
def test_a_server_that_is_not_elasticsearch_is_told(body: bytes, status: int, kind: str) -> None:
    with answering(body, status, kind) as url, closing(ElasticEngine(ServerSettings((url,)))) as engine:
        for ask in (engine.searcher, engine.info, lambda: load(engine), lambda: rebuild(engine)):
            with pytest.raises(EngineUnavailable, match="is not Elasticsearch") as told:
                ask()
            assert not isinstance(told.value, IndexMissing)


def test_where_nothing_listens_the_setting_is_named() -> None:
    with socket.socket() as bound:  # and does not listen
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        with (
            closing(ElasticEngine(ServerSettings((url,)))) as engine,
            pytest.raises(EngineUnavailable, match=f"cannot be reached at {url}.*TELUSUR_ENGINE"),
        ):
            engine.searcher()


def test_a_proxy_that_does_not_reach_the_cluster_is_told(tmp_path: Path) -> None:
    with TlsPasswordProxy(f"http://127.0.0.1:{free_port()}", tmp_path) as proxy:
        settings = ServerSettings((proxy.url,), api_key=proxy.api_key, ca=str(proxy.ca_certs))
        with closing(ElasticEngine(settings)) as engine, pytest.raises(EngineUnavailable, match=r"proxy"):
            engine.searcher()


def test_a_host_said_twice_is_one_host(elasticsearch_node: Node, index: str) -> None:
    url = elasticsearch_node.url
    with closing(ElasticEngine(ServerSettings((url, f"{url}/", url), index=index))) as engine:
        load(engine, "Laut")
        assert total(engine) == 1


# --- names that are taken ---


def test_without_an_index_the_way_to_load_is_told(elasticsearch_node: Node, index: str) -> None:
    with closing(ElasticEngine(ServerSettings((elasticsearch_node.url,), index=index))) as engine:
        for ask in (engine.searcher, engine.info, engine.damaged):
            with pytest.raises(IndexMissing, match="telusur ingest"):
                ask()


def test_an_index_that_is_deleted_under_a_portal_is_no_empty_catalogue(elasticsearch_node: Node, index: str) -> None:
    settings = ServerSettings((elasticsearch_node.url,), index=index)
    with closing(ElasticEngine(settings)) as engine, closing(ElasticEngine(settings)) as loading:
        load(engine, "Laut")
        held = engine.searcher()
        remove_indexes((elasticsearch_node.url,), index)
        for ask in (lambda: held.keyword(parse("laut"), 10), engine.info, engine.damaged, lambda: load(engine, "Ikan")):
            with pytest.raises(IndexGone, match=r"no longer there.*snapshot.*telusur ingest"):
                ask()
        load(loading, "Ikan")  # whoever begins a new one says so
        assert total(engine) == 1


@pytest.mark.parametrize("metadata", [None, {"layout": "x", "schema_version": None}, {"made_by": "somebody"}])
@pytest.mark.parametrize("through_alias", [False, True])
def test_what_another_program_made_is_not_used_nor_removed(
    elasticsearch_node: Node, client: Elasticsearch, index: str, metadata: dict[str, object] | None, through_alias: bool
) -> None:
    theirs = f"{index}-records-theirs" if through_alias else f"{index}-records"
    client.indices.create(
        index=theirs,
        mappings={"_meta": metadata} if metadata else None,
        aliases={f"{index}-records": {}} if through_alias else None,
    )
    client.index(index=theirs, document={"title": "Laut"}, refresh=True)
    with closing(ElasticEngine(ServerSettings((elasticsearch_node.url,), index=index))) as engine:
        for ask in (engine.searcher, engine.info, lambda: load(engine), lambda: rebuild(engine, "Gunung")):
            with pytest.raises(SchemaMismatch, match=r"not an index of this program.*TELUSUR_ENGINE_INDEX"):
                ask()
    assert client.count(index=theirs)["count"] == 1
    assert client.count(index=f"{index}-records")["count"] == 1


def test_a_rebuild_leaves_what_others_named_like_ours(
    elasticsearch_node: Node, client: Elasticsearch, index: str
) -> None:
    left = f"{index}-records-20260101000000-abcdef"  # as a rebuild that was killed leaves it
    theirs = [f"{index}-records-theirs", f"{index}-pages-2025"]
    for name in (left, *theirs):
        client.indices.create(index=name)
    with closing(ElasticEngine(ServerSettings((elasticsearch_node.url,), index=index))) as engine:
        rebuild(engine, "Laut")
        assert total(engine) == 1
    assert all(client.indices.exists(index=name) for name in theirs)
    assert not client.indices.exists(index=left)


@pytest.mark.parametrize("older", [{"schema_version": 0}, {"layout": 99}])
def test_an_index_of_another_version_asks_for_a_rebuild_which_mends_it(
    elasticsearch_node: Node, client: Elasticsearch, index: str, older: dict[str, int]
) -> None:
    with closing(ElasticEngine(ServerSettings((elasticsearch_node.url,), index=index))) as engine:
        load(engine, "Laut")
        client.indices.put_mapping(index=f"{index}-records", meta=State("").meta() | older)
    with closing(ElasticEngine(ServerSettings((elasticsearch_node.url,), index=index))) as engine:
        for ask in (engine.searcher, engine.info, lambda: load(engine)):
            with pytest.raises(SchemaMismatch, match="--rebuild"):
                ask()
        rebuild(engine, "Gunung", "Laut")
        assert total(engine) == 2
