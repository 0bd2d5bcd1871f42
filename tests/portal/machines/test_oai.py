"""OAI-PMH: every verb, every error, and lists that are read while the catalogue changes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from starlette.testclient import TestClient

from portal.machines.oai import MAX_REQUEST_BYTES, utc
from portal.machines.oai_list import HEADERS_AT_ONCE, RECORDS_AT_ONCE, Asked, asked_by
from portal.settings import read_settings
from search.document import Document, DocumentId
from search.publications import Stamp
from tests.portal.machines.conftest import Catalogue
from tests.support.documents import document
from tests.support.small_library import PAYLOADS

# Written by us from the protocol's text: every answer of every test here must be of this shape.
SHAPE = etree.RelaxNG(file=Path(__file__).with_name("oai_pmh.rng"))
OAI = {"o": "http://www.openarchives.org/OAI/2.0/"}
DC = "{http://purl.org/dc/elements/1.1/}"


def ask(client: TestClient, **arguments: str) -> etree._Element:
    named = {("from" if name == "since" else name): value for name, value in arguments.items()}
    answer = client.get("/oai", params=named)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    return shaped(answer.content)


def shaped(answer: bytes) -> etree._Element:
    """An answer, which is as the protocol wants it."""
    found = etree.fromstring(answer)
    assert SHAPE.validate(found), SHAPE.error_log
    return found


def code(answered: etree._Element) -> str:
    """The code of the one error that is told."""
    errors = answered.findall("o:error", OAI)
    assert len(errors) == 1
    assert errors[0].text
    return errors[0].get("code", "")


def text(element: etree._Element, path: str) -> str:
    return element.findtext(path, "", OAI)


def pages(client: TestClient, verb: str = "ListIdentifiers", **arguments: str) -> Iterator[etree._Element]:
    """The pages of a list, each asked for when it is wanted."""
    if "resumptionToken" not in arguments:
        arguments.setdefault("metadataPrefix", "oai_dc")
    while True:
        answered = ask(client, verb=verb, **arguments)
        yield answered
        token = text(answered, f"o:{verb}/o:resumptionToken")
        if not token:
            return
        arguments = {"resumptionToken": token}


def headers(answered: etree._Element) -> list[tuple[str, bool]]:
    """(id, whether it is deleted) of each header of a page."""
    found = answered.iterfind(".//o:header", OAI)
    return [(text(one, "o:identifier").rpartition(":")[2], one.get("status") == "deleted") for one in found]


def listed(client: TestClient, **arguments: str) -> list[tuple[str, bool]]:
    return [header for page in pages(client, **arguments) for header in headers(page)]


def some(first: int, last: int, **fields: str) -> list[Document]:
    return [document(f"kota.{n}", f"Laut {n}", source="kota", **fields) for n in range(first, last + 1)]


# --- what it says of itself ---


def test_identify_says_what_the_protocol_wants(catalogue: Catalogue) -> None:
    catalogue.put(*some(1, 1))
    answered = ask(catalogue.client, verb="Identify")
    assert [child.tag.rpartition("}")[2] for child in answered] == ["responseDate", "request", "Identify"]
    told = {child.tag.rpartition("}")[2]: child.text for child in answered[2]}
    assert list(told) == [
        "repositoryName", "baseURL", "protocolVersion", "adminEmail", "earliestDatestamp", "deletedRecord", "granularity",
    ]  # fmt: skip
    assert told["baseURL"] == "https://katalog.example.org/oai"
    assert (told["protocolVersion"], told["deletedRecord"]) == ("2.0", "transient")
    assert told["adminEmail"] == "postmaster@katalog.example.org"
    dated = ask(catalogue.client, verb="ListIdentifiers", metadataPrefix="oai_dc").findtext(".//o:datestamp", "", OAI)
    assert str(told["earliestDatestamp"]) <= dated
    assert answered[1].get("verb") == "Identify"
    assert answered.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", "").split() == [
        OAI["o"],
        "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd",
    ]


def test_the_formats_are_dublin_core_and_marcxml(catalogue: Catalogue) -> None:
    catalogue.put(*some(1, 1))
    wanted = ["oai_dc", "marcxml"]
    for more in ({}, {"identifier": "oai:katalog.example.org:kota.1"}):
        answered = ask(catalogue.client, verb="ListMetadataFormats", **more)
        assert [one.text for one in answered.iterfind(".//o:metadataPrefix", OAI)] == wanted


def test_sets_are_formats_and_hundreds_of_dewey_and_hold_what_they_say(catalogue: Catalogue) -> None:
    catalogue.put(*some(1, 3, format="book", dewey_class="300"), *some(4, 4, format="map"), *some(5, 5))
    answered = ask(catalogue.client, verb="ListSets")
    specs = [str(one.text) for one in answered.iterfind(".//o:setSpec", OAI)]
    assert specs == ["format", "format:book", "format:map", "ddc", "ddc:300"]
    sizes = {spec: len(listed(catalogue.client, set=spec)) for spec in specs}
    assert sizes == {"format": 4, "format:book": 3, "format:map": 1, "ddc": 3, "ddc:300": 3}
    header = next(ask(catalogue.client, verb="ListIdentifiers", metadataPrefix="oai_dc").iterfind(".//o:header", OAI))
    assert [one.text for one in header.iterfind("o:setSpec", OAI)] == ["format:book", "ddc:300"]


def test_records_of_an_awkward_catalogue_are_well_formed(machines: TestClient) -> None:
    for prefix in ("oai_dc", "marcxml"):
        found = list(pages(machines, "ListRecords", metadataPrefix=prefix))
        assert any(PAYLOADS[0] in str(one.text) for page in found for one in page.iter())
        names = [str(one.text) for page in found for one in page.iterfind(".//o:identifier", OAI)]
        (trap,) = (name for name in names if name.startswith("oai:testserver:kota.x"))
        assert trap == "oai:testserver:kota.x%2F%3Cb%3E%26"
        answered = ask(machines, verb="GetRecord", metadataPrefix=prefix, identifier=trap)
        assert answered.find(".//o:metadata", OAI) is not None


def test_dublin_core_begins_with_title_and_leads_to_the_record(machines: TestClient) -> None:
    answered = ask(machines, verb="GetRecord", metadataPrefix="oai_dc", identifier="oai:testserver:kota.001")
    found = answered.find(".//o:metadata", OAI)
    assert found is not None
    values = [(child.tag.removeprefix(DC), child.text) for child in found[0]]
    assert values[0] == ("title", "Terumbu karang Selat Lembeh : panduan lapangan")
    assert ("creator", "Wenas, Maria") in values
    assert ("contributor", "Lasut, Johan") in values
    assert ("identifier", "http://testserver/katalog/kota.001") in values
    assert ("identifier", "urn:isbn:9786020000012") in values
    assert not any("javascript" in str(value) for _, value in values)


def test_control_characters_of_a_record_are_dropped(catalogue: Catalogue) -> None:
    catalogue.put(document("kota.1", "Laut\x00\x0b biru\ud800 \ufffe", source="kota"))
    for prefix in ("oai_dc", "marcxml"):
        page = next(pages(catalogue.client, "ListRecords", metadataPrefix=prefix))
        assert any(str(one.text).startswith("Laut biru") for one in page.iter())


# --- errors ---


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ("", "badVerb"),
        ("verb=", "badVerb"),
        ("verb=Identifi", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&set=x", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&page=2", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=no:such", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=format:globe", "noRecordsMatch"),
        ("verb=ListIdentifiers&metadataPrefix=oai_dc&until=1999-01-01", "noRecordsMatch"),
        ("verb=ListIdentifiers&metadataPrefix=oai_dc&from=9999-12-31", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=mods", "cannotDisseminateFormat"),
        ("verb=ListRecords&resumptionToken=0/200/570/18/mods", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=1!mods!!!!1!1!", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=1!oai_dc!!2026!!1!1!", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=1!oai_dc!!!!1!1!", "badResumptionToken"),
        ("verb=GetRecord&identifier=oai:katalog.example.org:kota.1", "badArgument"),
        ("verb=GetRecord&identifier=oai:katalog.example.org:kota.1&metadataPrefix=x", "cannotDisseminateFormat"),
        ("verb=GetRecord&identifier=kota.1&metadataPrefix=oai_dc", "idDoesNotExist"),
        ("verb=GetRecord&identifier=oai:katalog.example.org:&metadataPrefix=oai_dc", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=oai:katalog.example.org:kota.9", "idDoesNotExist"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_code(catalogue: Catalogue, arguments: str, wanted: str) -> None:
    catalogue.put(*some(1, 1, format="book"))
    answer = catalogue.client.get(f"/oai?{arguments}")
    assert answer.status_code == 200
    answered = shaped(answer.content)
    assert code(answered) == wanted
    asked = answered.find("o:request", OAI)
    assert asked is not None
    # As the protocol wants it, what was asked is repeated only where it could be understood.
    assert (not asked.attrib) == (wanted in ("badVerb", "badArgument"))


def test_an_empty_catalogue_has_no_sets_and_no_records(catalogue: Catalogue) -> None:
    assert code(ask(catalogue.client, verb="ListSets")) == "noSetHierarchy"
    assert code(ask(catalogue.client, verb="ListRecords", metadataPrefix="oai_dc")) == "noRecordsMatch"
    assert text(ask(catalogue.client, verb="Identify"), "o:Identify/o:earliestDatestamp")


def test_a_form_may_ask_too_and_nothing_else_may(catalogue: Catalogue) -> None:
    catalogue.put(*some(1, 1))
    client = catalogue.client
    answered = client.post("/oai", data={"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"})
    assert headers(shaped(answered.content)) == [("kota.1", False)]
    assert client.post("/oai", json={"verb": "Identify"}).status_code == 415
    assert client.post("/oai", data={"verb": "x" * MAX_REQUEST_BYTES}).status_code == 413
    assert code(shaped(client.post("/oai", data={f"a{n}": "1" for n in range(50)}).content)) == "badVerb"
    assert client.put("/oai").status_code == 405


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["verb", "metadataPrefix", "from", "until", "set", "identifier", "resumptionToken", "x"]),
        st.text(max_size=40),
    )
)
def test_any_request_is_answered_in_xml(machines: TestClient, arguments: dict[str, str]) -> None:
    answer = machines.get("/oai", params=arguments)
    assert answer.status_code == 200
    assert shaped(answer.content).tag == "{http://www.openarchives.org/OAI/2.0/}OAI-PMH"


@settings(deadline=None)
@given(
    st.text(max_size=60)
    | st.from_regex(
        r"1![a-z_]{1,9}![a-z:0-9]{0,9}![0-9TZ:-]{0,20}![0-9TZ:-]{0,20}!\d{1,16}!\d{1,12}!\d{0,12}", fullmatch=True
    )
)
def test_a_made_up_token_is_a_list_of_ours_or_none(machines: TestClient, token: str) -> None:
    asked = asked_by(token)
    answer = machines.get("/oai", params={"verb": "ListIdentifiers", "resumptionToken": token})
    assert answer.status_code == 200
    found = shaped(answer.content)
    assert asked is not None or code(found) in ("badResumptionToken", "badArgument")


def test_a_token_is_read_as_it_was_written() -> None:
    asked = Asked("marcxml", "ddc:300", "2026-05-17T08:30:00Z", "", Stamp(1_795_665_895_203_385), 200, 1000)
    assert asked_by(asked.token()) == asked
    assert asked_by(replace(asked, total=None).token()) == replace(asked, total=None)


# --- lists while the catalogue changes ---


def test_a_whole_list_is_the_catalogue_in_pages(catalogue: Catalogue) -> None:
    count = 2 * RECORDS_AT_ONCE + 3
    catalogue.put(*some(1, count))
    found = list(pages(catalogue.client, "ListRecords"))
    assert [len(headers(page)) for page in found] == [RECORDS_AT_ONCE, RECORDS_AT_ONCE, 3]
    assert [id for page in found for id, _ in headers(page)] == [f"kota.{n}" for n in range(1, count + 1)]
    tokens = [page.find(".//o:resumptionToken", OAI) for page in found]
    assert [token is not None and token.get("cursor") for token in tokens] == ["0", "100", "200"]
    assert {token.get("completeListSize") for token in tokens if token is not None} == {str(count)}
    assert tokens[-1] is not None
    assert tokens[-1].text is None
    assert len(listed(catalogue.client)) == count < HEADERS_AT_ONCE


def test_the_size_of_a_list_counts_what_is_gone(catalogue: Catalogue) -> None:
    catalogue.put(*some(1, 2 * RECORDS_AT_ONCE))
    catalogue.remove(*(f"kota.{n}" for n in range(1, RECORDS_AT_ONCE)))
    found = list(pages(catalogue.client, "ListRecords"))
    tokens = [token for page in found if (token := page.find(".//o:resumptionToken", OAI)) is not None]
    assert sum(len(headers(page)) for page in found) == 2 * RECORDS_AT_ONCE
    assert {token.get("completeListSize") for token in tokens} == {str(2 * RECORDS_AT_ONCE)}


def test_the_size_of_a_list_does_not_count_tombstones_of_what_is_there(catalogue: Catalogue) -> None:
    count = RECORDS_AT_ONCE + 2
    catalogue.put(*some(1, count))
    catalogue.remove("kota.1")
    catalogue.tombstones.add([DocumentId(f"kota.{n}") for n in range(2, 9)])  # of a load that was killed
    catalogue.put(*some(3, 3))
    first, *_ = pages(catalogue.client, "ListRecords")
    token = first.find(".//o:resumptionToken", OAI)
    assert token is not None
    assert token.get("completeListSize") == str(count)


def test_what_went_and_came_back_is_there_once(catalogue: Catalogue) -> None:
    catalogue.put(*some(1, 2))
    catalogue.remove("kota.1")
    assert listed(catalogue.client) == [("kota.2", False), ("kota.1", True)]
    catalogue.put(*some(1, 1))
    assert listed(catalogue.client) == [("kota.2", False), ("kota.1", False)]


def test_a_list_goes_on_after_a_restart_and_loses_nothing_that_did_not_change(catalogue: Catalogue) -> None:
    count = 3 * RECORDS_AT_ONCE
    catalogue.put(*some(1, count))
    reading = pages(catalogue.client, "ListRecords")
    seen = headers(next(reading))
    token = text(next(pages(catalogue.client, "ListRecords")), "o:ListRecords/o:resumptionToken")
    # Meanwhile: one that was read changes, one that was not changes, both kinds go, and one comes.
    catalogue.put(*some(5, 5), *some(count - 1, count - 1), *some(count + 1, count + 1))
    catalogue.remove("kota.7", f"kota.{count}")
    for page in pages(catalogue.restarted(), "ListRecords", resumptionToken=token):
        seen += headers(page)
    changed = {"kota.5", f"kota.{count - 1}", f"kota.{count + 1}", "kota.7", f"kota.{count}"}
    still = [header for header in seen if header[0] not in changed]
    assert still == [(f"kota.{n}", False) for n in range(1, count + 1) if f"kota.{n}" not in changed]
    copy: dict[str, bool] = dict(seen)
    assert {id for id, deleted in copy.items() if not deleted} == {
        f"kota.{n}" for n in range(1, count + 2) if n not in (7, count)
    }
    assert seen.count(("kota.5", False)) == 2
    assert seen.count(("kota.7", True)) == 1


def test_what_changed_since_is_all_that_comes(catalogue: Catalogue) -> None:
    catalogue.put(*some(1, 5))
    moment = _after_a_second(catalogue)
    later, before = utc(moment), utc(moment - timedelta(seconds=1))
    catalogue.put(*some(3, 3))
    catalogue.remove("kota.4")
    assert listed(catalogue.client, since=later) == [("kota.3", False), ("kota.4", True)]
    day = later[:10]
    assert len(listed(catalogue.client, since=day)) == 5
    assert dict(listed(catalogue.client, until=before)) == {"kota.1": False, "kota.2": False, "kota.5": False}
    catalogue.put(*some(4, 4))
    assert listed(catalogue.client, since=later) == [("kota.3", False), ("kota.4", False)]


def _after_a_second(catalogue: Catalogue) -> datetime:
    """A moment a second after what is published now, and not after what will be."""
    dated = catalogue.services.engine.searcher().publications.dated
    assert isinstance(dated, datetime)
    while True:
        catalogue.put(*some(99, 99))
        catalogue.remove("kota.99")
        catalogue.tombstones.remove([DocumentId("kota.99")])
        now = catalogue.services.engine.searcher().publications.dated
        assert now is not None
        if now >= dated + timedelta(seconds=1):
            return now


def test_a_second_asked_for_holds_what_is_so_dated(catalogue: Catalogue) -> None:
    catalogue.put(*some(1, 1))
    (page,) = pages(catalogue.client)
    dated = page.findtext(".//o:datestamp", "", OAI)
    assert listed(catalogue.client, since=dated, until=dated) == [("kota.1", False)]


def test_a_record_that_is_gone_is_said_to_be(catalogue: Catalogue) -> None:
    catalogue.put(*some(1, 2))
    catalogue.remove("kota.1")
    identifier = "oai:katalog.example.org:kota.1"
    answered = ask(catalogue.client, verb="GetRecord", metadataPrefix="marcxml", identifier=identifier)
    header = answered.find(".//o:header", OAI)
    assert header is not None
    assert header.get("status") == "deleted"
    assert answered.find(".//o:metadata", OAI) is None
    assert ask(catalogue.client, verb="ListMetadataFormats", identifier=identifier).find("o:error", OAI) is None
    assert listed(catalogue.client, set="format:book") == [("kota.1", True)]


def test_a_tombstone_of_what_is_there_is_none(catalogue: Catalogue) -> None:
    catalogue.put(*some(1, 2))
    catalogue.tombstones.add([DocumentId("kota.1")])  # a load that was given up before it removed anything
    catalogue.put(*some(3, 3))
    assert listed(catalogue.client) == [("kota.1", False), ("kota.2", False), ("kota.3", False)]
    answered = ask(
        catalogue.client, verb="GetRecord", metadataPrefix="oai_dc", identifier="oai:katalog.example.org:kota.1"
    )
    assert answered.find(".//o:metadata", OAI) is not None


def test_many_tombstones_of_what_is_there_make_no_empty_page(catalogue: Catalogue) -> None:
    catalogue.put(*some(1, 2))
    catalogue.tombstones.add([DocumentId(f"kota.{n}") for n in range(1, HEADERS_AT_ONCE * 2)])
    catalogue.put(*some(1, HEADERS_AT_ONCE * 2))
    catalogue.tombstones.add([DocumentId(f"kota.{n}") for n in range(1, HEADERS_AT_ONCE * 2)])
    catalogue.put(document("kota.last", "Laut"))
    found = list(pages(catalogue.client))
    assert all(headers(page) for page in found)
    assert len([header for page in found for header in headers(page)]) == HEADERS_AT_ONCE * 2 + 1


def test_an_index_that_is_away_says_later_and_names_nothing(tmp_path: Any) -> None:
    made = Catalogue(tmp_path)  # nothing was ever loaded
    answer = made.client.get("/oai?verb=Identify")
    assert (answer.status_code, answer.headers["retry-after"], answer.text) == (503, "60", "503")


def test_tombstones_that_are_damaged_say_later(catalogue: Catalogue, caplog: pytest.LogCaptureFixture) -> None:
    catalogue.put(*some(1, 2))
    catalogue.remove("kota.1")
    path = catalogue.services.settings.data / "tombstones.sqlite3"
    path.write_bytes(b"sampah" * 300)
    answer = catalogue.client.get("/oai?verb=ListIdentifiers&metadataPrefix=oai_dc")
    assert (answer.status_code, answer.text) == (503, "503")
    assert "tombstones cannot be read" in caplog.text


def test_the_address_is_that_of_the_settings_or_of_the_request(machines: TestClient, catalogue: Catalogue) -> None:
    for client, host, wanted in (
        (catalogue.client, "evil.example", "https://katalog.example.org/oai"),
        (machines, "katalog.lokal:8501", "http://katalog.lokal:8501/oai"),
        (machines, "a/?x=", "http://testserver/oai"),
        (machines, 'a"><x', "http://testserver/oai"),
    ):
        sent = {
            "host": host,
            "x-forwarded-host": "evil.example",
            "x-forwarded-proto": "https",
            "forwarded": "host=evil",
        }
        answered = shaped(client.get("/oai?verb=Identify", headers=sent).content)
        assert text(answered, "o:Identify/o:baseURL").removesuffix(":80/oai").removesuffix(
            "/oai"
        ) == wanted.removesuffix("/oai")


def test_whoever_answers_for_it_is_the_one_of_the_settings(tmp_path: Any) -> None:
    settings = read_settings(
        {"TELUSUR_EMAIL": "katalog@example.org", "TELUSUR_DATA": str(tmp_path)}, tmp_path / "x.toml"
    )
    assert settings.email == "katalog@example.org"
