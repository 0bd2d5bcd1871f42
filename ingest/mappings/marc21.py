"""MARC 21 (and INDOMARC, which follows it) to documents. RULES is the map, to be read by cataloguers.

Facets and sorting hold romanised forms only. What else should be found is searched elsewhere: titles
in original script in `title_other`, names in `responsibility`, headings, publishers and series in
`note`, together with subjects of other vocabularies (MeSH, FAST) that add a word to the record's own.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from ingest import fingerprints
from ingest.extract import MarcView, indicator, joined, marc, marc_each, right_to_left
from ingest.identity import id_of
from ingest.mapping import RuleSet, to_field
from ingest.mappings.access import TAGS as LINKS
from ingest.mappings.access import access, linked_files, links
from ingest.mappings.audience import audience
from ingest.mappings.dates import TAGS as DATES
from ingest.mappings.dates import published, statements
from ingest.mappings.formats import TAGS as FORMATS
from ingest.mappings.formats import formats, material_types
from ingest.mappings.items import TAGS as ITEMS
from ingest.mappings.items import added, barcodes, collections, item_call_numbers, items, locations, on_shelf
from ingest.mappings.languages import language_codes, misplaced_language
from ingest.mappings.names import TAGS as NAMES
from ingest.mappings.names import contributor_names, contributors, name_of, original_names
from ingest.mappings.notes import duration, said
from ingest.mappings.publication import code_of_word, countries, frequencies, known_code
from ingest.mappings.related import NUMBER_TAGS as RELATED_NUMBERS
from ingest.mappings.related import TAGS as RELATED
from ingest.mappings.related import original_languages, related, related_numbers, related_titles
from ingest.mappings.responsibility import place_statement
from ingest.mappings.subjects import TAGS as HEADINGS
from ingest.mappings.subjects import (
    eras,
    genres,
    heading_text,
    other_headings,
    places,
    subject_uris,
    subjects,
    topics,
)
from ingest.mappings.theses import place_notes
from ingest.record import Field
from ingest.source import Rejected, SourceRecord
from ingest.transform import (
    decade,
    dewey,
    dewey_class,
    doi,
    isbn,
    ismn,
    issn,
    lccn,
    oclc,
    place_name,
    plain,
    publisher_name,
    remembered,
    trim_brackets,
    trim_isbd,
    without_markup,
    year,
)
from ingest.works import work_keys
from search.document import Document, DocumentId, Vernacular

_MARKS: Final = (":", ";", "=", "/", ".", ",", "-", "(")
_TITLE: Final = "abfgknp"
_DATES_245: Final = "fg"  # inclusive and bulk dates
_MARK_BEFORE: Final = {"a": " : ", "b": " : ", "k": " : ", "f": ", ", "g": ", "}
_DEWEY_SOURCES: Final = re.compile(r"\s*(?:ddc|\[?\d)")
_NOTES: Final = (
    "500:501:504:507:508:510:511:513:515:516:518:521a:522:524:525:526:530:532:533:534:536:538:544:545:546:547:550:555:556:"
    "580:581:585:590"
)


def titles(view: MarcView) -> Sequence[str]:
    """The title proper with other title information and part; failing that, the next best title."""
    proper = [title_of(field) for field in view.fields.get("245", ())]
    if any(proper):
        return proper
    rest: Sequence[str] = [trim_isbd(joined(field, "abcdefghijklmnopqrstuvwxyz")) for field in view.of("245")]
    candidates = (rest, *(extract(view) for extract in _NEXT_TITLES))
    return next((found for found in candidates if any(found)), [])


_NEXT_TITLES: Final = tuple(map(marc, ("246abnp", "130adnp:240anp", "222ab:210a", "740anp", "700t:710t", "773t")))


def title_of(field: Field) -> str:
    """245 $a $b $n $p $k as "Title : rest. Part", of archives with $f $g: "Papers, 1970-1991".

    Punctuation is added where an export left it out. Dates alone are no title.
    """
    text = ""
    for code, value in field.subfields:
        value = plain(value) if code in _TITLE or code == "h" else ""
        if not value:
            continue
        if code == "h":
            if text and value.endswith((":", "=", ".", ";")):
                text += " " + value[-1]  # "$h [sumber elektronik] :" carries the mark that belongs to the title
            continue
        if not text:
            text = "" if code in _DATES_245 else value
            continue
        if code in _DATES_245 and text.endswith(value.rstrip(".")):
            continue  # "Roberts, John G.: files, 1982-1986 $f 1982-1986."
        text = text.removesuffix("/").rstrip()
        if text.endswith(_MARKS) or value.startswith(_MARKS):
            text = f"{text} {value}"
        else:
            text += f"{_MARK_BEFORE.get(code, '. ')}{value}"
    return trim_isbd(text)


def titles_to_sort(view: MarcView) -> list[str]:
    """The title without its article, where 245 says how many characters that has (second indicator).

    A number that ends within a word ("Analysis" after 2) was meant for another title.
    """
    field = next(iter(view.fields.get("245", ())), None)
    if field is None or not "1" <= indicator(field, 2) <= "9":
        return []
    title, skipped = title_of(field), int(indicator(field, 2))
    return [] if title[skipped - 1 : skipped].isalnum() else [title[skipped:]]


class _Series(NamedTuple):
    name: str
    volume: str

    @property
    def statement(self) -> str:
        return f"{self.name} ; {self.volume}" if self.volume else self.name


def series(view: MarcView) -> list[str]:
    """Series without volume numbers; the heading (8XX) goes before the form on the piece (490)."""
    return [item.name for item in view.once(_all_series)]


def series_statements(view: MarcView) -> list[str]:
    """The same with volume numbers, "Seri laut ; 2"."""
    return [item.statement for item in view.once(_all_series)]


def _all_series(view: MarcView) -> list[_Series]:
    fields = view.fields
    tags = [(tag, codes) for tag, codes in _SERIES_TAGS if tag in fields]
    if not tags:
        return []
    found: dict[str, _Series] = {}
    statements: dict[str, _Series] = {}
    for tag, codes in tags:
        for field in fields[tag]:
            volume = trim_isbd(joined(field, "v")).strip("[]")
            texts = field.get_subfields("a") if tag == "490" else [joined(field, codes)]
            for text in texts:
                name, typed = _name_and_volume(text)
                if not name:
                    continue
                item = _Series(name, plain(volume) if volume else typed)
                known = found.setdefault(item.name.casefold(), item)
                if tag[:2] in ("80", "81"):  # the piece bears the title alone
                    found.setdefault(trim_isbd(joined(field, "tnp")).casefold(), item)
                if tag == "490" and known is not item and known.volume in ("", item.volume):
                    item = known._replace(volume=item.volume)  # the heading of the same series is there already
                    statements.pop(known.statement.casefold(), None)
                statements.setdefault(item.statement.casefold(), item)
    return list(statements.values())


@remembered
def _name_and_volume(text: str) -> tuple[str, str]:
    """A series and its volume, which is often typed into $a."""
    name, _, typed = trim_isbd(text).partition(" ; ")
    return plain(trim_brackets(name)), plain(trim_brackets(typed))


_SERIES_TAGS: Final = (
    ("800", "abcdfklmnopqst"),
    ("810", "abcdfklmnopqst"),
    ("811", "abcdfklmnopqst"),
    ("830", "abcdfklmnopqst"),
    ("440", "anp"),
    ("490", "a"),
)
_SERIES: Final = " ".join(tag for tag, _ in _SERIES_TAGS)


def call_numbers(view: MarcView) -> list[str]:
    """Shelf marks: 084 first, where Indonesian libraries keep theirs, then local, LC, item and US document numbers."""
    own = [joined(field, "ab") for field in view.of("084") if _is_shelf_mark(field)]
    own += _OTHER_CALL_NUMBERS(view)
    if copies := item_call_numbers(view):
        # A copy's number that only adds a volume to the title's would be repeated for each copy.
        known = tuple([_spaceless(number) for number in own if number])
        own += [number for number in copies if not known or not _spaceless(number).startswith(known)]
    return own + _DOCUMENT_NUMBERS(view)


def _spaceless(text: str) -> str:
    return text.replace(" ", "").lower()


_OTHER_CALL_NUMBERS: Final = marc("090ab:050ab:099ab")
_DOCUMENT_NUMBERS: Final = marc("086a")


def _is_shelf_mark(field: Field) -> bool:
    """Whether 084 is no number of a foreign classification, which $2 would name."""
    source = field.get("2")
    return not source or _DEWEY_SOURCES.match(source) is not None


def _dewey_like_084(view: MarcView) -> list[str]:
    return [joined(field, "a") for field in view.of("084") if _is_shelf_mark(field)]


def _ean_isbn(view: MarcView) -> list[str]:
    numbers = [joined(field, "a") for field in view.of("024") if indicator(field, 1) == "3"]
    return [number for number in numbers if number.startswith("978")]


def _doi_024(view: MarcView) -> list[str]:
    return [joined(field, "a") for field in view.of("024") if field.get("2").strip().lower() == "doi"]


def _doi_links(view: MarcView) -> list[str]:
    return [url for field in view.of("856") for url in field.get_subfields("u") if "doi.org/" in url]


def _music_numbers(view: MarcView) -> list[str]:
    return [joined(field, "a") for field in view.fields.get("024", ()) if indicator(field, 1) == "2"]


def _other_024(view: MarcView) -> list[str]:
    """Numbers of 024 that have no field of their own: ISRC, UPC, EAN and those of a source in $2."""
    found = []
    for field in view.fields.get("024", ()):
        number, source = plain(field.get("a")), field.get("2").strip().lower()
        kind = indicator(field, 1)
        if kind != "2" and source != "doi" and not (kind == "3" and number.startswith("978")):
            found.append(number)
    return found


def _second_titles(view: MarcView) -> list[str]:
    """Of a record with two 245: an 880 whose link leads nowhere is one, and is still to be found."""
    return [title_of(field) for field in view.fields.get("245", ())[1:]]


def _oclc_001(view: MarcView) -> list[str]:
    """001 where 003 says OCoLC, which often stays behind when a library renumbers 001: a fallback only."""
    if "OCoLC" not in view.control("003"):
        return []
    return [f"(OCoLC){number.strip()}" for number in view.control("001")]


RULES: Final = (
    to_field("title", titles, reads="130 210 222 240 245 246 700 710 740 773", first=True),
    to_field("title_sort", titles_to_sort, reads="245", first=True),
    to_field("title_uniform", marc("130adfklmnoprst:240adfklmnoprst:243adfklmnoprst"), trim_brackets),
    to_field("title_other", marc("210a:222a:242abnp", "both"), trim_isbd),
    to_field("title_other", marc("246abnp:247abnp:730adfklmnoprst:740anp:100t:700tnp:710t:711t", "both"), trim_isbd),
    to_field("title_other", marc(f"245{_TITLE}", "original"), trim_isbd),
    to_field("title_other", _second_titles, reads="245"),
    to_field("title_other", marc_each("505t", "both"), trim_isbd),
    to_field("contributor", contributor_names, reads=NAMES),
    to_field("responsibility", marc("245c", "both"), trim_isbd),
    to_field("responsibility", original_names, reads="880"),
    to_field("access", access, reads=LINKS),
    to_field("access", on_shelf, reads=ITEMS),
    to_field("format", lambda view: view.once(formats), reads=FORMATS),
    to_field("material_type", material_types, reads=FORMATS),
    to_field("year", statements, year, reads="260 264", first=True),
    to_field("year", marc("264|*4|c:008[7-10]"), year, first=True),
    to_field("year", marc("264|*0|c:264|*2|c:264|*3|c"), year, first=True),
    to_field("year", marc("264|*1|c:264|*#|c:260c:264|*4|c:008[7-10]"), decade, first=True),
    to_field("year", marc_each("502d:046k:362a:533d"), year, first=True, fallback=True),
    to_field("year", marc("773g"), year, first=True, fallback=True),
    to_field("published", published, reads=DATES),
    to_field("subject", subjects, reads=HEADINGS),
    to_field("topic", topics, reads=HEADINGS),
    to_field("language", marc_each("041ad:008[35-37]"), language_codes),
    to_field("language", misplaced_language, language_codes, reads="008", fallback=True),
    to_field("language", marc_each("041j"), language_codes),
    to_field("dewey_class", marc_each("082a:083a:092a"), dewey_class),
    to_field("dewey_class", _dewey_like_084, dewey_class, reads="084", fallback=True),
    to_field("genre", genres, reads=HEADINGS),
    to_field("place", places, reads=HEADINGS),
    to_field("era", eras, reads=HEADINGS),
    to_field("audience", audience, reads=f"LDR 008 385 521 526 {HEADINGS}"),
    to_field("series", series, reads=_SERIES),
    to_field("series_statement", series_statements, reads=_SERIES),
    to_field("publisher", marc_each("264|*1|b:264|*#|b:260b"), publisher_name),
    to_field("publisher", marc_each("264|*0|b:264|*2|b:264|*3|b:264|*4|b"), publisher_name, fallback=True),
    to_field("location", locations, reads=ITEMS),
    to_field("collection", collections, reads=ITEMS),
    to_field("language_original", original_languages, reads="041 765"),
    to_field("publication_place", marc_each("264|*1|a:264|*#|a:260a"), place_name),
    to_field("publication_place", marc_each("264|*0|a:264|*2|a:264|*3|a:264|*4|a"), place_name, fallback=True),
    to_field("country", countries, reads="008 044"),
    to_field("edition", marc("250ab"), trim_brackets),
    to_field("physical", marc("300abcefg")),
    to_field("scale", marc("255abc"), said),
    to_field("duration", marc_each("306a"), duration),
    to_field("content_type", marc_each("336b"), known_code("content")),
    to_field("content_type", marc_each("336a"), code_of_word("content"), fallback=True),
    to_field("media_type", marc_each("337b"), known_code("media")),
    to_field("media_type", marc_each("337a"), code_of_word("media"), fallback=True),
    to_field("carrier_type", marc_each("338b"), known_code("carrier")),
    to_field("carrier_type", marc_each("338a"), code_of_word("carrier"), fallback=True),
    to_field("frequency", frequencies, reads="008 310"),
    to_field("date_span", marc("362a")),
    to_field("holdings", marc("866az")),
    to_field("holdings_supplements", marc("867az")),
    to_field("holdings_indexes", marc("868az")),
    to_field("summary", marc("520ab", "both"), without_markup),
    to_field("contents", marc("505atrg", "both"), without_markup),
    to_field("award", marc("586a3", "both")),
    to_field("access_note", marc("506abcdefgu3"), said),
    to_field("rights", marc("540abcdfgqu3"), said),
    to_field("note", marc(_NOTES, "both"), without_markup),
    to_field("note", other_headings, reads=f"{HEADINGS} 880"),
    to_field("note", marc("260b:264b:440a:490a:800at:810at:811at:830a", "original"), trim_isbd),
    to_field("thesis", marc("502", "both")),
    to_field("related_title", related_titles, reads=RELATED),
    to_field("isbn", marc_each("020a"), isbn),
    to_field("isbn", _ean_isbn, isbn, reads="024"),
    to_field("isbn", marc_each("020z"), isbn),
    to_field("issn", marc_each("022aly:020a"), issn),
    to_field("ismn", _music_numbers, ismn, reads="024"),
    to_field("lccn", marc_each("010a"), lccn),
    to_field("oclc", marc_each("035a"), oclc),
    to_field("oclc", _oclc_001, oclc, reads="003", fallback=True),
    to_field("doi", _doi_024, doi, reads="024"),
    to_field("doi", _doi_links, doi, reads="856"),
    to_field("other_number", _other_024, reads="024"),
    to_field("other_number", marc_each("027a:028a:037a:088a"), plain),
    to_field("related_number", related_numbers, reads=RELATED_NUMBERS),
    to_field("call_number", call_numbers, reads=f"050 084 086 090 099 {ITEMS}"),
    to_field("dewey", marc_each("082a:083a:092a"), dewey),
    to_field("dewey", _dewey_like_084, dewey, reads="084", fallback=True),
    to_field("control_number", marc("001")),
    to_field("barcode", barcodes, reads=ITEMS),
    to_field("subject_uri", subject_uris, reads=HEADINGS),
    to_field("added", added, reads="008 952", first=True),
    to_field("linked_file", linked_files, reads="856"),
)


_RULE_SET: Final = RuleSet(RULES)
# What is read besides: for the id of the document and the work it belongs to.
_TAGS: Final = _RULE_SET.tags | frozenset(("001", "020", "035", "100", "245", "260", "264"))


def to_document(source_record: SourceRecord, source: str) -> Document | Rejected:
    """The document of a MARC record, or Rejected "no_title"; never raises on what a record holds.

    source: the catalogue's name, the first part of the document's id.
    """
    view = MarcView(source_record.record, _TAGS)
    # Of the record as it stands: one without a number has it from its description.
    id = _document_id(view, source, source_record.oai_identifier)
    place_statement(view)
    place_notes(view)
    fields = _RULE_SET.apply(view)
    if "title" not in fields:
        reason = "The record has no title (245 $a) and nothing to use in its place; add one."
        return Rejected(source_record.origin, "no_title", reason)
    fields["source"] = (source,)
    if source_record.oai_identifier:
        fields["oai_identifier"] = (source_record.oai_identifier,)
    if keys := _work_keys(view, fields):
        fields["work"] = keys
    fields = {"title": fields.pop("title"), **fields}
    return Document(
        id=id,
        fields=fields,
        contributors=view.once(contributors),
        links=view.once(links),
        vernacular=_vernacular(view),
        items=view.once(items),
        related=view.once(related),
        raw=source_record.raw,
        fingerprint=fingerprints.of_record(source_record.raw.data, source, source_record.oai_identifier),
    )


def _work_keys(view: MarcView, fields: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if "020" not in view.fields or "year" not in fields:
        return ()
    numbers = [form for field in view.fields["020"] for form in isbn(field.get("a"))]
    titles_proper = view.fields.get("245", ())
    if not numbers or not titles_proper:
        return ()
    title = titles_proper[0]
    # "Ensiklopedi : jilid 2": the number of a volume is often in other title information.
    part = [*title.get_subfields("n", "p"), *_VOLUME.findall(title.get("b"))]
    return work_keys(numbers, title.get("a"), " ".join(part), fields["year"][0])


_VOLUME: Final = re.compile(r"[0-9]+")


def is_deleted(source_record: SourceRecord) -> bool:
    """Whether the record says that its title is gone from the catalogue (leader 05)."""
    return source_record.record.leader[5] == "d"


_OF_KOHA: Final = frozenset(("942",))


def is_hidden(source_record: SourceRecord) -> bool:
    """Whether the library keeps the title out of its public catalogue (Koha's 942 $n, and what SLiMS has as opac_hide)."""
    koha = source_record.record.by_tag(_OF_KOHA).get("942", ())
    return any(field.get("n").strip() == "1" for field in koha)


def document_id(source_record: SourceRecord, source: str) -> DocumentId:
    """ "<source>.<001>", safe in a URL's path. Where 001 is missing, from 035, else from the name that a repository has
    for the record, else from a digest of the description."""
    return _document_id(MarcView(source_record.record), source, source_record.oai_identifier)


_SYSTEM_NUMBERS: Final = marc_each("035a")


def _document_id(view: MarcView, source: str, oai_identifier: str) -> DocumentId:
    for text in view.control("001"):
        if number := text.strip():
            return id_of(source, number)
    numbers = (text.strip() for text in _SYSTEM_NUMBERS(view))
    return id_of(source, next((text for text in numbers if text), "") or oai_identifier or _description_digest(view))


def _description_digest(view: MarcView) -> str:
    """A number for a record without one: the same description gives the same one at the next load."""
    texts = [plain(joined(field, "abcnp")) for field in view.of("245", "260", "264", "020", "100")]
    return "h" + hashlib.sha1("\n".join(texts).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:12]


# The field of search.schema that a tag in original script belongs to; tags by their first digits.
_FIELD_OF_TAG: Final = {
    "245": "title",
    "1": "contributor",
    "70": "contributor",
    "71": "contributor",
    "720": "contributor",
    "130": "title_uniform",
    "240": "title_uniform",
    "2": "title_other",
    "250": "edition",
    "254": "edition",
    "255": "scale",
    "257": "publication_place",
    "260": "publisher",
    "264": "publisher",
    "3": "physical",
    "362": "date_span",
    "4": "series",
    "76": "related_title",
    "77": "related_title",
    "78": "related_title",
    "80": "series",
    "81": "series",
    "83": "series",
    "5": "note",
    "506": "access_note",
    "540": "rights",
    "502": "thesis",
    "505": "contents",
    "520": "summary",
    "586": "award",
    "6": "subject",
    "655": "genre",
    "73": "title_other",
    "74": "title_other",
}
# Scripts of $6 that MARC writes in its own way, as in ISO 15924; others stand there by that name ("Java", "Bugi").
_SCRIPTS: Final = {
    "(3": "Arab",
    "(4": "Arab",
    "(B": "Latn",
    "$1": "",
    "(N": "Cyrl",
    "(Q": "Cyrl",
    "(S": "Grek",
    "(2": "Hebr",
}
_SCRIPT: Final = re.compile(r"[A-Z][a-z]{3}")
_RIGHT_TO_LEFT: Final = frozenset(("Arab", "Hebr", "Syrc", "Thaa", "Nkoo"))


def _vernacular(view: MarcView) -> tuple[Vernacular, ...]:
    if not view.original:
        return ()
    found = []
    for tag, field in view.original:
        name = next((_FIELD_OF_TAG[tag[:n]] for n in (3, 2, 1) if tag[:n] in _FIELD_OF_TAG), None)
        script = script_of(field.get("6"))
        leftward = right_to_left(field) or script in _RIGHT_TO_LEFT
        if name and (text := _original_text(tag, name, field)):
            found.append(Vernacular(name, text, leftward, script))
        if tag == "245" and (statement := _original_statement(view, field)):
            found.append(Vernacular("responsibility", statement, leftward, script))
    return tuple(found)


def _original_statement(view: MarcView, field: Field) -> str:
    """The statement of responsibility, "" where it stands in the romanised title in the same words."""
    statement = _statement(field)
    return "" if statement in view.once(_romanised_statements) else statement


def _romanised_statements(view: MarcView) -> frozenset[str]:
    return frozenset(map(_statement, view.of("245")))


def _statement(field: Field) -> str:
    return trim_isbd(plain(joined(field, "c")))


def script_of(linkage: str) -> str:
    """The script that $6 names, as in ISO 15924, "" for none and for Chinese, Japanese and Korean together.

    >>> script_of("245-01/(3/r"), script_of("100-02/Java"), script_of("245-01/$1"), script_of("245-01")
    ('Arab', 'Java', '', '')
    """
    code = linkage[6:].lstrip("/").partition("/")[0].strip()
    return _SCRIPTS.get(code, code if _SCRIPT.fullmatch(code) else "")


def _original_text(tag: str, name: str | None, field: Field) -> str:
    if name == "title":
        return title_of(field)
    if name == "contributor":
        return name_of(field, tag)
    if name == "subject":
        return heading_text(field)
    if name == "related_title":  # without the numbers that stand beside it
        return trim_isbd(plain(joined(field, "ast")))
    return trim_isbd(plain(joined(field, "abcdefghijklmnopqrstvxyz")))
