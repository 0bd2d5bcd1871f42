"""BibTeX: an entry a title, in UTF-8, with the characters that TeX would act on written as themselves."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from portal.bibliography.names import Name
from portal.bibliography.reference import Reference

_ESCAPES: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
        "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    }
)  # fmt: skip
# Addresses stand as they are, since TeX sets them so (\url, biblatex): only what would end the field is written otherwise.
_IN_ADDRESSES: Final = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})
# Programs part keywords at either, so a heading that holds one would be two: "Sukarno, 1901-1970".
_PARTS_KEYWORDS: Final = str.maketrans({",": None, ";": None})
_AND: Final = re.compile(r"\band\b", re.IGNORECASE)
_WORD: Final = re.compile(r"[a-z0-9]+")
_STOP_WORDS: Final = frozenset(("the", "a", "an", "of", "dan", "di", "ke", "dari", "yang"))
_KEY_CHARACTERS: Final = 20


class BibtexFile:
    """Entries of one file, whose keys are all different."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def entry(self, reference: Reference) -> str:
        fields = "".join(f",\n  {name} = {{{value}}}" for name, value in _fields(reference))
        return f"@{reference.kind.bibtex}{{{self._key(reference)}{fields}\n}}\n\n"

    def _key(self, reference: Reference) -> str:
        key, n = citation_key(reference), 1
        while (tried := key if n == 1 else f"{key}{_letters(n - 2)}") in self._used:
            n += 1
        self._used.add(tried)
        return tried


def citation_key(reference: Reference) -> str:
    """Family name, year and first word of the title, in ASCII: "wenas2014terumbu"."""
    first = next(iter(reference.names.all), None)
    word = next((word for word in _ascii_words(reference.title) if word not in _STOP_WORDS), "")
    family = "".join(_ascii_words(first.family))[:_KEY_CHARACTERS] if first is not None else ""
    return f"{family}{reference.year}{word[:_KEY_CHARACTERS]}" or "judul"


def escaped(text: str) -> str:
    r"""
    >>> print(escaped("Laut & pantai: 100 % {biru} #1_a"))
    Laut \& pantai: 100 \% \{biru\} \#1\_a
    """
    return text.translate(_ESCAPES)


def _fields(reference: Reference) -> Iterator[tuple[str, str]]:
    names, host = reference.names, reference.kind.bibtex in ("article", "incollection")
    yield "title", f"{{{escaped(reference.title)}}}"  # twice in braces, so that capitals stay
    found = (
        ("author", _people(names.makers)),
        ("editor", _people(names.editor)),
        ("translator", _people(names.translator)),
        ("illustrator", _people(names.illustrator)),
        ("year", _years(reference)),
        (_place_of_publisher(reference), escaped(reference.publisher)),
        ("address", escaped(reference.place)),
        ("edition", escaped(reference.edition)),
        ("journal" if reference.kind.bibtex == "article" else "booktitle", escaped(reference.host) if host else ""),
        ("series", escaped(reference.series)),
        ("volume", escaped(reference.volume)),
        ("number", escaped(reference.issue or reference.series_number)),
        ("pages", reference.pages.replace("-", "--")),
        ("pagetotal", reference.extent),
        ("type", escaped(reference.degree)),
        ("isbn", escaped(reference.isbn)),
        ("issn", escaped(reference.issn)),
        ("doi", reference.doi.translate(_IN_ADDRESSES)),
        ("language", escaped(reference.language)),
        ("keywords", escaped(", ".join(subject.translate(_PARTS_KEYWORDS) for subject in reference.subjects))),
        ("abstract", escaped(reference.abstract)),
        ("url", reference.online.translate(_IN_ADDRESSES)),
    )
    yield from ((name, value) for name, value in found if value)


def _years(reference: Reference) -> str:
    """Any words may stand before a year: styles look for the digits at its end."""
    years = "--".join(filter(None, (reference.year, reference.until)))
    return f"ca. {years}" if reference.circa else years


def _place_of_publisher(reference: Reference) -> str:
    return "school" if reference.kind.bibtex == "phdthesis" else "publisher"


def _people(names: tuple[Name, ...]) -> str:
    return " and ".join(map(_person, names))


def _person(name: Name) -> str:
    # In braces a name is one whole: a body, a single name, or one with an "and" in it.
    if not name.given or _AND.search(name.inverted):
        return f"{{{escaped(name.inverted)}}}"
    parts = (name.family, name.suffix, name.given) if name.suffix else (name.family, name.given)
    return ", ".join(map(escaped, parts))


def _ascii_words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower())


def _letters(n: int) -> str:
    """
    >>> _letters(0), _letters(25), _letters(26)
    ('a', 'z', 'aa')
    """
    text = ""
    while n >= 0:
        text = chr(ord("a") + n % 26) + text
        n = n // 26 - 1
    return text
