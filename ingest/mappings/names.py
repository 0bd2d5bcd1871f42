"""Contributors: who made a title, and as what."""

import re
from collections.abc import Iterable
from typing import Final

from ingest.extract import MarcView
from ingest.mapping import table
from ingest.record import Field
from ingest.transform import plain, trim_isbd, without_remark
from search.document import Contributor

# Subfields of the name itself. Dates ($d) are left out: catalogues give them to some records of a
# person and not to others, and one person must be one value of the facet.
_NAME_CODES: Final = {"00": "abcq", "10": "ab", "11": "acdneq", "20": "a"}
_KINDS: Final = {"00": "person", "10": "corporate", "11": "meeting", "20": "person"}
_TAGS: Final = ("100", "110", "111", "700", "710", "711", "720")
_RELATION_CODE: Final = {"11": "j"}
_TERM_BREAK: Final = re.compile(r"[,;/&]| dan | and ")
_RELATOR_CODE: Final = re.compile(r"[a-z]{3}")


def contributors(view: MarcView) -> tuple[Contributor, ...]:
    """Every contributor once, the main one first, with all that it did."""
    found: dict[str, Contributor] = {}
    for tag in _TAGS:
        for field in view.fields.get(tag, ()):
            name = name_of(field, tag)
            if not name:
                continue
            kind = _KINDS[tag[1:]]
            if tag == "720" and field.indicators[0] == "2":
                kind = "corporate"
            roles = _roles(field, tag)
            known = found.get(name.casefold())
            if known is not None:
                name, kind, roles = known.name, known.kind, (*known.roles, *(r for r in roles if r not in known.roles))
            main = tag[0] == "1" or (known is not None and known.main)
            found[name.casefold()] = Contributor(name, roles, kind, main)  # type: ignore[arg-type]
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
    return trim_isbd(without_remark(plain(" ".join(parts))))


def _roles(field: Field, tag: str) -> tuple[str, ...]:
    """Relator codes from $4 and $e; a word that the table lacks stays as it is, in small letters."""
    relation = _RELATION_CODE.get(tag[1:], "e")
    roles: dict[str, None] = {}
    for code, value in field.subfields:
        if code == "4":
            # $4 may be a link: http://id.loc.gov/vocabulary/relators/aut
            last = value.strip().rstrip("./").rpartition("/")[2].lower()
            roles |= dict.fromkeys(_RELATOR_CODE.findall(last[:3]))
        elif code == relation:
            roles |= dict.fromkeys(_terms(value))
    return tuple(roles)


def _terms(text: str) -> Iterable[str]:
    known = table("relators", "terms")
    whole = text.strip(" .,;:()[]").lower()
    if whole in known:
        return [known[whole]]
    terms = (term.strip(" .,;:()[]") for term in _TERM_BREAK.split(whole))
    return [known.get(term, term) for term in terms if term]
