"""Maps of columns: which column of a table becomes which field of MARC, in a file that a librarian can edit."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Literal, cast, get_args

from ingest.readers.foreign import DEFAULT_LEADER
from ingest.readers.records import is_control

ValueKind = Literal[
    "text", "title", "physical", "series", "isbn", "issn", "isbn or issn", "call number", "year", "date"
]
_KINDS: Final = get_args(ValueKind)

MAX_BYTES: Final = 1_000_000
# The names of columns stand at the top, after a title or two at most.
HEADING_ROWS: Final = 20

_TARGET: Final = re.compile(r"([0-9A-Z]{3})(?:\s+([0-9a-z#\\ ])([0-9a-z#\\ ])\s*\$([0-9a-z]))?")
_FOLDED: Final = re.compile(r"[\W_]+")
_TABLES: Final = {"name", "record", "order", "ignore", "not_with", "column", "constant", "fields"}
_RECORD_KEYS: Final = {"leader", "language", "country", "empty"}
_COLUMN_KEYS: Final = {"names", "to", "more", "split", "as", "label", "unless"}
_LISTING_KEYS: Final = ("record", "tag", "indicator1", "indicator2", "value")
# What Excel leaves where a formula failed, and how databases write that there is nothing.
_MEANS_NOTHING: Final = ("#ref!", "#n/a", "#name?", "#div/0!", "#value!", "#num!", "#null!", "null", r"\n")


class ColumnsError(Exception):
    """A file of columns that cannot be used; says where, what is wrong, and what is right."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a value goes: a subfield of a data field, or a control field (code "")."""

    tag: str
    indicators: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """What becomes of a column. names are folded. more: where the second and further values go.

    split: the sign between values, "<>" for SLiMS's "<one><two>". label: stands before the value.
    unless: folded names of columns; in a row where one of them holds something this column is left out.
    """

    names: tuple[str, ...]
    to: Target
    more: Target
    kind: ValueKind = "text"
    split: str = ""
    label: str = ""
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A table with a row a field (INLISLite): the folded names of its columns by what they hold."""

    names: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A map of columns.

    order: their names where the table itself has none. empty: values that mean none. not_with: columns of tables that
    are about something else, though they share names with this one.
    """

    name: str
    columns: tuple[Column, ...] = ()
    constants: tuple[tuple[Target, str], ...] = ()
    order: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    not_with: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset(_MEANS_NOTHING)
    leader: str = DEFAULT_LEADER
    language: str = ""
    country: str = ""
    listing: Listing | None = None

    def places(self, heading: Sequence[str]) -> dict[str, int]:
        """Folded name to place in the row, of the columns that this map knows."""
        found: dict[str, int] = {}
        known = self._known()
        for place, name in enumerate(heading):
            if (folded := fold(name)) in known:
                found.setdefault(folded, place)
        return found

    def repeated(self, heading: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Folded name to its further places, of the columns that this map knows and a table has more than once."""
        first, found = self.places(heading), dict[str, tuple[int, ...]]()
        for place, name in enumerate(heading):
            if (folded := fold(name)) in first and first[folded] != place:
                found[folded] = (*found.get(folded, ()), place)
        return found

    def fit(self, heading: Sequence[str]) -> int:
        """How many of the names in a row are this map's; 0 when the ones that matter are not there."""
        return 0 if self.lack(heading) else len(self.places(heading))

    def lack(self, heading: Sequence[str]) -> str:
        """Why a row is no heading for this map, as a part of a sentence; "" when it is one."""
        if others := [name for name in heading if fold(name) in self.not_with]:
            return f'the column "{others[0]}" belongs to a table about something else'
        places = self.places(heading)
        for what, names in self._needed():
            if not any(name in places for name in names):
                return f"no column goes to {what}"
        # A single name is no heading: "Judul" may be anything.
        return "" if len(places) > 1 else "only one of its columns is known"

    def _needed(self) -> list[tuple[str, tuple[str, ...]]]:
        if self.listing is not None:
            return [(f"the {role} of a field", self.listing.names[role]) for role in ("record", "tag", "value")]
        names = [name for column in self.columns if column.to.tag == "245" for name in column.names]
        return [("the title", tuple(names))]

    def unknown(self, heading: Sequence[str]) -> list[str]:
        """The names in a heading that nothing is made of, as they are written."""
        known = self._known() | self.ignored
        return [name for name in heading if (folded := fold(name)) and folded not in known]

    def _known(self) -> set[str]:
        known = {name for column in self.columns for name in column.names}
        if self.listing is not None:
            known.update(name for names in self.listing.names.values() for name in names)
        return known


def fold(name: str) -> str:
    """A column's name as names are compared: small letters and digits only.

    >>> fold(" ISBN / ISSN "), fold("isbn_issn")
    ('isbnissn', 'isbnissn')
    """
    return _FOLDED.sub("", name.casefold())


@cache
def shipped() -> tuple[TableMapping, ...]:
    """The maps that come with the program, in order of file name."""
    return tuple(read_columns(entry.read_text(encoding="utf-8"), entry.name) for entry in _shipped_files())


def _shipped_files() -> list[Traversable]:
    folder = files("ingest").joinpath("maps", "tables")
    return sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)


def load_columns(path: Path) -> TableMapping:
    """The map in a librarian's own file, or the shipped one of that name where there is no such file ("slims").

    Raises ColumnsError.
    """
    if not path.suffix and len(path.parts) == 1 and not path.exists():
        return _shipped_as(path.name)
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise ColumnsError(f"{path}: this is no file of columns: it is larger than {MAX_BYTES:,} bytes.")
        return read_columns(data.decode("utf-8-sig"), str(path))
    except OSError as error:
        raise ColumnsError(f"{path}: the file of columns cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ColumnsError(f"{path}: the file of columns is not in UTF-8; save it again as UTF-8.") from error


def _shipped_as(name: str) -> TableMapping:
    entries = {entry.name.removesuffix(".toml"): entry for entry in _shipped_files()}
    if name.lower() not in entries:
        known = ", ".join(sorted(entries))
        raise ColumnsError(
            f"{name}: there is no such file, and no map of columns of that name comes with Telusur; these do: {known}."
        )
    entry = entries[name.lower()]
    return read_columns(entry.read_text(encoding="utf-8"), entry.name)


def read_columns(text: str, file: str) -> TableMapping:
    """The map in a text in TOML. Raises ColumnsError with the line and what is wrong there."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ColumnsError(f"{file}: this is no TOML: {error}.") from error
    return _Columns(text, file, found).mapping()


class _Columns:
    """A file of columns while it is checked, with the lines that its entries begin in."""

    def __init__(self, text: str, file: str, found: dict[str, object]) -> None:
        self._file = file
        self._found = found
        lines = [line.replace(" ", "") for line in text.splitlines()]
        self._lines = {
            name: [number for number, line in enumerate(lines, 1) if line.startswith(f"[[{name}]]")]
            for name in ("column", "constant")
        }

    def mapping(self) -> TableMapping:
        self._refuse_others(self._found, _TABLES, 0)
        record = self._table("record")
        self._refuse_others(record, _RECORD_KEYS, 0)
        listing = self._listing()
        columns = tuple(self._column(entry, line) for entry, line in self._entries("column"))
        if listing is None and not any(column.to.tag == "245" for column in columns):
            raise self._error("no column goes to 245, so no record would have a title", 0)
        return TableMapping(
            name=self._text(self._found, "name", 0) or self._file,
            columns=columns,
            constants=tuple(
                (self._target(entry, "to", line), self._needed(entry, "value", line))
                for entry, line in self._entries("constant")
            ),
            order=tuple(fold(name) for name in self._texts(self._found, "order", 0)),
            ignored=frozenset(fold(name) for name in self._texts(self._found, "ignore", 0)),
            not_with=frozenset(fold(name) for name in self._texts(self._found, "not_with", 0)),
            empty=frozenset((*_MEANS_NOTHING, *(text.casefold() for text in self._texts(record, "empty", 0)))),
            leader=self._text(record, "leader", 0) or DEFAULT_LEADER,
            language=self._text(record, "language", 0),
            country=self._text(record, "country", 0),
            listing=listing,
        )

    def _listing(self) -> Listing | None:
        if "fields" not in self._found:
            return None
        table = self._table("fields")
        self._refuse_others(table, set(_LISTING_KEYS), 0)
        names = {role: tuple(map(fold, self._texts(table, role, 0))) for role in _LISTING_KEYS}
        if missing := [role for role in ("record", "tag", "value") if not names[role]]:
            raise self._error(f'[fields] does not say which column holds "{missing[0]}"', 0)
        return Listing(names)

    def _column(self, entry: dict[str, object], line: int) -> Column:
        self._refuse_others(entry, _COLUMN_KEYS, line)
        names = tuple(filter(None, dict.fromkeys(map(fold, self._texts(entry, "names", line)))))
        if not names:
            raise self._error('"names" is missing: the names that this column has, as in names = ["Judul"]', line)
        kind = self._text(entry, "as", line) or "text"
        if kind not in _KINDS:
            raise self._error(f'as = "{kind}" is not known; it is one of: {", ".join(_KINDS)}', line)
        to = self._target(entry, "to", line)
        more = self._target(entry, "more", line) if "more" in entry else to
        return Column(
            names,
            to,
            more,
            cast(ValueKind, kind),
            split=self._text(entry, "split", line),
            label=self._text(entry, "label", line),
            unless=tuple(map(fold, self._texts(entry, "unless", line))),
        )

    def _target(self, entry: dict[str, object], key: str, line: int) -> Target:
        text = self._needed(entry, key, line)
        found = _TARGET.fullmatch(text.strip())
        if found is None or is_control(found[1]) != (found[4] is None):
            raise self._error(f'{key} = "{text}" is no field; write "245 10 $a", with # for a blank, or "001"', line)
        indicators = ((found[2] or "") + (found[3] or "")).replace("#", " ").replace("\\", " ")
        return Target(found[1], indicators, found[4] or "")

    def _entries(self, name: str) -> list[tuple[dict[str, object], int]]:
        entries = self._found.get(name, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self._error(f"write [[{name}]], with two brackets on each side, above every {name}", 0)
        lines = self._lines[name]
        return [(entry, lines[at] if at < len(lines) else 0) for at, entry in enumerate(entries)]

    def _table(self, name: str) -> dict[str, object]:
        found = self._found.get(name, {})
        if not isinstance(found, dict):
            raise self._error(f"write [{name}] on a line of its own, and its settings below", 0)
        return found

    def _needed(self, entry: dict[str, object], key: str, line: int) -> str:
        if text := self._text(entry, key, line):
            return text
        raise self._error(f'"{key}" is missing', line)

    def _text(self, entry: Mapping[str, object], key: str, line: int) -> str:
        found = entry.get(key, "")
        if not isinstance(found, str):
            raise self._error(f'"{key}" must be a text in quotes', line)
        return found

    def _texts(self, entry: Mapping[str, object], key: str, line: int) -> list[str]:
        found = entry.get(key, [])
        if isinstance(found, str):
            return [found]
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            raise self._error(f'"{key}" must be a list of texts, as in {key} = ["Judul", "Judul Buku"]', line)
        return [str(text) for text in found]

    def _refuse_others(self, entry: Mapping[str, object], known: set[str], line: int) -> None:
        if strange := sorted(set(entry) - known):
            raise self._error(f'"{strange[0]}" is not known; known here are: {", ".join(sorted(known))}', line)

    def _error(self, what: str, line: int) -> ColumnsError:
        return ColumnsError(f"{self._file}{f', line {line}' if line else ''}: {what}.")
