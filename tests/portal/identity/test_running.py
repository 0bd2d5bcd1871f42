"""The portal as it is run: what its log tells of patrons, and what Streamlit believes."""

import re
from pathlib import Path

import httpx

from portal import web
from portal.store.database import Database
from portal.store.tables.people import Role
from portal.store.upgrading import prepare
from tests.support.accounts import add_person
from tests.support.browsing import running_portal
from tests.support.small_library import small_library

CARD, NAME, PIN, OTHER_PIN = "KENARI-4711", "Kenari Sunyi", "271828", "846264"


def test_no_header_is_trusted_by_streamlit() -> None:
    """Its option that takes names of users from headers stays off: whoever asks could send them."""
    text = Path(web.__path__[0], ".streamlit", "config.toml").read_text(encoding="utf-8")
    assert "trustedUserHeaders" not in text
    assert "[auth]" not in text


def test_neither_card_nor_name_nor_pin_is_written_to_the_log(tmp_path: Path) -> None:
    small_library(tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'accounts.sqlite3'}")
    prepare(database)
    add_person(database, CARD, Role.ADMIN, NAME)
    database.close()
    with (
        running_portal(tmp_path) as portal,
        httpx.Client(base_url=portal.address, headers={"Origin": portal.address}) as browser,
    ):
        for card, pin in ((CARD, OTHER_PIN), ("KENARI-0815", PIN), (CARD, PIN)):
            answer = browser.post("/masuk", data={"card": card, "pin": pin, "lanjut": "/akun"})
        secret = browser.cookies["telusur"]
        page = browser.get("/akun/pin")
        assert page.status_code == 200
        token = re.findall(r'name="token" value="([^"]+)"', page.text)[0]
        browser.post("/akun/pin", data={"token": "x", "old": PIN})
        browser.post("/akun/pin", data={"token": token, "old": OTHER_PIN, "new": "314159", "again": "314159"})
        browser.get(f"/akun/tidakada?nama={NAME}")
        browser.post("/keluar", data={"token": token})
        assert browser.get("/akun/pin").status_code == 303
        log = portal.log.read_text(encoding="utf-8")
    assert answer
    assert "running on" in log
    for word in (CARD, "KENARI", NAME, "Kenari", PIN, OTHER_PIN, secret, token, "/masuk", "/akun"):
        assert word not in log
