import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from search.document import DocumentId
from search.evaluation import (
    EXACT_UP_TO,
    CorpusText,
    Scores,
    compare,
    evaluate,
    ndcg_at,
    randomisation_test,
    read_corpus,
    read_judgements,
    read_queries,
)

A, B, C = (DocumentId(c) for c in "abc")


def test_perfect_ranking_scores_one() -> None:
    result = evaluate(lambda _: [A, B], {"q": "laut"}, {"q": {A: 2, B: 1}})
    assert (result.ndcg_at_10, result.recall_at_10, result.mrr_at_10) == (1.0, 1.0, 1.0)


def test_graded_judgements_want_the_best_first() -> None:
    # By hand: (1 + 2/log2(3)) / (2 + 1/log2(3)).
    assert ndcg_at(10, [B, A], {A: 2, B: 1}) == pytest.approx(0.8597, abs=1e-4)


def test_queries_without_a_relevant_document_are_left_out() -> None:
    result = evaluate(lambda _: [C], {"q": "laut", "none": "ikan"}, {"q": {A: 1}, "none": {B: 0}})
    assert result.queries == 1
    assert result.ndcg_at_10 == 0.0


def test_reads_the_files_of_beir(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"_id": "a", "title": "Laut", "text": "biru"}\n\n', encoding="utf-8")
    (tmp_path / "q.jsonl").write_text('{"_id": "q", "text": "laut biru"}\n', encoding="utf-8")
    (tmp_path / "r.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\n", encoding="utf-8")
    assert [text.title for text in read_corpus(tmp_path / "c.jsonl")] == ["Laut"]
    assert read_queries(tmp_path / "q.jsonl") == {"q": "laut biru"}
    assert read_judgements(tmp_path / "r.tsv") == {"q": {A: 1}}


def test_names_the_line_that_is_not_utf_8_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(b'{"_id": "1"}\n{"_id": "2", "title": "La\xfft"}\n')
    texts = read_corpus(path)
    assert next(texts).id == "1"
    with pytest.raises(
        ValueError, match=r"corpus\.jsonl, line 2: byte 26 \(0xff\) is not UTF-8\. Save the file as UTF-8"
    ):
        next(texts)
    judgements = tmp_path / "r.tsv"
    judgements.write_bytes(b"1\t1\t1\n1\t\xff\t1\n")
    with pytest.raises(ValueError, match=r"r\.tsv, line 2: byte 3 \(0xff\)"):
        read_judgements(judgements)


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_file_is_to_be_unpacked(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "corpus.jsonl.packed"
    path.write_bytes(compress(b'{"_id": "1"}\n'))
    with pytest.raises(ValueError, match="is compressed: unpack it"):
        read_queries(path)


@pytest.mark.parametrize(
    "line", ["1\t1\t²", "1\t1\t--1", f"1\t{'9' * 200_000}\t1", "1\t1\t1\r2\t2\t1", f"1\t1\t{'9' * 5000}"]
)
def test_a_judgement_that_is_none_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "r.tsv"
    path.write_bytes(f"query-id\tcorpus-id\tscore\n{line}\n".encode())
    with pytest.raises(ValueError, match=r"r\.tsv, line 2: expected query-id, corpus-id and score"):
        read_judgements(path)


def test_a_file_that_cannot_be_read_on_is_no_fault_of_where_it_is_read_to(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: Is a directory"):
        list(read_corpus(tmp_path))
    broken = Path("/proc/self/mem")  # opens, and gives nothing
    if broken.exists():
        with pytest.raises(ValueError, match="/proc/self/mem cannot be read: Input/output error"):
            list(read_corpus(broken))


def test_names_the_line_that_is_no_json(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"_id": "q", "text": "x"}\n{oops\n', encoding="utf-8")
    with pytest.raises(ValueError, match="line 2"):
        read_queries(tmp_path / "q.jsonl")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"_id": "b"}', 'has no "text"'),
        ('{"_id": "b", "text": null}', 'has no "text"'),
        ('{"_id": "b", "text": {"a": 1}}', '"text" is no text'),
        ('{"_id": "a", "text": "danau"}', "another query"),
        ('{"_id": null, "text": "danau"}', "not a JSON object with an _id"),
        ('{"_id": ["b"], "text": "danau"}', "not a JSON object with an _id"),
        ("[" * 100_000, "not a JSON object with an _id"),
    ],
)
def test_a_query_that_is_none_or_is_asked_twice_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(f'{{"_id": "a", "text": "laut"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"q\.jsonl, line 2: ") as raised:
        read_queries(path)
    assert told in str(raised.value)


def test_a_text_of_a_corpus_may_have_no_title(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"_id": 1, "title": null, "text": "Laut"}\n', encoding="utf-8")
    assert list(read_corpus(path)) == [CorpusText(DocumentId("1"), "", "Laut")]


def test_two_judgements_of_one_document_must_agree(tmp_path: Path) -> None:
    path = tmp_path / "r.tsv"
    path.write_text("q\ta\t1\nq\ta\t1\n", encoding="utf-8")
    assert read_judgements(path) == {"q": {"a": 1}}
    path.write_text("q\ta\t1\nq\ta\t0\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"r\.tsv, line 2: 'a' is judged 1 for 'q' above, and 0 here"):
        read_judgements(path)


def test_every_query_keeps_its_own_scores() -> None:
    result = evaluate(
        lambda text: [A] if text == "laut" else [B], {"1": "laut", "2": "ikan"}, {"1": {A: 1}, "2": {A: 1}}
    )
    assert {id: scores.ndcg_at_10 for id, scores in result.per_query.items()} == {"1": 1.0, "2": 0.0}
    assert result.ndcg_at_10 == 0.5


def scored(*values: float) -> dict[str, Scores]:
    return {str(number): Scores(value, value, value, value) for number, value in enumerate(values)}


def test_compares_query_by_query() -> None:
    result = compare(scored(0.5, 0.5, 0.5, 0.5), scored(1.0, 0.75, 0.5, 0.25))
    assert (result.won, result.lost, result.tied, result.difference) == (2, 1, 1, 0.125)
    # By hand: of the 8 ways to sign 0.5, 0.25 and 0.25, six have a sum of at least 0.5 either way.
    assert result.p == 0.75


def test_compares_only_what_both_answered() -> None:
    assert compare(scored(0.0, 0.0), scored(1.0)).queries == 1


def test_chance_is_drawn_as_it_is_counted() -> None:
    # One query more than is counted out: drawing must come near to what counting gives.
    differences = [0.1] * EXACT_UP_TO + [-0.1]
    expected = 2 * (1 + EXACT_UP_TO + 1) / 2 ** (EXACT_UP_TO + 1)  # 13 or 14 of 14 signs alike
    assert randomisation_test(differences) == pytest.approx(expected, abs=0.001)
    assert randomisation_test(differences) == randomisation_test(differences)


def test_a_difference_that_is_only_order_of_adding_is_none() -> None:
    assert randomisation_test([(0.1 + 0.2 + 0.3) - (0.3 + 0.2 + 0.1)] * 8) == 1.0
