"""Whom a title is cited by, and how the names are taken apart."""

import pytest

from portal.bibliography.bibtex import BibtexFile
from portal.bibliography.csl import csl_item
from portal.bibliography.names import Names
from portal.bibliography.reference import reference
from portal.bibliography.schema_org import linked_data
from tests.support.marc_records import mapped


def named(*fields: str) -> Names:
    return reference(mapped("001 a", "245 10 $a Laut", *fields)).names


def test_a_title_of_a_person_is_no_given_name() -> None:
    cited = reference(mapped("001 a", "245 10 $a Laut", "700 0  $a Charles $b I, $c King of England"))
    assert csl_item(cited)["author"] == [{"literal": "Charles I, King of England"}]
    assert linked_data(cited)["author"] == [{"@type": "Person", "name": "Charles I, King of England"}]
    assert "author = {{Charles I, King of England}}" in BibtexFile().entry(cited)


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        ("100 1  $a Appleby, Humphrey, $c Sir", ("Appleby", "Humphrey", "")),
        ("100 1  $a Ippen, Erich, $c Jr., $d 1970-", ("Ippen", "Erich", "Jr.")),
        ('100 1  $a Hines, Earl $c "Fatha,"', ("Hines", "Earl", "")),
        ('100 1  $a Hines, Earl "Fatha,"', ("Hines", 'Earl "Fatha"', "")),
        ("100 1  $a Long, $c Mrs.", ("Long, Mrs", "", "")),
        ("100 0  $a Wenas, Maria, $c S.Kom.", ("Wenas", "Maria", "")),
        ("100 0  $a Hartono,", ("Hartono", "", "")),
    ],
)
def test_a_name_is_taken_apart_as_its_heading_has_it(heading: str, parts: tuple[str, str, str]) -> None:
    (name,) = named(heading).author
    assert (name.family, name.given, name.suffix) == parts
