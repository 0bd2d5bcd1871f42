"""CQL, the query language of SRU, read into our own Query: a bounded subset, and a diagnostic for all else.

    laut biru?  no: CQL wants "laut biru" in quotes, or laut and biru
    dc.title = laut    bath.isbn = 9786020000012    cql.serverChoice all "laut biru"    dc.subject any "ikan karang"
    laut and (ikan or karang) not peta    dc.date >= 2010    dc.language = ind    perpusta*
    laut sortBy dc.date/sort.descending

and, or and not have one precedence and group from the left (CQL 1.2). Dates, languages and types narrow the whole
search, so they may stand beside other terms with `and` only.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from portal.machines.diagnostics import DiagnosticError
from search import analysis
from search.query import ID, IDENTIFIER, Clause, Filter, Group, Part, Query, year_range
from search.query_language import MAX_CHARACTERS, MAX_DEPTH
from search.schema import RELEVANCE

MAX_BOOLEANS: Final = 30
MAX_WORDS: Final = 64
_MOST_PARENTHESES: Final = 30

# Fields by index; None: anywhere. Those of _FILTERS and _NUMBERS are matched whole.
INDEXES: Final[Mapping[str, str | None]] = {
    "cql.serverchoice": None,
    "cql.anywhere": None,
    "cql.keywords": None,
    "bath.any": None,
    "dc.title": "title",
    "bath.title": "title",
    "dc.creator": "contributor",
    "dc.contributor": "contributor",
    "bath.name": "contributor",
    "bath.author": "contributor",
    "bath.personalname": "contributor",
    "bath.corporatename": "contributor",
    "dc.subject": "subject",
    "bath.subject": "subject",
    "bath.topicalsubject": "subject",
    "dc.publisher": "publisher",
    "bath.publisher": "publisher",
    "dc.description": "summary",
    "dc.relation": "series",
    "dc.coverage": "place",
    "bath.genreform": "genre",
    "dc.identifier": IDENTIFIER,
    "bath.standardidentifier": IDENTIFIER,
    "rec.identifier": ID,
    "bath.isbn": "isbn",
    "bath.issn": "issn",
    "bath.lccn": "lccn",
    "dc.language": "language",
    "dc.type": "format",
    "dc.date": "year",
    "bath.publicationdate": "year",
}
_FILTERS: Final = frozenset(("language", "format", "year"))
_NUMBERS: Final = frozenset((ID, IDENTIFIER, "isbn", "issn", "lccn"))
_CONTEXTS: Final = frozenset(name.partition(".")[0] for name in INDEXES) | {"cql"}
_EVERYTHING: Final = "cql.allrecords"
_RELATIONS: Final = frozenset(("=", "==", "exact", "scr", "adj", "all", "any", "<", ">", "<=", ">=", "<>"))
# Words are found in a field, whatever else it holds, so nothing can be asked of them that is true of a whole field only.
_OF_WORDS: Final = ("=", "scr", "adj", "all", "any")
_OF_NUMBERS: Final = ("=", "==", "exact", "scr", "adj", "all", "any")
_OF_CODES: Final = ("=", "==", "exact", "scr", "any")
_OF_YEARS: Final = ("=", "==", "exact", "scr", "<", "<=", ">", ">=")
_NAMED_RELATIONS: Final = frozenset(("exact", "scr", "adj", "all", "any", "within", "encloses"))
_BOOLEANS: Final = frozenset(("and", "or", "not", "prox"))
_SORTS: Final[Mapping[tuple[str, bool], str]] = {
    ("year", False): "oldest",
    ("year", True): "newest",
    ("title", False): "title",
    ("contributor", False): "author",
}
_TOKEN: Final = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(<=|>=|<>|==|[()=<>/])|([^\s()=<>"/]+))', re.S)
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Token:
    """A sign, a bare word, or a quoted text without its quotes."""

    text: str
    quoted: bool = False
    sign: bool = False

    @property
    def word(self) -> str:
        """A bare word, in small letters; "" for anything else."""
        return "" if self.quoted or self.sign else self.text.lower()


@dataclass(frozen=True, slots=True)
class _Operand:
    """A part of the query, or a filter on it (at most one of the two); neither: everything."""

    part: Part | None = None
    filters: tuple[Filter, ...] = ()


def read_cql(text: str) -> Query:
    """The Query that `text` asks for. Raises DiagnosticError.

    >>> query = read_cql('dc.title = "terumbu karang" and dc.date >= 2010 sortBy dc.date/sort.descending')
    >>> [(c.text, c.field, c.phrase) for c in query.clauses], query.filters[0].values, query.sort
    ([('terumbu karang', 'title', True)], ('2010..',), 'newest')
    """
    if len(text) > MAX_CHARACTERS:
        raise DiagnosticError(12, str(MAX_CHARACTERS))
    tokens = _Tokens(list(_tokens(text)))
    found = _read(tokens)
    sort = _sort(tokens)
    if tokens.next is not None:
        raise DiagnosticError(10, tokens.next.text)
    part = found.part
    query = Query(text, () if part is None else (part,), found.filters, sort)
    if sum(len(analysis.plain_words(clause.text)) for clause in query.clauses) > MAX_WORDS:
        raise DiagnosticError(12, str(MAX_WORDS))
    if part is not None and not query.wanted:
        raise DiagnosticError(48, "a search for what is unwanted alone")
    if part is not None and _depth(part) > MAX_DEPTH:
        raise DiagnosticError(13, f"groups in groups: {MAX_DEPTH}")
    return query


def relations(index: str) -> tuple[str, ...]:
    """What a term may be to an index of INDEXES.

    >>> relations("dc.title"), relations("dc.date")[-1]
    (('=', 'scr', 'adj', 'all', 'any'), '>=')
    """
    field = INDEXES[index]
    if field == "year":
        return _OF_YEARS
    if field in _FILTERS:
        return _OF_CODES
    return _OF_NUMBERS if field in _NUMBERS else _OF_WORDS


def _tokens(text: str) -> Iterator[_Token]:
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            raise DiagnosticError(14, text[place:].strip())
        quoted, sign, bare = found.groups()
        if quoted is not None:
            yield _Token(re.sub(r"\\(.)", _unescaped, quoted[1:-1], flags=re.S), quoted=True)
        else:
            yield _Token(sign or bare, sign=sign is not None)
        place = found.end()


def _unescaped(found: re.Match[str]) -> str:
    # What is escaped stands for itself; signs that would mask stay marked until the term is read.
    return f"\\{found[1]}" if found[1] in "*?^\\" else found[1]


class _Tokens:
    """The tokens that are left."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._place = tokens, 0

    @property
    def next(self) -> _Token | None:
        return self.ahead(0)

    def ahead(self, by: int) -> _Token | None:
        place = self._place + by
        return self._tokens[place] if place < len(self._tokens) else None

    def take(self) -> _Token:
        token = self.next
        if token is None:
            raise DiagnosticError(10, "it ends too early")
        self._place += 1
        return token

    def take_if(self, sign: str) -> bool:
        token = self.next
        if token is None or not token.sign or token.text != sign:
            return False
        self._place += 1
        return True


def _read(tokens: _Tokens) -> _Operand:
    """Reads up to what is no part of the query: a stack instead of recursion, so depth costs nothing."""
    stack: list[tuple[_Operand | None, str]] = []  # what stood before each open parenthesis, and its operator
    left: _Operand | None = None
    operator, booleans = "", 0
    while True:
        if tokens.take_if("("):
            if len(stack) >= _MOST_PARENTHESES:
                raise DiagnosticError(13)
            stack.append((left, operator))
            left, operator = None, ""
            continue
        left = _combined(left, operator, _term(tokens))
        while tokens.take_if(")"):
            if not stack:
                raise DiagnosticError(13, ")")
            before, operator = stack.pop()
            left = _combined(before, operator, left)
        following = tokens.next
        if following is None or following.word not in _BOOLEANS:
            if stack:
                raise DiagnosticError(13, "(")
            return left
        operator, booleans = tokens.take().word, booleans + 1
        if operator == "prox":
            raise DiagnosticError(39)
        if booleans > MAX_BOOLEANS:
            raise DiagnosticError(38, str(MAX_BOOLEANS))
        if tokens.take_if("/"):
            raise DiagnosticError(46)


def _combined(left: _Operand | None, operator: str, right: _Operand) -> _Operand:
    if left is None:
        return right
    if operator == "and":
        filters = _both(left.filters, right.filters)
        if left.part is None or right.part is None:
            return _Operand(left.part or right.part, filters)
        return _Operand(_group(left.part, right.part, either=False), filters)
    if left.filters or right.filters:
        raise DiagnosticError(18, f"dates, languages and types with {operator}")
    if right.part is None:
        raise DiagnosticError(48, f"{operator} {_EVERYTHING}")
    if operator == "or":
        return left if left.part is None else _Operand(_group(left.part, right.part, either=True))
    negated = replace(right.part, negated=True)
    if left.part is None:
        raise DiagnosticError(48, f"{_EVERYTHING} not")
    return _Operand(_group(left.part, negated, either=False))


def _group(left: Part, right: Part, *, either: bool) -> Group:
    """Both in one group; a chain of one operator stays flat."""
    if isinstance(left, Group) and left.either == either and not left.negated:
        return replace(left, parts=(*left.parts, right))
    return Group((left, right), either=either)


def _both(left: tuple[Filter, ...], right: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """Filters that hold together. Two of one field are one only for years: several values would be any of them."""
    held = {chosen.field: chosen for chosen in left}
    for chosen in right:
        other = held.get(chosen.field)
        if other is None or other == chosen:
            held[chosen.field] = chosen
        elif chosen.field == "year":
            held["year"] = Filter("year", (_overlap(other.values[0], chosen.values[0]),))
        else:
            raise DiagnosticError(18, chosen.field)
    return tuple(held.values())


def _overlap(one: str, other: str) -> str:
    ranges = [found for found in (year_range(one), year_range(other)) if found]
    return f"{max(first for first, _ in ranges):04d}..{min(last for _, last in ranges):04d}"


def _depth(part: Part) -> int:
    """How deep groups are nested; as deep as parentheses and operators, which are counted."""
    deepest, left = 0, [(part, 0)]
    while left:
        found, depth = left.pop()
        if isinstance(found, Group):
            deepest = max(deepest, depth + 1)
            left += [(inner, depth + 1) for inner in found.parts]
    return deepest


def _term(tokens: _Tokens) -> _Operand:
    """A term, or an index, a relation and a term."""
    first = tokens.take()
    if first.sign:
        raise DiagnosticError(13 if first.text in "()" else 10, first.text)
    if first.word in _BOOLEANS or first.word == "sortby":
        raise DiagnosticError(10, first.text)
    relation = tokens.next
    if relation is None or not _is_relation(relation):
        return _clause("cql.serverchoice", "=", first)
    if relation.sign or (after := tokens.ahead(1)) is None or after.word not in _BOOLEANS:
        tokens.take()
    if first.quoted:
        raise DiagnosticError(10, first.text)
    name = relation.text.lower()
    if name not in _RELATIONS:
        raise DiagnosticError(19, relation.text)
    if tokens.take_if("/"):
        raise DiagnosticError(20, (tokens.next or first).text)
    term = tokens.take()
    if term.sign:
        raise DiagnosticError(10, term.text)
    return _clause(first.text, name, term)


def _is_relation(token: _Token) -> bool:
    return (token.sign and token.text not in ("(", ")", "/")) or token.word in _NAMED_RELATIONS


def _clause(index: str, relation: str, term: _Token) -> _Operand:
    name = index.lower()
    if "." not in name:
        name = f"{'cql' if f'cql.{name}' in INDEXES or f'cql.{name}' == _EVERYTHING else 'dc'}.{name}"
    if name == _EVERYTHING:
        return _Operand()
    if name.partition(".")[0] not in _CONTEXTS:
        raise DiagnosticError(15, index.partition(".")[0])
    if name not in INDEXES:
        raise DiagnosticError(16, index)
    field, text = INDEXES[name], term.text
    if not text.strip():
        raise DiagnosticError(27)
    if relation not in relations(name):
        raise DiagnosticError(22, f"{index} {relation}")
    if field in _FILTERS:
        return _Operand(filters=(_filter(str(field), relation, text),))
    return _Operand(_number(field, relation, text) if field in _NUMBERS else _words(field, relation, text))


def _filter(field: str, relation: str, text: str) -> Filter:
    if field == "year":
        return Filter("year", (_years(relation, text.strip()),))
    values = text.split() if relation == "any" else [text.strip()]
    return Filter(field, tuple(value.lower() for value in values))


def _years(relation: str, text: str) -> str:
    if not _YEAR.fullmatch(text):
        raise DiagnosticError(36, text)
    year = int(text)
    ranges = {
        "<": f"..{max(year - 1, 0):04d}",
        "<=": f"..{year:04d}",
        ">": f"{min(year + 1, 9999):04d}..",
        ">=": f"{year:04d}..",
    }
    return ranges.get(relation, text)


def _number(field: str | None, relation: str, text: str) -> Part:
    """What is asked of identifiers; a term of `all` and `any` may hold several."""
    plain, prefix = _unmasked(text)
    if prefix:
        raise DiagnosticError(28, text)
    each = plain.split() if relation in ("all", "any") else [plain.strip()]
    # A record in MARC names itself by its 001 alone.
    fields = (ID, "control_number") if field == ID else (field,)
    asked = [_either(tuple(Clause(one, name) for name in fields)) for one in each]
    return asked[0] if len(asked) == 1 else Group(tuple(asked), either=relation == "any")


def _either(clauses: tuple[Clause, ...]) -> Part:
    return clauses[0] if len(clauses) == 1 else Group(clauses, either=True)


def _words(field: str | None, relation: str, text: str) -> Part:
    """What is asked of the words of a term."""
    plain, prefix = _unmasked(text)
    words = analysis.plain_words(plain)
    if prefix and len(words) > 1:
        raise DiagnosticError(28, text)
    if prefix:
        return Clause(plain.strip(), field, prefix=True)
    if relation in ("all", "any") and len(words) > 1:
        return Group(tuple(Clause(word, field) for word in words), either=relation == "any")
    # A word beside others may be left out of a long search; within a group each is demanded.
    return Clause(plain.strip(), field, phrase=len(words) > 1)


def _unmasked(text: str) -> tuple[str, bool]:
    """A term without signs of CQL, and whether it is only the beginning of a word. Raises DiagnosticError."""
    masked = re.sub(r"\\.", "", text, flags=re.S)
    if "^" in masked:
        raise DiagnosticError(31, text)
    prefix = masked.endswith("*") and text.endswith("*")
    if "?" in masked or masked.count("*") != prefix:
        raise DiagnosticError(28, text)
    plain = re.sub(r"\\(.)", r"\1", text.removesuffix("*") if prefix else text, flags=re.S)
    if not analysis.plain_words(plain):
        raise DiagnosticError(27, text)
    return plain, prefix


def _sort(tokens: _Tokens) -> str:
    following = tokens.next
    if following is None or following.word != "sortby":
        return RELEVANCE
    tokens.take()
    key = tokens.take()
    name = key.text.lower()
    field = INDEXES.get(name if "." in name else f"dc.{name}")
    descending = False
    while tokens.take_if("/"):
        modifier = tokens.take().text.lower()
        if modifier not in ("sort.ascending", "sort.descending", "ascending", "descending"):
            raise DiagnosticError(82, modifier)
        descending = modifier.endswith("descending")
    if tokens.next is not None or field is None or (field, descending) not in _SORTS:
        raise DiagnosticError(82, key.text)
    return _SORTS[field, descending]
