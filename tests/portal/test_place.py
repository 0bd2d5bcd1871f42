"""Where the library is and when it is open, told wherever patrons and machines look for it."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import file_util

from portal.bootstrap import Services
from portal.helping import Helping
from portal.routes import PlainPages
from portal.settings import PlaceSettings
from portal.shell import Shell
from tests.support.browsing import chromium, running_portal
from tests.support.small_library import small_library

HOURS, HOURS_EN = "Senin–Jumat 08.00–16.00", "Monday to Friday, 8:00–16:00"
ADDRESS, PHONE = "Jl. Sam Ratulangi 1 & 3, Bitung", "(0438) 21234"
LINKED_DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def visitor(library: Services, **told: str) -> TestClient:
    """Of a library that tells this of itself."""
    services = replace(library, settings=replace(library.settings, place=PlaceSettings(**told)))
    shell = Shell(Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8"))
    pages = PlainPages(services, shell)
    return TestClient(Starlette(routes=[*pages.routes(), *Helping(pages).routes()]))


@pytest.mark.parametrize("path", ["/cari", "/cari?q=laut", "/bantuan"])
def test_address_hours_and_telephone_stand_on_every_page(library: Services, path: str) -> None:
    html = visitor(library, address=ADDRESS, phone=PHONE, hours=HOURS).get(path).text
    foot = unescape(html[html.index('<footer class="foot">') :])
    assert all(text in foot for text in (ADDRESS, f"Jam buka: <span>{HOURS}</span>", f'href="tel:043821234">{PHONE}'))


def test_help_tells_them_where_it_tells_whom_to_ask(library: Services) -> None:
    html = unescape(visitor(library, address=ADDRESS, hours=HOURS).get("/bantuan").text)
    _, _, told = html.partition('aria-labelledby="tanya"')
    assert f"<dt>Alamat</dt><dd>{ADDRESS}</dd>" in told
    assert f"<dt>Jam buka</dt><dd>{HOURS}</dd>" in told
    assert "<dt>Telepon" not in told


def test_english_pages_tell_the_hours_in_english_where_the_library_does(library: Services) -> None:
    html = visitor(library, hours=HOURS, hours_en=HOURS_EN).get("/bantuan?hl=en").text
    assert (HOURS in html, f"<dt>Opening hours</dt><dd>{HOURS_EN}</dd>" in html) == (False, True)
    html = visitor(library, hours=HOURS).get("/bantuan?hl=en").text
    assert f'<dt>Opening hours</dt><dd lang="id">{HOURS}</dd>' in html


def test_hours_in_the_other_language_are_told_as_such(library: Services) -> None:
    """To a page in English by a library that tells them in Indonesian, and the other way round."""
    html = visitor(library, hours=HOURS).get("/cari?q=opening hours&hl=en").text
    assert f'The library is open: <span lang="id">{HOURS}</span>' in html
    client = visitor(library, hours_en="<9:00 & later>")
    told = '<span lang="en">&lt;9:00 &amp; later&gt;</span>'
    html = client.get("/cari?q=jam buka perpustakaan").text
    assert html.count(f"Jam buka perpustakaan: {told}") == 1
    assert html.count(f"Jam buka: {told}") == 1, "in the foot"


def test_who_asks_for_the_hours_or_the_address_is_told_them(library: Services) -> None:
    client = visitor(library, address=ADDRESS, phone=PHONE, hours=HOURS)
    assert f"Jam buka perpustakaan: {HOURS}" in client.get("/cari?q=jam buka perpustakaan").text
    assert f"Perpustakaan: {ADDRESS}. {PHONE}" in unescape(client.get("/cari?q=alamat perpustakaan").text)
    assert "yang tidak dijawab oleh katalog" in visitor(library).get("/cari?q=jam buka perpustakaan").text


def test_lines_stay_apart_where_there_is_one_for_all(library: Services) -> None:
    told = {"address": "Jl. Sam Ratulangi 1\nBitung", "hours": f"{HOURS}\nSabtu 08.00–12.00"}
    client = visitor(library, **told)
    html = client.get("/bantuan").text
    foot = html[html.index('<footer class="foot">') :]
    for line in ("Jl. Sam Ratulangi 1, Bitung", f"{HOURS}; Sabtu 08.00–12.00"):
        assert f"<span>{line}</span>" in foot
    assert f"<dd>{told['hours']}</dd>" in html, "there each has its own line"
    assert f"perpustakaan: {HOURS}; Sabtu" in client.get("/cari?q=jam buka perpustakaan").text
    assert "Perpustakaan: Jl. Sam Ratulangi 1, Bitung" in client.get("/cari?q=alamat perpustakaan").text


def test_the_front_page_tells_machines_of_the_library(library: Services) -> None:
    client = visitor(library, address=ADDRESS, phone=PHONE, hours=HOURS)
    (found,) = LINKED_DATA.findall(client.get("/cari").text)
    assert json.loads(found) == {
        "@context": "https://schema.org",
        "@type": "Library",
        "name": library.settings.library,
        "url": "http://testserver",
        "address": ADDRESS,
        "telephone": PHONE,
        "openingHoursSpecification": {"@type": "OpeningHoursSpecification", "description": HOURS},
    }
    assert found in client.get("/").text
    assert not LINKED_DATA.search(client.get("/cari?q=laut").text)


def test_what_is_not_set_is_not_mentioned(library: Services) -> None:
    client = visitor(library)
    for path in ("/", "/cari", "/bantuan"):
        html = client.get(path).text
        assert not LINKED_DATA.search(html)
        assert not any(f'class="{name}"' in html for name in ("foot-place", "place"))
        assert "Jam buka" not in html


@pytest.mark.browser
@pytest.mark.long
def test_an_address_without_a_space_scrolls_no_phone_sideways(tmp_path: Path) -> None:
    small_library(tmp_path)
    where = "https://maps.example.org/" + "perpustakaan-kota-bitung" * 4
    with running_portal(tmp_path, TELUSUR_ADDRESS=where) as portal, chromium() as browser:
        page = browser.new_page(viewport={"width": 320, "height": 800})
        for path in ("/cari?q=alamat perpustakaan", "/bantuan"):
            page.goto(portal.address + path)
            assert where in page.locator("main").inner_text()
            assert page.evaluate("document.documentElement.scrollWidth") == 320
