"""The rules of docs/marc-map.md, each on a real record where one exists, named by file and control number."""

import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from ingest.extract import Extractor
from ingest.mapping import table
from ingest.mappings.marc21 import RULES, to_document
from ingest.source import SourceRecord
from marc_samples import SAMPLES
from portal.i18n import LANGUAGES, Language, messages
from search.document import Document, Item, Related, Relation, Vernacular, from_json, to_json
from search.schema import BY_NAME, FACETS
from tests.support.marc_records import mapped, read_file, shared_documents

T = "245 10 $a T"
NOT_FROM_ONE_MARC_FIELD = {"source", "ebook_file", "work", "record_id", "oai_identifier"}
MAP = Path(__file__).resolve().parents[2] / "docs" / "marc-map.md"


@cache
def documents(file: str) -> list[Document]:
    return shared_documents("data/marc/" + file)


@cache
def sample(file: str) -> list[Document]:
    """The documents of a file that comes with the project."""
    found = [to_document(item, "contoh") for item in read_file(SAMPLES / file) if isinstance(item, SourceRecord)]
    return [item for item in found if isinstance(item, Document)]


def real(file: str, number: str) -> Document:
    """The record of a file with this control number."""
    return next(document for document in documents(file) if number in document.values("control_number"))


LEGAL = "gpo_collections/Legal_Publications_Collection__LegalPub-Coll_Online_Resources_20231226.mrc.gz"
COVID = "gpo_collections/COVID-19_Coronavirus__covid19_online_records_20250428_1063_utf8.mrc.gz"
HISTORY_1 = "gpo_history/cgp_history_01_5000_utf8.mrc.gz"
HISTORY_2 = "gpo_history/cgp_history_02_5000_utf8.mrc.gz"
HISTORY_3 = "gpo_history/cgp_history_03_5000_utf8.mrc.gz"
HISTORY_5 = "gpo_history/cgp_history_05_5000_utf8.mrc.gz"
HISTORY_6 = "gpo_history/cgp_history_06_5000_utf8.mrc.gz"
HISTORY_7 = "gpo_history/cgp_history_07_5000_utf8.mrc.gz"
MONTHLY = "gpo_monthly/CGP_Records_Monthly_Files__Changed_MARC_Records__changed_records_202601_1563_utf8.mrc.gz"
PSU = "psu/sample_psucat.mrc.gz"

FIELDS_OF_REAL_RECORDS: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("gwu/lp__ui__tests__data__586.mrc", "85470", "award", ("Pulitzer Prize, Fiction, 1967.",)),
    ("gwu/lp__ui__tests__data__028.mrc", "101713", "ismn", ("9790051206995",)),
    ("evergreen/jazz_1k.mrc.gz", "03-0009558", "frequency", ("m",)),  # "Monthly," as written
    ("evergreen/jazz_1k.mrc.gz", "12275704", "frequency", ("Four no. a year",)),  # no table has it: kept
    (HISTORY_5, "000856193", "frequency", ("irregular",)),
    ("evergreen/lul_fre_100.mrc", "01-0128084", "country", ("xxc", "it")),  # 008 and 044
    ("catmandu/bu_bibs.mrc", "99177221780001161", "country", ("ja",)),
    ("catmandu/bu_bibs.mrc", "99177221780001161", "language_original", ("jpn",)),
    ("catmandu/bu_bibs.mrc", "99177221780001161", "language", ("eng",)),
    (HISTORY_3, "001213417", "audience", ("children",)),  # 521 1_ "012-018."
    (PSU, "21276123", "audience", ("children",)),  # 526 $b MG
    (PSU, "21276123", "location", ("UP-PAT",)),
    (PSU, "21276123", "collection", ("JUVENILEBK",)),
    (PSU, "21276123", "barcode", ("000079778381",)),
    (PSU, "21276123", "series", ("Grisham, John. Theodore Boone", "Theodore Boone series")),
    (PSU, "21276123", "series_statement", ("Grisham, John. Theodore Boone ; 5", "Theodore Boone series ; 5")),
    (COVID, "001179512", "material_type", ("electronic",)),
    ("gpo_collections/NIST_Collection__UTF8__nbs_report_utf8.mrc.gz", "001076918", "material_type", ("dissertation", "electronic")),
    (HISTORY_7, "000813572", "material_type", ("film",)),  # 007 mr is a reel of film
    (HISTORY_7, "000813572", "format", ("video",)),
    (HISTORY_7, "001455917", "format", ("software",)),  # 007 co, no pages counted
    (HISTORY_1, "001415565", "format", ("map",)),  # online by 008/29
    (HISTORY_2, "000940302", "format", ("braille", "book")),
    (HISTORY_2, "000940302", "material_type", ("braille", "monograph")),
    ("marc4j/bad-characters-in-various-fields.mrc", "o747947354", "format", ("large_print", "book")),
    (LEGAL, "ocm44356445", "place", ("United States",)),  # 655 $z alone
    (HISTORY_1, "001444156", "title_other", ("Drug therapy and schizophrenia",)),  # 100 $t
    ("gwu/lp__ui__tests__data__521.mrc", "12605379", "language", ("eng", "fre", "spa")),  # 041 $j: subtitles
    ("gwu/lp__ui__tests__data__521.mrc", "12605379", "title_sort", ("Cardinal",)),
    ("evergreen/lul_fre_100.mrc", "01-0127915", "title_sort", ("armée dans la ville : drame en cinq actes, en vers",)),
    (HISTORY_1, "001247718", "format", ("audiobook", "website")),  # 336 spw
    (HISTORY_5, "000856193", "related_title", (
        "Medit︠s︡inskai︠a︡ promyshlennost SSSR",
        "Translations from Meditsinskaya promyshlennostʹ SSSR (Medical industry USSR)",
    )),
    (HISTORY_5, "000856193", "related_number", ("0369-1586",)),
    ("evergreen/map_data.mrc", "13683783", "scale", ("Scale 1:250,000 ; transverse Mercator proj. (W 126⁰--W 124⁰/N 42⁰--N 40⁰).",)),
    (HISTORY_1, "001449775", "duration", ("0:25:51",)),
    (PSU, "2188678", "duration", ("1:02:15",)),  # 306 "006215", in minutes
    (HISTORY_6, "001210537", "holdings", ("2022-",)),
    ("openlibrary/bin_input__880_Nihon_no_chasho.mrc", "3835178", "holdings", ("pt.1-2",)),
    (HISTORY_1, "001181542", "access_note", ("Official Use only. Not available.",)),
    (LEGAL, "ocn317313550", "access_note", ()),  # $3 "Use copy" $f "Restrictions unspecified"
    ("psu/access_open_access.mrc", "31511523", "rights", ("Creative Commons by/4.0/ http://creativecommons.org/licenses/by/4.0/",)),
    ("catmandu/bu_bibs.mrc", "99177355940001161", "topic", ("Capital punishment", "States")),
    ("catmandu/bu_bibs.mrc", "99177355940001161", "place", ("United States",)),
]  # fmt: skip


@pytest.mark.parametrize(("file", "number", "field", "values"), FIELDS_OF_REAL_RECORDS)
def test_field_of_a_real_record(file: str, number: str, field: str, values: tuple[str, ...]) -> None:
    assert real(file, number).values(field) == values


def test_captions_of_a_film_are_a_note() -> None:
    new = "gpo_monthly/CGP_Records_Monthly_Files__New_MARC_Records__new_records_202604_972_utf8.mrc.gz"
    assert "Closed captioning in English." in real(new, "001471180").values("note")  # 532


def test_papers_of_a_person_are_an_archive_and_no_game() -> None:
    papers = real("gwu/lp__ui__tests__data__351.mrc", "3053346")  # leader 06 p
    assert papers.values("format") == ("manuscript",)
    assert papers.values("material_type") == ("mixed",)


def test_subject_links_are_kept_for_machines() -> None:
    uris = real("catmandu/bu_bibs.mrc", "99177355940001161").values("subject_uri")
    assert uris[0] == "http://id.loc.gov/authorities/subjects/sh85019949"
    assert not [uri for uri in uris if not uri.startswith(("http", "("))]


@pytest.mark.parametrize(
    ("file", "number", "item"),
    [
        ("evergreen/map_data.mrc", "13683783",
         Item("BR1", "Stacks", "", "G4362.C6C5 s250.C37", "", "11223344", "", "Available")),
        ("catmandu/bu_bibs.mrc", "99177221780001161", Item("MUG", "boss", "", "PL856.I856 K8713 2005")),
        ("evergreen/jazz_1k.mrc.gz", "03-0018137", Item("HUNTINGTON", "HUNT-AUDIO", "SOUND", "5490", "", "30007007467409")),
        ("marcli/test_10.mrc", "ocm57175940", Item(location="esb", status="available")),
        # 949 says ON-ORDER, 999 is the fuller one about the same barcode
        ("marc4j/bad-characters-in-various-fields.mrc", "o747947354",
         Item("WITHERS", "LT", "BOOK", "LT JEFF", "1", "32530606992038", "on_order")),
    ],
)  # fmt: skip
def test_items_of_many_systems(file: str, number: str, item: Item) -> None:
    assert real(file, number).items[0] == item


@pytest.mark.parametrize(
    ("fields", "items"),
    [
        (["952    $a BTG $b BTG $c RAK2 $8 UMUM $o 591 ANA l $p P001 $y BK $7 0 $d 2014-05-13"],
         (Item("BTG", "RAK2", "UMUM", "591 ANA l", "", "P001", "available"),)),
        (["952    $a BTG $o 591 $p P001 $q 2026-01-01"], (Item("BTG", call_number="591", barcode="P001", status="on_loan"),)),
        (["952    $a BTG $o 591 $p P001 $1 1"], (Item("BTG", call_number="591", barcode="P001", status="lost"),)),
        (["952    $a BTG $o 591 $p P001 $7 -1"], (Item("BTG", call_number="591", barcode="P001", status="on_order"),)),
        (["952    $a BTG $o 591 $p P001 $7 2"], (Item("BTG", call_number="591", barcode="P001", status="not_for_loan"),)),
        (["952    $a Library has 2 copies."], ()),
        (["990    $a 00123/2014"], ()),  # of no INLISLite record
        (["001 INLIS000000000606729", "990    $a 00123/2014"], (Item(barcode="00123/2014"),)),
        (["035    $a 0010-0514000291", "990    $a 00123/2014"], (Item(barcode="00123/2014"),)),
        (["001 INLIS1", "990    $a 4588 $a 4589"], (Item(barcode="4588"), Item(barcode="4589"))),
        (["852    $b Pusat $c Rak 1 $h 591", "876    $p B1 $j Tersedia", "876    $p B2 $j On loan $t 2"],
         (Item("Pusat", "Rak 1", "", "591", "", "B1", "available"), Item("Pusat", "Rak 1", "", "591", "2", "B2", "on_loan"))),
        (["852    $8 1.1 $b A", "852    $8 2.1 $b B", "876    $8 2.1 $p X $j Restorasi"],
         (Item("A"), Item("B", barcode="X", status="Restorasi"))),
    ],
)  # fmt: skip
def test_items(fields: list[str], items: tuple[Item, ...]) -> None:
    assert mapped(T, *fields).items == items


def test_a_branch_that_withdrew_its_copy_has_the_title_no_more() -> None:
    document = mapped(T, "952    $a BTG $b BTG $p P1 $y BK $0 0", "952    $a MDO $b MDO $p P2 $y REF $0 1")
    assert (document.values("location"), document.values("collection")) == (("BTG",), ("BK",))
    assert [item.status for item in document.items] == ["available", "withdrawn"]


def test_when_a_title_was_added_koha_knows_better_than_008() -> None:
    made = "008 990513s1999    io            000 0 ind d"
    assert mapped(T, made).values("added") == ("1999-05-13",)
    assert mapped(T, made, "952    $a B $p P $y BK $d 2014-05-13").values("added") == ("2014-05-13",)


def test_a_copy_number_that_only_adds_a_volume_is_not_repeated() -> None:
    numbers = mapped(T, "050    $a QL1 $b .A2", "949    $a QL1.A2 v.1 $i 1 $l R", "949    $a FIC ANA $i 2 $l R").values(
        "call_number"
    )
    assert numbers == ("QL1 .A2", "FIC ANA")


@pytest.mark.parametrize(
    ("file", "number", "related"),
    [
        (HISTORY_5, "000856193", Related(
            "translation_of", "Medit︠s︡inskai︠a︡ promyshlennost SSSR", note="Translation of",
            issn="0369-1586", control_numbers=("(OCoLC)32565826",))),
        ("evergreen/jazz_1k.mrc.gz", "12275704", Related(
            "preceding", "Classical music magazine", issn="1185-9717", control_numbers=("(DLC) 91649840", "(OCoLC)24333475"))),
        (LEGAL, "ocm02882167", Related(
            "succeeding", "AG/BIA decisions listing", "United States. Department of Justice", issn="1940-4832",
            control_numbers=("(DLC) 2007230010", "(OCoLC)58925475"))),
        (COVID, "001131510", Related(
            "supplement_to", "Planning considerations: evacuation and shelter-in-place", note="Supplement to (work)",
            control_numbers=("(OCoLC)1202266457",))),
        ("evergreen/serials_marc21.xml", "21061", Related("other", "Hypertension", issn="0073-425X", in_note=True)),
    ],
)  # fmt: skip
def test_related_records(file: str, number: str, related: Related) -> None:
    assert related in real(file, number).related


def test_an_article_says_where_in_its_host_it_stands() -> None:
    (host,) = [item for item in real("gwu/lp__ui__tests__data__773.mrc", "206538").related if item.kind == "host"]
    assert host.title
    assert host.part


def test_editions_in_other_languages_are_found_by_their_isbn() -> None:
    document = real("catmandu/oschrift_me.mrc", "9789264310032-ar")
    assert [item.kind for item in document.related] == ["other_edition", "other_edition"]
    assert document.values("related_number") == ("9789264307612", "9789264304161")


def test_the_other_form_of_a_title_adds_its_number_not_its_title() -> None:
    document = mapped(T, "776 08 $i Print version: $t T $z 0306406152")
    assert document.values("related_number") == ("9780306406157",)
    assert "related_title" not in document.fields


@pytest.mark.parametrize(
    ("file", "number", "kinds"),
    [
        (HISTORY_5, "001414581", ["merged_with", "merged_with", "merged_into"]),  # Cancer chemotherapy reports. Part 1
        (LEGAL, "ocm85855303", ["merged_with", "merged_into"]),
        (MONTHLY, "000588029", ["succeeding"]),  # the partners stand in 580 alone
    ],
)
def test_a_merger_names_its_partners_and_what_they_formed(file: str, number: str, kinds: list[str]) -> None:
    later = ("merged_with", "merged_into", "succeeding")
    assert [item.kind for item in real(file, number).related if item.kind in later] == kinds


def test_a_link_without_a_title_names_nothing() -> None:
    assert not real("evergreen/oss.marc", "01-0296176").related  # 776 $c "Original" $w "(DLC) 99045768"


@pytest.mark.parametrize(
    ("file", "number", "in_note"),
    [
        # 785 17, 580 "Merged with print publication: Criminal victimization ..., to form: ..."
        (LEGAL, "ocm85855303", {"merged_with": True, "merged_into": True}),
        (LEGAL, "ocm38364119", {"preceding": False}),  # 780 10, 580 "Continues microfiche version."
        (LEGAL, "ocm02882167", {"succeeding": False}),  # 785 00
        (HISTORY_5, "001414581", {"merged_with": False, "merged_into": False}),  # 785 07
    ],
)
def test_what_a_note_names_is_kept_and_marked(file: str, number: str, in_note: dict[str, bool]) -> None:
    assert {item.kind: item.in_note for item in real(file, number).related if item.kind in in_note} == in_note


def test_language_of_the_original_from_765_where_041_is_silent() -> None:
    assert mapped(T, "765 0  $t Bumi $e ind").values("language_original") == ("ind",)
    assert mapped(T, "041 1  $a eng $h jav", "765 0  $t Bumi $e ind").values("language_original") == ("jav",)


@pytest.mark.parametrize(
    ("file", "number", "vernacular"),
    [
        ("marc_charset/cyrillic.marc", "MIUL99-S141", Vernacular("contributor", "Yugoslavia. Савезни уставни суд", False, "Cyrl")),
        ("marc_charset/cyrillic.marc", "MIUL99-S141", Vernacular("related_title", "Одлуке и мишљења Уставног суда Југославије", False, "Cyrl")),
        (HISTORY_2, "001456394", Vernacular("responsibility", "بقلم دينيس ماهونجول", True)),
        ("evergreen/hebrew.marc", "13810341", Vernacular("title", "לתורה בלמועדים : רסיסי הגיונות", True, "Hebr")),
    ],
)  # fmt: skip
def test_field_in_its_own_script(file: str, number: str, vernacular: Vernacular) -> None:
    assert vernacular in real(file, number).vernacular


def test_a_statement_of_responsibility_in_the_same_words_is_none_of_its_own() -> None:
    census = real(HISTORY_1, "001201415")  # both 245 $c "United States Census 2010."
    assert census.values("responsibility") == ("United States Census 2010",)
    assert "responsibility" not in [item.field for item in census.vernacular]


@pytest.mark.parametrize(
    ("file", "number", "title"),
    [
        ("gwu/lp__ui__tests__data__351.mrc", "3053346", "Mitch Snyder papers, 1970-1991"),
        ("solrmarc/specTestRecs.mrc", "u3456322", "The bijou pen and ink sketches, 1872-1909"),  # after $h "[manuscript],"
        ("solrmarc/title_k.mrc", "2057263", "Morton Hoffman papers"),
        ("openlibrary/bin_input__scrapbooksofmoun03tupp_meta.mrc", "3539929",
         "Scrapbooks of mounted views, portraits, etc., relating to Europe and Egypt, 1891-1894"),
        (HISTORY_6, "001207030", "National Security Adviser : National Security Council meetings file, 1974-77"),
        (HISTORY_6, "001413319", "Roberts, John G.: files, 1982-1986"),  # the dates stand in $a and $f
        (HISTORY_6, "001413315", "Records pertaining to John G. Roberts, Jr. <1981-1988>"),
    ],
)  # fmt: skip
def test_papers_are_called_by_their_form_and_dates(file: str, number: str, title: str) -> None:
    assert real(file, number).title == title


def test_form_and_dates_get_the_marks_that_an_export_left_out() -> None:
    assert (
        mapped("245 10 $a Surat / $c Ana, $k naskah $f 1901 $g terbanyak 1905").title
        == "Surat : naskah, 1901, terbanyak 1905"
    )


@pytest.mark.parametrize(
    ("title", "sorted_by"),
    [
        ("245 14 $a The sea / $c Ana", ("sea",)),
        ("245 13 $a Al-Quran : $b terjemahan", ("Quran : terjemahan",)),
        ("245 10 $a The sea", ()),
        ("245 1z $a The sea", ()),
        ("245 12 $a Analysis of tides", ()),  # the indicator of another title
        ("245 14 $a The", ()),
    ],
)
def test_a_title_is_put_in_order_without_its_article(title: str, sorted_by: tuple[str, ...]) -> None:
    assert mapped(title).values("title_sort") == sorted_by


def test_880_without_a_partner_is_found_in_its_field() -> None:
    document = real(COVID, "001118791")  # 246-00
    assert "귀하는 COVID-19 발병 국가를 여행하였으므로 감염 위험이 높은 상태입니다" in document.values("title_other")


@pytest.mark.parametrize(
    ("code", "script", "right_to_left"),
    [("/Java", "Java", False), ("/Bali", "Bali", False), ("/Bugi", "Bugi", False), ("/Sund", "Sund", False),
     ("/(3/r", "Arab", True), ("/(3", "Arab", True), ("/$1", "", False), ("/(9", "", False), ("", "", False)],
)  # fmt: skip
def test_scripts_of_the_archipelago_are_known_by_their_iso_15924_names(
    code: str, script: str, right_to_left: bool
) -> None:
    document = mapped("245 10 $6 880-01 $a Serat", f"880 10 $6 245-01{code} $a ꦱꦼꦫꦠ꧀")
    assert document.vernacular == (Vernacular("title", "ꦱꦼꦫꦠ꧀", right_to_left, script),)
    assert document.title == "Serat"


@pytest.mark.parametrize("link", ["245-00", "245-07"])
def test_title_in_a_script_whose_link_leads_nowhere_is_still_searched(link: str) -> None:
    document = mapped("245 10 $6 880-01 $a Serat", f"880 10 $6 {link}/Java $a ꦱꦼꦫꦠ꧀")
    assert document.title == "Serat"
    assert document.values("title_other") == ("ꦱꦼꦫꦠ꧀",)


@pytest.mark.parametrize(
    "tag",
    [
        "100",
        "240",
        "246",
        "250",
        "264",
        "300",
        "362",
        "490",
        "500",
        "505",
        "520",
        "586",
        "650",
        "655",
        "700",
        "780",
        "830",
    ],
)
def test_every_880_belongs_to_a_field_that_is_searched_or_shown(tag: str) -> None:
    (vernacular,) = mapped(T, f"{tag} 10 $6 880-02 $a x $t x", f"880 10 $6 {tag}-02/Java $a ꦱꦼ $t ꦱꦼ").vernacular
    assert vernacular.field in BY_NAME


@pytest.mark.parametrize(
    ("fields", "subjects", "topics"),
    [
        (["650  4 $a Islam--Sejarah", "650  4 $a Islam -- Sejarah."], ("Islam -- Sejarah",), ("Islam", "Sejarah")),
        (["650  0 $a Laut", "650  4 $a laut."], ("Laut",), ("Laut",)),
        (["650  0 $a Laut $x Hukum $z Indonesia $y Abad 20 $v Kamus"],
         ("Laut -- Hukum -- Indonesia -- Abad 20 -- Kamus",), ("Laut", "Hukum")),
        (["651  4 $a Bitung $x Sejarah"], ("Bitung -- Sejarah",), ("Sejarah",)),
        (["600 14 $a Hatta, Mohammad, $d 1902-1980"], ("Hatta, Mohammad, 1902-1980",), ("Hatta, Mohammad, 1902-1980",)),
        (["650   0 $a Laut"], ("Laut",), ("Laut",)),
        (["650  0 $a Laut", "650   $a Oceans $2 fast"], ("Laut",), ("Laut",)),  # $2 outweighs a blank indicator
        (["650  7 $a Laut $2 entah"], ("Laut",), ("Laut",)),  # a list that nobody knows is the library's own
        (["650  2 $a Oceans"], ("Oceans",), ("Oceans",)),  # MeSH alone is better than nothing
        (["653    $a laut; ikan"], ("laut", "ikan"), ("laut", "ikan")),
        (["653  5 $a Bitung"], ("Bitung",), ()),
        (["650  4 $a Laut dll."], ("Laut dll.",), ("Laut dll.",)),
        (["650  0 $a Sea. [from old catalog]"], ("Sea",), ("Sea",)),
    ],
)  # fmt: skip
def test_subjects_and_their_parts(fields: list[str], subjects: tuple[str, ...], topics: tuple[str, ...]) -> None:
    document = mapped(T, *fields)
    assert (document.values("subject"), document.values("topic")) == (subjects, topics)


def test_headings_are_facets_by_their_parts_and_filters_as_a_whole() -> None:
    assert "topic" in FACETS
    assert "subject" not in FACETS
    assert BY_NAME["subject"].filterable  # saved links with f.subject=... go on working


@pytest.mark.parametrize(
    ("dirt", "year"),
    [
        ("[2014]", "2014"), ("c2010", "2010"), ("©2010", "2010"), ("Cet. 3, 2008", "2008"), ("201-?", "2010"), ("19--", ""),
        ("1995 [i.e. 1996]", "1996"), ("1428 H/2007 M", "2007"), ("2553 [2010]", "2010"), ("9999", ""), ("t.t.", ""),
        ("19[98]", "1998"), ("[19]98?", "1998"), ("l998", "1998"), ("2oo5", "2005"), ("MCMXCVIII", "1998"), ("MM", "2000"),
        ("٢٠١٠", "2010"), ("1949-", "1949"), ("1945/1946", "1945"), ("[between 1850 and 1860]", "1850"), ("17 Agustus 1945", "1945"),
        ("2010, cetakan 2015", "2010"), ("MUI", ""), ("tahun dua ribu", ""), ("", ""),
    ],
)  # fmt: skip
def test_dates_with_their_dirt(dirt: str, year: str) -> None:
    assert mapped(T, f"264  1 $a Jakarta $c {dirt}").first("year") == year


@pytest.mark.parametrize(
    ("file", "number", "year", "published"),
    [
        ("gpo_basic_collection.xml", "000919692", "1938", "1938–"),  # 264 $c "-1951." and "-2014.", 008 c1938 9999
        ("gpo_basic_collection.xml", "000633200", "1873", "1873–"),  # 008 alone
        ("gpo_basic_collection.xml", "000521394", "2000", "2000–"),  # two publishers, "<2000->" and "[2014]-"
        ("gpo_serials.mrc", "000324553", "1975", "1975–1995"),  # 260 $c "-1995."
        ("gpo_serials.mrc", "000323964", "1969", "1969–[2018]"),
        ("gpo_languages.mrc", "001125969", "", "20??–2014?"),  # 264 $c "[-2014?]"
        ("gpo_children.mrc", "001027024", "2017", "[2017?]"),
    ],
)
def test_an_end_is_no_beginning_and_dates_are_kept_as_the_record_has_them(
    file: str, number: str, year: str, published: str
) -> None:
    found = next(document for document in sample(file) if number in document.values("control_number"))
    assert (found.first("year"), found.first("published")) == (year, published)


@pytest.mark.parametrize(
    ("date", "coded", "year", "published"),
    [
        ("1960-1995.", "d19601995", "1960", "1960–1995"),
        ("[183-?]", "s183u    ", "1830", "[183-?]"),
        ("[198?-", "c198u9999", "1980", "198?-"),
        ("2013.", "m20132016", "2013", "2013–2016"),
        ("c2010", "s2010    ", "2010", ""),
        ("[2014]", "s2014    ", "2014", ""),
        ("2014", "t20142013", "2014", ""),
        ("[between 1850 and 1860]", "q18501860", "1850", "[between 1850 and 1860]"),
        ("", "m19391944", "1939", "1939–1944"),
        ("", "c195u9999", "1950", "195?–"),
        ("", "u1909uuuu", "1909", "1909–?"),
        ("", "duuuuuuuu", "", ""),
        ("", "s2014    ", "2014", ""),
    ],
)
def test_dates_say_more_than_a_year_where_there_is_more(date: str, coded: str, year: str, published: str) -> None:
    statement = [f"264  1 $a Jakarta $c {date}"] if date else []
    document = mapped(T, f"008 140513{coded}io            000 0 ind d", *statement)
    assert (document.first("year"), document.first("published")) == (year, published)


def test_year_of_a_thesis_and_of_an_article_where_nothing_else_says_it() -> None:
    assert mapped(T, "502    $b Skripsi $d 2019").values("year") == ("2019",)
    assert mapped(T, "773 0  $t Jurnal Laut $g Vol. 5 (2011)").values("year") == ("2011",)


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        (["385    $a Anak", "521    $a Dewasa", "008 140513s2014    io     e      000 1 ind d"], ("children",)),
        (["521    $a Dewasa", "008 140513s2014    io     j      000 1 ind d"], ("adults",)),
        (["526 0  $a AR $b UG", "008 140513s2014    io     j      000 1 ind d"], ("teens",)),
        (["008 140513s2014    io     e      000 1 ind d", "650  1 $a Dolphins"], ("adults",)),
        (["385    $b j $2 marctarget", "521    $a Dewasa"], ("children",)),
        (["385    $b j $2 kota", "521    $a Dewasa"], ("adults",)),  # of a list that nobody knows
        (["521 1  $a 012-018."], ("children",)),
        (["521 2  $a K-3."], ("children",)),
        (["521 2  $a 10"], ("teens",)),
        (["521    $a Kelas XI"], ("teens",)),
        (["521    $a kelas IV sem. 2"], ("children",)),
        (["521    $a Semua umur"], ("general",)),
        (["521 8  $a MPAA rating: Not rated."], ()),
    ],
)
def test_audience_by_the_best_evidence(fields: list[str], codes: tuple[str, ...]) -> None:
    assert mapped(T, *fields).values("audience") == codes


@pytest.mark.parametrize(
    ("fields", "role"),
    [
        (["700 1  $a Ana $e penerjemah"], "trl"), (["700 1  $a Ana $e translator."], "trl"), (["700 1  $a Ana $4 trl"], "trl"),
        (["700 1  $a Ana $e dalang"], "ppt"), (["700 1  $a Ana $e Hrsg."], "edt"), (["700 1  $a Ana $e tukang perahu"], "tukang perahu"),
        (["700 1  $a Ana $4 zzq"], "zzq"),
    ],
)  # fmt: skip
def test_relators_in_both_languages_and_unknown_ones_as_they_are(fields: list[str], role: str) -> None:
    assert mapped(T, *fields).contributors[0].roles == (role,)


@pytest.mark.parametrize(
    ("leader", "fields", "formats"),
    [
        ("am", ["007 tb", "300    $a 200 hlm."], {"book", "large_print"}),
        ("am", ["007 sd fsngnn", "300    $a 200 hlm."], {"book", "audio"}),  # a disc comes with the book
        ("am", ["007 co cga", "300    $a 200 hlm."], {"book"}),
        ("am", ["007 co cga", "300    $a 1 CD-ROM"], {"software"}),
        ("am", ["336    $a teks", "336    $b spw"], {"book", "audiobook"}),
        ("am", ["336    $a Kata lisan."], {"audiobook"}),
        ("am", ["336    $a suara"], {"audio"}),
        ("am", ["336    $a texte", "007 sd"], {"book", "audio"}),
        ("am", ["338    $a Sumber daring."], {"ebook"}),
        ("am", ["338    $a kartu apertur"], {"book", "microform"}),
        ("am", ["338    $a microscope slide"], {"book"}),
        ("ai", [], {"book"}),  # loose leaves
        ("ei", [], {"map"}),  # an atlas that is added to
        ("ii", [], {"audio"}),
        ("am", ["245 10 $a T $h [videorecording (DVD)]"], {"video"}),
        ("am", ["250    $a Large print ed."], {"book", "large_print"}),
        ("km", ["007 ko"], {"image", "kit"}),
        ("pc", [], {"manuscript"}),  # papers
        ("bd", [], {"manuscript"}),  # as it was written until 1995
        ("rm", ["008 140513s2014    io            000 g ind d"], {"kit"}),
        ("am", ["856    $u http://x.id/1"], {"book"}),
        ("am", ["856  1 $u http://x.id/1"], {"book", "ebook"}),  # first indicator blank
        ("am", ["856 41 $u http://x.id/1 $3 Table of contents"], {"book"}),
        ("  ", ["245 10 $a T $h [Majalah]"], {"journal"}),
        ("am", ["245 10 $a T $h [Majalah]"], {"journal"}),
        ("am", ["245 10 $a T $h [electronic resource], $n 2"], {"ebook"}),
        ("am", ["245 10 $a T $h data [sumber elektronik] /"], {"ebook"}),
        ("am", ["245 10 $a T $h (large type)"], {"book", "large_print"}),
        ("am", ["245 10 $a T $h [Artikel]", "300    $a 20 hlm."], {"article"}),
        ("am", ["006 sar p       0   a0", "300    $a 20 hlm."], {"book", "journal"}),  # a yearbook, and one volume of it
        ("  ", ["942    $c MP"], {"map"}),
        ("  ", ["300    $a 20 hlm."], {"book"}),
        ("  ", [], {"other"}),
    ],
)  # fmt: skip
def test_formats(leader: str, fields: list[str], formats: set[str]) -> None:
    title = [] if any(field.startswith("245") for field in fields) else [T]
    assert set(mapped(*title, *fields, leader=f"00000n{leader} a2200000 i 4500").values("format")) == formats


@pytest.mark.parametrize(
    ("note", "worksheet"),
    [
        ("$b Skripsi", "bachelor_thesis"), ("$b Tesis (Magister)", "master_thesis"), ("$b Disertasi", "dissertation"),
        ("$a Thesis (Ph. D.)--University of Washington", "dissertation"), ("$a Thesis (M.S.)", "master_thesis"), ("$a Thesis", "thesis"),
    ],
)  # fmt: skip
def test_worksheet_of_a_thesis_is_its_degree(note: str, worksheet: str) -> None:
    assert mapped(T, f"502    {note}").values("material_type") == (worksheet,)


@pytest.mark.parametrize(
    ("file", "number", "formats", "worksheets"),
    [
        (HISTORY_2, "000447426", ("microform", "thesis"), ("microform", "dissertation")),  # 245 $b "a dissertation submitted"
        (HISTORY_3, "000786310", ("thesis",), ("thesis",)),  # 245 $b "thesis /"
        (HISTORY_7, "001415067", ("thesis", "ebook"), ("dissertation", "electronic")),  # 500 "A thesis presented by"
        (HISTORY_3, "000297759", ("book",), ("monograph",)),  # "Originally presented as"
        (MONTHLY, "000891830", ("book",), ("monograph",)),
        ("psu/format_leader6_book_override.mrc", "1586824", ("book",), ("monograph",)),  # "Thesis guide"
        ("solrmarc/uva_001_2000.mrc.gz", "u564", ("book",), ("monograph",)),  # "Based on the author's thesis (Ph. D.)--"
    ],
)  # fmt: skip
def test_a_thesis_without_502_is_told_by_its_words(
    file: str, number: str, formats: tuple[str, ...], worksheets: tuple[str, ...]
) -> None:
    found = real(file, number)
    assert (found.values("format"), found.values("material_type")) == (formats, worksheets)


def test_a_note_that_is_a_thesis_note_but_for_its_tag_stands_as_one() -> None:
    found = mapped(T, "500    $a Skripsi (S1)--Universitas Sam Ratulangi, 2019.", "500    $a Indeks.")
    assert found.values("thesis") == ("Skripsi (S1)--Universitas Sam Ratulangi, 2019.",)
    assert (found.values("note"), found.values("material_type")) == (("Indeks.",), ("bachelor_thesis",))
    assert real(HISTORY_7, "001415067").first("thesis").startswith('"A thesis presented by David Rice Gardner')


@pytest.mark.parametrize(
    ("field", "is_thesis"),
    [
        ("500    $a Disertasi, Universitas Indonesia, 2004.", True),
        ("500    $a Thesis (M.A.)--University of Hawaii, 1978.", True),
        ("500    $a Tesis pada Program Studi Ilmu Hukum.", True),
        ("500    $a Revision of the author's thesis (Ph. D.)--University of Delhi.", False),
        ("500    $a Without thesis statement.", False),
        ("500    $a Disertasi penulis yang direvisi.", False),
        ("245 10 $a Laut : $b skripsi / $c oleh Ana", True),
        ("245 10 $a Laut / $c oleh Ana ; tesis diajukan kepada Universitas Indonesia", True),
        ("245 10 $a Pedoman menulis : $b skripsi, tesis dan disertasi", False),
        ("245 10 $a Skripsi tanpa stres", False),
    ],
)
def test_words_that_make_a_thesis(field: str, is_thesis: bool) -> None:
    fields = (field,) if field.startswith("245") else (T, field)
    assert ("thesis" in mapped(*fields).values("format")) is is_thesis


def test_a_journal_of_theses_is_none() -> None:
    assert mapped("245 00 $a Laut : $b skripsi", leader="00000nas a2200000 i 4500").values("format") == ("journal",)


@pytest.mark.parametrize(
    ("name", "fields", "values"),
    [
        ("title_uniform", ["240 10 $a Bumi manusia. $l Inggris"], ("Bumi manusia. Inggris",)),
        ("title_uniform", ["130 0  $a Alkitab."], ("Alkitab",)),
        ("genre", ["655  4 $a Kamus $z Indonesia $y Abad ke-20 $v Indeks"], ("Kamus", "Indeks")),
        ("era", ["655  4 $a Kamus $y Abad ke-20"], ("Abad ke-20",)),
        ("place", ["655  4 $a Kamus $z Indonesia"], ("Indonesia",)),
        ("topic", ["655  4 $a Foto $x Warna"], ("Warna",)),
        ("genre", ["655  7 $a Textbooks $v for foreign speakers. $2 fast"], ("Textbooks",)),
        ("subject_uri", ["655  7 $a Maps $0 (OCoLC)fst01423704 $2 fast"], ("(OCoLC)fst01423704",)),
        ("publisher", ["260    $a t.t. : $b t.p., $c 2010"], ()),
        ("publication_place", ["260    $a [t.t.] : $b t.p., $c 2010"], ()),
        ("publisher", ["260    $a TT : $b [tanpa nama], $c 2010"], ()),
        ("publication_place", ["260    $a TT : $b [tanpa nama], $c 2010"], ()),
        ("publisher", ["264  4 $a Jakarta : $b Gramedia, $c 2014"], ("Gramedia",)),
        ("publication_place", ["264  4 $a Jakarta : $b Gramedia, $c 2014"], ("Jakarta",)),
        ("language", ["041 0  $j ind $a eng", "008 140513s2014    io            000 1 jpn d"], ("eng", "jpn", "ind")),
        ("content_type", ["336    $a teks"], ("txt",)),
        ("content_type", ["336    $a Texte $b txt"], ("txt",)),
        ("content_type", ["336    $a lontar"], ("lontar",)),
        ("media_type", ["337    $a tanpa perantara"], ("n",)),
        ("carrier_type", ["338    $a sumber daring"], ("cr",)),
        ("country", ["008 140513s2014    jki           000 0 ind d"], ("io",)),
        ("country", ["008 140513s2014    qqi           000 0 ind d"], ("qqi",)),
        ("country", ["008 140513s2014    |||           000 0 ind d"], ()),
        ("country", ["044    $c XA-DE"], ("gw",)),
        ("frequency", ["310    $a Triwulanan,"], ("q",)),
        ("scale", ["255    $a Scale not given."], ()),
        ("scale", ["255    $a Scale not given ; $b Mercator projection."], ("Scale not given ; Mercator projection.",)),
        ("duration", ["306    $a 001748 $a 010000"], ("0:17:48", "1:00:00")),
        ("holdings", ["867  0 $a Suplemen 1-2", "866  0 $a v.1-5 $z tanpa v.3"], ("v.1-5 tanpa v.3",)),
        ("holdings_supplements", ["867  0 $a Suplemen 1-2 $z rusak"], ("Suplemen 1-2 rusak",)),
        ("holdings_indexes", ["868  0 $a Indeks v.1-10"], ("Indeks v.1-10",)),
        ("note", ["544 1  $d Arsip Dinas Kelautan"], ("Arsip Dinas Kelautan",)),
        ("date_span", ["362 0  $a Vol. 1, no. 1 (2014)-"], ("Vol. 1, no. 1 (2014)-",)),
        ("other_number", ["088    $a NBSIR 80-1", "028 02 $a DHIF2338S"], ("DHIF2338S", "NBSIR 80-1")),
        ("series", ["490 1  $a Seri laut ; $v 2", "830  0 $a Seri Laut ; $v jil. 2."], ("Seri Laut",)),
        ("series_statement", ["490 0  $a Seri laut ; $v 2"], ("Seri laut ; 2",)),
        ("series_statement", ["490 1  $a Laporan ; $v 2", "810 2  $a Kota Bitung. $t Laporan ; $v 2."], ("Kota Bitung. Laporan ; 2",)),
        ("related_number", ["490 0  $a Seri $x 0125-9989"], ("0125-9989",)),
        ("oclc", ["035    $a ocn767498970"], ("767498970",)),
        ("isbn", ["020    $a 087279811"], ("087279811",)),
    ],
)  # fmt: skip
def test_field(name: str, fields: list[str], values: tuple[str, ...]) -> None:
    assert mapped(T, *fields).values(name) == values


@pytest.mark.parametrize(
    ("field", "kind", "access"),
    [
        ("856 40 $u https://x.id/1 $3 Jilid 2", "read", "unknown"),
        ("856 43 $u https://x.id/1 $3 Abstract", "read", "unknown"),
        ("856 44 $u https://x.id/1 $3 Bab 1", "read", "unknown"),
        ("856 42 $u https://x.id/1", "related", "unknown"),
        ("856 4  $u https://x.id/1 $3 Coverage: 1990-", "read", "unknown"),
        ("856 4  $u https://x.id/1 $z Biografi pengarang", "related", "unknown"),
        ("856 4  $u https://x.id/1 $z Address at time of PURL creation", "related", "unknown"),
        ("856    $u https://x.id/1", "read", "unknown"),
        ("856 40 $u https://x.id/1 $z Unrestricted", "read", "open"),
        ("856 40 $u https://x.id/1 $z Akses terbatas", "read", "login"),
    ],
)
def test_links(field: str, kind: str, access: str) -> None:
    (link,) = mapped(T, field).links
    assert (link.kind, link.access) == (kind, access)


def test_links_of_a_real_record_say_who_may_open_each() -> None:
    links = real(LEGAL, "ocm49054283").links  # $7 0 and $7 1 in one record
    assert ("https://purl.fdlp.gov/GPO/LPS1636", "open") in [(link.url, link.access) for link in links]
    assert ("LLMC Digital", "login") in [(link.label, link.access) for link in links]


def test_table_of_contents_beside_a_version_to_read() -> None:
    document = real("evergreen/oss.marc", "14338589")
    assert [(link.label, link.kind) for link in document.links] == [
        ("Table of contents", "related"), ("Electronic version", "read"), ("Publisher description", "related"),
    ]  # fmt: skip
    assert document.values("format") == ("book", "ebook")


def test_items_and_related_records_come_back_as_they_were() -> None:
    document = real(PSU, "21276123")
    again = from_json(to_json(document))
    assert again == document
    assert again.items
    article = real("gwu/lp__ui__tests__data__773.mrc", "206538")
    assert from_json(to_json(article)).related == article.related


def test_every_relation_has_a_word() -> None:
    for hl in LANGUAGES:
        assert not [kind for kind in get_args(Relation) if f"label.relation.{kind}" not in messages(hl).texts]


def test_the_map_in_words_names_only_tags_and_fields_that_exist() -> None:
    text = MAP.read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|\n").split(" | ")] for line in text.splitlines() if line.startswith("| ")
    ]
    named = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row[1] if len(row) > 1 else "")}
    members = {"items", "related", "links", "vernacular", "contributors"}
    assert named - members - {"id"} <= set(BY_NAME)
    assert set(BY_NAME) - named <= NOT_FROM_ONE_MARC_FIELD
    tags = {tag for rule in RULES if isinstance(rule.extract, Extractor) for tag in rule.extract.tags} - {"LDR"}
    said = set(re.findall(r"\b[0-9]{3}\b", text))
    spans = [(int(a), int(b)) for a, b in re.findall(r"\b([0-9]{3})-([0-9]{3})\b", text)]
    assert not [tag for tag in tags if tag not in said and not any(a <= int(tag) <= b for a, b in spans)]


@pytest.mark.parametrize("hl", LANGUAGES)
def test_every_code_of_the_map_has_a_word(hl: Language) -> None:
    labels = messages(hl).texts
    wanted = {
        "material_type": {*table("formats", "worksheet").values(), *table("formats", "degree_502").values(), "film"},
        "content_type": set(table("carriers", "content").values()),
        "media_type": set(table("carriers", "media").values()),
        "carrier_type": set(table("carriers", "carrier").values()),
        "frequency": {*table("frequency", "words").values(), *table("frequency", "code_008").values()},
        "country": {*table("countries", "parts"), *table("countries", "iso").values()},
        "item_status": {code for name in ("words", "millennium", "symphony") for code in table("items", name).values()},
    }
    for name, codes in wanted.items():
        assert not [code for code in codes if f"label.{name}.{code}" not in labels], name
