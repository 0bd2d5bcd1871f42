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


@pytest.mark.parametrize("linkage", ["245-02/$1", "245-/$1", "245", "245-1/$1"])
def test_the_only_two_of_a_tag_are_paired_whatever_their_number(linkage: str) -> None:
    fields = ("245 10 $6 880-01 $a Nihon", f"880 10 $6 {linkage} $a 日本")
    assert take("245a", *fields) == ["Nihon"]
    assert take("245a", *fields, script="original") == ["日本"]


def test_880_that_says_to_have_no_partner_gets_none() -> None:
    assert take("500a", "500    $a Nihon", "880    $6 500-00/$1 $a 日本") == ["Nihon", "日本"]


def test_two_880_of_one_tag_need_their_numbers() -> None:
    fields = ("500    $6 880-01 $a Nihon", "880    $6 500-02/$1 $a 日本", "880    $6 500-03/$1 $a 東京")
    assert take("500a", *fields) == ["Nihon", "日本", "東京"]


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


# Open Library's bijouorannualofl1828cole has a first 008 that holds the language alone, as have Hebrew records of Aleph.
TWO_008 = ("008 00                                 eng  ", "008 750810d18281828enkar         0   a0eng d")


def test_first_008_that_says_something_is_read() -> None:
    view = MarcView(made(*TWO_008).record)
    assert (view.at("008", 0, 6), view.at("008", 15, 3), view.control("008")) == ("750810", "enk", [TWO_008[1][4:]])


def test_008_is_kept_when_all_say_nothing_else() -> None:
    assert MarcView(made(TWO_008[0], TWO_008[0]).record).at("008", 35, 3) == "eng"
