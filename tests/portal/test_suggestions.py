"""What is offered while a reader types."""

import pytest
from starlette.testclient import TestClient

from portal.i18n import Language, messages
from portal.links import InteractiveLinks
from portal.presenters.suggestions import KINDS, OF_A_KIND, suggestions
from portal.search_state import SearchState
from search.document import Suggestion
from search.query_language import SCOPES


def offered(client: TestClient, **params: str) -> dict[str, list[str]]:
    answer = client.get("/api/v1/suggest", params=params)
    assert answer.status_code == 200
    return {group["label"]: [item["text"] for item in group["items"]] for group in answer.json()["groups"]}


def test_titles_names_and_headings_are_offered_in_groups(client: TestClient) -> None:
    assert offered(client, q="te") == {
        "Judul": ["Terumbu karang Selat Lembeh : panduan lapangan"],
        "Pengarang": ["Telusur, Tim"],
        "Subjek": ["Terumbu karang"],
    }
    assert list(offered(client, q="te", hl="en")) == ["Title", "Author", "Subject"]


@pytest.mark.parametrize(
    ("scope", "labels"), [("title", ["Judul"]), ("author", ["Pengarang"]), ("subject", ["Subjek"]), ("pages", [])]
)
def test_suggestions_follow_the_scope(client: TestClient, scope: str, labels: list[str]) -> None:
    assert list(offered(client, q="te", **{"in": scope})) == labels


@pytest.mark.parametrize("text", ["", "t", " t ", "\x00", "x" * 5000, "%00<script>"])
def test_a_text_that_begins_nothing_offers_nothing(client: TestClient, text: str) -> None:
    assert offered(client, q=text) == {}


def test_each_suggestion_leads_to_what_it_promises(client: TestClient) -> None:
    for text in ("te", "la", "hir", "ce", "je"):
        for group in client.get("/api/v1/suggest", params={"q": text}).json()["groups"]:
            for item in group["items"]:
                found = client.get("/api/v1/search" + item["href"].removeprefix("/")).json()
                assert found["total"] >= 1, item
                if item["count"]:
                    assert item["count"] == f"{found['total']} judul"


@pytest.mark.parametrize("hl", ["id", "en"])
def test_what_is_announced_is_how_many_there_are(hl: Language) -> None:
    def told(*found: Suggestion) -> str:
        answer = suggestions(found, "x", SearchState(hl=hl), InteractiveLinks(), messages(hl))
        return str(answer["announce"])

    assert told().startswith({"id": "Tidak ada", "en": "No "}[hl])
    assert told(Suggestion("Laut", "title", 1)).startswith("1 ")
    many = [Suggestion(f"Laut {n}", "subject", n) for n in range(1, 20)]
    assert told(Suggestion("Laut", "title", 1), *many).startswith(f"{1 + OF_A_KIND} ")


def test_only_scopes_that_there_are_have_kinds() -> None:
    assert {name for name in KINDS if name} <= set(SCOPES)


def test_a_title_with_quotes_is_asked_for_as_one_phrase() -> None:
    answer = suggestions(
        [Suggestion('Si "Laut" biru', "title", 1)], "si", SearchState(), InteractiveLinks(), messages("id")
    )
    assert answer["groups"][0]["items"][0]["href"] == "/?q=%22Si+Laut+biru%22&in=title"
