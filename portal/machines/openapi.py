"""The JSON API described for programs (OpenAPI 3.1), from one table of operations and the shapes of their answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from portal.ils.driver import Availability
from portal.search_state import DEFAULT_SIZE, MAX_ID, MAX_KEYS, SIZES
from search.discovery import MAX_RESULTS_REACHED
from search.engines.terms import SUGGESTED
from search.query import MODES
from search.query_language import MAX_CHARACTERS, SCOPES
from search.reading.services import SERVICES
from search.results import Notice
from search.schema import FACETS, FIELDS, RELEVANCE, SORTS

Shape = dict[str, Any]


def _text(about: str = "") -> Shape:
    return {"type": "string", **({"description": about} if about else {})}


def _list(of: Shape) -> Shape:
    return {"type": "array", "items": of}


def _or_null(shape: Shape) -> Shape:
    return {"anyOf": [shape, {"type": "null"}]}


def _object(**properties: Shape) -> Shape:
    """Exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _map(of: Shape) -> Shape:
    return {"type": "object", "additionalProperties": of}


def _one_of(*values: object) -> Shape:
    return {"enum": list(values)}


def _ref(name: str) -> Shape:
    return {"$ref": f"#/components/schemas/{name}"}


_WHOLE: Final[Shape] = {"type": "integer", "minimum": 0}
_NUMBER: Final[Shape] = {"type": "number"}
_YES: Final[Shape] = {"type": "boolean"}
_FILTERS: Final[Shape] = _map(_list(_text()))

SHAPES: Final[Mapping[str, Shape]] = {
    "Search": _object(
        query=_text("the text as it was given"),
        mode=_one_of(*MODES),
        total=_WHOLE,
        took_ms=_NUMBER,
        interpretation=_ref("Interpretation"),
        answers=_list(_ref("Answer")),
        hits=_list(_ref("Hit")),
        facets=_map(_list(_object(value=_text(), label=_text(), count=_WHOLE))),
    ),
    "Interpretation": _object(
        clauses=_list(
            _object(text=_text(), field=_or_null(_text()), phrase=_YES, negated=_YES, prefix=_YES),
        ),
        filters=_FILTERS,
        sort=_one_of(RELEVANCE, *SORTS),
        page={"type": "integer", "minimum": 1},
        size={"type": "integer", "minimum": 1},
        notices=_list(_one_of(*get_args(Notice))),
        readings=_list(
            _object(
                key=_text(),
                kind=_text(),
                filter=_or_null(_object(field=_text(), values=_list(_text()))),
                field=_or_null(_text()),
                words=_or_null(_list(_text())),
                sort=_or_null(_text()),
                negated=_YES,
                spans=_list({"type": "array", "items": _WHOLE, "minItems": 2, "maxItems": 2}),
            )
        ),
        typed=_or_null(_text("the text, where another spelling of it was searched for")),
        respelled=_or_null(_text()),
        meant=_or_null(_text("a text that would find far more")),
        also=_list(_text("what was looked for in the other language")),
        service=_or_null(_one_of(*SERVICES)),
        ways=_list(
            _object(
                kind=_one_of("filter", "filters", "anywhere", "words"),
                without=_or_null({"anyOf": [_text(), _list(_text())]}),
                query=_text(),
                filters=_FILTERS,
                total=_WHOLE,
            )
        ),
        ignored=_list(_text("a parameter of the request that means nothing, as it was written")),
    ),
    "Hit": _object(
        id=_text(),
        title=_text(),
        contributors=_list(_text()),
        year=_or_null({"type": "integer"}),
        format=_or_null(_text()),
        languages=_list(_text("ISO 639-2")),
        score=_NUMBER,
        reasons=_list(_text()),
        scores=_object(words=_or_null(_NUMBER), words_share=_NUMBER, cosine=_or_null(_NUMBER), fused=_NUMBER),
        pages=_list(_object(page=_WHOLE, label=_text(), snippet=_text())),
    ),
    "Answer": _object(
        id=_text(), title=_text(), page=_WHOLE, label=_text(), text=_text("a sentence of an e-book"), score=_NUMBER
    ),
    "Record": _object(
        id=_text(),
        url=_text("its permanent address"),
        title=_text(),
        changed=_or_null({"type": "string", "format": "date-time"}),
        contributors=_list(
            _object(
                name=_text(),
                roles=_list(_text("MARC relator code")),
                kind=_one_of("person", "corporate", "meeting"),
                main=_YES,
            )
        ),
        fields={
            "type": "object",
            "propertyNames": {"enum": [field.name for field in FIELDS]},
            "additionalProperties": _list(_text()),
        },
        items=_list(
            _object(
                branch=_text(),
                location=_text(),
                collection=_text(),
                call_number=_text(),
                number=_text(),
                status=_text(),
            )
        ),
        links=_list(
            _object(
                url=_text(),
                label=_text(),
                kind=_one_of("read", "related", "cover"),
                access=_one_of("open", "login", "onsite", "unknown"),
            )
        ),
        pages=_WHOLE,
    ),
    "Offers": _object(
        query=_text("what was typed"),
        label=_text("what the list is called"),
        announce=_text("how many there are, in words"),
        groups=_list(
            _object(
                kind=_one_of(*SUGGESTED),
                label=_text(),
                items=_list(_object(text=_text(), count=_text("how many titles have it, in words"), href=_text())),
            )
        ),
    ),
    "Suggestions": {
        "type": "array",
        "prefixItems": [_text("what was typed"), _list(_text("a completion"))],
        "items": False,
        "minItems": 2,
    },
    "Availability": _object(
        answers={"type": "boolean", "description": "false while the library system is away; all is then unknown"},
        titles=_map(
            _object(
                state=_one_of(*(state.value for state in Availability)),
                text=_text("the state in words, with a place or a day"),
                waiting=_text("how many wait for it, in words"),
                copies=_WHOLE,
                free=_WHOLE,
                holds=_WHOLE,
                licensed={"type": "boolean", "description": "an e-book that is lent by licence"},
                hold={"type": "boolean", "description": "whether patrons may ask for it"},
                href=_text("the page on which it is asked for"),
            )
        ),
    ),
    "Health": {
        "anyOf": [
            _object(status=_one_of("ok"), documents=_WHOLE, pages=_WHOLE),
            _object(status=_one_of("unavailable"), message=_text()),
        ]
    },
    "Error": _object(error=_object(code=_text(), message=_text("what happened, and what to do"))),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an address. repeated: may be given several times. place: "query" or "path"."""

    name: str
    about: str
    shape: Shape
    repeated: bool = False
    place: str = "query"

    def described(self) -> Shape:
        shape = _list(self.shape) if self.repeated else self.shape
        made: Shape = {"name": self.name, "in": self.place, "description": self.about, "schema": shape}
        if self.place == "path":
            made["required"] = True
        if self.repeated:
            made |= {"style": "form", "explode": True}
        return made


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API does. answers: what it gives, by HTTP status."""

    path: str
    name: str
    about: str
    parameters: tuple[Parameter, ...]
    answers: Mapping[int, tuple[str, str]]
    media_type: str = "application/json"


_HL: Final = Parameter("hl", "language of labels and messages", _one_of("id", "en"))
_KEY: Final[Shape] = {"type": "string", "maxLength": 23}
_SEARCH: Final = (
    Parameter("q", "what is searched for, as in the search box", {"type": "string", "maxLength": MAX_CHARACTERS}),
    Parameter("in", "where its words are looked for", _one_of(*SCOPES)),
    *(
        Parameter(f"f.{name}", f"a value of the facet {name}; several are any of them", _text(), repeated=True)
        for name in FACETS
    ),
    *(
        Parameter(f"-f.{name}", f"a value of the facet {name} that none may have", _text(), repeated=True)
        for name in FACETS
    ),
    Parameter("sort", "order of the hits", {"enum": [RELEVANCE, *SORTS], "default": RELEVANCE}),
    Parameter(
        "page",
        f"page of the results, from 1; {MAX_RESULTS_REACHED} results can be reached",
        {"type": "integer", "minimum": 1, "default": 1},
    ),
    Parameter(
        "size", "hits on a page", {"type": "integer", "minimum": 1, "maximum": SIZES[-1], "default": DEFAULT_SIZE}
    ),
    Parameter("mode", "by words, by meaning, or both", {"enum": list(MODES), "default": "hybrid"}),
    Parameter("exact", "1: in no other spelling", _one_of("1")),
    Parameter("drop", "key of a reading to leave out, with its words", {**_KEY}, repeated=True),
    Parameter("words", f"key of a reading to search for as words, or all; at most {MAX_KEYS}", {**_KEY}, repeated=True),
    _HL,
)
# What guards and the router answer, to any request under /api/.
_REFUSED: Final[Mapping[int, tuple[str, str]]] = {
    400: ("Error", "the request cannot be read"),
    405: ("Error", "another method than GET and HEAD"),
    414: ("Error", "the address is too long"),
    429: ("Error", "too many requests; Retry-After says how many seconds to wait"),
}
_LATER: Final = ("Error", "the index cannot be searched now")

OPERATIONS: Final = (
    Operation(
        "/api/v1/search",
        "search",
        "Search the catalogue: the results that /cari shows, with facets.",
        _SEARCH,
        {200: ("Search", "a page of results"), 503: _LATER},
    ),
    Operation(
        "/api/v1/record/{id}",
        "record",
        "One record. Of records that were joined into one, the id of any gives it.",
        (Parameter("id", "its id", {"type": "string", "maxLength": MAX_ID}, place="path"), _HL),
        {
            200: ("Record", "the record"),
            404: ("Error", "there is no such record"),
            410: ("Error", "the record was withdrawn"),
            503: _LATER,
        },
    ),
    Operation(
        "/api/v1/suggest",
        "suggest",
        "Titles, names and subjects that begin so, by kind, each with the address of a search for it.",
        (
            Parameter("q", "what was typed so far", {"type": "string", "maxLength": MAX_CHARACTERS}),
            Parameter("in", "where its words are looked for", _one_of(*SCOPES)),
            _HL,
        ),
        {200: ("Offers", "completions"), 503: _LATER},
    ),
    Operation(
        "/api/v1/suggest/opensearch",
        "suggestForBrowsers",
        "Titles, names and subjects that begin so, in the form of OpenSearch suggestions.",
        (Parameter("q", "what was typed so far", {"type": "string", "maxLength": MAX_CHARACTERS}),),
        {200: ("Suggestions", "what was typed, and completions"), 503: _LATER},
        "application/x-suggestions+json",
    ),
    Operation(
        "/api/v1/availability",
        "availability",
        "Whether titles are there now, by id, as the library system says; it is not kept in any cache.",
        (
            Parameter(
                "id", f"id of a record; at most {max(SIZES)}", {"type": "string", "maxLength": MAX_ID}, repeated=True
            ),
            _HL,
        ),
        {200: ("Availability", "the state of each title")},
    ),
    Operation(
        "/health",
        "health",
        "Whether the index can be searched, and how much it holds.",
        (),
        {200: ("Health", "all is well"), 503: ("Health", "it cannot be searched")},
    ),
)


def description(title: str, base: str, version: str) -> Shape:
    """The whole document. base: the portal's public address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": "Read-only, for everybody, without a key. Answers may be read from pages of other sites.",
        },
        "servers": [{"url": base}],
        "paths": {operation.path: {"get": _described(operation)} for operation in OPERATIONS},
        "components": {"schemas": dict(SHAPES)},
    }


def _described(operation: Operation) -> Shape:
    refused = _REFUSED if operation.path.startswith("/api/") else {}
    return {
        "operationId": operation.name,
        "summary": operation.about,
        "parameters": [parameter.described() for parameter in operation.parameters],
        "responses": {
            str(status): {
                "description": about,
                "content": {operation.media_type if status == 200 else "application/json": {"schema": _ref(shape)}},
            }
            for status, (shape, about) in sorted({**refused, **operation.answers}.items())
        },
    }
