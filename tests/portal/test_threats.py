"""What strangers try, against the portal as it is run. SECURITY.md names these tests beside the threats."""

import http.client
import os
import re
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Dialog
from starlette.testclient import TestClient

from portal.i18n import LANGUAGES, Language, messages
from tests.support.browsing import Portal, Window, running_portal
from tests.support.hostile_book import HOSTILE_ID, library_with_a_hostile_book
from tests.support.small_library import EBOOK_ID, PAYLOADS, TRAP_ID
from tests.support.streamlit_session import streamlit_session

FLOOD = 2000
BODY_BYTES = 50 * 1024 * 1024
IN_PATH = quote(HOSTILE_ID, safe="")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("hostile")
    library_with_a_hostile_book(folder)
    with running_portal(folder) as running:
        yield running


def ask(portal: Portal, method: str, path: str, body: object = None, **headers: str) -> tuple[int, str]:
    """The status of the answer, and where it leads ("" for nowhere)."""
    with closing(http.client.HTTPConnection(portal.address.removeprefix("http://"), timeout=60)) as connection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)  # type: ignore[arg-type] # iterators are sent in chunks
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location", "")


def got(portal: Portal, path: str) -> tuple[int, str, str]:
    """Status, kind and text of an answer."""
    with closing(http.client.HTTPConnection(portal.address.removeprefix("http://"), timeout=60)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers.get_content_type(), answer.read().decode()


def test_a_flood_of_reruns_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    library_with_a_hostile_book(tmp_path)
    with running_portal(tmp_path) as portal, streamlit_session(portal.address) as flooding:
        for number in range(FLOOD):
            flooding.ask(f"q=laut{number}")
        for _ in range(50):
            assert ask(portal, "GET", "/health")[0] == 200
        with streamlit_session(portal.address) as reader:
            assert reader.run("q=karang")
        # leaving stops the portal, flood and all; one that will not stop fails here


@pytest.mark.parametrize("path", ["/", "/cari", "/api/v1/search", f"/katalog/{EBOOK_ID}", "/tidakada"])
def test_a_body_without_end_is_refused_and_not_kept(hostile: Portal, path: str) -> None:
    def endless() -> Iterator[bytes]:
        yield from (bytes(1 << 16) for _ in range(BODY_BYTES >> 16))

    before = resident_bytes(hostile)
    with suppress(BrokenPipeError, ConnectionResetError):  # refused while it was still being sent
        assert ask(hostile, "POST", path, endless(), Transfer_Encoding="chunked")[0] in (404, 405, 413)
    assert ask(hostile, "GET", "/health")[0] == 200
    assert resident_bytes(hostile) - before < BODY_BYTES


def resident_bytes(portal: Portal) -> int:
    return int(Path(f"/proc/{portal.pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: a/?x=\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: <script>\r\n\r\n",
    ],
)
def test_a_crooked_host_header_is_refused(hostile: Portal, request_: bytes) -> None:
    host, _, port = hostile.address.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(request_)
        assert connection.recv(100).startswith(b"HTTP/1.1 400")


FORGED = (
    "X-Portal-User",
    "x-portal-user",
    "X-PORTAL-USER",
    "X_Portal_User",
    "Remote-User",
    "X-Forwarded-User",
    "Authorization",
)


@pytest.mark.parametrize("path", ["/", "/cari?q=laut", f"/katalog/{EBOOK_ID}", "/api/v1/search?q=laut"])
def test_no_header_makes_anybody_somebody(client: TestClient, path: str) -> None:
    def shown(**headers: str) -> str:
        text = client.get(path, headers=headers).text
        return text.partition('"took_ms"')[0] + text.partition('"interpretation"')[2]

    plain = shown()
    for name in FORGED:
        assert shown(**{name: "admin"}) == plain


ELSEWHERE = (
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "%2f%2fevil.example",
    "javascript:alert(1)",
    "%09//evil.example",
)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_address_leads_to_another_host(hostile: Portal, target: str) -> None:
    names = ("next", "url", "redirect", "return", "proxy", "hlm", "dari", "q", "id", "hl")
    encoded = urlencode(dict.fromkeys(names, target))
    paths = [f"{path}?{encoded}" for path in ("/", "/cari", f"/baca/{EBOOK_ID}", f"/katalog/{EBOOK_ID}", "/tidakada")]
    paths += [f"{path}?{encoded}&format={form}" for path in ("/", "/cari") for form in ("ris", "json")]
    paths += [
        f"{root}{quoted}"
        for root in ("/", "/baca/", "/katalog/", "/berkas/")
        for quoted in (target, quote(target, safe=""))
    ]
    for path in paths:
        _, location = ask(hostile, "GET", path)
        assert not location or (location.startswith("/") and not location.startswith(("//", "/\\"))), path


@pytest.mark.parametrize("hl", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    [
        "/berkas/..%2f..%2fetc%2fpasswd.pdf",
        "/berkas/%2e%2e/%2e%2e/etc/passwd",
        "/katalog/..%5c..%5cx",
        "/katalog/x%00.ris",
        "/aset/../portal/asgi.py",
        "/static/../../x",
        "//etc/passwd",
    ],
)
def test_an_address_that_leads_out_is_a_page_that_is_not_there(hostile: Portal, path: str, hl: Language) -> None:
    status, kind, text = got(hostile, f"{path}?hl={hl}")
    assert (status, kind) == (404, "text/html")
    assert messages(hl)("missing.title") in text


def test_files_of_the_frame_are_those_that_there_are(hostile: Portal) -> None:
    named = re.findall(r"/static/[^\"]+\.(?:js|css)", got(hostile, "/")[2])
    assert named
    assert {got(hostile, path)[0] for path in named} == {200}
    for path in ("/static/js/index.of-an-older-version.js", "/static/", "/static//x", "/static/../index.html"):
        status, _, text = got(hostile, path)
        assert (status, messages("id")("missing.title") in text) == (404, True), path


@pytest.mark.parametrize("path", ["/cari", "/api/v1/search", "/"])
def test_page_a_million_costs_no_more_than_the_last_one(client: TestClient, path: str) -> None:
    answer = client.get(path, params={"q": "membaca", "page": "1000000", "size": "100"})
    assert answer.status_code == 200
    if path == "/api/v1/search":
        assert answer.json()["interpretation"]["page"] <= 10


def test_a_hundred_filters_are_no_search_of_a_hundred_filters(client: TestClient) -> None:
    params: list[tuple[str, str | int | float | bool | None]] = [("q", "membaca")]
    params += [(f"f.{field}", f"v{n}") for field in ("topic", "format", "publisher") for n in range(100)]
    answer = client.get("/api/v1/search", params=params)
    assert answer.status_code in (200, 414)
    if answer.status_code == 200:
        assert sum(map(len, answer.json()["interpretation"]["filters"].values())) <= 60


def test_a_form_that_is_sent_is_not_read(client: TestClient) -> None:
    fields = {f"field{n}": "x" for n in range(20_000)}
    for path in ("/", "/cari", f"/katalog/{EBOOK_ID}", f"/baca/{EBOOK_ID}/1"):
        assert client.post(path, data=fields).status_code in (404, 405, 413)


@pytest.mark.parametrize("sent", ["fields", "ids", "part header"])
def test_a_form_of_thousands_of_fields_is_refused_or_cut(client: TestClient, sent: str) -> None:
    if sent == "part header":
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        body = b"--x\r\nContent-Disposition: form-data; name=" + b"a" * 900_000 + b"\r\n\r\n1\r\n--x--\r\n"
        answer = client.post("/katalog.ris", content=body, headers=headers)
    else:
        pairs = [(f"field{n}" if sent == "fields" else "id", f"none{n}") for n in range(20_000)]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = client.post("/katalog.ris", content=urlencode(pairs), headers=headers)
    assert answer.status_code in (200, 400, 404, 413)
    assert len(answer.content) < 100_000


@pytest.fixture(scope="module")
def hostile_window(browser: Browser, hostile: Portal) -> Iterator[Window]:
    with browser.new_context() as context:
        yield Window(context, hostile)


@pytest.mark.browser
@pytest.mark.parametrize(
    "path",
    [
        f"/?id={quote(TRAP_ID, safe='')}",
        "/?q=jebakan",
        f"/katalog/{quote(TRAP_ID, safe='')}",
        "/cari?q=jebakan",
        f"/baca/{IN_PATH}/1?q=jebakan",
        f"/baca/{IN_PATH}?hlm=" + quote(PAYLOADS[0]),
        f"/katalog/{IN_PATH}?q=jebakan",
        *(
            f"{page}?q={quote(payload, safe='')}"
            for payload in PAYLOADS
            for page in ("/", "/cari", f"/baca/{IN_PATH}/1")
        ),
    ],
)
def test_what_a_record_says_is_text_and_never_runs(hostile_window: Window, path: str) -> None:
    dialogs: list[str] = []

    def noted(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    hostile_window.page.on("dialog", noted)
    page, watch = hostile_window.visit(path)
    page.wait_for_load_state("networkidle")
    made = page.evaluate(
        """() => [...document.querySelectorAll('.telusur *')].filter(e => e.matches('script, iframe, object, embed, base')
            || [...e.attributes].some(a => a.name.startsWith('on'))
            || ['href', 'src', 'action'].some(n => (e.getAttribute(n) || '').trim().toLowerCase().startsWith('javascript:'))
            ).map(e => e.outerHTML.slice(0, 120))"""
    )
    assert not made
    assert not dialogs
    assert not watch.outside
    # The browser itself names a missing page among its complaints.
    assert not [said for said in watch.complaints if "404" not in said]
    page.remove_listener("dialog", noted)


def test_nothing_that_a_reader_asks_is_written_to_the_log(hostile: Portal) -> None:
    canary = "kenarisunyi"
    for path in (
        f"/cari?q={canary}",
        f"/?q={canary}",
        f"/api/v1/search?q={canary}",
        f"/baca/{EBOOK_ID}/1?q={canary}",
        f"/baca/{EBOOK_ID}/1.svg?q={canary}",
        f"/baca/{EBOOK_ID}?hlm={canary}",
        f"/katalog/{canary}",
        f"/{canary}",
        f"/cari?q={canary}&x={'y' * 9000}",
        f"/%1b[31m{canary}%0d%0a",
    ):
        ask(hostile, "GET", path, User_Agent=canary, Referer=canary)
    with streamlit_session(hostile.address) as reader:
        reader.run(f"q={canary}")
    log = hostile.log.read_text(encoding="utf-8")
    assert "running on" in log
    assert canary not in log
    assert "/baca/" not in log
