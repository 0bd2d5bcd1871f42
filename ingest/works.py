"""The same book in two sources is one title of the catalogue, held twice.

Two records are joined only on strong evidence: an ISBN, the title proper and the year agree. Each stays whole inside
the joined document (`Document.members`), so that an update or the removal of one undoes nothing of the other. Records
of one source are never joined: what a library itself keeps apart (volumes, printings) stays apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from ingest import fingerprints
from ingest.linking import title_words, without_ebook
from ingest.mapping import unique
from search.analysis import plain_words
from search.document import Contributor, Document, DocumentId, OnlineAccess

_ISBN_DIGITS: Final = 13
# The head's word stands; another record's is no second value.
_SINGLE: Final = frozenset(("title", "title_sort", "year", "published"))


def work_keys(isbns: Iterable[str], title: str, part: str, year: str) -> tuple[str, ...]:
    """What a record shares with others of the same work: "<ISBN-13>|<title proper and part>|<year>" for each ISBN.

    isbns: those of the thing itself (020 $a); others are dropped, as are parts of an ISBN. title: 245 $a, without other
    title information (ISBD ":" and "="), which one library gives and another leaves out. part: numbers and names of a
    part (245 $n $p), for the volumes of a set may share one ISBN. None without ISBN, title and year.
    """
    numbers = [isbn for isbn in isbns if len(isbn) == _ISBN_DIGITS]
    if not numbers or not year or not (words := title_words(title)):
        return ()
    words = " ".join([words, *plain_words(part)])
    return tuple([f"{isbn}|{words}|{year}" for isbn in numbers])


def members_of(document: Document) -> tuple[Document, ...]:
    """The records a document is made of, each as mapped; one as a rule."""
    if document.members:
        return document.members
    return (replace(without_ebook(document), fingerprint=fingerprints.record_part(document.fingerprint)),)


def member(document: Document, id: DocumentId) -> Document | None:
    """The record with this id in a document."""
    return next((found for found in members_of(document) if found.id == id), None)


def may_join(document: Document, to: Document) -> bool:
    """Whether a record may join a document: the same work, and no record of its source is in it already."""
    sources = {source for found in members_of(to) for source in found.values("source")}
    return sources.isdisjoint(document.values("source")) and shares_work(document, members_of(to))


def groups(members: Sequence[Document]) -> list[list[Document]]:
    """Records put together as far as they share a work, each directly or through others; in their order."""
    found: list[list[Document]] = []
    for record in members:
        near = [group for group in found if shares_work(record, group)]
        merged = [*chain.from_iterable(near), record]
        found = [group for group in found if group not in near]
        found.append(merged)
    order = {record.id: number for number, record in enumerate(members)}
    for group in found:
        group.sort(key=lambda record: order[record.id])
    return sorted(found, key=lambda group: order[group[0].id])


def shares_work(document: Document, others: Iterable[Document]) -> bool:
    keys = set(document.values("work"))
    return any(keys.intersection(other.values("work")) for other in others)


def join(members: Sequence[Document]) -> Document:
    """One document of records of several sources; the first is the head and gives the id. One record is itself."""
    head = members[0]
    if len(members) == 1:
        return head
    names = dict.fromkeys(chain.from_iterable(found.fields for found in members))
    fields = {name: unique(chain.from_iterable(found.values(name) for found in members)) for name in names}
    fields |= {name: fields[name][:1] for name in _SINGLE if name in fields}
    other_titles = (found.title for found in members[1:] if found.title != head.title)
    fields["title_other"] = unique((*fields.get("title_other", ()), *other_titles))
    fields["record_id"] = tuple(found.id for found in members)
    return replace(
        head,
        fields={name: values for name, values in fields.items() if values},
        contributors=_contributors(members),
        links=_links(members),
        vernacular=tuple(dict.fromkeys(chain.from_iterable(found.vernacular for found in members))),
        items=tuple(chain.from_iterable(found.items for found in members)),
        related=tuple(dict.fromkeys(chain.from_iterable(found.related for found in members))),
        members=tuple(members),
        fingerprint=fingerprints.with_joined(head.fingerprint, [found.fingerprint for found in members[1:]]),
    )


def _contributors(members: Sequence[Document]) -> tuple[Contributor, ...]:
    found: dict[str, Contributor] = {}
    for contributor in chain.from_iterable(document.contributors for document in members):
        known = found.setdefault(contributor.name.casefold(), contributor)
        roles = (*known.roles, *(role for role in contributor.roles if role not in known.roles))
        found[contributor.name.casefold()] = replace(known, roles=roles, main=known.main or contributor.main)
    return tuple(found.values())


def _links(members: Sequence[Document]) -> tuple[OnlineAccess, ...]:
    found: dict[str, OnlineAccess] = {}
    for link in chain.from_iterable(document.links for document in members):
        found.setdefault(link.url, link)
    return tuple(found.values())
