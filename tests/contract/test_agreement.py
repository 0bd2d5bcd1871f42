"""The engines beside each other over the same real records: what may differ between them, and how far.

Filters, counts and sorts are equal. Rankings may differ where the engines round the length of a text differently or
break a tie: the top ten overlap by OVERLAP at least, on average.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from statistics import mean
from typing import Final

import pytest

import marc_samples
from ingest.ebooks import EbookStore
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from search.discovery import Discovery
from search.document import Document
from search.embedding import Embedder
from search.engine import Engine
from search.engines.facets import MAX_FACET_VALUES
from search.query import Filter, Mode
from search.query_language import parse
from search.schema import FACETS, SORTS
from tests.support.catalogue import documents, entries
from tests.support.elasticsearch.node import Node
from tests.support.embedders import WordEmbedder
from tests.support.engines import fresh_elastic, fresh_embedded
from tests.support.shared_data import shared

# The first test of a set waits until both engines are filled.
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

OVERLAP: Final = 0.9
RECORDS: Final = 7_000
# Records of a file are alike; those of all have every facet, and of six of them more values than are listed.
FROM_EACH: Final = 200
BATCH: Final = 500

QUESTIONS: Final = (
    "undang-undang dasar", "hak asasi manusia", "terumbu karang", "gempa bumi dan tsunami", "buku anak-anak", "perikanan laut",
    "sejarah indonesia", "kesehatan masyarakat", "perpustakaan", "pemrograman rust", "kepemilikan variabel", "presiden",
    "climate change", "coral reefs", "earthquake safety for children", "maps of volcanoes", "public health food",
    "how do I protect my home from floods", "human rights reports", "ocean science careers", "women in congress",
    "library of congress", "indonesia foreign relations", "\"united states\" history -war", "judul:ocean", "subjek:earthquakes",
    "pengarang:geological survey", "sail*", "music ATAU maps", "children's books", "what is ownership in rust", "",
)  # fmt: skip


class Pair:
    """Two engines with the same load, and searches over each."""

    def __init__(self, engines: Sequence[Engine], embedder: Embedder) -> None:
        self.engines = engines
        self.discoveries = [Discovery(engine, embedder) for engine in engines]

    def rank(self, text: str, mode: Mode, depth: int = 10) -> list[list[str]]:
        return [[hit.document.id for hit in d.search(parse(text), mode, 1, depth).hits] for d in self.discoveries]


@pytest.fixture(scope="module")
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture(scope="module")
def samples(elasticsearch_node: Node, embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The samples with their e-books, loaded as a user loads them."""
    with ExitStack() as stack:
        engines = _opened(stack, elasticsearch_node)
        store = EbookStore(tmp_path_factory.mktemp("ebooks"))
        reports = [Load(e, store, IngestJob((marc_samples.SAMPLES,), embedder=embedder)).run() for e in engines]
        assert reports[0].outcomes == reports[1].outcomes
        yield Pair(engines, embedder)


@pytest.fixture(scope="module")
def many(elasticsearch_node: Node, embedder: Embedder) -> Iterator[tuple[Pair, list[Document]]]:
    """RECORDS real records without e-books."""
    paths = [shared("data/marc/gpo_collections"), shared("data/marc/openlibrary"), shared("data/marc/gpo_monthly")]
    sample: list[Document] = []
    with ExitStack() as stack:
        engines = _opened(stack, elasticsearch_node)
        with ExitStack() as loads:
            writers = [loads.enter_context(e.rebuilding(embedder.name, embedder.dimensions)) for e in engines]
            made = islice(documents(paths, FROM_EACH), RECORDS)
            while batch := list(islice(made, BATCH)):
                sample += batch[::7]
                put = entries(batch, embedder)
                for writer in writers:
                    assert not writer.put(put).refused
        assert [engine.info().documents for engine in engines] == [RECORDS, RECORDS]
        yield Pair(engines, embedder), sample


def _opened(stack: ExitStack, node: Node) -> list[Engine]:
    return [stack.enter_context(fresh_embedded()), stack.enter_context(fresh_elastic(node.url))]


def questions_about(sample: Sequence[Document]) -> list[str]:
    """What readers type: words of a title, a name, a subject, a phrase, a title with its author."""
    chance = random.Random(11)
    asked = []
    for document in sample:
        title = document.title.split()
        start = chance.randrange(max(1, len(title) - 3))
        some = " ".join(title[start : start + chance.randint(1, 4)])
        name, subject = document.first("contributor"), document.first("subject")
        asked.append(chance.choice([some, name, subject, f'"{some}"', f"{some} {name.split(',')[0]}"]))
    return [text for text in asked if text.strip('" ')]


def overlap(pair: Pair, asked: Sequence[str], mode: Mode) -> float:
    """The mean share of each top ten that the other engine has too."""
    shares = []
    for text in asked:
        one, other = pair.rank(text, mode)
        shares.append(len(set(one) & set(other)) / max(len(one), len(other)) if one or other else 1.0)
    print(f"\n{mode}: {mean(shares):.0%} of the top tens of {len(asked)} searches are the same")  # shown by pytest -s
    return mean(shares)


@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
def test_top_tens_of_the_samples_overlap(samples: Pair, mode: Mode) -> None:
    assert overlap(samples, QUESTIONS, mode) >= OVERLAP


@pytest.mark.parametrize("mode", ["keyword", "hybrid", "semantic"])
def test_top_tens_of_many_records_overlap(many: tuple[Pair, list[Document]], mode: Mode) -> None:
    pair, sample = many
    assert overlap(pair, [*QUESTIONS, *questions_about(sample[::10])], mode) >= OVERLAP


def test_the_same_pages_are_shown_with_the_same_snippets(samples: Pair) -> None:
    shown = 0
    for text in (
        "undang-undang dasar",
        "presiden",
        "kedaulatan rakyat",
        "ownership",
        "kepemilikan",
        "fungsi",
        "warga negara",
    ):
        pages = [
            {hit.document.id: hit.pages for hit in d.search(parse(text), "keyword").hits if hit.pages}
            for d in samples.discoveries
        ]
        for id in pages[0].keys() & pages[1].keys():
            one, other = ({page.page: page for page in found[id]} for found in pages)
            assert len(one.keys() & other.keys()) >= 2 / 3 * max(len(one), len(other)), (text, id)
            assert all(one[number] == other[number] for number in one.keys() & other.keys())
            shown += 1
    assert shown >= 5


def test_filters_counts_and_sorts_are_equal(many: tuple[Pair, list[Document]]) -> None:
    pair, sample = many
    searchers = [engine.searcher() for engine in pair.engines]
    chance = random.Random(5)
    for document in chance.sample(sample, 40):
        filters = [
            Filter(name, (document.first(name),))
            for name in chance.sample(FACETS, 2)
            if document.first(name) and (name != "year" or document.year)
        ]
        for sort in SORTS:
            one, other = (searcher.keyword(parse("", filters, sort), 30) for searcher in searchers)
            assert one == other, (filters, sort)
        one_facets, other_facets = (searcher.facets(parse("", filters)) for searcher in searchers)
        for name in FACETS:
            # Where a facet has more values than are listed, which of the rarest are listed is each engine's; a chosen
            # one that is not among them stands in the list as well.
            values, others = one_facets[name], other_facets[name]
            counts, other_counts = ([v.count for v in found[:MAX_FACET_VALUES]] for found in (values, others))
            assert counts == other_counts, (filters, name)
            assert {v for v in values if v.chosen} == {v for v in others if v.chosen}
            least = min((v.count for v in values if not v.chosen), default=0)
            assert {v for v in values if v.count > least} == {v for v in others if v.count > least}, (filters, name)


def test_the_same_titles_are_suggested(many: tuple[Pair, list[Document]]) -> None:
    pair, sample = many
    for document in sample[::25]:
        typed = document.title[:7]
        one, other = (discovery.suggest(typed) for discovery in pair.discoveries)
        assert [s.count for s in one] == [s.count for s in other]
        assert {s for s in one if s.count > one[-1].count} == {s for s in other if s.count > one[-1].count}


def test_similar_titles_are_the_same(many: tuple[Pair, list[Document]]) -> None:
    pair, sample = many
    shares = []
    for document in sample[::50]:
        one, other = ({hit.document.id for hit in discovery.similar(document.id)} for discovery in pair.discoveries)
        shares.append(len(one & other) / max(len(one), len(other), 1) if one or other else 1.0)
    assert mean(shares) >= 0.95
