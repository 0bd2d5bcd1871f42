"""What is someone else's is not there: every route, every object, and nothing changes."""

from typing import Any

import pytest
from sqlalchemy import select
from starlette.routing import Route

from portal.account.routes import account_routes
from portal.store.columns import Base
from portal.store.tables.people import RequestKind
from tests.portal.account.conftest import House, actor_of
from tests.support.accounts import token_of
from tests.support.small_library import REEF_ID

# These make or change what belongs to whoever asks, and name nothing of anybody else.
OWN = {
    "/akun/daftar",
    "/akun/data",
    "/akun/data/permintaan",
    "/akun/data/kalender",
    "/akun/data/kalender/hapus",
    "/akun/kalender",
    "/akun/kalender/hapus",
    "/akun/pencarian",
    "/akun/pin",
    "/akun/reservasi",
    "/akun/riwayat",
}


def dump(house: House) -> dict[str, list[str]]:
    """All rows of all tables but of sign-ins, which note when they were last seen."""
    with house.accounts.database.reading() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name != "session"]
        return {table.name: sorted(map(repr, session.execute(select(table)))) for table in tables}


def things(house: House) -> dict[str, str]:
    """The ids of one of everything that Maria has."""
    maria = house.patron("BT-0001", keep_history=True)
    actor = actor_of(maria)
    house.lending.lend(maria, house.lending.copy(REEF_ID))
    back = house.lending.copy("kota.003")
    house.lending.lend(maria, back)
    house.lending.take_back(back)
    house.lending.lend(house.lending.patron(), house.lending.copy("kota.002"))
    house.lending.hold(maria, "kota.002")
    mine, lists = house.accounts.my_library, house.accounts.reading_lists
    made = lists.create(actor, "Milik Maria")
    lists.add(actor, made, [(REEF_ID, "Terumbu")])
    house.accounts.personal_data.ask(actor, RequestKind.DELETION)
    return {
        "patron": maria.id,
        "loan": mine.loans(actor).loans[0].id,
        "past": mine.history(actor).loans[0].id,
        "hold": mine.holds(actor)[0].id,
        "list": made,
        "search": house.accounts.saved_searches.save(actor, "Karang", "/cari?q=karang"),
    }


def forms(id: str) -> list[dict[str, str]]:
    """Forms that name an object by this id wherever one can be named."""
    named = {"loan": id, "anak": id, "daftar": id, "hold": id, "id": id, "key": "k", "ids": REEF_ID, "dokumen": REEF_ID}
    filled = {"nama": "Diambil", "catatan": "Diambil", "ambil": "pusat", "sampai": "2026-12-20", "ke": "naik"}
    return [named, {**named, **filled}, {**named, **filled, "lanjutkan": "1"}, {**named, "anak": id, "loan": ""}]


def account_paths(house: House, method: str) -> list[str]:
    routes: list[Any] = account_routes(house.services, house.accounts)
    found = [route for route in routes if isinstance(route, Route) and route.path.startswith("/akun")]
    return [route.path for route in found if method in (route.methods or ())]


def test_no_form_touches_what_is_another_patrons(house: House) -> None:
    of = things(house)
    house.patron("BT-0002", name="Orang lain")
    browser = house.browser("BT-0002")
    token, before, tried = token_of(browser), dump(house), 0
    for path in account_paths(house, "POST"):
        for id in of.values() if path not in OWN else ():
            for form in forms(id):
                answer = browser.post(path.replace("{id}", id), data={"token": token, **form})
                assert answer.status_code == 404 or (answer.status_code == 422 and not form.get("nama")), (path, form)
                tried += 1
    assert tried > 200
    assert dump(house) == before


def test_renewing_all_of_another_family_is_refused(house: House) -> None:
    of = things(house)
    house.patron("BT-0002", name="Orang lain")
    browser = house.browser("BT-0002")
    before = dump(house)
    form = {"token": token_of(browser), "semua": "1", "anak": of["patron"], "key": "k"}
    assert browser.post("/akun/pinjaman/perpanjang", data=form).status_code == 404
    assert dump(house) == before


@pytest.mark.parametrize("card", ["BT-0002", ""])
def test_no_page_shows_what_is_another_patrons(house: House, card: str) -> None:
    of = things(house)
    house.patron("BT-0002", name="Orang lain")
    browser, before, tried = house.browser(card), dump(house), 0
    for path in account_paths(house, "GET"):
        for id in of.values():
            for query in ("", f"?baru={id}&tolak={id}.on_hold"):
                answer = browser.get(path.replace("{id}", id).replace("{secret}", id) + query)
                assert answer.status_code in ((303, 404) if "{" in path else (200, 303)), path
                assert "Milik Maria" not in answer.text
                assert "Maria Wenas" not in answer.text
                tried += 1
    assert tried > 100
    if card:
        assert browser.get(f"/akun/pinjaman?anak={of['patron']}").status_code == 404
    assert dump(house) == before


def test_reading_changes_nothing(house: House) -> None:
    of = things(house)
    browser, before = house.browser("BT-0001"), dump(house)
    for path in account_paths(house, "GET"):
        browser.get(path.replace("{id}", of["list"]).replace("{secret}", "x" * 32))
    browser.get(f"/pesan/{REEF_ID}")
    browser.get(f"/api/v1/availability?id={REEF_ID}")
    assert dump(house) == before
