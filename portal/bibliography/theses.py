"""What a thesis note (MARC 502) says: what kind of thesis, for which degree, of which university."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portal.bibliography.texts import line

MAX_NOTE: Final = 500
_WORD: Final = (
    r"(?:(?:doctoral|master['’]?s?|bachelor['’]?s?) )?(?:disertasi|skripsi|tesis|dissertation|thesis|th[eè]se)"
)
# As cataloguers write it: "Thesis (Ph.D.)--University of Virginia, 1983."
_FREE: Final = re.compile(
    rf"\b(?P<word>{_WORD})\b\s*(?:\((?P<degree>[^()]*)\))?(?P<mark>\s*[-–—,:]*)\s*(?P<school>.*)", re.IGNORECASE
)
# As subfields give it ($b $c): "Ph. D. Stanford University".
_PARTED: Final = re.compile(
    r"(?P<degree>(?:(?:[A-Z][a-z]{0,2}|Phil)\.\s?)+|(?:Ph\.?D|M\.?Sc|B\.?Sc|MA|MS|BA|MBA|MD|S[123])\b)?[\s,:]*(?P<school>.*)"
)
_SCHOOL: Final = re.compile(
    r"universi|institut|school|college|sekolah|akademi|academ|polite[ck]|polytechn|fa[ck]ult", re.IGNORECASE
)
# "A thesis presented by A. Writer to the Graduate School of X in partial fulfillment ..., Y University"
_HANDED_IN: Final = re.compile(r"(?:submitted|presented|diajukan|disusun)\b", re.IGNORECASE)
_UNIVERSITY: Final = re.compile(r"universi|institut", re.IGNORECASE)
_NAME: Final = re.compile(r"[A-Z][\w'’]+(?: (?:(?:of|the|for|and|di|dan) )*[A-Z][\w'’]+)*")
_YEAR: Final = re.compile(r"[\s,.(\[©c]*\b(?:[1l][5-9]|20)\d\d\b[)\].\s]*$")  # and as typed: "l983"
# As German libraries write it: "Zugl.: Stuttgart, Univ., Diss., 2010".
_GERMAN: Final = re.compile(
    r"(?:Zugl\.:\s*)?(?P<place>[^,.:;]{2,60}), (?P<school>[^,:;]{0,60}(?:Univ|Hochsch|TU|FH)\b[^,:;]{0,60}), "
    r"(?P<word>(?:Habil\.-Schr|Diss|Masterarb|Magisterarb|Diplomarb)\.)(?: \([^()]{0,60}\))?, "
)
_SAYS_THESIS: Final = re.compile(
    rf": (?:an? )?{_WORD}(?:$|,? (?:submitted|presented|in partial|in candidacy|for the degree|diajukan|disusun|sebagai|untuk|pada)\b.*$)",
    re.IGNORECASE,
)
_BETWEEN_INITIALS: Final = re.compile(r"\. (?=[A-Z][a-z]{0,2}\.)")
_ENGLISH: Final = ("thesis", "dissertation")
_ENGLISH_DEGREE: Final = re.compile(
    r"(?:Doctor|Master|Bachelor)\b|(?:Ph|Ed|Sc)\.?D\b|D\.?Phil\b|[MB]\.?(?:A|S|Sc|Ed|Eng|Phil|BA)\b"
)
_INDONESIAN_DEGREES: Final[Mapping[str, str]] = {
    "s1": "Skripsi", "sarjana": "Skripsi", "s2": "Tesis", "magister": "Tesis", "s3": "Disertasi", "doktor": "Disertasi",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thesis:
    """degree: what kind of thesis, in the words of the note. Both "" where it says nothing."""

    degree: str = ""
    school: str = ""


def thesis(note: str) -> Thesis:
    """
    >>> thesis("Thesis (Ph.D.)--University of Virginia, 1983.")
    Thesis(degree='Ph.D. thesis', school='University of Virginia')
    >>> thesis("Skripsi (S1), Universitas Sam Ratulangi")
    Thesis(degree='Skripsi', school='Universitas Sam Ratulangi')
    >>> thesis("Ph. D. Dept. of Engineering-Economic Systems, Stanford University")
    Thesis(degree='Ph.D. thesis', school='Dept. of Engineering-Economic Systems, Stanford University')
    >>> thesis("Berlin, Techn. Univ., Diss., 2009")
    Thesis(degree='Diss.', school='Techn. Univ. Berlin')
    >>> thesis("Essays from Gene Lees jazzletter.")
    Thesis(degree='', school='')
    """
    text = line(note, MAX_NOTE)
    if (german := _GERMAN.match(text)) is not None:
        return Thesis(german["word"], f"{german['school']} {german['place']}")
    free = _FREE.search(text)
    parted = _PARTED.match(text[: free.start()] if free is not None else text)
    degree = _closed_up(parted["degree"] or "") if parted is not None else ""
    if free is None:
        return Thesis(_for_degree(degree), _school(parted["school"]) if parted is not None else "")
    dashed = any(mark in free["mark"] for mark in "-–—")
    return Thesis(_kind(free["word"], free["degree"] or degree), _school(free["school"], dashed))


def thesis_title(title: str) -> str:
    """A title as `texts.title_line` gives it, less what its title page says of being a thesis, which the citation says.

    >>> thesis_title("Reefs: their growth: a dissertation submitted to the Graduate School, Leiden")
    'Reefs: their growth'
    >>> thesis_title("Terumbu karang: skripsi"), thesis_title("Laut: thesis and antithesis")
    ('Terumbu karang', 'Laut: thesis and antithesis')
    """
    return _SAYS_THESIS.sub("", title, count=1)


def stated(degree: str, school: str, kind: str) -> Thesis:
    """As a record says it part by part (502 $b $c $g).

    >>> stated("Magister", "Universitas Indonesia", "Tesis"), stated("M. Sc.", "Leiden University", "")
    (Thesis(degree='Tesis', school='Universitas Indonesia'), Thesis(degree='M.Sc. thesis', school='Leiden University'))
    >>> stated("S1", "Universitas Sam Ratulangi", "")
    Thesis(degree='Skripsi', school='Universitas Sam Ratulangi')
    """
    degree, school, word = (line(text, MAX_NOTE).strip(" .,;:-–—") for text in (degree, school, kind))
    free = _FREE.match(word)
    if "." in degree:
        degree = _closed_up(f"{degree}.")
    return Thesis(_kind(free["word"], degree) if free is not None else _for_degree(degree), school)


def _kind(word: str, degree: str) -> str:
    # English has one word for theses of every degree; Indonesian says by the word which it is.
    text = f"{_closed_up(degree)} {word.lower()}" if degree.strip() and word.lower() in _ENGLISH else word
    return text[:1].upper() + text[1:]


def _for_degree(degree: str) -> str:
    """What is written for a degree, where a record says no more: the name of a degree alone is nothing to cite.

    >>> [_for_degree(degree) for degree in ("Ph.D.", "Doctor of Philosophy", "Magister Kelautan", "S-3", "Lic.")]
    ['Ph.D. thesis', 'Doctor of Philosophy thesis', 'Tesis', 'Disertasi', 'Lic.']
    """
    word = degree.partition(" ")[0].casefold().replace("-", "")
    if word in _INDONESIAN_DEGREES:
        return _INDONESIAN_DEGREES[word]
    return f"{degree} thesis" if _ENGLISH_DEGREE.match(degree) else degree


def _school(text: str, surely: bool = False) -> str:
    """surely: it stands where a university does; otherwise it must be called one."""
    if _HANDED_IN.match(text):
        schools = [name for name in _NAME.findall(text) if _SCHOOL.search(name)]
        return next(filter(_UNIVERSITY.search, schools), next(iter(schools), ""))
    found = _YEAR.sub("", text).strip(" .,;:-–—")
    return found if surely or _SCHOOL.search(found) else ""


def _closed_up(degree: str) -> str:
    """
    >>> _closed_up("Ph. D. "), _closed_up("M. Sc.")
    ('Ph.D.', 'M.Sc.')
    """
    return _BETWEEN_INITIALS.sub(".", degree.strip())
