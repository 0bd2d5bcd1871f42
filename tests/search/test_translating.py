"""A query in both languages: how much its translations count beside its own words."""

import pytest

from search.bilingual.lexicon import shipped
from search.query_language import parse
from search.translating import SYNONYM, TRANSLATED, as_spelled_today, translated


def weights(text: str) -> dict[str, float]:
    """Of each translation, its words joined by spaces."""
    query, _ = translated(parse(text), shipped())
    return {" ".join(other.words): other.weight for clause in query.wanted for other in clause.others}


def test_the_likeliest_translation_counts_a_part_of_the_word() -> None:
    found = weights("gempa bumi")
    assert found["earthquake"] == TRANSLATED == max(found.values())


def test_a_rare_sense_of_a_word_that_is_the_same_in_both_languages_counts_little() -> None:
    assert 0 < weights("rendang")["leafy"] < TRANSLATED / 2


def test_one_of_more_words_than_were_asked_counts_no_more_than_they() -> None:
    assert weights("waruga")["stone sarcophagus"] < TRANSLATED


def test_a_word_for_the_same_counts_less_than_the_word_and_is_told() -> None:
    found = weights("satwa laut")
    assert found["hewan"] == found["binatang"] == SYNONYM < 1
    _, told = translated(parse("satwa laut"), shipped())
    assert told[-2:] == ("hewan", "binatang")


def test_a_word_of_both_languages_means_what_the_words_beside_it_say() -> None:
    assert "quran" in weights("the koran")
    assert "surat kabar" not in weights("the koran")
    assert "surat kabar" in weights("koran lama")
    assert "quran" not in weights("koran lama")
    alone = weights("koran")
    assert alone["newspaper"] > alone["quran"] > 0
    assert "terjemahan quran" in weights("terjemahan koran")
    beside_a_name = weights("koran manado post")
    assert beside_a_name["newspaper"] > beside_a_name["quran"] > 0
    assert "surat kabar" in beside_a_name
    assert "newspaper" not in weights("the koran and the bible")


def test_a_set_phrase_has_synonyms_as_a_whole() -> None:
    assert weights("surat kabar lama")["koran"] == SYNONYM
    assert weights("hipertensi")["tekanan darah tinggi"] < SYNONYM


def test_what_is_only_spelt_otherwise_is_not_told() -> None:
    query, told = translated(parse("organisation"), shipped())
    assert ("organization",) in {other.words for clause in query.wanted for other in clause.others}
    assert "organization" not in told


def test_words_in_quotes_or_for_something_wider_have_no_synonyms() -> None:
    assert weights('"hewan"') == {}
    assert "kendaraan" not in weights("mobil")
    assert "tuna" not in weights("cakalang")


def test_what_is_written_with_a_hyphen_is_called_something_as_a_whole() -> None:
    assert weights("toko e-commerce")["perdagangan elektronik"] == TRANSLATED
    assert weights("doa sehari-hari")["daily"] == TRANSLATED
    assert weights('"e-commerce"') == weights("e-commerce*") == {}
    _, told = translated(parse("anti-korupsi"), shipped())
    assert "anti-corruption" in told


def test_the_number_of_a_war_is_looked_for_in_either_form() -> None:
    assert weights("world war 2")["ii"] == 1.0
    assert "ii" not in weights("harry potter 2")


def test_a_number_may_be_an_ordinal() -> None:
    assert weights("kelas ke 8")["viii"] == weights("kelas ke-8")["viii"] == 1.0
    assert "world war ii" in weights("perang dunia ke-2")
    assert "ii" not in weights("anak ke-2")


def test_a_short_name_at_the_end_of_a_set_phrase_is_not_written_out_alone() -> None:
    found = weights("kurs dolar AS")
    assert {"us dollar", "dolar", "exchange rate"} <= found.keys()
    assert not {"amerika serikat", "united states"} & found.keys()
    assert "united states" in weights("sejarah AS")


def test_what_a_short_name_stands_for_counts_as_much_as_itself_and_more_than_a_translation() -> None:
    found = weights("uud")
    assert found["undang dasar"] * 2 == 1.0
    assert found["constitution"] == TRANSLATED


def test_nothing_is_told_twice_in_capitals_and_small() -> None:
    _, told = translated(parse("tafsir al-qur'an"), shipped())
    assert "Quran" in told
    assert "quran" not in told


def test_a_word_of_a_set_phrase_is_looked_for_in_its_other_spelling_too() -> None:
    assert weights("labour law")["labor law"] == SYNONYM
    assert weights("child labor")["child labour"] == SYNONYM
    assert "wanita" not in " ".join(weights("pemberdayaan perempuan"))  # which is another word, and no other spelling
    _, told = translated(parse("labour law"), shipped())
    assert "labor law" not in told


@pytest.mark.parametrize(
    ("asked", "others", "missing"),
    [
        ("novel tentang laut", {"fiksi", "fiction"}, set()),
        ("novels about the sea", {"fiction", "novel"}, set()),
        ("novel coronavirus", {"coronavirus", "virus corona"}, {"fiksi", "fiction"}),
        ("a novel approach to reading", {"pendekatan baru"}, {"fiksi", "fiction"}),
    ],
)
def test_novels_are_what_catalogues_call_fiction_and_what_is_novel_is_new(
    asked: str, others: set[str], missing: set[str]
) -> None:
    novel = next(one for one in translated(parse(asked), shipped())[0].clauses if "novel" in one.text)
    found = {" ".join(other.words) for other in novel.others}
    assert others <= found
    assert found.isdisjoint(missing)


def test_a_text_is_spelled_as_today_for_its_meaning() -> None:
    assert as_spelled_today("Hoekoem laoet, oleh Goethe", shipped()) == "hukum laut, oleh Goethe"


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("cerita binatang", "cerita hewan"),
        ("binatang laut", "hewan laut"),
        ("hewan purba", "binatang purba"),
        ("hukum perkawinan", "hukum pernikahan"),
        ("perawatan lansia", "perawatan lanjut usia"),
        ("perempuan dan anak", "wanita dan anak"),
        ("english conversation", "inggris"),  # each word has its translation, also where they stand together nowhere
    ],
)
def test_a_set_phrase_swallows_no_other_word_for_the_same(asked: str, other: str) -> None:
    assert {asked, other} <= {asked, *weights(asked)}


@pytest.mark.parametrize("asked", ["kantor berita antara", "lkbn antara"])
def test_a_name_made_of_a_word_of_grammar_keeps_it(asked: str) -> None:
    assert [clause.text for clause in translated(parse(asked), shipped())[0].clauses] == [asked]
