"""Contributors: who made a title, and as what."""

import re
from typing import Final

from ingest.extract import MarcView
from ingest.mapping import table
from ingest.record import Field
from ingest.transform import plain, remembered, trim_isbd, without_remark
from search.document import Contributor

# Subfields of the name itself. Dates ($d) are left out: catalogues give them to some records of a
# person and not to others, and one person must be one value of the facet.
_NAME_CODES: Final = {"00": "abcq", "10": "ab", "11": "acdneq", "20": "a"}
_KINDS: Final = {"00": "person", "10": "corporate", "11": "meeting", "20": "person"}
_TAGS: Final = ("100", "110", "111", "700", "710", "711", "720")
TAGS: Final = " ".join(_TAGS)
_RELATION_CODE: Final = {"11": "j"}
_TERM_BREAK: Final = re.compile(r"[,;/&]| dan | and ")
_RELATOR_CODE: Final = re.compile(r"[a-z]{3}")
_IN_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]+)[)\]][\s.,;:]*$")
# What is done for a book, typed after a person's name. Not what tells two of one name apart in lists of names: "Sting
# (Musician)", and nothing after the name of a body: "Springfield (Ill.)" lies in Illinois.
_TYPED_ROLES: Final = frozenset(
    ("adp", "aui", "aut", "com", "cov", "ctb", "dgs", "edt", "ill", "opn", "red", "rev", "ths", "trl", "win", "wpr")
)
_TYPED_IN: Final = frozenset(("100", "700", "720"))
_NUMBER: Final = re.compile(r" (?:[ivx]+|(?:ke-?)?[0-9]+)$")


def contributors(view: MarcView) -> tuple[Contributor, ...]:
    """Every contributor once, the main one first, with all that it did."""
    fields = view.fields
    found: dict[str, Contributor] = {}
    for tag in _TAGS:
        if tag not in fields:
            continue
        for field in fields[tag]:
            name = name_of(field, tag)
            if not name:
                continue
            kind = _KINDS[tag[1:]]
            if tag == "720" and field.indicators[0] == "2":
                kind = "corporate"
            roles = _roles(field, tag)
            main = tag[0] == "1"
            key = name.casefold()
            if key in found:
                known = found[key]
                name, kind, main = known.name, known.kind, main or known.main
                roles = (*known.roles, *(role for role in roles if role not in known.roles))
            found[key] = Contributor(name, roles, kind, main)  # type: ignore[arg-type]
    return tuple(found.values())


def contributor_names(view: MarcView) -> list[str]:
    return [contributor.name for contributor in view.once(contributors)]


def original_names(view: MarcView) -> list[str]:
    """Names in their original script, where a romanised form stands beside them."""
    return [name_of(field, tag) for tag, field in view.original if tag in _TAGS]


def name_of(field: Field, tag: str) -> str:
    """The name as in the heading, without dates and relations.

    tag: of the field itself, or that an 880 stands for.
    """
    codes = _NAME_CODES[tag[1:]]
    parts = [value for code, value in field.subfields if code in codes]
    text = " ".join(parts)
    if ("(" in text or "[" in text) and tag in _TYPED_IN:
        parts = [
            _name_and_roles(value)[0] if code == "a" else value for code, value in field.subfields if code in codes
        ]
        text = " ".join(parts)
    return trim_isbd(without_remark(plain(text)))


def _roles(field: Field, tag: str) -> tuple[str, ...]:
    """Relator codes from $4 and $e; a word that the table lacks stays as it is, in small letters."""
    relation = _RELATION_CODE.get(tag[1:], "e")
    found: list[str] = []
    for code, value in field.subfields:
        if code == relation:
            found += _terms(value)
        elif code == "4":
            # $4 may be a link: http://id.loc.gov/vocabulary/relators/aut
            last = value.strip().rstrip("./").rpartition("/")[2].lower()
            found += _RELATOR_CODE.findall(last[:3])
        elif code == "a" and ("(" in value or "[" in value) and tag in _TYPED_IN:
            found += _name_and_roles(value)[1]
    return tuple(dict.fromkeys(found)) if found else ()


@remembered
def _terms(text: str) -> tuple[str, ...]:
    known = table("relators", "terms")
    whole = text.strip(" .,;:()[]").lower()
    if whole in known:
        return (known[whole],)
    terms = (term.strip(" .,;:()[]") for term in _TERM_BREAK.split(whole))
    return tuple(known.get(term) or known.get(_NUMBER.sub("", term), term) for term in terms if term)


def has_typed_role(text: str) -> bool:
    """Whether a text ends in what the bearer of a name did: "Max Lane (penerjemah)"."""
    return bool(_name_and_roles(text)[1])


def _name_and_roles(text: str) -> tuple[str, tuple[str, ...]]:
    """A name without what its bearer did, where that is typed after it in brackets.

    >>> _name_and_roles("Ahmad Fulan (Penerjemah)"), _name_and_roles("Budi Santoso, (ed. & ilustrator)")
    (('Ahmad Fulan', ('trl',)), ('Budi Santoso', ('edt', 'ill')))
    >>> _name_and_roles("Sting (Musician)"), _name_and_roles("Ana (Ana Maria)")
    (('Sting (Musician)', ()), ('Ana (Ana Maria)', ()))
    """
    found = _IN_BRACKETS.search(text)
    name = text[: found.start()].rstrip(" ,") if found else ""
    roles = _terms(found[1]) if found and name else ()
    return (name, roles) if roles and _TYPED_ROLES.issuperset(roles) else (text, ())
