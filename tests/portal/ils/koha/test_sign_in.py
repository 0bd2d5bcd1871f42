"""Patrons of Koha who sign in here."""

from pathlib import Path

from portal.services.identity.sign_in import Identity, Refused, Welcome, WhyNot
from portal.store.clock import utc_now
from portal.store.database import Database
from portal.store.tables.people import Patron
from tests.support.accounts import accounts_in
from tests.support.koha.process import PIN, KohaProcess
from tests.support.koha.server import CLIENT, SECRET

ADDRESS = "192.0.2.1"


def identity(folder: Path, database: Database, url: str) -> Identity:
    settings = {"ils": "koha", "ils_url": url, "ils_client": CLIENT, "ils_secret": SECRET}
    return accounts_in(folder, database, utc_now, **settings).identity


def test_a_patron_of_koha_signs_in_with_koha_s_pin(
    koha: KohaProcess, sqlite_database: Database, tmp_path: Path
) -> None:
    patron = koha.patron(cardnumber="KB-7", surname="Wenas" * 100, category_id="ANAK")
    ours = identity(tmp_path, sqlite_database, koha.url)
    assert ours.sign_in("KB-7", "000000", ADDRESS) == Refused(WhyNot.WRONG)
    welcome = ours.sign_in(" KB-7", PIN, ADDRESS)
    assert isinstance(welcome, Welcome)
    found = ours.find(welcome.secret)
    assert found is not None
    with sqlite_database.reading() as session:
        row = session.get_one(Patron, found.actor.patron_id)
        assert (row.ils_id, row.card_number, row.category, row.home_branch) == (patron.ils_id, "KB-7", "ANAK", "PST")
        assert (len(row.name), row.pin_hash) == (200, "")


def test_without_koha_signing_in_says_that_the_system_is_away(
    koha: KohaProcess, sqlite_database: Database, tmp_path: Path
) -> None:
    koha.patron(cardnumber="KB-7")
    koha.control(faults=[{"kind": "status", "status": 503, "path": "/auth/password/validation"}])
    ours = identity(tmp_path, sqlite_database, koha.url)
    assert ours.sign_in("KB-7", PIN, ADDRESS) == Refused(WhyNot.AWAY)
    assert isinstance(ours.sign_in("KB-7", PIN, ADDRESS), Welcome)
