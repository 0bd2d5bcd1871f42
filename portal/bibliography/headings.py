"""What the record itself says of a name, which the index keeps as one text: where the name ends and a title of
the person begins, and whether the person made this title or another that the record names."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ingest.mappings.names import TAGS, name_of
from ingest.readers.display import stored_record
from ingest.record import Field
from ingest.transform import trim_isbd
from search.document import Document

_TAGS: Final = frozenset(TAGS.split())


@dataclass(frozen=True, slots=True)
class Heading:
    """name: without words associated with it (MARC $c). titles: those words.

    place: the government of a body that is entered under one. units: of a body with parts, from the whole to the part.

    of_other_work: it is there for a work that this one contains or comes from (7XX $t), or for the copy of one library
    ($5: a collection, a former owner), and is said to have done nothing else.
    """

    name: str
    titles: str = ""
    place: str = ""
    units: tuple[str, ...] = ()
    of_other_work: bool = False


def headings(document: Document) -> Mapping[str, Heading]:
    """By the name as contributors have it, in small letters; {} where no record can be read back."""
    found: dict[str, Heading] = {}
    for field in fields(document, _TAGS):
        if name := name_of(field, field.tag):
            made, known = _heading(field), found.get(name.casefold())
            if known is None or known.of_other_work:
                found[name.casefold()] = made
    return found


def fields(document: Document, tags: Container[str]) -> Iterator[Field]:
    """Those of the records that the document was made from, none where a record cannot be read back."""
    for held in document.records:
        record = stored_record(held.raw) if held.raw is not None and held.raw.data else None
        if record is not None:
            yield from (field for field in record.fields if field.tag in tags)


def _heading(field: Field) -> Heading:
    codes = {code for code, _ in field.subfields}
    units = [trim_isbd(value) for code, value in field.subfields if code in "ab"] if "b" in codes else []
    place = units.pop(0) if units and field.tag.endswith("10") and field.indicators[0] == "1" else ""
    return Heading(
        trim_isbd(" ".join(value for code, value in field.subfields if code in "abq")),
        trim_isbd(" ".join(value for code, value in field.subfields if code == "c")),
        place,
        tuple(units) if field.tag.endswith("10") else (),
        field.tag[0] == "7" and bool(codes & {"t", "5"}) and not codes & {"e", "4"},
    )
