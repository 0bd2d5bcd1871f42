"""The language of specs, and fields in original script."""

import pytest

from ingest.extract import MarcView, Script, marc, marc_each
from tests.support.marc_records import made

FIELDS = (
    "001 inlis-1",
    "008 140513s2014    io ||||g|     ||| ||ind| ",
    "245 10 $a Laut : $b kisah / $c Ana.",
    "264  1 $a Bitung : $b Kota, $c 2014.",
    "264  4 $c c2013",
    "650  0 $a Reefs $z Indonesia $z Bitung",
    "650  7 $a Terumbu $2 fast",
)


def take(spec: str, *fields: str, script: Script = "main") -> list[str]:
    return list(marc(spec, script)(MarcView(made(*(fields or FIELDS)).record)))


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("245ab", ["Laut : kisah /"]),
        ("245ba", ["Laut : kisah /"]),
        ("245", ["Laut : kisah / Ana."]),
        ("264|*1|c", ["2014."]),
        ("264|#4|c", ["c2013"]),
        ("264c:008[7-10]", ["2014.", "c2013", "2014"]),
        ("650|*0|z", ["Indonesia Bitung"]),
        ("008[35-37]", ["ind"]),
        ("008[80-90]", [""]),
        ("LDR[6]", ["a"]),
        ("001", ["inlis-1"]),
        ("999a", []),
    ],
)
def test_spec_takes_what_it_says(spec: str, found: list[str]) -> None:
    assert take(spec) == found


def test_each_subfield_apart() -> None:
    assert list(marc_each("650z")(MarcView(made(*FIELDS).record))) == ["Indonesia", "Bitung"]


@pytest.mark.parametrize("spec", ["", "24", "245|1|a", "008[3", "245 a", "245a;"])
def test_unreadable_spec_is_refused_with_an_example(spec: str) -> None:
    with pytest.raises(ValueError, match="245abnp"):
        marc(spec)


LINKED = ("245 10 $6 880-01 $a Nihon", "880 10 $6 245-01/$1 $a 日本", "880    $6 260-00/$1 $b 平凡社")


def test_original_script_is_kept_apart_from_its_romanised_field() -> None:
    assert take("245a", *LINKED) == ["Nihon"]
    assert take("245a", *LINKED, script="original") == ["日本"]
    assert take("245a", *LINKED, script="both") == ["Nihon", "日本"]


def test_unlinked_880_counts_as_the_field_it_stands_for() -> None:
    assert take("260b", *LINKED) == ["平凡社"]
    assert take("260b", *LINKED, script="original") == []


def test_880_whose_partner_is_missing_counts_as_the_field_itself() -> None:
    assert take("245a", "880 10 $6 245-01/(3/r $a لوت") == ["لوت"]


def test_880_without_linkage_is_passed_over() -> None:
    view = MarcView(made("880    $a x", "880    $6 $a y", "880    $6 abc $a z").record)
    assert (view.original, view.fields) == ([], {})


def test_positions_out_of_range_are_empty() -> None:
    view = MarcView(made("008 1405").record)
    assert (view.at("008", 35, 3), view.at("007", 0), view.at("008", 0, 2)) == ("", "", "14")


def test_hash_in_control_fields_is_blank() -> None:
    assert MarcView(made("008 140513s########jki").record).at("008", 7, 4) == "    "


def test_control_field_given_as_data_field_is_read() -> None:
    assert take("005", "005    $a 20140513") == ["20140513"]
    assert take("500a", "500 Catatan") == ["Catatan"]
