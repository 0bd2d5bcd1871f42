"""What scripts ask for: whether titles are there, who is signed in; and holds placed and undone by them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from portal.account.live import MOST_ASKED
from portal.ils.driver import Holdings, LoanPage, PatronRef
from portal.ils.errors import IlsUnavailable
from portal.ils.local import LocalSystem
from portal.services.my_library import MyLibrary
from portal.services.personal_data import PersonalData
from search.document import DocumentId
from tests.portal.account.conftest import House, actor_of, house_of
from tests.support.accounts import token_of
from tests.support.circulation import SECOND, WITA
from tests.support.small_library import REEF_ID

JSON = {"Accept": "application/json"}


def titles(browser: TestClient, *ids: str, hl: str = "id") -> Mapping[str, dict[str, object]]:
    answer = browser.get("/api/v1/availability", params={"id": list(ids), "hl": hl})
    assert answer.headers["cache-control"] == "no-store"
    found: Mapping[str, dict[str, object]] = answer.json()["titles"]
    return found


def test_titles_are_told_in_words_with_place_day_and_queue(house: House) -> None:
    patrons = house.lending.patrons(3)
    house.lending.copy(REEF_ID)
    house.lending.copy(REEF_ID, branch=SECOND)
    house.lending.lend(patrons[0], house.lending.copy("kota.002"))
    for patron in patrons[1:]:
        house.lending.hold(patron, "kota.002")
    house.lending.copy("kota.003", lendable=False)
    told = titles(house.browser(), REEF_ID, "kota.002", "kota.003", "kota.004")
    assert "Tersedia di rak · " in str(told[REEF_ID]["text"])
    assert "Cabang Aertembaga" in str(told[REEF_ID]["text"])
    assert (told["kota.002"]["text"], told["kota.002"]["waiting"]) == ("Dipinjam, kembali 3 Des", "2 menunggu")
    assert str(told["kota.003"]["text"]).startswith("Baca di tempat")
    assert [told[id]["hold"] for id in (REEF_ID, "kota.002", "kota.003", "kota.004")] == [True, True, False, False]
    assert "tidak dapat dipesan" in house.browser().get("/pesan/kota.003").text
    assert (told["kota.004"]["state"], told["kota.004"]["text"]) == (
        "unknown",
        "Tanyakan ketersediaannya di perpustakaan",
    )
    assert titles(house.browser(), "kota.002", hl="en")["kota.002"]["text"] == "On loan, back 3 Dec"


def test_the_answer_says_nothing_of_who_asks(house: House) -> None:
    patron = house.patron()
    house.lending.lend(patron, house.lending.copy(REEF_ID))
    path = f"/api/v1/availability?id={REEF_ID}"
    assert house.browser("BT-0001").get(path).content == house.browser().get(path).content


class Counting(LocalSystem):
    """Our own circulation, that counts how often copies are asked for."""

    asked: Sequence[Sequence[DocumentId]] = ()

    def status(self, documents: Sequence[DocumentId]) -> Mapping[DocumentId, Holdings]:
        self.asked = (*self.asked, documents)
        return super().status(documents)


def test_a_page_of_results_is_one_question_and_no_more_than_a_page(house: House) -> None:
    assert house.accounts.circulation is not None
    counting = Counting(house.accounts.circulation, house.accounts.identity.check_pin)
    other = house_of(house.services, replace(house.accounts, ils=counting), house.lending)
    told = titles(other.browser(), *(f"kota.{n:03}" for n in range(150)))
    assert len(told) == MOST_ASKED
    assert [len(ids) for ids in counting.asked] == [MOST_ASKED]


def test_status_says_what_is_lent_and_held_but_no_name_and_no_title(house: House) -> None:
    patron = house.patron()
    house.lending.lend(patron, house.lending.copy(REEF_ID, title="Judul rahasia"))
    house.lending.lend(house.lending.patron(), house.lending.copy("kota.002"))
    house.lending.hold(patron, "kota.002")
    house.clock.on(days=9)
    answer = house.browser("BT-0001").get("/akun/status.json")
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["signed_in"] is True
    assert told["loans"] == [REEF_ID]
    assert list(told["holds"]) == ["kota.002"]
    assert (told["late"], told["pickup"]) == (1, "pusat")
    assert not any(word in answer.text for word in ("Maria", "BT-0001", "Judul rahasia"))
    assert house.browser().get("/akun/status.json").json() == {"signed_in": False}


def test_a_click_places_a_hold_and_undo_takes_it_back(house: House) -> None:
    house.patron()
    house.lending.lend(house.lending.patron(), house.lending.copy(REEF_ID))
    browser = house.browser("BT-0001")
    form = {"token": token_of(browser), "dokumen": REEF_ID, "ambil": "pusat", "key": "one button"}
    told = browser.post("/akun/reservasi", data=form, headers=JSON).json()
    assert told["done"] is True
    assert told["text"].startswith("Sudah dipesan. Urutan ke-1 dalam antrean. Perkiraan tersedia")
    again = browser.post("/akun/reservasi", data=form, headers=JSON).json()
    assert again == told  # the second of two clicks
    undone = browser.post(told["undo"], data={"token": form["token"]}, headers=JSON).json()
    assert undone == {"done": True, "text": "Reservasi dibatalkan.", "undo": ""}
    assert browser.get("/akun/status.json").json()["holds"] == {}


def test_a_refused_click_is_told_why(house: House) -> None:
    patron = house.patron()
    house.lending.lend(patron, house.lending.copy(REEF_ID))
    browser = house.browser("BT-0001")
    form = {"token": token_of(browser), "dokumen": REEF_ID, "key": "k"}
    told = browser.post("/akun/reservasi", data=form, headers=JSON).json()
    assert (told["done"], told["code"]) == (False, "already_yours")
    assert browser.post("/akun/reservasi", data={**form, "token": "x"}, headers=JSON).status_code == 403


class Away(LocalSystem):
    """A library system that does not answer."""

    def status(self, documents: Sequence[DocumentId]) -> Mapping[DocumentId, Holdings]:
        raise IlsUnavailable("away")

    def holdings(self, document: DocumentId, patron: PatronRef | None = None) -> Holdings:
        raise IlsUnavailable("away")

    def loans(self, patron: PatronRef, page: int = 1, size: int = 50, *, renewals: bool = True) -> LoanPage:
        raise IlsUnavailable("away")


@pytest.fixture
def away(house: House) -> House:
    accounts = house.accounts
    assert accounts.circulation is not None
    system = Away(accounts.circulation, accounts.identity.check_pin)
    made = replace(
        accounts,
        ils=system,
        my_library=MyLibrary(accounts.database, system, accounts.clock, WITA),
        personal_data=PersonalData(accounts.database, system, accounts.clock),
    )
    return house_of(house.services, made, house.lending)


def test_while_the_system_is_away_nothing_is_called_available(away: House) -> None:
    away.lending.copy(REEF_ID)
    answer = away.browser().get(f"/api/v1/availability?id={REEF_ID}").json()
    assert answer["answers"] is False
    assert answer["titles"][REEF_ID]["state"] == "unknown"
    asked = away.browser().get(f"/pesan/{REEF_ID}")
    assert asked.status_code == 503
    assert "Sistem peminjaman sedang tidak dapat dihubungi." in asked.text
    assert 'action="/akun/reservasi' not in asked.text


def test_while_the_system_is_away_what_is_ours_still_works(away: House) -> None:
    patron = away.patron()
    away.accounts.reading_lists.create(actor_of(patron), "Skripsi")
    browser = away.browser("BT-0001")
    loans = browser.get("/akun/pinjaman")
    assert loans.status_code == 503
    assert "Sistem peminjaman sedang tidak dapat dihubungi." in loans.text
    overview = browser.get("/akun")
    assert overview.status_code == 200
    assert "Kode batang nomor anggota BT-0001" in overview.text
    assert "Skripsi" in browser.get("/akun/daftar").text
    assert browser.get("/akun/data").status_code == 200
    assert browser.get("/akun/status.json").json()["away"] is True
    held = json.loads(browser.get("/akun/data.json").text)
    assert held["reading_list"][0]["name"] == "Skripsi"


def test_only_what_the_system_can_do_is_shown(house: House) -> None:
    class Looked(LocalSystem):
        capabilities = frozenset()

    accounts = house.accounts
    assert accounts.circulation is not None
    system = Looked(accounts.circulation, accounts.identity.check_pin)
    mine = MyLibrary(accounts.database, system, accounts.clock, WITA)
    poor = house_of(house.services, replace(accounts, ils=system, my_library=mine), house.lending)
    poor.patron()
    browser = poor.browser()
    assert browser.get("/akun/pinjaman").status_code == 404
    poor.lending.copy(REEF_ID)
    assert titles(browser, REEF_ID)[REEF_ID]["hold"] is False
    assert "Masuk dan pesan" not in browser.get(f"/pesan/{REEF_ID}").text
