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
