"""A title in the words of schema.org, as JSON-LD that may stand inside HTML."""

import json
from collections.abc import Sequence
from typing import Any, Final

from markupsafe import Markup

from portal.bibliography.kinds import CHAPTER
from portal.bibliography.names import Name
from portal.bibliography.reference import Reference

_BOOKS: Final = frozenset(("Book", "Audiobook", "Thesis", "Chapter"))
# Nothing of these may end the script element or begin a comment inside it; JSON has them by number too.
_UNSAFE: Final = {ord(ch): f"\\u{ord(ch):04x}" for ch in "<>&\u2028\u2029"}


def linked_data(reference: Reference, audience: Sequence[str] = ()) -> dict[str, Any]:
    """audience: for whom it is, in words."""
    kind, names = reference.kind, reference.names
    first, _, last = reference.pages.partition("-")
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": kind.schema,
        "@id": reference.address,
        "url": reference.address,
        "name": reference.title,
        "author": _people(names.makers),
        "editor": _people(names.editor),
        "translator": _people(names.translator),
        "illustrator": _people(names.illustrator),
        "contributor": _people(names.others),
        "datePublished": reference.year,
        "publisher": {"@type": "Organization", "name": reference.publisher} if reference.publisher else "",
        "inLanguage": reference.language,
        "about": list(reference.subjects),
        "description": reference.abstract,
        "audience": [{"@type": "Audience", "audienceType": label} for label in audience],
        **({} if reference.host else _numbers(reference)),
        "sameAs": f"https://doi.org/{reference.doi}" if reference.doi else "",
        "pageStart": first,
        "pageEnd": last,
        "isPartOf": _whole(reference),
    }
    if kind.schema in _BOOKS:
        found |= {"bookEdition": reference.edition, "numberOfPages": int(reference.extent or 0)}
    if kind.schema == "VideoObject":
        found["director"] = _people(names.director)  # an author as well, for programs that know no other makers
    if reference.pdf:
        found["encoding"] = {"@type": "MediaObject", "contentUrl": reference.pdf, "encodingFormat": "application/pdf"}
        if kind.schema == "Book":
            found["bookFormat"] = "https://schema.org/EBook"
    return {name: value for name, value in found.items() if value}


def script_content(data: dict[str, Any]) -> Markup:
    """
    >>> script_content({"name": "</script><!--"})
    Markup('{"name": "\\\\u003c/script\\\\u003e\\\\u003c!--"}')
    """
    return Markup(json.dumps(data, ensure_ascii=False).translate(_UNSAFE))  # noqa: S704 - no mark of HTML is left


def _whole(reference: Reference) -> dict[str, Any] | str:
    """What it is a part of, an article by way of its issue and volume."""
    if not reference.host:
        return {"@type": "BookSeries", "name": reference.series} if reference.series else ""
    whole: dict[str, Any] = {"name": reference.host, **_numbers(reference)}
    if reference.kind is CHAPTER:
        return {"@type": "Book", **whole}
    whole = {"@type": "Periodical", **whole}
    if reference.volume:
        whole = {"@type": "PublicationVolume", "volumeNumber": reference.volume, "isPartOf": whole}
    if reference.issue:
        whole = {"@type": "PublicationIssue", "issueNumber": reference.issue, "isPartOf": whole}
    return whole


def _numbers(reference: Reference) -> dict[str, str]:
    held = {"issn": reference.issn, "isbn": reference.isbn}
    return {name: number for name, number in held.items() if number}


def _people(names: Sequence[Name]) -> list[dict[str, str]]:
    return [
        {"@type": "Organization" if name.is_body else "Person", "name": name.spoken}
        | ({"familyName": name.family, "givenName": name.given} if name.given else {})
        for name in names
    ]
