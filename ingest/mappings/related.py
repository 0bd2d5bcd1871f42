"""Records that a record names: hosts, earlier and later titles, originals, other forms (MARC 760-787)."""

from collections.abc import Mapping, Sequence
from typing import Final

from ingest.extract import MarcView, indicator, joined
from ingest.mappings.languages import language_codes
from ingest.record import Field
from ingest.transform import isbn, issn, plain, trim_isbd
from search.document import Related, Relation

_KINDS: Final[Mapping[str, Relation]] = {
    "760": "series",
    "762": "subseries",
    "765": "translation_of",
    "767": "translated_as",
    "770": "supplement",
    "772": "supplement_to",
    "773": "host",
    "774": "constituent",
    "775": "other_edition",
    "776": "other_form",
    "777": "issued_with",
    "780": "preceding",
    "785": "succeeding",
    "786": "data_source",
    "787": "other",
}
# Another form of a title bears the title itself, and a title's constituents are records of their own.
_WITHOUT_TITLE: Final = frozenset(("other_form", "constituent"))
# Series and uniform titles may carry numbers of their own besides.
_NUMBERED_TAGS: Final = ("440", "490", "730", "800", "810", "811", "830")
TAGS: Final = " ".join((*_KINDS, "580"))
NUMBER_TAGS: Final = " ".join((TAGS, *_NUMBERED_TAGS))
# Of the notes, in which every title is looked for: no real ones are as long, and ones made to do harm hold up a load.
_LONGEST_NOTES: Final = 20_000


def related(view: MarcView) -> tuple[Related, ...]:
    """What a record names, each once, in the order of tags."""
    fields = view.fields
    tags = [tag for tag in _KINDS if tag in fields]
    if not tags:
        return ()
    notes = " ".join([plain(joined(field, "a")) for field in view.of("580")])[:_LONGEST_NOTES].casefold()
    found = [
        _related(kind, field, notes)
        for tag in tags
        for kind, field in zip(_kinds(tag, fields[tag]), fields[tag], strict=True)
    ]
    return tuple(dict.fromkeys([item for item in found if item is not None]))


def related_titles(view: MarcView) -> list[str]:
    """Titles that should find the record too: who knows a journal finds its articles, its earlier and later names."""
    return [item.title for item in view.once(related) if item.title and item.kind not in _WITHOUT_TITLE]


def related_numbers(view: MarcView) -> list[str]:
    """ISSN and ISBN of what a record names, its series among them."""
    found = [number for item in view.once(related) for number in (item.issn, item.isbn) if number]
    fields = view.fields
    for tag in _NUMBERED_TAGS:
        if tag in fields:
            found += [issn(value) for field in fields[tag] for value in field.get_subfields("x")]
    return found


def original_languages(view: MarcView) -> list[str]:
    """Of a translation: what 041 $h says, else the language of the original that 765 names."""
    fields = view.fields
    if "041" in fields:
        codes = [code for field in fields["041"] for text in field.get_subfields("h") for code in language_codes(text)]
        if codes:
            return codes
    return [
        code for field in fields.get("765", ()) for text in field.get_subfields("e") for code in language_codes(text)
    ]


def _kinds(tag: str, fields: Sequence[Field]) -> list[Relation]:
    """What each is. 785 with second indicator 7 names what a title was merged with and, as the last, what they formed."""
    kinds = [_KINDS[tag]] * len(fields)
    merged = [number for number, field in enumerate(fields) if tag == "785" and indicator(field, 2) == "7"]
    if len(merged) > 1:
        *partners, formed = merged
        for number in partners:
            kinds[number] = "merged_with"
        kinds[formed] = "merged_into"
    return kinds


def _title(field: Field) -> str:
    title = trim_isbd(plain(field.get("t") or field.get("s")))
    return title if any(map(str.isalnum, title)) else ""  # "-", where a form wants one


def _related(kind: Relation, field: Field, notes: str) -> Related | None:
    """None where nothing but numbers of other systems names it, which says nothing to a reader.

    notes: those on linking (580), in small letters.
    """
    if not field.indicators:
        return None
    title = _title(field)
    name = trim_isbd(plain(field.get("a")))
    its_issn = issn(field.get("x"))
    its_isbn = next(iter(isbn(field.get("z"))), "")
    if not (title or name or its_issn or its_isbn):
        return None
    numbers = tuple([plain(value) for value in field.get_subfields("w") if value.strip()])
    part, note = plain(joined(field, "g")), plain(joined(field, "i")).rstrip(" :")
    in_note = indicator(field, 1) == "1" and bool(title) and title.casefold() in notes
    return Related(kind, title, name, part, note, its_issn, its_isbn, numbers, in_note)
