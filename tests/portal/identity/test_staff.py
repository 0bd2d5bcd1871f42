"""Who works here: roles are given and taken, and somebody can always give them."""

import io
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.bootstrap_accounts import Accounts
from portal.cli import main
from portal.services import audit
from portal.services.actors import Actor
from portal.services.circulation.rules import FIRST_BRANCH
from portal.services.errors import NotFound, NotValid
from portal.services.identity.sign_in import Welcome
from portal.services.identity.staff import CONSOLE, NewStaff
from portal.store.database import Database
from portal.store.tables.access import AuditEntry
from portal.store.tables.people import Branch, Patron, Role, Standing
from tests.support.accounts import PIN, TurnedClock, accounts_in, add_person
from tests.support.dumps import dump

SECRET = "ikan-kerapu"  # noqa: S105 - of nobody
PROVIDER = {
    "oidc_url": "https://masuk.example.org",
    "oidc_client": "telusur",
    "oidc_secret": "s",
}


@pytest.fixture
def accounts(tmp_path: Path, database: Database) -> Accounts:
    return accounts_in(tmp_path, database, TurnedClock(), **PROVIDER)


def admin(card: str = "A-1", **more: str) -> NewStaff:
    return NewStaff(card, "Ibu Kepala", Role.ADMIN, SECRET, **more)


def test_the_first_admin_finds_a_house_with_a_branch(accounts: Accounts, database: Database) -> None:
    accounts.staff.add(CONSOLE, admin(" A-1 "))
    with database.reading() as session:
        assert session.scalars(select(Branch.code)).all() == [FIRST_BRANCH]
    assert isinstance(accounts.identity.sign_in("A-1", SECRET, "192.0.2.1"), Welcome)
    found = accounts.staff.find(CONSOLE, "A-1")
    assert found is not None
    assert (found.role, found.has_pin, found.is_linked, found.branch) == (Role.ADMIN, True, False, "pusat")


def test_a_patron_who_becomes_staff_is_signed_out_and_keeps_card_and_pin(
    accounts: Accounts, database: Database
) -> None:
    person = add_person(database)
    found = accounts.identity.sign_in("BT-0001", PIN, "192.0.2.1")
    assert isinstance(found, Welcome)
    assert accounts.staff.add(CONSOLE, NewStaff("BT-0001", "", Role.LIBRARIAN)) == person
    assert accounts.identity.find(found.secret) is None
    again = accounts.identity.sign_in("BT-0001", PIN, "192.0.2.1")
    assert isinstance(again, Welcome)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewStaff("A-2", "B", Role.PATRON, SECRET), "staff_role"),
        (NewStaff(" ", "B", Role.ADMIN, SECRET), "staff_card"),
        (NewStaff("A-2", " ", Role.ADMIN, SECRET), "staff_name"),
        (NewStaff("A-2", "B", Role.ADMIN), "pin_missing"),
        (NewStaff("A-2", "B", Role.ADMIN, "271828"), "pin_short"),
        (NewStaff("A-2", "B", Role.ADMIN, "12345678"), "pin_weak"),
        (NewStaff("A-2", "B", Role.ADMIN, SECRET, branch="bulan"), "branch_unknown"),
        (NewStaff("A-2", "B", Role.ADMIN, subject="42"), "oidc_taken"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(
    accounts: Accounts, database: Database, new: NewStaff, code: str
) -> None:
    accounts.staff.add(CONSOLE, admin(subject="42"))
    before = dump(database)
    with pytest.raises(NotValid, match=code):
        accounts.staff.add(CONSOLE, new)
    assert dump(database) == before


def test_without_a_provider_nobody_is_linked_to_one(tmp_path: Path, database: Database) -> None:
    accounts = accounts_in(tmp_path, database, TurnedClock())
    with pytest.raises(NotValid, match="oidc_off"):
        accounts.staff.add(CONSOLE, admin(subject="42"))


def test_the_last_admin_stays(accounts: Accounts, database: Database) -> None:
    boss = accounts.staff.add(CONSOLE, admin())
    with pytest.raises(NotValid, match="last_admin"):
        accounts.staff.revoke(CONSOLE, boss)
    with pytest.raises(NotValid, match="last_admin"):
        accounts.staff.add(CONSOLE, NewStaff("A-1", "", Role.LIBRARIAN))
    other = accounts.staff.add(CONSOLE, admin("A-2"))
    with database.writing() as session:  # who has left can give no role
        session.execute(update(Patron).where(Patron.id == other).values(standing=Standing.WITHDRAWN))
    with pytest.raises(NotValid, match="last_admin"):
        accounts.staff.revoke(CONSOLE, boss)


def test_two_admins_who_revoke_each_other_at_once_leave_one(accounts: Accounts, database: Database) -> None:
    one, other = accounts.staff.add(CONSOLE, admin()), accounts.staff.add(CONSOLE, admin("A-2"))

    def revoke(by: str, whom: str) -> bool:
        try:
            accounts.staff.revoke(Actor(by, Role.ADMIN), whom)
        except NotValid:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(revoke, (one, other), (other, one)))
    assert sorted(done) == [False, True]
    assert len(accounts.staff.all(CONSOLE)) == 1


def test_who_is_revoked_is_a_patron_signed_out_and_unknown_to_the_provider(
    accounts: Accounts, database: Database
) -> None:
    accounts.staff.add(CONSOLE, admin())
    person = accounts.staff.add(CONSOLE, NewStaff("P-1", "Pak Johan", Role.LIBRARIAN, SECRET, subject="7"))
    found = accounts.identity.sign_in("P-1", SECRET, "192.0.2.1")
    assert isinstance(found, Welcome)
    accounts.staff.revoke(CONSOLE, person)
    assert accounts.identity.find(found.secret) is None
    with database.reading() as session:
        kept = session.get_one(Patron, person)
        assert (kept.role, kept.oidc) == (Role.PATRON, None)
        assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)).all() == [
            "role.give",
            "role.give",
            "sign_in",
            "role.take",
        ]
        assert audit.verify(session) is None
    with pytest.raises(NotFound):
        accounts.staff.revoke(CONSOLE, person)


# ---- the command


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELUSUR_DATA", str(tmp_path / "data"))
    return tmp_path


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str, piped: str = "") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(piped))
    return main(("staff", *arguments))


def test_the_command_makes_lists_and_revokes(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = ("add", "--card", "A-1", "--name", "Ibu Kepala", "--role", "admin")
    assert command(monkeypatch, *new, piped="") == 2  # no PIN, and none by default
    assert "a PIN is needed" in capsys.readouterr().err
    assert command(monkeypatch, "list") == 0
    assert not capsys.readouterr().out
    assert command(monkeypatch, *new, piped=f"{SECRET}\n") == 0
    told = capsys.readouterr()
    assert SECRET not in told.out + told.err
    assert command(monkeypatch, "list") == 0
    assert capsys.readouterr().out == "admin\tA-1\tpusat\tPIN\tIbu Kepala\n"
    assert command(monkeypatch, "revoke", "--card", "A-1") == 2
    assert "last admin" in capsys.readouterr().err
    assert command(monkeypatch, "revoke", "--card", "A-9") == 2
    assert command(monkeypatch, *(*new[:2], "A-2", *new[3:]), piped=SECRET) == 0
    assert command(monkeypatch, "revoke", "--card", "A-1") == 0
    capsys.readouterr()
    assert command(monkeypatch, "list") == 0
    assert capsys.readouterr().out.startswith("admin\tA-2\t")


def test_a_portal_without_accounts_has_no_staff(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELUSUR_ILS", "none")
    assert command(monkeypatch, "list") == 2
    assert "TELUSUR_ILS=none" in capsys.readouterr().err


def test_no_pin_can_be_an_argument(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command(monkeypatch, "add", "--card", "A-1", "--role", "admin", "--pin", SECRET)
    assert "unrecognized arguments" in capsys.readouterr().err


GUIDE = Path(__file__).resolve().parents[3] / "docs" / "signing-in.md"
SHOWN = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("telusur ")]


def test_the_commands_of_the_guide_do_what_it_says(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELUSUR_OIDC_URL", "https://masuk.example.org")
    monkeypatch.setenv("TELUSUR_OIDC_CLIENT", "telusur")
    monkeypatch.setenv("TELUSUR_OIDC_SECRET", "s")
    assert len(SHOWN) >= 5
    for line in SHOWN:
        assert command(monkeypatch, *shlex.split(line)[2:], piped=SECRET) == 0, line
