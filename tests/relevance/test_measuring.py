"""The ruler itself: what it keeps, and what it refuses to measure."""

from dataclasses import replace
from pathlib import Path

import pytest

from search.document import Document, DocumentId
from search.embedding import Embedder
from search.engine import Engine, Entry
from tests.relevance.__main__ import main
from tests.relevance.judged import JudgedQuery, JudgedSet
from tests.relevance.measuring import measure, opened
from tests.relevance.sets import SETS

A, B = DocumentId("x.1"), DocumentId("x.2")


@pytest.fixture
def small() -> JudgedSet:
    """Two documents; its `fill` counts how often it was asked to by leaving a file."""

    def fill(engine: Engine, _: Embedder | None, folder: Path) -> None:
        (folder / "filled").touch()
        with engine.rebuilding() as writer:
            writer.put([Entry(Document(id, {"title": (title,)})) for id, title in ((A, "Terumbu karang"), (B, "Padi"))])

    queries = (JudgedQuery("1", "karang", {A: 1}, "a", half="dev"), JudgedQuery("2", "laut", {B: 1}, "b", half="test"))
    return JudgedSet("small", "two documents", queries, fill, "stamp")


def test_measures_each_query(small: JudgedSet, tmp_path: Path) -> None:
    with opened(small, None, tmp_path) as discovery:
        answers = measure(discovery, small, "keyword")
    assert (answers["1"].first, answers["1"].scores.mrr_at_10) == (1, 1.0)
    assert (answers["2"].first, answers["2"].scores.mrr_at_10) == (0, 0.0)


def test_a_filled_index_is_taken_again_until_what_is_searched_changes(small: JudgedSet, tmp_path: Path) -> None:
    for judged, count in ((small, 1), (small, 1), (replace(small, stamp="other"), 2)):
        with opened(judged, None, tmp_path):
            assert len(list(tmp_path.glob("*/filled"))) == count


def test_does_not_pass_words_off_as_meaning(small: JudgedSet, tmp_path: Path) -> None:
    with opened(small, None, tmp_path) as discovery, pytest.raises(ValueError, match="no vectors"):
        measure(discovery, small, "hybrid")


def test_shows_what_changed_since_an_earlier_run(
    small: JudgedSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(SETS, "small", lambda: small)
    run = ["small", "--mode", "keyword", "--cache", str(tmp_path)]
    main([*run, "--save", str(tmp_path / "before.json")])
    assert "won/lost" not in capsys.readouterr().out
    main([*run, "--against", str(tmp_path / "before.json"), "--failures", "1"])
    told = capsys.readouterr().out
    assert "| all | 2 | 0.500 | 0.500 | 0.500 | 0.500 | 0.500 | 0.500 | +0.000 | +0.000 | 0/0 | 1.000 |" in told
    assert "0.000 2 (b, test): laut" in told
    assert "wanted 1 at no place: x.2 Padi" in told


def test_writes_its_tables_below_the_line_for_them(
    small: JudgedSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SETS, "small", lambda: small)
    page = tmp_path / "page.md"
    page.write_text("# Relevance\n\n<!-- tables -->\nold tables\n", encoding="utf-8")
    main(["small", "--mode", "keyword", "--cache", str(tmp_path), "--into", str(page)])
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Relevance\n\n<!-- tables -->\n\n### small: two documents; 2 documents, 2 queries\n")
    assert "old tables" not in text
