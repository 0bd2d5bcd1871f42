"""What a file is, by its first bytes; a file's name may lie."""

import re
from typing import Final, Literal

from ingest.readers.blocks import utf8_head

Kind = Literal["marc", "marcxml", "marcjson", "marcmaker", "aleph", "table", "pdf"]

# Fixed places of a leader: status and type (05-06) are no digits, counts at 10-11, base address at 12-16,
# "45" at 20-21, then a first directory entry. The length at 00-04 may be damaged, so it is not asked for.
LEADER: Final = re.compile(
    rb"[0-9 \-]{5}[ !-/:-~]{2}[ -~]{3}[0-9 #]{2}[0-9]{5}[ -~]{3}(?:45|  |##)[ -~]{2}(?=[0-9A-Za-z ]{3}[0-9]{9}|\x1e)"
)

_XML_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[?!A-Za-z_]")
# The last two without a mark, which an XML declaration makes up for (XML 1.0, appendix F).
_XML_UTF16: Final = (b"\xff\xfe<\x00", b"\xfe\xff\x00<", b"<\x00?\x00", b"\x00<\x00?")
_HTML_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|meta|style|table|body|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_JSON_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_MARC_IN_JSON: Final = re.compile(
    rb'"?leader"?\s{0,8}:\s{0,8}"|"(?:record|fields)"\s*:\s*\[\s*(?:\[\s*"[0-9A-Z]{3}"|\{\s*"(?:[0-9]{3}|tag)")'
    rb'|"?(?:controlfields?|datafields?)"?\s*:\s*\['
)
_MARCMAKER: Final = re.compile(rb"^=(?:LDR|[0-9]{3})(?:  |\t| )", re.MULTILINE)
# Yaz prints a leader, then a line for each field.
_YAZ: Final = re.compile(rb"^[0-9 ]{5}[a-z][a-z][a-z ]{2}[a-z ]22[0-9 ]{5}[^\n]{3,8}\r?\n00[0-9] ", re.MULTILINE)
_ALEPH: Final = re.compile(rb"^[0-9]{9} (?:[0-9]{3}|LDR|FMT)[0-9A-Za-z ^]{2} [A-Z^ ] ", re.MULTILINE)
# Excel's workbook among the names of a zip archive.
_XLSX: Final = re.compile(rb"PK\x03\x04.{26}xl/", re.DOTALL)
_OTHER_OFFICE: Final = re.compile(rb"PK\x03\x04.{26}(?:word/|ppt/|mimetype|META-INF/|AndroidManifest)", re.DOTALL)
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_EPUB: Final = b"mimetypeapplication/epub+zip"
_OTHER_ARCHIVES: Final = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_EBOOK_NAMES: Final = (".epub", ".mobi", ".azw", ".azw3", ".djvu")
DATABASE_NAMES: Final = (".mdb", ".accdb", ".dbf", ".sql", ".frm", ".ibd")
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TABLE_NAMES: Final = (".csv", ".tsv", ".tab")
# Excel saves "Text (Tab delimited)" and "Unicode Text" under this ending, which notes of all kinds have too.
_TABBED_NAME: Final = ".txt"
_TABBED_ROWS: Final = 5
_LEAST_TABS: Final = 2
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c\x7f]")
_MOST_DAMAGED: Final = 1 / 25
# Readers of PDF accept some bytes of junk before the mark; the standard's own tools look at 1,024.
_PDF_HEAD_BYTES: Final = 1024


def detect(head: bytes, name: str) -> Kind | None:
    """The kind of a file from its first bytes (64 kB are enough), None when it is none of ours.

    Any XML but HTML is "marcxml": whether records are in it, only reading tells. `name` decides only when
    the contents do not: a damaged "*.mrc" is still handed to the MARC reader, which says what is wrong, and
    any text may be a table if its name says so, also a page with one (programs for the web write such ".xls").

    >>> detect(b"%PDF-1.7", "laporan.mrc"), detect(b"<collection/>", "a"), detect(b"hello", "a.txt")
    ('pdf', 'marcxml', None)
    >>> detect(b"=LDR  00000nam a2200000   4500", "a.txt"), detect(b"judul;pengarang", "a.csv")
    ('marcmaker', 'table')
    """
    name = name.lower().removesuffix(".gz")
    if head.startswith(_ZIP):
        return "table" if _XLSX.search(head) else None
    if b"%PDF-" in head[:_PDF_HEAD_BYTES]:
        return "pdf"
    if _HTML_START.match(head):
        return "table" if _is_inlis_listing(head) or _is_table_page(head, name) else None
    if (_XML_START.match(head) and not _is_noise(head)) or head.startswith(_XML_UTF16):
        return "marcxml"
    if LEADER.search(head):
        return "marc"
    return _kind_of_text(head, name) or ("marc" if name.endswith((".mrc", ".marc")) else None)


def _kind_of_text(head: bytes, name: str) -> Kind | None:
    head = utf8_head(head)
    if _is_noise(head):
        return None
    if _JSON_START.match(head):
        return "marcjson" if _MARC_IN_JSON.search(head) else None
    lines = head.replace(b"\r", b"\n")
    if _MARCMAKER.search(lines):
        return "marcmaker"
    if _ALEPH.search(lines):
        return "aleph"
    if _YAZ.search(lines):
        return "marcmaker"
    is_table = name.endswith(_TABLE_NAMES) or (name.endswith(_TABBED_NAME) and _is_tabbed(lines))
    return "table" if is_table else None


def _is_tabbed(lines: bytes) -> bool:
    """Whether the first rows of a text are of one width, by tabs.

    >>> _is_tabbed(b"Judul\\tTahun\\tISBN\\nLaut\\t2010\\t\\n"), _is_tabbed(b"Isi folder:\\n\\tlaut.mrc\\t2010\\n")
    (True, False)
    """
    rows = [line for line in lines.split(b"\n") if line][:_TABBED_ROWS]
    return len(rows) > 1 and len(tabs := {row.count(b"\t") for row in rows}) == 1 and min(tabs) >= _LEAST_TABS


def _is_inlis_listing(head: bytes) -> bool:
    """Whether a page is what INLISLite calls an Excel file: a table of catalogue, tag, indicators and value."""
    text = head.lower()
    return b"<table" in text and b">tag<" in text and b">value<" in text


def _is_table_page(head: bytes, name: str) -> bool:
    return name.endswith(".xls") and b"<table" in head.lower()


def _is_noise(head: bytes) -> bool:
    """Whether too many bytes are no text's for a text in which some are damaged; of drawn bytes every tenth is none."""
    return len(_BINARY.findall(head)) > len(head) * _MOST_DAMAGED


def is_zip(head: bytes) -> bool:
    """Whether a file is an archive of others, rather than a document of an office program, which are zip too.

    >>> is_zip(b"PK\\x03\\x04" + bytes(26) + b"buku.mrc"), is_zip(b"PK\\x03\\x04" + bytes(26) + b"word/document.xml")
    (True, False)
    """
    return head.startswith(_ZIP) and not _XLSX.search(head) and not _OTHER_OFFICE.search(head)


def refusal(head: bytes, name: str) -> str:
    """Why a file of no kind is not read, and what to do."""
    name = name.lower()
    if head.startswith(_OTHER_ARCHIVES):
        return "This is an archive of another kind (RAR, 7z); unpack it and load the folder, or pack it as zip."
    if name.endswith(_EBOOK_NAMES) or _EPUB in head[:200]:
        return "This is an e-book in another form than PDF (EPUB, MOBI, DjVu); save it as PDF, which can be read and searched here."
    if name.endswith(DATABASE_NAMES):
        return "This is a database's own file; export its titles as a table (CSV, .xlsx) or as MARC."
    if name.endswith(".ods") or b"opendocument.spreadsheet" in head[:200]:
        return "This is a spreadsheet of LibreOffice (.ods); save it as .xlsx or CSV."
    if head.startswith(_OLD_OFFICE):
        return (
            "This is a document of an old office program (.xls, .doc); save a table as .xlsx or CSV, an e-book as PDF."
        )
    if _OTHER_OFFICE.search(head):
        return "This is a document of an office program (.docx, .pptx, .odt); save a table as .xlsx or CSV, an e-book as PDF."
    if _HTML_START.match(head):
        return (
            "This is a web page (HTML), as a site shows instead of a file; open it, and download the file itself again."
        )
    return "The file is neither MARC 21 in any form, nor a table (CSV, .xlsx), nor PDF. Export it in one of these."
