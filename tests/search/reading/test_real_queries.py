"""Titles and queries that nobody made up for this: none of them asks for a filter, so all are left as they are."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

import pymarc
import pytest

from marc_samples import SAMPLES
from search.reading.interpretation import Interpretation, interpret
from search.reading.services import service
from tests.search.reading.worked import TODAY
from tests.support.shared_data import shared

_WHO_WROTE = re.compile(r"siapa(?:kah)? (?:yang )?(?:penulis|pengarang|menulis)\b", re.IGNORECASE)


def changed(texts: Iterable[str]) -> list[tuple[str, Interpretation]]:
    """Texts that are read otherwise than as they stand, or taken for a question to the library, as written or in small letters."""
    forms = {form for text in texts for form in (text, text.lower())}
    read = ((form, interpret(form, TODAY)) for form in sorted(forms))
    return [(form, found) for form, found in read if found != Interpretation(form) or service(form)]


def titles(path: Path) -> Iterable[str]:
    with path.open("rb") as file:
        for record in pymarc.MARCReader(file, permissive=True):
            for field in record.get_fields("245")[:1] if record else ():
                yield " ".join(field.get_subfields("a")).strip(" /:;.,=")
                yield " ".join(" ".join(field.get_subfields("a", "b", "n", "p")).split()).strip(" /:;.,=")


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.mrc")), ids=lambda path: path.name)
def test_titles_of_the_samples_are_left_as_they_are(path: Path) -> None:
    assert not changed(titles(path))


def test_queries_of_a_university_library_are_left_as_they_are() -> None:
    with (shared("data/ir/virak_library_query_log") / "popular.csv").open(encoding="utf-8-sig") as file:
        queries = [row["search string"] for row in csv.DictReader(file)]
    assert len(queries) > 3000
    assert not changed(queries)


def test_indonesian_questions_are_left_as_they_are() -> None:
    folder = shared("data/ir/miracl_mrtydi_id_topics_qrels_nocorpus")
    lines = [line for path in folder.glob("topics.*.tsv") for line in path.read_text(encoding="utf-8").splitlines()]
    questions = [line.split("\t", 1)[1] for line in lines if "\t" in line]
    assert len(questions) > 4000
    asking_who_wrote = [text for text in questions if _WHO_WROTE.match(text)]
    assert len(asking_who_wrote) > 20
    assert not changed(set(questions) - set(asking_who_wrote))
    for form, found in changed(asking_who_wrote):
        assert form.rstrip(" ?").endswith(found.rest)
        assert not found.readings


def test_titles_of_an_indonesian_library_are_left_as_they_are() -> None:
    path = shared("data/catalog_id/bpk_puska") / "BukuIndux.csv"
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = [row[1].strip() for row in csv.reader(file) if len(row) > 1]
    assert len(rows) > 1000
    assert not changed(rows)
