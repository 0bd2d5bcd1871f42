"""Codes, names and reasons in words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from portal.i18n import Messages
from search.document import Contributor, Document
from search.query import Filter, year_range
from search.reading.constructions import Order, Words
from search.reading.interpretation import Reading
from search.results import Hit, Way
from search.schema import BY_NAME

# Facets whose codes are words of another field's table.
_TABLES: Final[Mapping[str, str]] = {"language_original": "language"}
# As the mapping writes the parts of a subject heading.
DIVISION: Final = " -- "
MOST_FIELDS_NAMED: Final = 3
MOST_WORDS_NAMED: Final = 4
MOST_VALUES_SHARED: Final = 2
MOST_NAMES: Final = 3


def value_label(field: str, value: str, t: Messages) -> str:
    """A field's value for people: a code's word, a range of years, or the value itself."""
    known = BY_NAME.get(field)
    if known is not None and known.kind == "year":
        return years_label(value, t)
    if known is not None and known.coded:
        return t.label(_TABLES.get(field, field), value)
    return value


def years_label(value: str, t: Messages) -> str:
    """
    >>> from portal.i18n import messages
    >>> [years_label(value, messages("en")) for value in ("2010..2019", "2014", "2016..", "..1999")]
    ['2010–2019', '2014', '2016 and later', '1999 and earlier']
    """
    first, dots, last = value.partition("..")
    if not dots or year_range(value) is None:
        return value
    if first and last:
        return f"{first}–{last}"
    return t("year.from", year=first) if first else t("year.until", year=last)


def dates_of(document: Document) -> str:
    """When it was published as its record has it, "1873–" or "[183-?]", else the year; "" where nothing is known."""
    return document.first("published") or document.first("year")


def reading_field(reading: Reading, t: Messages) -> str:
    """What a part of the text was understood to be about: "Untuk", "Tahun", "Tanpa"."""
    if isinstance(reading.meaning, Filter) and reading.kind == "format":
        return t.label("field", reading.meaning.field)
    return t.label("reading", reading.kind)


def reading_value(reading: Reading, t: Messages) -> str:
    """What it was understood to say: "Anak", "2016 ke atas", "Pramoedya Ananta Toer", "bukan Inggris"."""
    said = _value_said(reading, t)
    return t("results.not", value=said) if reading.meaning.negated else said


def _value_said(reading: Reading, t: Messages) -> str:
    match reading.meaning:
        case Order(sort=sort):
            return t.label("sort", sort)
        case Words() as said:
            return t.listing(said.words, "number.or") if said.unwanted else " ".join(said.words)
        case Filter(field="access", values=values) if "online" in values:
            return value_label("access", "online", t)  # an e-book whose text is searched is one of them
        case Filter(field=field, values=values):
            return t.listing([value_label(field, value, t) for value in values], "number.or")


def way_label(way: Way, t: Messages) -> str:
    """A way out of a search without results, and how many it has: "tanpa saringan Bahasa: Inggris (12)"."""
    n = t.number(way.total)
    if way.filter is not None:
        values = t.listing([value_label(way.filter.field, value, t) for value in way.filter.values], "number.or")
        values = t("results.not", value=values) if way.filter.negated else values
        return t("way.filter", field=t.label("field", way.filter.field), value=values, n=n)
    if way.kind == "anywhere":
        return t("way.anywhere", n=n)
    return t("way.words", words=" ".join(way.words), n=n) if way.words else t("way.filters", n=n)


def begun(label: str) -> str:
    """A label at the beginning of a line.

    >>> begun("tanpa saringan Bahasa")
    'Tanpa saringan Bahasa'
    """
    return f"{label[:1].upper()}{label[1:]}"


def reason_sentence(hit: Hit, t: Messages) -> str:
    """Why a hit is there, as one plain sentence; "" when the search asked for nothing."""
    parts = [*_found_words(hit, t), *_shared(hit, t)]
    near = next((reason for reason in hit.reasons if reason.kind == "meaning"), None)
    if near is not None:
        label = next((page.label or str(page.page) for page in hit.pages if page.page == near.page), "")
        parts.append(t("hit.similar_page", label=label) if label and not parts else t("hit.similar"))
    return "; ".join([*parts[:1], *(f"{part[:1].lower()}{part[1:]}" for part in parts[1:])])


def _found_words(hit: Hit, t: Messages) -> Iterator[str]:
    """Where the words were found, and where other words for them; which of these are of a language that the reader may not
    know."""
    named = [t.label("reason", reason.field) for reason in hit.reasons if reason.kind == "words"]
    if named:
        yield t("hit.matches_in", fields=t.listing(_fewest(named, t)))
    translated = [reason for reason in hit.reasons if reason.kind == "translation"]
    if translated:
        fields = _fewest([t.label("reason", reason.field) for reason in translated], t)
        words = dict.fromkeys(word for reason in translated for word in reason.words)
        yield t("hit.translated_in", fields=t.listing(fields), words=", ".join([*words][:MOST_WORDS_NAMED]))
        languages = hit.document.values("language")
        if len(languages) == 1 and _LANGUAGE_TAGS.get(languages[0]) != t.language:
            yield t("hit.source_language", language=value_label("language", languages[0], t))


def _shared(hit: Hit, t: Messages) -> Iterator[str]:
    """What it has in common with the document that it is like."""
    for reason in hit.reasons:
        if reason.kind == "shared":
            named = (value_label(reason.field, value, t) for value in reason.words[:MOST_VALUES_SHARED])
            values = [value.replace(DIVISION, " — ") for value in named]
            yield t(f"shared.{reason.field}", values=t.listing(values))


def _fewest(named: Sequence[str], t: Messages) -> list[str]:
    """The weightiest fields, and the e-book's text whenever it matches."""
    unique = list(dict.fromkeys(named))
    text = t.label("reason", "pages")
    first = [name for name in unique if name != text][:MOST_FIELDS_NAMED]
    return [*first, text] if text in unique else first


def page_label(number: int, label: str, t: Messages) -> str:
    """The page's printed name, and its place in the file where that differs: what a PDF viewer counts by."""
    return t("hit.page_full", label=label, n=number) if label and label != str(number) else t("hit.page", label=number)


def role_labels(contributor: Contributor, t: Messages) -> str:
    """
    >>> from portal.i18n import messages
    >>> role_labels(Contributor("Pramoedya", ("aut", "trl")), messages("id"))
    'pengarang, penerjemah'
    """
    return ", ".join(t.label("relator", role) for role in contributor.roles)


def names_line(document: Document, t: Messages) -> str:
    """The first contributors, main entry first, as a result shows them."""
    ordered = sorted(document.contributors, key=lambda c: not c.main)
    names = list(dict.fromkeys(c.name for c in ordered)) or list(document.values("contributor"))
    shown = "; ".join(names[:MOST_NAMES])
    return f"{shown} {t('number.and_others')}" if len(names) > MOST_NAMES else shown


_LANGUAGE_TAGS: Final[Mapping[str, str]] = {
    "ind": "id", "eng": "en", "may": "ms", "jav": "jv", "sun": "su", "dut": "nl", "ger": "de", "fre": "fr",
    "spa": "es", "por": "pt", "ita": "it", "lat": "la", "ara": "ar", "chi": "zh", "jpn": "ja", "kor": "ko",
    "min": "min", "bug": "bug", "mad": "mad", "ban": "ban", "ace": "ace",
}  # fmt: skip
_CODE = re.compile(r"[a-z]{3}")


def html_language(document: Document) -> str:
    """The `lang` of a record's own words, for screen readers; "" when the record names none or several."""
    codes = document.values("language")
    if len(codes) != 1 or not _CODE.fullmatch(codes[0]) or codes[0] in ("und", "mul", "zxx", "mis"):
        return ""
    return _LANGUAGE_TAGS.get(codes[0], codes[0])
