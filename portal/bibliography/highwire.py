"""The `citation_*` tags of a page's head, by which Google Scholar and Zotero know a title."""

from collections.abc import Iterator

from portal.bibliography.kinds import CHAPTER
from portal.bibliography.reference import Reference


def citation_tags(reference: Reference) -> tuple[tuple[str, str], ...]:
    """Names and contents of the meta elements, in order; authors one each."""
    return tuple((f"citation_{name}", content) for name, content in _tags(reference) if content)


def _tags(reference: Reference) -> Iterator[tuple[str, str]]:
    first, _, last = reference.pages.partition("-")
    yield "title", reference.title
    for name in reference.names.makers:
        yield "author", name.inverted
    yield "publication_date", reference.year
    yield "publisher", reference.publisher
    if reference.kind.csl == "thesis":
        yield "dissertation_institution", reference.publisher
        yield "dissertation_name", reference.degree
    # Scholar's name for the book of a chapter, and Zotero's; one of a journal would make an article of it.
    for tag in ("inbook_title", "book_title") if reference.kind is CHAPTER else ("journal_title",):
        yield tag, reference.host
    yield "volume", reference.volume
    yield "issue", reference.issue
    yield "firstpage", first
    yield "lastpage", last
    yield "isbn", reference.isbn
    yield "issn", reference.issn
    yield "doi", reference.doi
    yield "language", reference.language
    yield "keywords", "; ".join(reference.subjects)
    yield "abstract_html_url", reference.address
    yield "pdf_url", reference.pdf
