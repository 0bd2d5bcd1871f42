"""The form for several fields, and the search that it means: both ways, so that a search can be changed in the form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """The search in words of the query language, in the order of the rows; of a choice, its rows stand together.

    What two rows ask alike is asked once.

    >>> text_of(Form((Row("title", "laut biru"), Row("author", "hirata lasut", "any"), Row("", "ikan", "none"))))
    'judul:laut judul:biru pengarang:hirata ATAU pengarang:lasut -ikan'
    >>> text_of(Form((Row("title", "laut biru"), Row("subject", "ikan")), either=True))
    'judul:laut DAN judul:biru ATAU subjek:ikan'
    >>> text_of(Form((Row("title", "laut biru"), Row("title", "laut"))))
    'judul:laut judul:biru'
    >>> text_of(Form((Row("title", "anak anak"), Row("title", "anak"))))
    'judul:anak judul:anak'
    """
    asked = list(dict.fromkeys((row.how != "none", parts) for row in form.rows if (parts := _parts(row))))
    places = [place for place, (wanted, _) in enumerate(asked) if wanted]
    if form.either and len(places) > 1:
        choices = tuple(parts[0] if len(parts) == 1 else Group(parts) for wanted, parts in asked if wanted)
        unwanted = [(False, parts) for wanted, parts in asked if not wanted]
        asked = [*unwanted[: places[0]], (True, (Group(choices, either=True),)), *unwanted[places[0] :]]
    return printed(_once(parts for _, parts in asked))


def form_from(parts: Iterable[Part]) -> Form:
    """The form that means these parts of a query."""
    held = tuple(parts)
    wanted = [part for part in held if not part.negated]
    if len(wanted) == 1 and isinstance(wanted[0], Group) and wanted[0].either and not _as_any(wanted[0]):
        place = held.index(wanted[0])
        chosen = map(_row_of, wanted[0].parts)
        return Form((*_rows(held[:place]), *chosen, *_rows(held[place + 1 :]))[:MAX_ROWS], either=True)
    rows = _rows(held)
    return Form((rows if len(rows) <= MAX_ROWS else _rows(sorted(held, key=_asked_alike)))[:MAX_ROWS])


def _parts(row: Row) -> tuple[Part, ...]:
    field = ASKED_IN[row.field]
    if row.how == "phrase":
        words = " ".join(row.words.replace('"', " ").split())
        return (Clause(words, field, phrase=True),) if any(ch.isalnum() for ch in words) else ()
    parts = parse(row.words, within=field).parts
    if row.how != "all":
        parts = tuple(dict.fromkeys(parts))
    if row.how == "any" and len(parts) > 1:
        return (Group(parts, either=True),)
    if row.how == "none":
        return tuple(replace(part, negated=True) for part in parts if not part.negated)
    return parts


def _once(rows: Iterable[tuple[Part, ...]]) -> Iterator[Part]:
    """What no row before has asked. What a row itself repeats stays: "anak anak", or a title like "to be or not to be"."""
    told: set[Part] = set()
    for parts in rows:
        yield from (part for part in parts if part not in told)
        told.update(parts)


def _rows(parts: Iterable[Part]) -> tuple[Row, ...]:
    """Words one after the other that are asked alike in one field stand in one row."""
    rows: list[Row] = []
    before = None
    for part in parts:
        row, alike = _row_of(part), _asked_alike(part)
        if alike and alike == before:
            rows[-1] = replace(rows[-1], words=f"{rows[-1].words} {row.words}")
        else:
            rows.append(row)
        before = alike
    return tuple(rows)


def _asked_alike(part: Part) -> str:
    """The same for all parts that may share a row; "" for one that has a row of its own."""
    row = _row_of(part)
    return f"{row.how} {row.field}" if isinstance(part, Clause) and row.how in ("all", "none") else ""


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
