from ingest.readers.pdf_columns import in_columns
from ingest.readers.pdf_text import PlacedLine, blocks, flowing_text


def line(text: str, left: float, right: float, row: int) -> PlacedLine:
    return PlacedLine(text, left, 700.0 - 12 * row, right, 710.0 - 12 * row)


def read(*lines: PlacedLine) -> list[str]:
    """Texts in the order of reading; a line that says "left | right" has a gutter."""

    def halves(index: int, at: float) -> tuple[PlacedLine, PlacedLine] | None:
        first, bar, second = lines[index].text.partition(" | ")
        if not bar:
            return None
        return lines[index]._replace(text=first, right=at - 10), lines[index]._replace(text=second, left=at + 10)

    return [line.text for line in in_columns(lines, halves)]


def test_rows_of_two_columns_become_columns_between_lines_of_full_width() -> None:
    rows = [line(f"kiri {n} | kanan {n}", 60, 500, n) for n in range(10)]
    title, note = line("Judul", 60, 500, -2), line("catatan selebar halaman", 60, 500, 12)
    assert read(title, *rows, note) == [
        "Judul",
        *[f"kiri {n}" for n in range(10)],
        *[f"kanan {n}" for n in range(10)],
        note.text,
    ]


def test_rows_of_a_table_stay_rows() -> None:
    rows = [line(f"Kota {n} | Provinsi {n}", 60, 500, n) for n in range(10)]
    assert read(*rows) == [row.text for row in rows]


def test_lines_without_a_gap_stay_as_they_are() -> None:
    rows = [line(f"satu kolom saja {n}", 60, 500, n) for n in range(10)]
    assert read(*rows) == [row.text for row in rows]


def test_a_running_head_is_no_line_of_the_paragraph_under_it() -> None:
    head = PlacedLine("LAUT 12", 60, 724, 120, 734)
    body = [line("sebuah kalimat yang", 60, 500, 0), line("berlanjut terus", 60, 500, 1)]
    assert [len(block.lines) for block in blocks([head, *body])] == [1, 2]


def test_raised_letters_stay_in_their_line() -> None:
    parts = [
        PlacedLine("ruang R", 60, 700, 100, 710),
        PlacedLine("n", 100, 704, 104, 711),
        PlacedLine("adalah ruang", 106, 700, 200, 710),
    ]
    assert flowing_text(parts) == "ruang R n adalah ruang"


def test_a_block_drawn_late_is_read_where_it_stands() -> None:
    def two(text: str, row: int) -> list[PlacedLine]:
        return [line(f"{text} satu", 60, 500, row), line(f"{text} dua.", 60, 480, row + 1)]

    text = flowing_text([*two("Awal", 0), *two("Akhir", 20), *two("Tengah", 10)])
    assert text.index("Awal") < text.index("Tengah") < text.index("Akhir")
