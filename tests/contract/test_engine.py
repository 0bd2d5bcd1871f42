"""What every engine promises (search/engine.py), tried on small catalogues."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from search.document import Contributor, DocumentId, Ebook, OnlineAccess, Page, RawRecord, Vernacular
from search.engine import Engine, Entry, Searcher
from search.errors import IndexBusy, IndexMissing, SchemaMismatch
from search.highlight import page_hit
from search.query import ANYWAY, ID, RECORD, Alternative, Clause, Filter, Group, Query
from search.query_language import parse
from search.questions import Facets, Keyword, Languages
from search.results import FacetValue, Ranking
from tests.support.documents import document, entry, unit

pytestmark = pytest.mark.long


def load(engine: Engine, *entries: Entry, dimensions: int = 0) -> Searcher:
    with engine.updating("model" if dimensions else "", dimensions) as writer:
        report = writer.put(entries)
    assert not report.refused
    return engine.searcher()


def ids(ranking: Ranking) -> list[str]:
    return [str(item.id) for item in ranking.items]


def found(searcher: Searcher, text: str, *filters: Filter, sort: str = "relevance") -> list[str]:
    ranking = searcher.keyword(parse(text, filters, sort), 50)
    assert ranking.total == len(ranking.items)
    return ids(ranking)


# --- publication ---


def test_without_an_index_both_doors_say_so(engine: Engine) -> None:
    with pytest.raises(IndexMissing):
        engine.info()
    with pytest.raises(IndexMissing):
        engine.searcher()


def test_an_empty_load_publishes_an_empty_index(engine: Engine) -> None:
    searcher = load(engine)
    assert engine.info().documents == 0
    assert found(searcher, "laut") == []
    assert not any(searcher.facets(parse("")).values())


def test_info_counts_documents_pages_and_passages(engine: Engine) -> None:
    load(engine, entry("a.1", "Laut", pages=["x", "y"], vectors=[unit(1, 0), unit(0, 1)]), entry("a.2"), dimensions=2)
    info = engine.info()
    assert (info.documents, info.pages, info.passages) == (2, 2, 2)
    assert (info.embedder, info.dimensions) == ("model", 2)


def test_the_generation_changes_with_every_publication(engine: Engine) -> None:
    load(engine, entry("a.1", "Laut"))
    before = engine.info().generation
    load(engine, entry("a.1", "Gunung"))
    changed = engine.info().generation
    assert changed != before
    with engine.rebuilding() as writer:
        writer.put([entry("a.1", "Gunung")])
    assert engine.info().generation not in (before, changed)


def test_a_searcher_keeps_its_view_while_a_writer_publishes(exclusive_engine: Engine) -> None:
    engine = exclusive_engine
    held = load(engine, entry("a.1", "Laut", pages=["ikan"], vectors=[unit(1, 0)]), dimensions=2)
    for number in range(2, 6):
        load(engine, entry(f"a.{number}", "Laut", vectors=[unit(0, 1)]), dimensions=2)
    assert found(held, "laut") == ["a.1"]
    assert ids(held.semantic(unit(0, 1), parse(""), 9)) == ["a.1"]
    assert held.pages(DocumentId("a.1"), 1, 1)
    assert len(found(engine.searcher(), "laut")) == 5


def test_nothing_is_visible_before_the_load_is_closed(engine: Engine) -> None:
    load(engine, entry("a.1", "Laut"))
    with engine.updating() as writer:
        writer.put([entry("a.2", "Laut")])
        assert found(engine.searcher(), "laut") == ["a.1"]
    assert sorted(found(engine.searcher(), "laut")) == ["a.1", "a.2"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_rebuild_that_fails_leaves_the_index_as_it_was(engine: Engine, error: type[BaseException]) -> None:
    load(engine, entry("a.1", "Laut"))
    generation = engine.info().generation
    with pytest.raises(error), engine.rebuilding() as writer:  # noqa: PT012 - the load fails as a whole
        writer.put([entry("a.2", "Laut")])
        raise error
    assert engine.info().generation == generation
    assert found(load(engine), "laut") == ["a.1"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_update_that_fails_is_undone_where_there_is_one_writer(
    exclusive_engine: Engine, error: type[BaseException]
) -> None:
    engine = exclusive_engine
    load(engine, entry("a.1", "Laut"))
    generation = engine.info().generation
    with pytest.raises(error), engine.updating() as writer:  # noqa: PT012 - the load fails as a whole
        writer.put([entry("a.2", "Laut")])
        writer.delete([DocumentId("a.1")])
        raise error
    assert engine.info().generation == generation
    assert found(load(engine), "laut") == ["a.1"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_update_that_fails_keeps_what_was_acknowledged_where_writers_share(
    shared_engine: Engine, error: type[BaseException]
) -> None:
    engine = shared_engine
    load(engine, entry("a.1", "Laut"), entry("a.2", "Laut"))
    with pytest.raises(error), engine.updating() as writer:  # noqa: PT012 - the load fails as a whole
        assert writer.put([entry("a.3", "Laut")]).written == ("a.3",)
        assert writer.delete([DocumentId("a.1")]) == 1
        raise error
    assert sorted(found(load(engine), "laut")) == ["a.2", "a.3"]


def test_the_index_answers_throughout_a_rebuild(engine: Engine) -> None:
    load(engine, *(entry(f"a.{n}", "Laut", pages=["ikan"], topic=f"s{n}") for n in range(20)))
    over = threading.Event()
    sizes = (30, 25)

    def searching() -> list[int]:
        totals, torn = [], 0
        while not over.is_set():
            searcher = engine.searcher()
            query = parse("laut")
            words, facets = Keyword(query, 5), Facets(query)
            answers = searcher.answer([words, facets])
            told = [answers[words].total, len(answers[facets]["topic"])]
            totals += told
            torn += told[0] != told[1]
            assert searcher.best_pages(parse("ikan"), [DocumentId("a.1")])
        # Of a server's answers, only the round that a publication falls into may be of both indexes.
        assert torn <= (len(sizes) if engine.info().engine == "elasticsearch" else 0)
        return totals

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(searching) for _ in range(2)]
        for size in sizes:
            with engine.rebuilding() as writer:
                for n in range(size):
                    writer.put([entry(f"a.{n}", "Laut", pages=["ikan"], topic=f"s{n}")])
                assert engine.searcher().keyword(parse("laut"), 0).total in (20, 30)
        over.set()
        totals = [total for reader in readers for total in reader.result(60)]
    assert set(totals) <= {20, 30, 25}
    assert found(engine.searcher(), "laut") != []
    assert engine.searcher().keyword(parse("laut"), 0).total == 25


def test_rebuilding_starts_from_nothing(engine: Engine) -> None:
    load(engine, entry("a.1", "Laut", vectors=[unit(1, 0)]), dimensions=2)
    with engine.rebuilding("other", 3) as writer:
        writer.put([entry("a.2", "Laut", vectors=[unit(1, 0, 0)])])
    assert found(engine.searcher(), "") == ["a.2"]
    assert (engine.info().embedder, engine.info().dimensions) == ("other", 3)
    assert engine.searcher().embedder == "other"


@pytest.mark.parametrize(
    ("first", "second"), [("updating", "rebuilding"), ("rebuilding", "updating"), ("rebuilding",) * 2]
)
def test_a_rebuild_is_alone(engine: Engine, first: str, second: str) -> None:
    with getattr(engine, first)():
        with pytest.raises(IndexBusy, match="process"), getattr(engine, second)():
            pass
        with pytest.raises(IndexBusy), getattr(engine, second)():  # the one refused has not driven the first out
            pass
    with getattr(engine, second)():
        pass


def test_a_second_update_is_told_that_the_index_is_busy_where_there_is_one_writer(exclusive_engine: Engine) -> None:
    engine = exclusive_engine
    with engine.updating(), pytest.raises(IndexBusy, match="process"), engine.updating():
        pass
    with engine.updating():
        pass


def test_two_updates_at_once_end_with_the_union_where_writers_share(shared_engine: Engine) -> None:
    engine = shared_engine
    with engine.updating() as first, engine.updating() as second:
        first.put([entry("a.1", "Laut")])
        second.put([entry("a.2", "Laut")])
        first.put([entry("a.3", "Laut")])
    assert sorted(found(engine.searcher(), "laut")) == ["a.1", "a.2", "a.3"]


def test_vectors_of_another_model_are_not_mixed_in(engine: Engine) -> None:
    load(engine, entry("a.1", "Laut", vectors=[unit(1, 0)]), dimensions=2)
    with pytest.raises(SchemaMismatch), engine.updating("model", 3):
        pass
    with pytest.raises(SchemaMismatch), engine.updating("other", 2):
        pass
    with pytest.raises(SchemaMismatch):
        engine.searcher().semantic(unit(1, 0, 0), parse(""), 5)


# --- writing ---


def test_put_replaces_by_id(engine: Engine) -> None:
    load(engine, entry("a.1", "Laut", pages=["lama"]), entry("a.2", "Darat"))
    searcher = load(engine, entry("a.1", "Gunung", pages=["baru"]))
    assert found(searcher, "laut") == []
    assert found(searcher, "gunung") == ["a.1"]
    assert [page.text for page in searcher.pages(DocumentId("a.1"), 1, 9)] == ["baru"]
    assert engine.info().documents == 2


def test_the_later_of_two_entries_with_one_id_stands(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "Laut"), entry("a.1", "Gunung"))
    assert found(searcher, "") == ["a.1"]
    assert found(searcher, "gunung") == ["a.1"]


def test_delete_gives_how_many_were_there(engine: Engine) -> None:
    load(engine, entry("a.1", "Laut", pages=["x"]), entry("a.2", "Darat"))
    with engine.updating() as writer:
        assert writer.delete([DocumentId("a.1"), DocumentId("a.9")]) == 1
        assert writer.delete([DocumentId("a.1")]) == 0
    assert found(engine.searcher(), "") == ["a.2"]
    assert engine.info().pages == 0


def test_a_document_deleted_and_put_again_in_one_load_is_there(engine: Engine) -> None:
    load(engine, entry("a.1", "Laut", vectors=[unit(1, 0)]), dimensions=2)
    with engine.updating("model", 2) as writer:
        writer.delete([DocumentId("a.1")])
        writer.put([entry("a.1", "Gunung", vectors=[unit(0, 1)])])
    assert found(engine.searcher(), "gunung") == ["a.1"]
    assert engine.searcher().vector(DocumentId("a.1")) is not None


def test_fingerprints_are_those_of_the_documents_that_exist(engine: Engine) -> None:
    marked = [replace(found, document=replace(found.document, fingerprint=f"f-{found.document.id}")) for found in
              (entry("a.1", "Laut"), entry("a.2", "Ikan"))]  # fmt: skip
    with engine.updating() as writer:
        writer.put(marked)
    searcher = engine.searcher()
    assert searcher.fingerprints(list(map(DocumentId, ("a.2", "a.9", "a.1", "a.2")))) == {
        "a.1": "f-a.1",
        "a.2": "f-a.2",
    }
    assert searcher.fingerprints([]) == {}


def test_languages_are_those_of_the_documents_that_exist(engine: Engine) -> None:
    searcher = load(
        engine, entry("a.1", "Laut", language=["ind", "eng"]), entry("a.2", "Ikan"), entry("a.3", "Sea", language="eng")
    )
    ids = list(map(DocumentId, ("a.3", "a.9", "a.1", "a.2", "a.3")))
    found = searcher.languages(ids)
    assert {id: set(codes) for id, codes in found.items()} == {"a.1": {"ind", "eng"}, "a.2": set(), "a.3": {"eng"}}
    question = Languages(ids[:1])
    assert searcher.answer([question])[question] == {"a.3": ("eng",)}
    assert searcher.languages([]) == {}


def broken(id: str) -> list[Entry]:
    sound = entry(id, "Laut", pages=["x"])
    return [
        replace(sound, pages=(Page(-1, "", "x"),)),
        replace(sound, pages=(Page("1", "", "x"),)),  # type: ignore[arg-type]
        replace(sound, pages=(Page(1, "", None),)),  # type: ignore[arg-type]
        replace(sound, pages=(Page(2**70, "", "x"),)),
        replace(sound, document=replace(sound.document, fields={"title": (7,)})),  # type: ignore[dict-item]
        replace(sound, document=replace(sound.document, fields={"titel": ("Laut",)})),
        replace(sound, document=replace(sound.document, id="")),  # type: ignore[arg-type]
        replace(sound, document=replace(sound.document, links=(object(),))),  # type: ignore[arg-type]
        replace(sound, vectors=np.zeros((3, 2), np.float32)),
        replace(entry(id, "Laut", vectors=[unit(1, 0)]), vectors=np.full((1, 2), np.nan, np.float32)),
        replace(entry(id, "Laut", vectors=[unit(1, 0)]), vectors=np.full((1, 2), 1e300)),
        replace(entry(id, "Laut", vectors=[unit(1, 0, 0)])),
    ]


@pytest.mark.parametrize("which", range(len(broken("x"))))
def test_a_bad_entry_is_refused_and_its_neighbours_are_written(engine: Engine, which: int) -> None:
    bad = broken("a.2")[which]
    with engine.updating("model", 2) as writer:
        report = writer.put([entry("a.1", "Laut"), bad, entry("a.3", "Laut")])
    assert list(report.written) == ["a.1", "a.3"]
    assert [refusal.id for refusal in report.refused] == [bad.document.id]
    assert report.refused[0].reason
    assert sorted(found(engine.searcher(), "laut")) == ["a.1", "a.3"]


HOSTILE = [
    "(" * 10_000 + "a" + ")" * 10_000,
    "NOT " * 5_000,
    "kata " * 20_000,
    "x" * 1_000_000,
    "".join(map(chr, range(33))) + "\x7f\x85",
    "\ud800 laut \udfff",
    "😀👩‍👩‍👧‍👦🇮🇩",
    "\u202eلحب\u202c שלום \u200f",
    "e\u0301" * 5_000,
    "\\\"'[]{}^~*?:/&|!+-",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_stored_searched_and_suggested_without_harm(engine: Engine, text: str) -> None:
    searcher = load(
        engine,
        entry("a.1", text, pages=[text], contributor=text, subject=text, isbn=text, year=text, call_number=text),
        entry("a.2", "Laut"),
    )
    assert found(searcher, "", sort="title")
    assert len(searcher.fetch([DocumentId("a.1"), DocumentId("a.2")])) == 2
    raw = Query(
        text, (Clause(text[:3000]), Clause(text[:50], prefix=True, negated=True)), (Filter("subject", (text,)),)
    )
    for query in (parse(text), raw, raw.lifting("subject")):
        searcher.keyword(query, 10)
        searcher.facets(query)
        searcher.best_pages(query, [DocumentId("a.1")])
    searcher.suggest(text[:100], 5)


def test_thousands_of_subjects_are_kept_searched_and_counted(engine: Engine) -> None:
    subjects = [f"Pokok{n} 🌊 شعاب {n}" for n in range(5000)]
    first, second = (
        entry(f"a.{n}", "Laut", subject=held, topic=held) for n, held in ((1, subjects), (2, subjects[:1]))
    )
    searcher = load(engine, first, second)
    assert found(searcher, "subjek:pokok4999") == ["a.1"]
    assert sorted(found(searcher, "", Filter("subject", (subjects[0],)))) == ["a.1", "a.2"]
    assert searcher.facets(parse(""))["topic"][0] == FacetValue(subjects[0], 2)
    assert searcher.fetch([DocumentId("a.1")])[0].values("subject") == tuple(subjects)


# --- words ---


def test_all_of_a_few_words_must_be_found_in_any_fields(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Laskar pelangi", contributor="Hirata, Andrea"),
        entry("a.2", "Laskar pelangi", contributor="Orang lain"),
        entry("a.3", "Karya Hirata"),
    )
    assert found(searcher, "laskar pelangi hirata") == ["a.1"]


def test_related_words_are_found_after_the_written_one(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Pustaka desa", language="ind"),
        entry("a.2", "Perpustakaan desa", language="ind"),
        entry("a.3", "Desa", language="ind"),
    )
    assert found(searcher, "perpustakaan") == ["a.2", "a.1"]


def test_each_language_is_stemmed_by_its_own_rules(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "Libraries", language="eng"), entry("a.2", "Bermain", language="ind"))
    assert found(searcher, "library") == ["a.1"]
    assert found(searcher, "permainan") == ["a.2"]


def test_reduplication_and_diacritics_make_no_difference(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "Buku-buku Qurʼān"), entry("a.2", "Buku quran"))
    assert sorted(found(searcher, "buku Qur'an")) == ["a.1", "a.2"]
    assert sorted(found(searcher, "buku-buku quran")) == ["a.1", "a.2"]


def test_what_shows_nothing_parts_no_word(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "Perpus\u00adtakaan ke\u200bliling"), entry("a.2", "Perpustakaan keliling"))
    for asked in ("perpustakaan keliling", "per\u2060pustakaan keli\u00adling", 'judul:"perpus\u200btakaan keliling"'):
        assert sorted(found(searcher, asked)) == ["a.1", "a.2"]


def test_a_title_hit_stands_before_a_hit_in_the_e_book(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Sejarah desa", pages=["terumbu karang " * 200, "terumbu"]),
        entry("a.2", "Terumbu karang dan segala sesuatu yang hidup di dalamnya: sebuah pengantar yang panjang"),
        entry("a.3", "Lain", note="terumbu karang"),
    )
    assert found(searcher, "terumbu karang")[0] == "a.2"
    assert sorted(found(searcher, "terumbu karang")) == ["a.1", "a.2", "a.3"]


def test_where_some_words_are_enough_a_number_counts_where_it_stands(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Soal ujian"),
        entry("a.2", "Soal ujian 2024"),
        entry("a.3", "Laporan 2024"),
        entry("a.4", "Laporan", pages=["2024"]),
    )
    asked = parse("soal cpns 2024").loosened()
    assert ids(searcher.keyword(asked, 10)) == ["a.2", "a.1"]


def test_where_some_words_are_enough_a_number_is_one_that_is_a_whole_title(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "1984", contributor="Orwell, George"),
        entry("a.2", "Almanak 1984"),
        entry("a.3", "Distopia dalam sastra"),
    )
    assert sorted(ids(searcher.keyword(parse("distopia roman 1984").loosened(), 10))) == ["a.1", "a.3"]
    assert ids(searcher.keyword(parse("distopia roman 1984 -orwell").loosened(), 10)) == ["a.3"]


def test_the_title_itself_comes_first_whatever_else_was_read_in_it(engine: Engine) -> None:
    searcher = load(
        engine,
        *(entry(f"a.{n}", f"Deru {n}, kumpulan puisi", contributor="Anwar, Chairil") for n in range(5)),
        entry("b.1", "Kumpulan puisi karya Chairil Anwar", contributor="Sutrisno, Budi"),
        entry("b.2", "Kumpulan puisi karya Chairil Anwar dan Rendra", contributor="Sutrisno, Budi"),
    )
    text = "Kumpulan Puisi karya Chairil Anwar"
    asked = replace(parse("kumpulan puisi pengarang:chairil pengarang:anwar"), text=text)
    assert ids(searcher.keyword(asked, 10))[0] == "b.1"
    assert searcher.keyword(asked, 10).total == 6
    assert searcher.keyword(replace(asked, filters=(Filter("contributor", ("Anwar, Chairil",)),)), 10).total == 5
    explicit = parse("pengarang:chairil pengarang:anwar")
    for text in ("kumpulan puisi", "(kumpulan puisi karya chairil anwar)"):
        assert searcher.keyword(replace(explicit, text=text), 10).total == 5
    scoped = replace(parse("anwar", within="contributor"), text=asked.text)
    assert searcher.keyword(scoped, 10).total == 5
    unwanted = replace(parse("puisi -sutrisno"), text="kumpulan puisi karya chairil anwar")
    assert "b.1" not in ids(searcher.keyword(unwanted, 10))


def test_the_call_number_itself_comes_first(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Kumpulan H", call_number="813 LIY b", subject="813 liy"),
        entry("a.2", "Hujan", call_number="813 LIY h"),  # "h" is a word of grammar, as that of Haji before names
        entry("a.3", "Hujan", call_number="813 LIY h/2"),
        entry("a.4", "Kumpulan H", call_number="2X4 LIY b", subject="2x4 liy"),
        entry("a.5", "Hujan", call_number="2X4 LIY h"),  # a class of the Indonesian scheme for Islam
    )
    assert set(ids(searcher.keyword(parse("813 LIY h"), 10))[:2]) == {"a.2", "a.3"}
    assert ids(searcher.keyword(parse("2x4 liy h"), 10))[0] == "a.5"


def test_the_title_itself_comes_first(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Bumi manusia dan bumi manusia", subject="Bumi manusia"),
        entry("a.2", "Manusia di bumi", subject=["Bumi", "Manusia"]),
        entry("a.3", "Bumi manusia"),
        entry("a.4", "Tentang bumi manusia", subject="Bumi manusia"),
    )
    assert found(searcher, "bumi manusia")[0] == "a.3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"terumbu karang"', ["a.1"]),
        ("terumbu karang", ["a.1", "a.2"]),
        ("terumbu -hias", ["a.1"]),
        ("-hias", ["a.1", "a.3"]),
        ("judul:karang", ["a.1", "a.2"]),
        ("subjek:karang", ["a.3"]),
        ("hias ATAU ikan", ["a.2", "a.3"]),
        ("karan*", ["a.1", "a.2", "a.3"]),
        ("kara*", ["a.1", "a.2", "a.3"]),
        ("aran*", []),
        ("terumbu yang karang", ["a.1", "a.2"]),
        ("", ["a.1", "a.2", "a.3"]),
    ],
)
def test_the_ways_of_asking(engine: Engine, text: str, expected: list[str]) -> None:
    searcher = load(
        engine,
        entry("a.1", "Terumbu karang"),
        entry("a.2", "Karang hias dari terumbu"),
        entry("a.3", "Ikan", subject="Karang"),
    )
    assert sorted(found(searcher, text)) == expected


def test_of_many_words_a_quarter_is_enough(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "satu1 dua1 tiga1"), entry("a.2", "satu1 dua1"), entry("a.3", "satu1"))
    assert found(searcher, "satu1 dua1 tiga1 empat1 lima1") == ["a.1", "a.2"]
    assert found(searcher, "satu1 dua1 empat1") == []


@pytest.mark.parametrize(
    "typed", ["0-306-40615-2", "0306406152", "978-0-306-40615-7", "9780306406157", "isbn:0306406152"]
)
@pytest.mark.parametrize("held", ["0306406152", "978-0-306-40615-7"])
def test_an_isbn_is_found_in_every_form(engine: Engine, typed: str, held: str) -> None:
    searcher = load(engine, entry("a.1", "Laut", isbn=held), entry("a.2", "Darat", isbn="9786020332956"))
    assert found(searcher, typed) == ["a.1"]


@pytest.mark.parametrize("typed", ["10.1234/abc.5", "https://doi.org/10.1234/ABC.5", "doi:10.1234/abc.5"])
def test_a_doi_is_found_as_a_name_and_as_an_address(engine: Engine, typed: str) -> None:
    searcher = load(engine, entry("a.1", "Laut", doi="10.1234/abc.5"), entry("a.2", "Darat"))
    assert found(searcher, typed) == ["a.1"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("https://www.repo.example.ac.id/id/eprint/12", ["a.1"]),
        ("http://repo.example.ac.id/id/eprint/12/", ["a.1"]),
        ("www.repo.example.ac.id/id/eprint/12", ["a.1"]),
        ("pengenal:https://repo.example.ac.id/id/eprint/12", ["a.1"]),
        ("https://repo.example.ac.id/id/eprint/1", []),
        ("https://hdl.handle.net/123456789/45", ["a.2"]),
        ("https://perpus.example.org/bitstream/handle/123456789/45/isi.pdf", ["a.2"]),
        ("hdl:123456789/45", ["a.2"]),
        ("123456789/45", ["a.2"]),
        ("https://example.org/Peta%20S%C3%A9.pdf", ["a.3"]),
        ("https://example.org/" + "panjang/" * 20, ["a.3"]),
        ("www.hasilkan-uang.com", ["a.4"]),  # a title
        ("https://perpus.example.net/lama", ["a.5"]),  # in a note
        ("laut", ["a.1"]),
    ],
)
def test_a_record_is_found_by_the_address_of_a_link(engine: Engine, typed: str, expected: list[str]) -> None:
    def linked(id: str, title: str, *urls: str) -> Entry:
        made = document(id, title, other_number="SNI 45")
        return Entry(replace(made, links=tuple(OnlineAccess(url) for url in urls)))

    searcher = load(
        engine,
        linked("a.1", "Laut", "http://repo.example.ac.id/id/eprint/12"),
        linked("a.2", "Danau", "https://perpus.example.org/handle/123456789/45"),
        linked("a.3", "Peta", "https://example.org/Peta%20Sé.pdf", "http://example.org/" + "panjang/" * 20),
        entry("a.4", "www.hasilkan-uang.com : novel"),
        entry("a.5", "Teluk", note="Semula di http://perpus.example.net/lama/."),
    )
    assert found(searcher, typed) == expected
    assert set(found(searcher, "SNI45")) == {"a.1", "a.2", "a.3"}  # its own numbers are found as before


@pytest.mark.parametrize("id", ["a.1", "A/1 <b>&", "b.7"])
def test_a_document_is_found_by_its_id_and_by_those_of_records_joined_into_it(engine: Engine, id: str) -> None:
    own = "a.1" if id == "b.7" else id
    searcher = load(engine, entry(own, "Laut", record_id=(own, "b.7")), entry("a.12", "a.1"), entry("b.71", "b.7"))
    assert ids(searcher.keyword(Query(parts=(Clause(id, ID),)), 10)) == [own]


def test_original_script_is_searched(engine: Engine) -> None:
    made = document("a.1", "Tōkyō monogatari")
    made = replace(made, vernacular=(Vernacular("title", "東京物語"),))
    searcher = load(engine, Entry(made), entry("a.2", "京都"))
    assert found(searcher, '"東京"') == ["a.1"]


def test_depth_bounds_the_items_and_not_the_total(engine: Engine) -> None:
    searcher = load(engine, *(entry(f"a.{n}", "Laut") for n in range(9)))
    for sort in ("relevance", "title"):
        ranking = searcher.keyword(parse("laut", sort=sort), 4)
        assert (len(ranking.items), ranking.total) == (4, 9)
        assert searcher.keyword(parse("laut", sort=sort), 0) == Ranking((), 9)


def test_also_adds_documents_that_pass_the_filters(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "Laut", format="book"), entry("a.2", "x", format="book"), entry("a.3", "y"))
    also = [DocumentId("a.2"), DocumentId("a.3"), DocumentId("a.9")]
    assert ids(searcher.keyword(parse("laut"), 9, also)) == ["a.1", "a.2", "a.3"]
    assert ids(searcher.keyword(parse("laut", [Filter("format", ("book",))]), 9, also)) == ["a.1", "a.2"]
    assert searcher.keyword(parse("laut"), 9, also).items[1].score == 0.0


def test_a_wordless_query_finds_what_is_added_only(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "Laut"), entry("a.2", "Laut"))
    query = parse("laut").by_meaning_only()
    assert searcher.keyword(query, 9).total == 0
    assert ids(searcher.keyword(query, 9, [DocumentId("a.2")])) == ["a.2"]
    assert searcher.weigh(query, [DocumentId("a.2")]).words == {}


def test_scores_are_on_the_scale_of_the_ranking(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "Laut biru"), entry("a.2", "Laut", subject="x"), entry("a.3", "Darat"))
    ranking = {item.id: item.score for item in searcher.keyword(parse("laut"), 9).items}
    asked = [DocumentId(id) for id in ("a.2", "a.3", "a.9")]
    weights = searcher.weigh(parse("laut", [Filter("subject", ("y",))]), asked)
    assert weights.words == pytest.approx({DocumentId("a.2"): ranking[DocumentId("a.2")]})
    assert weights.passing == set()
    assert searcher.weigh(parse("laut", [Filter("subject", ("x",))]), asked).passing == {"a.2"}
    assert searcher.weigh(parse("laut"), asked).passing == {"a.2", "a.3"}


# --- filters, facets, sorting ---


def test_values_of_one_filter_are_alternatives_and_filters_add_up(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "x", subject=["Laut", "Ikan"], format="book"),
        entry("a.2", "x", subject="Laut, Dalam", format="map"),
        entry("a.3", "x", subject="laut", format="book"),
    )
    assert found(searcher, "", Filter("subject", ("Laut",))) == ["a.1"]
    assert sorted(found(searcher, "", Filter("subject", ("Laut", "laut")))) == ["a.1", "a.3"]
    assert found(searcher, "", Filter("subject", ("Laut", "Laut, Dalam")), Filter("format", ("map",))) == ["a.2"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2014", ["a.1"]), ("2010..2019", ["a.1", "a.2"]), ("..1999", ["a.3"]), ("2015..", ["a.2"]), ("2020..2001", [])],
)
def test_years_are_filtered_by_range(engine: Engine, value: str, expected: list[str]) -> None:
    searcher = load(
        engine,
        entry("a.1", "x", year="2014"),
        entry("a.2", "x", year=["2008", "2019"]),
        entry("a.3", "x", year="1990"),
        entry("a.4", "x", year="19uu"),
    )
    assert sorted(found(searcher, "", Filter("year", (value,)))) == expected


def test_values_can_be_kept_out_beside_chosen_ones(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "x", format="book", language=["ind", "eng"], year="2014"),
        entry("a.2", "x", format="book", language="ind", year="1999"),
        entry("a.3", "x", format="map", language="ind"),
        entry("a.4", "x", format="audio"),
    )

    def kept_out(field: str, *values: str) -> Filter:
        return Filter(field, values, negated=True)

    assert sorted(found(searcher, "", kept_out("format", "map", "audio"))) == ["a.1", "a.2"]
    assert found(searcher, "", kept_out("language", "ind")) == ["a.4"]
    assert found(
        searcher, "", Filter("language", ("ind",)), kept_out("language", "eng"), kept_out("format", "map")
    ) == ["a.2"]
    assert sorted(found(searcher, "", kept_out("year", "2010..2019"))) == ["a.2", "a.3", "a.4"]
    assert sorted(found(searcher, "", kept_out("format", "globe"))) == ["a.1", "a.2", "a.3", "a.4"]


def test_counts_leave_out_what_is_kept_out_and_siblings_do_not_bring_it_back(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "x", format="book", language=["ind", "eng"]),
        entry("a.2", "x", format="book", language="ind"),
        entry("a.3", "x", format="map", language="ind"),
    )
    without_english = Filter("language", ("eng",), negated=True)
    facets = searcher.facets(parse("", [without_english]))
    assert list(facets["language"]) == [FacetValue("ind", 2)]
    assert list(facets["format"]) == [FacetValue("book", 1), FacetValue("map", 1)]
    chosen = searcher.facets(parse("", [without_english, Filter("language", ("ind",)), Filter("format", ("map",))]))
    assert list(chosen["language"]) == [FacetValue("ind", 1, chosen=True)]
    assert list(chosen["format"]) == [FacetValue("book", 1), FacetValue("map", 1, chosen=True)]


def test_all_values_of_a_facet_are_listed_where_the_results_name_only_some(engine: Engine) -> None:
    entries = [
        entry(f"a.{n}", "laut", topic=[f"t{n:03}", "all"], format="map" if n % 2 else "book") for n in range(260)
    ]
    searcher = load(engine, *entries, entry("b.1", "danau", topic="none of these"))
    query = parse("laut", [Filter("topic", ("t007", "t009")), Filter("format", ("map",))])
    values = {value.value: value for value in searcher.facet_values("topic", query)}
    assert len(searcher.facets(query.lifting("format"))["topic"]) < 260
    assert len(values) == 131  # every second one, and what they share
    assert values["all"] == FacetValue("all", 130)
    assert values["t007"] == FacetValue("t007", 1, chosen=True)
    assert len(searcher.facet_values("topic", parse("laut"))) == 261
    also = searcher.facet_values("topic", parse("laut"), [DocumentId("b.1")])
    assert FacetValue("none of these", 1) in also
    assert list(searcher.facet_values("format", parse("laut"))) == [FacetValue("book", 130), FacetValue("map", 130)]


def test_a_chosen_facet_still_lists_its_siblings(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "x", format="book", language=["ind", "eng"]),
        entry("a.2", "x", format="book", language="ind"),
        entry("a.3", "x", format="map", language="ind"),
    )
    facets = searcher.facets(parse("", [Filter("format", ("map", "globe"))]))
    assert list(facets["format"]) == [
        FacetValue("book", 2),
        FacetValue("map", 1, chosen=True),
        FacetValue("globe", 0, chosen=True),
    ]
    assert list(facets["language"]) == [FacetValue("ind", 1)]


def test_years_are_counted_by_decade_newest_first_each_document_once(engine: Engine) -> None:
    searcher = load(
        engine, entry("a.1", "x", year=["2011", "2014"]), entry("a.2", "x", year="2019"), entry("a.3", "x", year="1899")
    )
    assert list(searcher.facets(parse(""))["year"]) == [FacetValue("2010..2019", 2), FacetValue("1890..1899", 1)]
    chosen = searcher.facets(parse("", [Filter("year", ("2014..",))]))["year"]
    assert FacetValue("2014..", 2, chosen=True) in chosen


def test_counts_stay_exact_with_thousands_of_values(engine: Engine) -> None:
    entries = [entry(f"a.{n}", "x", contributor=[f"Nama {n}", f"Sering {n % 50}"]) for n in range(3000)]
    load(engine, *entries[:1700])
    searcher = load(engine, *entries[1700:])
    counted = {value.value: value.count for value in searcher.facets(parse(""))["contributor"]}
    assert {name: count for name, count in counted.items() if name.startswith("Sering")} == {
        f"Sering {n}": 60 for n in range(50)
    }
    assert all(count == 1 for name, count in counted.items() if name.startswith("Nama"))


def titled(*titles: str) -> Sequence[Entry]:
    return [entry(f"a.{n}", title) for n, title in enumerate(titles)]


def test_titles_are_sorted_without_case_and_diacritics_empty_ones_last(engine: Engine) -> None:
    searcher = load(engine, *titled("zaman", "", "Éden", "(Abadi)", "eden baru", "abadi"))
    assert found(searcher, "", sort="title") == ["a.3", "a.5", "a.2", "a.4", "a.0", "a.1"]


def test_titles_are_sorted_by_what_follows_their_article(engine: Engine) -> None:
    searcher = load(engine, entry("a.0", "The sea", title_sort="sea"), entry("a.1", "Theatre"), entry("a.2", "Rivers"))
    assert found(searcher, "", sort="title") == ["a.2", "a.0", "a.1"]


@pytest.mark.parametrize(("sort", "expected"), [("newest", [2, 4, 1, 3]), ("oldest", [1, 4, 2, 3])])
def test_years_are_sorted_with_missing_ones_last(engine: Engine, sort: str, expected: list[int]) -> None:
    years = {1: "1990", 2: "2020", 3: "", 4: "2001"}
    searcher = load(engine, *(entry(f"a.{n}", "x", year=year) for n, year in years.items()))
    assert found(searcher, "", sort=sort) == [f"a.{n}" for n in expected]
    assert [item.score for item in searcher.keyword(parse("", sort=sort), 2).items] == [0.0, 0.0]


def test_equal_values_are_sorted_the_same_way_after_every_load(engine: Engine) -> None:
    load(engine, *(entry(f"a.{n}", "Laut") for n in (3, 1, 4)))
    searcher = load(engine, *(entry(f"a.{n}", "Laut") for n in (5, 3, 2)))
    assert found(searcher, "", sort="title") == [f"a.{n}" for n in (1, 2, 3, 4, 5)]


# --- reading ---


def test_a_document_comes_back_as_it_was_put(engine: Engine) -> None:
    made = replace(
        document("a.1", "Laut", year="2014"),
        contributors=(Contributor("Hirata, Andrea", ("aut",), main=True),),
        ebook=Ebook("ab" * 32, "laut.pdf", 7),
        raw=RawRecord("marc", bytes(range(256)), "x.mrc", 3),
        fingerprint="f",
    )
    searcher = load(engine, Entry(made), entry("a.2"))
    assert list(searcher.fetch([DocumentId("a.2"), DocumentId("a.9"), DocumentId("a.1")])) == [document("a.2"), made]


def test_pages_come_in_order_with_label_and_section(engine: Engine) -> None:
    pages = tuple(Page(n, f"L{n}", f"teks {n}", "Bab") for n in (3, 1, 2, 12))
    searcher = load(engine, Entry(document("a.1", "x"), pages))
    assert [page.number for page in searcher.pages(DocumentId("a.1"), 2, 12)] == [2, 3, 12]
    assert searcher.pages(DocumentId("a.1"), 3, 3) == (pages[0],)
    assert not searcher.pages(DocumentId("a.9"), 1, 5)


def test_best_pages_hold_all_words_if_any_page_does(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "x", pages=["ikan laut", "ikan", "laut ikan-ikan", "laut"]),
        entry("a.2", "x", pages=["ikan", "udang", "laut"]),
        entry("a.3", "x"),
    )
    hits = searcher.best_pages(parse("ikan laut"), [DocumentId(f"a.{n}") for n in (1, 2, 3, 9)])
    assert {id: [page.number for page in pages] for id, pages in hits.items()} == {"a.1": [1, 3], "a.2": [1, 3]}
    snippet = page_hit(hits[DocumentId("a.1")][1], parse("ikan laut")).snippet
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["laut", "ikan-ikan"]
    for nothing_for_pages in ("-ikan", "judul:ikan", ""):
        assert searcher.best_pages(parse(nothing_for_pages), [DocumentId("a.1")]) == {}


def test_of_many_words_a_page_with_all_stands_alone(engine: Engine) -> None:
    words = "satu1 dua1 tiga1 empat1 lima1"
    searcher = load(engine, entry("a.1", "x", pages=[words, words[:-6]]), entry("a.2", "x", pages=["x", words[:-6]]))
    hits = searcher.best_pages(parse(words), [DocumentId("a.1"), DocumentId("a.2")])
    assert {id: [page.number for page in pages] for id, pages in hits.items()} == {"a.1": [1], "a.2": [2]}


def test_of_many_phrases_of_which_any_is_enough_none_is_cut_to_a_word(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "Ikan"), entry("a.2", "Satu dua tiga"))
    phrases = ('"satu dua tiga"', *(f'"kata{n} lain{n} lagi{n}"' for n in range(20)), '"ikan laut dalam"')
    clauses = tuple(clause for phrase in phrases for clause in parse(phrase).clauses)
    assert ids(searcher.keyword(Query("", (Group(clauses, either=True),)), 9)) == ["a.2"]


def test_best_pages_are_few(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "x", pages=["ikan " + "lain " * 50] * 5 + ["ikan ikan"]))
    hits = searcher.best_pages(parse("ikan"), [DocumentId("a.1")], 2)[DocumentId("a.1")]
    assert len(hits) == 2
    assert hits[-1].number == 6


@pytest.mark.parametrize("prefix", ["lau", "LAUT ", "Láut bi"])
def test_suggestions_complete_what_was_typed_grouped_and_most_frequent_first(engine: Engine, prefix: str) -> None:
    searcher = load(
        engine,
        entry("a.1", "Laut biru", subject="Laut bintang"),
        entry("a.2", "Darat", subject="Laut bintang"),
        entry("a.3", "Di laut"),
    )
    assert [(s.text, s.field, s.count) for s in searcher.suggest(prefix, 5)] == [
        ("Laut biru", "title", 1),
        ("Laut bintang", "subject", 2),
    ]


def test_suggestions_know_names_as_they_are_spoken_and_the_parts_of_headings(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "x", contributor="Toer, Pramoedya Ananta", subject="Ikan -- Budi daya -- Bitung"),
        entry("a.2", "y", contributor="Toer, Pramoedya Ananta"),
        entry("a.3", "z", contributor="Pramono"),
    )
    toer = ("Toer, Pramoedya Ananta", "contributor", 2)
    assert [(s.text, s.field, s.count) for s in searcher.suggest("pram", 5)] == [toer, ("Pramono", "contributor", 1)]
    assert [(s.text, s.field, s.count) for s in searcher.suggest("toer, p", 1)] == [toer]
    assert [s.text for s in searcher.suggest("bitung", 5)] == ["Ikan -- Budi daya -- Bitung"]
    assert [s.text for s in searcher.suggest("budi", 5)] == ["Ikan -- Budi daya -- Bitung"]


def test_a_deleted_title_is_not_suggested(engine: Engine) -> None:
    load(engine, entry("a.1", "Laut"), entry("a.2", "Lampu"))
    with engine.updating() as writer:
        writer.delete([DocumentId("a.1")])
    assert [s.text for s in engine.searcher().suggest("la", 5)] == ["Lampu"]


# --- meaning ---


def test_the_best_passage_of_a_document_counts_and_names_its_page(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "x", vectors=[unit(0, 0, 1), unit(0, 1, 0), unit(1, 0, 0)]),
        entry("a.2", "x", vectors=[unit(1, 1, 0)]),
        entry("a.3", "x"),
        dimensions=3,
    )
    ranking = searcher.semantic(unit(1, 0, 0), parse("apa saja"), 9)
    assert [(item.id, item.page) for item in ranking.items] == [("a.1", 2), ("a.2", 0)]
    assert ranking.items[0].score == pytest.approx(1.0)
    assert ranking.total == 2


def test_an_index_without_vectors_finds_nothing_by_meaning(engine: Engine) -> None:
    assert load(engine, entry("a.1", "x")).semantic(unit(1, 0), parse(""), 9) == Ranking((), 0)


def test_the_record_s_own_vector_is_that_of_passage_zero(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "x", vectors=[unit(3, 4), unit(1, 0)]), entry("a.2"), dimensions=2)
    own = searcher.vector(DocumentId("a.1"))
    assert own is not None
    assert own.tolist() == pytest.approx([0.6, 0.8])
    assert searcher.vector(DocumentId("a.2")) is None


def test_replaced_vectors_are_found_no_more(engine: Engine) -> None:
    load(engine, entry("a.1", "x", vectors=[unit(1, 0)]), entry("a.2", "x", vectors=[unit(1, 1)]), dimensions=2)
    searcher = load(engine, entry("a.1", "x", vectors=[unit(-1, 0)]), dimensions=2)
    assert ids(searcher.semantic(unit(1, 0), parse(""), 9)) == ["a.2", "a.1"]
    searcher = load(engine, entry("a.2", "x"))
    assert ids(searcher.semantic(unit(1, 0), parse(""), 9)) == ["a.1"]
    assert engine.info().passages == 1


def brute_force(vectors: dict[str, np.ndarray], asked: np.ndarray, keep: Callable[[str], bool]) -> list[str]:
    scored = [(-float((rows @ asked).max()), id) for id, rows in vectors.items() if keep(id)]
    return [id for _, id in sorted(scored)]


def test_nearness_under_filters_equals_brute_force_through_many_loads(engine: Engine) -> None:
    random = np.random.default_rng(7)
    vectors: dict[str, np.ndarray] = {}
    for _ in range(12):
        batch = []
        for _ in range(300):
            id = f"a.{random.integers(2900)}"
            rows = [unit(*random.normal(size=8)) for _ in range(random.integers(1, 4))]
            vectors[id] = np.stack(rows)
            batch.append(entry(id, "x", vectors=rows, format=f"f{int(id[2:]) % 40}", place=f"p{int(id[2:]) % 2}"))
        searcher = load(engine, *{each.document.id: each for each in batch}.values(), dimensions=8)
        # Of two entries with one id in a batch the later stands, here as in the engine.
    asked = unit(*random.normal(size=8))
    for filters, keep in (
        ([], lambda _: True),
        ([Filter("format", ("f3",))], lambda id: int(id[2:]) % 40 == 3),
        ([Filter("place", ("p1",))], lambda id: int(id[2:]) % 2 == 1),
    ):
        expected = brute_force(vectors, asked, keep)
        # Exact as deep as results are fused; far beyond, a server may rank by shortened vectors.
        assert ids(searcher.semantic(asked, parse("", filters), 50)) == expected[:50]
        assert ids(searcher.semantic(asked, parse("", filters), 7)) == expected[:7]
        assert set(ids(searcher.semantic(asked, parse("", filters), 5000))) == set(expected)


# --- the query language ---


LIBRARY = (
    entry("a.1", "Laut biru", pages=["ikan terbang"], year="2012", language="ind", contributor="Hirata, Andrea"),
    entry("a.2", "Danau biru", year="2015", language="ind"),
    entry("a.3", "Gunung merah", year="1999", language="eng", isbn="9786020332956"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("laut OR danau", {"a.1", "a.2"}),
        ("(laut OR danau) merah", set()),
        ("laut AND biru OR gunung", {"a.1", "a.3"}),
        ("biru NOT (laut OR gunung)", {"a.2"}),
        ("-(biru AND laut)", {"a.2", "a.3"}),
        ("gunung OR NOT biru", {"a.3"}),
        ("biru OR NOT laut", {"a.1", "a.2", "a.3"}),
        ("tahun:2010..2013", {"a.1"}),
        ("tahun:1999 OR danau", {"a.2", "a.3"}),
        ("-tahun:2010..", {"a.3"}),
        ("bahasa:eng", {"a.3"}),
        ("isi:terbang", {"a.1"}),
        ("isi:laut", set()),
        ("judul:(laut OR danau)", {"a.1", "a.2"}),
        ("978-602-03-3295-6", {"a.3"}),
        ("pengenal:9786020332956 OR laut", {"a.1", "a.3"}),
        ("pengarang: Andrea Hirata", {"a.1"}),
        ('pengarang:"Andrea Hirata"', {"a.1"}),
        ('pengarang:"Hirata, Andrea"', {"a.1"}),
        ('"Andrea Hirata"', {"a.1"}),
        ('-pengarang:"Andrea Hirata"', {"a.2", "a.3"}),
        ('judul:"biru laut"', set()),
    ],
)
def test_boolean_search_finds_exactly_what_it_says(engine: Engine, text: str, expected: set[str]) -> None:
    assert set(found(load(engine, *LIBRARY), text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bahasa:inggris", {"a.3"}),
        ("language:English", {"a.3"}),
        ("bahasa:en", {"a.3"}),
        ("bahasa:eng biru", set()),
        ("-bahasa:indonesia", {"a.3", "a.4"}),
        ("bahasa:(jawa OR inggris)", {"a.3", "a.4"}),
        ("format:peta", {"a.3"}),
        ("format:buku laut", {"a.1"}),
        ("format:map OR format:skripsi", {"a.3", "a.4"}),
        ("pembaca:anak", {"a.2"}),
        ("audience:kids", {"a.2"}),
        ("bahasa:lokal", {"a.2"}),
        ("bahasa:klingon", set()),
    ],
)
def test_a_code_is_found_by_the_words_patrons_have_for_it(engine: Engine, text: str, expected: set[str]) -> None:
    coded = (
        entry("a.1", "Laut biru", language="ind", format="book"),
        entry("a.2", "Danau biru", language=["ind", "lokal"], audience="children"),
        entry("a.3", "Gunung merah", language="eng", format="map"),
        entry("a.4", "Segara", language="jav", format="thesis"),
    )
    assert set(found(load(engine, *coded), text)) == expected


def test_pages_are_found_by_a_search_that_names_them(engine: Engine) -> None:
    searcher = load(engine, *LIBRARY)
    for text in ("isi:terbang", "ikan OR kuda", "judul:laut ikan -kuda"):
        assert [page.number for page in searcher.best_pages(parse(text), [DocumentId("a.1")])[DocumentId("a.1")]] == [1]


@pytest.mark.parametrize(
    ("old", "new"), [("Soekarno", "Sukarno"), ("Tjerita rakjat", "Cerita rakyat"), ("Djakarta", "Jakarta")]
)
@pytest.mark.parametrize("language", ["ind", "eng"])
def test_old_and_new_spelling_find_each_other_in_any_language(
    engine: Engine, old: str, new: str, language: str
) -> None:
    searcher = load(engine, entry("a.1", old, language=language), entry("a.2", new, language=language))
    assert set(found(searcher, old)) == set(found(searcher, new)) == {"a.1", "a.2"}


def translated(text: str, *others: tuple[str, ...], weight: float = 0.8, **where: str) -> Query:
    """A search for one clause and what it is called in the other language."""
    return Query(text, (Clause(text, others=tuple(Alternative(words, weight) for words in others), **where),))  # type: ignore[arg-type]


def test_a_document_with_the_translation_alone_is_found_below_one_with_the_word_itself(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Coral of the sea", language="eng"),
        entry("a.2", "Karang di laut", language="ind"),
        entry("a.3", "Gunung", language="ind"),
    )
    for text, other, expected in (("karang", "coral", ["a.2", "a.1"]), ("coral", "karang", ["a.1", "a.2"])):
        assert ids(searcher.keyword(translated(text, (other,)), 9)) == expected
    both = replace(translated("karang", ("coral",)), filters=(Filter("language", ("eng",)),))
    assert ids(searcher.keyword(both, 9)) == ["a.1"]
    assert searcher.weigh(both, [DocumentId("a.1")]).words.keys() == {"a.1"}
    assert searcher.facets(translated("karang", ("coral",)))["language"] == (
        FacetValue("eng", 1),
        FacetValue("ind", 1),
    )


def test_initials_stand_for_a_word_in_a_row_and_in_names_alone(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Harry Potter", contributor="Rowling, J. K.", pages=["J. K."]),
        entry("a.2", "J. K. Harry", note="J. K."),
        entry("a.3", "Harry, biography", subject="Rowling, J. K."),
        entry("a.4", "Harry Lime", contributor=("Kerr, J.", "Green, K.")),
        entry("a.5", "Harry jk"),
    )
    initials = Clause("jk", others=(Alternative(("j", "k"), 1.0, of_name=True),))
    asked = Query("harry jk", (Clause("harry"), initials))
    assert set(ids(searcher.keyword(asked, 9))) == {"a.1", "a.3", "a.5"}
    assert searcher.keyword(asked, 0).total == 3
    assert searcher.best_pages(Query("jk", (initials,)), [DocumentId("a.1")], 3) == {}


def test_words_of_a_name_stand_in_a_row_or_as_headings_have_them(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Karol", subject="John Paul II, Pope"),
        entry("a.2", "Karol", contributor="Paul, John"),
        entry("a.3", "Karol", pages=["of Pope John Paul II"]),
        entry("a.4", "Karol, volume II", contributor=("Ford, John", "Paul, Ann")),
        entry("a.5", "Paul John", note="Karol"),
    )
    pope = Clause("yohanes", others=(Alternative(("john", "paul", "ii"), 1.0, of_name=True),))
    author = Clause("yohanes", others=(Alternative(("john", "paul"), 1.0, of_name=True),))
    assert set(ids(searcher.keyword(Query("karol", (Clause("karol"), pope)), 9))) == {"a.1", "a.3"}
    assert set(ids(searcher.keyword(Query("karol", (Clause("karol"), author)), 9))) == {"a.1", "a.2", "a.3"}
    assert [
        one.number for one in searcher.best_pages(Query("", (pope,)), [DocumentId("a.3")], 3)[DocumentId("a.3")]
    ] == [1]
    in_records = replace(pope, field=RECORD)
    assert ids(searcher.keyword(Query("", (in_records,)), 9)) == ["a.1"]


def test_a_word_may_be_implied_in_a_language(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Ekonomi desa", language="ind", pages=["Ekonomi di desa"]),
        entry("a.2", "Ekonomi Indonesia", language="eng"),
        entry("a.3", "Ekonomi", language="eng"),
        entry("a.4", "Sejarah", language="ind"),
    )
    asked = Query("ekonomi indonesia", (Clause("ekonomi"), Clause("indonesia", implied_in="ind")))
    assert ids(searcher.keyword(asked, 9)) == ["a.2", "a.1"]
    assert searcher.weigh(asked, [DocumentId("a.1"), DocumentId("a.3")]).words.keys() == {"a.1"}
    assert {value.value: value.count for value in searcher.facets(asked)["language"]} == {"eng": 1, "ind": 1}
    assert [page.number for page in searcher.best_pages(asked, [DocumentId("a.1")], 3)[DocumentId("a.1")]] == [1]


@pytest.mark.parametrize("typed", ["9786022", "978-602-289", "978602289533", "978-602-289-533-6", "978602289*"])
def test_an_isbn_is_found_by_its_beginning(engine: Engine, typed: str) -> None:
    searcher = load(
        engine,
        entry("a.1", "Metode penelitian", isbn="9786022895336"),
        entry("a.2", "Pengantar hukum", isbn="9786029876543"),
        entry("a.3", "Laporan 978602"),
    )
    assert ids(searcher.keyword(parse(typed), 9)) == ["a.1"]


@pytest.mark.parametrize("typed", ["978602", "602289533", "9786022895"[3:], "2019 9786022"])
def test_other_numbers_are_the_beginning_of_no_isbn(engine: Engine, typed: str) -> None:
    searcher = load(engine, entry("a.1", "Metode penelitian", isbn="9786022895336"))
    assert ids(searcher.keyword(parse(typed), 9)) == []


def test_a_year_may_be_implied_in_what_came_out_in_it(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Metode penelitian", year="2019", pages=["Metode penelitian"]),
        entry("a.2", "Metode penelitian 2019", year="2020"),
        entry("a.3", "Metode penelitian", year="2018"),
        entry("a.4", "Sejarah", year="2019"),
    )
    asked = Query("metode 2019", (Clause("metode"), Clause("2019", implied_in="2019")))
    assert ids(searcher.keyword(asked, 9)) == ["a.2", "a.1"]
    assert searcher.weigh(asked, [DocumentId("a.1"), DocumentId("a.3")]).words.keys() == {"a.1"}
    assert [page.number for page in searcher.best_pages(asked, [DocumentId("a.1")], 3)[DocumentId("a.1")]] == [1]


def test_a_word_may_be_implied_anyway(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Ekonomi", pages=["Ekonomi desa"]),
        entry("a.2", "Buku ekonomi"),
        entry("a.3", "Buku sejarah"),
    )
    asked = Query("buku ekonomi", (Clause("buku", implied_in=ANYWAY), Clause("ekonomi")))
    assert ids(searcher.keyword(asked, 9)) == ["a.2", "a.1"]
    assert searcher.keyword(asked, 0).total == 2
    assert searcher.weigh(asked, [DocumentId("a.1"), DocumentId("a.3")]).words.keys() == {"a.1"}
    assert [page.number for page in searcher.best_pages(asked, [DocumentId("a.1")], 3)[DocumentId("a.1")]] == [1]


def test_a_translation_is_stemmed_and_one_of_several_words_needs_them_all(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Public libraries", language="eng"),
        entry("a.2", "Library of babel", language="eng"),
        entry("a.3", "Perpustakaan umum", language="ind"),
    )
    assert ids(searcher.keyword(translated("perpustakaan", ("library",)), 9))[0] == "a.3"
    assert set(ids(searcher.keyword(translated("perpustakaan", ("library",)), 9))) == {"a.1", "a.2", "a.3"}
    assert ids(searcher.keyword(translated("perpustakaan", ("public", "library")), 9)) == ["a.3", "a.1"]
    assert set(ids(searcher.keyword(translated("puisi", ("babel",), ("public",)), 9))) == {"a.1", "a.2"}


def test_a_translation_is_looked_for_where_its_clause_is(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Coral", pages=["fish"]),
        entry("a.2", "Reefs", subject="Coral", pages=["coral", "fish"]),
    )
    assert ids(searcher.keyword(translated("karang", ("coral",), field="title"), 9)) == ["a.1"]
    asked = [DocumentId("a.1"), DocumentId("a.2")]
    query = translated("karang", ("coral",))
    hits = searcher.best_pages(query, asked)
    assert {id: [page.number for page in pages] for id, pages in hits.items()} == {"a.2": [1]}
    assert page_hit(hits[DocumentId("a.2")][0], query).snippet.marks


def test_a_translation_may_have_to_stand_in_a_title_or_heading(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Karang", pages=["coral"]),
        entry("a.2", "Coral"),
        entry("a.3", "Reefs", subject="Corals", note="coral"),
        entry("a.4", "Maps", publisher="Coral Press", note="coral", pages=["coral"]),
    )
    anywhere = translated("karang", ("coral",))
    in_headings = anywhere.translated_in_headings(only=True)
    for query, expected in ((anywhere, {"a.1", "a.2", "a.3", "a.4"}), (in_headings, {"a.1", "a.2", "a.3"})):
        assert set(ids(searcher.keyword(query, 9))) == expected
        assert set(ids(searcher.keyword(replace(query, sort="title"), 9))) == expected
        in_record = replace(query, parts=tuple(replace(part, field=RECORD) for part in query.wanted))
        assert set(ids(searcher.keyword(in_record, 9))) == expected
        assert searcher.weigh(query, [DocumentId("a.4")]).words.keys() == expected & {"a.4"}
    assert searcher.best_pages(in_headings, [DocumentId("a.1")])[DocumentId("a.1")]


# --- spelling ---


def test_words_near_to_a_misspelt_one_are_told_with_their_documents(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Terumbu karang", contributor="Hirata, Andrea"),
        entry("a.2", "Terumbu buatan", subject="Karang"),
        entry("a.3", "Karung", note="terumbi"),
    )
    near = searcher.spellings(["terunbu", "karang", "hiratta", "xyzzyx", "aku", "1945"])
    assert [(s.word, s.documents, s.distance) for s in near["terunbu"]] == [("terumbu", 2, 1)]
    assert [(s.word, s.distance) for s in near["karang"]] == [("karang", 0), ("karung", 1)]
    assert [s.word for s in near["hiratta"]] == ["hirata"]
    assert [near[word] for word in ("xyzzyx", "aku", "1945")] == [(), (), ()]
    assert searcher.spellings([]) == {}


def test_a_word_that_most_documents_hold_is_near_to_its_misspelling_and_the_other_way_round(engine: Engine) -> None:
    searcher = load(engine, *(entry(f"a.{n}", "Karang") for n in range(300)), entry("a.300", "Karung"))
    near = searcher.spellings(["karung", "karang"])
    assert [(s.word, s.documents) for s in near["karung"]] == [("karung", 1), ("karang", 300)]
    assert [(s.word, s.documents) for s in near["karang"]] == [("karang", 300), ("karung", 1)]


def test_in_a_script_that_writes_few_vowels_no_other_word_is_near(engine: Engine) -> None:
    searcher = load(engine, entry("a.1", "القرار"), entry("a.2", "море"))
    near = searcher.spellings(["القرآن", "القرار", "моро"])
    assert near["القرآن"] == ()
    assert [s.word for s in near["القرار"]] == [near["القرار"][0].word]
    assert [s.word for s in near["моро"]] == ["море"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_spelling_of_hostile_text_does_no_harm(engine: Engine, text: str) -> None:
    searcher = load(engine, entry("a.1", text), entry("a.2", "Laut"))
    searcher.spellings([word for word in text.split()[:3] if word])


# --- how common words are ---


def test_a_word_is_as_common_as_the_records_that_hold_it_are_many(engine: Engine) -> None:
    searcher = load(
        engine,
        entry("a.1", "Terumbu karang", subject="Laut"),
        entry("a.2", "Karang, karang!", note="laut"),
        entry("a.3", "Gunung", pages=["laut dan karang"]),
    )
    common = searcher.commonness(["karang", "laut", "gunung", "bitung"])
    assert common == {"karang": 3 / 4, "laut": 3 / 4, "gunung": 2 / 4, "bitung": 1 / 4}
    assert searcher.commonness([]) == {}


def test_a_word_of_every_record_is_as_common_as_can_be_and_an_empty_index_holds_none(engine: Engine) -> None:
    searcher = load(engine, *(entry(f"a.{n}", "Karang") for n in range(30)))
    assert searcher.commonness(["karang"]) == {"karang": 1.0}
    assert load(engine).commonness(["karang"]) == {"karang": 1.0}


def test_how_common_a_word_is_follows_what_is_published(engine: Engine) -> None:
    assert load(engine, entry("a.1", "Karang")).commonness(["karang", "laut"]) == {"karang": 1.0, "laut": 1 / 2}
    later = load(engine, entry("a.2", "Laut"), entry("a.3", "Laut dan karang"))
    assert later.commonness(["karang", "laut"]) == {"karang": 3 / 4, "laut": 3 / 4}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_how_common_hostile_words_are_is_told_without_harm(engine: Engine, text: str) -> None:
    searcher = load(engine, entry("a.1", text), entry("a.2", "Laut"))
    words = [*text.split()[:3], "laut"]
    assert all(0 < share <= 1 for share in searcher.commonness(words).values())


# --- the order of results ---


def test_title_outranks_subject_outranks_note_outranks_the_pages_of_an_ebook(engine: Engine) -> None:
    others = [entry(f"b.{n}", f"Lain {n}", note="isi biasa") for n in range(20)]
    searcher = load(
        engine,
        entry("a.4", "Ensiklopedia", pages=["kima raksasa " * 30]),
        entry("a.3", "Hewan laut", note="tentang kima"),
        entry("a.2", "Hewan pantai", subject="Kima"),
        entry("a.1", "Kima"),
        *others,
    )
    assert found(searcher, "kima") == ["a.1", "a.2", "a.3", "a.4"]


def test_a_long_record_neither_loses_its_title_nor_wins_by_its_length(engine: Engine) -> None:
    long = " ".join(f"kata{n}" for n in range(2000))
    searcher = load(
        engine,
        entry("a.1", "Terumbu karang", contents=long),
        entry("a.2", "Terumbu karang"),
        entry("a.3", "Bunga rampai", contents=f"{long} terumbu karang"),
        entry("a.4", "Karang taruna", note="terumbu"),
    )
    ranked = found(searcher, "terumbu karang")
    assert set(ranked[:2]) == {"a.1", "a.2"}
    assert set(ranked) == {"a.1", "a.2", "a.3", "a.4"}
