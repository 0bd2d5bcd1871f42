"""MARC-8 and Latin-1 are told apart, whatever the leader says."""

import re

import pytest

from ingest.readers.encoding import decoder, marc8
from tests.support.marc_records import open_file
from tests.support.shared_data import shared

GERMAN = (
    "Müller, Jörg",
    "Die Häuser der Länder",
    "Über die Größe der Männer",
    "Köln : Böhlau",
    "Französische Bräuche",
    "Geändert",
)
FRENCH = (
    "Perpustakaan café", "Histoire générale de la littérature française", "Économie politique", "Où est l'été ?",
    "L'année des armées", "Le théâtre de François", "Noël en forêt", "L’œuvre du maître", "Élève de l'école",
)  # fmt: skip
SPANISH = (
    "García Márquez, Gabriel", "Historia de España", "Bello, Andrés", "Pérez, José", "Cien años", "¿Qué será después?",
    "Núñez, Martín", "Los niños", "Borges, Jorge Luis. Ficción",
)  # fmt: skip
OTHERS = (
    "Bali, café dan kopi", "Multatuli. Max Havelaar, of De koffijveilingen — Één", "São Paulo", "Ibsen. Gjengangere, øy",
    "Ångström, Åsa", "Strindberg. Fröken Julie", "Perpustakaan “Soeman Hs.”", "©2023", "Suhu 36°C", "Andrée Feillard",
)  # fmt: skip


def record(text: bytes) -> bytes:
    return b"00000nam  2200000 i 4500\x1e10\x1fa" + text + b"\x1e\x1d"


def read(text: bytes, says_utf8: bool) -> str:
    found = decoder(record(text), says_utf8)(b"10\x1fa" + text)
    return found.removeprefix("10\x1fa")


@pytest.mark.parametrize("says_utf8", [True, False])
@pytest.mark.parametrize("text", [*GERMAN, *FRENCH, *SPANISH, *OTHERS])
def test_latin1_is_read_as_it_was_written(text: str, says_utf8: bool) -> None:
    assert read(text.encode("cp1252"), says_utf8) == text


@pytest.mark.parametrize("says_utf8", [True, False])
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Gr\xe8un", "Grün"), (b"Ren\xe2ee, fr\xe1ere", "Renée, frère"), (b"Fran\xf0cois", "François"),
        (b"M\xe8uller, J\xe8org", "Müller, Jörg"), (b"Espa\xe4na", "España"), (b"S\xe4ao Paulo", "São Paulo"),
        (b"Dvo\xe9r\xe2ak, Anton\xe2in", "Dvořák, Antonín"), (b"\xe9Sostakovi\xe9c", "Šostakovič"),
        (b"\xe5Agama dan s\xe5utra", "Āgama dan sūtra"), (b"al-\xf2Had\xe5ith", "al-Ḥadīth"),
        (b"istori\xebi\xeca", "istorii︠a︡"),
        (b"Wa\xb1\xf1esa, Micha\xb1", "Wałęsa, Michał"), (b"S\xb2ren", "Søren"), (b"Vi\xe3\xf2et", "Việt"),
    ],
)  # fmt: skip
def test_marc8_is_read_as_it_was_written(data: bytes, text: str, says_utf8: bool) -> None:
    assert read(data, says_utf8) == text


def test_where_either_may_be_meant_the_leader_decides() -> None:
    assert read(b"Nikoli\xe9c", says_utf8=False) == "Nikolič"
    assert read(b"Sa\xe4njaya", says_utf8=False) == "Sañjaya"
    assert read(b"l'\xe9conomie", says_utf8=True) == "l'économie"


def test_a_stray_byte_in_the_leader_says_nothing_of_the_fields() -> None:
    stray = record("Café — 5°".encode()).replace(b"i 4500", b"i 45\xed0")
    assert decoder(stray, False)("Café — 5°".encode()) == "Café — 5°"
    stray = record(b"Gr\xe8un").replace(b"i 4500", b"i 45\x920")
    assert decoder(stray, False) is marc8


def test_damaged_utf8_is_no_latin1() -> None:
    damaged = record("Kopi é Bali\x1e10\x1faRusak ".encode() + b"\xff\xfe di laut")
    assert decoder(damaged, True)("é".encode()) == "é"


def test_latin1_of_stanford_is_read() -> None:
    data = shared("data/marc/stanford_solrmarc/stanford-sw__test__data__wdfSearchTest.mrc").read_bytes()
    (found,) = [each for each in data.split(b"\x1d") if b"(Qu\xe9bec" in each or b"(Qu\xe9b" in each][:1]
    assert "Montréal (Québec" in re.sub(r"[\x1e\x1f]", " ", decoder(found, True)(found))


@pytest.mark.parametrize(
    "name", ["evergreen/lul_fre_500.mrc", "gpo_collections/NIST_Collection__MARC8__nistir_marc8.mrc.gz"]
)
def test_no_record_of_marc8_is_taken_for_latin1(name: str) -> None:
    with open_file(shared("data/marc") / name) as file:
        records = [record for record in file.read().split(b"\x1d") if not record.isascii()]
    assert records
    assert {decoder(record, False) for record in records} == {marc8}
