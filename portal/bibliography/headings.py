"""What the record itself says of a name, which the index keeps as one text: where the name ends and a title of the person begins."""

from collections.abc import Mapping
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
    """name: without words associated with it (MARC $c). titles: those words."""

    name: str
    titles: str = ""


def headings(document: Document) -> Mapping[str, Heading]:
    """By the name as contributors have it, in small letters; {} where no record can be read back."""
    found: dict[str, Heading] = {}
    for held in document.records:
        record = stored_record(held.raw) if held.raw is not None and held.raw.data else None
        for field in record.fields if record is not None else ():
            if field.tag in _TAGS and (name := name_of(field, field.tag)):
                found.setdefault(name.casefold(), _heading(field))
    return found


def _heading(field: Field) -> Heading:
    return Heading(
        trim_isbd(" ".join(value for code, value in field.subfields if code in "abq")),
        trim_isbd(" ".join(value for code, value in field.subfields if code == "c")),
    )
