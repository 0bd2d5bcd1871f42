"""A library with patrons and copies, and a librarian's and an admin's browser at its desk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.store.database import Database
from portal.store.tables.people import Role
from tests.support.accounts import accounts_in, add_person, browser_of, sign_in, token_of, whole_app
from tests.support.circulation import Library, Turned


@dataclass
class AtDesk:
    """A browser of staff. Its forms carry the token of its session."""

    client: TestClient
    token: str

    def get(self, path: str, code: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == code, f"{path}: {answer.status_code}"
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.text

    def post(self, path: str, status: int = 303, **fields: str) -> str:
        """The page after the form: where it leads to, or the page itself when it was not done."""
        answer = self.client.post(path, data={"token": self.token, **fields})
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[-3000:]}"
        return str(answer.headers["location"]) if status == 303 else answer.text

    def follow(self, path: str, **fields: str) -> str:
        return self.get(self.post(path, 303, **fields))


@pytest.fixture
def shelves(sqlite_database: Database) -> Library:
    return Library(sqlite_database)


@pytest.fixture
def clock(shelves: Library) -> Turned:
    return shelves.clock


@pytest.fixture
def accounts(tmp_path: Path, shelves: Library) -> Accounts:
    return accounts_in(tmp_path, shelves.database, shelves.clock)


@pytest.fixture
def librarian(library: Services, accounts: Accounts) -> Iterator[AtDesk]:
    add_person(accounts.database, "STAF-1", Role.LIBRARIAN, "Pustakawan")
    with browser_of(whole_app(library, accounts)) as client:
        sign_in(client, "STAF-1")
        yield AtDesk(client, token_of(client))


@pytest.fixture
def admin(library: Services, accounts: Accounts) -> Iterator[AtDesk]:
    add_person(accounts.database, "STAF-2", Role.ADMIN, "Kepala")
    with browser_of(whole_app(library, accounts)) as client:
        sign_in(client, "STAF-2")
        yield AtDesk(client, token_of(client))
