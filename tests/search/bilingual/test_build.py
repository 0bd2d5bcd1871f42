"""The table: that its sources give it again, and how its parts decide."""

import gzip
from collections import Counter
from pathlib import Path

import pytest

from search.analysis import Language
from search.bilingual import build
from search.bilingual.alignment import translation_table
from search.bilingual.build import PARALLEL, Sources, Synset
from search.bilingual.lexicon import TABLE, Lexicon
from search.bilingual.loanwords import indonesian_spelling
from tests.support.shared_data import shared


def test_the_sources_give_the_table_that_is_shipped() -> None:
    sources = build.read_sources(shared("data/parallel"))
    made = build.render(build.translations(sources), sources.spelling)
    assert made == gzip.decompress(TABLE.read_bytes()).decode()


def test_the_table_is_small() -> None:
    assert TABLE.stat().st_size <= 4 * 2**20


NOTHING: dict[Language, Counter[str]] = {"id": Counter(), "en": Counter()}


def write_sources(folder: Path) -> None:
    lines = [
        "ili\tenglish lemmas |\tgloss\texamples |\tindonesian lemmas, Wordnet Bahasa |\tindonesian lemmas, Wiktionary |",
        "i1\tbook|volume\ta written work\tI read a book|a good book\tbuku|kitab\tcantuman",
        "i2\tnode|knob\tany thickened enlargement\t\tbuku|ruas\t",
        "i3\tcoral reef\ta reef of coral\t\tterumbu karang\t",
        "i4\tcomputation\tthe procedure of calculating; computation\t\t\tkomputasi",
    ]
    with gzip.open(folder / "wordnet_en_id.tsv.gz", "wt", encoding="utf-8") as table:
        table.write("\n".join(lines) + "\n")
    (folder / "tsv").mkdir()
    for name in PARALLEL:
        (folder / "tsv" / f"{name}.tsv").write_text("", encoding="utf-8")
    pairs = "a red book\tsebuah buku merah\nmy book\tbuku saya\nthe red door\tpintu merah\n"
    (folder / "tsv" / f"{PARALLEL[0]}.tsv").write_text(pairs, encoding="utf-8")


def test_a_frequent_translation_comes_before_a_rare_one_and_wiktionary_is_left_out(tmp_path: Path) -> None:
    write_sources(tmp_path)
    sources = build.read_sources(tmp_path)
    both = build.translations(sources)
    assert next(iter(both["id"]["buku"])) == "book"
    assert next(iter(both["en"]["book"])) == "buku"
    assert both["id"]["terumbu karang"] == {"coral reef": 1.0}
    assert all("cantuman" not in found for found in both["en"].values())
    assert "cantuman" not in both["id"]


def test_a_word_no_source_translates_is_found_by_its_spelling(tmp_path: Path) -> None:
    write_sources(tmp_path)
    both = build.translations(build.read_sources(tmp_path))
    assert list(both["id"]["komputasi"]) == ["computation"]
    assert sum(both["id"]["komputasi"].values()) < 0.5  # not sure enough to be shown


def test_the_command_writes_the_same_bytes_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_sources(tmp_path)
    first, second = tmp_path / "first.gz", tmp_path / "second.gz"
    assert build.main([str(tmp_path), str(first)]) == 0
    assert build.main([str(tmp_path), str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert "bytes" in capsys.readouterr().out
    lexicon = Lexicon(gzip.decompress(first.read_bytes()).decode())
    assert lexicon.expand(["buku"])[0].alternatives[0].text == "book"
    assert build.main([]) == 2


def test_shares_of_a_line_sum_to_one_at_most() -> None:
    sources = Sources(
        (Synset(("cat", "true cat"), ("kucing", "meong")),), (), NOTHING, NOTHING, frozenset(), {"id": {}, "en": {}}
    )
    for shares in build.translations(sources).values():
        assert shares
        for found in shares.values():
            assert 0 < sum(found.values()) <= 1 + 1e-9


def test_alignment_tells_words_apart_by_the_company_they_keep() -> None:
    pairs = [
        (["rumah", "besar"], ["big", "house"]),
        (["rumah", "kecil"], ["small", "house"]),
        (["kota", "besar"], ["big", "city"]),
    ]
    table = translation_table(pairs)
    assert {word: max(row, key=row.__getitem__) for word, row in table.items()} == {
        "rumah": "house",
        "besar": "big",
        "kecil": "small",
        "kota": "city",
    }
    assert all(sum(row.values()) <= 1 + 1e-9 for row in table.values())


def test_alignment_of_nothing_is_nothing() -> None:
    assert translation_table([]) == {}
    assert translation_table([([], ["house"]), (["rumah"], [])]) == {}


@pytest.mark.parametrize(
    ("english", "indonesian"),
    [
        ("globalization", "globalisasi"),
        ("photography", "fotografi"),
        ("psychology", "psikologi"),
        ("electricity", "elektrisitas"),
        ("democracy", "demokrasi"),
        ("action", None),
        ("house", None),
        ("café society", None),
    ],
)
def test_learned_words_are_spelled_as_in_indonesian(english: str, indonesian: str | None) -> None:
    assert indonesian_spelling(english) == indonesian
