"""A PDF as pdfminer.six sees it: pages, their text, labels, outline, metadata.

Thirty times slower than pdfium, hence for what pdfium cannot open or finds no text in, and as the other
opinion in tests. Runs in the child program only. pdfminer raises nearly any exception on a damaged file (ValueError,
TypeError, AssertionError, RecursionError, zlib.error ...), so each step that a book can do without is
tried by itself; MemoryError is never caught here.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, BinaryIO, Final, TypeVar

from pdfminer.converter import PDFLayoutAnalyzer
from pdfminer.layout import LAParams, LTContainer, LTPage, LTTextBox, LTTextLine
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjRef, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import PDFDocEncoding

from ingest.readers.pdf_head import MAX_HEADING, MAX_LABEL, MAX_SECTION_LEVEL, MAX_SECTIONS, plain_metadata
from ingest.readers.pdf_text import Box, Line, clean, page_text, reading_order

# A page of small print has 10,000 glyphs; layout of a million would take an hour.
MAX_GLYPHS: Final = 100_000
MAX_TREE_NODES: Final = 50_000

# boxes_flow=None: no hierarchical grouping, which is quadratic on pages of formulas; the order is ours.
# all_texts: words inside form objects, which many programs wrap whole pages in.
# word_margin: the default, 0.1 of a letter, runs the words of tightly justified books together. Against
# pdfium's words on nine books: 0.1 finds 90 % of those of a TeX textbook, 0.06 98 %, and 99.9 % elsewhere
# with either; 0.05 begins to part letters.
_LAYOUT: Final = LAParams(boxes_flow=None, all_texts=True, word_margin=0.06)

T = TypeVar("T")
U = TypeVar("U")


class LockedError(Exception):
    """A password is needed, or the encryption is unknown."""


class UnusableError(Exception):
    """The file has no structure that can be followed."""


class MinerBook:
    """An open PDF. Raises LockedError or UnusableError when it cannot be one."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._document = PDFDocument(PDFParser(file), password="")
            self._pages = list(_page_tree(self._document)) or list(_loose_pages(self._document))
        except (PDFPasswordIncorrect, PDFEncryptionError) as error:
            raise LockedError from error
        except MemoryError:
            raise
        except Exception as error:
            raise UnusableError from error
        if not self._pages:
            raise UnusableError
        self._device = _TextDevice(PDFResourceManager(), laparams=_LAYOUT)
        self._interpreter = PDFPageInterpreter(self._device.rsrcmgr, self._device)

    @property
    def page_count(self) -> int:
        return len(self._pages)

    def head(self) -> dict[str, Any]:
        labels = _tried(None, self._labels) or []
        outline = _tried(None, self._outline) or []
        metadata = _tried(None, self._metadata) or {}
        return {"labels": labels, "outline": outline, "metadata": metadata}

    def text(self, number: int) -> str:
        """The text of a page in reading order, "" when the page is damaged."""
        id, attributes = self._pages[number - 1]
        self._device.clear()

        def read() -> str:
            page = PDFPage(self._document, id, attributes, None)
            page.mediabox = page.cropbox  # printer's marks lie outside
            self._interpreter.process_page(page)
            return page_text(reading_order(self._device.boxes()))

        text = _tried("", read)
        # pdfminer keeps every object it meets, a scanned book's pictures among them.
        self._document._cached_objs.clear()
        return text

    def _labels(self) -> list[str]:
        if "PageLabels" not in self._document.catalog:
            return []
        labels: list[str] = []
        found = self._document.get_page_labels()
        for _ in range(len(self._pages)):
            label = _tried(None, next, found, None)
            if label is None:
                break
            labels.append(clean(label, MAX_LABEL))
        return labels

    def _outline(self) -> list[dict[str, Any]]:
        numbers = {id: number for number, (id, _) in enumerate(self._pages, start=1)}
        names = _Destinations(self._document)
        sections = []
        for level, entry in islice(_outline_entries(self._document), MAX_SECTIONS):
            title = clean(text_of(entry.get("Title")), MAX_HEADING).replace("\n", " ")
            page = _tried(None, names.page, entry, numbers)
            if title and page is not None:
                sections.append({"title": title, "page": page, "level": level})
        return sections

    def _metadata(self) -> dict[str, str]:
        values: dict[str, str] = {}
        for info in reversed(self._document.info):  # the newest revision comes first, and wins
            for key, value in info.items():
                values[str(key).lower()] = _tried("", text_of, value)
        values["created"] = values.get("creationdate", "")
        values["language"] = _tried("", text_of, self._document.catalog.get("Lang"))
        return plain_metadata(values)


class _TextDevice(PDFLayoutAnalyzer):
    """Collects glyphs only: a drawing of a million lines costs nothing."""

    def clear(self) -> None:
        self._stack.clear()
        self._page: LTPage | None = None
        self._glyphs = 0

    def render_char(self, *args: Any, **kwargs: Any) -> float:
        self._glyphs += 1
        if self._glyphs > MAX_GLYPHS:
            return 0.0
        width: float = super().render_char(*args, **kwargs)
        return width

    def paint_path(self, *args: Any, **kwargs: Any) -> None:
        pass

    def render_image(self, *args: Any, **kwargs: Any) -> None:
        pass

    def receive_layout(self, ltpage: LTPage) -> None:
        self._page = ltpage

    def boxes(self) -> list[Box]:
        page = self._page
        if page is None:
            return []
        inside = (box for box in _text_boxes(page) if _overlap(box, page))
        return [_box(box) for box in inside]


def _text_boxes(container: "LTContainer[Any]") -> Iterator[LTTextBox]:
    pending: list[Any] = [container]
    while pending:
        item = pending.pop()
        if isinstance(item, LTTextBox):
            yield item
        elif isinstance(item, LTContainer):
            pending.extend(reversed(list(item)))


def _overlap(box: LTTextBox, page: LTPage) -> bool:
    return box.x1 > page.x0 and box.x0 < page.x1 and box.y1 > page.y0 and box.y0 < page.y1


def _box(box: LTTextBox) -> Box:
    lines = tuple(Line(line.get_text(), line.x1) for line in box if isinstance(line, LTTextLine))
    return Box(box.x0, box.y0, box.x1, box.y1, lines)


def _page_tree(document: PDFDocument) -> Iterator[tuple[object, dict[str, Any]]]:
    """Object id and attributes of every page, inherited ones filled in, in order.

    Own walk, not pdfminer's: that one is recursive, and gives up the whole book for one bad page.
    """
    inheritable = PDFPage.INHERITABLE_ATTRS
    root = document.catalog.get("Pages")
    pending: list[tuple[object, dict[str, Any]]] = [(root, {})]
    seen: set[object] = set()
    while pending and len(seen) < MAX_TREE_NODES:
        reference, inherited = pending.pop()
        id = reference.objid if isinstance(reference, PDFObjRef) else reference
        node = _tried(None, resolve1, reference)
        if not isinstance(node, dict) or not isinstance(id, int) or id in seen:
            continue
        seen.add(id)
        attributes = inherited | node
        kids = resolve1(node.get("Kids"))
        if isinstance(kids, list):
            passed_on = {key: value for key, value in attributes.items() if key in inheritable}
            pending.extend((kid, passed_on) for kid in reversed(kids))
        else:
            yield id, attributes


def _loose_pages(document: PDFDocument) -> Iterator[tuple[object, dict[str, Any]]]:
    """Every page object in the file, for one whose page tree is lost."""
    ids = sorted({id for xref in document.xrefs for id in islice(xref.get_objids(), MAX_TREE_NODES)})
    for id in ids[:MAX_TREE_NODES]:
        node = _tried(None, document.getobj, id)
        if isinstance(node, dict) and _name(node.get("Type")) == b"Page":
            yield id, node


def _outline_entries(document: PDFDocument) -> Iterator[tuple[int, dict[str, Any]]]:
    """Entries of the outline with their level from 1, in reading order, whatever circles they form."""
    root = resolve1(document.catalog.get("Outlines"))
    pending: list[tuple[object, int]] = [(root.get("First"), 1)] if isinstance(root, dict) else []
    seen: set[int] = set()
    while pending:
        reference, level = pending.pop()
        entry = _tried(None, resolve1, reference)
        if not isinstance(reference, PDFObjRef) or not isinstance(entry, dict) or reference.objid in seen:
            continue
        seen.add(reference.objid)
        yield level, entry
        pending.append((entry.get("Next"), level))
        if level < MAX_SECTION_LEVEL:
            pending.append((entry.get("First"), level + 1))


class _Destinations:
    """Where links lead. Named destinations (PDF 32000-1, 12.3.2.3) are listed once, when first asked for."""

    def __init__(self, document: PDFDocument) -> None:
        self._document = document
        self._named: dict[bytes, object] | None = None

    def page(self, entry: dict[str, Any], numbers: dict[object, int]) -> int | None:
        """The physical page an outline entry opens, None when it opens none."""
        target = entry.get("Dest")
        if target is None:
            action = resolve1(entry.get("A"))
            if not isinstance(action, dict) or _name(resolve1(action.get("S"))) != b"GoTo":
                return None
            target = action.get("D")
        for _ in range(4):  # a name may lead to a dictionary that leads to an array
            target = resolve1(target)
            if isinstance(target, dict):
                target = target.get("D")
            elif (name := _name(target)) is not None:
                target = self._names().get(name)
        if not isinstance(target, list) or not target:
            return None
        first = target[0]
        if isinstance(first, int):  # counts from 0; the standard has it for other files only, but it occurs
            return first + 1 if 0 <= first < len(numbers) else None
        return numbers.get(first.objid) if isinstance(first, PDFObjRef) else None

    def _names(self) -> dict[bytes, object]:
        if self._named is None:
            self._named = dict(islice(_named_destinations(self._document), MAX_TREE_NODES))
        return self._named


def _named_destinations(document: PDFDocument) -> Iterator[tuple[bytes, object]]:
    old = resolve1(document.catalog.get("Dests"))
    if isinstance(old, dict):
        yield from ((str(key).encode("latin-1", "replace"), value) for key, value in old.items())
    names = resolve1(document.catalog.get("Names"))
    pending: list[object] = [names.get("Dests")] if isinstance(names, dict) else []
    seen: set[int] = set()
    while pending and len(seen) < MAX_TREE_NODES:
        reference = pending.pop()
        if isinstance(reference, PDFObjRef):
            if reference.objid in seen:
                continue
            seen.add(reference.objid)
        node = resolve1(reference)
        if not isinstance(node, dict):
            continue
        pairs = resolve1(node.get("Names"))
        if isinstance(pairs, list):
            for key, value in zip(pairs[::2], pairs[1::2], strict=False):
                if (name := _name(resolve1(key))) is not None:
                    yield name, value
        kids = resolve1(node.get("Kids"))
        if isinstance(kids, list) and isinstance(reference, PDFObjRef | dict):
            pending.extend(kid for kid in kids if isinstance(kid, PDFObjRef))


def _name(value: object) -> bytes | None:
    if isinstance(value, PSLiteral):
        return value.name.encode("latin-1", "replace") if isinstance(value.name, str) else bytes(value.name)
    return value if isinstance(value, bytes) else None


def text_of(value: object) -> str:
    """A PDF text string (PDF 32000-2, 7.9.2.2) as text; "" for anything else.

    >>> text_of(b"\\xfe\\xff\\x00A"), text_of(b"\\xef\\xbb\\xbfA"), text_of(b"caf\\xe9"), text_of(7)
    ('A', 'A', 'café', '')
    """
    value = resolve1(value)
    if isinstance(value, PSLiteral):
        value = _name(value)
    if not isinstance(value, bytes):
        return ""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "ignore")
    if value.startswith(b"\xff\xfe"):  # against the standard, but written by some programs
        return value[2:].decode("utf-16-le", "ignore")
    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", "ignore")
    return "".join(PDFDocEncoding[byte] for byte in value)


def _tried(otherwise: T, do: Callable[..., U], *arguments: object) -> T | U:
    """What `do` gives, `otherwise` when the file makes it fail; a lack of memory is not hidden."""
    try:
        return do(*arguments)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - see the module's docstring: there is no list of what pdfminer raises
        return otherwise
