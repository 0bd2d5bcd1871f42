"""MARCXML: any namespace, any envelope, nothing dangerous."""

import io
from pathlib import Path

import pytest
from lxml import etree

from ingest.readers import marcxml
from ingest.readers.detect import detect
from ingest.readers.records import MAX_RECORD_BYTES
from ingest.readers.xml_fields import lenient
from ingest.source import Rejected, SourceRecord, UnreadRecord
from tests.support.marc_records import read_file
from tests.support.shared_data import shared

RECORD = (
    '<record{ns}><leader>00000nam a2200000 i 4500</leader><controlfield tag="001">{number}</controlfield>'
    '<datafield tag="245" ind1="1" ind2="0"><subfield code="a">Laut &amp; pesisir</subfield></datafield></record>'
)


def read(text: str | bytes) -> list[SourceRecord | Rejected]:
    data = text.encode() if isinstance(text, str) else text
    return list(marcxml.read(io.BytesIO(data), "uji.xml"))


def one(number: int = 1, ns: str = "") -> str:
    return RECORD.format(number=number, ns=ns)


def numbers(found: list[SourceRecord | Rejected]) -> list[str]:
    return [str(item.record.of("001")[0].data) if isinstance(item, SourceRecord) else item.code for item in found]


@pytest.mark.parametrize("ns", ["", ' xmlns="http://www.loc.gov/MARC21/slim"', ' xmlns="urn:other"'])
def test_any_namespace_is_read(ns: str) -> None:
    found = read(f"<collection{ns}>{one(1)}{one(2)}</collection>")
    assert numbers(found) == ["1", "2"]
    assert isinstance(found[0], SourceRecord)
    assert found[0].record.of("245")[0].get("a") == "Laut & pesisir"


def test_records_in_oai_and_sru_envelopes_are_read_once() -> None:
    slim = ' xmlns="http://www.loc.gov/MARC21/slim"'
    oai = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>'
        '<record><header status="deleted"/></record>'
        f"<record><header/><metadata>{one(7, slim)}</metadata></record></ListRecords></OAI-PMH>"
    )
    sru = (
        '<zs:searchRetrieveResponse xmlns:zs="http://www.loc.gov/zing/srw/"><zs:records><zs:record>'
        f"<zs:recordData>{one(8, slim)}</zs:recordData></zs:record></zs:records></zs:searchRetrieveResponse>"
    )
    assert numbers(read(oai)) == ["7"]
    assert numbers(read(sru)) == ["8"]


def test_raw_is_that_record_alone() -> None:
    ns = ' xmlns="http://www.loc.gov/MARC21/slim"'
    found = read(f"<collection{ns}>{one(1)}{one(2)}</collection>")
    for item, number in zip(found, "12", strict=True):
        assert isinstance(item, SourceRecord)
        assert item.raw.format == "marcxml"
        assert numbers(read(item.raw.data)) == [number]


def test_records_before_damage_are_kept() -> None:
    found = read("<collection>" + "".join(map(one, range(1, 501))) + "<record><leader></collection>")
    assert len(found) == 501
    assert numbers(found)[-1] == "bad_xml"
    assert found[-1].origin.position == 501


def test_a_damaged_record_costs_only_itself() -> None:
    found = read(f"<collection>{one(1)}{one(2).replace('</subfield>', '')}{one(3)}</collection>")
    assert numbers(found) == ["1", "2", "3"]
    loose = read(f"<collection>{one(1).replace('&amp;', '&')}{one(2)}</collection>")
    assert numbers(loose) == ["1", "2"]
    assert isinstance(loose[0], SourceRecord)
    assert etree.fromstring(loose[0].raw.data) is not None  # what is handed out is well-formed


def test_what_a_comment_or_marked_section_holds_is_no_record() -> None:
    hidden = f"<!-- {one(2)} --><![CDATA[{one(3)}]]>"
    assert numbers(read(f"<collection>{one(1)}{hidden}{one(4)}</collection>")) == ["1", "4"]
    assert numbers(read(f"<collection>{hidden}{one(1)}</collection>")) == ["1"]
    inside = one(1).replace("Laut", "<!-- </record> -->Laut")
    assert numbers(read(f"<collection>{inside}{one(2)}</collection>")) == ["1", "2"]


def test_a_record_with_something_else_before_its_fields_is_read() -> None:
    odd = one(2).replace("<leader>", "<extra/><leader>")
    assert numbers(read(f"<collection>{one(1)}{odd}{one(3)}</collection>")) == ["1", "2", "3"]


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "utf-8-sig", "cp1252"])
def test_a_document_in_another_encoding_is_read(encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?><c>{one().replace('Laut', 'Noël')}</c>"
    (found,) = read(text.encode(encoding))
    assert isinstance(found, SourceRecord)
    assert found.record.of("245")[0].get("a") == "Noël & pesisir"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_byte_order_mark(encoding: str) -> None:
    data = f"<?xml version='1.0' encoding='UTF-16'?><c>{one()}</c>".encode(encoding)
    assert detect(data, "a.xml") == "marcxml"
    assert numbers(read(data)) == ["1"]


def test_references_and_accents_apart_are_written_out() -> None:
    (found,) = read(one().replace("Laut", "No&#xEB;l &#233; e\u0301 &lt;&#1;&amp;amp;"))
    assert isinstance(found, SourceRecord)
    assert found.record.of("245")[0].get("a") == "Noël é é <\ufffd&amp; & pesisir"


@pytest.mark.parametrize("before", ["", "<!-- a remark, so that a parser reads -->"])
def test_characters_by_their_names_in_html_are_read(before: str) -> None:
    record = one(1).replace("Laut", "Andr&eacute;&nbsp;&lt;&Auml;&gt;")
    found = read(f"{before}<collection>{record}{one(2)}</collection>")
    assert numbers(found) == ["1", "2"]
    assert isinstance(found[0], SourceRecord)
    assert found[0].record.of("245")[0].get("a") == "André\xa0<Ä> & pesisir"


def test_an_ampersand_that_was_not_written_out_costs_nothing_around_it() -> None:
    found = read(f"<collection>{one(1).replace('Laut', 'R&D &amp; A&B; &tidakada; &#xZZ; Laut')}</collection>")
    assert isinstance(found[0], SourceRecord)
    assert found[0].record.of("245")[0].get("a") == "R&D & A&B; &tidakada; &#xZZ; Laut & pesisir"


@pytest.mark.parametrize("size", [1, 5, 64, 65_536])
def test_what_is_no_xml_is_mended_up_to_the_first_marked_section(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marcxml, "_BLOCK_BYTES", size)
    loose, marked = "R&D &eacute; &#233; A&B;", "R&D &eacute; <![CDATA[A & B &eacute;]]>"
    records = [one(1).replace("Laut", loose), one(2).replace("Laut", "<![CDATA[R&D &eacute;]]>"), one(3)]
    found = read(f"<!-- & --><collection>{''.join(records)}</collection>")
    titles = [item.record.of("245")[0].get("a") for item in found if isinstance(item, SourceRecord)]
    assert titles == ["R&D é é A&B; & pesisir", "R&D &eacute; & pesisir", "Laut & pesisir"]
    assert numbers(read(f"<!-- --><collection>{one(1)}{one(2).replace('Laut', marked)}</collection>"))[0] == "1"


@pytest.mark.parametrize("size", [1, 7, 100, 65_536])
def test_records_are_cut_the_same_wherever_the_blocks_end(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"<a:c xmlns:a='urn:x'>{''.join(map(one, range(30)))}</a:c>".replace("record", "a:record").encode()
    whole = list(marcxml.cut(io.BytesIO(text), "uji.xml"))
    monkeypatch.setattr(marcxml, "_BLOCK_BYTES", size)
    assert list(marcxml.cut(io.BytesIO(text), "uji.xml")) == whole
    assert [text[item.origin.offset :][:9] for item in whole] == [b"<a:record"] * 30


def test_the_short_way_reads_real_files_as_the_parser_does() -> None:
    compared = 0
    for path in sorted(shared("data/marc").rglob("*.xml*")):
        for item in read_file(path):
            if isinstance(item, SourceRecord) and item.raw.format == "marcxml":  # one is MARC by another name
                element = lenient(item.raw.data)
                assert element is not None
                parsed = marcxml._record(element)
                assert (item.record.leader, list(map(str, item.record.fields))) == (
                    parsed.leader,
                    list(map(str, parsed.fields)),
                ), (path, item.origin)
                compared += 1
    assert compared > 1_000


@pytest.mark.parametrize(
    "subfield",
    [
        '<subfield code="a" id="n1">Laut</subfield>',
        '<subfield id="n1" code="a">Laut</subfield>',
        '<subfield code="a" lang="id" >Laut</subfield >',
        '<subfield code="a" href="https://example.org/a?b=c">Laut</subfield>',
        "<subfield code='a'>Laut</subfield>",
        '<subfield code = "a">Laut</subfield>',
        '<subfield\n code="a"\n>Laut</subfield>',
        '<subfield code="a">La<b>ut</b></subfield>',
        '<subfield code="a">Laut code="a"> =&gt; /></subfield>',
        '<subfield code="a"/><subfield code="a" id="n2" />',
        '<subfield code="a"></subfield>',
        '<subfield code="c"/><subfield id="n1" code="a">Laut</subfield><subfield code="c"/>',
        '<other code="a">Laut</other>',
    ],
)
def test_a_subfield_is_found_however_it_is_written(subfield: str) -> None:
    text = one().replace(" &amp; ", " dan ")
    text = text.replace('<subfield code="a">', f'{subfield}<subfield code="b">dua</subfield><subfield code="a">')
    (found,) = read(text)
    assert isinstance(found, SourceRecord)
    element = lenient(found.raw.data)
    assert element is not None
    (parsed,) = marcxml._record(element).of("245")
    for codes in ("a", "b", "ab", "c"):
        (field,) = found.record.by_tag({"245"})["245"]
        assert field.having(codes) == parsed.having(codes)
    assert list(field.subfields) == list(parsed.subfields)


DANGEROUS = {
    "file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "network": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
    "laughs": '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY x "&a;&a;&a;&a;">]>',
    "parameter": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
    "plain": "<!DOCTYPE a>",
    "after comments": "<!-- <a> --><?x y?>" * 30 + "<!DOCTYPE a>",
    "beyond the first block": f"<!-- {'x' * 100_000} --><!DOCTYPE a [<!ENTITY x 'y'>]>",
}


@pytest.mark.parametrize("name", DANGEROUS)
def test_doctype_is_refused(name: str) -> None:
    (found,) = read(f'<?xml version="1.0"?>{DANGEROUS[name]}<a>{one().replace("pesisir", "&x;")}</a>')
    assert isinstance(found, Rejected)
    assert found.code == "bad_xml"


def test_doctype_in_wide_characters_is_refused() -> None:
    (found,) = read(f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a>{one()}</a>'.encode("utf-16"))
    assert isinstance(found, Rejected)
    assert "DOCTYPE" in found.reason


def test_many_comments_take_no_time_to_pass() -> None:
    assert numbers(read("<?a b?>" * 5_000 + f"<a>{one()}</a>")) == ["1"]


def test_deep_nesting_is_refused() -> None:
    assert numbers(read("<a>" * 100_000))[-1] == "bad_xml"


def test_xml_without_end_of_record_is_given_up() -> None:
    found = read(f"<a>{one()}" + "<b>" + "<c>x</c>" * (MAX_RECORD_BYTES // 4))
    assert numbers(found) == ["1", "bad_xml"]


def test_other_xml_is_no_marc() -> None:
    assert numbers(read("<html><body/></html>")) == ["not_marc"]
    assert numbers(read("")) == ["not_marc"]


def test_authority_records_are_set_apart() -> None:
    assert numbers(read(one().replace("nam", "nzm"))) == ["not_bibliographic"]


def test_fields_in_the_wrong_shape_keep_their_text() -> None:
    (found,) = read(
        '<record><datafield tag="005" ind1="#" ind2="#"><subfield code="a">2014</subfield></datafield>'
        '<controlfield tag="500">Catatan</controlfield><datafield ind1="1"><subfield code="a">x</subfield></datafield>'
        '<datafield tag="245"><subfield code="a">Judul</subfield><subfield>x</subfield></datafield></record>'
    )
    assert isinstance(found, SourceRecord)
    assert found.record.of("005")[0].data == "2014"
    assert found.record.of("500")[0].get("a") == "Catatan"
    assert found.record.of("245")[0].indicators == "  "
    assert [field.tag for field in found.record.fields] == ["005", "500", "245"]


def sources(path: Path) -> list[SourceRecord]:
    return [item for item in read_file(path) if isinstance(item, SourceRecord)]


def test_marcxml_and_iso2709_exports_agree() -> None:
    folder = shared("data/marc/gpo_collections")
    name = "Online_FDLP_Basic_Collection__basic_coll_el_"
    texts = [
        # This export in XML leaves out the blanks at the end of control fields.
        [[str(field).rstrip("\\") for field in item.record.fields] for item in sources(folder / (name + end))]
        for end in ("XML.xml", "utf8.mrc")
    ]
    assert len(texts[0]) > 20
    assert texts[0] == texts[1]


# What a record may bring with it from its document, and what a parser first complains of at the document's end.
CUT = {
    "its namespace": f'<collection xmlns="urn:slim">{one(1)}{one(2)}</collection>',
    "a prefix": '<m:c xmlns:m="u"><m:record><m:controlfield tag="001">1</m:controlfield></m:record></m:c>',
    "marks and character references": f"<c>{one().replace('Laut', '<![CDATA[<&>]]>&#13;&#x85;<!-- x -->é')}</c>",
    "a prefix that nobody declared": f"<c>{one().replace('</record>', '<q:x/></record>')}</c>",
    "an id that is none": f"<c>{one(ns=' xml:id=' + chr(34) + '1 2' + chr(34))}</c>",
    "text that escaping makes too long for a parser": f"<c>{one().replace('Laut', '>' * 4_900_000)}</c>",
    "too many fields": f"<c>{one().replace('</record>', '<datafield/>' * 5001 + '</record>')}</c>",
    "another kind of record": f"<c>{one().replace('00000nam', '00000nz ')}</c>",
    "a document that breaks off": f"<c>{one(1)}{one(2)[:-20]}",
    "no record": "<c/>",
}


@pytest.mark.parametrize("case", CUT)
def test_a_record_cut_from_its_document_reads_as_it_did_in_it(case: str) -> None:
    cut = marcxml.cut(io.BytesIO(CUT[case].encode()), "uji.xml")
    apart = [marcxml.read_one(item) if isinstance(item, UnreadRecord) else item for item in cut]
    assert [plain(item) for item in apart] == [plain(item) for item in read(CUT[case])]


def plain(item: SourceRecord | Rejected) -> tuple[object, ...]:
    if isinstance(item, Rejected):
        return (item,)
    return item.origin, item.raw, str(item.record.leader), [str(field) for field in item.record.fields]
