"""The one table of fields: what is stored, searched, counted, sorted and shown.

Everything else that depends on a field (tantivy schema, facets, sort keys, labels' keys, the
record page) is derived from here. A name stands in URLs (`f.subject=...`): renaming one breaks
saved links, so raise SCHEMA_VERSION and say so in the changelog.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

SCHEMA_VERSION: Final = 2

Kind = Literal["text", "keyword", "year", "stored"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a document.

    kind: "text" is analysed into words; "keyword" is matched whole, as a code; "year" is a whole
    number; "stored" is only shown.
    weight: how much a word found here counts, against 1.0 for the contents note; 0 for a field
    that free text does not search.
    facet: its values are counted beside the results. sort: results can be ordered by it.
    shown: it has a row on the record page (title, contributors and links are drawn apart).
    coded: values are codes or controlled keys, whose words for people stand in the catalogues.
    linked: on the record page a value leads to all that carry it, as those of facets do.
    """

    name: str
    kind: Kind
    weight: float = 0.0
    facet: bool = False
    sort: bool = False
    shown: bool = True
    coded: bool = False
    linked: bool = False

    @property
    def filterable(self) -> bool:
        """Whether results can be narrowed to a value: a code, a year, or a text that many documents share."""
        return self.kind in ("keyword", "year") or self.facet or self.linked


# Order here is order on the page: of facets, and of those rows on the record page that readers do not look for first.
# Weights keep the order of VuFind's shipped boosts (title, subject, author, the rest), 1.0 for the
# contents note, but flatter: a title at 8.0 lost a tenth of nDCG@10 on CISI against one at 4.0.
# tests/relevance watches them with judged queries.
FIELDS: Final = (
    Field("title", "text", weight=4.0, sort=True, shown=False),
    Field("title_sort", "stored", shown=False),  # where a title begins with an article: the rest
    Field("title_uniform", "text", weight=2.0, linked=True),  # editions and translations of one work share it
    Field("title_other", "text", weight=2.0),
    Field("responsibility", "text", weight=1.0, shown=False),
    Field("access", "keyword", facet=True, shown=False, coded=True),
    Field("format", "keyword", facet=True, coded=True),
    Field("material_type", "keyword", facet=True, coded=True),  # worksheet names of INLISLite
    Field("year", "year", facet=True, sort=True),
    Field("published", "stored", shown=False),  # the dates as the record has them, where they say more than `year`
    Field("subject", "text", weight=2.5, linked=True),  # whole headings, divisions parted by " -- "
    Field("topic", "keyword", facet=True, shown=False),  # their parts: topics and names, without form, era and place
    Field("contributor", "text", weight=3.0, facet=True, sort=True, shown=False),
    Field("language", "keyword", facet=True, coded=True),
    Field("dewey_class", "keyword", facet=True, shown=False, coded=True),
    Field("genre", "text", weight=2.0, facet=True),
    Field("place", "text", weight=1.5, facet=True),
    Field("era", "text", weight=1.0, facet=True),
    Field("series", "text", weight=2.0, facet=True, shown=False),  # without volume; `series_statement` is shown
    Field("series_statement", "stored"),  # with volume, "Seri laut ; 2"
    Field("publisher", "text", weight=1.0, facet=True),
    Field("audience", "keyword", facet=True, coded=True),
    Field("location", "keyword", facet=True, shown=False),  # of items: the branch, else the place in the library
    Field("collection", "keyword", facet=True, shown=False),
    Field("language_original", "keyword", facet=True, coded=True),
    Field("source", "keyword", facet=True, shown=False),
    Field("publication_place", "text", weight=0.5),
    Field("country", "keyword", coded=True, linked=True),
    Field("edition", "stored"),
    Field("physical", "stored"),
    Field("scale", "stored"),
    Field("duration", "stored"),
    Field("content_type", "keyword", coded=True),
    Field("media_type", "keyword", coded=True),
    Field("carrier_type", "keyword", coded=True),
    Field("frequency", "keyword", coded=True),
    Field("date_span", "stored"),  # which parts of a serial have appeared, when
    Field("holdings", "stored"),  # which of them are held, in words
    Field("holdings_supplements", "stored"),
    Field("holdings_indexes", "stored"),
    Field("summary", "text", weight=1.5, shown=False),
    Field("contents", "text", weight=1.0),
    Field("award", "text", weight=1.0),
    Field("access_note", "stored"),
    Field("rights", "stored"),
    Field("note", "text", weight=0.7),
    Field("thesis", "text", weight=0.7),
    Field("related_title", "text", weight=0.7, shown=False),  # the record page draws related records apart
    Field("isbn", "keyword", weight=10.0),
    Field("issn", "keyword", weight=10.0),
    Field("ismn", "keyword", weight=10.0),
    Field("lccn", "keyword", weight=10.0),
    Field("oclc", "keyword", weight=10.0),
    Field("doi", "keyword", weight=10.0),
    Field("other_number", "keyword", weight=5.0),  # of publishers, reports and stocks
    Field("related_number", "keyword", weight=5.0, shown=False),  # ISBN and ISSN of host, series, other form
    Field("call_number", "text", weight=2.0, sort=True),
    Field("dewey", "keyword", weight=2.0),
    Field("control_number", "keyword", weight=10.0),
    Field("barcode", "keyword", weight=10.0, shown=False),
    Field("subject_uri", "keyword", weight=1.0, shown=False),  # headings in other systems, for machines
    Field("added", "keyword", sort=True, shown=False),  # to the catalogue, as 2014-05-13
    Field("work", "keyword", shown=False),  # what records of one work share (ingest.works)
    Field("record_id", "keyword", shown=False),  # ids of the records that were joined into one document
    Field("oai_identifier", "keyword", shown=False),  # the name of the record in the repository it came from
    Field("linked_file", "keyword", shown=False),  # base names of the PDFs its links lead to
    Field("ebook_file", "keyword", shown=False),  # SHA-256 of the PDF it has, its place, and the folders of that
)

BY_NAME: Final[Mapping[str, Field]] = {field.name: field for field in FIELDS}
FACETS: Final = tuple(field.name for field in FIELDS if field.facet)

# Sort names stand in URLs; each is a field and whether the highest value comes first.
SORTS: Final[Mapping[str, tuple[str, bool]]] = {
    "newest": ("year", True),
    "oldest": ("year", False),
    "title": ("title", False),
    "author": ("contributor", False),
    "call_number": ("call_number", False),
    "added": ("added", True),
}
RELEVANCE: Final = "relevance"
