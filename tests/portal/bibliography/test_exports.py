"""Every form is read back by a program that is not ours, and says what the record says."""

import csv
import io
import json
import re
import warnings
from dataclasses import replace

import pymarc
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.display import stored_record
from ingest.record import to_pymarc
from portal.bibliography.bibtex import BibtexFile, citation_key
from portal.bibliography.csl import csl_item
from portal.bibliography.exports import FORMATS, written
from portal.bibliography.names import Name
from portal.bibliography.reference import reference
from portal.bibliography.ris import ris
from portal.bibliography.spreadsheet import BYTE_ORDER_MARK
from search.document import Contributor, Document, DocumentId, RawRecord, Related
from tests.support.marc_records import made, mapped
from tests.support.references import sample_documents

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pyparsing has renamed what this reader calls
    import bibtexparser
    from bibtexparser.bparser import BibTexParser

BASE = "https://katalog.example"
LATEX = {
    r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^", r"\{": "{", r"\}": "}",
    r"\$": "$", r"\&": "&", r"\#": "#", r"\%": "%", r"\_": "_",
}  # fmt: skip
_COMMAND = re.compile("|".join(map(re.escape, LATEX)))
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


def unescaped(text: str) -> str:
    return _COMMAND.sub(lambda found: LATEX[found[0]], text)


def read_bibtex(text: str) -> list[dict[str, str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = BibTexParser(common_strings=False, ignore_nonstandard_types=False)
        entries: list[dict[str, str]] = bibtexparser.loads(text, parser).entries
        return entries


def read_ris(text: str) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = rispy.loads(text)
    return entries


def titled(title: str, *names: str, **fields: str) -> Document:
    held = {name: (value,) for name, value in fields.items()}
    people = tuple(Contributor(name, ("aut",), main=not n) for n, name in enumerate(names))
    return Document(DocumentId("kota.1"), {"title": (title,), "format": ("book",), **held}, people)


def by_ris(name: Name) -> str:
    return name.inverted if name.given else name.family.replace(",", "")


def test_ris_is_read_back_with_every_title_and_its_names() -> None:
    documents = sample_documents()
    entries = read_ris(written(documents, "ris", BASE).decode())
    assert len(entries) == len(documents)
    for document, entry in zip(documents, entries, strict=True):
        cited = reference(document, BASE)
        assert entry["title"] == cited.title
        assert entry.get("authors", []) == [by_ris(name) for name in cited.names.makers]
        assert entry.get("year", "") == cited.year
        assert entry["urls"] == [cited.online or cited.address]
        assert entry.get("keywords", []) == list(cited.subjects)


def test_bibtex_is_read_back_with_every_title_under_a_key_of_its_own() -> None:
    documents = sample_documents()
    text = written(documents, "bib", BASE).decode()
    entries = read_bibtex(text)
    assert len(entries) == len(documents)
    assert len({entry["ID"] for entry in entries}) == len(documents)
    for document, entry in zip(documents, entries, strict=True):
        cited = reference(document, BASE)
        assert entry["ENTRYTYPE"] == cited.kind.bibtex
        assert unescaped(entry["title"].removeprefix("{").removesuffix("}")) == cited.title
        assert entry.get("year", "").removeprefix("ca. ").partition("--")[0] == cited.year
        assert unescaped(entry.get("publisher", entry.get("school", ""))) == cited.publisher
        assert entry["ID"].isascii()
        assert entry["ID"].isalnum()


def test_a_heading_with_a_comma_is_one_keyword_of_bibtex() -> None:
    cited = replace(reference(titled("Laut"), BASE), subjects=("Sukarno, 1901-1970", "Laut; pantai", "Karang"))
    assert "keywords = {Sukarno 1901-1970, Laut pantai, Karang}" in BibtexFile().entry(cited)


def test_csl_json_holds_every_title() -> None:
    documents = sample_documents()
    items = json.loads(written(documents, "json", BASE))
    assert [item["id"] for item in items] == [document.id for document in documents]
    assert items == [csl_item(reference(document, BASE)) for document in documents]


def test_no_titles_are_still_a_file() -> None:
    assert json.loads(written((), "json")) == []
    assert pymarc.parse_xml_to_array(io.BytesIO(written((), "xml"))) == []  # type: ignore[no-untyped-call]


def test_marc_is_read_back_equal_to_the_record_it_came_as() -> None:
    documents = sample_documents()
    read = list(pymarc.MARCReader(written(documents, "mrc"), to_unicode=True))
    assert len(read) == len(documents)
    for document, record in zip(documents, read, strict=True):
        assert record is not None
        source = stored_record(document.raw or RawRecord("pdf", b""))
        assert source is not None
        assert [str(field) for field in record.fields] == [str(field) for field in to_pymarc(source).fields]


def test_marcxml_is_read_back_equal_to_the_record_it_came_as() -> None:
    documents = sample_documents()
    read = pymarc.parse_xml_to_array(io.BytesIO(written(documents, "xml")))  # type: ignore[no-untyped-call]
    assert len(read) == len(documents)
    for document, record in zip(documents, read, strict=True):
        source = stored_record(document.raw or RawRecord("pdf", b""))
        assert source is not None
        # Blanks at the ends of values are XML's to keep, and this reader's to drop.
        assert [_stripped(field) for field in record.fields] == [_stripped(f) for f in to_pymarc(source).fields]


def _stripped(field: pymarc.Field) -> object:
    if field.control_field:
        return (field.tag, (field.data or "").strip())
    return (field.tag, tuple(field.indicators or ()), [(s.code, s.value.strip()) for s in field.subfields])


def test_a_joined_record_gives_the_records_of_all_its_members() -> None:
    one, other = mapped("001 a", "245 00 $a Laut"), mapped("001 b", "245 00 $a Laut lepas")
    joined = Document(DocumentId("kota.a"), one.fields, members=(one, other))
    for name, reader in (("mrc", pymarc.MARCReader), ("xml", lambda data: _xml(data))):
        numbers = [record["001"].data for record in reader(written((joined,), name))]
        assert numbers == ["a", "b"], name


def _xml(data: bytes) -> list[pymarc.Record]:
    return list(pymarc.parse_xml_to_array(io.BytesIO(data)))  # type: ignore[no-untyped-call]


def test_an_e_book_without_a_record_gets_one_of_what_is_known() -> None:
    document = titled("Laut", "Wenas, Maria", year="2014", isbn="9786020000012", publisher="Bahari")
    (record,) = pymarc.MARCReader(written((document,), "mrc"))
    assert record is not None
    assert record["245"]["a"] == "Laut"
    assert record["100"]["a"] == "Wenas, Maria"
    assert record["008"].data[7:11] == "2014"
    assert len(record["008"].data) == 40
    assert record["020"]["a"] == "9786020000012"


def test_a_record_too_long_for_iso_2709_stands_as_it_came() -> None:
    raw = made("001 a", "245 00 $a Laut", *(f"500    $a {n} {'laut ' * 1000}" for n in range(20))).raw
    raw = replace(raw, data=b"99999" + raw.data[6:])  # five digits are all that a leader has for a length
    document = Document(DocumentId("kota.a"), {"title": ("Laut",)}, raw=raw)
    assert written((document,), "mrc") == raw.data
    (record,) = _xml(written((document,), "xml"))
    assert len(record.get_fields("500")) == 20


def test_a_record_too_long_for_iso_2709_that_came_as_xml_is_left_out_of_it() -> None:
    notes = "".join(
        f'<datafield tag="500" ind1=" " ind2=" "><subfield code="a">{"laut " * 1000}</subfield></datafield>'
        for _ in range(30)
    )
    title = '<datafield tag="245" ind1="0" ind2="0"><subfield code="a">Laut</subfield></datafield>'
    data = f"<record><leader>00000nam a2200000 i 4500</leader>{title}{notes}</record>".encode()
    document = Document(DocumentId("kota.a"), {"title": ("Laut",)}, raw=RawRecord("marcxml", data))
    assert written((document,), "mrc") == b""
    assert len(_xml(written((document,), "xml"))[0].get_fields("500")) == 30


HOSTILE = "Laut\r\nER  - \r\n\r\nTY  - BOOK\nTI  - Palsu} , author = {Palsu \x00\x1d\x1e\x1f\u2028 = \\input{x} %"


def test_a_title_cannot_begin_a_field_or_a_record_of_its_own() -> None:
    document = titled(HOSTILE, "Palsu\r\nAU  - Lain")
    (ris_entry,) = read_ris(written((document,), "ris").decode())
    assert ris_entry["authors"] == ["Palsu AU - Lain"]
    assert written((document,), "ris").count(b"\r\nTY  - ") == 0
    (entry,) = read_bibtex(written((document,), "bib").decode())
    assert "Palsu" in entry["title"]
    assert entry["author"] == "{Palsu AU - Lain}"
    assert len(json.loads(written((document,), "json"))) == 1
    assert len(list(csv.reader(io.StringIO(written((document,), "csv").decode())))) == 2


@given(title=ANY_TEXT.filter(str.strip), name=ANY_TEXT)
def test_any_text_is_read_back_as_it_was_written(title: str, name: str) -> None:
    cited = reference(titled(title, name))
    if cited.title:
        (entry,) = read_ris(ris(cited))
        assert str(entry.get("title", "")).strip() == cited.title
    text = BibtexFile().entry(cited)
    assert text.count("@") - text.count("\\@") >= 1
    assert _balanced(text)
    assert json.loads(written((titled(title, name),), "json"))[0]["title"] == cited.title


def _balanced(text: str) -> bool:
    """Whether every brace that TeX sees is closed."""
    depth = 0
    for part in re.sub(r"\\[{}]", "", text):
        depth += {"{": 1, "}": -1}.get(part, 0)
        if depth < 0:
            return False
    return depth == 0


FORMULAS = (
    "=1+2", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =cmd|' /C calc'!A0", "＝1", "＋1", "－1", "＠A1", "\u00a0=1",
)  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_spreadsheet_starts_a_formula(formula: str) -> None:
    document = titled(formula, formula, publisher=formula, subject=formula, call_number=formula, isbn=formula)
    text = written((document,), "csv").decode()
    assert text.startswith(BYTE_ORDER_MARK)
    header, row = csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK)))
    assert len(header) == len(row)
    for cell in row:
        assert not cell.strip().startswith(tuple("=+-@＝＋－＠")), cell


def test_every_cell_is_quoted_and_samples_keep_their_values() -> None:
    rows = list(csv.DictReader(io.StringIO(written(sample_documents(), "csv", BASE).decode().removeprefix("\ufeff"))))
    assert len(rows) == len(sample_documents())
    for document, row in zip(sample_documents(), rows, strict=True):
        assert row["id"] == document.id
        assert row["year"] == document.first("year")
        assert row["isbn"].split("; ") == (list(document.values("isbn")) or [""])


def test_an_article_is_cited_in_its_journal() -> None:
    article = Document(
        DocumentId("kota.2"),
        {"title": ("Ikan",), "format": ("article",), "year": ("2011",)},
        (Contributor("Carter, Anne", main=True),),
        related=(Related("host", "Jurnal laut", part="Vol. 5, no. 2 (2011), hlm. 12-20", issn="1411-0000"),),
    )
    cited = csl_item(reference(article))
    assert cited["type"] == "article-journal"
    assert (cited["container-title"], cited["volume"], cited["issue"], cited["page"]) == (
        "Jurnal laut",
        "5",
        "2",
        "12-20",
    )
    entry = read_ris(written((article,), "ris").decode())[0]
    assert (entry["start_page"], entry["end_page"], entry["volume"]) == ("12", "20", "5")
    (bibtex,) = read_bibtex(written((article,), "bib").decode())
    assert (bibtex["journal"], bibtex["pages"]) == ("Jurnal laut", "12--20")


def test_a_novel_on_a_roll_of_microfilm_is_no_article() -> None:
    def on(part: str, issn: str = "") -> str:
        related = (Related("host", "Victorian fiction", part=part, issn=issn),)
        return reference(replace(titled("Laut", format="article"), related=related)).kind.bibtex

    assert on("Roll 93, Item 6") == "book"
    assert on("Reel 2, p. 3-9", issn="1411-0000") == "article"
    assert on("53:2, pp. 119-132") == "article"


def test_ris_says_of_every_type_only_what_it_has_a_tag_for() -> None:
    """As Zotero and EndNote read the tags: VL of a book is its volume, of a web page the day it was seen."""
    series = ("008 240614s2024    dcu     o     000 0 eng|c", "300    $a 24 pages", "830  0 $a Laporan laut ; $v no. 7")
    text = written((mapped("001 a", "245 10 $a Laut", *series),), "ris").decode()
    assert "\r\nM1  - 7\r\n" in text  # the number of a series
    (book,) = read_ris(text)
    assert (book["secondary_title"], book["start_page"]) == ("Laporan laut", "24")
    assert "volume" not in book
    shown = mapped("001 a", "245 10 $a Laut", *series, leader="00000cem a2200000 i 4500")
    text = written((shown,), "ris").decode()
    (chart,) = read_ris(text)
    assert chart["secondary_title"] == "Laporan laut, 7"
    assert "M1  - " not in text
    assert not {"volume", "start_page"} & set(chart)


def test_ris_leads_to_the_title_itself_where_it_is_online() -> None:
    fields = ("001 a", "245 10 $a Laut", "300    $a 1 online resource (24 pages)")
    (entry,) = read_ris(written((mapped(*fields, "856 40 $u https://repositori.example/a"),), "ris", BASE).decode())
    assert entry["urls"] == ["https://repositori.example/a"]
    (shelf,) = read_ris(written((mapped("001 a", "245 10 $a Laut"),), "ris", BASE).decode())
    assert shelf["urls"] == [f"{BASE}/katalog/kota.a"]


def test_a_body_with_commas_in_its_name_is_one_name() -> None:
    body = "Kementerian Pendidikan, Kebudayaan, Riset, dan Teknologi"
    document = mapped("001 a", "245 10 $a Laut", f"110 2  $a {body}", "700 1  $a Sari, Dewi, $e ilustrator")
    (entry,) = read_ris(written((document,), "ris").decode())
    assert entry["authors"] == [body.replace(",", "")]
    assert "Sari" not in str(entry)  # no tag says illustrator, and A4 would make a translator of her
    (item,) = json.loads(written((document,), "json"))
    assert item["author"] == [{"literal": body}]
    (bibtex,) = read_bibtex(written((document,), "bib").decode())
    assert bibtex["author"] == f"{{{body}}}"


def test_addresses_stand_in_bibtex_as_they_are() -> None:
    address = "https://repositori.example/a_b~c?x=1&y=50%25#z"
    document = mapped("001 a", "245 10 $a Laut & 100% {ikan}", f"856 40 $u {address}", "024 7  $a 10.1234/a_b $2 doi",
                      leader="00000nai a2200000 i 4500")  # fmt: skip
    (entry,) = read_bibtex(written((document,), "bib", BASE).decode())
    assert entry["url"] == address
    assert entry["doi"] == "10.1234/a_b"
    assert entry["title"] == r"{Laut \& 100\% \{ikan\}}"
    assert "url = {https://a.example/%7D%5Cinput%7B}" in BibtexFile().entry(
        replace(reference(document), online="https://a.example/}\\input{")
    )


def test_equal_keys_are_told_apart() -> None:
    file = BibtexFile()
    cited = reference(titled("Laut", "Wenas, Maria", year="2014"))
    assert [re.match(r"@book\{(\w+),", file.entry(cited))[1] for _ in range(3)] == [  # type: ignore[index]
        "wenas2014laut", "wenas2014lauta", "wenas2014lautb",
    ]  # fmt: skip
    assert citation_key(reference(titled("许", "许思豪"))) == "judul"


def test_forms_have_names_of_their_own() -> None:
    assert list(FORMATS) == ["ris", "bib", "json", "mrc", "xml", "csv"]
    assert len({format.media_type for format in FORMATS.values()}) == len(FORMATS)
