"""The form for several fields, and the search that it means: both ways, so that a search can be changed in the form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from search.query import Clause, Group, Part
from search.query_language import MAX_CHARACTERS, SCOPES, parse, printed

How = Literal["all", "any", "phrase", "none"]
HOWS: Final[tuple[How, ...]] = ("all", "any", "phrase", "none")
# What a row may ask in: "" for anywhere.
ASKED_IN: Final[Mapping[str, str | None]] = {"": None, **SCOPES, "publisher": "publisher", "place": "place"}
_NAMES: Final = {field: name for name, field in ASKED_IN.items()}
MAX_ROWS: Final = 8


@dataclass(frozen=True, slots=True)
class Row:
    """Words asked for in one field. field: a name of ASKED_IN. how: all of them, any, in a row, or none."""

    field: str = ""
    words: str = ""
    how: How = "all"


@dataclass(frozen=True, slots=True)
class Form:
    """either: one of the rows is enough; rows of "none" count in any case."""

    rows: tuple[Row, ...] = ()
    either: bool = False


def form_of(fields: Sequence[str], words: Sequence[str], hows: Sequence[str], *, either: bool) -> Form:
    """The form as a browser sends it: lists side by side. Rows without words are left out, and what is no choice."""
    rows = []
    for number, text in enumerate(words[: 4 * MAX_ROWS]):
        field = fields[number] if number < len(fields) else ""
        how = hows[number] if number < len(hows) else "all"
        asked = " ".join("".join(ch if ch.isprintable() else " " for ch in text[:MAX_CHARACTERS]).split())
        if asked:
            rows.append(Row(field if field in ASKED_IN else "", asked, how if how in HOWS else "all"))
    return Form(tuple(rows[:MAX_ROWS]), either)


def text_of(form: Form) -> str:
    """The search in words of the query language.

    >>> text_of(Form((Row("title", "laut biru"), Row("author", "hirata lasut", "any"), Row("", "ikan", "none"))))
    'judul:laut judul:biru pengarang:hirata ATAU pengarang:lasut -ikan'
    >>> text_of(Form((Row("title", "laut biru"), Row("subject", "ikan")), either=True))
    'judul:laut DAN judul:biru ATAU subjek:ikan'
    """
    wanted = [parts for row in form.rows if row.how != "none" and (parts := _parts(row))]
    unwanted = [part for row in form.rows if row.how == "none" for part in _parts(row)]
    if form.either and len(wanted) > 1:
        choices = tuple(parts[0] if len(parts) == 1 else Group(parts) for parts in wanted)
        return printed([Group(choices, either=True), *unwanted])
    return printed([*(part for parts in wanted for part in parts), *unwanted])


def form_from(parts: Iterable[Part]) -> Form:
    """The form that means these parts of a query."""
    held = tuple(parts)
    wanted = [part for part in held if not part.negated]
    if len(wanted) == 1 and isinstance(wanted[0], Group) and wanted[0].either and not _as_any(wanted[0]):
        rows = [_row_of(part) for part in wanted[0].parts]
        return Form((*rows, *_rows(part for part in held if part.negated))[:MAX_ROWS], either=True)
    return Form(_rows(held)[:MAX_ROWS])


def _parts(row: Row) -> tuple[Part, ...]:
    field = ASKED_IN[row.field]
    if row.how == "phrase":
        words = " ".join(row.words.replace('"', " ").split())
        return (Clause(words, field, phrase=True),) if any(ch.isalnum() for ch in words) else ()
    parts = parse(row.words, within=field).parts
    if row.how == "any" and len(parts) > 1:
        return (Group(parts, either=True),)
    if row.how == "none":
        return tuple(replace(part, negated=True) for part in parts if not part.negated)
    return parts


def _rows(parts: Iterable[Part]) -> tuple[Row, ...]:
    """Words of one field that are asked alike stand in one row."""
    rows: dict[tuple[str, How], Row] = {}
    others = []
    for part in parts:
        row = _row_of(part)
        together = isinstance(part, Clause) and row.how in ("all", "none")
        if together and (before := rows.get((row.field, row.how))):
            rows[row.field, row.how] = replace(before, words=f"{before.words} {row.words}")
        elif together:
            rows[row.field, row.how] = row
        else:
            others.append(row)
    return (*rows.values(), *others)


def _row_of(part: Part) -> Row:
    if isinstance(part, Clause) and part.field in _NAMES:
        name = _NAMES[part.field]
        if part.phrase and not part.negated:
            return Row(name, part.text, "phrase")
        plain = printed([replace(part, field=None, negated=False)])
        return Row(name, plain, "none" if part.negated else "all")
    if isinstance(part, Group) and not part.negated:
        shared = _field_of(part.parts)
        if shared is not None:
            words = printed([replace(one, field=None) for one in part.parts if isinstance(one, Clause)])
            return Row(shared, words, "any" if part.either else "all")
    return Row("", printed([part]))  # as it would be typed


def _field_of(parts: Sequence[Part]) -> str | None:
    """The one field in which plain words are asked for; None when they are not that plain."""
    fields = {part.field for part in parts if isinstance(part, Clause) and not part.negated}
    plain = all(isinstance(part, Clause) and not part.negated for part in parts)
    return _NAMES.get(next(iter(fields))) if plain and len(fields) == 1 else None


def _as_any(part: Group) -> bool:
    return _field_of(part.parts) is not None
