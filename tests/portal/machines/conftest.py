"""Routes for machines over a library that a test may change; and over the shared small one."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.bootstrap import Services, open_services, tombstones
from portal.machines.routes import machine_routes
from portal.settings import read_settings
from search.document import Document, DocumentId
from search.engine import Entry


class Catalogue:
    """An empty catalogue at a public address, and who asks it."""

    address = "https://katalog.example.org"

    def __init__(self, folder: Path) -> None:
        settings = {"TELUSUR_DATA": str(folder), "TELUSUR_MODEL": "none", "TELUSUR_URL": self.address}
        self.services: Services = open_services(read_settings(settings, folder / "none.toml"))
        self.tombstones = tombstones(self.services.settings)
        self.client = self.restarted()

    def restarted(self) -> TestClient:
        """Somebody who asks a portal that has just been started."""
        return TestClient(Starlette(routes=machine_routes(open_services(self.services.settings))))

    def put(self, *documents: Document) -> None:
        with self.services.engine.updating() as writer:
            assert not writer.put(Entry(document) for document in documents).refused
        self.tombstones.remove(document.id for document in documents)

    def remove(self, *ids: str) -> None:
        gone = [DocumentId(id) for id in ids]
        with self.services.engine.updating() as writer:
            writer.delete(gone)
            self.tombstones.add(gone)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    made = Catalogue(tmp_path)
    made.put()
    return made


@pytest.fixture(scope="session")
def machines(library: Services) -> TestClient:
    """The routes alone over the small library."""
    return TestClient(Starlette(routes=machine_routes(library)))
