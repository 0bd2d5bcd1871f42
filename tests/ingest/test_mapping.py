"""The machinery of a mapping."""

import pytest

from ingest.extract import MarcView, marc, marc_each
from ingest.mapping import apply, table, to_field, unique, words
from ingest.mappings.marc21 import RULES
from ingest.transform import isbn, trim_isbd
from search.schema import FIELDS
from tests.support.marc_records import made


def test_field_that_the_schema_lacks_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r'no field "titel" in search\.schema\.FIELDS'):
        to_field("titel", marc("245a"))


# Filled by the load, or made of other fields, and not by a rule.
NOT_FROM_MARC = {"source", "ebook_file", "oai_identifier", "work", "record_id"}


def test_every_field_of_the_schema_has_a_rule() -> None:
    assert {rule.field for rule in RULES} == {field.name for field in FIELDS} - NOT_FROM_MARC


VIEW = MarcView(
    made("020    $a 0306406152 $z 0306406153", "245 10 $a Laut /", "246    $a LAUT", "246    $a Ikan").record
)


def test_values_are_kept_once_and_in_order() -> None:
    rules = (to_field("title_other", marc("245a:246a"), trim_isbd),)
    assert apply(rules, VIEW) == {"title_other": ("Laut", "Ikan")}


def test_step_may_give_several_values_or_none() -> None:
    assert apply((to_field("isbn", marc_each("020az:245a"), isbn),), VIEW) == {
        "isbn": ("9780306406157", "0306406152", "0306406153")
    }


def test_field_without_values_is_absent() -> None:
    assert apply((to_field("issn", marc("022a")),), VIEW) == {}


def test_first_and_fallback_respect_earlier_rules() -> None:
    rules = (
        to_field("title", marc("999a"), first=True),
        to_field("title", marc("246a"), first=True),
        to_field("title", marc("245a"), first=True),
        to_field("note", marc("246a")),
        to_field("note", marc("245a"), fallback=True),
        to_field("edition", marc("245a"), fallback=True),
    )
    assert apply(rules, VIEW) == {"title": ("LAUT",), "note": ("LAUT", "Ikan"), "edition": ("Laut /",)}


def test_unique_keeps_the_first_spelling() -> None:
    assert unique(["Laut", "LAUT", " ", "laut  biru"]) == ("Laut", "laut biru")


def test_tables_lead_to_codes_that_exist() -> None:
    formats = {"map", "audio", "audiobook", "music", "score", "video", "image", "manuscript", "newspaper", "other"}
    formats |= {
        "article",
        "journal",
        "book",
        "thesis",
        "microform",
        "braille",
        "large_print",
        "kit",
        "software",
        "website",
        "database",
        "online",
    }
    for name in (
        "leader_06",
        "visual_008_33",
        "computer_008_26",
        "serial_008_21",
        "physical_007",
        "content_336",
        "general_245h",
    ):
        assert set(table("formats", name).values()) <= formats, name
    assert set(table("languages", "replaced").values()) <= set(words("languages", "codes"))
    # MARC has no code for a party to a treaty; its word is kept.
    assert {code for code in table("relators", "terms").values() if len(code) != 3} == {"participant in treaty"}
    assert len(words("languages", "codes")) == len(set(words("languages", "codes")))
    for name in ("code_008", "words", "forms"):
        assert set(table("audience", name).values()) <= {"children", "teens", "adults", "general", "specialized"}
