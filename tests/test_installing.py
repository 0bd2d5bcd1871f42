"""docs/installing.md and its Indonesian twin say only what is so, and the same; what they start is started here."""

import re
import shlex
import shutil
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

import pytest
from playwright.sync_api import expect

from portal.cli import parser
from portal.settings import read_settings
from tests.support.browsing import box, chromium, drawn, running_portal
from tests.support.elasticsearch.certificates import issue_certificates
from tests.support.elasticsearch.jars import Unavailable
from tests.support.nginx import Nginx, nginx_program
from tests.support.ports import free_port
from tests.support.small_library import small_library

DOCS = Path(__file__).resolve().parent.parent / "docs"
ENGLISH, INDONESIAN, SERVING = (
    (DOCS / f"{name}.md").read_text(encoding="utf-8") for name in ("installing", "memasang", "serving")
)
COMMAND = re.compile(r"^sudo -u telusur \.venv/bin/telusur (.+)$", re.M)


def blocks(text: str) -> dict[str, str]:
    """The blocks of code by the markers they stand under."""
    return dict(re.findall(r"^<!-- (\w+) -->\n```\w+\n(.+?)^```$", text, flags=re.M | re.S))


def test_both_languages_have_the_same_commands_and_files() -> None:
    assert len(blocks(ENGLISH)) > 8
    assert blocks(ENGLISH) == blocks(INDONESIAN)
    assert ENGLISH.count("\n## ") == INDONESIAN.count("\n## ")


@pytest.mark.parametrize("command", COMMAND.findall(ENGLISH))
def test_every_command_shown_is_understood(command: str) -> None:
    parser().parse_args(shlex.split(command))


@pytest.mark.parametrize("text", [ENGLISH, INDONESIAN])
def test_every_page_linked_is_there(text: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (DOCS / target).exists(), target


def test_the_settings_shown_are_read(tmp_path: Path) -> None:
    file = tmp_path / "telusur.toml"
    file.write_text(blocks(ENGLISH)["toml"] + 'host = "0.0.0.0"\nils = "none"\nurl = "https://katalog.example.org"\n')
    settings = read_settings({}, file)
    assert settings.library == "Perpustakaan Kota Bitung"
    assert settings.host == "0.0.0.0"  # noqa: S104 - as the page says


def test_the_service_is_one_that_systemd_takes(tmp_path: Path) -> None:
    if (analyze := shutil.which("systemd-analyze")) is None:
        pytest.skip("systemd is not installed")
    program = Path(sys.executable).with_name("telusur")
    unit = tmp_path / "telusur.service"
    unit.write_text(blocks(ENGLISH)["unit"].replace("/srv/telusur/.venv/bin/telusur", str(program)))
    checked = subprocess.run([analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    assert (checked.returncode, [line for line in checked.stderr.splitlines() if "telusur" in line]) == (0, [])


# ---- nginx as docs/serving.md has it


@dataclass(frozen=True, slots=True)
class Public:
    """What the world sees: the address by TLS, the one without, and where nginx writes."""

    address: str
    plain: str
    folder: Path


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    try:
        nginx_program()
    except Unavailable as reason:
        pytest.skip(str(reason))
    folder, tls, plain = tmp_path_factory.mktemp("world"), free_port(), free_port()
    certificates = issue_certificates(folder)
    library = tmp_path_factory.mktemp("served")
    small_library(library)
    name = f"127.0.0.1:{tls}"
    with running_portal(library, TELUSUR_HOSTS="127.0.0.1") as portal:
        servers = blocks(SERVING)["nginx"]
        for there, here in {
            "https://katalog.example.org": f"https://{name}",
            "server_name katalog.example.org": "server_name 127.0.0.1",
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen 443 ssl;": f"listen {name} ssl;",
            "/etc/letsencrypt/live/katalog.example.org/fullchain.pem": str(certificates.server),
            "/etc/letsencrypt/live/katalog.example.org/privkey.pem": str(certificates.server_key),
            "/var/log/nginx/telusur.log": f"{folder}/telusur.log",
            "http://127.0.0.1:8501": portal.address,
        }.items():
            assert there in servers, there
            servers = servers.replace(there, here)
        with Nginx(folder, servers, tls):
            yield Public(f"https://{name}", f"http://127.0.0.1:{plain}", folder)


def test_who_comes_without_tls_is_sent_on(public: Public) -> None:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    with pytest.raises(HTTPError) as moved:
        urllib.request.build_opener(Stay).open(f"{public.plain}/cari?q=laut")
    assert (moved.value.code, moved.value.headers["Location"]) == (301, f"{public.address}/cari?q=laut")
    moved.value.close()


def test_the_portal_knows_how_it_was_asked(public: Public) -> None:
    trusting = ssl.create_default_context(cafile=public.folder / "authority.pem")
    with urllib.request.urlopen(f"{public.address}/opensearch.xml", context=trusting) as answer:  # noqa: S310 - ours
        description = answer.read().decode()
    assert f'template="{public.address}/' in description
    assert "http://127" not in description


@pytest.mark.browser
def test_the_interactive_page_works_and_no_search_is_written_down(public: Public) -> None:
    with chromium("--ignore-certificate-errors") as browser:
        page = browser.new_page(ignore_https_errors=True)
        page.goto(f"{public.address}/?q=terumbu&hl=id")
        drawn(page)  # by its websocket
        box(page).fill("lagu minahasa")
        box(page).press("Enter")
        expect(page.locator("#judul-halaman")).to_contain_text("lagu minahasa")
    written = [
        file for file in public.folder.glob("*.log") if re.search("terumbu|minahasa", file.read_text(errors="replace"))
    ]
    assert written == []
