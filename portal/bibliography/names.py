"""Who made a title, as reference managers sort them: by what they did, family name apart."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from portal.bibliography.headings import Heading
from portal.bibliography.texts import line
from search.document import Contributor

MOST_NAMES: Final = 50
_FULLER: Final = re.compile(r"\s*\([^()]{0,200}\)")
# Of all that may follow a name only this belongs to it in a citation: "Jr.", "III", no "Sir" or "King of England".
# In capitals alone: "Vi" and "Xi" are names.
_GENERATION: Final = re.compile(r"(?:[Jj][Rr]|[Ss][Rr]|[IVX]{1,5}|\d{1,2}(?:st|nd|rd|th))\.?")
_GENERATION_WITHOUT_COMMA: Final = re.compile(r"(\S.*)\s((?:Jr|Sr)\.?|I{2,3}|IV)")
# Titles and degrees that stand among the names, where a record was made of a title page or a form. Only what is nobody's
# initials: "Goulder, M. D." is no doctor.
_BEFORE: Final = re.compile(r"(?:(?:Prof|Drs|Dra|Dr|Ir|Hj)\.\s?)+(?:H\.\s)?(?=\w)")
_DEGREE: Final = re.compile(
    r"[SMA]\.\s?(?:I\.)?(?:Kom|Pd|Si|Hum|Kes|Sos|Ag|Sn|Ked|Kep|Farm|Psi|IP|Pt|Hut|Pi|Ars|Tr|Stat|Gz|Keb|Kn|Ak|Eng|Sc|Phil"
    r"|Lib|Md|Th)(?:\.\s?[A-Z][a-z]{0,4})?\.?|Ph\.?\s?D\.?|Sp\.\s?[A-Z]\w{0,4}\.?|Lc\.?"
)
_HONOUR: Final = re.compile(r"(?:Prof|Drs|Dra|Dr|Ir)\.?(?:\sDr\.?)?")
# With it, a name of one word is a person's as everybody knows him: "Dr. Seuss". Other titles are those of a biography.
_ONLY_DOCTOR: Final = re.compile(r"Dr\.?\s\w+|\w+, Dr\.?")
_LIKE_INITIALS: Final = re.compile(r"[SM]\.?\s?[A-Z]\.?")  # S.H., SH, M.A.: degrees where several follow a name
_THEODORE: Final = re.compile(r"[SMA]\.\s?(?:Th|Phil)\.?")  # behind a family name alone: "Houtsma, M. Th."
_COMMA_IN_QUOTES: Final = re.compile(r""",\s*(?=["”])""")
# Of a body or meeting: "(Agency : U.S.)", "(5 : 2019 : Manado)".
_QUALIFIER: Final = re.compile(r"\s\([^()]{0,200}\)$")
_AUTHOR: Final = frozenset(("aut", "cre", "art", "ctg", "pht", "dis", "prg", "com"))
# An editor of moving images (edm, flm) cuts a film, and is none of those that a citation calls editors.
_GROUPS: Final = {
    "edt": "editor", "edc": "editor", "edd": "editor",
    "trl": "translator", "ill": "illustrator", "cmp": "composer",
    "drt": "director", "fmd": "director", "tld": "director", "rdd": "director", "fmk": "director",
}  # fmt: skip
# Who issued, published or paid for a title, and whoever is named without a word for it: authors when nobody else is.
_BEHIND: Final = frozenset(("isb", "spn", "pbl", "his"))


@dataclass(frozen=True, slots=True)
class Name:
    """A name. family alone: a body, or a person of one name, as `whole` says for both. place and units: of a body with
    parts, as its heading has them."""

    whole: str
    family: str
    given: str = ""
    suffix: str = ""
    is_body: bool = False
    place: str = field(default="", repr=False)
    units: tuple[str, ...] = field(default=(), repr=False)

    @property
    def inverted(self) -> str:
        """As it stands in a list: "Wenas, Maria", "Soekarno"."""
        return ", ".join(filter(None, (self.family, self.given, self.suffix)))

    @property
    def spoken(self) -> str:
        return " ".join(filter(None, (self.given, self.family, self.suffix)))


@dataclass(frozen=True, slots=True)
class Names:
    """By what they did, as a citation has them. others: named in the record, and no part of a citation."""

    author: tuple[Name, ...] = ()
    editor: tuple[Name, ...] = ()
    translator: tuple[Name, ...] = ()
    illustrator: tuple[Name, ...] = ()
    composer: tuple[Name, ...] = ()
    director: tuple[Name, ...] = ()
    others: tuple[Name, ...] = ()

    @property
    def makers(self) -> tuple[Name, ...]:
        """Those that forms with one kind of name have as authors."""
        return tuple(dict.fromkeys((*self.author, *self.composer, *self.director)))

    @property
    def all(self) -> tuple[Name, ...]:
        groups = (self.author, self.editor, self.translator, self.illustrator, self.composer, self.director)
        return tuple(dict.fromkeys((*(name for group in groups for name in group), *self.others)))


def names(
    contributors: Sequence[Contributor],
    publishers: Sequence[str] = (),
    headings: Mapping[str, Heading] = MappingProxyType({}),
) -> Names:
    """publishers: bodies that need not be named twice. headings: what the record says of names, as `headings` gives it."""

    def named(contributor: Contributor) -> Name:
        return name(contributor, headings.get(contributor.name.casefold()))

    def of_other_work(contributor: Contributor) -> bool:
        heading = headings.get(contributor.name.casefold())
        return heading is not None and heading.of_other_work

    found: dict[str, list[Name]] = {}
    behind: list[Contributor] = []
    aside: list[Contributor] = []
    for contributor in sorted(contributors, key=lambda c: not c.main)[:MOST_NAMES]:
        groups = _groups(contributor)
        if of_other_work(contributor):
            aside.append(contributor)
        elif groups:
            for group in groups:
                found.setdefault(group, []).append(named(contributor))
        else:
            behind.append(contributor)
    if not found.get("author") and not found.get("editor"):
        issuers = [c for c in behind if c.kind != "person" and _is_behind(c) and c.name not in publishers]
        if issuers and not found:
            found["author"] = [named(contributor) for contributor in issuers]
            behind = [contributor for contributor in behind if contributor not in issuers]
    found["others"] = [named(contributor) for contributor in (*behind, *aside)]
    return Names(**{group: tuple(held) for group, held in found.items()})


def name(contributor: Contributor, heading: Heading | None = None) -> Name:
    """
    >>> name(Contributor("Ippen, Erich, Jr."))
    Name(whole='Ippen, Erich, Jr.', family='Ippen', given='Erich', suffix='Jr.', is_body=False)
    >>> name(Contributor("Iskandar, N.St. (Nur Sutan)")).inverted, name(Contributor("Soekarno")).inverted
    ('Iskandar, N.St.', 'Soekarno')
    >>> [name(Contributor(text)).inverted for text in ("Ford, Henry II", "Smith, John Jr.", "Le, Anna, Vi", "Li, Vi")]
    ['Ford, Henry, II', 'Smith, John, Jr.', 'Le, Anna', 'Li, Vi']
    >>> name(Contributor("Charles I, King of England"), Heading("Charles I", "King of England")).family
    'Charles I, King of England'
    >>> name(Contributor("Prof. Dr. Maria Wenas, S.Kom., M.T.")).inverted, name(Contributor("Goulder, M. D.")).inverted
    ('Maria Wenas', 'Goulder, M. D.')
    >>> [name(Contributor(text)).family for text in ("Ir. Soekarno", "Hatta, Drs.", "Seuss, Dr.")]
    ['Soekarno', 'Hatta', 'Seuss, Dr.']
    >>> [name(Contributor(text)).inverted for text in ("Sudarsono, Dr., S.H., M.H.", "Sudarsono, S.H.", "Siregar, M.T., Prof.")]
    ['Sudarsono', 'Sudarsono, S.H.', 'Siregar, M.T.']
    >>> [name(Contributor(text)).inverted for text in ("Sudarsono, SH, MH", "Sudarsono, SH", "Li, Ma, Si")]
    ['Sudarsono', 'Sudarsono, SH', 'Li, Ma']
    """
    whole = line(contributor.name)
    if contributor.kind != "person":
        place, units = (heading.place, heading.units) if heading is not None else ("", ())
        return Name(
            whole, _bare(whole), is_body=True, place=line(place), units=tuple(_bare(line(unit)) for unit in units)
        )
    family, *rest = _untitled(_parts(heading.name if heading is not None else whole)) or [whole]
    if not rest and " " not in family and _may_lose_its_title(whole):
        return Name(whole, family)
    if not rest and " " not in family:  # "Long, Mrs." may be anybody
        return Name(whole, ", ".join(part for part in _parts(whole) if not _DEGREE.fullmatch(part)) or whole)
    if not rest:
        return Name(whole, ", ".join(_untitled(_parts(whole))) or whole)
    given = rest[0]
    if (found := _GENERATION_WITHOUT_COMMA.fullmatch(given)) is not None:
        given, rest = found[1], [found[1], found[2], *rest[1:]]
    after = [*rest[1:], *_parts(heading.titles if heading is not None else "")]
    return Name(whole, family, given, ", ".join(part for part in after if _GENERATION.fullmatch(part)))


def _bare(body: str) -> str:
    """
    >>> _bare("Presiden (2014-2024 : Widodo)"), _bare("Museum Laut (Bitung)")
    ('Presiden', 'Museum Laut (Bitung)')
    """
    added = _QUALIFIER.search(body)
    return body[: added.start()] if added and " : " in added[0] else body


def _may_lose_its_title(whole: str) -> bool:
    before = _BEFORE.match(whole) is not None
    behind = _parts(whole)[1:]
    only_titles = bool(behind) and (all(map(_HONOUR.fullmatch, behind)) or _are_titles(behind))
    return (before or only_titles) and not _ONLY_DOCTOR.fullmatch(whole)


def _are_titles(behind: Sequence[str]) -> bool:
    """Of one degree alone "S.H." may be a person's initials, behind another or an honour it is none."""
    if len(behind) < 2 or (_LIKE_INITIALS.fullmatch(behind[0]) and all(map(_HONOUR.fullmatch, behind[1:]))):
        return False
    return all(_DEGREE.fullmatch(part) or _HONOUR.fullmatch(part) or _LIKE_INITIALS.fullmatch(part) for part in behind)


def _parts(text: str) -> list[str]:
    plain = _COMMA_IN_QUOTES.sub("", _FULLER.sub("", line(text)))
    return [part.strip() for part in plain.split(",") if part.strip()]


def _untitled(parts: Sequence[str]) -> list[str]:
    """The parts of a name without titles before and degrees behind it."""
    bare = [_BEFORE.sub("", part, count=1) if _BEFORE.match(part) else part for part in parts[:2]] + list(parts[2:])
    names, behind = bare[:1], bare[1:]
    if len(behind) == 1 and " " not in names[0] and _THEODORE.fullmatch(behind[0]):
        return bare
    if _are_titles(behind):
        return names
    return names + [part for part in behind if not (_DEGREE.fullmatch(part) or _HONOUR.fullmatch(part))]


def _groups(contributor: Contributor) -> tuple[str, ...]:
    """All that a person did: who edited and translated is both. An author is named as that alone."""
    if _AUTHOR.intersection(contributor.roles):
        return ("author",)
    special = tuple(dict.fromkeys(_GROUPS[role] for role in contributor.roles if role in _GROUPS))
    if special:
        return special
    if contributor.main or (contributor.kind == "person" and not contributor.roles):
        return ("author",)
    return ()


def _is_behind(contributor: Contributor) -> bool:
    return not contributor.roles or bool(_BEHIND.intersection(contributor.roles))
