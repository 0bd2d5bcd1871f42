"""Governments and bodies with parts as authors, named as each style names them."""

import pytest

from portal.bibliography.csl import csl_item
from portal.bibliography.reference import reference
from portal.citations.citing import citations
from tests.support.marc_records import mapped

AGENCY = "110 1  $a United States. $b Department of Agriculture. $b Economic Research Service, $e author."


def begun(style: str, *fields: str, publisher: str = "Bahari") -> str:
    """How the citation begins, up to its title."""
    document = mapped("001 a", *fields, "245 10 $a Karang", f"260    $a Bitung : $b {publisher}, $c 2014")
    (text,) = (one.html.striptags() for one in citations(reference(document), "en") if one.style == style)
    return text.partition("Karang")[0].strip()


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("apa", "Economic Research Service. (2014)."),
        ("mla", "United States, Department of Agriculture, Economic Research Service."),
        ("chicago_date", "United States. Department of Agriculture. Economic Research Service. 2014."),
        ("harvard", "United States. Department of Agriculture. Economic Research Service (2014)"),
        ("vancouver", "Department of Agriculture (US), Economic Research Service."),
    ],
)
def test_a_government_author_is_named_as_the_style_names_it(style: str, expected: str) -> None:
    assert begun(style, AGENCY) == expected


@pytest.mark.parametrize(
    ("heading", "apa", "vancouver"),
    [
        ("110 1  $a Indonesia. $b Departemen Pendidikan.", "Departemen Pendidikan", "Departemen Pendidikan (ID)"),
        ("110 1  $a United States. $b Congress. $b House.", "U.S. Congress, House", "Congress (US), House"),
        ("110 1  $a Bitung. $b Dinas Perikanan.", "Dinas Perikanan (Bitung)", "Dinas Perikanan (Bitung)"),
        ("110 2  $a Universitas Laut. $b Fakultas Ikan.", "Universitas Laut, Fakultas Ikan", "Universitas Laut, Fakultas Ikan"),
        ("110 2  $a PT. Pustaka Laut.", "PT. Pustaka Laut", "PT. Pustaka Laut"),
        ("110 1  $a Bitung (Indonesia). $b Dinas Laut.", "Dinas Laut (Bitung, Indonesia)", "Dinas Laut (Bitung, Indonesia)"),
        ("110 2  $a Ford Motor Co. $b Research Dept.", "Ford Motor Co., Research Dept", "Ford Motor Co., Research Dept"),
        ("110 1  $a Indonesia. $b Presiden (2014-2024 : Widodo)", "Presiden", "Presiden (ID)"),
        ("110 1  $a Indonesia. $b Badan Laut. $b Biro Hukum.", "Badan Laut, Biro Hukum", "Badan Laut (ID), Biro Hukum"),
    ],
)  # fmt: skip
def test_the_place_is_told_where_the_body_does_not_tell_it(heading: str, apa: str, vancouver: str) -> None:
    assert begun("apa", heading) == f"{apa}. (2014)."
    assert begun("vancouver", heading) == f"{vancouver}."


def test_a_body_that_publishes_its_own_is_an_author_in_apa_and_a_publisher_in_mla() -> None:
    survey = "110 2  $a Geological Survey (U.S.), $e author."
    assert begun("apa", survey, publisher="U.S. Geological Survey") == "U.S. Geological Survey. (2014)."
    assert begun("mla", survey, publisher="U.S. Geological Survey") == ""
    assert begun("mla", survey) == "Geological Survey (U.S.)."


def test_the_place_behind_the_name_of_a_publisher_makes_it_no_other_body() -> None:
    library = "110 1  $a Bitung (Indonesia). $b Dinas Perpustakaan."
    assert (
        begun("apa", library, publisher="Dinas Perpustakaan Kota Bitung") == "Dinas Perpustakaan Kota Bitung. (2014)."
    )
    assert begun("mla", library, publisher="Dinas Perpustakaan Kota Bitung") == ""
    assert (
        begun("mla", library, publisher="Dinas Perpustakaan Kota Manado") == "Bitung (Indonesia), Dinas Perpustakaan."
    )


def test_exports_keep_the_heading() -> None:
    item = csl_item(reference(mapped("001 a", AGENCY, "245 10 $a Laut")))
    assert item["author"] == [{"literal": "United States. Department of Agriculture. Economic Research Service"}]


def test_a_person_of_one_name_is_no_body() -> None:
    people = ("100 0  $a Soekarno, $e author.", "700 0  $a Hatta, $e author.")
    assert begun("vancouver", *people) == "Soekarno, Hatta."
    assert begun("mla", people[0], publisher="Soekarno") == "Soekarno."


def test_vancouver_parts_bodies_with_parts_from_each_other_and_from_persons() -> None:
    second = "710 2  $a Geological Survey (U.S.), $e author."
    assert begun("vancouver", AGENCY, second, "700 1  $a Wenas, Maria, $e author.") == (
        "Department of Agriculture (US), Economic Research Service; Wenas M; Geological Survey (US)."
    )
