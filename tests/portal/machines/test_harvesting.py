"""A running portal over real records, harvested by another program's client and by our own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sickle import Sickle
from sickle.models import Record

import marc_samples
from portal.bootstrap import Services, open_services
from portal.settings import read_settings
from search.document import Document
from search.engine import Searcher
from tests.support.browsing import ROOT, running_portal
from tests.support.marc_records import made

SAMPLES = (
    "gpo_children.mrc",
    "gpo_indonesia.mrc",
    "gpo_maps.mrc",
    "indonesia.mrc",
    "gpo_serials.mrc",
    "loc_marc2bibframe.xml",
)
# The name that a repository gives is known of what was harvested alone.
NOT_COPIED = frozenset(("oai_identifier",))


@dataclass
class Served:
    """A portal and the folder it serves."""

    address: str
    folder: Path

    @property
    def services(self) -> Services:
        return services(self.folder)

    def load(self, *arguments: str) -> str:
        return telusur(self.folder, "ingest", *arguments, "--no-embed")

    def client(self) -> Sickle:
        return Sickle(f"{self.address}/oai", max_retries=0)


def services(folder: Path) -> Services:
    settings = {"TELUSUR_DATA": str(folder / "data"), "TELUSUR_MODEL": "none"}
    return open_services(read_settings(settings, folder / "none.toml"))


def telusur(folder: Path, *arguments: str) -> str:
    """The command, as a person runs it."""
    environment = {**os.environ, "TELUSUR_DATA": str(folder / "data"), "TELUSUR_MODEL": "none", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "portal.cli", *arguments],
        capture_output=True, text=True, cwd=folder, env=environment, timeout=200,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout + done.stderr  # 1: some records of the samples are refused
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("harvested")
    samples = Path(marc_samples.__file__).parent
    telusur(folder, "ingest", *(str(samples / name) for name in SAMPLES), "--no-embed")
    with running_portal(folder / "data") as portal:
        yield Served(portal.address, folder)


def everything(searcher: Searcher) -> dict[str, Document]:
    found: dict[str, Document] = {}
    after = searcher.publications.all[0].upto * 0
    while steps := searcher.walk(type(searcher.publications.last)(after), 500):
        found |= {document.id: document for document in searcher.fetch([step.id for step in steps])}
        after = steps[-1].stamp
    return found


def ids(records: Iterator[Record]) -> list[str]:
    return [record.header.identifier.rpartition(":")[2] for record in records]


def test_another_programs_harvest_is_the_index(served: Served) -> None:
    held = everything(served.services.engine.searcher())
    client = served.client()
    assert client.Identify().granularity == "YYYY-MM-DDThh:mm:ssZ"
    for prefix in ("oai_dc", "marcxml"):
        records = list(client.ListRecords(metadataPrefix=prefix))
        assert sorted(ids(iter(records))) == sorted(held)
        assert not any(record.deleted for record in records)
    headers = list(client.ListIdentifiers(metadataPrefix="oai_dc"))
    assert [header.identifier for header in headers] == [record.header.identifier for record in records]
    dates = [header.datestamp for header in headers]
    assert dates == sorted(dates)
    titles = {record.metadata["title"][0] for record in client.ListRecords(metadataPrefix="oai_dc")}
    assert len(titles) > len(held) / 2


def test_each_set_holds_the_records_of_its_facet(served: Served) -> None:
    client, searcher = served.client(), served.services.engine.searcher()
    held = everything(searcher)
    specs = [one.setSpec for one in client.ListSets()]
    assert {"format", "format:book", "format:map", "ddc"} <= set(specs)
    for spec in ("format:map", "format:journal", specs[-1]):
        group, _, value = spec.partition(":")
        field = {"format": "format", "ddc": "dewey_class"}[group]
        wanted = {id for id, document in held.items() if value in document.values(field)}
        harvested = list(client.ListIdentifiers(metadataPrefix="oai_dc", set=spec))
        assert {header.identifier.rpartition(":")[2] for header in harvested} == wanted
        assert all(spec in header.setSpecs for header in harvested)


def test_our_own_harvest_of_it_gives_the_same_index(served: Served, tmp_path: Path) -> None:
    said = telusur(tmp_path, "ingest", "oai", f"{served.address}/oai", "--no-embed")
    copy = everything(services(tmp_path).engine.searcher())
    held = everything(served.services.engine.searcher())
    assert sorted(copy) == sorted(held), said
    for id, document in held.items():
        assert plain(copy[id]) == plain(document)


def plain(document: Document) -> Document:
    """What two catalogues of the same records agree on."""
    fields = {name: values for name, values in document.fields.items() if name not in NOT_COPIED}
    return replace(document, fields=fields, raw=None, fingerprint="")


def test_changes_and_removals_reach_who_comes_back(served: Served, tmp_path: Path) -> None:
    url = f"{served.address}/oai"
    telusur(tmp_path, "ingest", "oai", url, "--no-embed")
    before = set(everything(services(tmp_path).engine.searcher()))
    gone, changed = sorted(before)[:2]
    for number, fields in (("gone", ()), ("new", ("245 10 $a Terumbu karang baru",))):
        path = tmp_path / f"{number}.mrc"
        control = gone.partition(".")[2] if number == "gone" else "baru-1"
        record = made(f"001 {control}", *(fields or ("245 10 $a Hilang",)))
        data = record.raw.data
        path.write_bytes(data[:5] + b"d" + data[6:] if number == "gone" else data)
    served.load(str(tmp_path / "gone.mrc"), str(tmp_path / "new.mrc"))
    since = served.services.engine.searcher().publications.dated
    assert since is not None
    told = {
        header.identifier.rpartition(":")[2]: header.deleted
        for header in served.client().ListIdentifiers(
            metadataPrefix="oai_dc", ignore_deleted=False, **{"from": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
        )
    }
    assert told == {gone: True, "katalog.baru-1": False}
    telusur(tmp_path, "ingest", "oai", url, "--no-embed")
    after = set(everything(services(tmp_path).engine.searcher()))
    assert after == before - {gone} | {"katalog.baru-1"}
    assert changed in after
