"""The judged set over marc_samples is what docs/relevance.md says it is, and speaks of records that are there."""

import re
from collections import Counter
from pathlib import Path

import marc_samples
from ingest.identity import id_of
from search.evaluation import read_judgements, read_queries
from tests.relevance.judged import halved
from tests.relevance.samples import GRADES, JUDGEMENTS, QUERIES, read_table, samples
from tests.support.catalogue import documents

KINDS = {
    "known item", "title + author", "author", "subject", "question", "natural language", "topic", "misspelt",
    "word order", "old spelling", "isbn", "cross-language", "e-book page",
}  # fmt: skip


def test_every_kind_is_asked_in_both_halves_and_both_languages() -> None:
    queries = samples().queries
    assert {query.kind for query in queries} == KINDS
    assert min(Counter((query.kind, query.half) for query in queries).values()) >= 6
    assert min(Counter(query.language for query in queries).values()) >= 90


def test_no_query_is_asked_twice() -> None:
    queries = list(read_table(QUERIES))
    assert len({row["id"] for row in queries}) == len({row["text"] for row in queries}) == len(queries)


def test_every_query_is_judged_and_every_judgement_is_of_a_query() -> None:
    asked = {row["id"] for row in read_table(QUERIES)}
    judged = [(row["query"], row["record"]) for row in read_table(JUDGEMENTS)]
    assert {query for query, _ in judged} == asked
    assert len(set(judged)) == len(judged)
    assert {int(row["grade"]) for row in read_table(JUDGEMENTS)} == set(GRADES)


def test_every_judgement_names_the_title_of_its_record() -> None:
    # The title is there for people; where it disagrees with the number, one of them is a slip.
    titles = {document.id: document.title for document in documents([marc_samples.SAMPLES])}
    wrong = [
        row
        for row in read_table(JUDGEMENTS)
        if not titles.get(id_of("x", row["record"]), "").replace('"', "'").startswith(row["title"].strip())
    ]
    assert not wrong


def test_pages_are_judged_of_e_books_only() -> None:
    paged = [row for row in read_table(JUDGEMENTS) if row["pages"]]
    assert {row["record"] for row in paged} == {"telusur-ebook-0001", "telusur-ebook-0002", "telusur-ebook-0003"}
    kinds = {row["id"]: row["kind"] for row in read_table(QUERIES)}
    assert {kinds[row["query"]] for row in paged} == {"e-book page"}


def test_halves_are_drawn_the_same_way_every_time() -> None:
    queries = samples().queries
    once, again = halved(queries), halved(reversed(queries))
    assert {query.id: query.half for query in once} == {query.id: query.half for query in again}
    by_kind = Counter((query.kind, query.half) for query in once)
    assert all(by_kind[kind, "dev"] - by_kind[kind, "test"] in (0, 1) for kind in KINDS)


def test_is_written_as_the_command_reads_it(tmp_path: Path) -> None:
    judged = samples()
    arguments = judged.write(tmp_path)
    assert arguments[::2] == ["--queries", "--qrels"]
    assert read_queries(Path(arguments[1])) == {query.id: query.text for query in judged.queries}
    assert read_judgements(Path(arguments[3])) == {query.id: dict(query.relevant) for query in judged.queries}


def test_isbns_asked_for_are_isbns() -> None:
    asked = {row["text"] for row in read_table(QUERIES) if row["kind"] == "isbn"}
    wrong = {text for text in asked if not valid_isbn(re.sub(r"[^0-9Xx]", "", text.upper().replace("ISBN", "")))}
    assert wrong == {"9786021960120"}  # printed so in the book, and found by its 020 $z


def valid_isbn(figures: str) -> bool:
    values = [10 if figure in "Xx" else int(figure) for figure in figures]
    if len(values) == 13:
        return sum(value * (3 if n % 2 else 1) for n, value in enumerate(values)) % 10 == 0
    return len(values) == 10 and sum(value * (10 - n) for n, value in enumerate(values)) % 11 == 0
