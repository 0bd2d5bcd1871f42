"""SRU: explain, searchRetrieve, and the diagnostics."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from sruthi import Client
from sruthi.errors import SruthiError
from starlette.testclient import TestClient

from portal.links import permalink
from portal.machines.sru import DC, MARCXML, MOST_RECORDS
from tests.portal.machines.conftest import Catalogue
from tests.support.browsing import Portal, running_portal
from tests.support.documents import document
from tests.support.small_library import EBOOK_ID, REEF_ID, TRAP_ID, small_library

NAMES = {
    "zs": "http://www.loc.gov/zing/srw/",
    "d": "http://www.loc.gov/zing/srw/diagnostic/",
    "m": "http://www.loc.gov/MARC21/slim",
    "e": "http://explain.z3950.org/dtd/2.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


def ask(client: TestClient, query: str | None = None, **more: str) -> etree._Element:
    params = {"operation": "searchRetrieve", "version": "1.2", **({} if query is None else {"query": query}), **more}
    answer = client.get("/sru", params=params)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    return etree.fromstring(answer.content)


def diagnostic(answered: etree._Element) -> int:
    (uri,) = answered.iterfind("zs:diagnostics/d:diagnostic/d:uri", NAMES)
    assert answered.findtext("zs:numberOfRecords", "", NAMES) in ("0", "3", "47")
    return int(str(uri.text).removeprefix("info:srw/diagnostic/1/"))


def numbers(answered: etree._Element) -> list[str]:
    """The 001 of each record."""
    found = answered.iterfind(".//m:controlfield[@tag='001']", NAMES)
    return [str(one.text) for one in found]


def test_a_search_gives_records_in_order_and_says_how_to_go_on(machines: TestClient) -> None:
    query = 'dc.subject = "Membaca" sortBy dc.date/sort.descending'
    seen, start = [], "1"
    while start:
        answered = ask(machines, query, startRecord=start, maximumRecords="12")
        assert answered.findtext("zs:numberOfRecords", "", NAMES) == "30"
        positions = [int(str(one.text)) for one in answered.iterfind(".//zs:recordPosition", NAMES)]
        assert positions == list(range(int(start), int(start) + len(positions)))
        seen += numbers(answered)
        start = answered.findtext("zs:nextRecordPosition", "", NAMES)
    assert seen == [f"1{n:02}" for n in range(30, 0, -1)]


def test_elements_stand_in_the_order_of_the_schema(machines: TestClient) -> None:
    answered = ask(machines, "karang", maximumRecords="1")
    assert [child.tag.rpartition("}")[2] for child in answered] == [
        "version",
        "numberOfRecords",
        "records",
        "nextRecordPosition",
    ]
    record = answered.find(".//zs:record", NAMES)
    assert record is not None
    assert [child.tag.rpartition("}")[2] for child in record] == [
        "recordSchema",
        "recordPacking",
        "recordData",
        "recordIdentifier",
        "recordPosition",
    ]


def test_a_record_is_found_again_by_the_identifier_it_came_with(machines: TestClient) -> None:
    first = ask(machines, "karang", maximumRecords="1")
    identifier = first.findtext(".//zs:recordIdentifier", "", NAMES)
    again = ask(machines, f'rec.identifier = "{identifier}"')
    assert again.findtext("zs:numberOfRecords", "", NAMES) == "1"
    assert numbers(again) == numbers(first)
    assert ask(machines, "karang", version="1.1").find(".//zs:recordIdentifier", NAMES) is None


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("dc.title = karang", {"001", "002"}),
        ("dc.title = karang not timur", {"001"}),
        ('dc.creator = "Lasut, Johan" and dc.date < 2010', {"002"}),
        ("bath.isbn = 9786020000012", {"001"}),
        ("bath.isbn = 978-602-00-0001-2", {"001"}),
        ("dc.language = eng and dc.subject = reefs", {"003"}),
        ("dc.type = map or-not", None),
        ("dc.type = map", {"009"}),
        ("(gempa or earthquake) and dc.date > 2016", {"005"}),
        ("tsuna*", {"005"}),
        ("tsunamis", set()),
        ("tidakada", set()),
    ],
)
def test_queries_find_what_they_ask_for_and_nothing_near(
    machines: TestClient, query: str, wanted: set[str] | None
) -> None:
    answered = ask(machines, query)
    if wanted is None:
        assert diagnostic(answered) == 10
    else:
        assert set(numbers(answered)) == wanted
        assert answered.find("zs:diagnostics", NAMES) is None


@pytest.mark.parametrize("id", [REEF_ID, EBOOK_ID, TRAP_ID])
def test_a_record_is_found_by_its_own_id(machines: TestClient, id: str) -> None:
    answered = ask(machines, f'rec.identifier = "{id}"', recordSchema="dc")
    assert answered.findtext("zs:numberOfRecords", "", NAMES) == "1"
    named = [str(one.text) for one in answered.iterfind(".//dc:identifier", NAMES)]
    assert f"http://testserver{permalink(id)}" in named


def test_a_record_is_found_by_its_control_number_and_several_by_their_ids(machines: TestClient) -> None:
    assert numbers(ask(machines, "rec.identifier = 001")) == ["001"]
    assert set(numbers(ask(machines, 'rec.identifier any "kota.001 kota.002"'))) == {"001", "002"}
    assert set(numbers(ask(machines, "rec.identifier = kota.001 or rec.identifier = kota.003"))) == {"001", "003"}
    assert numbers(ask(machines, "rec.identifier = kota.00")) == []


def test_all_records_can_be_asked_for(machines: TestClient) -> None:
    answered = ask(machines, "cql.allRecords=1", maximumRecords="0")
    assert int(answered.findtext("zs:numberOfRecords", "", NAMES)) > 40
    assert answered.find("zs:records", NAMES) is None


@pytest.mark.parametrize(("schema", "identifier"), [("dc", DC), (DC, DC), ("marcxml", MARCXML), ("", MARCXML)])
@pytest.mark.parametrize("packing", ["xml", "string"])
def test_records_come_in_both_schemas_and_packings(
    machines: TestClient, schema: str, identifier: str, packing: str
) -> None:
    answered = ask(machines, "bath.isbn = 9786020000012", recordSchema=schema, recordPacking=packing)
    assert answered.findtext(".//zs:recordSchema", "", NAMES) == identifier
    data = answered.find(".//zs:recordData", NAMES)
    assert data is not None
    record = data[0] if packing == "xml" else etree.fromstring(str(data.text))
    title = "dc:title" if identifier == DC else "m:datafield[@tag='245']/m:subfield"
    assert record.findtext(title, "", NAMES).startswith("Terumbu karang Selat Lembeh")


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"operation": "scan"}, 4),
        ({"version": "2.0"}, 5),
        ({"startRecord": "0"}, 6),
        ({"startRecord": "x"}, 6),
        ({"startRecord": "9" * 30}, 6),
        ({"maximumRecords": "-1"}, 6),
        ({"query": ""}, 7),
        ({"colour": "blue"}, 8),
        ({"query": "laut laut"}, 10),
        ({"query": 'dc.title == "karang"'}, 22),
        ({"startRecord": "4"}, 61),
        ({"startRecord": "5000"}, 61),
        ({"recordSchema": "mods"}, 66),
        ({"recordPacking": "json"}, 71),
        ({"sortKeys": "title"}, 80),
        ({"stylesheet": "x.xsl"}, 110),
    ],
)
def test_what_is_not_done_is_said(machines: TestClient, params: dict[str, str], wanted: int) -> None:
    assert diagnostic(ask(machines, params.pop("query", "karang"), **params)) == wanted


def test_more_records_than_allowed_are_not_given_and_the_rest_can_be_asked_for(catalogue: Catalogue) -> None:
    catalogue.put(*(document(f"kota.{n}", f"Laut {n}", source="kota") for n in range(1050)))
    answered = ask(catalogue.client, "laut", maximumRecords="5000")
    assert len(numbers(answered)) == MOST_RECORDS
    assert answered.findtext("zs:numberOfRecords", "", NAMES) == "1050"
    assert answered.findtext("zs:nextRecordPosition", "", NAMES) == str(MOST_RECORDS + 1)
    last = ask(catalogue.client, "laut", startRecord="950", maximumRecords="100")
    assert len(numbers(last)) == 51
    assert last.find("zs:nextRecordPosition", NAMES) is None


@pytest.mark.parametrize("params", ["", "?operation=explain", "?operation=explain&version=1.1&recordPacking=xml"])
def test_explain_names_indexes_schemas_and_limits(machines: TestClient, params: str) -> None:
    answered = etree.fromstring(machines.get(f"/sru{params}").content)
    assert answered.find("zs:diagnostics", NAMES) is None
    sets = {one.get("name") for one in answered.iterfind(".//e:set", NAMES)}
    indexes = {(one.get("set"), one.text) for one in answered.iterfind(".//e:map/e:name", NAMES)}
    assert {context for context, _ in indexes} <= sets
    assert ("dc", "title") in indexes
    assert {one.get("identifier") for one in answered.iterfind(".//e:schema", NAMES)} == {DC, MARCXML}
    assert answered.findtext(".//e:setting[@type='maximumRecords']", "", NAMES) == str(MOST_RECORDS)
    server = [answered.findtext(f".//e:serverInfo/e:{name}", "", NAMES) for name in ("host", "port", "database")]
    assert server == ["testserver", "80", "sru"]


def test_every_index_that_is_explained_can_be_searched(machines: TestClient) -> None:
    answered = etree.fromstring(machines.get("/sru").content)
    for name in answered.iterfind(".//e:map/e:name", NAMES):
        term = "2014" if str(name.text).endswith("date") else "karang"
        assert ask(machines, f"{name.get('set')}.{name.text} = {term}").find("zs:diagnostics", NAMES) is None


@pytest.mark.parametrize("relation", ["=", "==", "exact", "scr", "adj", "all", "any", "<", "<=", ">", ">=", "<>"])
def test_what_is_explained_of_an_index_is_what_it_does(machines: TestClient, relation: str) -> None:
    explained = etree.fromstring(machines.get("/sru").content)
    for index in explained.iterfind(".//e:index", NAMES):
        name = index.find("e:map/e:name", NAMES)
        assert name is not None
        supported = {one.text for one in index.iterfind("e:configInfo/e:supports[@type='relation']", NAMES)}
        term = "2014" if str(name.text).endswith("date") else "karang"
        answered = ask(machines, f"{name.get('set')}.{name.text} {relation} {term}", maximumRecords="0")
        if relation in supported:
            assert answered.find("zs:diagnostics", NAMES) is None
        else:
            assert diagnostic(answered) == 22


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=10), st.text(max_size=10), st.text(max_size=20))
def test_any_request_is_answered_in_xml(machines: TestClient, query: str, start: str, most: str, schema: str) -> None:
    answered = ask(machines, query, startRecord=start, maximumRecords=most, recordSchema=schema)
    assert answered.tag == "{http://www.loc.gov/zing/srw/}searchRetrieveResponse"


def test_an_index_that_is_away_is_a_diagnostic(tmp_path: Path) -> None:
    assert diagnostic(ask(Catalogue(tmp_path).client, "laut")) == 2


# --- with another program's client, against a running portal ---


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("sru")
    small_library(folder)
    with running_portal(folder) as portal:
        yield portal


def test_another_programs_client_explains_searches_and_pages(portal: Portal) -> None:
    client = Client(url=f"{portal.address}/sru", maximum_records=7, record_schema="marcxml", sru_version="1.2")
    explained = client.explain()
    assert explained.database["title"] == "Perpustakaan Kota Bitung"
    assert set(explained.schema) == {"marcxml", "dc"}
    found = client.searchretrieve(query="dc.subject = Membaca sortBy dc.date")
    assert found.count == 30
    titles = [_subfield(record, "245", "a") for record in found]
    assert titles == [f"Belajar membaca jilid {n}" for n in range(1, 31)]


def test_another_programs_client_is_told_what_is_not_done(portal: Portal) -> None:
    client = Client(url=f"{portal.address}/sru", sru_version="1.2")
    with pytest.raises(SruthiError, match="Unsupported index"):
        client.searchretrieve(query="dc.nothing = x")


def _subfield(record: dict[str, object], tag: str, code: str) -> str:
    fields = record["datafield"]
    assert isinstance(fields, list)
    field = next(one for one in fields if one["tag"] == tag)
    subfields = field["subfield"] if isinstance(field["subfield"], list) else [field["subfield"]]
    return str(next(one["text"] for one in subfields if one["code"] == code))
