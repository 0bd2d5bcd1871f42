"""SLiMS' own sample data as its CSV export writes it."""

import re
import sqlite3
from pathlib import Path

COLUMNS = (
    *("title", "gmd_name", "edition", "isbn_issn", "publisher_name", "publish_year", "collation", "series_title"),
    *("call_number", "language_name", "place_name", "classification", "notes", "image", "sor"),
    *("authors", "topics", "item_code"),
)

_INSERT = re.compile(r"INSERT IGNORE INTO `(\w+)` \((.*?)\) VALUES\n(.*?);\n", re.DOTALL)
_QUERY = """
    SELECT b.biblio_id, b.title, 'Text', b.edition, b.isbn_issn, p.publisher_name, b.publish_year, b.collation,
           b.series_title, b.call_number, 'English', '', b.classification, b.notes, b.image, ''
    FROM biblio b LEFT JOIN mst_publisher p ON b.publisher_id = p.publisher_id ORDER BY b.biblio_id
"""
_LISTS = (
    "SELECT author_name FROM biblio_author NATURAL JOIN (SELECT author_id, author_name FROM mst_author) "
    "WHERE biblio_id = ? ORDER BY level, author_id",
    "SELECT topic FROM biblio_topic NATURAL JOIN (SELECT topic_id, topic FROM mst_topic) WHERE biblio_id = ?",
    "SELECT item_code FROM item WHERE biblio_id = ?",
)


def export(sample: Path, heading: bool = True) -> bytes:
    """The CSV of the rows in SLiMS' sampledata.sql: every cell in quotes, those inside of it left as they are."""
    database = sqlite3.connect(":memory:")
    try:
        for table, columns, values in _INSERT.findall(sample.read_text(encoding="utf-8")):
            database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns.replace('`', '')})")
            database.execute(f"INSERT INTO {table} ({columns}) VALUES {values.replace('NOW()', 'NULL')}")  # noqa: S608
        lines = ["".join(f'"{name}",' for name in COLUMNS)] if heading else []
        for number, *cells in database.execute(_QUERY).fetchall():
            lists = ["".join(f"<{row[0]}>" for row in database.execute(query, (number,))) for query in _LISTS]
            lines.append(",".join(f'"{"" if cell is None else cell}"' for cell in (*cells, *lists)))
    finally:
        database.close()
    return ("\n".join(lines) + "\n").encode()


_TABLES = {
    "biblio": "biblio_id int, title text, call_number varchar(50), gmd_id int, opac_hide smallint(1)",
    "item": "item_id int, biblio_id int, call_number varchar(50), coll_type_id int, item_code varchar(20), "
    "location_id varchar(3), item_status_id char(3), site varchar(50)",
    "loan": "loan_id int, item_code varchar(20), member_id varchar(20), loan_date date, due_date date, renewed int, "
    "loan_rules_id int, actual date, is_lent int, is_return int, return_date date",
    "member": "member_id varchar(20), member_name varchar(100), member_type_id int, expire_date date, "
    "mpasswd varchar(64)",
    "reserve": "reserve_id int, member_id varchar(20), biblio_id int, item_code varchar(20), reserve_date datetime",
    "mst_coll_type": "coll_type_id int, coll_type_name varchar(30)",
    "mst_location": "location_id varchar(3), location_name varchar(100)",
    "mst_item_status": "item_status_id char(3), item_status_name varchar(30), no_loan smallint(1)",
}
_ALWAYS = {
    "mst_coll_type": ("(1,'Reference')", "(3,'Fiksi')"),
    "mst_location": ("('SL','Perpustakaan Pusat')", "('AER','Aertembaga')"),
    "mst_item_status": ("('R','Perbaikan',1)", "('NL','Tidak dipinjamkan',1)", "('MIS','Hilang',1)"),
}


def dump(
    *,
    titles: tuple[str, ...] = (),
    copies: tuple[str, ...] = (),
    loans: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    reservations: tuple[str, ...] = (),
    completed: str = "2026-11-25  2:00:01",
) -> bytes:
    """A database export as mysqldump writes it, with these rows: "(1,'Laskar Pelangi','813 Hir',1,0)"."""
    rows = {**_ALWAYS, "biblio": titles, "item": copies, "loan": loans, "member": members, "reserve": reservations}
    lines = ["-- MySQL dump 10.19  Distrib 10.6.16-MariaDB", "/*!40101 SET NAMES utf8mb4 */;"]
    for table, columns in _TABLES.items():
        lines += [f"DROP TABLE IF EXISTS `{table}`;", f"CREATE TABLE `{table}` ("]
        lines += [f"  `{column.replace(' ', '` ', 1)}," for column in columns.split(", ")]
        lines += [f"  KEY `{table}_idx` (`{columns.split()[0]}`)", ") ENGINE=MyISAM DEFAULT CHARSET=utf8mb4;"]
        if rows.get(table):
            lines += [f"LOCK TABLES `{table}` WRITE;", f"INSERT INTO `{table}` VALUES {','.join(rows[table])};"]  # noqa: S608
            lines += ["UNLOCK TABLES;"]
    return "\n".join((*lines, f"-- Dump completed on {completed}", "")).encode()
