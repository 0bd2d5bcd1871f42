"""Where a chapter or article stands, as the records of components say it (MARC 773)."""

import pytest

from portal.bibliography.csl import csl_item
from portal.bibliography.reference import place_in_host, reference
from portal.machines.addresses import Addresses
from portal.machines.mods import mods
from tests.support.marc_records import mapped

COMPONENT = "00000naa a2200000 i 4500"


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ("53:2, pp. 119-132", ("53", "2", "119-132")),
        ("96:4<23", ("96", "4", "23")),
        ("5(2), 12-20", ("5", "2", "12-20")),
        ("12(2010), hlm. 3", ("", "", "3")),
        ("Vol. XII, No. 3 (Maret 2010), hlm. 5", ("12", "3", "5")),
        ("Jil. 3, bil. 2 (2001), ms. 12-30", ("3", "2", "12-30")),
        ("Th. IV No. 7-8, Juli 1999: 23-30", ("4", "7-8", "23-30")),
        ("Edisi 12 Tahun 2010", ("", "12", "")),
        ("No. 02 (2010): 1-5", ("", "02", "1-5")),
        ("Vol. 3 (2010), p. S12–S20", ("3", "", "S12-S20")),
    ],
)
def test_volume_issue_and_pages_are_read_as_cataloguers_write_them(part: str, place: tuple[str, str, str]) -> None:
    assert place_in_host(part) == place


def test_a_publisher_is_cited_by_its_name() -> None:
    """Not by the word that a record shortens it to, nor with what a title page says before it."""
    body = "710 1  $a United States. $b National Oceanic and Atmospheric Administration."
    film = mapped("001 a", "245 10 $a Laut", "264  1 $b The Administration, $c 1976.", body)
    assert reference(film).publisher == "National Oceanic and Atmospheric Administration"
    museum = "710 2  $a Maritime Museum (Jakarta, Indonesia)"
    guide = reference(mapped("001 a", "245 10 $a Laut", "264  1 $b The Museum, $c 1976.", museum))
    assert guide.publisher == "Maritime Museum"
    weekly = mapped(
        "001 a", "245 10 $a Laut", "264  1 $b The Economist, $c 1976.", "710 2  $a Economist Intelligence Unit"
    )
    assert reference(weekly).publisher == "The Economist"
    assert (
        reference(mapped("001 a", "245 10 $a Peta", "264  1 $b diterbitkan oleh Balai Pustaka, $c 1976.")).publisher
        == "Balai Pustaka"
    )
    old = mapped("001 a", "245 10 $a The Medley", "264  1 $b Printed and sold by A. Baldwin, $c 1710.")
    assert reference(old).publisher == "A. Baldwin"


def test_a_component_of_what_its_record_calls_a_monograph_is_a_chapter() -> None:
    host = "773 0  $7 nnam $t Laut kita $d Jakarta : Pustaka Bahari, 2010 $g hlm. 12-20"
    item = csl_item(reference(mapped("001 a", "245 10 $a Ikan", "100 1  $a Wenas, Maria", host, leader=COMPONENT)))
    assert (item["type"], item["container-title"], item["page"]) == ("chapter", "Laut kita", "12-20")
    assert (item["publisher"], item["publisher-place"]) == ("Pustaka Bahari", "Jakarta")
    serial = reference(mapped("001 a", "245 10 $a Ikan", host.replace("nnam", "nnas"), leader=COMPONENT))
    assert serial.kind.csl == "article-journal"


def test_a_component_of_nothing_that_has_an_isbn_is_a_book() -> None:
    fields = ("001 a", "245 10 $a Ikan", "700 1  $a Wenas, Maria, $e editor")
    assert reference(mapped(*fields, "020    $a 9786020000015", leader=COMPONENT)).kind.csl == "book"
    assert reference(mapped(*fields, leader=COMPONENT)).kind.csl == "article-journal"


def test_a_host_without_a_title_is_not_cited_as_a_dash() -> None:
    article = mapped("001 a", "245 10 $a Ikan", "773 0  $t - $g Vol. 5, hlm. 12 $x 1411-0008", leader=COMPONENT)
    cited = reference(article)
    assert (cited.host, cited.volume, cited.pages) == ("", "5", "12")
    assert not mapped("001 a", "245 10 $a Ikan", "773 0  $t -", leader=COMPONENT).related


def test_one_page_has_no_last_one() -> None:
    document = mapped(
        "001 a", "245 10 $a Ikan", "773 0  $t Jurnal laut $g Vol. 5, hlm. 12 $x 1411-0008", leader=COMPONENT
    )
    assert reference(document).pages == "12"
    found = mods(document, Addresses("https://k.example"))
    assert [element.text for element in found.iter("{*}start")] == ["12"]
    assert not list(found.iter("{*}end"))


def test_what_cataloguers_add_is_no_part_of_a_title_series_or_place() -> None:
    cited = reference(
        mapped(
            "001 a", "245 10 $a ... laporan tahunan", "260    $a [s.l.], Indonesia : $b Bahari, $c 2010",
            "830  0 $a Lembar fakta (Indonesia. Dinas Laut) ; $v no. 12",
        )
    )  # fmt: skip
    assert (cited.title, cited.place, cited.series, cited.series_number) == (
        "Laporan tahunan", "Indonesia", "Lembar fakta", "12",
    )  # fmt: skip


def test_a_map_that_is_online_is_cited_with_its_address() -> None:
    link = "856 40 $u https://peta.example/1"
    fields = ("001 a", "245 10 $a Peta laut", link)
    remote = mapped(*fields, "300    $a 1 online resource (1 map)", leader="00000nem a2200000 i 4500")
    assert csl_item(reference(remote))["URL"] == "https://peta.example/1"
    assert "URL" not in csl_item(reference(mapped(*fields, "300    $a 1 peta", leader="00000nem a2200000 i 4500")))
