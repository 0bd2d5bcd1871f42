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
        ("100 0  $a Hartono, $c S.Pd.", ("Hartono", "", "")),
        ("100 0  $a Maria Wenas, S.Kom.", ("Maria Wenas", "", "")),
        ("100 1  $a Wenas, Maria, S.Kom., M.T.", ("Wenas", "Maria", "")),
        ("100 0  $a Maria Wenas, S.H., M.H.", ("Maria Wenas", "", "")),
        ("100 0  $a Dr. Ir. Maria Wenas, M.Sc.", ("Maria Wenas", "", "")),
        ("100 0  $a Prof. Dr. H. Abdul Malik Karim Amrullah", ("Abdul Malik Karim Amrullah", "", "")),
        ("100 1  $a Maria Wenas, Prof. Dr.", ("Maria Wenas", "", "")),
        ("100 1  $a Seuss, $c Dr.", ("Seuss, Dr.", "", "")),
        ("100 1  $a Seuss, Dr.", ("Seuss, Dr.", "", "")),
        ("100 0  $a Dr. Seuss", ("Dr. Seuss", "", "")),
        ("100 0  $a Ir. Soekarno", ("Soekarno", "", "")),
        ("100 1  $a Hatta, Drs.", ("Hatta", "", "")),
        ("100 0  $a Prof. Dr. Hamka", ("Hamka", "", "")),
        ("100 0  $a Gregory $c of Nyssa", ("Gregory of Nyssa", "", "")),
        ("100 1  $a Wenas, Dr. Maria", ("Wenas", "Maria", "")),
        ("720    $a Maria Wenas, Ph.D.", ("Maria Wenas", "", "")),
        ("100 1  $a Goulder, M. D.", ("Goulder", "M. D.", "")),
        ("100 1  $a Yusuf, M.Nur", ("Yusuf", "M.Nur", "")),
        ("100 1  $a Houtsma, M. Th. $q (Martijn Theodoor)", ("Houtsma", "M. Th.", "")),
        ("100 0  $a Maria Wenas, M.Th.", ("Maria Wenas", "", "")),
        ("100 1  $a Wenas, Maria, M.Th.", ("Wenas", "Maria", "")),
        ("100 1  $a Pérez Ríos, M.A.", ("Pérez Ríos", "M.A.", "")),
        ("100 0  $a Ahmad bin Ali", ("Ahmad bin Ali", "", "")),
        ("100 1  $a van der Berg, Jan", ("van der Berg", "Jan", "")),
        ("100 1  $a al-Attas, Syed", ("al-Attas", "Syed", "")),
    ],
)
def test_a_name_is_taken_apart_as_its_heading_has_it(heading: str, parts: tuple[str, str, str]) -> None:
    (name,) = named(heading).author
    assert (name.family, name.given, name.suffix) == parts


@pytest.mark.parametrize(
    ("role", "group"),
    [
        ("editor of compilation", "editor"),
        ("editorial director", "editor"),
        ("film director", "director"),
        ("television director", "director"),
        ("filmmaker", "director"),
    ],
)
def test_relationship_terms_of_rda_say_what_a_citation_calls_them(role: str, group: str) -> None:
    (name,) = getattr(named(f"700 1  $a Wenas, Maria, $e {role}"), group)
    assert name.family == "Wenas"


def test_what_tells_bodies_and_meetings_apart_is_no_part_of_their_names() -> None:
    found = named("110 2  $a Taman Laut (Badan : Indonesia)", "710 2  $a Geological Survey (U.S.), $e author",
                  "711 2  $a Seminar Laut $n (5 : $d 2019 : $c Manado), $j author")  # fmt: skip
    assert [name.family for name in found.author] == ["Taman Laut", "Geological Survey (U.S.)", "Seminar Laut"]


def test_who_cut_a_film_is_not_its_editor() -> None:
    assert not named("700 1  $a Wenas, Maria, $e editor of moving image work").editor


def test_authors_of_works_that_a_title_contains_or_comes_from_are_not_its_own() -> None:
    found = named(
        "700 1  $a Lasut, Johan",
        "700 1  $i Motion picture adaptation of (work): $a Iskandar, Nur, $t Salah pilihan",
        "700 12 $a Wenas, Maria, $t Karang",
        "710 2  $a Dinas Laut. $t Laporan",
    )
    assert [name.family for name in found.author] == ["Lasut"]
    assert [name.family for name in found.others] == ["Iskandar", "Wenas", "Dinas Laut"]


def test_whose_copy_it_was_is_nobody_to_cite() -> None:
    found = named("710 2  $a Kemp Collection (Library of Congress) $5 DLC", "710 2  $a Dinas Laut")
    assert [name.family for name in found.author] == ["Dinas Laut"]


def test_who_made_a_title_and_a_work_in_it_is_its_author() -> None:
    work = "700 12 $a Wenas, Maria, $t Karang"
    for fields in (("100 1  $a Wenas, Maria", work), (work, "700 1  $a Wenas, Maria")):
        assert [name.family for name in named(*fields).author] == ["Wenas"]
    assert [name.family for name in named(f"{work}, $e editor").editor] == ["Wenas"]
