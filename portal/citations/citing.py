"""A title cited in every style."""

import json
import logging
import re
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from markupsafe import Markup

from portal.bibliography.csl import Item, csl_item
from portal.bibliography.reference import Reference
from portal.citations.bodies import bodies_apart, published_once, with_bodies
from portal.citations.editions import with_edition
from portal.citations.finishing import (
    both_roles_in_words,
    circa_in_small_letters,
    description_after_title,
    one_mark,
    second_role,
    second_role_in_capitals,
    stop_in_quotes,
    subtitle_in_capitals,
)
from portal.citations.styles import STYLES, Style, processor
from portal.i18n import Language

logger = logging.getLogger(__name__)

# The processor's time grows with the text. APA shows most names: the first nineteen and the last.
MAX_CITED_TEXT: Final = 500
MOST_CITED_NAMES: Final = 21
REMEMBERED: Final = 1_000
# Not cited, and the number of pages is misread: some styles put it down without a word.
_UNUSED: Final = frozenset(("abstract", "keyword", "call-number", "number-of-pages"))
# Of these the processor knows nothing, or leaves a label without its text; all styles cite them as they do books.
_CITED_AS: Final = {"periodical": "book", "document": "book"}
# The style has titles of these in quotation marks, as if they stood in something, and leaves out their editions.
_BOOKS_IN_HARVARD: Final = frozenset(("map", "musical_score", "software", "dataset"))
_KNOWN_MARKUP: Final = re.compile(r"(</?(?:i|b|sup|sub)>)")
_NUMBER_BEFORE: Final = re.compile(r"^\s*\[?1[\].]\s*")
# Styles share what is drawn of an item with the item, so only one at a time.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Citation:
    """style: a key of messages ([cite]). html: escaped, in italics where the style has them."""

    style: str
    html: Markup


def citations(reference: Reference, hl: Language) -> tuple[Citation, ...]:
    """The title in every style, in the words of a language. Made once and remembered."""
    item = _bounded(csl_item(reference))
    bodies = {name.inverted: (name.place, name.units) for name in reference.names.author if name.is_body}
    for name in item.get("author", ()):
        if (literal := name.get("literal")) in bodies:
            name["place"], name["units"] = bodies[literal]
    return _cited(json.dumps(item, sort_keys=True), hl)


@lru_cache(maxsize=REMEMBERED)
def _cited(item: str, hl: Language) -> tuple[Citation, ...]:
    with _one_at_a_time:
        return tuple(Citation(style.name, _cite(json.loads(item), style, hl)) for style in STYLES)


def _bounded(item: Item) -> Item:
    def bounded(value: Any) -> Any:
        if isinstance(value, str):
            return _cut(value)
        if isinstance(value, Mapping):
            return {name: bounded(held) for name, held in value.items()}
        if isinstance(value, list) and len(value) > MOST_CITED_NAMES:
            value = [*value[: MOST_CITED_NAMES - 1], value[-1]]
        return [bounded(held) for held in value] if isinstance(value, list) else value

    kept = {name: bounded(value) for name, value in item.items() if name not in _UNUSED}
    return kept | {"type": _CITED_AS.get(item["type"], item["type"])}


def _cut(text: str) -> str:
    """
    >>> _cut("Laut " * 200)[-10:], _cut("Laut")
    ('Laut Laut…', 'Laut')
    """
    if len(text) <= MAX_CITED_TEXT:
        return text
    whole_words = text[:MAX_CITED_TEXT].rpartition(" ")[0].rstrip()
    return f"{whole_words}…" if whole_words else text[:MAX_CITED_TEXT]


def _cite(item: Item, style: Style, hl: Language) -> Markup:
    """Whatever the processor cannot digest is cited plainly: a reader is owed the citation, not its failure."""
    try:
        text = _processed(item, style, hl)
    except Exception as error:  # noqa: BLE001 - a processor of a thousand cases, fed with what catalogues hold
        logger.warning("Not cited in the style %s: %s (%s)", style.name, item["id"], error)
        text = ""
    return marked_up(text) if text else Markup.escape(plain_citation(item))


def _processed(item: Item, style: Style, hl: Language) -> str:
    from citeproc import Citation as Cited
    from citeproc import CitationItem, CitationStylesBibliography, formatter

    from portal.citations.elements import Source

    item = _in_both_roles(_by_its_makers(item, style))
    item = with_edition(with_bodies(published_once(item, style.name), style.name), style.name, hl)
    if style.name == "harvard" and item["type"] in _BOOKS_IN_HARVARD:
        item |= {"type": "book"}
    if style.name == "vancouver" and _is_doi(item.get("URL", ""), item.get("DOI", "")):
        item = {name: value for name, value in item.items() if name != "DOI"}  # both would be written out
    if style.name == "apa":
        item |= {"title": subtitle_in_capitals(item["title"])}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about fields of ours that it does not know
        source = Source([{**item, "id": "it"}])
        made = CitationStylesBibliography(processor(style, hl), source, formatter.html)
        made.register(Cited([CitationItem("it")]))
        (entry,) = made.bibliography()
    text = _NUMBER_BEFORE.sub("", str(entry)).strip()
    apa = style.name == "apa"
    if style.name == "vancouver":
        text = bodies_apart(text)
    text = second_role_in_capitals(description_after_title(text)) if apa else both_roles_in_words(text)
    if style.name == "mla":
        text = circa_in_small_letters(second_role(text))
    return one_mark(stop_in_quotes(text) if style.quotes_a_stop else text)


def _is_doi(url: str, doi: str) -> bool:
    return bool(doi) and url.lower().endswith(f"doi.org/{doi.lower()}")


def _in_both_roles(item: Item) -> Item:
    """Who edited and translated a title stands in for its author as both. Beside one the processor joins the two itself."""
    if "author" in item or "editor" not in item or item["editor"] != item.get("translator"):
        return item
    return {
        "editor-translator" if role == "editor" else role: held for role, held in item.items() if role != "translator"
    }


def _by_its_makers(item: Item, style: Style) -> Item:
    """A film is its director's, not of whoever wrote it, the book that it was made from or who cut it; makers are authors
    where a style has no place for them."""
    if item["type"] == "motion_picture" and "director" in item:
        item = {name: value for name, value in item.items() if name not in ("author", "editor")}
    makers = item.get("composer") or item.get("director")
    return item | {"author": makers} if makers and not style.names_makers and "author" not in item else item


def marked_up(text: str) -> Markup:
    """The processor's HTML, of which italics, bold, and raised and lowered letters are let through.

    >>> marked_up("<i>Laut</i> &amp; <script>x</script>")
    Markup('<i>Laut</i> &amp; &lt;script&gt;x&lt;/script&gt;')
    """
    parts = _KNOWN_MARKUP.split(text)
    plain = (Markup(part).unescape() for part in parts[::2])  # noqa: S704 - read, and escaped again
    made = [Markup.escape(part) for part in plain]
    marks = [Markup(mark) for mark in parts[1::2]]  # noqa: S704 - one of eight tags
    return Markup().join(piece for pair in zip(made, [*marks, Markup()], strict=True) for piece in pair)


def plain_citation(item: Item) -> str:
    """
    >>> plain_citation({"title": "Laut", "author": [{"family": "Wenas", "given": "M."}], "publisher": "Bahari"})
    'Wenas, M. Laut. Bahari.'
    """
    people = [
        name.get("literal") or ", ".join(filter(None, (name.get("family"), name.get("given"))))
        for name in item.get("author", [])
    ]
    year = "".join(str(part) for part in item.get("issued", {}).get("date-parts", [[""]])[0][:1])
    publication = ", ".join(filter(None, (item.get("publisher"), year)))
    parts = [part.rstrip(". ") for part in ("; ".join(people), item["title"], publication) if part]
    return "".join(f"{part}. " for part in parts).strip()
