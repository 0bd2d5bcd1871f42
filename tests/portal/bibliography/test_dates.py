"""Dates that a cataloguer only guessed, and spans of years, in what is cited and handed out."""

import pytest
import rispy

from portal.bibliography.bibtex import BibtexFile
from portal.bibliography.csl import csl_item
from portal.bibliography.reference import reference
from portal.bibliography.ris import ris
from portal.citations.citing import citations
from portal.i18n import Language
from portal.machines.addresses import Addresses
from portal.machines.mods import mods
from search.document import Document
from tests.support.marc_records import mapped


def dated(text: str) -> Document:
    published = (f"260    $a Bitung : $b Bahari, $c {text}",) if text else ("260    $a Bitung : $b Bahari",)
    return mapped("001 a", "100 1  $a Wenas, Maria", "245 10 $a Laut", *published)


@pytest.mark.parametrize(
    ("text", "years", "circa"),
    [
        ("[183-?]", [[1830]], True),
        ("[between 1906 and 1912]", [[1906], [1912]], True),
        ("ca. 1850", [[1850]], True),
        ("[antara 1950 dan 1955]", [[1950], [1955]], True),
        ("kira-kira 1950", [[1950]], True),
        ("1988-91", [[1988], [1991]], False),
        ("735-758 [1975-1998]", [[1975], [1998]], False),
        ("[1954 or 1955-1972 or 1973]", [[1954], [1973]], True),
        ("[2014]", [[2014]], False),
        ("1995 [i.e. 1996]", [[1996]], False),
    ],
)
def test_a_guess_is_handed_out_as_one(text: str, years: list[list[int]], circa: bool) -> None:
    cited = reference(dated(text))
    issued = csl_item(cited)["issued"]
    assert (issued["date-parts"], issued.get("circa", False)) == (years, circa)
    (entry,) = rispy.loads(ris(cited))
    assert (entry["year"], entry.get("date", "")) == (cited.year, f"{cited.year}///ca." if circa else "")
    spelt = ("ca. " if circa else "") + "--".join(str(year) for (year,) in years)
    assert f"year = {{{spelt}}}" in BibtexFile().entry(cited)
    dates = mods(dated(text), Addresses("https://k.example")).findall("m:originInfo/m:dateIssued", _MODS)
    assert [int(str(date.text)) for date in dates] == [year for (year,) in years]
    assert {date.get("qualifier") for date in dates} == {"approximate" if circa else None}


_MODS = {"m": "http://www.loc.gov/mods/v3"}


@pytest.mark.parametrize("text", ["18--", "[19--?]", ""])
def test_what_gives_no_year_is_cited_as_undated(text: str) -> None:
    assert "issued" not in csl_item(reference(dated(text)))
    texts = cited(dated(text), "en")
    assert [texts[style] for style in ("apa", "chicago_date", "harvard", "vancouver")] == [
        "Wenas, M. (n.d.). Laut. Bahari.",
        "Wenas, Maria. n.d. Laut. Bahari.",
        "Wenas, M. (no date) Laut. Bitung: Bahari.",
        "Wenas M. Laut. Bitung: Bahari; [date unknown].",
    ]


def cited(document: Document, hl: Language) -> dict[str, str]:
    return {one.style: one.html.striptags() for one in citations(reference(document), hl)}


@pytest.mark.parametrize(
    ("hl", "style", "expected"),
    [
        ("en", "apa", "Wenas, M. (ca. 1830). Laut. Bahari."),
        ("en", "mla", "Wenas, Maria. Laut. Bahari, [1830?]."),
        ("en", "chicago_date", "Wenas, Maria. [1830?]. Laut. Bahari."),
        ("en", "chicago_note", "Wenas, Maria. Laut. Bahari, [1830?]."),
        ("en", "harvard", "Wenas, M. (c. 1830) Laut. Bitung: Bahari."),
        ("en", "vancouver", "Wenas M. Laut. Bitung: Bahari; [1830?]."),
        ("id", "apa", "Wenas, M. (skt. 1830). Laut. Bahari."),
        ("id", "harvard", "Wenas, M. (skt. 1830) Laut. Bitung: Bahari."),
        ("id", "vancouver", "Wenas M. Laut. Bitung: Bahari; [1830?]."),
    ],
)
def test_a_guess_is_cited_as_the_style_has_it(hl: Language, style: str, expected: str) -> None:
    assert cited(dated("[183-?]"), hl)[style] == expected


def test_a_span_is_cited_whole() -> None:
    assert all("1988–1991" in text for text in cited(dated("1988-1991"), "en").values())
    assert all("1906–1912" in text for text in cited(dated("[between 1906 and 1912]"), "en").values())


def test_mods_says_where_a_span_begins_and_ends() -> None:
    dates = mods(dated("1988-91"), Addresses("https://k.example")).findall("m:originInfo/m:dateIssued", _MODS)
    assert [(date.text, date.get("point")) for date in dates] == [("1988", "start"), ("1991", "end")]
