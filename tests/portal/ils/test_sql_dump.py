from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ils.sql_dump import MAX_VALUE_BYTES, ExportError, TableRow, dump_rows


class Drop(BytesIO):
    """A stream that gives a byte at a time, so that every token stands across the end of a block."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(1)


def rows(sql: str | bytes, *tables: str) -> list[TableRow]:
    data = sql.encode() if isinstance(sql, str) else sql
    found = list(dump_rows(BytesIO(data), tables or ("item",)))
    assert found == list(dump_rows(Drop(data), tables or ("item",)))
    return found


def cells(sql: str | bytes, *tables: str) -> list[dict[str, str | None]]:
    return [dict(row.cells) for row in rows(sql, *tables)]


def test_columns_come_from_create_table_where_insert_names_none() -> None:
    dump = """
    /*!40101 SET NAMES utf8mb4 */;
    DROP TABLE IF EXISTS `item`;
    CREATE TABLE `item` (
      `item_id` int(11) NOT NULL AUTO_INCREMENT COMMENT 'nomor; (kunci)',
      `price` decimal(10,2) DEFAULT NULL,
      `kind` enum('a,b','c)') DEFAULT 'c)',
      PRIMARY KEY (`item_id`), KEY `price` (`price`)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
    LOCK TABLES `item` WRITE;
    INSERT INTO `item` VALUES (1,NULL,'c)'),(2,3.50,'a,b');
    UNLOCK TABLES;
    """
    assert cells(dump) == [
        {"item_id": "1", "price": None, "kind": "c)"},
        {"item_id": "2", "price": "3.50", "kind": "a,b"},
    ]


def test_rows_name_the_line_they_stand_on() -> None:
    dump = "-- satu\nINSERT INTO item (a) VALUES\n(1),\n('dua\nbaris');\n"
    assert [row.line for row in rows(dump)] == [3, 5]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r"'O\'Reilly'", "O'Reilly"),
        ("'O''Reilly'", "O'Reilly"),
        (r"'a\\'", "a\\"),
        (r"'satu\r\ndua\t'", "satu\r\ndua\t"),
        (r"'100\%'", "100%"),
        ('"dalam ""kutip"""', 'dalam "kutip"'),
        ("'); DROP TABLE item; --'", "); DROP TABLE item; --"),
        ("'/* bukan komentar */'", "/* bukan komentar */"),
        ("-12", "-12"),
        ("1.5e+10", "1.5e+10"),
        ("0x4B6F7461", "Kota"),
        ("X'4B6F7461'", "Kota"),
        ("b'1'", "1"),
        ("_binary 'abc'", "abc"),
        ("NULL", None),
        ("TRUE", "1"),
        ("NOW()", None),
        ("DATE(NOW())", None),
        ("''", ""),
    ],
)
def test_values_are_read_as_mysql_means_them(written: str, value: str | None) -> None:
    assert cells(f"INSERT IGNORE INTO `item` (`a`, `b`) VALUES ({written}, 2), (3, {written});") == [  # noqa: S608
        {"a": value, "b": "2"},
        {"a": "3", "b": value},
    ]


def test_other_tables_and_statements_are_passed_by() -> None:
    dump = """
    SET time_zone = '+07:00'; USE `slims`;
    INSERT INTO `system_log` VALUES (1,'it''s; INSERT INTO `item` (`a`) VALUES (9)');
    CREATE TABLE `x` (`y` text COMMENT ';');
    # a comment of an older kind; it's ignored
    INSERT INTO `item` (`a`) VALUES (1);
    DELIMITER ;;
    CREATE TRIGGER t AFTER INSERT ON loan FOR EACH ROW BEGIN UPDATE item SET a = 'x; END;;
    DELIMITER ;
    INSERT INTO `item` (`a`) VALUES (2) ON DUPLICATE KEY UPDATE `a` = VALUES(`a`);
    """
    assert [row["a"] for row in cells(dump)] == ["1", "2"]


def test_text_that_is_not_utf8_is_what_windows_wrote() -> None:
    assert cells(b"INSERT INTO item (a) VALUES ('Caf\xe9');") == [{"a": "Café"}]


@pytest.mark.parametrize(
    ("dump", "line", "why"),
    [
        ("<html>\nLogin</html>", 1, "a statement of SQL was expected"),
        ("-- ok\n\nhello world;", 3, "a statement of SQL was expected"),
        ("INSERT INTO item VALUES (1);", 1, "names no columns"),
        ("INSERT INTO item (a, b) VALUES\n(1, 2),\n(3);", 3, "not as many values"),
        ("INSERT INTO item (a) VALUES (1, 2);", 1, "not as many values"),
        ("INSERT INTO item (a, a) VALUES (1, 2);", 1, "two of one name"),
        ("INSERT INTO item (a) VALUES (1", 1, "cut off"),
        ("INSERT INTO item (a) VALUES ('satu\n", 1, "does not end"),
        ("INSERT INTO item (a) VALUES (1 2);", 1, "is followed by"),
        ("INSERT INTO item (a) SELECT 1;", 1, "has no VALUES"),
        ("INSERT INTO item (a) VALUES (f((((((((((((((((((((((1)))))))))))))))))))))));", 1, "brackets"),
        ("/* komentar", 1, "a comment does not end"),
        ("\n\nPK\x03\x04\x00\x00", 3, "a statement of SQL was expected"),
    ],
)
def test_garbage_is_refused_with_its_line(dump: str, line: int, why: str) -> None:
    for stream in (BytesIO(dump.encode()), Drop(dump.encode())):
        with pytest.raises(ExportError, match=why) as caught:
            list(dump_rows(stream, ["item"]))
        assert caught.value.line == line


def test_a_value_without_end_is_given_up_at_its_limit() -> None:
    class Endless(BytesIO):
        given = 0

        def read(self, size: int | None = -1) -> bytes:
            self.given += size or 0
            return b"a" * (size or 0) if self.given > 40 else b"INSERT INTO item (a) VALUES ('"

    stream = Endless()
    with pytest.raises(ExportError, match="does not end"):
        list(dump_rows(stream, ["item"]))
    assert stream.given < 8 * MAX_VALUE_BYTES


def _quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ("'", "\\'"), ("\0", "\\0"), ("\n", "\\n"), ("\r", "\\r"), ("\x1a", "\\Z")):
        text = text.replace(plain, escaped)
    return f"'{text}'"


@given(
    st.lists(
        st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=30), min_size=3, max_size=3), min_size=1
    )
)
def test_what_mysqldump_writes_is_read_back(table: list[list[str | None]]) -> None:
    written = ",".join(
        "(" + ",".join("NULL" if value is None else _quoted(value) for value in row) + ")" for row in table
    )
    dump = f"CREATE TABLE `item` (`a` text, `b` text, `c` text);\nINSERT INTO `item` VALUES {written};\n".encode()
    assert [list(row.cells.values()) for row in dump_rows(BytesIO(dump), ["item"])] == table


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_end_in_rows_or_in_an_error(data: bytes) -> None:
    for head in (b"", b"INSERT INTO item (a, b) VALUES ", b"CREATE TABLE item ("):
        for stream in (BytesIO(head + data), Drop(head + data)):
            try:
                list(dump_rows(stream, ["item"]))
            except ExportError:
                continue
