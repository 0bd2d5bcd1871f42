"""Records as MARCXML, Dublin Core and MODS, whatever the catalogue holds."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from ingest.mappings.marc21 import to_document
from portal.machines.addresses import Addresses
from portal.machines.dublin_core import oai_dc, sru_dc
from portal.machines.marcxml import marcxml
from portal.machines.mods import mods
from portal.machines.xml import as_bytes, possible
from search.document import Contributor, Document, DocumentId, OnlineAccess
from tests.support.marc_records import made, mapped
from tests.support.references import sample_documents

WHERE = Addresses("https://katalog.example.org")
MARC = {"m": "http://www.loc.gov/MARC21/slim"}


def fields(record: etree._Element) -> list[tuple[str, str]]:
    """(tag, subfields as "$a ... $b ...", or the data) of each field."""
    found = []
    for field in record:
        name = field.tag.rpartition("}")[2]
        if name == "controlfield":
            found.append((str(field.get("tag")), str(field.text)))
        elif name == "datafield":
            found.append((str(field.get("tag")), " ".join(f"${one.get('code')} {one.text}" for one in field)))
    return found


def test_a_record_comes_as_the_library_wrote_it() -> None:
    source = made(
        "001 77", "020    $a 9786020332956", "245 10 $a Laut bercerita / $c Leila", "650  4 $a Roman $z Indonesia"
    )
    document = to_document(source, "kota")
    assert isinstance(document, Document)
    assert fields(marcxml(document)) == [
        ("001", "77"),
        ("020", "$a 9786020332956"),
        ("245", "$a Laut bercerita / $c Leila"),
        ("650", "$a Roman $z Indonesia"),
    ]


def test_every_sample_record_keeps_all_its_fields() -> None:
    for document in sample_documents():
        again = etree.fromstring(as_bytes(marcxml(document)))
        assert len(again.findtext("m:leader", "", MARC)) == 24
        numbers = [text for tag, text in fields(again) if tag == "001"]
        assert len(numbers) == 1
        for form in (oai_dc(document, WHERE), sru_dc(document, WHERE), mods(document, WHERE)):
            assert possible(document.title) in [one.text for one in etree.fromstring(as_bytes(form)).iter()]


def test_a_record_without_a_number_gets_the_one_that_leads_to_its_id() -> None:
    document = mapped("245 10 $a Tanpa nomor")
    assert fields(marcxml(document))[0] == ("001", document.id.partition(".")[2])


def test_a_document_without_a_record_is_described() -> None:
    document = Document(
        DocumentId("kota.pdf-1"),
        {"title": ("Laut",), "source": ("kota",), "year": ("2020",), "language": ("ind",)},
        (Contributor("Sari, Dewi", ("aut",), main=True),),
        (OnlineAccess("https://example.org/laut.pdf"),),
    )
    found = dict(fields(marcxml(document)))
    assert found["001"] == "pdf-1"
    assert found["245"] == "$a Laut"
    assert found["100"] == "$a Sari, Dewi"


TEXT = st.text(st.characters(exclude_categories=()), max_size=30)


@settings(deadline=None)
@given(TEXT, TEXT, TEXT, TEXT)
@example("", "", "", "\ud800")
def test_any_text_is_written_as_xml_and_read_again(title: str, name: str, subject: str, number: str) -> None:
    document = Document(
        DocumentId(f"kota.{number}"),
        {"title": (title,), "subject": (subject,), "note": (name,), "call_number": (number,), "isbn": (number,)},
        (Contributor(name, (subject,)),),
        (OnlineAccess(f"https://example.org/{number}", subject),),
    )
    for element in (marcxml(document), oai_dc(document, WHERE), sru_dc(document, WHERE), mods(document, WHERE)):
        etree.fromstring(as_bytes(element))


@settings(deadline=None)
@given(TEXT)
def test_what_xml_can_hold_is_kept(text: str) -> None:
    kept = possible(text)
    assert kept == "".join(ch for ch in text if ch in kept)
    assert etree.fromstring(etree.tostring(_holding(kept))).text in (
        kept.replace("\r\n", "\n").replace("\r", "\n"),
        kept,
        None,
    )


def _holding(text: str) -> etree._Element:
    element = etree.Element("x")
    element.text = text
    return element


def test_control_fields_come_first_as_the_schema_wants_it() -> None:
    document = to_document(made("245 10 $a Laut", "001 77", "500    $a Catatan", "005 20260101"), "kota")
    assert isinstance(document, Document)
    assert [tag for tag, _ in fields(marcxml(document))] == ["001", "005", "245", "500"]


MODS = {"o": "http://www.loc.gov/mods/v3"}


def test_mods_calls_a_chapter_one_and_names_the_university_of_a_thesis() -> None:
    host = "773 0  $7 nnam $t Laut kita $g hlm. 12-20"
    chapter = mods(mapped("001 a", "245 10 $a Ikan", host, leader="00000naa a2200000 i 4500"), WHERE)
    assert [one.text for one in chapter.findall("o:genre", MODS)] == ["book chapter"]
    note = "502    $g Tesis $b Magister $c Universitas Sam Ratulangi $d 2019"
    thesis = mods(mapped("001 a", "100 1  $a Wenas, Maria", "245 10 $a Ikan", note), WHERE)
    assert [one.text for one in thesis.findall("o:genre", MODS)] == ["thesis"]
    names = {one.findtext("o:role/o:roleTerm", "", MODS): one.findtext("o:namePart", "", MODS)
             for one in thesis.findall("o:name", MODS)}  # fmt: skip
    assert names["dgg"] == "Universitas Sam Ratulangi"
    printed = mods(mapped("001 a", "245 10 $a Ikan", "264  1 $b Pustaka Bahari", "502    $a Thesis, revised."), WHERE)
    assert printed.find("o:name", MODS) is None
    assert "Magister" in (thesis.findtext("o:note[@type='thesis']", "", MODS))


def test_mods_says_in_which_journal_an_article_stands_and_where() -> None:
    article = mapped(
        "001 a",
        "245 10 $a Ikan",
        "264  1 $c 2011",
        "773 0  $t Jurnal laut $g Vol. 5, no. 2 (2011), hlm. 12-20 $x 1411-0000",
        leader="00000nab a2200000 i 4500",
    )
    (host,) = mods(article, WHERE).findall("o:relatedItem[@type='host']", MODS)
    assert host.findtext("o:titleInfo/o:title", namespaces=MODS) == "Jurnal laut"
    assert host.findtext("o:identifier[@type='issn']", namespaces=MODS) == "1411-0000"
    part = host.find("o:part", MODS)
    assert part is not None
    assert part.findtext("o:detail[@type='volume']/o:number", namespaces=MODS) == "5"
    assert part.findtext("o:detail[@type='issue']/o:number", namespaces=MODS) == "2"
    assert [one.text for one in part.findall("o:extent[@unit='pages']/*", MODS)] == ["12", "20"]
    assert part.findtext("o:date", namespaces=MODS) == "2011"


def test_mods_says_who_may_use_a_title_and_how() -> None:
    document = mapped(
        "001 a", "245 10 $a Laut", "506    $a Untuk peneliti", "540    $a CC BY 4.0", "506 0  $a Unrestricted"
    )
    told = [(one.get("type"), one.text) for one in mods(document, WHERE).findall("o:accessCondition", MODS)]
    assert told == [
        *(("restriction on access", value) for value in document.values("access_note")),
        ("use and reproduction", "CC BY 4.0"),
    ]
    assert told[0] == ("restriction on access", "Untuk peneliti")


def test_mods_calls_each_part_of_a_heading_what_it_is() -> None:
    document = mapped(
        "001 a",
        "245 10 $a Laut",
        "600 10 $a Soekarno, $d 1901-1970 $x Pandangan politik",
        "610 20 $a Dinas Kelautan",
        "650  0 $a Nelayan $z Indonesia $y Abad ke-20 $v Fiksi",
        "651  0 $a Bitung $x Sejarah",
    )
    told = [
        [(part.tag.rpartition("}")[2], part.get("type"), "".join(map(str, part.itertext()))) for part in subject]
        for subject in mods(document, WHERE).findall("o:subject", MODS)
    ]
    assert told == [
        [("name", "personal", "Soekarno, 1901-1970"), ("topic", None, "Pandangan politik")],
        [("name", "corporate", "Dinas Kelautan")],
        [
            ("topic", None, "Nelayan"),
            ("geographic", None, "Indonesia"),
            ("temporal", None, "Abad ke-20"),
            ("genre", None, "Fiksi"),
        ],
        [("geographic", None, "Bitung"), ("topic", None, "Sejarah")],
    ]
