"""The calendar of due dates: who may read it, and what a calendar program makes of it."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from portal.account.calendar import calendar
from portal.i18n import messages
from portal.ils.driver import HoldStage, HoldView, LoanView
from portal.services.due_feed import Due
from portal.store.tables import Patron
from tests.portal.account.conftest import House, actor_of, post
from tests.support.small_library import REEF_ID

WITA = ZoneInfo("Asia/Makassar")
NOW = datetime(2026, 11, 26, 4, tzinfo=UTC)
DUE = datetime(2026, 12, 3, 15, 59, 59, tzinfo=UTC)


def events(made: bytes) -> list[Event]:
    return [event for event in Calendar.from_ical(made).walk("VEVENT") if isinstance(event, Event)]


def text(event: Event, name: str) -> str:
    return str(event[name])


def drawn(*loans: LoanView, ready: tuple[HoldView, ...] = ()) -> bytes:
    return calendar(Due("id", loans, ready), NOW, WITA, messages("id"), "Perpustakaan Kota Bitung")


def test_a_loan_is_an_event_in_the_librarys_zone_with_an_alarm_the_day_before() -> None:
    made = drawn(LoanView("l1", None, "Laskar pelangi", DUE, renewals=1))
    (event,) = events(made)
    assert text(event, "summary") == "Kembalikan: Laskar pelangi"
    assert event.decoded("dtend") == DUE.astimezone(WITA)
    assert b"DTEND;TZID=Asia/Makassar:20261203T235959" in made
    assert b"BEGIN:VTIMEZONE" in made
    assert text(event, "sequence") == "1"
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("trigger") == -timedelta(days=1)


def test_a_renewed_loan_is_the_same_event_of_a_later_sequence() -> None:
    (before,) = events(drawn(LoanView("l1", None, "x", DUE)))
    (after,) = events(drawn(LoanView("l1", None, "x", DUE + timedelta(days=7), renewals=1)))
    assert text(before, "uid") == text(after, "uid")
    assert text(after, "sequence") > text(before, "sequence")


def test_what_can_be_fetched_stands_there_too() -> None:
    hold = HoldView("h1", None, "Jurnal", HoldStage.READY, pickup_until=DUE)
    (event,) = events(drawn(ready=(hold,)))
    assert text(event, "summary") == "Ambil: Jurnal"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300).map(lambda text: f"x{text}\r\nATTENDEE:mailto:e@e\nEND:VEVENT"))
def test_no_title_becomes_a_property_or_an_event(title: str) -> None:
    made = drawn(LoanView("l1", None, title, DUE))
    (event,) = events(made)
    assert set(event) == {"UID", "SEQUENCE", "SUMMARY", "DTSTART", "DTEND", "TRANSP", "DTSTAMP"}
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert b"\n" not in made.replace(b"\r\n", b"")


def test_the_address_is_shown_once_read_by_whoever_knows_it_and_switched_off(house: House) -> None:
    patron = house.patron()
    house.lending.lend(patron, house.lending.copy(REEF_ID, title="Terumbu karang"))
    browser, stranger = house.browser("BT-0001"), house.browser()
    shown = post(browser, "/akun/data/kalender")
    assert "yang lama tidak berlaku" not in shown
    (path,) = re.findall(r"http://testserver(/akun/jatuh-tempo/[\w-]+\.ics)", shown)
    assert path not in browser.get("/akun/data").text
    answer = stranger.get(path)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["cache-control"] == "no-store"
    assert "Kembalikan: Terumbu karang" in answer.text
    assert "Maria" not in answer.text
    assert path.split("/")[-1].removesuffix(".ics") not in house.lending.database.url.render_as_string()
    renewed = post(browser, "/akun/data/kalender")
    assert path not in renewed
    assert "yang lama tidak berlaku" in renewed
    assert stranger.get(path).status_code == 404
    (path,) = re.findall(r"http://testserver(/akun/jatuh-tempo/[\w-]+\.ics)", renewed)
    assert stranger.get(path).status_code == 200
    post(browser, "/akun/data/kalender/hapus")
    assert stranger.get(path).status_code == 404
    assert not house.accounts.due_feed.is_on(actor_of(patron))


def test_a_form_with_the_address_that_was_is_taken(house: House) -> None:
    house.patron()
    browser = house.browser("BT-0001")
    assert browser.get("/akun/kalender").headers["location"].startswith("/akun?")
    assert "/akun/jatuh-tempo/" in post(browser, "/akun/kalender")
    assert "Kalender dimatikan" in post(browser, "/akun/kalender/hapus")


def test_no_secret_and_a_wrong_one_are_not_there(house: House) -> None:
    house.patron()  # whose calendar is off, so that its hash is ""
    for secret in ("", "x", "x" * 32, "x" * 500, "%00"):
        assert house.browser().get(f"/akun/jatuh-tempo/{secret}.ics").status_code in (303, 404)


def test_only_a_hash_of_the_secret_is_kept(house: House) -> None:
    patron = house.patron()
    secret = house.accounts.due_feed.make(actor_of(patron))
    with house.accounts.database.reading() as session:
        kept = session.get_one(Patron, patron.id).calendar_token
    assert len(secret) >= 22  # 128 bits
    assert secret not in kept
    assert len(kept) == 64
