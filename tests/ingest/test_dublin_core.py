"""Dublin Core of the repositories that Indonesian libraries run, as MARC."""

import io

import pymarc
import pytest

from ingest.mappings.marc21 import to_document
from ingest.readers import dublin_core, marcxml
from ingest.record import Field, to_pymarc
from ingest.source import Origin, Rejected, SourceRecord, UnreadRecord
from search.document import Document
from tests.support.oai_server import sample_records

# As `detail.inc.php` of SLiMS 9 writes it: empty elements, terms beyond the fifteen, notes with markup.
SLIMS = """
<dc:title><![CDATA[Laskar pelangi :]]></dc:title><dc:creator><![CDATA[Hirata, Andrea]]></dc:creator>
<dc:publisher><![CDATA[Bentang Pustaka]]></dc:publisher><dc:date><![CDATA[2008]]></dc:date>
<dc:hasVersion><![CDATA[Cet. 3]]></dc:hasVersion><dc:language><![CDATA[Indonesia]]></dc:language>
<dc:medium><![CDATA[Text]]></dc:medium><dc:format><![CDATA[Text]]></dc:format>
<dc:extent><![CDATA[xviii, 534 hlm.; 20,5 cm]]></dc:extent><dc:isPartOf><![CDATA[Tetralogi]]></dc:isPartOf>
<dc:description><![CDATA[<p>Sepuluh anak&nbsp;di Belitung.&#27;</p>]]></dc:description>
<dc:abstract><![CDATA[<p>Sepuluh anak&nbsp;di Belitung.&#27;</p>]]></dc:abstract>
<dc:subject><![CDATA[Fiksi Indonesia]]></dc:subject><dc:subject><![CDATA[899.221 3]]></dc:subject>
<dc:subject><![CDATA[899.221]]></dc:subject>
<dc:identifier><![CDATA[http://perpus.example:80/index.php?p=show_detail&id=12]]></dc:identifier>
<dc:identifier><![CDATA[9789793062792]]></dc:identifier><dc:identifier><![CDATA[899.221 HIR l]]></dc:identifier>
<dc:hasPart><![CDATA[B00017]]></dc:hasPart><dc:hasPart><![CDATA[B00018]]></dc:hasPart>
<dc:relation><![CDATA[laskar+pelangi.jpg]]></dc:relation><dc:coverage></dc:coverage>
"""
DSPACE = """
<dc:title>Pengaruh air laut terhadap beton</dc:title><dc:creator>Sari, Dewi</dc:creator>
<dc:contributor>Universitas Sam Ratulangi</dc:contributor><dc:subject>beton; air laut</dc:subject>
<dc:date>2021-03-04T02:11:09Z</dc:date><dc:date>2021-03-04T02:11:09Z</dc:date><dc:date>2019-07</dc:date>
<dc:type>Thesis</dc:type><dc:format>application/pdf</dc:format><dc:language>in_ID</dc:language>
<dc:identifier>http://hdl.handle.net/123456789/77</dc:identifier>
<dc:rights>info:eu-repo/semantics/openAccess</dc:rights>
"""
OJS = """
<dc:title>Arus di Selat Lembeh</dc:title><dc:creator>Ahmad</dc:creator><dc:publisher>Unsrat</dc:publisher>
<dc:date>2020-12-31</dc:date><dc:type>info:eu-repo/semantics/article</dc:type>
<dc:type>info:eu-repo/semantics/publishedVersion</dc:type><dc:type>Peer-reviewed Article</dc:type>
<dc:format>application/pdf</dc:format><dc:identifier>https://jurnal.example/article/view/5</dc:identifier>
<dc:identifier>10.35800/jplt.8.2.2020.5</dc:identifier><dc:source>Jurnal Pesisir; Vol 8 No 2 (2020); 1-10</dc:source>
<dc:source>2337-4403</dc:source><dc:language>ind</dc:language>
<dc:rights>Hak cipta (c) 2020 Ahmad</dc:rights><dc:rights>https://creativecommons.org/licenses/by/4.0</dc:rights>
"""


def unread(elements: str, identifier: str = "oai:uji/12") -> UnreadRecord:
    spaces = 'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    data = f"<oai_dc:dc {spaces}>{elements}</oai_dc:dc>".encode()
    return UnreadRecord(Origin("http://perpus.example/oai.php", 3), "oai_dc", data, oai_identifier=identifier)


def read(elements: str) -> SourceRecord:
    found = dublin_core.read_one(unread(elements))
    assert isinstance(found, SourceRecord)
    return found


def line(field: Field) -> str:
    return f"{field.tag} {field.indicators} {field.data}" + "".join(f"${code} {text}" for code, text in field.subfields)


def lines(elements: str, *tags: str) -> list[str]:
    return [line(field) for field in read(elements).record.fields if field.tag in tags]


def mapped(elements: str) -> Document:
    found = to_document(read(elements), "kota")
    assert isinstance(found, Document)
    return found


def test_a_book_of_slims_has_its_marc_fields() -> None:
    assert lines(SLIMS, "001", "020", "041", "082", "084", "245", "250", "260", "300", "490", "700") == [
        "001  oai:uji/12",
        "020    $a 9789793062792",
        "041    $a ind",
        "082    $a 899.221",
        "084    $a 899.221 HIR l",
        "245 00 $a Laskar pelangi$h [Text]",
        "250    $a Cet. 3",
        "260    $b Bentang Pustaka$c 2008",
        "300    $a xviii, 534 hlm.; 20,5 cm",
        "490 0  $a Tetralogi",
        "700 1  $a Hirata, Andrea$4 aut",
    ]


def test_a_book_of_slims_is_found_as_a_book() -> None:
    document = mapped(SLIMS)
    assert document.fields["title"] == ("Laskar pelangi",)
    assert document.fields["format"] == ("book",)
    assert document.fields["language"] == ("ind",)
    assert document.fields["year"] == ("2008",)
    assert document.fields["contributor"] == ("Hirata, Andrea",)
    assert document.fields["call_number"][0] == "899.221 HIR l"
    assert document.fields["dewey"] == ("899.221",)


def test_notes_lose_their_markup_and_come_once() -> None:
    assert [line.partition("$a ")[2] for line in lines(SLIMS, "520")] == ["Sepuluh anak di Belitung."]


def test_a_page_of_the_catalogue_is_not_the_book_itself() -> None:
    assert [(link.url, link.kind) for link in mapped(SLIMS).links] == [
        ("http://perpus.example:80/index.php?p=show_detail&id=12", "related")
    ]


def test_copies_keep_their_barcodes_and_covers_are_left_out() -> None:
    assert lines(SLIMS, "852") == ["852    $p B00017", "852    $p B00018"]
    assert not lines(SLIMS, "787")


def test_a_thesis_of_dspace() -> None:
    document = mapped(DSPACE)
    assert document.fields["format"][0] == "thesis"
    assert document.fields["year"] == ("2019",)
    assert document.fields["language"] == ("ind",)
    assert document.fields["access"] == ("online",)
    assert document.links[0].access == "open"
    assert [(c.name, c.kind, c.roles) for c in document.contributors] == [
        ("Sari, Dewi", "person", ("aut",)),
        ("Universitas Sam Ratulangi", "corporate", ("ctb",)),
    ]
    assert set(document.fields["subject"]) == {"beton", "air laut"}


def test_the_body_that_an_author_belongs_to_is_no_part_of_the_name() -> None:
    record = read("<dc:title>T</dc:title><dc:creator>Lasut, Joni; Universitas Sam Ratulangi, Manado</dc:creator>")
    document = to_document(record, "jurnal")
    assert isinstance(document, Document)
    assert [(one.name, one.kind) for one in document.contributors] == [("Lasut, Joni", "person")]


def test_a_month_is_no_span_of_years() -> None:
    document = mapped("<dc:title>Laut</dc:title><dc:date>2010-11</dc:date>")
    assert (document.values("year"), document.values("published")) == (("2010",), ())


def test_an_article_of_ojs() -> None:
    document = mapped(OJS)
    assert document.fields["format"] == ("article",)
    assert document.fields["doi"] == ("10.35800/jplt.8.2.2020.5",)
    assert lines(OJS, "773") == ["773 0  $t Jurnal Pesisir$g Vol 8 No 2 (2020); 1-10$x 2337-4403"]
    assert lines(OJS, "655") == ["655  7 $a article$2 local"]
    assert lines(OJS, "540") == [
        "540    $a Hak cipta (c) 2020 Ahmad",
        "540    $u https://creativecommons.org/licenses/by/4.0",
    ]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("ISBN 979-407-096-3", "020    $a 979-407-096-3"),
        ("urn:isbn:9789793062792", "020    $a 9789793062792"),
        ("9793062797", "020    $a 9793062797"),
        ("9793062790", "024 8  $a 9793062790"),
        ("ISSN: 01259989", "022    $a 0125-9989"),
        ("01259989", "022    $a 0125-9989"),
        ("20190512", "024 8  $a 20190512"),
        ("https://doi.org/10.1000/AB", "024 7  $a 10.1000/ab$2 doi"),
        ("doi:10.1000/ab", "024 7  $a 10.1000/ab$2 doi"),
        ("R 959.8 HAT m", "084    $a R 959.8 HAT m"),
        ("2X4.1 QAR f", "084    $a 2X4.1 QAR f"),
        ("https://repo.example/a.pdf", "856 40 $u https://repo.example/a.pdf"),
        ("INV-2019/7", "024 8  $a INV-2019/7"),
        (
            f"Sari, Dewi (2019) {'Pengaruh air laut ' * 3}Skripsi",
            f"524    $a Sari, Dewi (2019) {'Pengaruh air laut ' * 3}Skripsi",
        ),
    ],
)
def test_identifiers_go_where_their_kind_belongs(text: str, field: str) -> None:
    found = lines(
        f"<dc:title>x</dc:title><dc:identifier>{text}</dc:identifier>", "020", "022", "024", "084", "524", "856"
    )
    assert found == [field]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Sound", "i"), ("MovingImage", "g"), ("Peta", "e"), ("http://purl.org/dc/dcmitype/Software", "m"), ("Lain", "a")],
)
def test_the_leader_says_what_kind_of_thing_it_is(text: str, kind: str) -> None:
    leader = read(f"<dc:title>x</dc:title><dc:type>{text}</dc:type>").record.leader
    assert (len(leader), leader[6]) == (24, kind)


def test_an_unknown_language_is_a_note() -> None:
    assert lines("<dc:title>x</dc:title><dc:language>Bugis lama</dc:language>", "041", "546") == [
        "546    $a Bugis lama"
    ]


def test_what_is_kept_reads_back_as_the_same_record() -> None:
    for elements in (SLIMS, DSPACE, OJS):
        made = read(elements)
        [back] = marcxml.read(io.BytesIO(made.raw.data), "x")
        assert isinstance(back, SourceRecord)
        assert list(map(line, back.record.fields)) == list(map(line, made.record.fields))
        assert back.record.leader == made.record.leader


def test_what_is_made_is_marc_for_other_programs() -> None:
    for elements in (SLIMS, DSPACE, OJS):
        record = read(elements).record
        again = pymarc.Record(bytes(to_pymarc(record).as_marc()), force_utf8=True)
        assert [field.tag for field in again.fields] == [field.tag for field in record.fields]
        assert len(again["008"].data or "") == 40


def test_the_identifier_of_the_repository_is_the_number() -> None:
    found = read(SLIMS)
    assert found.oai_identifier == "oai:uji/12"
    assert mapped(SLIMS).id.startswith("kota.oai-uji-12-")


def test_real_records_all_become_documents() -> None:
    for held in sample_records():
        data = held.forms["oai_dc"].encode()
        found = dublin_core.read_one(UnreadRecord(Origin("x"), "oai_dc", data, oai_identifier=held.identifier))
        assert isinstance(found, SourceRecord)
        assert isinstance(to_document(found, "uji"), Document), held.identifier


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<dc>", "bad_xml"),
        (b"<dc/>", "broken_record"),
        (b"<dc><a> </a></dc>", "broken_record"),
        (b"<dc>" + b"<a>1</a>" * 2001 + b"</dc>", "too_large"),
    ],
)
def test_what_is_no_record_is_refused(data: bytes, code: str) -> None:
    found = dublin_core.read_one(UnreadRecord(Origin("x", 1), "oai_dc", data))
    assert isinstance(found, Rejected)
    assert found.code == code
