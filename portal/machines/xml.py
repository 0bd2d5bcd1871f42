"""XML that is well formed whatever a catalogue holds."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree
from starlette.responses import Response

# XML 1.0, production 2: all other characters cannot stand in a document, not even as references.
_IMPOSSIBLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'

Element = etree._Element


def possible(text: str) -> str:
    """`text` without the characters that no XML holds.

    >>> possible("Laut\\x00\\x0b biru\\ud800")
    'Laut biru'
    """
    return _IMPOSSIBLE.sub("", text)


def root(name: str, namespace: str, *, prefix: str | None = None, schema: str = "", **attributes: str) -> Element:
    """The first element of a document, or one whose namespace is declared on itself.

    schema: where the namespace's schema is.
    """
    names: dict[str | None, str] = {prefix: namespace}
    if schema:
        names["xsi"] = XSI
    made = etree.Element(f"{{{namespace}}}{name}", {}, names)  # type: ignore[arg-type]  # None: no prefix
    if schema:
        made.set(f"{{{XSI}}}schemaLocation", f"{namespace} {schema}")
    _set(made, attributes)
    return made


def add(parent: Element, name: str, text: str | None = None, /, **attributes: str) -> Element:
    """A child in the parent's namespace. An attribute whose value is empty is left out."""
    space = etree.QName(parent).namespace
    made = etree.SubElement(parent, f"{{{space}}}{name}" if space else name)
    if text is not None:
        made.text = possible(text)
    _set(made, attributes)
    return made


def _set(element: Element, attributes: Mapping[str, str]) -> None:
    for name, value in attributes.items():
        if value:
            element.set(name.rstrip("_"), possible(value))


def as_bytes(element: Element) -> bytes:
    return _DECLARATION + etree.tostring(element, encoding="utf-8")


def answer(element: Element, status: int = 200, media_type: str = "text/xml") -> Response:
    return Response(as_bytes(element), status, media_type=media_type)


def children(element: Element) -> Iterator[Element]:
    """The elements directly inside one."""
    return (child for child in element if isinstance(child.tag, str))
