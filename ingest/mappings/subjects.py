"""Subject headings and genres (MARC 6XX), by the vocabulary that each comes from."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from ingest.extract import MarcView, indicator
from ingest.mapping import unique, words
from ingest.record import Field
from ingest.transform import remembered, trim_isbd, without_remark

_TAGS: Final = ("600", "610", "611", "630", "647", "648", "650", "651", "654", "656", "657", "690", "691")
_DIVISIONS: Final = frozenset("vxyz")
_DIVISION_OF_TAG: Final = {"648": "y", "651": "z", "655": "v"}
_NUMBERS: Final = frozenset("01")
# In 6XX $e and $j name a relation except in bodies, where $e is a part of the heading; $i and $w are control.
_NOT_NAME: Final = frozenset("eijuw")
_NOT_BODY_NAME: Final = frozenset("ijuw")
_BODIES: Final = frozenset(("610", "611"))
# LCSH, LCSH for children, source not said (a library's own list), a source in $2.
_OWN_SOURCES: Final = frozenset("014 7")
_LOCAL_TAGS: Final = frozenset(("653", "690", "691"))
# The parts that a heading names, by the second indicator of 653 (MARC 21, 2009).
_TAG_OF_WORD: Final = {"4": "648", "5": "651", "6": "655"}
_TYPED_DIVISION: Final = re.compile(r"\s*(?:--|—)\s*")  # "Islam--Sejarah" in one subfield
# A hyphen parts a heading too, where one of its parts is a place: "Pendidikan - Indonesia".
_HYPHENS: Final = (" - ", " – ")
_HYPHEN: Final = re.compile(r"\s+[-–]\s+")
# Where it joins two languages or states: "Kamus Arab - Indonesia", "Konflik Israel - Palestina".
_OF_LANGUAGES: Final = re.compile(r"(?:kamus|dictionar(?:y|ies))\b")
_TYPED_IN: Final = frozenset(("650", "651", "690"))
# Where places should not stand, and do in lists that were typed.
_TOPICAL_TAGS: Final = frozenset(("650", "653", "690"))
_LCSH: Final = "01"
_IN_BRACKETS: Final = re.compile(r"([^()]*)\(([^()]+)\)")
_TYPED_ERA: Final = re.compile(
    r"(?:(?:to|sampai|hingga) )?[12]?[0-9]{3}(?: ?[-–] ?(?:[12]?[0-9]{3})?)?|[0-9]{1,2}(?:st|nd|rd|th) century|abad (?:ke-? ?)?(?:[0-9]{1,2}|[ivx]+)"
)
# What `headings` reads; other_headings reads originals besides.
TAGS: Final = " ".join((*_TAGS, "653", "655"))
_WORD: Final = re.compile(r"\w+")


class Headings:
    """All that the headings of a record say.

    counted: whole headings that stand in the facets, those of the library's own vocabularies; of others only where
    there is no such. searched: the rest. parts: what the counted ones name, by the code of the division that would
    name it: forms (v), topics (x), times (y) and places (z). uris: the headings in other systems ($0 and $1).
    """

    __slots__ = ("counted", "for_children", "parts", "searched", "uris")

    def __init__(self) -> None:
        self.counted: list[str] = []
        self.searched: list[str] = []
        self.parts: dict[str, list[str]] = {"v": [], "x": [], "y": [], "z": []}
        self.uris: list[str] = []
        self.for_children = False

    def add(self, heading: Field, counted: bool) -> None:
        name, divisions, text, uris = _divided(heading)
        if not text:
            return
        if indicator(heading, 2) == "1":
            self.for_children = True
        self.uris += uris
        if not counted:
            self.searched.append(text)
            return
        self.counted.append(text)
        self.parts[_kind_of_name(heading, name or text)].append(name or text)
        for code, part in divisions:
            self.parts[code].append(part)

    def add_genre(self, genre: Field, foreign: list[str] | None) -> None:
        """A 655 with its divisions. foreign: where one of another vocabulary goes, without them; None for the library's own."""
        for code, value in genre.subfields:
            if code == "a":
                (self.parts["v"] if foreign is None else foreign).append(trim_isbd(value))
            elif code in _NUMBERS and _is_uri(value):
                self.uris.append(value)
            elif code in _DIVISIONS and foreign is None:
                self.parts[code].append(_division(value))

    def add_word(self, word: str, tag: str, counted: bool) -> None:
        """An uncontrolled word, as if it were a heading under `tag`."""
        if word and counted:
            self.counted.append(word)
            is_place = tag == "653" and is_place_name(word)
            self.parts["z" if is_place else _DIVISION_OF_TAG.get(tag, "x")].append(word)
        elif word:
            self.searched.append(word)


def headings(view: MarcView) -> Headings:
    """What all headings of a record say together."""
    fields = view.fields
    found = Headings()
    foreign: list[str] = []  # genres that count only where nothing else says one
    for genre in fields.get("655", ()):
        found.add_genre(genre, foreign if _is_foreign(genre.get("2")) else None)
    controlled = [field for tag in _TAGS if tag in fields for field in fields[tag]]
    own = list(map(_is_own, controlled))
    none_own = not any(own)
    for heading, counted in zip(controlled, own, strict=True):
        found.add(heading, counted or none_own)
    # Uncontrolled words stand in the facet only where nothing better does: INLISLite libraries often have just these.
    for uncontrolled in fields.get("653", ()):
        tag = _TAG_OF_WORD.get(indicator(uncontrolled, 2), "653")
        for text in uncontrolled.get_subfields("a"):
            for word in text.split(";"):
                found.add_word(trim_isbd(word), tag, counted=not controlled)
    found.parts["v"] = found.parts["v"] or foreign
    return found


def subjects(view: MarcView) -> list[str]:
    """Whole headings of the library's own vocabularies, of others only where there is no such."""
    return view.once(headings).counted


def topics(view: MarcView) -> list[str]:
    """What headings name, but for places and times, and their topical divisions: the facet."""
    return view.once(headings).parts["x"]


def places(view: MarcView) -> list[str]:
    return view.once(headings).parts["z"]


def eras(view: MarcView) -> list[str]:
    return view.once(headings).parts["y"]


def genres(view: MarcView) -> list[str]:
    """655 $a and 6XX $v; genres of FAST and foreign vocabularies only where nothing else says one."""
    return view.once(headings).parts["v"]


def subject_uris(view: MarcView) -> list[str]:
    return view.once(headings).uris


def other_headings(view: MarcView) -> Sequence[str]:
    """Headings of other vocabularies and in original script, where they bring a word the subjects lack."""
    known = view.once(headings)
    rest = known.searched
    if view.original:
        rest = [*rest, *(heading_text(original) for tag, original in view.original if tag in _TAGS)]
    if not rest:
        return ()
    # Most name what a part of a subject names too; that is seen without looking at words.
    parts = {part for text in known.counted for part in text.split(" -- ")}
    rest = [text for text in rest if text not in parts]
    known_words = _words(" ".join(known.counted)) if rest else set()
    return unique(text for text in rest if not _words(text) <= known_words)


def heading_text(heading: Field) -> str:
    """The full heading, divisions parted by " -- "."""
    return _divided(heading)[2]


def _is_own(heading: Field) -> bool:
    if heading.tag in _LOCAL_TAGS:
        return True
    return indicator(heading, 2) in _OWN_SOURCES and not _is_foreign(heading.get("2"))


@remembered
def _is_foreign(source: str) -> bool:
    """Whether $2 names a vocabulary that says the same in other words; one that is not known is the library's own."""
    return source.strip(" .").lower().startswith(tuple(words("subjects", "foreign")))


def _divided(heading: Field) -> tuple[str, list[tuple[str, str]], str, list[str]]:
    """What a heading names, its divisions with their codes, all of it in one text, and what it is in other systems."""
    omitted = _NOT_BODY_NAME if heading.tag in _BODIES else _NOT_NAME
    names: list[str] = []
    divisions: list[tuple[str, str]] = []
    uris: list[str] = []
    for code, value in heading.subfields:
        if code == "a":
            names.append(value)
        elif code in _DIVISIONS:
            divisions.append((code, _division(value)))
        elif code.isalpha():
            if code not in omitted:
                names.append(value)
        elif code in _NUMBERS and _is_uri(value):
            uris.append(value)
    name = trim_isbd(without_remark(" ".join(names)))
    if ("--" in name or "—" in name) or (
        heading.tag in _TYPED_IN and (_HYPHENS[0] in name or _HYPHENS[1] in name) and _is_parted_by_hyphens(name)
    ):
        name, *typed = _typed_parts(name)
        divisions = [*((_kind_of_division(part), part) for part in typed), *divisions]
    if not divisions:
        return name, divisions, name, uris
    parts = (name, *[part for _, part in divisions])
    return name, divisions, " -- ".join([part for part in parts if part]), uris


def _is_uri(text: str) -> bool:
    """Whether $0 or $1 is an address or "(OCoLC)fst01919811"; some systems have a path of their own there."""
    return text.startswith(("http", "("))


def _typed_parts(name: str) -> list[str]:
    return [part for typed in _TYPED_DIVISION.split(name) for part in _by_hyphens(typed)]


def _by_hyphens(text: str) -> list[str]:
    return _HYPHEN.split(text) if _is_parted_by_hyphens(text) else [text]


def _is_parted_by_hyphens(text: str) -> bool:
    parts = _HYPHEN.split(text)
    return len(parts) > 1 and any(map(is_place_name, parts)) and not any(map(_is_joined, parts, parts[1:]))


def _is_joined(before: str, after: str) -> bool:
    """Whether a hyphen makes one thing of what stands before and after it.

    >>> _is_joined("Kamus Arab", "Indonesia"), _is_joined("Konflik Israel", "Palestina")
    (True, True)
    >>> _is_joined("Indonesia", "Manado"), _is_joined("Sejarah Minahasa", "Sulawesi Utara"), _is_joined("Pendidikan", "Jepang")
    (False, False, False)
    """
    if not is_place_name(after):
        return False
    before, countries = before.casefold(), _named("countries")
    return _OF_LANGUAGES.match(before) is not None or (
        before not in countries
        and after.casefold() in countries
        and before.endswith(tuple(f" {country}" for country in countries))
    )


def _kind_of_name(heading: Field, name: str) -> str:
    """The code of the division that would name what a heading does."""
    if heading.tag in _TOPICAL_TAGS and indicator(heading, 2) not in _LCSH and is_place_name(name):
        return "z"
    return _DIVISION_OF_TAG.get(heading.tag, "x")


@remembered
def _kind_of_division(text: str) -> str:
    """The code that a division of a typed heading would have; forms are topics as well, for only a list could tell.

    >>> [_kind_of_division(text) for text in ("Girian (Bitung)", "1945-1950", "Abad ke-19", "Kamus")]
    ['z', 'y', 'y', 'x']
    """
    lies_in = _IN_BRACKETS.fullmatch(text)
    if is_place_name(text) or (lies_in is not None and is_place_name(lies_in[2])):
        return "z"
    return "y" if _TYPED_ERA.fullmatch(text.casefold()) else "x"


@remembered
def is_place_name(text: str) -> bool:
    """Whether a text is a place by ingest/maps/places.toml, with what kind of place it is, or where it lies.

    >>> [is_place_name(text) for text in ("INDONESIA", "Kabupaten Minahasa", "Bitung (Sulawesi Utara)")]
    [True, True, True]
    >>> [is_place_name(text) for text in ("Batik (Indonesia)", "Kota hantu", "Java")]
    [False, False, False]
    """
    name = text.strip(" .,").casefold()
    if (found := _IN_BRACKETS.fullmatch(name)) is not None and found[2] in (_places() | _kinds()):
        name = found[1].strip()
    known = _places()
    return name in known or any(
        name.startswith(f"{kind} ") and name.removeprefix(f"{kind} ") in known for kind in _kinds()
    )


@cache
def _places() -> frozenset[str]:
    return frozenset[str]().union(*map(_named, ("world", "countries", "indonesia", "united_states")))


@cache
def _named(part: str) -> frozenset[str]:
    names = " ".join(words("places", part)).split(";")
    return frozenset(name.strip().casefold() for name in names if name.strip())


@cache
def _kinds() -> frozenset[str]:
    return frozenset(words("places", "kinds"))


@remembered
def _division(text: str) -> str:
    """Without what only parts it from the next; divisions repeat far more than what they divide."""
    return trim_isbd(without_remark(text))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
