"""The fields of a MARCXML record from its text, without building a tree of it a second time.

The text comes from a parser, which has found it well-formed and written it out in its own way: every "<" begins a tag, and
a data field ends where "</datafield>" stands. So it is cut there, each field's attributes are looked up among those seen
before, and its subfields are taken apart when a rule asks for them. Whatever is not plain goes back to the parser.
"""

import re
from collections.abc import Callable, Container, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final, Literal, NamedTuple

from lxml import etree

from ingest.readers.encoding import composed
from ingest.readers.records import control_field, data_field, indicators, is_control, leader
from ingest.record import Field, Record, arranged

_HEAD: Final = re.compile(r"<((?:[\w.-]+:)?)record(?:\s[^<>]*)?>")
_ATTRIBUTE: Final = re.compile(r'\s*(tag|ind1|ind2)="([^"&<]*)"')
_SUBFIELD: Final = re.compile(r'<(?:[\w.-]+:)?subfield code="([^"&<]+)"[^>/]*(?:/>|>([^<]*)</)')
_SIMPLE: Final = re.compile(r'\s*<(?:[\w.-]+:)?(leader|controlfield tag="([^"&<]+)")>([^<]*)</(?:[\w.-]+:)?\w+>')
_MOST_SHAPES: Final = 5_000


def quick_record(data: bytes) -> Record | None:
    """The record in the UTF-8 text of one <record>, None where it is not plain enough."""
    if is_marked(data):
        return None
    text = data.decode("utf-8", "replace")
    start = _HEAD.match(text)
    if start is None:
        return None
    prefix = start[1]
    *pieces, rest = text.split(f"</{prefix}datafield>")
    head, controls, at = "", [], start.end()
    before = pieces[0] if pieces else rest
    while simple := _SIMPLE.match(before, at):
        if simple[2] is None:
            head = _plain(simple[3])
        else:
            controls.append(control_field(simple[2].strip(), composed(_plain(simple[3]))))
        at = simple.end()
    if pieces:
        pieces[0] = before[at:]
    else:
        rest = before[at:]
    parts = [piece.partition(">") for piece in pieces]
    known = _shapes(prefix)
    shapes = [shape for opening, _, _ in parts if (shape := known[opening])]
    if len(shapes) < len(parts) or rest.strip() != f"</{prefix}record>":
        return None
    return _UnparsedRecord(leader(head), controls, shapes, [inner for _, _, inner in parts])


class _Shape(NamedTuple):
    """What the opening tag of a data field says."""

    tag: str
    indicators: str


class _Shapes(dict[str, _Shape | None]):
    """Shapes by the text of the tag and what stands before it, None where that is not all or no tag is named."""

    def __init__(self, prefix: str) -> None:
        """prefix: that of the record's elements, with its colon; "" for none."""
        self._opening = re.compile(rf"\s*<{re.escape(prefix)}datafield ([^<>]*)")

    def __missing__(self, text: str) -> _Shape | None:
        opening = self._opening.fullmatch(text)
        shape = _shape(opening[1]) if opening else None
        if len(self) < _MOST_SHAPES:
            self[text] = shape
        return shape


_shapes: Final = lru_cache(maxsize=16)(_Shapes)  # documents have one prefix, and there are few


def _shape(attributes: str) -> _Shape | None:
    found = dict(_ATTRIBUTE.findall(attributes))
    others = _ATTRIBUTE.sub("", attributes).strip()
    tag = found.get("tag", "").strip()
    first = (found.get("ind1", "") or " ")[:1] + (found.get("ind2", "") or " ")[:1]
    return None if others or not tag else _Shape(tag, indicators(first))


class _UnparsedRecord(Record):
    """A record whose data fields are made when they are first asked for: a mapping leaves many alone."""

    __slots__ = ("_controls", "_inners", "_shapes")

    def __init__(self, leader: str, controls: list[Field], shapes: list[_Shape], inners: list[str]) -> None:
        self.leader = leader
        self._controls = controls
        self._shapes = shapes
        self._inners = inners

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet."""
        if name != "fields":
            raise AttributeError(name)
        self.fields = [*self._controls, *map(_UnparsedField, self._shapes, self._inners)]
        return self.fields

    @property
    def count(self) -> int:
        return len(self._controls) + len(self._shapes)

    def by_tag(self, wanted: Container[str]) -> dict[str, list[Field]]:
        controls = (field for field in self._controls if field.tag in wanted)
        pairs = zip(self._shapes, self._inners, strict=True)
        return arranged(chain(controls, (_UnparsedField(shape, inner) for shape, inner in pairs if shape[0] in wanted)))


class _UnparsedField(Field):
    """A data field that is taken apart when its parts are first asked for."""

    __slots__ = ("_first", "_inner")

    def __init__(self, shape: _Shape, inner: str) -> None:
        self.tag, self._first = shape
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        """Called for a part that is not there yet."""
        if name not in ("data", "indicators", "subfields"):
            raise AttributeError(name)
        self.take_apart()
        return getattr(self, name)

    def having(self, codes: str | frozenset[str]) -> list[str]:
        inner = self._inner
        # Each has two tags, or one that ends itself.
        plain = inner.count("<") == 2 * inner.count('subfield code="') - inner.count("/>")
        if not plain or is_control(self.tag):
            return Field.having(self, codes)
        found = _VALUES[codes](inner)
        return found if _is_as_meant(inner) else [composed(_plain(value)) for value in found]

    def take_apart(self) -> None:
        inner = self._inner
        found: list[tuple[str, str]] = _SUBFIELD.findall(inner)
        if inner.count("<") != 2 * len(found) - inner.count("/>"):  # something else is in it
            found = _parsed(inner)
        elif not _is_as_meant(inner):
            found = [(code, composed(_plain(value))) for code, value in found]
        if is_control(self.tag):
            field = data_field(self.tag, self._first, found)
            self.data, self.indicators, self.subfields = field.data, field.indicators, field.subfields
        else:
            self.data, self.indicators, self.subfields = "", self._first, found


class _Values(dict[str | frozenset[str], Callable[[str], list[str]]]):
    """What finds the values that are not empty of subfields with these codes."""

    def __missing__(self, codes: str | frozenset[str]) -> Callable[[str], list[str]]:
        among = re.escape("".join(sorted(codes)))
        found: Callable[[str], list[str]] = re.compile(
            f'<(?:[\\w.-]+:)?subfield code="[{among}]"[^>]*>([^<]+)</'
        ).findall
        self[codes] = found
        return found


_VALUES: Final = _Values()


def _parsed(inner: str) -> list[tuple[str, str]]:
    element = lenient(f"<datafield>{inner}</datafield>".encode())
    parts = element if element is not None else ()
    return [(code, composed("".join(map(str, part.itertext())))) for part in parts if (code := part.get("code"))]


def lenient(data: bytes) -> etree._Element | None:
    """A record as the parser sees it that mends what it can, None where nothing can be made of it.

    A parser's limits were kept when the file was cut; escaping may have made the text longer since. Prefixes were
    declared further out, so it must not mind that they are not.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, recover=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def pull_parser(events: Sequence[Literal["start", "end"]], *tags: str) -> etree.XMLPullParser:
    """A parser of what strangers wrote, fed in blocks, for these events of elements with these tags.

    It opens nothing, resolves nothing and keeps libxml2's limits.
    """
    return etree.XMLPullParser(
        events=events,
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def is_marked(text: bytes) -> bool:
    """Whether there are comments, marked sections or instructions, in which a tag is none."""
    # A single byte is found in a sixth of the time of two, of which the first stands at every tag.
    return (b"!" in text and b"<!" in text) or (b"?" in text and b"<?" in text)


def has_doctype(element: etree._Element) -> bool:
    """Whether a DOCTYPE stands before the element's document."""
    return element.getroottree().docinfo.internalDTD is not None


def forget(element: etree._Element) -> None:
    """Free an element and those before it; the emptied element itself stays until its parent ends."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace, "" for what is none (a comment)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _is_as_meant(text: str) -> bool:
    """Whether nothing is to be written out in it, or composed."""
    return "&" not in text and text.isascii()


def _plain(text: str) -> str:
    """The text that XML means, its references written out.

    >>> _plain("Kopi &amp; teh &#233;&#xE9; &#0; R&D")
    'Kopi & teh éé \ufffd R&D'
    """
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: "re.Match[str]") -> str:
    return _CHARACTERS[reference[0]]


class _Characters(dict[str, str]):
    """Characters by their references, each worked out once."""

    def __missing__(self, reference: str) -> str:
        number = int(reference[3:-1], 16) if reference[2] in "xX" else int(reference[2:-1])
        allowed = 0x20 <= number < 0xD800 or 0xE000 <= number < 0x110000 or number in (0x9, 0xA, 0xD)
        character = chr(number) if allowed else "\ufffd"
        if len(self) < _MOST_SHAPES:
            self[reference] = character
        return character


_REFERENCE: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
_CHARACTERS: Final = _Characters({"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"})
