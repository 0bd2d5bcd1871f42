"""What the index holds: documents, their e-book pages and passages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NewType

DocumentId = NewType("DocumentId", str)

LinkKind = Literal["read", "related", "cover"]
LinkAccess = Literal["open", "login", "onsite", "unknown"]
Relation = Literal[
    "host",
    "constituent",
    "preceding",
    "succeeding",
    "merged_with",
    "merged_into",
    "translation_of",
    "translated_as",
    "supplement",
    "supplement_to",
    "other_edition",
    "other_form",
    "issued_with",
    "series",
    "subseries",
    "data_source",
    "other",
]


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person, body or meeting, with MARC relator codes ("aut", "trl"), none when the record says none."""

    name: str
    roles: tuple[str, ...] = ()
    kind: Literal["person", "corporate", "meeting"] = "person"
    main: bool = False


@dataclass(frozen=True, slots=True)
class OnlineAccess:
    """A link of the record (MARC 856), with what it leads to and who may open it."""

    url: str
    label: str = ""
    kind: LinkKind = "read"
    access: LinkAccess = "unknown"


@dataclass(frozen=True, slots=True)
class Vernacular:
    """A field in its original script (MARC 880), beside the romanised form. script: its code of ISO 15924, or ""."""

    field: str
    text: str
    right_to_left: bool = False
    script: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A copy that a library holds. number: of copy or volume ("c.2", "jil. 3").

    status: "available", "on_loan", "not_for_loan", "on_order", "lost", "withdrawn", "damaged", the source's own word
    for anything else, or "" where it says nothing. It is that of the day the record was written out.
    """

    branch: str = ""
    location: str = ""
    collection: str = ""
    call_number: str = ""
    number: str = ""
    barcode: str = ""
    status: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """Another record that this one names (MARC 760-787).

    part: where in a host it stands ("Vol. 5, no. 2, hlm. 12-20"). note: how they are related, in the record's words.
    control_numbers: with their system, "(OCoLC)32565826", as written. in_note: the record asks not to show it, since
    a note of it (580) names it already.
    """

    kind: Relation
    title: str = ""
    name: str = ""
    part: str = ""
    note: str = ""
    issn: str = ""
    isbn: str = ""
    control_numbers: tuple[str, ...] = ()
    in_note: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of an e-book's outline and the physical page (from 1) it opens."""

    title: str
    page: int
    level: int = 1


@dataclass(frozen=True, slots=True)
class Ebook:
    """The PDF behind a document. `sha256` names the file in the e-book store.

    record: the id of the record that it belongs to, "" when it is a document by itself. adds_format: that record says
    nothing of an e-book, so the document has the format through this one alone. ocr_done: OCR was tried on the pages
    without text. place: what stands for the place where the file was found, "" where that is not known. folders: what
    stands for each folder that the place lies in.
    """

    sha256: str
    file_name: str
    page_count: int
    pages_without_text: int = 0
    outline: tuple[Section, ...] = ()
    record: str = ""
    adds_format: bool = False
    ocr_done: bool = False
    place: str = ""
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an e-book: physical number from 1, printed label ("xii"), section heading, text."""

    number: int
    label: str
    text: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of text that gets one vector.

    number: 0 is the record itself (title, names, subjects, summary); from 1 on, pages of the
    e-book. first_page and last_page are physical numbers, both 0 for passage 0.
    """

    number: int
    text: str
    first_page: int = 0
    last_page: int = 0


@dataclass(frozen=True, slots=True)
class RawRecord:
    """The record as it came. format: "marc" (ISO 2709 bytes), "marcxml", or "pdf" (no record; empty)."""

    format: Literal["marc", "marcxml", "pdf"]
    data: bytes
    file: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """One title of the catalogue.

    id is "<source>.<control number>". `fields` holds the values of search.schema.FIELDS, first
    value first; a field without values is absent. `fingerprint` changes when anything that is
    indexed changes, so an unchanged document need not be written or embedded again. `members` are the
    records of several sources that this document was joined from, each whole; () for one record alone.
    changed: when the index that gave it published its last change (search.publications); None for one from elsewhere.
    """

    id: DocumentId
    fields: Mapping[str, tuple[str, ...]]
    contributors: tuple[Contributor, ...] = ()
    links: tuple[OnlineAccess, ...] = ()
    vernacular: tuple[Vernacular, ...] = ()
    items: tuple[Item, ...] = ()
    related: tuple[Related, ...] = ()
    members: tuple["Document", ...] = ()
    ebook: Ebook | None = None
    raw: RawRecord | None = None
    fingerprint: str = ""
    changed: datetime | None = field(default=None, compare=False)

    @property
    def records(self) -> tuple["Document", ...]:
        """The members, or the document itself as the one record it is of."""
        return self.members or (self,)

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a field, () when there are none."""
        return self.fields.get(name, ())

    def first(self, name: str) -> str:
        """The first value of a field, "" when there is none."""
        return next(iter(self.fields.get(name, ())), "")

    @property
    def title(self) -> str:
        return self.first("title")

    @property
    def year(self) -> int | None:
        text = self.first("year")
        return int(text) if text.isdigit() else None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion for the search box: the whole value and the field it stands in."""

    text: str
    field: str
    count: int = 0


def to_json(document: Document) -> str:
    """A document as one line of JSON; `from_json` reads it back."""
    return _encode(_plain_document(document))


_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _plain_document(document: Document) -> dict[str, Any]:
    raw, ebook = document.raw, document.ebook
    return {
        "id": document.id,
        "fields": dict(document.fields),
        "contributors": [_plain(contributor) for contributor in document.contributors],
        "links": [_plain(link) for link in document.links],
        "vernacular": [_plain(vernacular) for vernacular in document.vernacular],
        "items": [_plain(item) for item in document.items],
        "related": [_plain(related) for related in document.related],
        "members": [_plain_document(member) for member in document.members],
        "ebook": None if ebook is None else {**_plain(ebook), "outline": [_plain(s) for s in ebook.outline]},
        # Latin-1 keeps every byte of ISO 2709 as one character, whatever its encoding.
        "raw": None if raw is None else {**_plain(raw), "data": raw.data.decode("latin-1")},
        "fingerprint": document.fingerprint,
    }


_Member = Contributor | OnlineAccess | Vernacular | Item | Related | Section | Ebook | RawRecord


def _plain(value: _Member) -> dict[str, Any]:
    """The attributes by name. dataclasses.asdict copies all the way down, which took an eighth of a load."""
    return {name: getattr(value, name) for name in value.__slots__}


def _ebook(plain: dict[str, Any]) -> Ebook:
    outline = tuple([Section(**section) for section in plain["outline"]])
    return Ebook(**{**plain, "outline": outline, "folders": tuple(plain.get("folders", ()))})


def from_json(text: str, changed: datetime | None = None) -> Document:
    """The document that `to_json` wrote. changed: as in `Document`, which the JSON does not say."""
    return _document(json.loads(text), changed)


def _document(plain: dict[str, Any], changed: datetime | None = None) -> Document:
    raw, ebook = plain["raw"], plain["ebook"]
    return Document(
        id=DocumentId(plain["id"]),
        fields={name: tuple(values) for name, values in plain["fields"].items()},
        contributors=tuple(
            [Contributor(c["name"], tuple(c["roles"]), c["kind"], c["main"]) for c in plain["contributors"]]
        ),
        links=tuple([OnlineAccess(**link) for link in plain["links"]]),
        vernacular=tuple([Vernacular(**v) for v in plain["vernacular"]]),
        items=tuple([Item(**item) for item in plain["items"]]),
        related=tuple([Related(**{**r, "control_numbers": tuple(r["control_numbers"])}) for r in plain["related"]]),
        members=tuple([_document(member) for member in plain["members"]]),
        ebook=None if ebook is None else _ebook(ebook),
        raw=None if raw is None else RawRecord(**{**raw, "data": raw["data"].encode("latin-1")}),
        fingerprint=plain["fingerprint"],
        changed=changed,
    )
