"""Pages the server draws whole, over the real application and a real index."""

import html
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import file_util

from portal.bootstrap import Services, open_services
from portal.guards.middleware import MAX_BODY_BYTES
from portal.presenters.shortening import MOST_REPEATED
from portal.routes import PlainPages
from portal.settings import read_settings
from portal.shell import Shell
from search.document import Document, DocumentId
from search.engine import Entry
from search.engines.embedded import EmbeddedEngine
from search.errors import SearchError
from tests.support.html import Elements, scripts_of
from tests.support.small_library import EBOOK_ID, PAYLOADS, REEF_ID, TRAP_ID


@pytest.mark.parametrize(
    "path", ["/cari", "/cari?q=karang", "/cari?q=zzz", f"/katalog/{REEF_ID}", f"/baca/{EBOOK_ID}/3"]
)
@pytest.mark.parametrize("hl", ["id", "en"])
def test_every_plain_page_is_whole_and_in_its_language(client: TestClient, path: str, hl: str) -> None:
    answer = client.get(path + ("&" if "?" in path else "?") + f"hl={hl}")
    assert answer.status_code == 200
    page = Elements(answer.text)
    assert next(page.all("html"))["lang"] == hl
    assert len(list(page.all("main"))) == 1
    assert len(list(page.all("h1"))) == 1
    assert next(a["role"] for a in page.all("form")) == "search"
    ids = [a["id"] for _, a in page.found if "id" in a]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", ["/", "/cari?q=karang", "/anak", f"/baca/{EBOOK_ID}/3"])
def test_every_region_for_searching_is_told_once_and_by_its_name(client: TestClient, path: str) -> None:
    regions = [a for tag, a in Elements(client.get(path).text).found if tag == "search" or a.get("role") == "search"]
    names = [region.get("aria-label") for region in regions]
    assert names
    assert all(names)
    assert len(names) == len(set(names))


def test_a_search_shows_hits_facets_and_marks(client: TestClient) -> None:
    text = client.get("/cari?q=karang&hl=en").text
    assert "Terumbu <mark>karang</mark> Selat Lembeh" in text
    assert "Matches in title" in text
    assert f"/katalog/{REEF_ID}?q=karang&hl=en&at=2" in Elements(text).links()
    assert "/cari?q=karang&f.contributor=Lasut%2C+Johan&hl=en" in Elements(text).links()


QUESTION = "Siapa yang memilih presiden dan wakil presiden?"


@pytest.mark.parametrize(("hl", "heading"), [("id", "Ditemukan di dalam e-book"), ("en", "Found inside e-books")])
def test_a_question_shows_what_an_e_book_says_and_leads_to_that_page(client: TestClient, hl: str, heading: str) -> None:
    text = client.get("/cari", params={"q": QUESTION, "hl": hl}).text
    answers = text[text.index('<section class="answers"') : text.index('<ol class="cards"')]
    assert f'<h2 id="kutipan">{heading}</h2>' in answers
    assert '<blockquote cite="' in answers
    assert (
        'lang="id"><p><mark>Presiden</mark> dan <mark>Wakil</mark> <mark>Presiden</mark> <mark>dipilih</mark>'
        in answers
    )
    first = next(href for href in Elements(answers).links())
    assert first.startswith(f"/baca/{EBOOK_ID}/2?q=Siapa+yang+memilih")
    assert "<mark>dipilih</mark>" in client.get(first).text


def test_a_topic_and_a_second_page_of_results_quote_nothing(client: TestClient) -> None:
    assert 'class="answers"' not in client.get("/cari?q=presiden").text
    assert client.get("/api/v1/search", params={"q": QUESTION, "page": 2, "size": 10}).json()["answers"] == []


def test_scores_are_for_staff_and_not_on_the_page(client: TestClient) -> None:
    scores = client.get("/api/v1/search?q=karang").json()["hits"][0]["scores"]
    assert set(scores) == {"words", "words_share", "cosine", "fused"}
    assert str(scores["fused"]) not in client.get("/cari?q=karang").text


def test_similar_titles_say_why_they_are_there(client: TestClient) -> None:
    text = client.get(f"/katalog/{REEF_ID}").text
    similar = text[text.index('<aside class="similar"') :]
    assert '<span class="reason">Pengarang sama: Lasut, Johan; subjek sama: Terumbu karang</span>' in similar


def test_ways_past_the_facets_are_few_and_have_names_of_their_own(client: TestClient) -> None:
    chosen = "&".join(f"f.language={code}" for code in ("ind", "eng")) + "&f.format=book&f.format=ebook"
    names = re.findall(r'class="to-hits"[^>]*>([^<]+)<', client.get(f"/cari?{chosen}").text)
    assert names == ["Lompat ke hasil", "Lompat dari Format ke hasil", "Lompat dari Bahasa ke hasil"]


def test_choosing_a_facet_gives_the_count_that_was_shown(client: TestClient) -> None:
    answer = client.get("/api/v1/search?q=membaca").json()
    for field, values in answer["facets"].items():
        for value in values[:5]:
            chosen = client.get("/api/v1/search", params={"q": "membaca", f"f.{field}": value["value"]}).json()
            assert chosen["total"] == value["count"], (field, value)


def test_the_answer_follows_state_and_language(client: TestClient) -> None:
    answer = client.get("/api/v1/search?q=judul:karang -timur&hl=en&size=10").json()
    assert answer["interpretation"]["clauses"][0]["field"] == "title"
    # "Ikan karang Indonesia Timur" is unwanted; the other one is English.
    assert {hit["id"] for hit in answer["hits"]} == {REEF_ID, "kota.003"}
    labels = {v["label"] for v in answer["facets"]["format"]}
    assert labels == {"Book"}


def test_the_answer_holds_as_many_hits_as_asked_for_and_tells_what_it_made_nothing_of(client: TestClient) -> None:
    answer = client.get("/api/v1/search?q=karang&size=1&f.langauge=ind&sort=relevance&page=first").json()
    assert answer["total"] > len(answer["hits"]) == answer["interpretation"]["size"] == 1
    assert answer["interpretation"]["ignored"] == ["f.langauge=ind", "page=first"]
    assert client.get("/api/v1/search?q=karang&f.language=ind").json()["interpretation"]["ignored"] == []


ASKED = "buku anak tentang gempa setelah 2015"


def test_choosing_a_facet_gives_the_count_shown_where_the_text_filters_too(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": "buku tentang membaca setelah 2010"}).json()
    assert answer["interpretation"]["filters"] == {"year": ["2011.."]}
    assert {value["value"] for value in answer["facets"]["year"]} >= {"1990..1999", "2000..2009"}
    for field, values in answer["facets"].items():
        for value in values[:5]:
            params = {"q": "buku tentang membaca setelah 2010", f"f.{field}": value["value"]}
            assert client.get("/api/v1/search", params=params).json()["total"] == value["count"], (field, value)


def test_the_answer_says_what_was_understood(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": ASKED}).json()
    assert answer["query"] == ASKED
    told = answer["interpretation"]
    assert [(one["key"], ASKED[slice(*one["spans"][0])]) for one in told["readings"]] == [
        ("audience", "anak"),
        ("year", "setelah 2015"),
    ]
    assert told["readings"][0]["filter"] == {"field": "audience", "values": ["children"]}
    assert [clause["text"] for clause in told["clauses"]] == ["gempa"]
    dropped = client.get("/api/v1/search", params={"q": ASKED, "drop": "audience"}).json()["interpretation"]
    assert dropped["filters"] == {"year": ["2016.."]}
    plain = client.get("/api/v1/search", params={"q": ASKED, "words": "all"}).json()["interpretation"]
    assert (plain["readings"], plain["filters"]) == ([], {})


def test_the_answer_says_what_was_forgiven(client: TestClient) -> None:
    told = client.get("/api/v1/search", params={"q": "membacca"}).json()
    assert (told["query"], told["total"]) == ("membacca", 31)  # and a page of the e-book
    assert told["interpretation"]["typed"] == "membacca"
    assert told["interpretation"]["respelled"] == "membaca"
    exact = client.get("/api/v1/search", params={"q": "membacca", "exact": "1"}).json()
    assert (exact["total"], exact["interpretation"]["typed"]) == (0, None)
    empty = client.get("/api/v1/search", params={"q": "membaca", "f.format": "map"}).json()
    assert empty["interpretation"]["ways"] == [
        {"kind": "filter", "without": "format", "query": "membaca", "filters": {}, "total": 31}
    ]
    reefs = client.get("/api/v1/search", params={"q": "terumbu karang"}).json()
    assert "coral reef" in reefs["interpretation"]["also"]


@pytest.mark.parametrize("path", ["/cari", "/?"])
def test_old_links_mean_what_they_meant(client: TestClient, path: str) -> None:
    assert (
        client.get(path, params={"q": "karang", "f.language": "ind", "sort": "newest", "page": "1"}).status_code == 200
    )


def test_a_plain_page_leads_to_what_was_understood_and_back(client: TestClient) -> None:
    links = Elements(client.get("/cari", params={"q": ASKED, "hl": "en"}).text).links()
    asked = ASKED.replace(" ", "+")
    assert f"/cari?q={asked}&drop=audience&hl=en" in links
    assert f"/cari?q={asked}&words=all&hl=en" in links
    back = Elements(client.get("/cari", params={"q": ASKED, "words": "all", "hl": "en"}).text).links()
    assert f"/cari?q={asked}&hl=en" in back


def test_a_step_out_of_an_empty_page_finds_what_it_promises(client: TestClient) -> None:
    text = client.get("/cari", params={"q": "buku anak tentang membaca", "f.language": "eng"}).text
    steps = re.findall(r'data-key="step-\d+" rel="nofollow" href="([^"]+)">([^<]*\((\d+)\))', text)
    assert steps
    for href, label, count in steps:
        assert f"{count} hasil" in client.get(html.unescape(href)).text, label


def test_a_misspelt_search_leads_into_the_e_book_with_its_right_spelling(client: TestClient) -> None:
    text = client.get("/cari", params={"q": "perpustakan"}).text
    assert "Menampilkan hasil untuk “perpustakaan”." in text
    links = Elements(text).links()
    assert "/cari?q=perpustakan&exact=1" in links
    inside = [link for link in links if re.fullmatch(rf"/baca/{EBOOK_ID}/\d+\?q=perpustakaan", link)]
    assert inside
    record = client.get(f"/katalog/{EBOOK_ID}", params={"q": "perpustakan"}).text
    assert set(inside) <= set(Elements(record).links())


def test_the_record_page_shows_everything_the_record_has(client: TestClient) -> None:
    answer = client.get(f"/katalog/{REEF_ID}")
    for text in (
        "Wenas, Maria",
        "pengarang",
        "ilustrator",
        "9786020000012",
        "577.789 WEN t",
        "تيرومبو",
        "Tampilan MARC",
        "Cet. 2",
    ):
        assert text in answer.text
    page = Elements(answer.text)
    assert f"http://testserver/katalog/{REEF_ID}" in [
        a["href"] for a in page.all("link") if a.get("rel") == "canonical"
    ]
    outside = [a for a in page.all("a") if a.get("href", "").startswith("https://example.org/")]
    assert {a["href"] for a in outside} == {"https://example.org/karang", "https://example.org/isi"}
    assert all(a["rel"] == "noopener noreferrer" and a["target"] == "_blank" for a in outside)
    assert "c.jpg" not in answer.text


def test_marc_view_has_tags_and_subfields(client: TestClient) -> None:
    text = client.get(f"/katalog/{REEF_ID}").text
    assert re.search(r'<th scope="row">245</th><td>10</td><td><span class="code">\$a</span> Terumbu karang', text)


@pytest.mark.parametrize(
    "path",
    [
        "/katalog/none",
        "/katalog/",
        "/baca/none/1",
        f"/baca/{EBOOK_ID}/0",
        f"/baca/{EBOOK_ID}/999",
        f"/baca/{EBOOK_ID}/x",
        f"/baca/{REEF_ID}/1",
        "/berkas/none.pdf",
        f"/berkas/{REEF_ID}.pdf",
        "/tidakada",
        "/rekaman/b1",
        "/_stcore/metrics",
        "/_stcore/upload_file/a/b",
        "/_stcore/agent/interact",
        "/auth/login",
    ],
)
@pytest.mark.parametrize("hl", ["id", "en"])
def test_what_is_not_there_is_a_404_page(client: TestClient, path: str, hl: str) -> None:
    answer = client.get(f"{path}?hl={hl}")
    assert answer.status_code == 404
    assert ("tidak ditemukan" if hl == "id" else "not found") in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/tidakada",
        "/tidakada/a%20b?x=1%262",
        "/tidakada/a%3Fb%23c?x=1",
        "/akun/tiada",
        "/baca/none/1?q=laut",
        "/katalog/kota.tiada?q=laut",
        "/kutip/tiada",
        "/?id=kota.tiada",
    ],
)
def test_what_is_not_there_is_told_in_the_other_language_too(client: TestClient, path: str) -> None:
    told = Elements(client.get(path).text)
    switched = client.get(told.of_key("language"))
    assert switched.status_code == 404
    assert switched.url.path == client.get(path).url.path
    page = Elements(switched.text)
    assert next(page.all("html"))["lang"] == "en"
    assert next(Elements(client.get(page.of_key("language")).text).all("html"))["lang"] == "id"


@pytest.mark.parametrize("path", ["/tidakada", "/kutip/tiada", "/katalog/kota.tiada"])
def test_head_of_what_is_not_there_is_as_long_as_its_page(client: TestClient, path: str) -> None:
    assert client.head(path).headers["content-length"] == client.get(path).headers["content-length"]


def test_no_address_that_is_asked_for_leads_elsewhere(client: TestClient) -> None:
    answer = client.get("http://testserver//elsewhere.example/a?hl=en")
    assert answer.status_code == 404
    assert Elements(answer.text).of_key("language") == "/elsewhere.example/a?hl=id"


@pytest.mark.parametrize("path", [f"/baca/{EBOOK_ID}/999.png", f"/baca/{REEF_ID}/1.png", "/baca/none/1.png"])
def test_a_missing_picture_is_a_404(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_reader_marks_words_and_turns_pages(client: TestClient) -> None:
    page = client.get(f"/baca/{EBOOK_ID}/5?q=anggaran").text
    assert "<mark>Anggaran</mark>" in page
    links = Elements(page).links()
    assert f"/baca/{EBOOK_ID}/4?q=anggaran" in links
    assert f"/baca/{EBOOK_ID}/6?q=anggaran" in links
    assert f"/berkas/{EBOOK_ID}.pdf#page=5" in links
    assert f"/katalog/{EBOOK_ID}?q=anggaran" in links
    assert f"/baca/{EBOOK_ID}/5?q=anggaran&hl=en" in links
    assert "hlm. 5 dari 18" in page


def test_a_page_picture_is_a_png_of_the_page(client: TestClient) -> None:
    answer = client.get(f"/baca/{EBOOK_ID}/5.png")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert len(answer.content) > 10_000


def test_the_file_is_served_inline_in_ranges(client: TestClient) -> None:
    path = f"/berkas/{EBOOK_ID}.pdf"
    whole = client.get(path)
    assert whole.content.startswith(b"%PDF")
    assert whole.headers["content-disposition"].startswith("inline")
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = client.get(path, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"%PDF")
    assert client.get(path, headers={"Range": "bytes=0-1,3-4,6-7,9-10"}).status_code == 206
    assert client.get(path, headers={"Range": "bytes=0-1,3-4,6-7,9-10,12-13"}).status_code == 416


def test_the_icon_is_found_where_programs_look_for_it(client: TestClient) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.text == client.get("/aset/favicon.svg").text


def test_health_and_robots(client: TestClient, library: Services) -> None:
    assert client.get("/health").json() == {"status": "ok", "documents": 43, "pages": 18}
    robots = client.get("/robots.txt").text
    assert "Disallow: /cari" in robots
    assert "Allow: /katalog/" in robots


def test_result_pages_are_not_for_search_engines_and_records_are(client: TestClient) -> None:
    assert 'name="robots" content="noindex' in client.get("/cari?q=karang").text
    assert 'name="robots"' not in client.get(f"/katalog/{REEF_ID}").text


@pytest.mark.parametrize(
    "path", ["/", "/cari?q=karang", "/api/v1/search?q=a", "/tidakada", "/aset/portal.css", "/health"]
)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval'" not in policy.replace("wasm-unsafe-eval'", "")
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]


def test_a_search_as_long_as_a_page_is_not_repeated_whole(client: TestClient) -> None:
    text = client.get("/cari", params={"q": "a" * 3000}).text
    said = re.sub(r"<[^>]*>", "", text[text.index("<main") : text.index("</main>")])
    assert max(map(len, re.findall("a+", said))) < MOST_REPEATED
    assert "…" in said


def test_a_long_address_and_a_large_body_are_refused(client: TestClient) -> None:
    assert client.get("/cari?q=" + "a" * 9000).status_code == 414
    assert client.get("/cari?q=" + "a" * 3000).status_code == 200
    assert client.post("/cari", content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413


@pytest.mark.parametrize(
    "junk",
    [
        "page=-5",
        "page=abc",
        "page=999999",
        "sort=x",
        "f.format=%3Cscript%3E",
        "hl=xx",
        "q=%27+OR+1=1+--",
        "q=%00",
        "f.year=x",
        "size=1e9",
        "mode=%F0%9F%90%9F",
        "q=" + "%28" * 600,
        "q=%ff%fe",
    ],
)
def test_junk_in_an_address_is_harmless(client: TestClient, junk: str) -> None:
    for path in ("/", "/cari", "/api/v1/search"):
        assert client.get(f"{path}?{junk}").status_code == 200


@pytest.mark.parametrize("path", [f"/katalog/{quote(TRAP_ID, safe='')}", "/cari?q=jebakan", "/cari?q=alert"])
def test_nothing_in_a_record_runs(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "Jebakan" in answer.text
    assert not scripts_of(answer.text)
    images = [tag for tag, _ in Elements(answer.text).found if tag == "img"]
    assert not images


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(
    "path", ["/cari?q={}", f"/katalog/{REEF_ID}?q={{}}", f"/baca/{EBOOK_ID}/5?q={{}}", "/cari?q=a&f.subject={}"]
)
def test_nothing_in_an_address_runs(client: TestClient, payload: str, path: str) -> None:
    answer = client.get(path.format(quote(payload, safe="")))
    assert answer.status_code == 200
    assert not scripts_of(answer.text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_frame_escapes_its_title(client: TestClient, payload: str) -> None:
    plain = scripts_of(client.get("/").text)
    assert scripts_of(client.get("/?q=" + quote(payload, safe="")).text) == plain
    assert scripts_of(client.get("/?id=" + quote(TRAP_ID, safe="")).text) == plain


def test_the_frame_names_what_it_shows(client: TestClient) -> None:
    home = client.get("/?hl=en")
    assert '<html lang="en">' in home.text
    assert "<title>Search the library&#x27;s collections – Perpustakaan Kota Bitung</title>" in home.text
    record = client.get(f"/?id={REEF_ID}&q=karang")
    assert f'<link rel="canonical" href="http://testserver/katalog/{REEF_ID}">' in record.text
    assert f'<noscript><p>Halaman ini memakai JavaScript. <a href="/katalog/{REEF_ID}?q=karang">' in record.text
    assert client.get("/?id=none").status_code == 404
    assert '<a href="/cari?q=karang">' in client.get("/?q=karang").text


@pytest.fixture(scope="module")
def without_index(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """The plain pages over a data folder that holds nothing yet."""
    return over(tmp_path_factory.mktemp("empty"))


def over(folder: Path) -> TestClient:
    """The plain pages over a data folder."""
    settings = read_settings({"TELUSUR_DATA": str(folder), "TELUSUR_MODEL": "none"}, folder / "none.toml")
    index = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    pages = PlainPages(open_services(settings), Shell(index))
    handlers = {SearchError: pages.search_failed}
    return TestClient(Starlette(routes=pages.routes(), exception_handlers=handlers))


@pytest.mark.parametrize(
    "path",
    [
        "/cari",
        "/cari?q=laut",
        "/katalog/a",
        "/baca/a/1",
        "/baca/a/1.png",
        "/berkas/a.pdf",
        "/?id=a",
        "/health",
        "/api/v1/search",
    ],
)
def test_a_portal_without_an_index_says_what_to_do(without_index: TestClient, path: str) -> None:
    answer = without_index.get(path)
    assert answer.status_code == 503
    if path in ("/api/v1/search", "/health"):
        assert "message" in answer.text
    elif path != "/?id=a":  # the frame's page says it once it runs
        assert "telusur ingest" in answer.text


def test_an_index_of_another_version_is_not_healthy(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    with engine.rebuilding() as writer:
        writer.put([Entry(Document(DocumentId("a.1"), fields={"title": ("Laut",)}))])
    (manifest,) = (tmp_path / "index" / "generations").glob("*/manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema_version": 999}))
    answer = over(tmp_path).get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert "telusur ingest" in answer.json()["message"]


def test_a_page_beyond_the_last_shows_the_last(client: TestClient) -> None:
    last = client.get("/cari?q=karang&page=99")
    assert last.status_code == 200
    assert len(list(Elements(last.text).all("article"))) > 0


def test_an_ebook_address_without_its_page_leads_to_the_first(client: TestClient) -> None:
    answer = client.get(f"/baca/{EBOOK_ID}?hl=en", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"/baca/{EBOOK_ID}/1?hl=en")
    assert client.get("/baca/none").status_code == client.get(f"/berkas/{EBOOK_ID}").status_code == 404


def test_a_plain_record_leads_back_to_the_search_it_was_found_by(client: TestClient) -> None:
    page = client.get("/cari?q=karang&f.format=book&hl=en").text
    found = next(a["href"] for a in Elements(page).all("a") if a.get("href", "").startswith("/katalog/"))
    assert "f.format=book" in found
    assert any("/cari?q=karang" in a.get("href", "") for a in Elements(client.get(found).text).all("a"))


@pytest.mark.parametrize("hl", ["id", "en"])
def test_a_child_who_is_told_of_a_failure_keeps_the_childrens_box(without_index: TestClient, hl: str) -> None:
    for path, box in (("/anak", "/anak"), ("/cari", "/cari")):
        told = without_index.get(f"{path}?q=laut&hl={hl}")
        assert told.status_code == 503
        assert next(Elements(told.text).all("form"))["action"] == box


@pytest.mark.parametrize("path", ["/anak?q=laut", "/cari?q=laut", "/katalog/a", "/baca/a/1?q=laut", "/rak?dari=577"])
def test_trying_again_leads_to_what_was_asked_for(without_index: TestClient, path: str) -> None:
    told = without_index.get(f"{path}{'&' if '?' in path else '?'}hl=en")
    assert told.status_code == 503
    ways = told.text[told.text.index('class="problem-ways"') :]
    again = next(href for href in Elements(ways).links())
    assert again == f"{path}{'&' if '?' in path else '?'}hl=en"
