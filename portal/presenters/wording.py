"""Codes, names and reasons in words."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from portal.i18n import Messages
from search.document import Contributor, Document
from search.query import year_range
from search.results import Hit, PageHit
from search.schema import BY_NAME

# Facets whose codes are words of another field's table.
_TABLES: Final[Mapping[str, str]] = {"language_original": "language"}
MOST_FIELDS_NAMED: Final = 3
MOST_NAMES: Final = 3


def value_label(field: str, value: str, t: Messages) -> str:
    """A field's value for people: a code's word, a range of years, or the value itself."""
    known = BY_NAME.get(field)
    if known is not None and known.kind == "year":
        return years_label(value)
    if known is not None and known.coded:
        return t.label(_TABLES.get(field, field), value)
    return value


def years_label(value: str) -> str:
    """
    >>> years_label("2010..2019"), years_label("2014"), years_label("2010..")
    ('2010–2019', '2014', '2010–')
    """
    return value.replace("..", "–") if year_range(value) else value


def reason_sentence(hit: Hit, t: Messages) -> str:
    """Why a hit is there, as one plain sentence; "" when the search asked for nothing."""
    named = [t.label("reason", reason.field) for reason in hit.reasons if reason.kind == "words"]
    words = t("hit.matches_in", fields=t.listing(_fewest(named, t))) if named else ""
    near = next((reason for reason in hit.reasons if reason.kind == "meaning"), None)
    if near is None:
        return words
    if words:
        return t("hit.both", words=words)
    label = next((page.label or str(page.page) for page in hit.pages if page.page == near.page), "")
    return t("hit.similar_page", label=label) if label else t("hit.similar")


def _fewest(named: Sequence[str], t: Messages) -> list[str]:
    """The weightiest fields, and the e-book's text whenever it matches."""
    unique = list(dict.fromkeys(named))
    text = t.label("reason", "pages")
    first = [name for name in unique if name != text][:MOST_FIELDS_NAMED]
    return [*first, text] if text in unique else first


def page_label(page: PageHit, t: Messages) -> str:
    """The page's printed name, and its place in the file where that differs: what a PDF viewer counts by."""
    if page.label and page.label != str(page.page):
        return t("hit.page_full", label=page.label, n=page.page)
    return t("hit.page", label=page.page)


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
