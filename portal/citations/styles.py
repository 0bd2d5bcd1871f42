"""The styles, made ready for the processor and for Indonesian: loaded once, when a citation is first asked for."""

from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

from portal.i18n import Language

HERE: Final = Path(__file__).parent
_CSL: Final = "{http://purl.org/net/xbiblio/csl}"
_XMLNS: Final = 'xmlns="http://purl.org/net/xbiblio/csl"'
# Words of a style that are said where nothing is known: before a number of APA ("Skripsi (Publication)"), before the date
# of software (Chicago), of an article whose volume and pages are not told (Harvard).
_SAID_OF_TOO_MUCH: Final = frozenset(("publication", "released", "Preprint"))
_INDONESIAN: Final = "id-ID"


@dataclass(frozen=True, slots=True)
class Style:
    """One style. name: in messages ([cite]). file: without its ending.

    whole_names: given names stand in full: the style says initialize="false" at each name, which the processor does not
    know, so the initials that the style sets for everything else are taken away. english: the English it is written in.
    names_makers: it has a place for composers and directors; others cite them as authors. quotes_a_stop: a stop or comma
    after a quoted title stands before its closing quotation mark, which the processor leaves out.
    """

    name: str
    file: str
    whole_names: bool = False
    english: str = "en-US"
    names_makers: bool = True
    quotes_a_stop: bool = False


# In the order they are asked for most.
STYLES: Final = (
    Style("apa", "apa"),
    Style("mla", "modern-language-association", whole_names=True, quotes_a_stop=True),
    Style("chicago_date", "chicago-author-date", whole_names=True, quotes_a_stop=True),
    Style("chicago_note", "chicago-notes-bibliography", whole_names=True, quotes_a_stop=True),
    Style("harvard", "harvard-cite-them-right", english="en-GB", names_makers=False),
    Style("vancouver", "nlm-citation-sequence", names_makers=False),
)


@cache
def processor(style: Style, hl: Language) -> Any:
    """The style as citeproc-py has it, with the words of a language. Not for two threads at once."""
    # It takes a tenth of a second to load, and most visitors cite nothing.
    from citeproc import STYLES_PATH

    from portal.citations.elements import mended_style

    own = HERE / "styles" / f"{style.file}.csl"
    path = own if own.exists() else Path(STYLES_PATH, f"{style.file}.csl")
    root = etree.fromstring(path.read_bytes(), etree.XMLParser(no_network=True, resolve_entities=False))
    _mend(root, style, hl)
    return mended_style(etree.tostring(root), _INDONESIAN if hl == "id" else style.english)


def _mend(root: etree._Element, style: Style, hl: Language) -> None:
    for element in list(root.iter(f"{_CSL}text")):
        parent = element.getparent()
        if element.get("value") in _SAID_OF_TOO_MUCH and parent is not None:
            parent.remove(element)
    if style.whole_names:
        root.attrib.pop("initialize-with", "")
    if style.file == "apa":
        # "Eds.": in title case the processor writes only what it is told is English, and labels are told nothing.
        for label in root.iter(f"{_CSL}label"):
            if label.get("text-case") == "title":
                label.set("text-case", "capitalize-first")
        for element in list(root.iter(f"{_CSL}text")):
            parent = element.getparent()
            # "Retrieved <date>, from" is for pages that change (APA 9.16); without a date of access the address is bare.
            if element.get("term") == "retrieved" and parent is not None:
                parent.remove(element)
    if style.file == "harvard-cite-them-right":
        _guess_dates(root, f'<group {_XMLNS} delimiter=" "><text term="circa" form="short"/></group>')
        for element in root.iter(f"{_CSL}substitute"):
            element.insert(0, etree.fromstring(f'<names {_XMLNS} variable="editor-translator"/>'))
            # An article without authors begins with its journal, one whose journal is not known with its title.
            element.append(etree.fromstring(f'<text {_XMLNS} macro="title"/>'))
    if style.file == "nlm-citation-sequence":
        # Citing Medicine, chapter 2, "Date of Publication".
        unknown = "tanpa tahun" if hl == "id" else "date unknown"
        _guess_dates(root, f'<group {_XMLNS} prefix="[" suffix="?]"/>', unknown)
        # Citing Medicine, chapter 2, "Secondary Author": translators too; the style names editors alone.
        for element in root.iter(f"{_CSL}names"):
            parent = element.getparent()
            if parent is not None and parent.get("name") == "secondary-authors":
                element.set("variable", "editor translator")
            if element.get("variable") == "editor translator":
                element.set("delimiter", "; ")
    if hl == "id":
        # Indonesian guides write "dan", also where APA has an ampersand in English.
        for element in root.iter(f"{_CSL}style", f"{_CSL}name", f"{_CSL}citation", f"{_CSL}bibliography"):
            if element.get("and") == "symbol":
                element.set("and", "text")
        info = root.find(f"{_CSL}info")
        if info is not None:
            info.addnext(deepcopy(_indonesian_terms()))


def _guess_dates(root: etree._Element, group: str, unknown: str = "") -> None:
    """Dates stand in this group where they are guessed: the style has all as if they were known. unknown: what a book
    says that has none."""
    for date in list(root.iter(f"{_CSL}date")):
        parent = date.getparent()
        if parent is None or date.get("variable") != "issued":
            continue
        choose = etree.fromstring(f'<choose {_XMLNS}><if is-uncertain-date="issued"/><else/></choose>')
        parent.replace(date, choose)
        choose[0].append(etree.fromstring(group))
        choose[0][0].append(deepcopy(date))
        choose[1].append(date)
        if unknown and date.get("date-parts") == "year":
            choose[1].tag, choose[1].attrib["variable"] = f"{_CSL}else-if", "issued"
            choose.append(etree.fromstring(f'<else {_XMLNS}><text prefix="[" suffix="]" value="{unknown}"/></else>'))


@cache
def _indonesian_terms() -> etree._Element:
    return etree.fromstring((HERE / "terms-id.xml").read_bytes())
