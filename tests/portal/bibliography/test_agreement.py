"""Whichever form a program reads, it learns the same of a title."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import rispy

from portal.bibliography.coins import coins
from portal.bibliography.csl import csl_item
from portal.bibliography.highwire import citation_tags
from portal.bibliography.reference import Reference, reference
from portal.bibliography.ris import ris
from portal.bibliography.schema_org import linked_data, script_content
from search.document import Contributor, Document, DocumentId
from tests.support.references import sample_documents

Told = Mapping[str, Any]


def by_ris(cited: Reference) -> Told:
    (entry,) = rispy.loads(ris(cited))
    whole = {name.family.replace(",", ""): name.family for name in cited.names.makers if not name.given}
    return {
        "title": entry["title"],
        "names": [whole.get(name, name) for name in entry.get("authors", [])],
        "year": entry.get("year", ""),
        "publisher": entry.get("publisher", ""),
        "number": entry.get("issn", ""),
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
    }


def by_coins(cited: Reference) -> Told:
    found = parse_qs(coins(cited))
    titles = [found[key][0] for key in ("rft.atitle", "rft.btitle", "rft.jtitle", "rft.title") if key in found]
    identifiers = [
        value.removeprefix("urn:ISBN:").removeprefix("urn:ISSN:") for value in found.get("rft.identifier", [])
    ]
    return {
        "title": titles[0],
        "names": found.get("rft.au", found.get("rft.creator", [])),
        "year": found.get("rft.date", [""])[0],
        "publisher": found.get("rft.pub", found.get("rft.publisher", found.get("rft.inst", [""])))[0],
        "number": [*found.get("rft.isbn", []), *found.get("rft.issn", []), *identifiers, ""][0],
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
    }


def by_json_ld(cited: Reference) -> Told:
    data = json.loads(script_content(linked_data(cited)))
    spoken = {name.spoken: name.inverted for name in cited.names.makers}
    return {
        "title": data["name"],
        "names": [spoken[person["name"]] for person in data.get("author", [])],
        "year": data.get("datePublished", ""),
        "publisher": data.get("publisher", {}).get("name", ""),
        "number": data.get("isbn") or data.get("issn", ""),
    }


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


def test_linked_data_cannot_end_its_script() -> None:
    evil = "</script><!--<script>alert(1)//]]>\u2028"
    document = Document(DocumentId(evil), {"title": (evil,), "subject": (evil,)}, (Contributor(evil, main=True),))
    text = str(script_content(linked_data(reference(document, "https://k.example"), [evil])))
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text)["name"].startswith("</script>")
