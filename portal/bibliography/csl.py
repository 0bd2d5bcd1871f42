"""CSL-JSON: what citation processors read (Citation Style Language 1.0.2)."""

from typing import Any

from portal.bibliography.names import Name
from portal.bibliography.reference import Reference

Item = dict[str, Any]


def csl_item(reference: Reference) -> Item:
    names = reference.names
    people = {
        "author": names.author,
        "editor": names.editor,
        "translator": names.translator,
        "illustrator": names.illustrator,
        "composer": names.composer,
        "director": names.director,
    }
    item: Item = {"id": reference.id, "type": reference.kind.csl, "title": reference.title}
    item |= {role: [_name(name) for name in held] for role, held in people.items() if held}
    if years := [[int(year)] for year in (reference.year, reference.until) if year]:
        item["issued"] = {"date-parts": years} | ({"circa": True} if reference.circa else {})
    texts = {
        "publisher": reference.publisher,
        "publisher-place": reference.place,
        "edition": reference.edition,
        "ISBN": reference.isbn,
        "ISSN": reference.issn,
        "DOI": reference.doi,
        "collection-title": reference.series,
        "collection-number": reference.series_number,
        "container-title": reference.host,
        "volume": reference.volume,
        "issue": reference.issue,
        "page": reference.pages,
        "number-of-pages": reference.extent,
        "genre": reference.degree,
        "language": reference.language,
        "abstract": reference.abstract,
        "call-number": reference.call_number,
        "keyword": ", ".join(reference.subjects),
        "URL": reference.online,
    }
    return item | {name: text for name, text in texts.items() if text}


def _name(name: Name) -> Item:
    if not name.given:
        return {"literal": name.inverted}
    found = {"family": name.family, "given": name.given}
    return found | ({"suffix": name.suffix} if name.suffix else {})
