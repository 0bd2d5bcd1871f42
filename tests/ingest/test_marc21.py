"""The MARC 21 map, field by field, on real records and on INDOMARC as libraries write it."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import marc_samples
from ingest.extract import MarcView
from ingest.mapping import RuleSet
from ingest.mappings.marc21 import RULES, document_id, is_deleted, to_document
from ingest.record import Field, Record
from ingest.source import Rejected, SourceRecord
from search.document import Contributor, Document, OnlineAccess, from_json, to_json
from search.schema import BY_NAME
from tests.support.marc_records import made, mapped, read_file, shared_documents
from tests.support.shared_data import shared

# Perpusnas' printed example (Pedoman pengatalogan): 008 is 42 characters long and "ind" stands at 37.
INDOMARC = (
    "001 INLIS000000000606729",
    "005    $a 20140513101010",
    "006 m####",
    "008 140513s########jki#####g######z######ind##",
    "020 ## $a 979-407-096-3",
    "035 ## $a 0010-0514000291",
    "082 04 $a 808.87 $2 [23]",
    "084 ## $a 808.87 ISK a",
    "100 1# $a Iskandar, N.St. $q (Nur Sutan), $d 1893-1975, $e pengarang",
    "245 10 $a Abu Nawas / $c N.St. Iskandar ; ilustrator, B. Margono.",
    "264 #1 $a Jakarta : $b PT Balai Pustaka, $c [2014]",
    "300 ## $a 1 CD-ROM",
    "336 ## $a program komputer",
    "650 #4 $a Cerita lucu $z Indonesia",
    "700 0# $a B. Margono, $e ilustrator dan penyunting",
    "700 0# $a Sari, $e juru ketik",
)


def test_indomarc_record_field_by_field() -> None:
    document = mapped(*INDOMARC)
    assert document.id == "kota.INLIS000000000606729"
    fields = {name: values for name, values in document.fields.items() if name != "work"}
    assert fields == {
        "title": ("Abu Nawas",),
        "contributor": ("Iskandar, N.St. (Nur Sutan)", "B. Margono", "Sari"),
        "responsibility": ("N.St. Iskandar ; ilustrator, B. Margono",),
        "format": ("software",),
        "year": ("2014",),
        "material_type": ("electronic",),
        "subject": ("Cerita lucu -- Indonesia",),
        "topic": ("Cerita lucu",),
        "language": ("ind",),
        "dewey_class": ("800",),
        "place": ("Indonesia",),
        "publisher": ("Balai Pustaka",),
        "publication_place": ("Jakarta",),
        "country": ("io",),
        "physical": ("1 CD-ROM",),
        "content_type": ("cop",),
        "isbn": ("9789794070963", "9794070963"),
        "call_number": ("808.87 ISK a",),
        "dewey": ("808.87",),
        "control_number": ("INLIS000000000606729",),
        "added": ("2014-05-13",),
        "source": ("kota",),
    }
    assert document.contributors == (
        Contributor("Iskandar, N.St. (Nur Sutan)", ("aut",), "person", True),
        Contributor("B. Margono", ("ill", "edt"), "person"),
        Contributor("Sari", ("juru ketik",), "person"),
    )


def test_slims_export_without_leader_and_008() -> None:
    document = mapped(
        "005    $a 20140513",
        "020    $a 0125-9989",
        "041    $a id",
        "084    $a 297.1 QUR t",
        "245    $a Tafsir $b kajian $h [Text]",
        "260    $a Bandung $b Mizan $c Cet. 3, 2008",
        "300    $a xii, 320 hlm.",
        leader=" " * 24,
    )
    assert document.title == "Tafsir : kajian"
    assert document.values("issn") == ("0125-9989",)
    assert "isbn" not in document.fields
    assert [document.first(name) for name in ("language", "year", "format", "dewey", "dewey_class", "call_number")] == [
        "ind", "2008", "book", "297.1", "200", "297.1 QUR t",
    ]  # fmt: skip


def test_id_of_a_record_without_number_stays_the_same() -> None:
    fields = ("245 10 $a Laut", "264  1 $a Bitung : $b Kota, $c 2014.")
    first, again = mapped(*fields, "500    $a x"), mapped(*fields, "500    $a y")
    assert first.id == again.id
    assert first.id.startswith("kota.h")
    assert len(first.id) == len("kota.h") + 12
    assert mapped("245 10 $a Ikan").id != first.id


@pytest.mark.parametrize(
    ("number", "id"),
    [("  ab12 ", "kota.ab12"), ("a/b?c#d", "kota.a-b-c-d-7fa83d22"), ("(OCoLC)12", "kota.-OCoLC-12-40e66d0d")],
)
def test_id_is_safe_in_a_path(number: str, id: str) -> None:
    assert mapped(f"001 {number}", "245    $a Laut").id == id


def test_records_whose_numbers_differ_in_unsafe_characters_are_two_documents() -> None:
    assert mapped("001 OPAC 12", T).id != mapped("001 OPAC/12", T).id


def test_id_comes_from_035_where_001_is_missing() -> None:
    record = made("035    $a 0010-0514000291", "245    $a Laut")
    assert document_id(record, "kota") == "kota.0010-0514000291"


def test_deleted_record_says_so() -> None:
    assert is_deleted(made("001 1", leader="00000dam a2200000 i 4500"))
    assert not is_deleted(made("001 1"))


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        (["245 10 $a Laut : $b kisah / $c Ana."], "Laut : kisah"),
        (["245 10 $a Laut $b kisah"], "Laut : kisah"),
        (["245 10 $a Laut $h [sumber elektronik] : $b kisah"], "Laut : kisah"),
        (["245 10 $a Laut. $n Jilid 2, $p Karang /"], "Laut. Jilid 2, Karang"),
        (["245 10 $a Laut $n 2 $p Karang"], "Laut. 2. Karang"),
        (["245 10 $a Laut = $b Sea"], "Laut = Sea"),
        (["245 00 $f 1945-1950"], "1945-1950"),
        (["245    $a", "246    $a Judul sampul"], "Judul sampul"),
        (["240    $a Seragam", "773    $t Induk"], "Seragam"),
        (["773    $t Induk"], "Induk"),
        (["245 Judul tanpa subruas"], "Judul tanpa subruas"),
    ],
)
def test_title(fields: list[str], title: str) -> None:
    assert mapped(*fields).title == title


@pytest.mark.parametrize(
    ("fields", "title", "statement"),
    [
        (["245 10 $a Laut / Ana Wijaya.", "100 1  $a Wijaya, Ana"], "Laut", "Ana Wijaya"),
        (["245 10 $a Laut : $b kisah / Ana", "700 0  $a Ana"], "Laut : kisah", "Ana"),
        (["245 10 $a Laut : kisah / oleh Ana ; penerjemah, Budi"], "Laut : kisah", "oleh Ana ; penerjemah, Budi"),
        (["245 10 $a Laut /oleh Ana"], "Laut", "oleh Ana"),
        (["245 10 $a Laut / Ana $c Ana Wijaya"], "Laut", "Ana Wijaya"),
        (["245 10 $a Hak dan / atau wajib / Ana", "100 0  $a Ana"], "Hak dan / atau wajib", "Ana"),
        (["245 10 $a Laporan / Dinas Perikanan", "710 2  $a Bitung. $b Dinas Perikanan"], "Laporan", "Dinas Perikanan"),
        (["245 10 $a Undang-undang / Indonesia", "110 1  $a Indonesia"], "Undang-undang", "Indonesia"),
        (["245 10 $a Laut / Prof. Dr. H. Ana", "100 0  $a Ana"], "Laut", "Prof. Dr. H. Ana"),
        (["245 10 $a Laut / alih bahasa, Budi"], "Laut", "alih bahasa, Budi"),
        (["245 10 $a laut / oleh ana"], "laut", "oleh ana"),
        (["245 10 $a Laut / oleh Ana, S.Pd. $c Ana"], "Laut", "oleh Ana, S.Pd"),
        (["245 10 $a Laut / by Ana $c illustrated by Budi"], "Laut", "by Ana illustrated by Budi"),
        # A stroke of the title's own.
        (["245 10 $a Decay of J / psi", "100 0  $a Ana"], "Decay of J / psi", ""),
        (["245 10 $a Air / sumber : $b kajian", "100 0  $a Sumber"], "Air / sumber : kajian", ""),
        (
            ["245 10 $a Spesialis / tenaga di Dinas Kota", "710 2  $a Dinas Kota"],
            "Spesialis / tenaga di Dinas Kota",
            "",
        ),
        (["245 10 $a Siang / malam / $c Ana", "100 0  $a Ana"], "Siang / malam", "Ana"),
        (["245 10 $a Hitam / putih", "100 1  $a Putih, Ana"], "Hitam / putih", ""),
        (["245 10 $a Rumah / by the sea"], "Rumah / by the sea", ""),
        (
            ["245 10 $a Inggris-Indonesia / Indonesia-Inggris", "710 1  $a Indonesia. $b Kementerian Agama"],
            "Inggris-Indonesia / Indonesia-Inggris",
            "",
        ),
        (["245 10 $a Laporan / Bitung dalam angka", "110 1  $a Bitung"], "Laporan / Bitung dalam angka", ""),
    ],
)
def test_a_statement_of_responsibility_in_the_title_is_none_of_it(
    fields: list[str], title: str, statement: str
) -> None:
    document = mapped(*fields)
    assert (document.title, document.first("responsibility")) == (title, statement)


def test_a_title_made_of_strokes_is_not_looked_at_without_end() -> None:
    title = "a / b " * 5_000 + "/ oleh Ana"
    assert mapped(f"245 10 $a {title}").title == title


def test_a_record_without_number_keeps_its_id_where_its_title_holds_the_statement() -> None:
    record = made("245 10 $a Laut /oleh Ana $h x")
    document = to_document(record, "kota")
    assert isinstance(document, Document)
    assert document.id == document_id(record, "kota")


def test_two_records_are_one_work_where_one_has_the_statement_in_its_title() -> None:
    rest = ("020    $a 9786024246945", "100 0  $a Ana", "264  1 $c 2017")
    assert (
        mapped("245 10 $a Laut / Ana", *rest).fields["work"] == mapped("245 10 $a Laut / $c Ana", *rest).fields["work"]
    )


def test_record_without_any_title_is_rejected() -> None:
    rejected = to_document(made("001 1", "500    $a x"), "kota")
    assert isinstance(rejected, Rejected)
    assert rejected.code == "no_title"


T = "245 10 $a T"


@pytest.mark.parametrize(
    ("name", "fields", "values"),
    [
        ("year", ["264  4 $c c2010", "264  1 $c 2011"], ("2011",)),
        ("year", ["260    $c [s.a.]", "008 140513s2009    io "], ("2009",)),
        ("year", ["260    $c 201-?"], ("2010",)),
        ("year", ["260    $c 201-?", "264  4 $c 2013"], ("2013",)),
        ("year", ["264  0 $c 2016"], ("2016",)),
        ("year", ["260    $c 1440 H."], ("2019",)),
        ("published", ["260    $c 1440 H."], ("1440 H.",)),
        ("published", ["260    $c 1440 H / 2018 M"], ()),
        ("published", ["260    $c Cet. ke-3, 2010"], ()),
        ("published", ["260    $c <2000->"], ("<2000–>",)),
        ("published", ["260    $c 19uu-"], ("19uu-",)),
        ("published", ["260    $c 1998M-2000M"], ("1998M-2000M",)),
        ("year", ["008 140513s19uu    io "], ()),
        ("language", ["041 0  $a engind $a jav"], ("eng", "ind", "jav")),
        ("language", ["041 0  $a zxx"], ()),
        ("language", ["041 1  $a ind $h eng"], ("ind",)),
        ("language", ["041 0  $a scr $a msa $a qqq"], ("hrv", "may", "qqq")),
        ("language", ["041 0  $a Sangir"], ()),
        ("language", ["041 0  $a Bahasa Sangir $a Tonsea $a Manado $a Toraja $a Bilingual"], ()),
        ("language", ["041 0  $a Indonesia, Inggris"], ("ind", "eng")),
        ("language", ["041 0  $a Bahasa Indonesia dan Inggris"], ("ind", "eng")),
        ("language", ["041 0  $a Arab dan Latin"], ("ara",)),
        ("language", ["041 0  $a German & Jawa Kuno; bahasa Bugis"], ("ger", "kaw", "bug")),
        ("language", ["041 0  $a engqqq"], ()),
        ("language", ["041 0  $a eng dan"], ("eng", "dan")),
        ("isbn", ["020    $a 979-407-096-3/978-602-424-694-5"], ("9789794070963", "9794070963")),
        ("title", ["245 14 $a \x98The \x9csea : $b \x88a \x89view"], ("The sea : a view",)),
        ("language_original", ["041 1  $a ind $h eng"], ("eng",)),
        ("subject", ["650  0 $a Reefs.", "650  7 $a Terumbu $2 fast"], ("Reefs",)),
        ("subject", ["650  7 $a Terumbu $2 fast"], ("Terumbu",)),
        ("subject", ["650  7 $a Terumbu karang $2 perpusnas"], ("Terumbu karang",)),
        ("subject", ["653    $a laut; ikan"], ("laut", "ikan")),
        ("subject", ["650  4 $a Laut", "653    $a ikan"], ("Laut",)),
        ("subject", ["600 14 $a Hatta, Mohammad, $d 1902-1980 $x Biografi."], ("Hatta, Mohammad, 1902-1980 -- Biografi",)),
        ("subject", ["690    $a Minahasa"], ("Minahasa",)),
        ("summary", ["520    $a <p>Laut &amp; <i>ikan</i>.<br>Garam</p>"], ("Laut & ikan. Garam",)),
        ("summary", ["520    $a <p>&nbsp;</p>"], ()),
        ("summary", ["520    $a 10<sup>20</sup> m"], ("10²⁰ m",)),
        ("contents", ["505 00 $t H<sub>2</sub>O / $r Ana"], ("H2O / Ana",)),
        ("note", ["500    $a Terbit <2000-> & lagi"], ("Terbit <2000-> & lagi",)),
        ("note", ["650  0 $a Reefs", "650  7 $a Reefs $2 fast", "650  2 $a Anthozoa"], ("Anthozoa",)),
        ("note", ["500    $a Catatan", "650  4 $a Laut", "653    $a ikan"], ("Catatan", "ikan")),
        ("genre", ["655  7 $a Novel. $2 lcgft", "655  7 $a Fiksi $2 fast", "650  0 $a Laut $v Fiction."], ("Novel", "Fiction")),
        ("genre", ["655  7 $a Fiksi $2 fast"], ("Fiksi",)),
        ("genre", ["655  7 $a Laws. $2 lcgft", "655  7 $a Documents législatifs. $2 rvmgf"], ("Laws",)),
        ("place", ["651  4 $a Bitung", "650  4 $a Laut $z Indonesia $z Sulawesi Utara"], ("Indonesia", "Sulawesi Utara", "Bitung")),
        ("era", ["648  4 $a 1945-1950", "650  4 $a Sejarah $y Abad 20"], ("1945-1950", "Abad 20")),
        ("series", ["490 1  $a Seri laut ; $v 2", "830  0 $a Seri Laut ; $v 2."], ("Seri Laut",)),
        ("series", ["490 0  $a Seri laut ; jil. 2"], ("Seri laut",)),
        ("series", ["490 0  $a [Vellum chart collection ; $v no. 3]"], ("Vellum chart collection",)),
        ("series", ["490 0  $a [Vellum chart collection ; no. 3]"], ("Vellum chart collection",)),
        ("publisher", ["264  1 $b Gramedia ; $b KPG, $c 2014", "264  2 $b Agen"], ("Gramedia", "KPG")),
        ("publisher", ["260    $a [S.l. : $b s.n.]"], ()),
        ("publisher", ["264  0 $b Universitas Sam Ratulangi"], ("Universitas Sam Ratulangi",)),
        ("publication_place", ["260    $a [S.l. : $b s.n.]"], ()),
        ("audience", ["385    $a Remaja $2 lokal", "521    $a Anak"], ("teens",)),
        ("audience", ["521 1  $a Usia 9-12 tahun"], ("children",)),
        ("audience", ["521 2  $a Kelas 10"], ("teens",)),
        ("audience", ["650  1 $a Dolphins"], ("children",)),
        ("audience", ["650  0 $a Dolphins $v Juvenile fiction."], ("children",)),
        ("audience", ["650  0 $a Children $x Diseases"], ()),
        ("audience", ["008 140513s2014    io     d      000 1 ind d"], ("teens",)),
        ("call_number", ["050    $a QL1 $b .A2", "084    $a 591 ANA l", "090    $a 591"], ("591 ANA l", "591", "QL1 .A2")),
        ("call_number", ["084    $a 10.20 $2 bcl"], ()),
        ("dewey", ["082 04 $a 813/.54", "084    $a 808.8 ISK"], ("813.54",)),
        ("dewey", ["082 04 $a [Fic]"], ()),
        ("doi", ["024 7  $a 10.6028/NIST.1 $2 doi", "856 40 $u https://doi.org/10.6028/nist.1"], ("10.6028/nist.1",)),
        ("oclc", ["035    $a (OCoLC)ocm00123", "035    $a (DLC)9"], ("123",)),
        ("lccn", ["010    $a    85-2 "], ("85000002",)),
        ("contents", ["505 00 $t Bab satu / $r Ana -- $t Bab dua."], ("Bab satu / Ana -- Bab dua.",)),
        ("title_other", ["505 00 $t Bab satu / $r Ana -- $t Bab dua."], ("Bab satu", "Bab dua")),
        ("title_other", ["700 12 $a Ana. $t Puisi.", "246    $a Sampul"], ("Sampul", "Puisi")),
        ("thesis", ["502    $b Skripsi $c Universitas Sam Ratulangi $d 2019"], ("Skripsi Universitas Sam Ratulangi 2019",)),
        ("linked_file", ["856 40 $u http://x.id/a/Peta%20Laut.PDF?x=1", "856    $u D:\\\\buku\\\\Ikan.pdf"], ("peta laut.pdf", "ikan.pdf")),
        ("access", ["856 40 $u https://x.id/1"], ("online",)),
        ("access", ["856 42 $u https://x.id/1"], ()),
    ],
)  # fmt: skip
def test_field(name: str, fields: list[str], values: tuple[str, ...]) -> None:
    assert mapped(*(fields if name == "title" else [T, *fields])).values(name) == values


BOOK = "140513s2014    io            000 0 ind d"
LEADERS = {
    kind: f"00000n{kind} a2200000 i 4500"
    for kind in ("am", "as", "aa", "ai", "jm", "im", "cm", "em", "gm", "km", "mm", "tm", "rm")
}


def with_008(position: int, code: str) -> str:
    return "008 " + BOOK[:position] + code + BOOK[position + 1 :]


@pytest.mark.parametrize(
    ("kind", "fields", "formats"),
    [
        ("am", [], {"book"}),
        ("am", [with_008(23, "o")], {"ebook"}),
        ("am", ["007 cr |n|"], {"ebook"}),
        ("am", ["006 m     o  d        "], {"ebook"}),
        ("am", ["338    $b cr"], {"ebook"}),
        ("am", ["856 41 $u https://x.id/1"], {"book", "ebook"}),
        ("am", [with_008(23, "d")], {"book", "large_print"}),
        ("am", [with_008(23, "f")], {"book", "braille"}),
        ("am", ["300    $a 3 jilid Braille"], {"book", "braille"}),
        ("am", ["250    $a Edisi braille"], {"book", "braille"}),
        ("am", ["007 hd afv"], {"book", "microform"}),
        ("am", ["502    $b Skripsi"], {"thesis"}),
        ("tm", ["502    $b Skripsi"], {"thesis"}),
        ("tm", [], {"manuscript"}),
        ("as", [with_008(21, "p")], {"journal"}),
        ("as", [with_008(21, "n")], {"newspaper"}),
        ("aa", [], {"article"}),
        ("ai", [with_008(21, "d")], {"database"}),
        ("ai", [with_008(21, "w")], {"website"}),
        ("jm", ["007 sd fsngnn"], {"music"}),
        ("im", ["336    $b spw"], {"audiobook"}),
        ("im", [], {"audio"}),
        ("cm", [], {"score"}),
        ("em", [], {"map"}),
        ("gm", [with_008(33, "v")], {"video"}),
        ("gm", [with_008(33, "s")], {"image"}),
        ("km", [], {"image"}),
        ("mm", [with_008(26, "b")], {"software"}),
        ("mm", [with_008(26, "d"), "007 cr |n|"], {"ebook"}),
        ("rm", [], {"other"}),
        ("am", ["245 10 $a T $h [rekaman suara]"], {"audio"}),
    ],
)
def test_format(kind: str, fields: list[str], formats: set[str]) -> None:
    assert (
        set(
            mapped(
                *(fields if any(f.startswith("245") for f in fields) else [T, *fields]), leader=LEADERS[kind]
            ).values("format")
        )
        == formats
    )


@pytest.mark.parametrize(
    ("field", "link"),
    [
        ("856 40 $u https://x.id/1 $z Baca", OnlineAccess("https://x.id/1", "Baca")),
        ("856 40 $u www.perpus.go.id/a $z Baca", OnlineAccess("http://www.perpus.go.id/a", "Baca")),
        ("856 42 $u https://x.id/1 $3 Daftar isi", OnlineAccess("https://x.id/1", "Daftar isi", "related")),
        ("856 4  $u https://x.id/1 $3 Sampul", OnlineAccess("https://x.id/1", "Sampul", "cover")),
        ("856 42 $u https://x.id/1.jpg", OnlineAccess("https://x.id/1.jpg", "", "cover")),
        (
            "856 41 $u https://x.id/1 $3 Table of contents",
            OnlineAccess("https://x.id/1", "Table of contents", "related"),
        ),
        ("856 40 $u https://x.id/1 $3 Table of contents", OnlineAccess("https://x.id/1", "Table of contents", "read")),
        ("856 40 $u https://x.id/1 $7 0", OnlineAccess("https://x.id/1", "", "read", "open")),
        ("856 40 $u https://x.id/1 $7 1", OnlineAccess("https://x.id/1", "", "read", "login")),
        (
            "856 40 $u https://x.id/1 $z Hanya untuk anggota",
            OnlineAccess("https://x.id/1", "Hanya untuk anggota", "read", "login"),
        ),
        (
            "856 40 $u https://x.id/1 $z Baca di tempat",
            OnlineAccess("https://x.id/1", "Baca di tempat", "read", "onsite"),
        ),
    ],
)
def test_link(field: str, link: OnlineAccess) -> None:
    assert mapped(T, field).links == (link,)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "peta.pdf", "", "http://" + "a" * 3000]
)
def test_other_schemes_are_no_links(url: str) -> None:
    assert mapped(T, f"856 40 $u {url}").links == ()


def test_several_addresses_in_a_field_are_several_links_and_the_record_says_who_may_open_them() -> None:
    document = mapped(T, "506 0  $a Akses terbuka $2 star", "856 40 $u https://x.id/1 $u ftp://x.id/2")
    assert [(link.url, link.access) for link in document.links] == [
        ("https://x.id/1", "open"),
        ("ftp://x.id/2", "open"),
    ]


def test_roles_of_one_person_are_gathered() -> None:
    document = mapped(
        T, "100 1  $a Ana, $d 1970- $e penulis", "700 1  $a Ana $4 http://id.loc.gov/vocabulary/relators/ill", "710 2  $a Kota. $b Dinas"
    )  # fmt: skip
    assert document.contributors == (
        Contributor("Ana", ("aut", "ill"), "person", True),
        Contributor("Kota. Dinas", (), "corporate"),
    )


@pytest.mark.parametrize(
    ("field", "parts"),
    [
        ("650 #4 $a Sejarah -- Indonesia", {"topic": ("Sejarah",), "place": ("Indonesia",)}),
        (
            "650 #4 $a Pendidikan - Sejarah - Kabupaten Minahasa",
            {"topic": ("Pendidikan", "Sejarah"), "place": ("Kabupaten Minahasa",)},
        ),
        ("650 #0 $a Storms--Texas.", {"topic": ("Storms",), "place": ("Texas",)}),
        (
            "650 #4 $a INDONESIA -- Sejarah -- 1945-1950",
            {"topic": ("Sejarah",), "place": ("INDONESIA",), "era": ("1945-1950",)},
        ),
        ("650 #4 $a Nelayan -- Girian (Bitung)", {"topic": ("Nelayan",), "place": ("Girian (Bitung)",)}),
        ("653 ## $a Sulawesi Utara", {"place": ("Sulawesi Utara",)}),
        # None of these is parted, or a place.
        ("650 #0 $a China", {"topic": ("China",)}),
        ("650 #4 $a Batik (Indonesia)", {"topic": ("Batik (Indonesia)",)}),
        ("650 #4 $a Perang Dunia II, 1939 - 1945", {"topic": ("Perang Dunia II, 1939 - 1945",)}),
        ("650 #4 $a Komputer -- Kamus", {"topic": ("Komputer", "Kamus")}),
        ("650 #4 $a Kamus Arab - Indonesia", {"topic": ("Kamus Arab - Indonesia",)}),
        ("650 #4 $a Bahasa Inggris - Kamus - Indonesia", {"topic": ("Bahasa Inggris - Kamus - Indonesia",)}),
        ("650 #4 $a Hubungan Indonesia - Malaysia", {"topic": ("Hubungan Indonesia - Malaysia",)}),
        ("650 #4 $a Piano -- Solo", {"topic": ("Piano", "Solo")}),
        ("653 ## $a Negara Islam", {"topic": ("Negara Islam",)}),
    ],
)
def test_places_and_times_typed_into_a_heading_are_told_from_topics(
    field: str, parts: dict[str, tuple[str, ...]]
) -> None:
    found = mapped("245 10 $a T", field).fields
    assert {name: found[name] for name in ("topic", "place", "era") if name in found} == parts


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("htp://repo.kota.go.id/a.pdf", "http://repo.kota.go.id/a.pdf"),
        ("http//repository.unima.ac.id/123", "http://repository.unima.ac.id/123"),
        ("https:/repository.unima.ac.id/123", "https://repository.unima.ac.id/123"),
        ("http:// repository.unima.ac.id/123", "http://repository.unima.ac.id/123"),
        ("http:\\\\repository.unima.ac.id/123", "http://repository.unima.ac.id/123"),
        ("http://https://repository.unima.ac.id/123", "https://repository.unima.ac.id/123"),
        ("repository.unima.ac.id/handle/1", "http://repository.unima.ac.id/handle/1"),
    ],
)
def test_an_address_with_a_slip_in_its_scheme_is_a_link(typed: str, meant: str) -> None:
    (link,) = mapped("245 10 $a T", f"856 40 $u {typed}").links
    assert link.url == meant


@pytest.mark.parametrize(
    "text", ["buku.pdf", "C:\\buku\\a.pdf", "javascript:alert(1)", "httpd.conf", "http://", "lihat rak 3"]
)
def test_what_is_no_address_is_no_link(text: str) -> None:
    assert mapped("245 10 $a T", f"856 40 $u {text}").links == ()


def test_a_role_typed_after_a_name_is_no_part_of_it() -> None:
    document = mapped(
        T, "100 0  $a Ana (Pengarang)", "700 0  $a Ana, (ed. & ilustrator)", "700 0  $a Sting (Musician)",
        "710 2  $a Pustaka (Firm)", "710 1  $a Springfield (Ill.). $b Dinas Perikanan", "711 2  $a Kongres (Editor)",
    )  # fmt: skip
    assert document.contributors == (
        Contributor("Ana", ("aut", "edt", "ill"), "person", True),
        Contributor("Sting (Musician)", (), "person"),
        Contributor("Pustaka (Firm)", (), "corporate"),
        Contributor("Springfield (Ill.). Dinas Perikanan", (), "corporate"),
        Contributor("Kongres (Editor)", (), "meeting"),
    )


@pytest.mark.parametrize(
    ("term", "code"),
    [
        ("pembimbing I", "ths"),
        ("Pembimbing 2", "ths"),
        ("ketua penguji", "opn"),
        ("penerj.", "trl"),
        ("ko-promotor", "dgs"),
    ],
)
def test_who_had_a_part_in_a_thesis_is_told(term: str, code: str) -> None:
    (contributor,) = mapped(T, f"700 0  $a Ana $e {term}").contributors
    assert contributor.roles == (code,)


def test_fingerprint_changes_with_the_record_only() -> None:
    first = mapped(T, "500    $a x")
    assert first.fingerprint == mapped(T, "500    $a x").fingerprint
    assert first.fingerprint != mapped(T, "500    $a y").fingerprint
    assert len(first.fingerprint) == 32


OPEN_LIBRARY = "data/marc/openlibrary/bin_input__"


def test_japanese_record_keeps_facets_romanised() -> None:
    (document,) = shared_documents(OPEN_LIBRARY + "880_Nihon_no_chasho.mrc")
    assert document.title == "Nihon no chasho"
    assert document.values("title_other") == ("日本 の 茶書",)
    assert document.values("contributor") == ("Hayashiya, Tatsusaburō", "Yokoi, Kiyoshi", "Narabayashi, Tadao")
    assert "横井 清" in document.values("responsibility")
    assert document.values("publisher") == ("Heibonsha",)
    assert document.values("series") == ("Tōyō bunko",)
    assert document.values("note") == ("Includes index in v.2.", "平凡社", "東洋 文庫")
    assert (document.vernacular[0].field, document.vernacular[0].text) == ("title", "日本 の 茶書")
    assert not any(item.right_to_left for item in document.vernacular)


def test_arabic_record_runs_from_right_to_left() -> None:
    (document,) = shared_documents(OPEN_LIBRARY + "880_arabic_french_many_linkages.mrc")
    assert all(item.right_to_left for item in document.vernacular)
    assert len(document.vernacular) == 10
    assert document.values("language") == ("ara", "fre")
    assert document.values("era") == ("18th century", "20th century", "1516-1830", "Ottoman Empire, 1288-1918")


def test_publisher_only_in_hebrew_script_is_the_publisher() -> None:
    (document,) = shared_documents(OPEN_LIBRARY + "880_publisher_unlinked.mrc")
    assert (document.values("publisher"), document.values("publication_place")) == (("כנרת",), ("אור יהודה",))
    assert document.values("audience") == ("children",)


REAL: list[tuple[str, int, dict[str, tuple[str, ...]]]] = [
    ("psu/cartographic.mrc", 0, {
        "format": ("map",), "year": ("1940",), "language": ("ger",), "call_number": ("G7431.R1 1940 .G4",),
        "place": ("Turkey", "Bosporus (Turkey)", "Istanbul (Turkey)", "Ïzmit Region (Turkey)"), "genre": ("Maps",)}),
    ("evergreen/jazz_1k.mrc.gz", 0, {"format": ("music",), "title": ("Friendly fire",), "subject": ("Saxophone with jazz ensemble",)}),
    ("file_marc_php/sandburg.mrc", 0, {
        "audience": ("children",), "dewey": ("811.52",), "dewey_class": ("800",), "edition": ("1st ed.",),
        "isbn": ("9780152038656", "0152038655"), "lccn": ("92005291",)}),
    ("psu/format_newspaper.mrc", 0, {"format": ("microform", "newspaper")}),
    ("psu/format_article.mrc", 0, {"format": ("article",), "doi": ("10.1111/medu.13781",), "access": ("online",)}),
    ("openlibrary/bin_input__ithaca_two_856u.mrc", 0, {
        "format": ("journal",), "year": ("1949",), "issn": ("0068-1075",), "genre": ("Periodicals", "Statistics")}),
    ("gpo_collections/Jan6_Committee__investigate_jan_06.mrc", 0, {
        "format": ("ebook",), "year": ("2021",), "oclc": ("1258029097",), "publisher": ("U.S. Government Publishing Office",),
        "linked_file": ("crpt-117hrpt74.pdf",), "call_number": ("KF32 .R8 2021t", "Y 1.1/8:117-74")}),
    ("gpo_subsets/gpo_indonesia_malaysia_topic.mrc", 151, {
        "language": ("ind",), "format": ("ebook",), "linked_file": ("swm_guidepackage_ind.pdf",),
        "title_uniform": ("Best practices for solid waste management. Indonesian",),
        "genre": ("Handbooks and manuals", "Handbooks, manuals, etc.")}),
    ("gpo_collections/Updating_Databases__DATABASES_RECORD_SET_20240612.mrc.gz", 0, {"format": ("database",), "title": ("PLANTS database",)}),
    ("marc_charset/hebrew1.marc", 0, {"language": ("heb",), "title": ("Gag : biṭʼon Igud kelali shel sofrim be-Yiśraʼel",)}),
    ("psu/sample_psucat.mrc.gz", 16, {"format": ("thesis",)}),
    ("psu/sample_psucat.mrc.gz", 104, {"format": ("video",)}),
    ("psu/sample_psucat.mrc.gz", 135, {"format": ("score",), "title": ("Klavierquintett C-Dur",)}),
    ("psu/sample_psucat.mrc.gz", 2, {"title": ("Meri : roman",), "format": ("book",)}),
]  # fmt: skip


@pytest.mark.parametrize(("file", "number", "expected"), REAL)
def test_real_record(file: str, number: int, expected: dict[str, tuple[str, ...]]) -> None:
    document = shared_documents("data/marc/" + file)[number]
    assert {name: document.values(name) for name in expected} == expected


def samples() -> list[SourceRecord]:
    names = (
        "openlibrary/bin_input__880_arabic_french_many_linkages.mrc", "psu/format_502_thesis.mrc", "psu/cartographic.mrc",
        "file_marc_php/sandburg.mrc", "openlibrary/bin_input__ithaca_two_856u.mrc", "marc_charset/cjk1.marc",
    )  # fmt: skip
    found = [item for name in names for item in read_file(shared("data/marc") / name)]
    return [*(item for item in found if isinstance(item, SourceRecord)), made(*INDOMARC)]


def _to_control(field: Field) -> Field:
    return Field(field.tag, data=field.data or "".join(value for _, value in field.subfields))


def _to_data(field: Field) -> Field:
    return Field(field.tag, "# ", (("a", field.data or field.get("a")), ("", "x")))


def _emptied(field: Field) -> Field:
    return Field(field.tag, field.indicators)


def _shortened(field: Field) -> Field:
    shorter = [(code, value[: len(value) // 2]) for code, value in field.subfields]
    return Field(field.tag, field.indicators, shorter, field.data[: len(field.data) // 2])


DAMAGES: list[Callable[[Field], Field]] = [_to_control, _to_data, _emptied, _shortened]


@pytest.fixture(scope="module")
def real() -> list[SourceRecord]:
    return samples()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mapping_never_raises_on_a_spoilt_record(real: list[SourceRecord], data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(real))
    fields = data.draw(st.lists(st.sampled_from(source.record.fields), max_size=40))  # deleted, doubled, shuffled
    damages = data.draw(st.lists(st.sampled_from([None, *DAMAGES]), min_size=len(fields), max_size=len(fields)))
    spoilt = [damage(field) if damage else field for damage, field in zip(damages, fields, strict=True)]
    record = Record(data.draw(st.text(" abcdijmnst#4", min_size=24, max_size=24)), spoilt)
    result = to_document(SourceRecord(source.origin, record, source.raw), "uji")
    if isinstance(result, Document):
        assert from_json(to_json(result)) == result
        assert set(result.fields) <= set(BY_NAME)
        assert all(values and all(values) for values in result.fields.values())
        assert result.title
    else:
        assert result.code == "no_title"


def sample_documents(name: str) -> list[Document]:
    found = [to_document(r, "k") for r in read_file(marc_samples.SAMPLES / name) if isinstance(r, SourceRecord)]
    return [document for document in found if isinstance(document, Document)]


def test_a_podcast_is_no_newspaper() -> None:
    # 008/21 of sound recordings is "music parts", where n means not applicable.
    documents = sample_documents("gpo_music_sound_video.mrc") + sample_documents("gpo_serials.mrc")
    podcasts = [document for document in documents if "podcast" in str(document.fields).lower()]
    assert podcasts
    assert not [document.title for document in podcasts if "newspaper" in document.values("format")]


@pytest.mark.parametrize(
    ("leader", "fields", "formats"),
    [
        ("is", [with_008(21, "n")], {"audio"}),
        ("js", [with_008(21, "n")], {"music"}),
        ("ii", [with_008(21, "n"), "006 s x w o    f|    0"], {"audio", "website"}),
        ("es", ["006 sar n o s  f0    0"], {"map", "newspaper"}),
        ("as", [with_008(21, " "), "006 sdr n      f0    0"], {"newspaper"}),
        ("am", [with_008(21, "n"), "006 s x        f0    0"], {"book", "journal"}),
        ("gs", [with_008(33, "v")], {"video"}),
    ],
)
def test_kind_of_serial_is_read_where_the_record_says_it(leader: str, fields: list[str], formats: set[str]) -> None:
    assert set(mapped(T, *fields, leader=f"00000n{leader} a2200000 i 4500").values("format")) == formats


def test_series_lose_the_brackets_of_the_cataloguer() -> None:
    names = {value for document in sample_documents("gpo_maps.mrc") for value in document.values("series")}
    assert names
    assert not [name for name in names if name.startswith("[") and "]" not in name]


SAMPLE_FILES = sorted(path.name for path in marc_samples.SAMPLES.iterdir() if path.suffix in (".mrc", ".xml"))


@pytest.mark.parametrize("name", SAMPLE_FILES)
def test_rules_left_out_for_what_a_record_lacks_would_find_nothing(name: str) -> None:
    asked, all_asked = RuleSet(RULES), RuleSet(replace(rule, tags=frozenset()) for rule in RULES)
    records = [item.record for item in read_file(marc_samples.SAMPLES / name) if isinstance(item, SourceRecord)]
    assert records
    for record in records:
        assert asked.apply(MarcView(record)) == all_asked.apply(MarcView(record))


def test_country_stands_in_the_008_that_says_something() -> None:
    stub = "008 00                                 eng  "
    found = mapped("001 1", stub, "008 750810d18281828enkar         0   a0eng d", "245 00 $a The bijou")
    assert (found.values("country"), found.values("added")) == (("xxk",), ("1975-08-10",))


class _Watched(dict[str, list[Field]]):
    """Fields by tag, with the tags that were asked for."""

    def __init__(self, fields: dict[str, list[Field]], asked: set[str]) -> None:
        super().__init__(fields)
        self._asked = asked

    def __getitem__(self, tag: str) -> list[Field]:
        self._asked.add(tag)
        return super().__getitem__(tag)

    def get(self, tag: str, default: Any = None) -> Any:
        self._asked.add(tag)
        return super().get(tag, default)


def everything() -> list[SourceRecord]:
    items = [item for path in sorted(marc_samples.SAMPLES.rglob("*.mrc")) for item in read_file(path)]
    return [made(*INDOMARC), *(item for item in items if isinstance(item, SourceRecord))]


def test_rules_read_no_other_tags_than_they_name() -> None:
    asked: set[str] = set()
    for source in everything():
        view = MarcView(source.record)
        view.fields = _Watched(view.fields, asked)
        RuleSet(RULES).apply(view)
    assert "245" in asked
    assert asked <= RuleSet(RULES).tags


def test_a_record_maps_alike_whether_its_fields_are_made_before_or_when_asked_for() -> None:
    for source in everything():
        made = [Field(f.tag, f.indicators, f.subfields, f.data) for f in source.record.fields]
        whole = replace(source, record=Record(source.record.leader, made))
        assert to_document(whole, "uji") == to_document(source, "uji")


def test_many_titles_in_two_scripts_do_not_hold_up_a_load() -> None:
    fields = [f"245 10 $6 880-01 $a Serat $c Ana {number}" for number in range(2_400)]
    fields += [f"880 10 $6 245-01 $a Serat $c Raden {number}" for number in range(2_400)]
    record = made(*fields)
    began = time.process_time()
    to_document(record, "kota")
    assert time.process_time() - began < 1.5  # where each was compared with each: 4 s


def test_many_related_records_and_long_notes_do_not_hold_up_a_load() -> None:
    notes = [f"580    $a {'Bergabung. ' * 150}{number}" for number in range(2_400)]
    record = made("245 10 $a Warta", *(f"785 17 $t Warta {number}" for number in range(2_400)), *notes)
    began = time.process_time()
    to_document(record, "kota")
    assert time.process_time() - began < 2  # where each title was looked for in all notes: 4 s
