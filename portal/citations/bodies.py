"""Governments and bodies with parts, which headings name from the whole to the part, as each style names them."""

import re
from collections.abc import Sequence
from typing import Final

from portal.bibliography.csl import Item
from portal.citations.finishing import is_same_body

# What the place is called before a body and behind it; of others its name stands behind in full.
_BEFORE: Final = {"United States": "U.S. ", "Indonesia": ""}
_BEHIND: Final = {"United States": "US", "Indonesia": "ID"}
# As publishers have it: "Dinas Laut Kota Bitung", "Mahkamah Agung RI".
_KIND_OF_PLACE: Final = re.compile(r"\b(?:Kota|Kabupaten|Pro[vp]insi|Republik|Pemerintah)\s+(?=\w)")
_OF_THE_NATION: Final = re.compile(r"\b(?:National|Federal|American|U\.S\.|United States)\b")
# Parts whose name says nothing without that of the whole.
_NOTHING_ALONE: Final = re.compile(
    r"(?:House|Senate|Congress|President|(?:Sub)?[Cc]ommittee|Commission|Division|Komisi|Panitia|Fakultas|Jurusan"
    r"|Program Studi|Bagian|Bidang|Biro|Seksi|Sekretariat|Inspektorat|Perwakilan|Kantor|Pusat Data|Pro[vp]insi|Kabupaten|Kota"
    r"|Office of (?:the )?(?:Secretary|Director|Administrator|Inspector General|General Counsel))\b"
    r"|.*\b(?:Division|Region|Branch|Section|Wilayah)$"
)
# Around a body among several authors, until they are parted. For private use in Unicode; no record has them.
_BEGINS, _ENDS = "\ue000", "\ue001"
_BEHIND_BODY: Final = re.compile(f"{_ENDS}, (?={_BEGINS})|{_ENDS}, |, {_BEGINS}|[{_BEGINS}{_ENDS}]")
_QUALIFIED: Final = re.compile(r"\s\(([^()]*)\)$")


def named(style: str, place: str, units: Sequence[str], heading: str) -> str:
    """place: the government of a body, "" for a body of its own. units: from the whole to the part.

    >>> [named(style, "United States", ("Department of Agriculture", "Economic Research Service"), "")
    ...  for style in ("apa", "mla", "vancouver")]  # doctest: +NORMALIZE_WHITESPACE
    ['Economic Research Service', 'United States, Department of Agriculture, Economic Research Service',
     'Department of Agriculture (US), Economic Research Service']
    >>> named("apa", "Indonesia", ("Departemen Pendidikan Nasional",), ""), named("apa", "Bitung", ("Dinas Laut",), "")
    ('Departemen Pendidikan Nasional', 'Dinas Laut (Bitung)')
    >>> named("apa", "United States", ("Congress", "House"), ""), named("apa", "", ("Universitas Laut", "Fakultas A"), "")
    ('U.S. Congress, House', 'Universitas Laut, Fakultas A')
    >>> named("apa", "Indonesia", ("Badan Laut", "Biro Hukum"), ""), named("vancouver", "Bitung (Indonesia)", ("Dinas A",), "")
    ('Badan Laut, Biro Hukum', 'Dinas A (Bitung, Indonesia)')
    >>> named("chicago_date", "United States", ("Congress", "House"), "United States. Congress. House")
    'United States. Congress. House'
    """
    if style == "mla":  # MLA 5.20
        return ", ".join(filter(None, (place, *units)))
    if style == "vancouver":  # Citing Medicine, chapter 2, "Author/Editor": organizations
        first = f"{units[0]} ({_BEHIND.get(place) or _in_brackets(place)})" if place else units[0]
        return ", ".join((first, *units[1:]))
    return _most_specific(place, units) if style == "apa" else heading


def _most_specific(place: str, units: Sequence[str]) -> str:
    """APA 9.11: the most specific agency is the author."""
    if not place:
        return ", ".join(units)
    alone = len(units) > 1 and _NOTHING_ALONE.match(units[-1]) is None
    text = units[-1] if alone else ", ".join(units)
    if place not in _BEFORE:
        return f"{text} ({_in_brackets(place)})"
    return text if alone or _OF_THE_NATION.search(text) else f"{_BEFORE[place]}{text}"


def _in_brackets(place: str) -> str:
    """
    >>> _in_brackets("Gwynedd (Wales)")
    'Gwynedd, Wales'
    """
    return _QUALIFIED.sub(r", \1", place)


def published_once(item: Item, style: str) -> Item:
    """A body that publishes its own is named once, as it calls itself: as author (APA 9.29), as publisher (MLA 5.19)."""
    authors, publisher = item.get("author", []), item.get("publisher", "")
    is_body = len(authors) == 1 and "units" in authors[0]
    if style not in ("apa", "mla") or not is_body or item["type"] == "thesis" or not _publishes(authors[0], publisher):
        return item
    if style == "mla":
        return {name: value for name, value in item.items() if name != "author"}
    return {name: value for name, value in item.items() if name != "publisher"} | {"author": [{"literal": publisher}]}


def _publishes(author: Item, publisher: str) -> bool:
    """Whether a body is the publisher, also where that has its place behind its name.

    >>> dinas = {"literal": "Bitung. Dinas Laut", "place": "Bitung (Indonesia)", "units": ["Dinas Laut"]}
    >>> _publishes(dinas, "Dinas Laut Kota Bitung"), _publishes(dinas, "Dinas Laut Kota Manado")
    (True, False)
    """
    if is_same_body(author["literal"], publisher):
        return True
    if not author["place"]:
        return False
    place = _KIND_OF_PLACE.sub("", _QUALIFIED.sub("", author["place"]))
    return is_same_body(
        f"{author['units'][-1]} {place}", _KIND_OF_PLACE.sub("", re.sub(r" RI$", " Indonesia", publisher))
    )


def with_bodies(item: Item, style: str) -> Item:
    """An item whose authors are named as the style names bodies. These have "place" and "units", persons do not."""
    authors = item.get("author", ())
    return item | {"author": [_author(name, style, len(authors) > 1) for name in authors]} if authors else item


def bodies_apart(text: str) -> str:
    """Citing Medicine, chapter 2, "Author/Editor": a semicolon parts bodies from each other and from persons.

    >>> bodies_apart("\ue000Dinas Laut, Bidang A\ue001, \ue000Dinas Darat\ue001, Wenas M, Lasut J. Laut.")
    'Dinas Laut, Bidang A; Dinas Darat; Wenas M, Lasut J. Laut.'
    """
    return _BEHIND_BODY.sub(lambda found: "; " if ", " in found[0] else "", text)


def _author(name: Item, style: str, among_others: bool) -> Item:
    if "units" not in name:
        return name
    text = named(style, name["place"], name["units"], name["literal"]) if name["units"] else name["literal"]
    if style == "vancouver":
        text = text.replace("(U.S.)", "(US)")
        text = f"{_BEGINS}{text}{_ENDS}" if among_others else text
    return {"literal": text}
