"""INDOMARC and the exports of INLISLite and SLiMS: what is odd in them costs nothing."""

import io

import pytest

from ingest.mappings.marc21 import to_document
from ingest.readers import marc, marcxml
from ingest.record import to_pymarc
from ingest.source import SourceRecord
from search.document import Document
from tests.support.marc_records import made


def mapped(*fields: str, leader: str = "00000nam a2200000 i 4500") -> Document:
    """The document of a record that was written as ISO 2709 and read again."""
    data = to_pymarc(made(*fields, leader=leader).record).as_marc()
    (item,) = marc.read(io.BytesIO(data), "uji.mrc")
    assert isinstance(item, SourceRecord)
    document = to_document(item, "kota")
    assert isinstance(document, Document)
    return document


def xml(*fields: str) -> Document:
    text = f"<record><leader>00000nam a2200000 i 4500</leader>{''.join(fields)}</record>"
    (item,) = marcxml.read(io.BytesIO(text.encode()), "uji.xml")
    assert isinstance(item, SourceRecord)
    document = to_document(item, "kota")
    assert isinstance(document, Document)
    return document


TITLE = '<datafield tag="245" ind1="#" ind2="#"><subfield code="a"> Judul : </subfield><subfield code="b"> anak</subfield></datafield>'


def test_a_space_after_the_code_is_no_part_of_the_value() -> None:
    assert xml(TITLE).fields["title"] == ("Judul : anak",)


@pytest.mark.parametrize("length", [30, 38, 40, 42])
def test_008_of_any_length_gives_the_language(length: int) -> None:
    fixed = "140513s2014####jki#####g######z######ind##"  # as printed by Perpusnas: 42 places, ind at 37
    text = fixed if length == 42 else (fixed[:33] + fixed[35:])[:length]
    document = mapped(f"001 1{length}", f"008 {text}", "245 10 $aLaut", "264 #1 $c[2014]")
    assert document.fields["year"] == ("2014",)
    assert document.fields.get("language", ()) == (("ind",) if length >= 38 else ())


def test_a_blank_written_as_a_number_sign_is_a_blank() -> None:
    document = mapped(
        "008 140513s########jki#####g######z#####ind##", "245 ## $aLaut", "264 #1 $aJakarta $bPustaka $c[2014]"
    )
    assert document.fields["year"] == ("2014",)
    assert document.fields["publisher"] == ("Pustaka",)


def test_slims_writes_005_as_a_data_field() -> None:
    field = '<datafield tag="005" ind1=" " ind2=" "><subfield code="a">20140513093000</subfield></datafield>'
    assert xml(field, TITLE).fields["title"] == ("Judul : anak",)


def test_slims_titles_with_their_colon_in_the_rest_are_put_right() -> None:
    assert mapped("245 0# $aLaut $b : novel $cLeila $hText").fields["title"] == ("Laut : novel",)


def test_an_issn_in_020_is_an_issn() -> None:
    document = mapped("020 ## $a1907-4352", "245 10 $aMajalah")
    assert document.fields["issn"] == ("1907-4352",)
    assert "isbn" not in document.fields


def test_the_shelf_mark_of_084_is_the_call_number() -> None:
    document = mapped("082 04 $a808.87 $2[23]", "084 ## $a808.87 ISK a", "245 10 $aAbu Nawas")
    assert document.fields["call_number"][0] == "808.87 ISK a"
    assert document.fields["dewey"] == ("808.87",)
