"""Files of columns: those that come with Telusur, and a librarian's own."""

from pathlib import Path

import pytest

from ingest.readers.columns import ColumnsError
from portal.services.importing.columns import FIELDS, NEEDED, Kind, load_columns, read_columns, shipped
from portal.services.importing.report import Outcome
from tests.portal.services.importing.conftest import Imports, reasons

OWN = """
name = "Buku besar"
[patrons.columns]
card_number = "Kartu"
name = ["Nama depan", "Nama"]
category = "Gol."
status = "Ket"
[patrons.values.category]
"D" = "umum"
"A" = "anak"
[patrons.values.status]
"nonaktif" = "blocked"
[patrons.defaults]
category = "umum"
"""


def test_each_system_that_is_shipped_knows_every_kind() -> None:
    assert {name: set(map.kinds) for name, map in shipped().items()} == {"inlislite": set(Kind), "slims": set(Kind)}


@pytest.mark.parametrize("name", list(shipped()))
@pytest.mark.parametrize("kind", list(Kind))
def test_no_column_of_a_shipped_map_tells_two_things(name: str, kind: Kind) -> None:
    map = shipped()[name].kinds[kind]
    names = [column for columns in map.names.values() for column in columns]
    assert sorted(names) == sorted(set(names))
    assert not map.ignored.intersection(names)


def test_what_every_row_needs_is_something_a_column_may_tell() -> None:
    assert all(set(NEEDED[kind]) <= set(FIELDS[kind]) for kind in Kind)


def test_a_file_of_ones_own_with_values_and_defaults(sqlite_imports: Imports, tmp_path: Path) -> None:
    (tmp_path / "kolom.toml").write_text(OWN)
    table = "Kartu;Gol.;Nama;Nama depan;Ket\n1;D;Ani Tua;;\n2;A;;Budi;nonaktif\n3;;Cinta;;\n4;X;Dedi;;\n"
    report = sqlite_imports("patrons", table, str(tmp_path / "kolom.toml"))
    assert report.outcomes == {Outcome.ADDED: 3, Outcome.REFUSED: 1}
    assert reasons(report)[0][0] == 5


def test_columns_nobody_knows_are_told(sqlite_imports: Imports) -> None:
    report = sqlite_imports("patrons", "member_id,member_name,member_type_name,Zodiak\n1,Ani,Umum,Leo\n")
    assert report.notes == ["These columns are not imported, for the map of SLiMS does not name them: Zodiak."]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = ", "no TOML"),
        ("[buku.columns]", '"buku" is not known at the top'),
        ("name = 'x'", "none of the sections"),
        ('[patrons.columns]\nname = "Nama"', 'no column for "card_number"'),
        ('[patrons.columns]\nname = "Nama"\ncard_number = "K"\nsandi = "S"', '"sandi" is not known'),
        ('[patrons.columns]\nname = "Nama"\ncard_number = 3', "must be a text, or a list"),
        ('patrons = "x"', "must be a table"),
        (
            '[patrons.columns]\nname = "N"\ncard_number = "K"\n[patrons.values.category]\nA = 1',
            "must be a text in quotes",
        ),
    ],
)
def test_a_wrong_file_of_columns_says_what_is_wrong(text: str, told: str) -> None:
    with pytest.raises(ColumnsError, match=r"kolom\.toml: ") as refused:
        read_columns(text, "kolom.toml")
    assert told in str(refused.value)


def test_a_file_of_columns_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ColumnsError, match="inlislite, slims"):
        load_columns("tiada.toml")
