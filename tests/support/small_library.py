"""A small library made for portal tests: hand-written records and one real PDF, in a real embedded index."""

from dataclasses import replace
from pathlib import Path

import pymarc

from ingest.ebooks import EbookStore
from ingest.readers.pdf import read
from ingest.source import PdfBook
from portal.bootstrap import Services, open_services
from portal.settings import read_settings
from search.document import Contributor, Document, DocumentId, Ebook, OnlineAccess, RawRecord, Vernacular
from search.engine import Entry

BOOK_FILE = "telusur-ebook-0002.pdf"
EBOOK_ID = DocumentId("kota.e-01")
REEF_ID = DocumentId("kota.001")
# Of the volumes for beginners, those below this number are for children.
CHILDRENS = 21
TRAP_ID = DocumentId("kota.x/<b>&")
# Text that would run as a script, or break out of its place, wherever it was not escaped.
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    '" onmouseover="alert(3)',
    "'><svg onload=alert(4)>",
    "</title><script>alert(5)</script>",
    "{{ 7*7 }}{% raw %}",
    "<!-- <script>alert(6)</script> -->",
    "javascript:alert(7)",
    "&lt;script&gt;alert(8)&lt;/script&gt;",
    "<a href='data:text/html,<script>alert(9)</script>'>x</a>",
)


def record(title: str, name: str = "", year: str = "") -> RawRecord:
    """A MARC record of these facts, in ISO 2709."""
    marc = pymarc.Record(force_utf8=True)
    marc.fields.append(pymarc.Field(tag="001", data="k1"))
    if name:
        marc.fields.append(pymarc.Field("100", pymarc.Indicators("1", " "), [pymarc.Subfield("a", name)]))
    subfields = [pymarc.Subfield("a", title), pymarc.Subfield("c", year)]
    marc.fields.append(pymarc.Field("245", pymarc.Indicators("1", "0"), subfields))
    return RawRecord("marc", marc.as_marc(), "kota.mrc", 1)


def document(number: str, title: str, names: str, year: str, **fields: str | tuple[str, ...]) -> Document:
    """A record of the small library. names: "A; B", the first the main one."""
    people = tuple(
        Contributor(name, ("aut",) if n == 0 else ("ill",), main=n == 0)
        for n, name in enumerate(names.split("; "))
        if name
    )
    values = {name: (value,) if isinstance(value, str) else value for name, value in fields.items()}
    values |= {"title": (title,), "year": (year,), "source": ("kota",), "control_number": (number,)}
    if people:
        values["contributor"] = tuple(person.name for person in people)
    return Document(
        DocumentId(f"kota.{number}"), values, people, raw=record(title, people[0].name if people else "", year)
    )


def documents() -> list[Document]:
    def book(
        number: str, title: str, names: str, year: str, language: str, dewey: str, *subjects: str, **more: str
    ) -> Document:
        return document(
            number, title, names, year, format="book", language=language, dewey_class=dewey, subject=subjects, **more
        )

    reef = replace(
        book(
            "001",
            "Terumbu karang Selat Lembeh : panduan lapangan",
            "Wenas, Maria; Lasut, Johan",
            "2014",
            "ind",
            "500",
            "Terumbu karang",
            "Ekosistem laut",
            summary="Panduan mengenal karang, ikan karang, dan cara menjaga terumbu karang di Selat Lembeh, Bitung.",
            publisher="Pustaka Bahari",
            isbn="9786020000012",
            call_number="577.789 WEN t",
            place="Bitung",
            physical="xii, 120 hlm. : ilus. ; 24 cm",
            publication_place="Bitung",
            edition="Cet. 2",
        ),
        links=(
            OnlineAccess("https://example.org/karang", "Versi digital", "read", "open"),
            OnlineAccess("https://example.org/isi", "Daftar isi", "related"),
            OnlineAccess("https://example.org/c.jpg", "Sampul", "cover"),
            OnlineAccess("javascript:alert(1)", "Jahat", "read"),
        ),
        vernacular=(Vernacular("title", "تيرومبو كارڠ", right_to_left=True),),
    )
    shelf = [
        reef,
        book(
            "002",
            "Ikan karang Indonesia Timur",
            "Lasut, Johan",
            "2009",
            "ind",
            "500",
            "Ikan laut",
            "Terumbu karang",
            publisher="Pustaka Bahari",
        ),
        book(
            "003",
            "Coral reefs of the world",
            "Carter, Anne",
            "2011",
            "eng",
            "500",
            "Coral reefs",
            summary="Reefs, their fish and how to protect them.",
        ),
        book(
            "004",
            "Cerita rakyat Sulawesi Utara",
            "Rumengan, Tine",
            "2003",
            "ind",
            "300",
            "Cerita rakyat",
            audience="juvenile",
            place="Sulawesi Utara",
        ),
        book(
            "005",
            "Gempa bumi dan tsunami untuk anak",
            "Prasetyo, Adi; Sari, Dewi",
            "2018",
            "ind",
            "500",
            "Gempa bumi",
            "Tsunami",
            audience="juvenile",
        ),
        book(
            "006",
            "Earthquake safety at school",
            "Miller, John",
            "2016",
            "eng",
            "300",
            "Earthquakes",
            audience="juvenile",
        ),
        book(
            "007",
            "Laskar pelangi",
            "Hirata, Andrea",
            "2005",
            "ind",
            "800",
            "Fiksi Indonesia",
            series="Tetralogi Laskar Pelangi",
        ),
        book(
            "008",
            "The rainbow troops",
            "Hirata, Andrea; Kilbane, Angie",
            "2013",
            "eng",
            "800",
            "Indonesian fiction",
            language_original="ind",
        ),
        document(
            "009",
            "Peta laut Bitung",
            "Dinas Hidro-Oseanografi",
            "1998",
            format="map",
            language="ind",
            subject="Peta laut",
            place="Bitung",
        ),
        document(
            "010",
            "Jurnal kelautan tropis",
            "",
            "2001",
            format="journal",
            language=("ind", "eng"),
            subject="Kelautan",
            issn="1411-0000",
        ),
        document(
            "011",
            "Lagu-lagu Minahasa",
            "Kawilarang, Ade",
            "1995",
            format="music",
            language="ind",
            subject="Musik daerah",
        ),
    ]
    shelf += [
        book(
            f"1{n:02}",
            f"Belajar membaca jilid {n}",
            "Sari, Dewi",
            str(1990 + n),
            "ind",
            "400",
            "Membaca",
            **({"audience": "children"} if n < CHILDRENS else {}),
        )
        for n in range(1, 31)
    ]
    return [*shelf, trap()]


def trap() -> Document:
    """A record whose every text tries to become markup."""
    title = "Jebakan " + " ".join(PAYLOADS)
    made = document(
        "x",
        title,
        "; ".join(PAYLOADS[:3]),
        "2020",
        format="book",
        language="ind",
        subject=PAYLOADS,
        summary=title,
        note=PAYLOADS[0],
    )
    hostile = [OnlineAccess(f"https://example.org/{p}", p) for p in PAYLOADS]
    links = (*hostile, OnlineAccess("javascript:alert(1)", "x"))
    return replace(made, id=TRAP_ID, links=links)


def ebook() -> tuple[Document, PdfBook, Path]:
    path = Path(__file__).resolve().parents[2] / "marc_samples" / BOOK_FILE
    book = read(path)
    assert isinstance(book, PdfBook)
    made = document(
        "e-01",
        "Buku elektronik contoh",
        "Telusur, Tim",
        "2024",
        format="ebook",
        language="ind",
        access="online",
        subject="Perpustakaan",
    )
    return replace(made, ebook=Ebook(book.sha256, path.name, len(book.pages), outline=book.outline)), book, path


def small_library(folder: Path) -> Services:
    """Services over a new index in `folder`, with words only."""
    # One test after the other asks faster than any visitor may.
    values = {"TELUSUR_DATA": str(folder), "TELUSUR_MODEL": "none", "TELUSUR_RATE": "0"}
    settings = read_settings(values, folder / "none.toml")
    services = open_services(settings)
    electronic, book, path = ebook()
    EbookStore(folder / "ebooks").add(path, book.sha256)
    with services.engine.rebuilding() as writer:
        report = writer.put([*(Entry(d) for d in documents()), Entry(electronic, book.pages)])
    assert not report.refused, report.refused
    return open_services(settings)
