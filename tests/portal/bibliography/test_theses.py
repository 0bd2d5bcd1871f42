"""A thesis is cited as one of its university, for its degree."""

import pytest

from portal.bibliography.bibtex import BibtexFile
from portal.bibliography.highwire import citation_tags
from portal.bibliography.reference import reference
from portal.bibliography.theses import thesis
from search.document import Document, DocumentId
from tests.support.marc_records import mapped

THESIS = Document(
    DocumentId("kota.1"),
    {
        "title": ("Laut",), "format": ("thesis",), "thesis": ("Thesis (Ph.D.)--University of Virginia, 1983.",),
        "publisher": ("University Microfilms",), "publication_place": ("Ann Arbor",),
    },
)  # fmt: skip


def test_the_university_of_a_thesis_is_not_its_printer() -> None:
    cited = reference(THESIS)
    entry = BibtexFile().entry(cited)
    assert "school = {University of Virginia}" in entry
    assert "type = {Ph.D. thesis}" in entry
    assert "Ann Arbor" not in entry
    tags = dict(citation_tags(cited))
    assert tags["citation_dissertation_institution"] == "University of Virginia"
    assert tags["citation_dissertation_name"] == "Ph.D. thesis"


def test_a_thesis_note_in_parts_says_its_university_whatever_stands_behind() -> None:
    note = "502    $b Magister $c Universitas Indonesia $d 2019 $g Tesis"
    cited = reference(mapped("001 a", "245 10 $a Laut", note))
    assert (cited.degree, cited.publisher) == ("Tesis", "Universitas Indonesia")
    parted = reference(mapped("001 a", "245 10 $a Laut", "502    $g Thesis $b Ph. D., $c Universitas Laut, $d 2019"))
    assert (parted.degree, parted.publisher) == ("Ph.D. thesis", "Universitas Laut")


def test_what_a_title_page_says_of_being_a_thesis_is_no_part_of_the_title() -> None:
    handed_in = "245 10 $a Terumbu karang : $b sebuah kajian : skripsi diajukan untuk memperoleh gelar sarjana"
    cited = reference(mapped("001 a", handed_in, "502    $a Skripsi--Universitas Sam Ratulangi"))
    assert cited.title == "Terumbu karang: sebuah kajian"


@pytest.mark.parametrize(
    ("note", "degree", "school"),
    [
        ("Thesis (Ph. D.)--University of Virginia, l983.", "Ph.D. thesis", "University of Virginia"),
        ("Zugl.: Stuttgart, Univ., Diss., 2010", "Diss.", "Univ. Stuttgart"),
        ("M.S. Pennsylvania State University", "M.S. thesis", "Pennsylvania State University"),
        ("M.M.A.S. School of Advanced Air Power Studies 1996", "M.M.A.S.", "School of Advanced Air Power Studies"),
        ("Harvard School of Public Health", "", "Harvard School of Public Health"),
        ("Thèse-Université de Paris.", "Thèse", "Université de Paris"),
        ("Thèse pour le doctorat.", "Thèse", ""),
        ("Thesis (doctoral)--Leiden, 1990", "Doctoral thesis", "Leiden"),
        ("Tesis (Magister)--Universitas Indonesia, Fakultas Hukum, 2001", "Tesis",
         "Universitas Indonesia, Fakultas Hukum"),
        ("Originally presented as the author's thesis, Universität Bonn", "Thesis", "Universität Bonn"),
        ("Thesis presented to the Graduate School of Public Administration in partial fulfillment, Harvard University",
         "Thesis", "Harvard University"),
        ("Skripsi diajukan untuk memperoleh gelar Sarjana Hukum pada Universitas Sam Ratulangi", "Skripsi",
         "Universitas Sam Ratulangi"),
        ("Thesis submitted to the School of Advanced Air Power Studies for the degree", "Thesis",
         "School of Advanced Air Power Studies"),
        ("M.S. thesis, Leiden University", "M.S. thesis", "Leiden University"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_a_thesis_note_says_degree_and_university(note: str, degree: str, school: str) -> None:
    found = thesis(note)
    assert (found.degree, found.school) == (degree, school)
