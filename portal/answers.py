"""A page of results as plain JSON values: what /api/v1/search and `telusur search --json` give."""

from typing import Any

from portal.i18n import Language, messages
from portal.presenters.wording import value_label
from search.results import Hit, ResultPage


def search_answer(page: ResultPage, hl: Language) -> dict[str, Any]:
    """hl: the language of facet labels; everything else is the same in both.

    A hit's reasons are the fields its words stand in ("pages" for the e-book's text), best first, and
    "meaning"; its format is the first one, a code; pages are physical numbers with their printed labels.
    """
    t = messages(hl)
    return {
        "query": page.query.text,
        "mode": page.mode,
        "total": page.total,
        "took_ms": page.took_ms,
        "interpretation": _interpretation(page),
        "hits": [_hit(hit) for hit in page.hits],
        "facets": {
            field: [{"value": v.value, "label": value_label(field, v.value, t), "count": v.count} for v in values]
            for field, values in page.facets.items()
        },
    }


def _interpretation(page: ResultPage) -> dict[str, Any]:
    """How the search was understood: what was looked for, where, and what was left out."""
    query = page.query
    return {
        "clauses": [
            {
                "text": clause.text,
                "field": clause.field,
                "phrase": clause.phrase,
                "negated": clause.negated,
                "prefix": clause.prefix,
            }
            for clause in query.clauses
        ],
        "filters": {chosen.field: list(chosen.values) for chosen in query.filters},
        "sort": query.sort,
        "page": page.page,
        "size": page.size,
        "notices": list(page.notices),
    }


def _hit(hit: Hit) -> dict[str, Any]:
    document = hit.document
    return {
        "id": document.id,
        "title": document.title,
        "contributors": [contributor.name for contributor in document.contributors],
        "year": document.year,
        "format": document.first("format") or None,
        "languages": list(document.values("language")),
        "score": hit.score,
        "reasons": [reason.field or reason.kind for reason in hit.reasons],
        "pages": [{"page": p.page, "label": p.label, "snippet": p.snippet.text} for p in hit.pages],
    }
