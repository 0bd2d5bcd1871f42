"""MARC as text: MARCMaker, INLISLite and Yaz."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mappings.marc21 import to_document
from ingest.readers import marcmaker, marcxml
from ingest.readers.detect import detect
from ingest.readers.records import MAX_RECORD_BYTES
from ingest.record import Record
from ingest.source import Rejected, SourceRecord
from search.document import Document
from tests.support.marc_records import read_file
from tests.support.shared_data import shared
from tests.support.text_forms import RECORDS, as_mrk, lines_of

INLIS = """\
=LDR  #####nam##22######a#4500
=001  INLIS000000000606729
=005  20140513093000
=008  140513s########jki#####g######z######ind##
=020  ##$$a 979-407-096-3
=084  ##$$a 808.87 ISK a
=100  1#$$a Iskandar, N.St. $$q (Nur Sutan), $$d 1893-1975, $$e pengarang
=245  10$$a Abu Nawas : $$b cerita / $$c N. St. Iskandar
=264  #1$$a Jakarta : $$b Balai Pustaka, $$c [2014]
=990  ##$$a 4588
"""


def read(data: bytes | str) -> list[SourceRecord | Rejected]:
    return list(marcmaker.read(io.BytesIO(data.encode() if isinstance(data, str) else data), "uji.mrk"))


def records(data: bytes | str) -> list[SourceRecord]:
    found = read(data)
    assert all(isinstance(item, SourceRecord) for item in found), found
    return [item for item in found if isinstance(item, SourceRecord)]


def note(text: str, leader: str = "00000nam a2200000   4500") -> str:
    """What a note that is written so holds."""
    (item,) = records(f"=LDR  {leader}\n=500  \\\\$a{text}\n")
    return item.record.of("500")[0].get("a")


@pytest.mark.parametrize(("name", "count"), [("marc4j/brkrtest.mrk", 8), ("catmandu/camel.mrk", 10)])
def test_every_record_of_the_shared_files_is_read(name: str, count: int) -> None:
    data = shared(f"data/marc/{name}").read_bytes()
    assert detect(data, "nama.bin") == "marcmaker"
    assert len(records(data)) == count


def test_text_and_iso_2709_of_the_same_records_agree() -> None:
    texts = records(shared("data/marc/catmandu/camel.mrk").read_bytes())
    plain = [item for item in read_file(shared("data/marc/catmandu/camel.mrc")) if isinstance(item, SourceRecord)]
    assert len(plain) == 10
    for item, other in zip(texts, plain, strict=True):
        assert [str(f).rstrip() for f in item.record.fields] == [str(f).rstrip() for f in other.record.fields]


def test_every_mnemonic_of_the_breaker_test_becomes_its_character() -> None:
    found = records(shared("data/marc/marc4j/brkrtest.mrk").read_bytes())
    texts = " ".join(str(field) for item in found for field in item.record.fields)
    assert "{" not in texts.replace("({) and", "").replace("{text}", "")
    for word in ("Łódź", "Đuro", "rechʹ", "Frizbee®", "Sở", "Tōkyo", "russkiĭ", "időszaki", "k̲h̲ut̤bah", "¿Que pasó?"):
        assert unicodedata.normalize("NFC", word) in texts


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{dollar}5.00 {lcub}a{rcub} {bsol}", "$5.00 {a} \\"),
        ("d{acute}esir{acute}ee", "désirée"),
        ("{under}k{under}hu", "k̲h̲u"),
        ("{copy}1955 {lsquo}a{rsquo}", "©1955 ‘a’"),
        ("{tidak} {a", "{tidak} {a"),
        ("&#x6F22;&#x5B57;", "漢字"),
        ("garis \\ miring", "garis \\ miring"),
        ("Ayāz", "Ayāz"),
    ],
)
def test_characters_are_read_as_they_are_meant(written: str, meant: str) -> None:
    assert note(written) == unicodedata.normalize("NFC", meant)


def test_escape_sequences_of_marc8_are_read() -> None:
    # Cyrillic and Chinese, in a record that says it is MARC-8.
    assert note("{esc}(NmIR{esc}(B", "00000nam  2200000   4500") == "Мир"
    assert note("{esc}{dollar}1!0s!1h{esc}(B", "00000nam  2200000   4500") not in ("", "!0s!1h")


def test_marc8_bytes_in_text_are_read() -> None:
    (item,) = records(b"=LDR  00000nam  2200000   4500\n=245  10$aGr\xe8un $bcaf\xe2e\n")
    assert item.record.of("245")[0].get_subfields("a", "b") == ["Grün ", "café"]


def test_inlis_text_is_read_with_its_blanks_and_double_dollars() -> None:
    (item,) = records(INLIS)
    record = item.record
    assert record.leader == "     nam a22      a 4500"
    assert record.of("245")[0].subfields == [("a", "Abu Nawas :"), ("b", "cerita /"), ("c", "N. St. Iskandar")]
    assert record.of("245")[0].indicators == "10"
    assert record.of("264")[0].indicators == " 1"
    assert record.of("008")[0].data == "140513s        jki     g      z      ind  "
    assert record.of("100")[0].get("d") == "1893-1975,"


def test_an_inlis_record_is_mapped_in_spite_of_its_quirks() -> None:
    document = to_document(records(INLIS)[0], "kota")
    assert isinstance(document, Document)
    assert document.fields["title"] == ("Abu Nawas : cerita",)
    assert document.fields["year"] == ("2014",)
    assert document.fields["language"] == ("ind",)
    assert document.fields["call_number"] == ("808.87 ISK a",)


def test_records_without_leaders_are_parted_by_empty_lines() -> None:
    body = "=001  {}\n=245  ##$$a Judul {}\n"
    assert len(records("\n".join(body.format(n, n) for n in range(5)))) == 5


def test_records_without_leaders_and_empty_lines_are_parted_by_their_numbers() -> None:
    found = records("".join(f"=001  {n}\n=245  ##$$a Judul {n}\n" for n in range(5)))
    assert [item.record.of("245")[0].get("a") for item in found] == [f"Judul {n}" for n in range(5)]


def test_an_empty_line_inside_a_record_parts_nothing() -> None:
    found = records(
        "=LDR  00000nam a2200000   4500\n\n=001  1\n\n=245  10$aSatu\n\n=LDR  00000nam a2200000   4500\n=245  00$aDua"
    )
    assert [len(item.record.fields) for item in found] == [2, 1]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_that_goes_on_belongs_to_its_field(end: str) -> None:
    lines = ("=LDR  00000nam a2200000   4500", "=520  \\\\$aSatu dua", "tiga.", "=650  \\4$aLaut", "")
    (item,) = records(end.join(lines))
    assert item.record.of("520")[0].get("a") == "Satu dua tiga."


def test_places_are_those_of_the_file() -> None:
    data = f"\ufeffcatatan\n\n{INLIS}\n{INLIS}".encode()
    found = read(data)
    assert [item.origin.position for item in found] == [1, 2]
    assert all(data[item.origin.offset :].startswith(b"=LDR") for item in found)


def test_a_damaged_record_costs_only_itself() -> None:
    found = read(f"{INLIS}\n=LDR  00000nam a2200000   4500\n=zz\n\n{INLIS}")
    assert [getattr(item, "code", "read") for item in found] == ["read", "broken_record", "read"]


def test_a_line_of_ten_megabytes_is_refused_and_the_next_record_read() -> None:
    endless = "=LDR  00000nam a2200000   4500\n=520  \\\\$a" + "A" * (2 * MAX_RECORD_BYTES) + "\n"
    found = read(f"{INLIS}\n{endless}\n{INLIS}")
    assert [getattr(item, "code", "read") for item in found] == ["read", "too_large", "read"]
    assert found[2].origin.offset == len(f"{INLIS}\n{endless}\n")


def test_a_record_of_too_many_lines_is_refused_and_the_next_one_read() -> None:
    many = "=LDR  00000nam a2200000   4500\n" + "=500  \\\\$aA\n" * 600_000
    found = read(f"{many}\n{INLIS}")
    assert [getattr(item, "code", "read") for item in found] == ["too_large", "read"]


def test_text_without_records_is_one_refusal() -> None:
    for data in ("", "hello\n" * 1_000, "\n\n\n", "= = =\n"):
        assert [getattr(item, "code", "read") for item in read(data)] == ["not_marc"]


def test_the_lines_of_yaz_are_read() -> None:
    data = shared("data/marc/catmandu/code4lib.line").read_bytes()
    assert detect(data, "code4lib.line") == "marcmaker"
    (item,) = records(data)
    assert str(item.record.of("245")[0]) == "=245  00$aCode4Lib journal$bC4LJ"
    assert item.record.of("999")[0].subfields == [("=", "foo"), ("<", "bar"), ("$", "baz")]


def test_authority_records_are_set_apart() -> None:
    (found,) = read("=LDR  00000nz  a2200000n  4500\n=001  1\n=100  1\\$aHatta\n")
    assert isinstance(found, Rejected)
    assert found.code == "not_bibliographic"


def test_real_records_come_back_as_they_were() -> None:
    path = shared("data/marc/gpo_collections/NIST_Collection__UTF8__nbs_monograph_utf8.mrc")
    real = [item.record for item in read_file(path) if isinstance(item, SourceRecord)]
    # A few hold escape sequences of MARC-8, which no form in Unicode keeps.
    real = [record for record in real if all(str(field).isprintable() for field in record.fields)]
    found = records("".join(map(as_mrk, real)))
    assert len(found) == len(real) > 100
    assert [lines_of(item.record)[1:] for item in found] == [lines_of(record)[1:] for record in real]


@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_what_is_written_as_text_is_read_as_it_was(made: list[Record]) -> None:
    found = records("".join(map(as_mrk, made)))
    assert [lines_of(item.record) for item in found] == [lines_of(record) for record in made]


@given(RECORDS)
def test_the_stored_form_reads_back_as_the_record(made: Record) -> None:
    (item,) = records(as_mrk(made))
    (again,) = list(marcxml.read(io.BytesIO(item.raw.data), ""))
    assert isinstance(again, SourceRecord)
    assert lines_of(again.record) == lines_of(item.record)


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"=LDR  ", b"=245  10$a", b"=245  ##$$", b"00000nam a2200000   4500\n001 "]),
)
def test_no_bytes_at_all_raise(data: bytes, before: bytes) -> None:
    assert read(before + data)


def noted(text: str) -> tuple[list[str], list[Record]]:
    """What is told of a text, and the records in it."""
    notes: list[str] = []
    found = marcmaker.read(io.BytesIO(text.encode()), "uji.mrk", lambda _, note: notes.append(note))
    return notes, [item.record for item in found if isinstance(item, SourceRecord)]


STRAY = r"""
=LDR  00000nam a2200000   4500
=001  A1
=1O0  1\$aKaligis, Frans
=245  10$aLaut
bercerita
=50  \\$aTag dua huruf
=650  \4$aIkan

Catatan di antara rekaman

=LDR  00000nam a2200000   4500
=001  A2
=245  10$aJudul kedua
=520  \\$aAlinea satu

alinea dua
=LKR  \\$aTag dari ALEPH
=500$aTanpa indikator
"""


def test_lines_that_are_no_sound_field_are_told_with_their_place() -> None:
    notes, _ = noted(STRAY)
    assert [note.partition(":")[0] for note in notes] == ["line 4", "line 7", "line 10", "line 19"]
    assert "100 may be meant" in notes[0]
    assert "begins no field, and is left out" in notes[1]
    assert 'stands between records, and is left out: "Catatan di antara rekaman"' in notes[2]


def test_a_stray_line_spoils_none_of_the_fields_around_it() -> None:
    _, (first, second) = noted(STRAY)
    assert [field.tag for field in first.fields] == ["001", "1O0", "245", "650"]
    assert first.of("245")[0].get("a") == "Laut bercerita"
    assert first.of("650")[0].subfields == [("a", "Ikan")]
    assert [field.tag for field in second.fields] == ["001", "245", "520", "LKR"]
    assert second.of("520")[0].get("a") == "Alinea satu alinea dua"
    assert second.of("LKR")[0].subfields == [("a", "Tag dari ALEPH")]


def test_of_very_many_stray_lines_the_first_are_told_and_the_others_counted() -> None:
    notes, made = noted(STRAY + "=50  x\n" * 1000)
    assert len(notes) == 21
    assert notes[-1].startswith("984 more lines")
    assert len(made) == 2


def test_a_tag_that_touches_its_indicators_spoils_no_number() -> None:
    notes, (made,) = noted("=LDR  00000nam a2200000   4500\n=001  A1\n=24510$aLaut\n=245  10$aLaut\n")
    assert made.of("001")[0].data == "A1"
    assert [note.partition(":")[0] for note in notes] == ["line 3"]


def test_the_sign_that_ends_a_text_of_dos_is_not_told() -> None:
    notes, (made,) = noted("=LDR  00000nam a2200000   4500\n=001  A1\n=245  10$aLaut\n\n\x1a")
    assert (notes, made.of("245")[0].get("a")) == ([], "Laut")


def test_a_field_in_very_many_lines_is_joined_whole() -> None:
    _, (made,) = noted("=LDR  00000nam a2200000   4500\n=001  A1\n=245  10$aLaut\n" + "x\n" * 400_000)
    assert made.of("245")[0].get("a") == "Laut" + " x" * 400_000


@pytest.mark.parametrize("name", ["marc4j/brkrtest.mrk", "catmandu/camel.mrk", "catmandu/code4lib.line"])
def test_sound_files_have_no_stray_lines(name: str) -> None:
    notes, made = noted(shared(f"data/marc/{name}").read_text("utf-8", "replace"))
    assert (notes, bool(made)) == ([], True)


YAZ_CLIENT = """Z> show 1
Sent presentRequest (1+1).
Records: 1
[Default]Record type: USmarc
00966cam a2200265 a 4500
001 1
245 10 $a Laut : $b cerita.

nextResultSetPosition = 2
Elapsed: 0.2
Z> show 2
Sent presentRequest (2+1).
[Default]Record type: USmarc
00966cam a2200265 a 4500
001 2
245 10 $a Gunung.

nextResultSetPosition = 3
Z> quit
See you later!
"""


def test_what_yaz_client_says_between_records_is_passed_over_in_silence() -> None:
    notes, made = noted(YAZ_CLIENT)
    assert [record.of("001")[0].data for record in made] == ["1", "2"]
    assert notes == []


def test_a_line_that_goes_on_with_an_equals_sign_is_no_field() -> None:
    lines = (
        "=LDR  00000nam a2200000   4500",
        "=001  A1",
        "=245  10$aFisika",
        r"=520  \\$aRumus E",
        "=mc2 dan",
        "=F terus",
        "=SUM itu",
        "=FMT  BK",
    )
    notes, (made,) = noted("\n".join(lines))
    assert [field.tag for field in made.fields] == ["001", "245", "520", "FMT"]
    assert made.of("520")[0].get("a") == "Rumus E =mc2 dan =F terus =SUM itu"
    assert notes == []
