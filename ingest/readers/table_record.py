"""A row of a table made into a MARC record, by a map of columns."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from html import unescape
from html.entities import html5
from typing import Final

from ingest.mappings.names import has_typed_role
from ingest.mappings.responsibility import NAMES
from ingest.readers.columns import Column, TableMapping, Target
from ingest.readers.excel_damage import ISBN_KINDS, is_day, is_destroyed, without_fraction
from ingest.readers.foreign import made_record
from ingest.readers.records import control_field, data_field, is_control
from ingest.readers.table_title import has_stroke, isbd_parts, title_parts
from ingest.record import Field, Record, Subfield
from ingest.transform import is_guessed, is_hijri, year
from search.isbn import isbn13

# Those that make a title of 245 in a MARC record too: the medium in $h or a name in $c is none.
_TITLE_CODES: Final = frozenset("abnp")
_PLACE_CODES: Final = frozenset("abc")
_LIST_PART: Final = re.compile(r"<([^<>]+)>")
_MEANS_SOMETHING: Final = re.compile(r"[^\W_]")
# Programs for web pages keep texts as pages have them, and export them so: "Ekonomi &amp; bisnis".
_ENTITY: Final = re.compile(r"&(?:(#)(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6})|[A-Za-z][A-Za-z0-9]{1,31});")
# "2.010" and "2,010.00", where a spreadsheet took the year for a number and parted its thousands.
_GROUPED: Final = re.compile(r"^\s*([12])[.,]([0-9]{3})(?:[.,]0{1,2})?\s*$")
# Excel counts days from here. Of numbers only those of 1960 to 2039 are taken for days: "20055" is a slip of the fingers.
_FIRST_DAY: Final = date(1899, 12, 30)
_DAYS: Final = range(21_916, 51_136)
_DAY_NUMBER: Final = re.compile(r"([0-9]{5})(?:\.0)?")
# A cell with a year in it that was given the format of a date: 2005 is a day in 1905.
_DAY_OF_1905: Final = re.compile(r"1905-0[3-7]-[0-3][0-9]")
_YEARS_AS_DAYS: Final = range(1900, 2040)
# A class of Dewey has three digits before its point, of which Excel drops zeros: "005.133".
_LOST_ZEROS: Final = re.compile(r"[0-9]{1,2}\.[0-9]*[1-9][0-9]*")
# An ISBN of ten places that began with 0, where Excel took it for a number; or one of nine, as before 1970, which is the same.
_LOST_ZERO: Final = re.compile(r"[0-9]{8}[0-9Xx]")
_NUMBERS: Final = ("isbn", "issn", "isbn or issn")
# Where a second ISBN or ISSN begins in a cell: after a sign, or where two whole ones have only a space between them. A
# comma may be that of "9,78979E+12", and "978 6024246945" is one number.
_SEVERAL: Final = re.compile(
    r"(?:[;/|]|(?:(?<=[0-9Xx -]{9})|(?<=\))),)\s*(?=(?:ISBN\W*)?[0-9](?:[ -]?[0-9X]){7})"
    r"|(?:(?<=[0-9-]{9}[0-9Xx])|(?<=\)))\s+(?=(?:[0-9]-?){9}(?:(?:[0-9]-?){3})?[0-9X](?![0-9A-Z-]))",
    re.IGNORECASE,
)
_LANGUAGE: Final = re.compile(r"[a-z]{3}")
_SUM: Final = re.compile(
    r"(?:jumlah|total|sub ?total|grand total)(?: (?:buku|judul|total|semua|seluruhnya|keseluruhan|eksemplar|koleksi))?\W*",
    re.IGNORECASE,
)
_AMOUNT: Final = re.compile(r"(?:Rp\.?\s*)?[0-9., -]+")
_DEGREE: Final = r"(?:(?:[A-Z][A-Za-z]{0,3}\. ?)+[A-Za-z]{0,4}|[A-Z]{2,3})\s*(?:[,;]|$)"
_AFTER_ROLE: Final = re.compile(rf"(?<=\)),\s+(?=\w)(?!{_DEGREE})")
_SIZE: Final = re.compile(r"\s*;\s*")
_SERIES_NUMBER: Final = re.compile(r"\s+;\s*")
_COUNTRY_PLACES, _LANGUAGE_PLACES = 3, 3
# INLISLite keeps a field as "$a Laut : $b cerita": the code, a space, the text.
_SPACED_MARK: Final = re.compile(r"(?:^|\s*)\$([0-9a-z])\s")
_MARK: Final = re.compile(r"\$([0-9a-z])")

Values = list[tuple[Target, list[Subfield]]]
Plan = Sequence[tuple[Column, tuple[int, ...], tuple[int, ...]]]  # where it stands, and where what it gives way to


def plan(mapping: TableMapping, places: Mapping[str, int], repeated: Mapping[str, tuple[int, ...]]) -> Plan:
    """The columns of a map that a table has, with their places in its rows.

    repeated: further places of their names, which hold further values where a column may have several.
    """
    found = [
        (
            column,
            (*_known(places, column.names), *_further(repeated, column)),
            _known(places, column.unless),
        )
        for column in mapping.columns
    ]
    return [(column, at, unless) for column, at, unless in found if at]


def may_repeat(column: Column) -> bool:
    """Whether a column may have several values, as names and subjects have and a title has not."""
    return bool(column.split) or column.more != column.to or column.kind in _NUMBERS


def _further(repeated: Mapping[str, tuple[int, ...]], column: Column) -> tuple[int, ...]:
    return tuple(place for name in column.names for place in repeated.get(name, ())) if may_repeat(column) else ()


def _known(places: Mapping[str, int], names: Iterable[str]) -> tuple[int, ...]:
    return tuple(places[name] for name in names if name in places)


def record_of_row(mapping: TableMapping, columns: Plan, cells: Sequence[str]) -> Record:
    """The record of a row; a row without a title gives one without fields.

    Columns with the same tag and indicators make one field, until a subfield would be repeated.
    """
    fields: Values = []
    for column, places, unless in columns:
        if unless and any(_values(mapping, column, unless, cells)):
            continue
        for number, text in enumerate(_values(mapping, column, places, cells)):
            target = column.to if number == 0 else column.more
            for at, subfields in _placed(column, target, text, lambda: _who(mapping, columns, cells)):
                _add(fields, at, subfields)
    if not any(target.tag == "245" and any(code in _TITLE_CODES for code, _ in held) for target, held in fields):
        fields.clear()
    _share_place(fields)
    for target, text in mapping.constants if fields else ():
        _add(fields, target, [(target.code, text)])
    made = [_field(target, subfields) for target, subfields in fields]
    if made and not any(field.tag == "008" for field in made):
        made.append(control_field("008", _fixed_places(mapping, made)))
    made.sort(key=lambda field: field.tag)
    return made_record(mapping.leader, made)


def is_sum(record: Record, cells: Sequence[str]) -> bool:
    """Whether a row is the last of a list that only counts its books: "Jumlah" where the titles stand and nothing else, or
    before them, with nothing but numbers after it.
    """
    described = [field for field in record.fields if field.tag != "008"]
    if len(described) == 1 and _SUM.fullmatch(described[0].get("a")):
        return True
    first, *others = filter(None, cells)
    if not _SUM.fullmatch(first) or any(field.tag == "245" and field.get("a").startswith(first) for field in described):
        return False
    return all(map(_AMOUNT.fullmatch, others))


def _share_place(fields: Values) -> None:
    """One branch and shelf in a row are those of all its copies, when several barcodes stand in a cell."""
    copies = [subfields for target, subfields in fields if target.tag == "852"]
    if len(copies) < 2:
        return
    placed = [place for subfields in copies if (place := [part for part in subfields if part[0] in _PLACE_CODES])]
    if len(placed) == 1:
        for subfields in copies:
            subfields[:0] = [part for part in placed[0] if part not in subfields]


def _values(mapping: TableMapping, column: Column, places: Iterable[int], cells: Sequence[str]) -> Iterator[str]:
    """What a row holds of a column, parted, without what means nothing."""
    for place in places:
        text = cells[place] if place < len(cells) else ""
        if not text:
            continue
        parts: Iterable[str] = (text,)
        if column.split == "<>":
            parts = _LIST_PART.findall(text) or (text,)
        elif column.split:
            parts = _read(text).split(column.split)
        if column.to.tag in NAMES:
            parts = [name for part in parts for name in _by_roles(part)]
        if column.kind in _NUMBERS:
            parts = [number for part in parts for number in _SEVERAL.split(part)]
        for part in parts:
            part = _read(part).strip()
            if _MEANS_SOMETHING.search(part) and part.casefold() not in mapping.empty:
                yield part


def _by_roles(text: str) -> Sequence[str]:
    """Names in one cell that a comma parts, where it stands after what somebody did; else it may stand in a name.

    >>> _by_roles("Pramoedya Ananta Toer (pengarang), Max Lane (penerjemah)"), _by_roles("Toer, Pramoedya (1925-2006), Ir.")
    (['Pramoedya Ananta Toer (pengarang)', 'Max Lane (penerjemah)'], ['Toer, Pramoedya (1925-2006), Ir.'])
    >>> _by_roles("Ahmad Fulan (editor), M.Pd.")
    ['Ahmad Fulan (editor), M.Pd.']
    """
    names: list[str] = []
    start = 0
    for comma in _AFTER_ROLE.finditer(text):
        if has_typed_role(text[start : comma.start()]):
            names.append(text[start : comma.start()])
            start = comma.end()
    return [*names, text[start:]]


def _who(mapping: TableMapping, columns: Plan, cells: Sequence[str]) -> tuple[str, list[Field]]:
    """The statement of responsibility that a row has in a column of its own, and the fields of its names."""
    stated: list[str] = []
    names: list[Field] = []
    for column, places, _ in columns:
        if (column.to.tag, column.to.code) == ("245", "c"):
            stated += _values(mapping, column, places, cells)
        elif column.to.tag in NAMES:
            for text in _values(mapping, column, places, cells):
                names.append(data_field(column.to.tag, column.to.indicators, [(column.to.code, text)]))
    return " ".join(stated), names


def _placed(column: Column, target: Target, text: str, who: Callable[[], tuple[str, list[Field]]]) -> Values:
    """A value, in the form that its kind asks for, with the field it goes to; [] when it is worth nothing.

    who: gives what tells a statement of responsibility from a stroke of the title's own.
    """
    kind = column.kind
    if kind in _NUMBERS:
        if is_destroyed(text):
            return []
        text = without_fraction(text)
        digits = re.sub(r"[\s-]", "", text)
        if kind != "issn" and _LOST_ZERO.fullmatch(digits) and isbn13(f"0{digits}"):
            text = f"0{digits}"
        if kind == "isbn or issn" and re.fullmatch(r"[0-9]{7}[0-9Xx]", digits):
            target = Target("022", "  ", "a")
    elif kind == "call number":
        if is_day(text):
            return []
        if target.tag == "082" and _LOST_ZEROS.fullmatch(text):
            text = "0" * (3 - text.index(".")) + text
    elif kind == "year":
        text = _year(text)
    elif kind == "date":
        text = text[:10]
    elif kind == "title":
        return [(target, title_parts(target.code, text, *(who() if has_stroke(text) else ())))]
    elif kind in ("physical", "series"):
        return [(target, _parted(kind, target.code, text))]
    return [(target, [(target.code, f"{column.label}{text}")])]


def _read(text: str) -> str:
    """A text with the characters that it names as HTML does; a "&" that is only one stays.

    >>> _read("Siti Nur&#039;aini, R&amp;D, AT&T; caf&eacute;, Susi&Yenny; Dewi&yenny;")
    "Siti Nur'aini, R&D, AT&T; café, Susi&Yenny; Dewi&yenny;"
    """
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    """The character that is named; `unescape` alone would take the beginning of a name for one: "&yenny;"."""
    return unescape(found[0]) if found[1] or found[0][1:] in html5 else found[0]


def _year(text: str) -> str:
    """A year, also where a spreadsheet parted its thousands, has a whole date as the number of its day, or took a year
    for such a number. A guess stays one, and so does a year of the Hijri calendar.

    >>> [_year(text) for text in ("2.010", "38718", "1905-06-27", "c1905", "20055", "ca. 1950", "1440 H")]
    ['2010', '2006', '2005', '1905', '20055', 'ca. 1950', '1440 H']
    """
    if (found := _DAY_NUMBER.fullmatch(text)) and int(found[1]) in _DAYS:
        return str((_FIRST_DAY + timedelta(int(found[1]))).year)
    if _DAY_OF_1905.fullmatch(text):
        with suppress(ValueError):  # no such day
            if (days := (date.fromisoformat(text) - _FIRST_DAY).days) in _YEARS_AS_DAYS:
                return str(days)
    if (is_guessed(text) or is_hijri(text)) and year(text):
        return text
    return year(_GROUPED.sub(r"\1\2", text)) or text.removesuffix(".0")


def damage(columns: Plan, cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What in a row Excel spoiled, with the cell; `record_of_row` leaves it out. At most one of each kind."""
    told: set[str] = set()
    for column, places, _ in columns:
        what = "isbn" if column.kind in ISBN_KINDS else "call number" if column.kind == "call number" else ""
        if not what or what in told:
            continue
        for place in places:
            text = cells[place] if place < len(cells) else ""
            if is_day(text) if what == "call number" else any(map(is_destroyed, _SEVERAL.split(text))):
                told.add(what)
                yield what, text
                break


def _parted(kind: str, code: str, text: str) -> list[Subfield]:
    """A text with the punctuation of ISBD, in its subfields.

    >>> _parted("physical", "a", "xii, 234 hlm. : ilus. ; 21 cm")
    [('a', 'xii, 234 hlm. :'), ('b', 'ilus. ;'), ('c', '21 cm')]
    """
    if kind == "series":
        name, *number = _SERIES_NUMBER.split(text, maxsplit=1)
        return [(code, f"{name} ;"), ("v", number[0])] if number and number[0] else [(code, name)]
    first, *size = _SIZE.split(text, maxsplit=1)
    return isbd_parts(code, first, "".join(size), " ;")


def _add(fields: Values, target: Target, subfields: list[Subfield]) -> None:
    """Into the last field with this tag and these indicators that has none of these subfields, else into a new one."""
    if target.code:
        new = {code for code, _ in subfields}
        for other, held in reversed(fields):
            if (other.tag, other.indicators) == (target.tag, target.indicators):
                if new.isdisjoint(code for code, _ in held):
                    held += subfields
                    return
                break
    fields.append((target, list(subfields)))


def _field(target: Target, subfields: list[Subfield]) -> Field:
    if not target.code:
        return control_field(target.tag, subfields[0][1])
    return data_field(target.tag, target.indicators, subfields)


def _fixed_places(mapping: TableMapping, fields: Sequence[Field]) -> str:
    """008 of what is known: year, country, language. "|" says that a place was not filled in (MARC 21, 008)."""
    dates = [text for field in fields if field.tag in ("260", "264") for text in field.get_subfields("c")]
    of_publication = next((found for text in dates if not is_hijri(text) and (found := year(text))), "")
    languages = [text for field in fields if field.tag == "041" for text in field.get_subfields("a")]
    language = languages[0].lower() if languages else mapping.language
    language = language if _LANGUAGE.fullmatch(language) else ""
    published = f"s{of_publication}    " if of_publication else "|" * 9
    country = mapping.country.ljust(_COUNTRY_PLACES)[:_COUNTRY_PLACES] if mapping.country else "|||"
    return f"{'':6}{published}{country}{'|' * 17}{language or '|||'}||"


def record_of_listing(rows: Sequence[Mapping[str, str]], mapping: TableMapping) -> Record:
    """The record of INLISLite's rows: "tag", "indicator1", "indicator2" and "value" of each field."""
    fields = []
    for row in rows:
        tag, value = row["tag"].strip().rjust(3, "0"), row["value"].strip()
        if not value or len(tag) != 3:
            continue
        if is_control(tag):
            fields.append(control_field(tag, value.replace("#", " ") if tag in ("006", "007", "008") else value))
            continue
        indicators = (row["indicator1"].strip() or " ")[:1] + (row["indicator2"].strip() or " ")[:1]
        mark = _SPACED_MARK if _SPACED_MARK.match(value) else _MARK
        _, *parts = mark.split(value)
        subfields = [(code, text.strip()) for code, text in zip(parts[::2], parts[1::2], strict=True)]
        fields.append(data_field(tag, indicators, subfields) if subfields else control_field(tag, value))
    fields.sort(key=lambda field: field.tag)
    return made_record(mapping.leader, fields)
