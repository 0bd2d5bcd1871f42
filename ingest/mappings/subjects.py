"""Subject headings and genres (MARC 6XX), by the vocabulary that each comes from."""

import re
from functools import cache
from typing import Final, NamedTuple

from ingest.extract import MarcView, indicator
from ingest.mapping import unique, words
from ingest.record import Field
from ingest.transform import trim_isbd, without_remark

_TAGS: Final = ("600", "610", "611", "630", "647", "648", "650", "651", "654", "656", "657", "690", "691")
_DIVISIONS: Final = "vxyz"
# In 6XX $e and $j name a relation except in bodies, where $e is a part of the heading; $i and $w are control.
_NOT_HEADING: Final = frozenset("eijuw")
_NOT_BODY_HEADING: Final = frozenset("ijuw")
_BODIES: Final = frozenset(("610", "611"))
_OWN_SOURCES: Final = frozenset("014 ")  # LCSH, LCSH for children, source not said (a library's own list)
_LOCAL_TAGS: Final = frozenset(("653", "690", "691"))
# The parts that a heading names, by the second indicator of 653 (MARC 21, 2009).
_TAG_OF_WORD: Final = {"4": "648", "5": "651", "6": "655"}
_TYPED_DIVISION: Final = re.compile(r"\s*(?:--|—)\s*")  # "Islam--Sejarah" in one subfield
_NO_TOPICS: Final = frozenset(("648", "651", "655"))
_WORD: Final = re.compile(r"\w+")


class Heading(NamedTuple):
    """A heading with its divisions. counted: it stands in the facets; otherwise it is only searched."""

    text: str
    counted: bool
    for_children: bool = False
    tag: str = "650"
    name: str = ""
    forms: tuple[str, ...] = ()
    eras: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()


def subjects(view: MarcView) -> list[str]:
    """Whole headings of the library's own vocabularies, of others only where there is no such."""
    return [heading.text for heading in view.once(headings) if heading.counted]


def topics(view: MarcView) -> list[str]:
    """The parts of headings for the facet: what they name, but for places and times, and their topical divisions."""
    found = []
    for heading in _counted(view):
        if heading.name and heading.tag not in _NO_TOPICS:
            found.append(heading.name)
        found += heading.topics
    return found


def subject_uris(view: MarcView) -> list[str]:
    """The headings in other systems ($0 and $1), for machines."""
    return [uri for heading in view.once(headings) for uri in heading.uris]


def other_headings(view: MarcView) -> tuple[str, ...]:
    """Headings of other vocabularies and in original script, where they bring a word the subjects lack."""
    known = {word for text in subjects(view) for word in _words(text)}
    rest = [heading.text for heading in view.once(headings) if not heading.counted]
    rest += [heading_text(field) for tag, field in view.original if tag in _TAGS]
    return unique(text for text in rest if not _words(text) <= known)


def places(view: MarcView) -> list[str]:
    found = []
    for heading in _counted(view):
        found += [heading.name] if heading.tag == "651" else []
        found += heading.places
    return found


def eras(view: MarcView) -> list[str]:
    found = []
    for heading in _counted(view):
        found += [heading.name] if heading.tag == "648" else []
        found += heading.eras
    return found


def genres(view: MarcView) -> list[str]:
    """655 $a and 6XX $v; genres of FAST and foreign vocabularies only where nothing else says one."""
    own: list[str] = []
    foreign: list[str] = []
    for field in view.of("655"):
        (foreign if _is_foreign(field) else own).extend(map(trim_isbd, field.get_subfields("a")))
    for heading in _counted(view):
        own += [heading.name] if heading.tag == "655" else []
        own += heading.forms
    return own or foreign


def headings(view: MarcView) -> list[Heading]:
    """Every heading of a record, those for the facets marked."""
    fields = view.of(*_TAGS)
    own = [_is_own(field) for field in fields]
    none_own = not any(own)
    found = [_heading(field, counted or none_own) for field, counted in zip(fields, own, strict=True)]
    # Uncontrolled words stand in the facet only where nothing better does: INLISLite libraries often have just these.
    for field in view.of("653"):
        tag = _TAG_OF_WORD.get(indicator(field, 2), "653")
        for text in field.get_subfields("a"):
            found += [Heading(trim_isbd(part), counted=not fields, tag=tag) for part in text.split(";")]
    return [heading._replace(name=heading.name or heading.text) for heading in found if heading.text]


def heading_text(field: Field) -> str:
    """The full heading, divisions parted by " -- "."""
    return _heading(field, counted=False).text


def _counted(view: MarcView) -> list[Heading]:
    return [heading for heading in view.once(headings) if heading.counted]


def _is_own(field: Field) -> bool:
    second = indicator(field, 2)
    if field.tag in _LOCAL_TAGS:
        return True
    return (second in _OWN_SOURCES or second == "7") and not _is_foreign(field)


def _is_foreign(field: Field) -> bool:
    """Whether $2 names a vocabulary that says the same in other words; one that is not known is the library's own."""
    source = field.get("2")
    return bool(source) and source.strip(" .").lower().startswith(_foreign())


@cache
def _foreign() -> tuple[str, ...]:
    return tuple(words("subjects", "foreign"))


def _heading(field: Field, counted: bool) -> Heading:
    omitted = _NOT_BODY_HEADING if field.tag in _BODIES else _NOT_HEADING
    names: list[str] = []
    divisions: dict[str, list[str]] = {}
    parts: list[str] = []
    uris: list[str] = []
    for code, value in field.subfields:
        if code in _DIVISIONS:
            part = trim_isbd(without_remark(value))
            divisions.setdefault(code, []).append(part)
            parts.append(part)
        elif code in "01":
            if value.startswith(("http", "(")):  # elsewhere it is a system's own path
                uris.append(value)
        elif code.isalpha() and code not in omitted:
            names.append(value)
    name = trim_isbd(without_remark(" ".join(names)))
    if "--" in name or "—" in name:
        name, *typed = _TYPED_DIVISION.split(name)
        divisions["x"] = [*typed, *divisions.get("x", ())]
        parts = [*typed, *parts]
    return Heading(
        text=" -- ".join([part for part in (name, *parts) if part]),
        counted=counted,
        for_children=indicator(field, 2) == "1",
        tag=field.tag,
        name=name,
        forms=tuple(divisions.get("v", ())),
        eras=tuple(divisions.get("y", ())),
        places=tuple(divisions.get("z", ())),
        topics=tuple(divisions.get("x", ())),
        uris=tuple(uris),
    )


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
