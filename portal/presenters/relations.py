"""What a record names beside itself: other records, and links."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from portal import links as addresses
from portal.i18n import Messages
from portal.links import Links
from portal.presenters.results import ReadLink
from portal.presenters.values import Row, Value
from portal.search_state import SearchState
from search.document import Document


def relations(document: Document, state: SearchState, links: Links, t: Messages) -> tuple[Row, ...]:
    """Related records by kind, in the order of the record, each with a search that finds it if it is here."""
    rows: dict[str, list[Value]] = {}
    for item in document.related:
        title = item.title or item.name or item.issn or item.isbn
        if item.in_note or not title:
            continue
        named = f"{item.name.rstrip('.')}. {title}" if item.name and item.title else title
        note = " · ".join(filter(None, (item.part, item.note)))
        number = item.issn or item.isbn
        words = title.replace('"', " ")
        wanted = number or (f'title:"{words}"' if item.title else f'"{words}"')
        rows.setdefault(item.kind, []).append(
            Value(named, links.search(state.starting_over().asking(wanted)), note=note)
        )
    return tuple(Row(kind, t.label("relation", kind), tuple(values)) for kind, values in rows.items())


def related_links(document: Document) -> tuple[Value, ...]:
    """Links about the title. Cover pictures lie on other servers, which must not learn who reads what here."""
    about = [link for link in document.links if link.kind == "related" and addresses.is_web_address(link.url)]
    labels = _labels([(link.label or link.url, link.url) for link in about])
    return tuple(Value(label, link.url.strip(), external=True) for label, link in zip(labels, about, strict=True))


def told_apart(links: Iterable[ReadLink]) -> tuple[ReadLink, ...]:
    links = tuple(links)
    labels = _labels([(link.label, link.href) for link in links])
    return tuple(replace(link, label=label) for label, link in zip(labels, links, strict=True))


def _labels(links: Sequence[tuple[str, str]]) -> list[str]:
    """Labels without the colon that led to the address in print; equal ones get the host of theirs.

    >>> _labels([("Jilid 1:", "https://a.org/1"), ("Teks", "https://a.org/2"), ("Teks :", "https://b.org/2")])
    ['Jilid 1', 'Teks (a.org)', 'Teks (b.org)']
    """
    labels = [label.rstrip(": ") or label for label, _ in links]
    often = Counter(labels)
    return [
        f"{label} ({urlsplit(url.strip()).hostname})" if often[label] > 1 else label
        for label, (_, url) in zip(labels, links, strict=True)
    ]
