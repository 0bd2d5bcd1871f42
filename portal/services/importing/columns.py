"""Maps of columns: which column of another system's table tells what, in a file that a librarian can edit."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from ingest.readers.columns import MAX_BYTES, ColumnsError, fold


class Kind(StrEnum):
    """What a table is about."""

    PATRONS = "patrons"
    ITEMS = "items"
    LOANS = "loans"
    RULES = "rules"


# What a column may tell, and without which of them a row is of no use.
FIELDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.PATRONS: (
        "card_number", "name", "category", "birth", "home_branch", "email", "phone", "address", "registered", "expires",
        "status", "note",
    ),
    Kind.ITEMS: (
        "barcode", "document", "title", "branch", "location", "call_number", "number", "loan_type", "status", "note",
    ),
    Kind.LOANS: ("card_number", "barcode", "lent", "due", "returned", "is_returned", "renewals"),
    Kind.RULES: (
        "category", "loan_type", "branch", "loan_days", "max_loans", "renewals", "renew_days", "no_renewal_before",
        "holds_allowed", "max_holds", "hold_days", "pickup_days", "fine_per_day", "fine_every", "grace_days", "max_fines",
        "age_min", "membership_days", "medium",
    ),
}  # fmt: skip
NEEDED: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.PATRONS: ("card_number", "name"),
    Kind.ITEMS: ("barcode",),
    Kind.LOANS: ("card_number", "barcode", "due"),
    Kind.RULES: ("category", "loan_days", "max_loans"),
}
_TOP: Final = {"name", "empty", *Kind}
_SECTION: Final = {"columns", "order", "ignore", "values", "defaults", "escaped"}


@dataclass(frozen=True, slots=True)
class KindColumns:
    """The map of one kind of table.

    names: folded names of the columns that tell a field; of several in one table the first that holds something counts.
    order: folded names, for tables without a heading. values: what a text in a field means. defaults: for empty fields.
    escaped: quotes have a backslash before them.
    """

    names: Mapping[str, tuple[str, ...]]
    order: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    escaped: bool = False

    def places(self, heading: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Field to the places of its columns in a row, in the order of the map."""
        at: dict[str, int] = {}
        for place, name in enumerate(heading):
            at.setdefault(fold(name), place)
        found = {name: tuple(at[column] for column in columns if column in at) for name, columns in self.names.items()}
        return {name: places for name, places in found.items() if places}

    def unknown(self, heading: Sequence[str]) -> list[str]:
        """Names of columns that are not imported, as they are written."""
        known = self.ignored.union(*self.names.values())
        return [name for name in heading if (folded := fold(name)) and folded not in known]


@dataclass(frozen=True, slots=True)
class ImportColumns:
    """A file of columns. empty: folded texts that mean nothing."""

    name: str
    kinds: Mapping[Kind, KindColumns]
    empty: frozenset[str] = frozenset()


@cache
def shipped() -> Mapping[str, ImportColumns]:
    """The maps that come with the program, by name."""
    folder = files("portal").joinpath("services", "importing", "maps")
    entries = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name
    )
    return {
        entry.name.removesuffix(".toml"): read_columns(entry.read_text(encoding="utf-8"), entry.name)
        for entry in entries
    }


def load_columns(named: str) -> ImportColumns:
    """The map in a librarian's own file, or the shipped one of that name. Raises ColumnsError."""
    path = Path(named)
    if named.lower() in shipped() and not path.exists():
        return shipped()[named.lower()]
    try:
        data = path.read_bytes()
        text = data[: MAX_BYTES + 1].decode("utf-8-sig")
    except OSError as error:
        known = ", ".join(shipped())
        raise ColumnsError(
            f"{named}: the file of columns cannot be read: {error.strerror or error}. Name a file, or one of: {known}."
        ) from error
    except UnicodeDecodeError as error:
        raise ColumnsError(f"{named}: the file of columns is not in UTF-8; save it again as UTF-8.") from error
    if len(data) > MAX_BYTES:
        raise ColumnsError(f"{named}: this is no file of columns: it is larger than {MAX_BYTES:,} bytes.")
    return read_columns(text, named)


def read_columns(text: str, file: str) -> ImportColumns:
    """The map in a text in TOML. Raises ColumnsError with what is wrong."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ColumnsError(f"{file}: this is no TOML: {error}.") from error
    _refuse_others(found, _TOP, file, "at the top")
    kinds = {kind: _section(found[kind], kind, file) for kind in Kind if kind in found}
    if not kinds:
        raise ColumnsError(f"{file}: there is none of the sections {', '.join(f'[{kind}.columns]' for kind in Kind)}.")
    name = found.get("name", file)
    return ImportColumns(str(name), kinds, frozenset(map(fold_text, _texts(found.get("empty", []), file, "empty"))))


def fold_text(text: str) -> str:
    """A value as it is compared.

    >>> fold_text("  Tidak  AKTIF ")
    'tidak aktif'
    """
    return " ".join(text.split()).casefold()


def _section(found: object, kind: Kind, file: str) -> KindColumns:
    section = _table(found, file, f"[{kind}]")
    _refuse_others(section, _SECTION, file, f"in [{kind}]")
    columns = _table(section.get("columns", {}), file, f"[{kind}.columns]")
    _refuse_others(columns, set(FIELDS[kind]), file, f"in [{kind}.columns]")
    if missing := [name for name in NEEDED[kind] if name not in columns]:
        raise ColumnsError(f'{file}: [{kind}.columns] names no column for "{missing[0]}", which every row needs.')
    values = _table(section.get("values", {}), file, f"[{kind}.values]")
    _refuse_others(values, set(FIELDS[kind]), file, f"in [{kind}.values]")
    defaults = _table(section.get("defaults", {}), file, f"[{kind}.defaults]")
    _refuse_others(defaults, set(FIELDS[kind]), file, f"in [{kind}.defaults]")
    return KindColumns(
        names={
            name: tuple(dict.fromkeys(map(fold, _texts(texts, file, f"{kind}.columns.{name}"))))
            for name, texts in columns.items()
        },
        order=tuple(map(fold, _texts(section.get("order", []), file, f"{kind}.order"))),
        ignored=frozenset(map(fold, _texts(section.get("ignore", []), file, f"{kind}.ignore"))),
        values={
            name: {
                fold_text(text): _text(meaning, file, f"{kind}.values.{name}")
                for text, meaning in _table(table, file, f"[{kind}.values.{name}]").items()
            }
            for name, table in values.items()
        },
        defaults={name: _text(value, file, f"{kind}.defaults.{name}") for name, value in defaults.items()},
        escaped=section.get("escaped") is True,
    )


def _table(found: object, file: str, what: str) -> dict[str, object]:
    if not isinstance(found, dict):
        raise ColumnsError(f"{file}: {what} must be a table: write it on a line of its own, and its settings below.")
    return found


def _text(found: object, file: str, what: str) -> str:
    if not isinstance(found, str):
        raise ColumnsError(f"{file}: {what} must be a text in quotes.")
    return found


def _texts(found: object, file: str, what: str) -> list[str]:
    texts = [found] if isinstance(found, str) else found
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ColumnsError(f'{file}: {what} must be a text, or a list of texts as in ["No. Anggota", "Nomor Anggota"].')
    return texts


def _refuse_others(found: Mapping[str, object], known: set[str], file: str, where: str) -> None:
    if strange := sorted(set(found) - known):
        raise ColumnsError(f'{file}: "{strange[0]}" is not known {where}; known are: {", ".join(sorted(known))}.')
