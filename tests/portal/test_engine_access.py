"""The command over a cluster: what it needs to get in, and what it says when it does not."""

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from elasticsearch import Elasticsearch

from portal.commands.exit_codes import DONE, UNAVAILABLE, WRONG_USE
from portal.settings import Settings, SettingsError, read_settings
from tests.support.elasticsearch.node import Node
from tests.support.elasticsearch.proxies import TlsPasswordProxy
from tests.support.engines import remove_indexes
from tests.support.ports import free_port
from tests.support.records import record, write
from tests.support.telusur import command

SECRET: Final = "kata-sandi-rahasia"  # noqa: S105 - opens nothing


class Telusur:
    """The command in a folder of its own, over an index of its own."""

    def __init__(self, folder: Path, index: str) -> None:
        self.folder, self.index = folder, index

    def run(self, settings: Mapping[str, str], *arguments: str, code: int = UNAVAILABLE) -> str:
        named = {"TELUSUR_DATA": "data", "TELUSUR_MODEL": "none", "TELUSUR_ENGINE_INDEX": self.index}
        ended, *told = command(arguments, self.folder, {**named, **settings})
        said = "".join(told)
        assert ended == code, said
        assert "Traceback" not in said
        assert SECRET not in said
        return said

    def complaint(self, settings: Mapping[str, str], code: int = UNAVAILABLE) -> str:
        """What `search` says when it cannot: one line."""
        (line,) = self.run(settings, "search", "laut", code=code).splitlines()
        assert line.startswith("telusur: ")
        return line


@pytest.fixture
def telusur(elasticsearch_node: Node, tmp_path: Path) -> Iterator[Telusur]:
    index = f"test-{secrets.token_hex(6)}"
    yield Telusur(tmp_path, index)
    remove_indexes((elasticsearch_node.url,), index)


@pytest.fixture
def access(elasticsearch_tls: TlsPasswordProxy) -> dict[str, str]:
    """Settings that lead into the cluster."""
    user, password = elasticsearch_tls.basic_auth
    return {
        "TELUSUR_ENGINE": elasticsearch_tls.url,
        "TELUSUR_ENGINE_USER": user,
        "TELUSUR_ENGINE_PASSWORD": password,
        "TELUSUR_ENGINE_CA": str(elasticsearch_tls.ca_certs),
    }


def test_records_are_loaded_and_found_through_tls_and_a_password(telusur: Telusur, access: dict[str, str]) -> None:
    file = write(telusur.folder / "a.mrc", [record("1", "Terumbu karang"), record("2", "Gunung api")])
    telusur.run(access, "ingest", str(file), code=DONE)
    telusur.run(access, "ingest", str(file), "--rebuild", code=DONE)
    assert "Terumbu karang" in telusur.run(access, "search", "karang", code=DONE)
    said = telusur.run(access, "check", code=DONE)
    assert "2 records" in said
    assert "TELUSUR_ENGINE_PASSWORD=(set)" in said
    assert access["TELUSUR_ENGINE_PASSWORD"] not in said


def test_what_keeps_the_command_out_is_said_in_one_line_without_secrets(
    telusur: Telusur, access: dict[str, str], tmp_path: Path
) -> None:
    wrong_password = telusur.complaint({**access, "TELUSUR_ENGINE_PASSWORD": SECRET})
    assert "TELUSUR_ENGINE_USER and TELUSUR_ENGINE_PASSWORD, or TELUSUR_ENGINE_API_KEY" in wrong_password
    wrong_key = telusur.complaint({**access, "TELUSUR_ENGINE_API_KEY": SECRET})
    assert wrong_key == wrong_password
    assert "TELUSUR_ENGINE_API_KEY" in telusur.complaint({**access, "TELUSUR_ENGINE_API_KEY": f"{SECRET} é"})
    assert "TELUSUR_ENGINE_CA" in telusur.complaint({**access, "TELUSUR_ENGINE_CA": ""})
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("garbage")
    for path in (garbage, tmp_path / "none.pem"):
        assert f"TELUSUR_ENGINE_CA={path}" in telusur.complaint({**access, "TELUSUR_ENGINE_CA": str(path)})
    nowhere = f"http://127.0.0.1:{free_port()}"
    assert f"cannot be reached at {nowhere}" in telusur.complaint({"TELUSUR_ENGINE": nowhere})
    assert "telusur ingest" in telusur.complaint(access)


def test_every_command_ends_with_the_same_code_and_no_traceback(telusur: Telusur, access: dict[str, str]) -> None:
    file = write(telusur.folder / "a.mrc", [record("1", "Terumbu karang")])
    wrong = {**access, "TELUSUR_ENGINE_PASSWORD": SECRET, "TELUSUR_ENGINE_API_KEY": SECRET}
    for arguments in (["ingest", str(file)], ["ingest", str(file), "--rebuild"], ["show", "katalog.1"], ["check"]):
        assert "TELUSUR_ENGINE_API_KEY" in telusur.run(wrong, *arguments)
    said = telusur.run(wrong, "check")
    assert "TELUSUR_ENGINE_PASSWORD=(set)" in said
    assert "TELUSUR_ENGINE_API_KEY=(set)" in said


def test_an_index_of_somebody_else_is_told_by_every_command(telusur: Telusur, elasticsearch_node: Node) -> None:
    with Elasticsearch(elasticsearch_node.url) as client:
        client.indices.create(index=f"{telusur.index}-records")
    file = write(telusur.folder / "a.mrc", [record("1", "Terumbu karang")])
    for arguments in (["search", "laut"], ["ingest", str(file), "--rebuild"], ["check"]):
        assert "is not an index of this program" in telusur.run({"TELUSUR_ENGINE": elasticsearch_node.url}, *arguments)


@pytest.mark.parametrize("block", ["write", "read_only_allow_delete"])
def test_an_index_that_is_closed_for_writing_is_told_with_what_opens_it(
    telusur: Telusur, elasticsearch_node: Node, block: str
) -> None:
    here = {"TELUSUR_ENGINE": elasticsearch_node.url}
    files = [write(telusur.folder / f"{n}.mrc", [record(str(n), "Terumbu karang")]) for n in (1, 2)]
    telusur.run(here, "ingest", str(files[0]), code=DONE)
    with Elasticsearch(elasticsearch_node.url) as client:
        client.indices.put_settings(index=f"{telusur.index}-*", settings={f"index.blocks.{block}": True})
        said = telusur.run(here, "ingest", str(files[1]))
        assert f'PUT {telusur.index}-*/_settings {{"index.blocks.{block}": null}}' in said
        assert ("disk" in said) == (block == "read_only_allow_delete")
        assert "the same command again goes on from there" in said
        client.indices.put_settings(index=f"{telusur.index}-*", settings={f"index.blocks.{block}": None})
    assert "1 indexed" in telusur.run(here, "ingest", str(files[1]), code=DONE)


# --- the setting itself ---


def settings(tmp_path: Path, engine: str) -> Settings:
    return read_settings({"TELUSUR_ENGINE": engine}, tmp_path / "none.toml")


@pytest.mark.parametrize(
    "url",
    [
        f"http://elastic:{SECRET}@127.0.0.1:9200",
        f"elastic:{SECRET}@127.0.0.1:9200",
        f"https://elastic:{SECRET}/x@127.0.0.1:9200",
        f"https://elastic:x,{SECRET}@127.0.0.1:9200",
        f"https://elastic:x {SECRET}@127.0.0.1:9200",
        f"http://127.0.0.1:9200,http://elastic:{SECRET}@127.0.0.1:9201",
    ],
)
def test_a_password_in_the_url_is_refused_and_not_repeated(telusur: Telusur, url: str) -> None:
    named = {"TELUSUR_ENGINE": url}
    for said in (telusur.complaint(named, WRONG_USE), telusur.run(named, "check", code=WRONG_USE)):
        assert "TELUSUR_ENGINE_PASSWORD" in said
        assert "127.0.0.1:920" in said


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:99999",
        "http://localhost:0",
        "http://localhost:abc",
        "http://[::1",
        "http://:9200",
        "http://a..b:9200",
        f"http://{'a' * 64}:9200",
        "http://localhost?x=1",
        "http://localhost/#x",
        "ftp://localhost",
        "localhost:9200",
        "solr",
        ",",
        "",
    ],
)
def test_a_url_that_can_be_none_is_told(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=r"TELUSUR_ENGINE=.*is not an engine"):
        assert settings(tmp_path, url).search


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "https://es.example.org:443/search",
        "http://es_1:9200",
        "http://[::1]:9200",
        "http://127.0.0.1",
    ],
)
def test_a_url_is_taken_as_it_is(tmp_path: Path, url: str) -> None:
    server = settings(tmp_path, f"{url}, http://other:9200").search.server
    assert server is not None
    assert server.urls == (url, "http://other:9200")
