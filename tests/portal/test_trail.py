"""From record to record through the results."""

import pytest
from starlette.testclient import TestClient

from portal.search_state import SearchState
from tests.support.html import Elements
from tests.support.small_library import REEF_ID

SEARCH = "sort=title&size=10"


def hits(client: TestClient, search: str) -> list[str]:
    return [href for href in Elements(client.get(f"/cari?{search}").text).links() if "&at=" in href]


def ways(text: str) -> dict[str, str]:
    return {
        a["data-key"]: a["href"] for a in Elements(text).all("a") if a.get("data-key") in ("previous", "next", "back")
    }


def test_one_can_walk_from_the_first_result_across_pages_and_back(client: TestClient) -> None:
    ids = [hit["id"] for hit in client.get("/api/v1/search?sort=title&size=20").json()["hits"]][:12]
    address = hits(client, SEARCH)[0]
    walked = []
    for n in range(1, 13):
        text = client.get(address).text
        assert f"Hasil {n} dari " in text
        walked.append(address.partition("?")[0].rpartition("/")[2])
        assert ways(text)["back"] == f"/cari?{'sort=title&page=2&size=10' if n > 10 else SEARCH}"
        assert ("previous" in ways(text)) == (n > 1)
        address = ways(text)["next"]
    assert walked == [id.replace("/", "%2F") for id in ids]
    back = client.get(ways(client.get(address).text)["previous"]).text
    assert "Hasil 12 dari " in back


def test_the_last_result_leads_no_further(client: TestClient) -> None:
    search = "q=laskar+pelangi"
    last = hits(client, search)[-1]
    assert "next" not in ways(client.get(last).text)


@pytest.mark.parametrize(
    "params", ["q=karang&at=40", "q=karang&at=999999", "q=zzzz&at=1", "at=-1", "at=x", "q=gempa&at=1"]
)
def test_a_place_that_is_not_the_records_is_not_shown(client: TestClient, params: str) -> None:
    answer = client.get(f"/katalog/{REEF_ID}?{params}")
    assert answer.status_code == 200
    assert "Hasil " not in answer.text.split("</nav>")[0]
    assert not {"previous", "next"} & ways(answer.text).keys()


def test_the_place_survives_a_change_of_language(client: TestClient) -> None:
    address = hits(client, "q=karang")[0]
    english = next(
        href for href in Elements(client.get(address).text).links() if "hl=en" in href and "/katalog/" in href
    )
    assert "Result 1 of " in client.get(english).text


def test_a_place_belongs_to_an_open_record() -> None:
    assert SearchState(q="laut", at=3).at == 0
    opened = SearchState(q="laut").opening("kota.1", 37)
    assert (opened.at, opened.page) == (37, 2)
    assert SearchState.from_params(opened.to_params()) == opened
    assert opened.closing().to_params() == (("q", "laut"), ("page", "2"))
    assert opened.at_page(1).at == 0
