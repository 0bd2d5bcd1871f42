"""Help: each way of asking that is shown is understood so, and finds something."""

import re
from html import unescape
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import file_util

from portal.bootstrap import open_services
from portal.helping import Helping
from portal.i18n import LANGUAGES, Language, messages
from portal.presenters.help import WAYS, trials_of
from portal.routes import PlainPages
from portal.settings import read_settings
from portal.shell import Shell
from search.document import Contributor, Document, DocumentId
from search.query import Clause
from search.query_language import parse
from tests.support.html import Elements

REEFS = Document(
    DocumentId("k.1"),
    fields={
        "title": ("Panduan terumbu karang",),
        "topic": ("Terumbu karang",),
        "year": ("2019",),
        "isbn": ("9789790000001",),
    },
    contributors=(Contributor("Wenas, Maria"),),
)
OTHER = Document(DocumentId("k.2"), fields={"title": ("Sejarah Minahasa",)})
TRIAL = re.compile(r'<dt><a href="([^"]+)">([^<]+)</a></dt><dd>([^<]+)</dd>')


def trials(client: TestClient, path: str) -> list[tuple[str, ...]]:
    return [tuple(map(unescape, found)) for found in TRIAL.findall(client.get(path).text)]


@pytest.mark.parametrize("path", ["/bantuan", "/bantuan?hl=en", "/bantuan?app=1&hl=en"])
def test_help_is_one_page_to_machines_by_whatever_address(client: TestClient, path: str) -> None:
    links = [
        link for link in Elements(client.get(path).text).all("link") if link.get("rel") in ("canonical", "alternate")
    ]
    at = "http://testserver/bantuan"
    assert [(link["rel"], link.get("hreflang"), link["href"]) for link in links] == [
        ("canonical", None, at),
        *(("alternate", hl, f"{at}?hl={hl}") for hl in LANGUAGES),
    ]


@pytest.mark.parametrize("hl", LANGUAGES)
def test_every_way_that_is_shown_finds_something(client: TestClient, hl: Language) -> None:
    shown = trials(client, f"/bantuan?hl={hl}")
    assert len(shown) > 6
    for href, typed, _ in shown:
        assert href.startswith("/cari?q=")
        assert 'class="cards"' in client.get(href).text, typed


@pytest.mark.parametrize("hl", LANGUAGES)
def test_ways_are_read_as_help_says(hl: Language) -> None:
    typed = dict(trials_of([OTHER, REEFS], messages(hl)))
    assert tuple(typed) == WAYS

    def one(way: str) -> Clause:
        (clause,) = parse(typed[way]).clauses
        return clause

    assert one("phrase").phrase
    assert one("begins").prefix
    assert {way: one(way).field for way in ("title", "author", "subject")} == {
        "title": "title",
        "author": "contributor",
        "subject": "subject",
    }
    assert [clause.negated for clause in parse(typed["without"]).clauses] == [False, True]
    assert (one("year").field, one("year").text) == ("year", "2014..2019")
    assert typed["number"] == REEFS.first("isbn")
    assert len(parse(typed["either"]).parts) == 1


def test_titles_that_show_nothing_leave_no_ways() -> None:
    t = messages("id")
    assert list(trials_of([], t)) == []
    assert list(trials_of([Document(DocumentId("k.1"), fields={"title": ("1984",)})], t)) == []


def test_help_leads_on(client: TestClient) -> None:
    page = Elements(client.get("/bantuan").text)
    assert {"/cari/lanjut", "/riwayat", "/simpanan", "/anak", "/akun", "/bantuan?hl=en"} <= set(page.links())
    assert 'href="/?q=' in client.get("/bantuan?app=1").text
    assert 'href="/bantuan?app=1' in client.get("/?q=karang").text
    assert 'href="/bantuan"' in client.get("/cari?q=karang").text


def test_there_is_help_before_there_is_an_index_and_without_accounts(tmp_path: Path) -> None:
    environment = {
        "TELUSUR_DATA": str(tmp_path),
        "TELUSUR_MODEL": "none",
        "TELUSUR_ILS": "none",
        "TELUSUR_EMAIL": "tanya@example.org",
    }
    index = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    pages = PlainPages(open_services(read_settings(environment, tmp_path / "none.toml")), Shell(index))
    html = TestClient(Starlette(routes=Helping(pages).routes())).get("/bantuan?hl=en").text
    assert not TRIAL.search(html)
    assert "Borrowing" not in html
    assert "mailto:tanya@example.org" in html
