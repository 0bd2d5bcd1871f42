"""The desk in a real browser: by scanner and keyboard alone, with and without scripts, on a phone and on a desk."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.ils.driver import HoldRequest
from portal.services.actors import Actor
from portal.services.backroom import backroom
from portal.store.clock import utc_now
from portal.store.database import Database
from portal.store.tables.people import Role
from portal.store.upgrading import prepare
from search.document import DocumentId
from tests.support.accounts import PIN, add_person
from tests.support.browsing import CHROMIUM, NO_BROWSER, Portal, running_portal
from tests.support.circulation import CENTRAL, WITA, Library, Turned
from tests.support.small_library import REEF_ID, small_library

pytestmark = [pytest.mark.browser, pytest.mark.long]

CARD = "BT-0001"
WIDTHS = pytest.mark.parametrize("width", [1280, 360])
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
STAFF = Actor("librarian", Role.LIBRARIAN, CENTRAL)


@dataclass
class Served:
    """A portal with a desk, and the database it works on."""

    portal: Portal
    library: Library
    patron: str
    copy: str

    def scans(self, number: int) -> list[str]:
        """Barcodes of copies that stand on the shelf."""
        return self.library.copies("darat.1", number, title="Cerita dari darat")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if CHROMIUM is None:
        pytest.skip(NO_BROWSER)
    folder: Path = tmp_path_factory.mktemp("desk")
    small_library(folder)
    database = Database(f"sqlite:///{folder / 'accounts.sqlite3'}")
    prepare(database)
    library = Library(database, Turned(utc_now() - timedelta(days=12)))
    add_person(database, "STAF-1", Role.ADMIN, "Kepala Perpustakaan")
    patron = library.patron(name="Ani Sondakh", card_number=CARD, email="ani@example.org", phone="0812-3456-7890")
    late = library.copy(REEF_ID, title="Terumbu karang Selat Lembeh", call_number="577.789 KAL t")
    library.desk.check_out(STAFF, CARD, late, CENTRAL, "late")
    library.clock.on(days=12)
    copy = library.copy("laut.2", title="Cerita dari laut")
    library.circulation.place_hold(
        patron.id, HoldRequest(DocumentId("laut.2"), CENTRAL, "hold", title="Cerita dari laut")
    )
    backroom(database, library.clock, WITA).administration.add_days(
        Actor("admin", Role.ADMIN), "*", f"17/08/{library.clock.now.year} Hari Kemerdekaan"
    )
    with running_portal(folder) as portal:
        yield Served(portal, library, patron.id, copy)
    database.close()


def signed_in(browser: Browser, served: Served, width: int, *, scripts: bool = True) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{served.portal.address}/masuk?lanjut=/meja")
    page.locator("#card").fill("STAF-1")
    page.locator("#pin").fill(PIN)
    page.keyboard.press("Enter")
    expect(page.locator(".tabs")).to_be_visible()
    page.wait_for_load_state()  # before that the field has no focus, and the script does not listen
    return page


def ready(page: Page) -> None:
    """Waits until copies can be scanned: before its field has the focus and the script listens, a page loses some."""
    expect(page.locator("#barcode")).to_be_focused()
    page.wait_for_load_state()


def scan(page: Page, number: str) -> None:
    """As a scanner does: the number and Enter, wherever the focus is."""
    page.keyboard.type(number)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_set_is_scanned_into_its_field_and_single_copies_after_it(
    browser: Browser, served: Served, scripts: bool
) -> None:
    barcodes = served.scans(2)
    teacher = served.library.patron(name="Guru Kelas")
    page = signed_in(browser, served, 360, scripts=scripts)
    page.goto(f"{served.portal.address}/meja/pinjam/{teacher.id}")
    page.get_by_text("Banyak kode sekaligus").click()
    page.locator("#barcodes").click()
    for barcode in barcodes:
        scan(page, barcode)
    page.get_by_role("button", name="Pinjamkan semua").click()
    expect(page.get_by_role("heading", name="2 dari 2 buku dipinjamkan")).to_be_visible()
    expect(page.locator("#barcode")).to_be_focused()
    scan(page, "TIADA")
    expect(page.locator("[data-scan-told]").first).to_contain_text("Barkod ini tidak dikenal.")
    page.context.close()


@WIDTHS
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_card_and_copies_are_lent_and_taken_back_by_scanner_and_keyboard_alone(
    browser: Browser, served: Served, width: int, scripts: bool
) -> None:
    first, second = served.scans(2)
    card = served.library.patron(name="Budi Lumi").card_number
    page = signed_in(browser, served, width, scripts=scripts)
    expect(page.locator("#kartu")).to_be_focused()
    scan(page, card)
    expect(page.locator("#judul-halaman")).to_have_text("Pinjam: Budi Lumi")
    newest = page.locator("[data-scan-told]").first
    for barcode, told in (
        (first, "Dipinjamkan"),
        (second, "Dipinjamkan"),
        (second, "Anggota ini sudah meminjamnya."),
        ("TIADA", "Barkod ini tidak dikenal."),
    ):
        expect(page.locator("#barcode")).to_be_focused()  # without scripts a page is loaded between scans
        scan(page, barcode)
        expect(newest).to_contain_text(told)
        if told == "Dipinjamkan":
            expect(page.locator("[data-scan-today]")).to_contain_text(barcode)
    expect(page.locator("#barcode")).to_be_focused()

    page.keyboard.press("Tab")  # the button
    page.keyboard.press("Tab")  # the branch
    page.keyboard.press("Tab")  # done
    expect(page.get_by_role("link", name="Selesai")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#kartu")).to_be_focused()

    page.goto(f"{served.portal.address}/meja/kembali")
    for barcode in (first, second):
        expect(page.locator("#barcode")).to_be_focused()
        scan(page, barcode)
        expect(newest).to_contain_text("Kembalikan ke rak")
        expect(newest).to_contain_text("Pinjaman selesai.")
    page.context.close()


@WIDTHS
def test_scans_that_come_faster_than_answers_are_all_done_in_their_order(
    browser: Browser, served: Served, width: int
) -> None:
    barcodes = served.scans(3)
    card = served.library.patron(name="Cinta").card_number
    page = signed_in(browser, served, width)
    scan(page, card)
    ready(page)
    for barcode in barcodes:
        scan(page, barcode)
    expect(page.locator("[data-scan-told]")).to_have_count(3)
    listed = page.locator("[data-scan-today] li")
    expect(listed).to_have_count(3)
    for row, barcode in zip(listed.all(), reversed(barcodes), strict=True):
        expect(row).to_contain_text(barcode)
    page.context.close()


def test_a_scan_that_was_done_is_not_called_unsent_later(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, 1280)
    page.goto(f"{served.portal.address}/meja/kembali")
    scan(page, served.scans(1)[0])
    expect(page.locator("[data-scan-log] [data-scan-told]")).to_have_count(1)
    assert page.evaluate("sessionStorage.length") == 0
    page.context.clear_cookies()
    page.goto(f"{served.portal.address}/meja/anggota")
    expect(page.locator(".signing")).to_be_visible()
    expect(page.locator("main .outcome")).to_have_count(0)


def test_a_scan_that_was_refused_stands_in_its_field_again(browser: Browser, served: Served) -> None:
    """As with a page of an older session, whose token is no longer good."""
    page = signed_in(browser, served, 1280)
    copy = served.scans(1)[0]
    page.goto(f"{served.portal.address}/meja/kembali")
    page.locator("[data-scan-form] input[name=token]").evaluate("token => { token.value = 'older'; }")
    scan(page, copy)
    expect(page.locator("main .outcome")).to_contain_text("belum terkirim")
    expect(page.locator("[data-scan]")).to_have_value(copy)
    page.keyboard.press("Enter")
    expect(page.locator("[data-scan-log] [data-scan-told]")).to_contain_text("Cerita dari darat")


def test_a_scan_into_an_ended_session_stands_in_its_field_after_signing_in(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, 1280)
    copy = served.scans(1)[0]
    page.goto(f"{served.portal.address}/meja/kembali")
    page.context.clear_cookies()
    scan(page, copy)
    expect(page.locator("main .outcome")).to_contain_text("isian Anda masih ada")
    page.locator("#card").fill("STAF-1")
    page.locator("#pin").fill(PIN)
    page.keyboard.press("Enter")
    expect(page.locator("[data-scan]")).to_have_value(copy)


def test_a_refusal_is_overridden_by_keyboard(browser: Browser, served: Served) -> None:
    barcodes = served.scans(4)
    card = served.library.patron(name="Dedi").card_number
    for number, barcode in enumerate(barcodes[:3]):
        served.library.clock.now = utc_now()
        served.library.desk.check_out(STAFF, card, barcode, CENTRAL, f"{card}-{number}")
    page = signed_in(browser, served, 1280)
    scan(page, card)
    ready(page)
    scan(page, barcodes[3])
    expect(page.locator("[data-scan-told]")).to_contain_text("Anggota sudah meminjam sebanyak yang boleh.")
    page.get_by_role("button", name="Tetap pinjamkan").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-scan-told]").first).to_contain_text("Dipinjamkan")
    page.context.close()


def test_another_patrons_card_opens_that_patron(browser: Browser, served: Served) -> None:
    card = served.library.patron(name="Ese").card_number
    page = signed_in(browser, served, 1280)
    scan(page, card)
    expect(page.locator("#judul-halaman")).to_have_text("Pinjam: Ese")
    ready(page)
    scan(page, CARD)
    expect(page.locator("#judul-halaman")).to_have_text("Pinjam: Ani Sondakh")
    expect(page.locator("#barcode")).to_be_focused()
    page.context.close()


def pages_of(served: Served) -> tuple[str, ...]:
    return (
        "/meja",
        "/meja/pinjam",
        f"/meja/pinjam/{served.patron}",
        f"/meja/pinjam/{served.patron}/bukti",
        "/meja/kembali",
        "/meja/anggota",
        "/meja/anggota/baru",
        f"/meja/anggota/{served.patron}",
        f"/meja/anggota/{served.patron}/ubah",
        "/meja/ambil",
        "/meja/rak-reservasi",
        "/meja/terlambat",
        "/meja/eksemplar?cari=cerita",
        f"/meja/eksemplar/item-{served.copy}",
        "/meja/eksemplar/baru",
        "/meja/permintaan-data",
        "/meja/aturan?golongan=umum&jenis=book&cabang=pusat",
        "/meja/aturan/ubah",
        "/meja/kalender",
        "/meja/cabang",
        "/meja/petugas",
        "/meja/audit",
    )


@WIDTHS
def test_a_checker_finds_no_fault_and_nothing_is_wider_than_the_screen(
    browser: Browser, served: Served, width: int
) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    page = signed_in(browser, served, width)
    faults: list[str] = []
    for path in pages_of(served):
        answer = page.goto(f"{served.portal.address}{path}")
        assert answer is not None
        assert answer.status == 200, path
        # Whatever can be opened is looked at, too.
        page.evaluate("document.querySelectorAll('.desk details').forEach((one) => { one.open = true; })")
        page.evaluate(axe)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = page.evaluate("tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", TAGS)
            faults += [
                f"{path} {scheme}: {fault['id']} {node['target']} {node['failureSummary']}"
                for fault in found["violations"]
                for node in fault["nodes"]
            ]
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            faults += [f"{path} is {wide} px too wide"] if wide > 0 else []
    assert not faults, "\n".join(faults[:20])
    page.context.close()


@WIDTHS
def test_what_is_pressed_at_the_desk_is_large_enough_for_a_finger(browser: Browser, served: Served, width: int) -> None:
    page = signed_in(browser, served, width)
    small: list[str] = []
    for path in pages_of(served):
        page.goto(f"{served.portal.address}{path}")
        page.evaluate("document.querySelectorAll('.desk details').forEach((one) => { one.open = true; })")
        small += page.evaluate(
            """path => [...document.querySelectorAll('.desk :is(button, select, summary, .button, input:not([type=hidden]))')]
                .map((one) => one.closest('.tick-row') ?? one)
                .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
                .map((one) => `${path}: ${one.outerHTML.slice(0, 120)}`)""",
            path,
        )
    assert not small, "\n".join(small[:20])
    page.context.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_is_wider_than_the_screen_in_doubled_text(browser: Browser, served: Served, width: int) -> None:
    page = signed_in(browser, served, width)
    wide: list[str] = []
    for path in pages_of(served):
        page.goto(f"{served.portal.address}{path}")
        page.evaluate("document.querySelectorAll('.desk details').forEach((one) => { one.open = true; })")
        page.add_style_tag(content=":root { font-size: 200% !important }")
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wide += [f"{path} is {beyond} px too wide"] if beyond > 0 else []
    assert not wide, "\n".join(wide)
    page.context.close()


@pytest.mark.parametrize(("path", "shaded"), [("/meja", [False, True]), ("/meja/audit", [True, False])])
def test_tabs_that_are_out_of_sight_are_told_of_by_a_shade(
    browser: Browser, served: Served, path: str, shaded: list[bool]
) -> None:
    page = signed_in(browser, served, 360)
    page.goto(f"{served.portal.address}{path}")
    expect(page.locator(".tabs > a")).to_be_in_viewport(ratio=0.99)
    page.add_style_tag(content=".tabs li { visibility: hidden; }")  # a letter is no shade
    edges = page.locator(".tabs ul").evaluate(
        """e => { const { left, right, top } = e.getBoundingClientRect();
            return [left, right - 1].map((x) => ({ x, y: top + 2, width: 1, height: 1 })); }"""
    )
    ground = page.screenshot(clip=edges[0] | {"x": 1})
    assert [page.screenshot(clip=edge) != ground for edge in edges] == shaded
    page.context.close()


def test_a_barcode_fits_its_field_when_text_is_twice_as_large(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, 360)
    page.goto(f"{served.portal.address}/meja/kembali")
    page.add_style_tag(content=":root { font-size: 200% !important }")
    field = page.locator("#barcode")
    letters = "e => e.clientWidth / parseFloat(getComputedStyle(e).fontSize)"
    assert field.evaluate(letters) > 5
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.context.close()
