"""What a thing is: leader, 006, 007, 008 and 33X of MARC 21, or words where these are missing."""

import re
from collections.abc import Iterable
from typing import Final

from ingest.extract import MarcView, joined
from ingest.mapping import table
from ingest.mappings.access import has_version_to_read
from ingest.mappings.publication import code_of_word
from ingest.mappings.theses import thesis_statements
from ingest.transform import remembered

TAGS: Final = "LDR 006 007 008 020 245 250 300 336 338 340 502 856 942 952"
_ONLINE_ITEM: Final = frozenset("oqs")  # 008/23: online, direct electronic, electronic
_ONLINE_CARRIER: Final = "cr"
# By code, or by a word that the table of carriers lacks; slides for a microscope are no microform.
_MICROFORM_CARRIER: Final = re.compile(r"h[a-jz]$|micro(?!scop)|mikro(?!skop)")
# 008 puts the form of the item elsewhere for maps and visual material.
_ITEM_AT_29: Final = frozenset("efgkor")
_TEXT: Final = frozenset("at")
_MIXED: Final = frozenset("bp")  # papers and archives, which hold what else there is
_PAGES: Final = re.compile(r"\bhlm\b|\bhal\b|halaman|\bp\.|\bpp\.|pages|\bjil", re.IGNORECASE)
_NOT_BOOK: Final = frozenset(
    ("map", "audio", "audiobook", "music", "score", "video", "image", "kit", "software", "website", "database", "other")
)
# In 245 $h these are said of the thing itself: exports of small systems have the leader of a book for all.
_NO_BOOK_IN_245H: Final = frozenset(("journal", "newspaper", "article"))
# 007 of these makes the thing itself no book; of others it may describe what comes with one.
_NOT_BOOK_007: Final = frozenset("gkmv")
_TEXT_336: Final = "txt"
_content_code: Final = code_of_word("content")
_carrier_code: Final = code_of_word("carrier")
_FORMS_IN_WORDS: Final = {
    "large print": "large_print",
    "large-print": "large_print",
    "huruf besar": "large_print",
    "braille": "braille",
}


def formats(view: MarcView) -> list[str]:
    """Format codes, all that apply; "book" and "ebook" only for what is no other kind of thing."""
    itself = (*_by_description(view), *_by_codes(view))
    physical = _by_physical(view)
    level = _by_level(view, not_book="software" in physical or _is_not_book(view, itself))
    found: dict[str, None] = dict.fromkeys((*itself, *physical, *level))
    online = view.once(is_online)
    if view.once(thesis_statements):
        found.pop("manuscript", None)
        found["thesis"] = None
    if not found:
        found |= dict.fromkeys(_by_words(view))
    if online and "book" in found:
        del found["book"]
        found["ebook"] = None
    elif "book" in found and has_version_to_read(view):
        found["ebook"] = None  # a printed book with a version to read online
    if "thesis" in found:
        found.pop("book", None)
    for narrow, wide in table("formats", "replaces").items():
        if narrow in found:
            found.pop(wide, None)
    return list(found) or ["other"]


def material_types(view: MarcView) -> list[str]:
    """The worksheets of INLISLite that a title would be catalogued on, from its formats and, of a thesis, its degree."""
    worksheets = table("formats", "worksheet")
    found = []
    for format in view.once(formats):
        worksheet = worksheets.get(format, "")
        if format == "thesis":
            worksheet = _degree(view)
        elif format == "video" and any(text[:1] == "m" for text in view.control("007")):
            worksheet = "film"
        elif format == "manuscript" and view.leader[6] in _MIXED:
            worksheet = "mixed"
        found.append(worksheet)
    return found


def _degree(view: MarcView) -> str:
    for text in view.once(thesis_statements):
        small = text.casefold()
        for word, worksheet in table("formats", "degree_502").items():
            if word in small:
                return worksheet
    return "thesis"


def is_online(view: MarcView) -> bool:
    """Whether the thing described is itself online, as against a printed one with a link."""
    fields = view.fields
    if "007" in fields and any(text.startswith("cr") for text in view.control("007")):
        return True
    if view.at("008", _item_position(view)) in _ONLINE_ITEM:
        return True
    if "006" in fields and any(map(_says_online, view.control("006"))):
        return True
    if "online" in view.once(_general_material):
        return True
    if "338" not in fields:
        return False
    carriers = [value for field in fields["338"] for code, value in field.subfields if code in ("a", "b")]
    return "online" in map(_carrier, carriers)


def _says_online(form: str) -> bool:
    return form[6:7] in _ONLINE_ITEM or (form[:1] == "m" and form[9:10] == "d")


def _item_position(view: MarcView) -> int:
    return 29 if view.leader[6] in _ITEM_AT_29 else 23


def _by_level(view: MarcView, not_book: bool) -> list[str]:
    """By leader 07: part of something, serial, integrating resource, or complete in itself."""
    kind, level = view.leader[6], view.leader[7]
    if level in "ab" and kind in _TEXT:
        return ["article"]
    if level == "s" and kind in "acdefgijkmort":
        # A periodical in sound or pictures is what it is first; only texts are journals unless a code says more.
        return [serial] if (serial := _serial_kind(view)) else (["journal"] if kind in _TEXT else [])
    if level == "i":
        if what := _serial_kind(view) or ("website" if view.once(is_online) else ""):
            return [what]
        return ["book"] if kind == "a" and not not_book else []  # loose leaves; an atlas that is added to is a map
    if level in "mcd" and kind == "a":
        return [] if not_book else ["book"]
    return []


def _serial_kind(view: MarcView) -> str:
    """The kind of a continuing resource by 008/21, which means that in textual serials only, or 006/04."""
    codes = [text[4:5] for text in view.control("006") if text[:1] == "s"]
    if view.leader[6] in _TEXT and view.continuing:
        codes.insert(0, view.at("008", 21))
    kinds = table("formats", "serial_008_21")
    return next((kinds[code] for code in codes if code in kinds), "")


def _is_not_book(view: MarcView, itself: Iterable[str]) -> bool:
    if "007" in view.fields and any(text[:1] in _NOT_BOOK_007 for text in view.control("007") if text):
        return True
    if not _NO_BOOK_IN_245H.isdisjoint(view.once(_general_material)):
        return True
    others = _NOT_BOOK.intersection(itself)
    if others and view.leader[6] == "a" and "336" in view.fields:
        # Text that says to be text is a book, whatever comes with it.
        said = [value for field in view.fields["336"] for value in field.get_subfields("a", "b")]
        return all(_content_code(value).lower() != _TEXT_336 for value in said)
    return bool(others)


def _by_codes(view: MarcView) -> list[str]:
    """By leader 06, 006 and 008."""
    found = []
    kind = view.leader[6]
    if kind == "g":
        visual = table("formats", "visual_008_33").get(view.at("008", 33))
        found.append(visual or ("image" if any(text[:1] == "g" for text in view.control("007")) else "video"))
    elif kind in "kor":
        found.append(table("formats", "visual_008_33").get(view.at("008", 33)) or table("formats", "leader_06")[kind])
    elif kind == "m":
        found.append(_computer_file(view))
    elif form := table("formats", "leader_06").get(kind):
        found.append(form)
        found += ["manuscript"] if kind in "df" else []
    if item := table("formats", "item_008_23").get(view.at("008", _item_position(view))):
        found.append(item)
    if kind in _TEXT and "006" in view.fields and any(text.startswith("s") for text in view.control("006")):
        found.append(_serial_kind(view) or "journal")
    return found


def _by_physical(view: MarcView) -> list[str]:
    """By 007: its first two characters, or the first. "cr" (online) is read apart."""
    if "007" not in view.fields:
        return []
    found = []
    physical = table("formats", "physical_007")
    for text in view.control("007"):
        if text[:1] == "c":
            # A disc may come with a book; it is the thing itself where the leader says so or no pages are counted.
            if text[1:2] not in "ru |" and view.leader[6:8] == "am" and not _counts_pages(view):
                found.append("software")
        elif format := physical.get(text[:2]) or physical.get(text[:1]):
            found.append(format)
    return found


def _counts_pages(view: MarcView) -> bool:
    return any(_PAGES.search(joined(field, "a")) for field in view.of("300"))


def _computer_file(view: MarcView) -> str:
    code = view.at("008", 26)
    known = table("formats", "computer_008_26").get(code)
    if known:
        return known
    # An online text catalogued as a computer file: "d", or undecided with a carrier that is online.
    return "book" if code == "d" or (code in " uz|" and code and view.once(is_online)) else "software"


def _by_description(view: MarcView) -> list[str]:
    """By 336, 338 and the general material designation, codes or words."""
    fields = view.fields
    found = [material for material in view.once(_general_material) if material != "online"]
    if "336" in fields:
        contents = [value for field in fields["336"] for code, value in field.subfields if code in ("a", "b")]
        found += [format for value in contents if (format := _content(value))]
    if "338" in fields:
        carriers = [value for field in fields["338"] for code, value in field.subfields if code in ("a", "b")]
        found += ["microform" for value in carriers if _carrier(value) == "microform"]
    for tag, codes in (("250", "a"), ("300", "a"), ("340", "n")):
        if tag in fields:
            found += [form for field in fields[tag] for form in _forms(joined(field, codes))]
    return found


@remembered
def _content(text: str) -> str:
    return table("formats", "content_336").get(_content_code(text).lower(), "")


@remembered
def _carrier(text: str) -> str:
    code = _carrier_code(text).lower()
    return "online" if code == _ONLINE_CARRIER else "microform" if _MICROFORM_CARRIER.match(code) else ""


@remembered
def _forms(text: str) -> tuple[str, ...]:
    """What an edition, extent or font says of how a book is read."""
    small = text.lower()
    return tuple([form for words, form in _FORMS_IN_WORDS.items() if words in small])


def _general_material(view: MarcView) -> list[str]:
    found: list[str] = []
    for field in view.fields.get("245", ()):
        for code, value in field.subfields:
            if code == "h":
                found += _material(value)
    return found


def _material(text: str) -> list[str]:
    known = table("formats", "general_245h")
    before, _, in_brackets = text.partition("[")  # some have the end of the title before them
    term = (in_brackets or before).strip(" []()/:;=.,").lower()
    # "videorecording (DVD)" and "electronic resource / PDF" begin with the term.
    format = known.get(term) or known.get(re.split(r"\s*[(/;:,]", term, maxsplit=1)[0])
    return [format] if format else []


def _by_words(view: MarcView) -> list[str]:
    """By item type (Koha), ISBN or extent, for exports whose leader says nothing (SLiMS)."""
    types = table("formats", "item_type")
    stated = [field.get(code) for tag, code in (("942", "c"), ("952", "y")) for field in view.of(tag)]
    if known := [types[text] for text in stated if text in types]:
        return known
    return ["book"] if _counts_pages(view) or view.of("020") or "online" in view.once(_general_material) else []
