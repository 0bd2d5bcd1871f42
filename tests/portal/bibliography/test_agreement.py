"""Whichever form a program reads, it learns the same of a title."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest
import rispy

from portal.bibliography.bibtex import BibtexFile
from portal.bibliography.coins import coins
from portal.bibliography.csl import csl_item
from portal.bibliography.highwire import citation_tags
from portal.bibliography.reference import Reference, reference
from portal.bibliography.ris import ris
from portal.bibliography.schema_org import linked_data, script_content
from search.document import Contributor, Document, DocumentId
from tests.support.marc_records import mapped
from tests.support.references import sample_documents

Told = Mapping[str, Any]
KIND = {
    "chapter": ("chapter", "Chapter", "bookitem", "CHAP", "incollection"),
    "article": ("article-journal", "ScholarlyArticle", "article", "JOUR", "article"),
    "thesis": ("thesis", "Thesis", "", "THES", "phdthesis"),
    "serial": ("periodical", "Periodical", "journal", "JFULL", "misc"),
    "map": ("map", "Map", "", "MAP", "misc"),
    "film": ("motion_picture", "VideoObject", "", "VIDEO", "misc"),
}


def by_ris(cited: Reference) -> Told:
    (entry,) = rispy.loads(ris(cited))
    whole = {name.family.replace(",", ""): name.family for name in cited.names.makers if not name.given}
    return {
        "title": entry["title"],
        "names": [whole.get(name, name) for name in entry.get("authors", [])],
        "year": entry.get("year", ""),
        "publisher": entry.get("publisher", ""),
        "number": entry.get("issn", ""),
        "doi": entry.get("doi", ""),
        "host": entry.get("secondary_title", "") if cited.host else "",
        "pages": "-".join(filter(None, (entry.get("start_page"), entry.get("end_page")))) if cited.pages else "",
        "volume": entry.get("volume", ""),
    }


def by_csl(cited: Reference) -> Told:
    item = csl_item(cited)
    names = [name for role in ("author", "composer", "director") for name in item.get(role, [])]
    return {
        "title": item["title"],
        "names": [
            n.get("literal") or ", ".join(filter(None, (n["family"], n["given"], n.get("suffix")))) for n in names
        ],
        "year": "".join(str(part) for part in item.get("issued", {}).get("date-parts", [[""]])[0]),
        "publisher": item.get("publisher", ""),
        "number": item.get("ISBN") or item.get("ISSN", ""),
        "doi": item.get("DOI", ""),
        "host": item.get("container-title", ""),
        "pages": item.get("page", ""),
        "volume": item.get("volume", ""),
    }


def by_coins(cited: Reference) -> Told:
    pairs = parse_qsl(coins(cited))
    found = dict(reversed(pairs))
    ids = [value for name, value in pairs if name == "rft_id"]
    numbers = [value.removeprefix("urn:ISBN:").removeprefix("urn:ISSN:") for name, value in pairs
               if name == "rft.identifier"]  # fmt: skip
    whole = next((found[key] for key in ("rft.btitle", "rft.jtitle", "rft.title") if key in found), "")
    return {
        "title": found.get("rft.atitle", whole),
        "names": [value for name, value in pairs if name in ("rft.au", "rft.aucorp", "rft.creator")],
        "year": found.get("rft.date", ""),
        "publisher": found.get("rft.pub", found.get("rft.publisher", found.get("rft.inst", ""))),
        "number": found.get("rft.isbn") or found.get("rft.issn") or next(iter(numbers), ""),
        "doi": next((id.removeprefix("info:doi/") for id in ids if id.startswith("info:doi/")), ""),
        "host": whole if "rft.atitle" in found else "",
        "pages": found.get("rft.pages", ""),
        "volume": found.get("rft.volume", ""),
    }


def by_tags(cited: Reference) -> Told:
    tags = citation_tags(cited)
    first = dict(reversed(tags))
    return {
        "title": first["citation_title"],
        "names": [content for name, content in tags if name == "citation_author"],
        "year": first.get("citation_publication_date", ""),
        "publisher": first.get("citation_publisher", ""),
        "number": first.get("citation_isbn") or first.get("citation_issn", ""),
        "doi": first.get("citation_doi", ""),
        "host": first.get("citation_journal_title") or first.get("citation_book_title", ""),
        "pages": "-".join(first[name] for name in ("citation_firstpage", "citation_lastpage") if name in first),
        "volume": first.get("citation_volume", ""),
    }


def by_json_ld(cited: Reference) -> Told:
    data = json.loads(script_content(linked_data(cited)))
    spoken = {name.spoken: name.inverted for name in cited.names.makers}
    parts = [data]
    while "isPartOf" in parts[-1]:
        parts.append(parts[-1]["isPartOf"])
    whole = parts[-1] if cited.host else {}
    return {
        "title": data["name"],
        "names": [spoken[person["name"]] for person in data.get("author", [])],
        "year": data.get("datePublished", ""),
        "publisher": data.get("publisher", {}).get("name", ""),
        "number": next((part[name] for name in ("isbn", "issn") for part in parts if name in part), ""),
        "doi": data.get("sameAs", "").removeprefix("https://doi.org/"),
        "host": whole.get("name", ""),
        "pages": "-".join(data[name] for name in ("pageStart", "pageEnd") if name in data),
        "volume": next((part["volumeNumber"] for part in parts if "volumeNumber" in part), ""),
    }


def examples() -> Mapping[str, Document]:
    """One of each kind, with all that its kind may have."""
    date, component = "008 140614s2014    io |||||||||||||||||eng|c", "00000naa a2200000 i 4500"
    who, where = (
        ("100 1  $a Wenas, Maria", "710 2  $a Dinas Laut, Pesisir, dan Pulau, $e author"),
        "260    $a Bitung : $b Bahari",
    )
    common = ("001 a", date, "245 10 $a Laut : $b kisah", "024 7  $a 10.1234/a_b $2 doi")
    film = "007 vd cvaizq"
    book = "773 0  $7 nnam $t Laut kita $g hlm. 12-20 $z 9786020000015"
    return {
        "chapter": mapped(*common, *who, where, book, leader=component),
        "article": mapped(*common, *who, "773 0  $t Jurnal $g Vol. 5, no. 2, hlm. 12-20 $x 1411-0008", leader=component),
        "thesis": mapped(*common, *who, "502    $a Thesis (Ph. D.)--Universitas Laut, 2014", where),
        "serial": mapped(*common[:3], who[1], where, "022    $a 1411-0008", leader="00000nas a2200000 i 4500"),
        "map": mapped(*common, *who, where, "020    $a 9786020000015", leader="00000nem a2200000 i 4500"),
        "film": mapped(*common, "700 1  $a Riza, Riri, $e film director", where, film, leader="00000ngm a2200000 i 4500"),
    }  # fmt: skip


@pytest.mark.parametrize("kind", KIND)
def test_every_form_takes_a_title_for_the_same_thing(kind: str) -> None:
    cited = reference(examples()[kind], "https://k.example")
    csl, schema, genre, ris_type, entry = KIND[kind]
    assert csl_item(cited)["type"] == csl
    assert linked_data(cited)["@type"] == schema
    assert dict(parse_qsl(coins(cited))).get("rft.genre", "") == genre
    assert rispy.loads(ris(cited))[0]["type_of_reference"] == ris_type
    assert BibtexFile().entry(cited).startswith(f"@{entry}{{")
    tags = dict(citation_tags(cited))
    assert ("citation_journal_title" in tags) == (kind == "article")
    assert ("citation_inbook_title" in tags) == (kind == "chapter")
    assert ("citation_dissertation_institution" in tags) == (kind == "thesis")
    told = by_csl(cited)
    for other in (by_ris, by_coins, by_tags, by_json_ld):
        assert other(cited) == told, other.__name__
    assert told["names"]
    assert told["year"] == "2014"
    assert (told["host"] != "", told["pages"]) == ((True, "12-20") if kind in ("chapter", "article") else (False, ""))


def test_all_forms_say_the_same_of_every_sample_record() -> None:
    with_names = with_numbers = 0
    for document in sample_documents():
        cited = reference(document, "https://k.example")
        told = by_ris(cited)
        assert told["title"] == cited.title
        assert told["year"] == document.first("year")
        for other in (by_csl, by_coins, by_tags, by_json_ld):
            assert other(cited) == told, (document.id, other.__name__)
        with_names += bool(told["names"])
        with_numbers += bool(told["number"])
    assert with_names > 500
    assert with_numbers > 100


def test_nothing_that_is_named_in_the_record_is_lost() -> None:
    for document in sample_documents():
        names = {name.whole for name in reference(document).names.all}
        assert names >= {" ".join(contributor.name.split()) for contributor in document.contributors}


def test_a_director_is_said_to_be_one_in_linked_data() -> None:
    directed = Contributor("Riza, Riri", ("drt",))
    film = linked_data(reference(Document(DocumentId("a.1"), {"title": ("Laut",), "format": ("video",)}, (directed,))))
    assert (
        film["director"]
        == film["author"]
        == [{"@type": "Person", "name": "Riri Riza", "familyName": "Riza", "givenName": "Riri"}]
    )
    book = linked_data(reference(Document(DocumentId("a.1"), {"title": ("Laut",), "format": ("book",)}, (directed,))))
    assert "director" not in book


def test_linked_data_cannot_end_its_script() -> None:
    evil = "</script><!--<script>alert(1)//]]>\u2028"
    document = Document(DocumentId(evil), {"title": (evil,), "subject": (evil,)}, (Contributor(evil, main=True),))
    text = str(script_content(linked_data(reference(document, "https://k.example"), [evil])))
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text)["name"].startswith("</script>")
