"""unAPI: formats, records in each of them, and its status codes."""

import json
import re

import pytest
import rispy
from lxml import etree
from starlette.testclient import TestClient

from portal.machines.unapi import FORMATS
from tests.support.small_library import EBOOK_ID, PAYLOADS, REEF_ID, TRAP_ID

MODS = {"m": "http://www.loc.gov/mods/v3"}


def test_without_a_format_the_formats_are_listed(machines: TestClient) -> None:
    for params, status, id in (({}, 200, None), ({"id": REEF_ID}, 300, REEF_ID)):
        answer = machines.get("/unapi", params=params)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("application/xml")
        listed = etree.fromstring(answer.content)
        assert (listed.tag, listed.get("id")) == ("formats", id)
        assert [one.get("name") for one in listed] == ["mods3", "marc21xml", "oai_dc", "ris", "bibtex", "csljson"]
        assert all(one.get("type") for one in listed)


def test_zotero_takes_ris_which_says_the_most_to_it(machines: TestClient) -> None:
    """Its unAPI translator: the first of these that it finds among the names, the types or the documents."""
    listed = etree.fromstring(machines.get("/unapi").content)
    known = ("rdf_zotero", "rdf_bibliontology", "marc", "unimarc", "marcxml", "mods", "ris", "bibtex")
    found = {re.match(r"\w*", one.get("name", "").lower())[0] for one in listed}  # type: ignore[index]
    assert next(name for name in known if name in found) == "ris"
    types = {one.get("type") for one in listed}
    assert not types & {"application/marc", "application/marcxml+xml", "application/mods+xml"}
    pages = {one.get("docs") for one in listed}
    assert not pages & {"http://www.loc.gov/marcxml/", "http://www.loc.gov/standards/mods/"}


def test_mods_and_marcxml_also_come_by_their_usual_names(machines: TestClient) -> None:
    for name, listed in (("mods", "mods3"), ("marcxml", "marc21xml")):
        asked = [machines.get("/unapi", params={"id": REEF_ID, "format": format}) for format in (name, listed)]
        assert [answer.status_code for answer in asked] == [200, 200]
        assert asked[0].content == asked[1].content


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"id": "kota.999", "format": "mods"}, 404),
        ({"id": "kota.999"}, 404),
        ({"id": "", "format": "mods"}, 404),
        ({"id": "x" * 5000, "format": "mods"}, 404),
        ({"id": REEF_ID, "format": "endnote"}, 406),
        ({"id": REEF_ID, "format": ""}, 406),
    ],
)
def test_what_there_is_none_of_has_its_status(machines: TestClient, params: dict[str, str], status: int) -> None:
    assert machines.get("/unapi", params=params).status_code == status


@pytest.mark.parametrize("format", FORMATS)
def test_a_record_is_the_same_by_id_and_by_address(machines: TestClient, format: str) -> None:
    by_id = machines.get("/unapi", params={"id": REEF_ID, "format": format})
    by_address = machines.get("/unapi", params={"id": f"http://testserver/katalog/{REEF_ID}", "format": format})
    assert by_id.status_code == by_address.status_code == 200
    assert by_id.content == by_address.content
    assert by_id.headers["content-type"].partition(";")[0] == FORMATS[format].media_type
    assert "Terumbu karang Selat Lembeh" in by_id.text


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("id", [TRAP_ID, EBOOK_ID])
def test_awkward_records_come_whole(machines: TestClient, format: str, id: str) -> None:
    answer = machines.get("/unapi", params={"id": id, "format": format})
    assert answer.status_code == 200
    if answer.headers["content-type"].startswith("application/xml"):
        texts = [str(one.text) for one in etree.fromstring(answer.content).iter()]
        assert id != TRAP_ID or any(PAYLOADS[0] in text for text in texts)


def test_mods_says_what_the_record_says(machines: TestClient) -> None:
    answer = machines.get("/unapi", params={"id": REEF_ID, "format": "mods"})
    mods = etree.fromstring(answer.content)
    found = {
        path: [str(one.text) for one in mods.iterfind(path, MODS)]
        for path in (
            "m:titleInfo/m:title", "m:name/m:namePart", "m:name/m:role/m:roleTerm", "m:typeOfResource", "m:genre",
            "m:originInfo/m:publisher", "m:originInfo/m:dateIssued", "m:language/m:languageTerm", "m:subject/m:topic",
            "m:identifier", "m:location/m:shelfLocator", "m:location/m:url", "m:recordInfo/m:recordIdentifier",
        )
    }  # fmt: skip
    assert found == {
        "m:titleInfo/m:title": ["Terumbu karang Selat Lembeh : panduan lapangan"],
        "m:name/m:namePart": ["Wenas, Maria", "Lasut, Johan"],
        "m:name/m:role/m:roleTerm": ["aut", "ill"],
        "m:typeOfResource": ["text"],
        "m:genre": ["book"],
        "m:originInfo/m:publisher": ["Pustaka Bahari"],
        "m:originInfo/m:dateIssued": ["2014"],
        "m:language/m:languageTerm": ["ind"],
        "m:subject/m:topic": ["Terumbu karang", "Ekosistem laut"],
        "m:identifier": ["9786020000012"],
        "m:location/m:shelfLocator": ["577.789 WEN t"],
        "m:location/m:url": ["http://testserver/katalog/kota.001", "https://example.org/karang"],
        "m:recordInfo/m:recordIdentifier": [REEF_ID],
    }


def test_all_formats_agree_on_the_title(machines: TestClient) -> None:
    texts = {format: machines.get("/unapi", params={"id": REEF_ID, "format": format}).text for format in FORMATS}
    title = "Terumbu karang Selat Lembeh: panduan lapangan"
    assert rispy.loads(texts["ris"])[0]["title"] == json.loads(texts["csljson"])[0]["title"] == title
    assert f"{{{title}}}" in texts["bibtex"]


def test_who_has_a_record_already_is_not_sent_it_again(machines: TestClient) -> None:
    first = machines.get("/unapi", params={"id": REEF_ID, "format": "mods"})
    known = {"if-none-match": first.headers["etag"]}
    again = machines.get("/unapi", params={"id": REEF_ID, "format": "mods"}, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    other = machines.get("/unapi", params={"id": REEF_ID, "format": "marcxml"}, headers=known)
    assert other.status_code == 200
