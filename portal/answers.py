"""A page of results as plain JSON values: what /api/v1/search and `telusur search --json` give."""

from collections.abc import Iterable
from typing import Any

from portal.i18n import Language, messages
from portal.presenters.wording import value_label
from search.query import Filter, Query
from search.reading.constructions import Order, Words
from search.reading.interpretation import Reading
from search.reading.services import service
from search.results import Answer, Hit, ResultPage, Scores, Way
from search.understanding import Understanding


def error_answer(code: str, message: str) -> dict[str, object]:
    """What every route of the API says where it has no answer. message: for people, in their language."""
    return {"error": {"code": code, "message": message}}


def search_answer(
    page: ResultPage, found: Understanding, hl: Language, ignored: Iterable[tuple[str, str]] = (), library: str = ""
) -> dict[str, Any]:
    """hl: the language of facet labels; everything else is the same in both. found: what was searched for. ignored:
    parameters of the request that mean nothing, of which the answer tells. library: its name.

    "query" is the text as it was given. In "interpretation", "typed" is that text too where another spelling of it
    was searched for, which "respelled" is; else they are null; "meant" a text that would find far more; "also" what was looked for in the other
    language; "readings" what plain language was read as; "ways" searches that find something where this one does not;
    "service" what is asked of the library itself, which no book answers.
    "answers" are sentences of e-books that answer a question, best first; none for a search that asks nothing.
    A hit's reasons are the fields its words stand in ("pages" for the e-book's text), best first; "translation" beside
    them where some of these hold only what the other language calls the words; and "meaning". Its format is the first
    one, a code; pages are physical numbers with their printed labels; scores say what each part gave to its score.
    """
    t = messages(hl)
    return {
        "query": found.query.text,
        "mode": page.mode,
        "total": page.total,
        "took_ms": page.took_ms,
        "interpretation": _interpretation(page, found, library)
        | {"ignored": [f"{name}={value}" for name, value in ignored]},
        "answers": [_quoted(answer) for answer in page.answers],
        "hits": [_hit(hit) for hit in page.hits],
        "facets": {
            field: [{"value": v.value, "label": value_label(field, v.value, t), "count": v.count} for v in values]
            for field, values in page.facets.items()
        },
    }


def _interpretation(page: ResultPage, found: Understanding, library: str) -> dict[str, Any]:
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
        "filters": _filters(query),
        "sort": query.sort,
        "page": page.page,
        "size": page.size,
        "notices": list(page.notices),
        "readings": [_reading(reading) for reading in found.readings],
        "typed": page.typed.text if page.typed else None,
        "respelled": page.query.text if page.typed else None,
        "meant": page.meant.text if page.meant else None,
        "also": list(page.also),
        "service": service(found.query.text, library, [hit.document.title for hit in page.hits]),
        "ways": [_way(way) for way in page.ways],
    }


def _reading(reading: Reading) -> dict[str, Any]:
    """A part of the text that was understood; spans are half-open ranges of its characters.

    One of "filter" (field and values), "sort" and "words" is not null; words are of "field", or unwanted where
    that is null. "negated": what has it is not wanted.
    """
    meaning = reading.meaning
    filter = {"field": meaning.field, "values": list(meaning.values)} if isinstance(meaning, Filter) else None
    return {
        "key": reading.key,
        "kind": reading.kind,
        "filter": filter,
        "field": meaning.field if isinstance(meaning, Words) else None,
        "words": list(meaning.words) if isinstance(meaning, Words) else None,
        "sort": meaning.sort if isinstance(meaning, Order) else None,
        "negated": meaning.negated,
        "spans": [list(span) for span in reading.spans],
    }


def _way(way: Way) -> dict[str, Any]:
    """A search that demands less: without one "filter", all "filters", or "words", or with them "anywhere"; and how many results its words have."""
    return {
        "kind": way.kind,
        "without": way.filter.field if way.filter else list(way.words) or None,
        "query": way.query.text,
        "filters": _filters(way.query),
        "total": way.total,
    }


def _filters(query: Query) -> dict[str, list[str]]:
    """By field; "-field" for values that are kept out."""
    return {f"-{one.field}" if one.negated else one.field: list(one.values) for one in query.filters}


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
        "reasons": _reasons(hit),
        "scores": _scores(hit.scores),
        "pages": [{"page": p.page, "label": p.label, "snippet": p.snippet.text} for p in hit.pages],
    }


def _reasons(hit: Hit) -> list[str]:
    """Fields, then "translation" where it is one of the reasons, then "meaning"."""
    fields = [reason.field for reason in hit.reasons if reason.field]
    kinds = {reason.kind for reason in hit.reasons}
    return [*fields, *(kind for kind in ("translation", "meaning") if kind in kinds)]


def _scores(scores: Scores) -> dict[str, float | None]:
    """As in search.results.Scores; null where words, or meaning, are no reason."""
    return {
        "words": scores.words,
        "words_share": scores.words_share,
        "cosine": scores.cosine,
        "fused": scores.fused,
    }


def _quoted(answer: Answer) -> dict[str, Any]:
    """A sentence of an e-book; "score" is how much of the question it holds, 0..1."""
    return {
        "id": answer.document.id,
        "title": answer.document.title,
        "page": answer.page,
        "label": answer.label,
        "text": answer.text.text,
        "score": answer.score,
    }
