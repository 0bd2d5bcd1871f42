"""Rows of chosen tables in a MySQL dump, read as a stream: INSERT and CREATE TABLE are understood, the rest is passed by.

What a dump says is never run. Every pattern here is possessive, so that reading takes time in proportion to the file.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

MAX_VALUE_BYTES: Final = 1_000_000
MAX_COLUMNS: Final = 200
MAX_SKIPPED_BYTES: Final = 64_000_000
_BLOCK_BYTES: Final = 1 << 16
_MAX_DEPTH: Final = 20
_SHOWN: Final = 40
_LOOK_AHEAD: Final = 3

_SPACE: Final = re.compile(rb"\s++")
_LINE_COMMENT: Final = re.compile(rb"(?:--(?=[\s])|#)[^\n]*+\n?")
_TOKEN: Final = re.compile(
    rb"`(?P<name>(?:[^`]|``)*+)`"
    rb"|'(?P<single>(?:[^'\\]|\\.|'')*+)'"
    rb'|"(?P<double>(?:[^"\\]|\\.|"")*+)"'
    rb"|(?P<number>[+-]?\.?[0-9][0-9A-Za-z.]*+(?:(?<=[eE])[+-][0-9]++)?)"
    rb"|(?P<word>[A-Za-z_@][\w.@$]*+)"
    rb"|(?P<sign>[(),;=])"
    rb"|(?P<other>[^\s`'\"\w(),;])",
    re.DOTALL,
)
# Most rows are made of these alone; they are read at once, which takes a fifth of the time.
_VALUE: Final = rb"(?:NULL|-?[0-9]++(?:\.[0-9]++)?|'(?:[^'\\]++|\\.|'')*+')"
_USUAL_ROW: Final = re.compile(rb"\((?:" + _VALUE + rb",\s?)*+" + _VALUE + rb"\)(?=[,;])", re.DOTALL)
_USUAL_VALUE: Final = re.compile(rb"NULL|(?P<number>-?[0-9.]++)|'(?P<single>(?:[^'\\]++|\\.|'')*+)'", re.DOTALL)
_PLAIN: Final = re.compile(rb"[^'\"`;]++")
_ESCAPE: Final = re.compile(rb"\\(.)|''|\"\"", re.DOTALL)
_ESCAPED: Final = {b"0": b"\0", b"b": b"\b", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"Z": b"\x1a"}
_PASSED_BY: Final = frozenset(
    b"ALTER ANALYZE BEGIN CALL COMMIT CREATE DELETE DROP END GRANT INSERT LOCK OPTIMIZE REPLACE ROLLBACK SET START "
    b"TRUNCATE UNLOCK UPDATE USE".split()
)
_NOT_COLUMNS: Final = frozenset((b"PRIMARY", b"UNIQUE", b"KEY", b"INDEX", b"FULLTEXT", b"SPATIAL", b"CONSTRAINT"))

Cells = Mapping[str, str | None]


class ExportError(Exception):
    """A file that cannot be read as what it is said to be. line: where, from 1; 0 where no line is to blame."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(f"line {line:,}: {what}" if line else what)
        self.line = line


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table: the line it ends on, and its cells by the names of columns; None for NULL."""

    table: str
    line: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: bytes


def dump_rows(stream: BinaryIO, tables: Collection[str], seen: set[str] | None = None) -> Iterator[TableRow]:
    """The rows of these tables, in the order of the file. Raises ExportError for what is no MySQL dump.

    seen: is told those of the tables that the dump has, also without rows.
    """
    yield from _Dump(stream, frozenset(tables), set() if seen is None else seen).rows()


class _Dump:
    def __init__(self, stream: BinaryIO, tables: frozenset[str], seen: set[str]) -> None:
        self._stream = stream
        self._tables = tables
        self._seen = seen
        self._held = b""
        self._at = 0
        self._final = False
        self._line = 1
        self._columns: dict[str, tuple[str, ...]] = {}

    def rows(self) -> Iterator[TableRow]:
        self._more()
        if self._held.startswith(b"\xef\xbb\xbf"):
            self._at = 3
        while (token := self._next()) is not None:
            if token.text == b";":
                continue
            verb = token.text.upper() if token.kind == "word" else b""
            if verb == b"DELIMITER":
                self._pass_triggers()
            elif verb == b"CREATE":
                self._create()
            elif verb in (b"INSERT", b"REPLACE"):
                yield from self._insert()
            elif verb in _PASSED_BY:
                self._pass_by()
            else:
                raise self._wrong(f"a statement of SQL was expected, not {_shown(token.text)}")

    # ---- statements

    def _create(self) -> None:
        """Keeps the names of columns: mysqldump does not repeat them in INSERT."""
        if self._must().text.upper() != b"TABLE":
            return self._pass_by()
        token = self._must()
        while token.kind == "word" and token.text.upper() in (b"IF", b"NOT", b"EXISTS"):
            token = self._must()
        table = self._name(token)
        if table not in self._tables:
            return self._pass_by()
        self._seen.add(table)
        if self._must().text != b"(":
            return self._pass_by()  # CREATE TABLE ... LIKE, AS
        self._columns[table] = tuple(self._definitions())
        return self._pass_by()

    def _definitions(self) -> Iterator[str]:
        """The names of columns in a CREATE TABLE, whose first bracket was read; ends with its last."""
        depth, begins = 1, True
        while depth:
            token = self._must()
            if token.text == b";" and token.kind == "sign":
                raise self._wrong("CREATE TABLE ends before its last bracket")
            if begins and (token.kind == "name" or (token.kind == "word" and token.text.upper() not in _NOT_COLUMNS)):
                yield self._name(token)
            begins = token.kind == "sign" and token.text == b"," and depth == 1
            depth += (token.text == b"(") - (token.text == b")") if token.kind == "sign" else 0

    def _insert(self) -> Iterator[TableRow]:
        token = self._must()
        while token.kind == "word" and token.text.upper() in (b"INTO", b"IGNORE", b"DELAYED", b"LOW_PRIORITY"):
            token = self._must()
        table = self._name(token)
        if table not in self._tables:
            return self._pass_by()
        self._seen.add(table)
        token = self._must()
        columns = self._columns.get(table, ())
        if token.text == b"(":
            columns = tuple(self._name(each) for each in self._list())
            token = self._must()
        if token.text.upper() not in (b"VALUES", b"VALUE"):
            raise self._wrong(f"INSERT INTO {table} has no VALUES")
        if not columns:
            raise self._wrong(f"INSERT INTO {table} names no columns, and no CREATE TABLE before it does")
        if len(columns) > MAX_COLUMNS or len(set(columns)) < len(columns):
            raise self._wrong(f"{table} has more than {MAX_COLUMNS} columns, or two of one name")
        while True:
            yield self._row(table, columns)
            token = self._must()
            if token.text == b";" and token.kind == "sign":
                return None
            if token.text != b"," or token.kind != "sign":
                return self._pass_by()  # ON DUPLICATE KEY UPDATE ...

    def _row(self, table: str, columns: tuple[str, ...]) -> TableRow:
        values = self._usual_values() or self._values(table, columns)
        if len(values) != len(columns):
            raise self._wrong(f"a row of {table} has not as many values as columns ({len(columns)})")
        return TableRow(table, self._line, dict(zip(columns, values, strict=True)))

    def _usual_values(self) -> list[str | None]:
        """The values of a row that holds plain ones only and is here as a whole; none otherwise."""
        if space := _SPACE.match(self._held, self._at):
            self._take(space.end())
        found = _USUAL_ROW.match(self._held, self._at)
        if found is None or found.end() - self._at > MAX_VALUE_BYTES:
            return []
        values: list[str | None] = []
        for value in _USUAL_VALUE.finditer(found.group()):
            text = value["single"]
            if text is not None:
                values.append(_text(_unescaped(text)))
            else:
                number = value["number"]
                values.append(None if number is None else number.decode("ascii"))
        self._take(found.end())
        return values

    def _values(self, table: str, columns: tuple[str, ...]) -> list[str | None]:
        if self._must().text != b"(":
            raise self._wrong(f"a row of {table} was expected")
        values: list[str | None] = []
        while len(values) <= len(columns):
            value, end = self._value()
            values.append(value)
            if end == b")":
                break
        return values

    def _value(self) -> tuple[str | None, bytes]:
        """One value and the sign after it. A call of a function, as NOW(), is a value that is not known: None."""
        token = self._must()
        value: str | None = None
        if token.kind in ("single", "double"):
            value = _text(_unescaped(token.text))
        elif token.kind == "number":
            value = _number(token.text)
        elif token.kind != "word":
            raise self._wrong(f"a value was expected, not {_shown(token.text)}")
        elif token.text.upper() in (b"TRUE", b"FALSE"):
            value = str(int(token.text.upper() == b"TRUE"))
        end = self._must()
        if token.kind == "word" and end.kind in ("single", "double"):
            value = _prefixed(token.text.upper(), _unescaped(end.text))
            end = self._must()
        elif token.kind == "word" and end.kind == "sign" and end.text == b"(":
            self._pass_brackets()
            end = self._must()
        if end.kind != "sign" or end.text not in (b",", b")"):
            raise self._wrong(f"a value is followed by {_shown(end.text)}")
        return value, end.text

    def _pass_brackets(self) -> None:
        depth = 1
        while depth:
            token = self._must()
            depth += (token.text == b"(") - (token.text == b")") if token.kind == "sign" else 0
            if depth > _MAX_DEPTH:
                raise self._wrong("brackets within brackets without end")

    def _list(self) -> Iterator[_Token]:
        while True:
            yield self._must()
            token = self._must()
            if token.text == b")":
                return
            if token.text != b",":
                raise self._wrong(f"a list was expected to go on, not {_shown(token.text)}")

    def _pass_by(self) -> None:
        """Up to the end of the statement, with an eye on what stands in quotes."""
        passed = 0
        while True:
            if self._at >= len(self._held) and not self._more():
                return
            if found := _PLAIN.match(self._held, self._at):
                passed += self._take(found.end())
            elif self._held[self._at : self._at + 1] == b";":
                self._take(self._at + 1)
                return
            elif (token := self._next()) is None:
                return
            else:
                passed += len(token.text)
            if passed > MAX_SKIPPED_BYTES:
                raise self._wrong("a statement does not end")

    def _pass_triggers(self) -> None:
        """Up to DELIMITER ; which ends the triggers and functions between."""
        while True:
            end = self._held.find(b"\n", self._at)
            if end < 0:
                if self._final:
                    self._take(len(self._held))
                    return
                if len(self._held) - self._at > MAX_VALUE_BYTES:
                    raise self._wrong("a line does not end")
                self._more()
                continue
            line = self._held[self._at : end].strip()
            self._take(end + 1)
            if line.upper() in (b"DELIMITER ;", b";"):
                return

    # ---- tokens

    def _must(self) -> _Token:
        token = self._next()
        if token is None:
            raise self._wrong("the file ends within a statement; was it cut off?")
        return token

    def _next(self) -> _Token | None:
        while True:
            while len(self._held) - self._at < _LOOK_AHEAD and self._more():
                continue  # "--" is a comment only before a blank
            if self._at >= len(self._held):
                return None
            found = _SPACE.match(self._held, self._at)
            if found is None and self._held.startswith(b"/*", self._at):
                self._pass_comment()
                continue
            if found is None and (found := _LINE_COMMENT.match(self._held, self._at)) is not None:
                if found.group().endswith(b"\n") or self._final:
                    self._take(found.end())
                else:
                    self._grow("a comment")
                continue
            if found is not None:
                self._take(found.end())
                continue
            if (token := self._token()) is not None:
                return token

    def _token(self) -> _Token | None:
        """The token here; None when more had to be read first."""
        found = _TOKEN.match(self._held, self._at)
        # What ends where the block ends may go on in the next: '' is a quote in a text, 1e a part of 1e+3.
        if (found is None or len(self._held) - found.end() < _LOOK_AHEAD) and not self._final:
            self._grow("a value")
            return None
        if found is None:
            raise self._wrong("a text in quotes does not end")
        kind = found.lastgroup or ""
        text = found.group(kind)
        if len(text) > MAX_VALUE_BYTES:
            raise self._wrong(f"a value is larger than {MAX_VALUE_BYTES:,} bytes")
        self._take(found.end())
        return _Token(kind, text)

    def _pass_comment(self) -> None:
        passed = 0
        while (end := self._held.find(b"*/", self._at + 2)) < 0:
            passed += self._take(max(self._at, len(self._held) - 3))
            if self._final or passed > MAX_SKIPPED_BYTES:
                raise self._wrong("a comment does not end")
            # The two signs that opened it are past; the next look begins two bytes further on.
            self._more()
        self._take(end + 2)

    def _grow(self, what: str) -> None:
        if len(self._held) - self._at > MAX_VALUE_BYTES:
            raise self._wrong(f"{what} is larger than {MAX_VALUE_BYTES:,} bytes, or does not end")
        self._more()

    def _more(self) -> bool:
        """Reads on; as much again as is held, so that a long value is looked at a few times and not a thousand."""
        if self._final:
            return False
        rest = self._held[self._at :]
        block = self._stream.read(max(_BLOCK_BYTES, len(rest)))
        self._final = not block
        self._held, self._at = rest + block, 0
        return bool(block)

    def _take(self, end: int) -> int:
        self._line += self._held.count(b"\n", self._at, end)
        taken = end - self._at
        self._at = end
        return taken

    def _name(self, token: _Token) -> str:
        if token.kind not in ("name", "word", "double"):
            raise self._wrong(f"a name was expected, not {_shown(token.text)}")
        return token.text.decode("utf-8", "replace").lower()

    def _wrong(self, what: str) -> ExportError:
        return ExportError(what, self._line)


def _unescaped(text: bytes) -> bytes:
    def plain(found: re.Match[bytes]) -> bytes:
        escaped = found[1]
        if escaped is None:
            return found[0][:1]
        return _ESCAPED.get(escaped, escaped)

    return _ESCAPE.sub(plain, text) if b"\\" in text or b"''" in text or b'""' in text else text


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _prefixed(prefix: bytes, text: bytes) -> str:
    """A text with a word before it: bits, hexadecimal digits, or the name of a character set.

    >>> _prefixed(b"B", b"1"), _prefixed(b"X", b"4B6F7461"), _prefixed(b"_BINARY", b"Kota")
    ('1', 'Kota', 'Kota')
    """
    if prefix == b"B" and text and not text.strip(b"01"):
        return str(int(text, 2))
    return _number(b"0x" + text) if prefix == b"X" else _text(text)


def _number(text: bytes) -> str:
    """A number as it stands; what mysqldump writes as 0x... is text.

    >>> _number(b"-12"), _number(b"0x4B6F7461")
    ('-12', 'Kota')
    """
    if text[:2].lower() == b"0x":
        digits = text[2:].decode("ascii", "replace")
        try:
            return _text(bytes.fromhex(digits))
        except ValueError:
            return digits
    return text.decode("ascii", "replace")


def _shown(text: bytes) -> str:
    """The beginning of what was found, short: it may be anything, and a name is not to fill a log."""
    return repr(text[:_SHOWN].decode("utf-8", "replace"))
