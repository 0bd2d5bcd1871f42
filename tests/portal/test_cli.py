import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from search.fusion import SHARES
from tests.support.marc_records import made
from tests.support.pdfs import book
from tests.support.records import record, write
from tests.support.telusur import ROOT, Telusur

pytestmark = pytest.mark.long


@pytest.fixture
def telusur(tmp_path: Path) -> Telusur:
    return Telusur(tmp_path)


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    telusur = Telusur(tmp_path_factory.mktemp("loaded"))
    records = [
        record("1", "Terumbu karang Selat Lembeh", "Kaligis, Frans", "Terumbu karang"),
        record("2", "Gunung api di Minahasa", "Rantung, Maria", "Gunung api"),
        b"00050 broken record" + b"\x1d",
    ]
    telusur.run("ingest", str(write(telusur.folder / "a.mrc", records)), "--report", "report.json", code=1)
    return telusur.folder


@pytest.fixture
def loaded(telusur: Telusur, loaded_once: Path) -> Telusur:
    """Each test has a copy, with which it may do what it likes."""
    shutil.copytree(loaded_once, telusur.folder, dirs_exist_ok=True)
    return telusur


def test_help_names_every_command(tmp_path: Path) -> None:
    text = Telusur(tmp_path, bare=True).run("--help")
    for command in ("demo", "ingest", "search", "show", "portal", "check", "evaluate"):
        assert command in text


def test_ingest_reports_refusals_and_exits_1(loaded: Telusur) -> None:
    report = json.loads((loaded.folder / "report.json").read_text(encoding="utf-8"))
    assert (report["read"], report["indexed"], report["refused"]) == (3, 2, 1)
    assert report["refusals"][0]["file"].endswith("a.mrc")
    assert report["refusals"][0]["position"] == 3


def test_search_answers_in_the_fixed_json(loaded: Telusur) -> None:
    answer = json.loads(loaded.run("search", "terumbu karang", "--json", "--mode", "keyword"))
    assert set(answer) == {"query", "mode", "total", "took_ms", "interpretation", "answers", "hits", "facets"}
    assert answer["total"] == 1
    hit = answer["hits"][0]
    assert set(hit) == {
        "id", "title", "contributors", "year", "format", "languages", "score", "reasons", "scores", "pages",
    }  # fmt: skip
    assert hit["scores"]["fused"] == hit["score"] > 0
    assert (hit["id"], hit["year"], hit["languages"]) == ("katalog.1", 2014, ["ind"])
    assert answer["facets"]["language"] == [{"value": "ind", "label": "Indonesian", "count": 1}]


# What a search at a desk waits for no more than it must: accounts, harvests, tables, the web.
NOT_TO_SEARCH = (
    "sqlalchemy",
    "alembic",
    "authlib",
    "sickle",
    "requests",
    "openpyxl",
    "streamlit",
    "uvicorn",
    "jinja2",
)


@pytest.mark.parametrize("arguments", [["search", "terumbu karang"], ["show", "katalog.1"]], ids=["search", "show"])
def test_who_only_searches_waits_for_nothing_else(loaded: Telusur, arguments: list[str]) -> None:
    code = (
        "import sys; from portal.cli import main; ended = main(sys.argv[2:]); "
        "sys.exit(ended or ','.join(set(sys.argv[1].split(',')) & sys.modules.keys()) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, ",".join(NOT_TO_SEARCH), *arguments],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TELUSUR_DATA": str(loaded.folder / "data"),
            "TELUSUR_MODEL": "none",
        },
        cwd=loaded.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Terumbu karang Selat Lembeh" in done.stdout


def test_search_explains_scores_only_when_asked(loaded: Telusur) -> None:
    share = re.escape(f"{SHARES.words:.3f}")
    line = re.compile(rf"score {share} · words \d+\.\d{{3}} \(share {share}\) · meaning none")
    assert line.search(loaded.run("search", "terumbu karang", "--explain"))
    assert not line.search(loaded.run("search", "terumbu karang"))


def test_search_prints_what_e_books_answer_before_the_results(telusur: Telusur) -> None:
    said = "Selat Lembeh terletak di antara Pulau Sulawesi dan Pulau Lembeh."
    file = book(telusur.folder / "selat.pdf", ("Pulau dan laut di sekitar kota",), (said,), title="Pulau")
    telusur.run("ingest", str(file))
    printed = telusur.run("search", "Di mana letak Selat Lembeh?")
    assert re.search(rf"Found inside e-books\n  “{said}”\n      .+, p\. 2\n.*\n[\s\S]*1 result in", printed)
    assert "Found inside" not in telusur.run("search", "Selat Lembeh")


def test_search_says_that_it_is_keyword_only(loaded: Telusur) -> None:
    assert "words only" in loaded.run("search", "gunung")


def test_search_tells_what_it_understood_and_forgave(loaded: Telusur) -> None:
    said = loaded.run("search", "buku tentang terumbuu sebelum 2020")
    assert "Understood: Year: 2019 and earlier. Searched for: terumbuu" in said
    assert "Showing results for terumbu; --exact searches for terumbuu." in said
    assert "1 result in" in said
    exact = loaded.run("search", "buku tentang terumbuu sebelum 2020", "--exact")
    assert "0 results" in exact
    assert "Showing" not in exact
    empty = loaded.run("search", "buku tentang terumbu sebelum 2000")
    assert "without the filter Publication year: 1999 and earlier (1)" in empty
    chosen = loaded.run("search", "buku tentang terumbu sebelum 2000", "--filter", "year=2014")
    assert "1 result in" in chosen


def test_plain_words_are_searched_for_as_they_stand(loaded: Telusur) -> None:
    answer = json.loads(loaded.run("search", "buku tentang gunung sebelum 2020", "--json"))
    assert [reading["key"] for reading in answer["interpretation"]["readings"]] == ["year"]
    plain = json.loads(loaded.run("search", "buku tentang gunung sebelum 2020", "--json", "--plain-words"))
    assert plain["interpretation"]["readings"] == []
    assert len(plain["interpretation"]["clauses"]) == 5


def test_filters_narrow(loaded: Telusur) -> None:
    assert json.loads(loaded.run("search", "", "--filter", "subject=Gunung api", "--json"))["total"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "x", "--filter", "nothing=1"],
        ["search", "x", "--filter", "language"],
        ["search", "x", "--filter", "year=99999"],
        ["search", "x", "--filter", "edition=1"],
        ["search", "x", "--sort", "size"],
        ["search", "x", "--size", "²"],
        ["ingest", "a.mrc", "--report", "nowhere/report.json"],
        ["search", "x", "--page", "999"],
        ["ingest", ""],
        ["search", "x", "--page", "0"],
        ["search", "x", "--size", "1000"],
        ["ingest", "no-such-file.mrc"],
        ["ingest", "a.mrc", "--source", "a/b"],
        ["unknown"],
        [],
    ],
)
def test_wrong_use_exits_2(loaded: Telusur, arguments: list[str]) -> None:
    loaded.run(*arguments, code=2)


def test_a_rebuild_of_nothing_is_refused(loaded: Telusur) -> None:
    (loaded.folder / "empty").mkdir()
    assert "given up" in loaded.run("ingest", "empty", "--rebuild", code=3)
    assert "2 records" in loaded.run("check")


def test_a_page_beyond_the_last_is_told(loaded: Telusur) -> None:
    assert "last one is 1" in loaded.run("search", "", "--page", "5")


def test_show_gives_the_record_as_it_came(loaded: Telusur) -> None:
    assert "Kaligis, Frans" in loaded.run("show", "katalog.1")
    assert json.loads(loaded.run("show", "katalog.1", "--json"))["fields"]["title"] == ["Terumbu karang Selat Lembeh"]
    assert loaded.run("show", "katalog.1", "--marc").encode()[:5].isdigit()
    assert "no record" in loaded.run("show", "katalog.9", code=3)


def test_show_finds_a_number_of_its_own_source(loaded: Telusur) -> None:
    assert "Terumbu karang Selat Lembeh" in loaded.run("show", "1")
    assert loaded.run("show", "1", "--marc").encode()[:5].isdigit()
    assert "no record '1'" in loaded.run("show", "1", code=3, TELUSUR_SOURCE="kampus")


def test_show_tells_copies_relations_and_original_scripts_but_nothing_internal(telusur: Telusur) -> None:
    fields = (
        "001 INLIS01", "020    $a 9786020332956", "084    $a 899 ANA", "245 10 $6 880-01 $a Serat $c x",
        "264  1 $c 2014", "650  0 $a Laut $0 http://example.org/1", "780 00 $t Warta laut $x 0125-9989",
        "856 40 $u https://example.org/a.pdf", "880 10 $6 245-01/Java $a ꦱꦼꦫꦠ꧀", "990    $a 00001/2014",
    )  # fmt: skip
    telusur.run("ingest", str(write(telusur.folder / "a.mrc", [made(*fields).raw.data])))
    text = telusur.run("show", "INLIS01")
    assert "copy: 899 ANA · 00001/2014" in text
    assert "related (preceding): Warta laut · 0125-9989" in text
    assert "original script (title): ꦱꦼꦫꦠ꧀" in text
    for name in ("work", "record_id", "linked_file", "ebook_file", "subject_uri"):
        assert f"{name}:" not in text


def test_without_an_index_commands_say_what_to_do(telusur: Telusur) -> None:
    assert "telusur ingest" in telusur.run("search", "laut", code=3)
    assert "TELUSUR_DATA" in telusur.run("check", code=3)


def test_check_shows_each_setting_with_its_source(loaded: Telusur) -> None:
    written = 'library = "Perpustakaan Uji"\nopening_hours = """\nSenin 08.00\nSabtu tutup"""\n'
    (loaded.folder / "telusur.toml").write_text(written, encoding="utf-8")
    text = loaded.run("check")
    assert "TELUSUR_LIBRARY=Perpustakaan Uji  [telusur.toml]" in text
    assert "TELUSUR_OPENING_HOURS=Senin 08.00 / Sabtu tutup  [telusur.toml]" in text
    assert "TELUSUR_MODEL=none  [environment]" in text
    assert "2 records" in text


def test_who_is_in_another_folder_is_told_which_settings_and_index_there_are(loaded: Telusur) -> None:
    (loaded.folder / "telusur.toml").write_text('library = "Perpustakaan Uji"\n', encoding="utf-8")
    elsewhere = loaded.folder / "rumah"
    elsewhere.mkdir()
    said = loaded.run("check", TELUSUR_DATA="data")
    assert f"settings file: {loaded.folder / 'telusur.toml'}\n" in said
    there = Telusur(elsewhere)
    assert f"settings file: {elsewhere / 'telusur.toml'} (there is none)" in there.run("check", code=3)
    assert f"no index in {elsewhere / 'data' / 'index'} yet" in there.run("search", "laut", code=3, TELUSUR_DATA="data")
    begun = f"There is no index in the data folder {elsewhere / 'data'} yet: this load begins one."
    assert begun in there.run("ingest", "../a.mrc", code=1, TELUSUR_DATA="data")
    assert begun not in there.run("ingest", "../a.mrc", code=1, TELUSUR_DATA="data")


def test_check_finds_a_changed_byte(loaded: Telusur) -> None:
    largest = max((loaded.folder / "data" / "index").rglob("*.store"), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 1
    largest.write_bytes(content)
    assert largest.name in loaded.run("check", code=3)


def test_check_finds_an_ebook_whose_file_is_gone(telusur: Telusur) -> None:
    for name in ("satu", "dua"):
        path = book(telusur.folder / f"{name}.pdf", (f"Terumbu karang di Selat Lembeh, buku {name}.",))
        telusur.run("ingest", str(path))
    assert "e-books:" not in telusur.run("check")
    next((telusur.folder / "data" / "ebooks").rglob("*.pdf")).unlink()
    assert "the files of 1 are not in" in telusur.run("check", code=3)


def test_check_tells_of_files_that_no_title_has_and_removes_them_when_asked(telusur: Telusur) -> None:
    for name in ("satu", "dua"):
        book(telusur.folder / f"{name}.pdf", (f"Terumbu karang di Selat Lembeh, buku {name}.",))
    telusur.run("ingest", "satu.pdf", "dua.pdf")
    telusur.run("ingest", "--rebuild", "satu.pdf")
    store = telusur.folder / "data" / "ebooks"
    assert "e-books: 1 files in" in telusur.run("check")
    assert len(list(store.rglob("*.pdf"))) == 2
    with (store / "indexes.txt").open("a", encoding="utf-8") as indexes:
        indexes.write("http://localhost:9200 telusur\n")
    assert "other indexes have files there too: http://localhost:9200 telusur." in telusur.run("check")
    telusur.run("check", "--tidy", code=3)
    assert len(list(store.rglob("*.pdf"))) == 2
    (store / "indexes.txt").write_text("embedded\n", encoding="utf-8")
    assert "1 files (0.0 MB) that belong to no title were removed" in telusur.run("check", "--tidy")
    assert len(list(store.rglob("*.pdf"))) == 1
    assert "e-books:" not in telusur.run("check")


def test_check_removes_nothing_where_the_index_is_none_of_these_ebooks(telusur: Telusur) -> None:
    """As after an engine was changed, or a first load into another index."""
    path = book(telusur.folder / "satu.pdf", ("Terumbu karang di Selat Lembeh.",))
    telusur.run("ingest", str(path))
    telusur.run("ingest", "--rebuild", str(write(telusur.folder / "a.mrc", [record("1", "Lain")])))
    assert "which has none of all that are there" in telusur.run("check", "--tidy", code=3)
    assert len(list((telusur.folder / "data" / "ebooks").rglob("*.pdf"))) == 1


def test_a_wrong_setting_is_named(telusur: Telusur) -> None:
    for port in ("x", "²", "70000"):
        assert "TELUSUR_PORT" in telusur.run("check", code=2, TELUSUR_PORT=port)
    assert "TELUSUR_ENGINE" in telusur.run("search", "x", code=2, TELUSUR_ENGINE="solr")


def test_a_taken_port_is_named(loaded: Telusur) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port}" in loaded.run("portal", "--port", port, code=3)


def test_a_host_that_is_not_there_is_no_matter_of_the_port(loaded: Telusur) -> None:
    assert "Choose another host, with --host." in loaded.run("portal", "--host", "nowhere.invalid", code=3)


@pytest.fixture
def judged(telusur: Telusur) -> Telusur:
    (telusur.folder / "c.jsonl").write_text(
        '{"_id":"1","title":"Terumbu karang","text":"laut"}\n{"_id":"2","title":"Gunung","text":"api"}',
        encoding="utf-8",
    )
    (telusur.folder / "q.jsonl").write_text('{"_id":"q","text":"terumbu"}\n{"_id":"r","text":"padi"}', encoding="utf-8")
    (telusur.folder / "r.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t1\nr\t2\t1\n", encoding="utf-8")
    return telusur


QUESTIONS = ("--queries", "q.jsonl", "--qrels", "r.tsv")


def test_evaluate_prints_measures(judged: Telusur) -> None:
    out = judged.run("evaluate", "--corpus", "c.jsonl", *QUESTIONS, "--mode", "keyword", "--json")
    figures = json.loads(out.splitlines()[0])
    assert figures["documents"] == 2
    assert figures["modes"]["keyword"]["ndcg_at_10"] == 0.5
    assert figures["modes"]["keyword"]["per_query"]["q"]["mrr_at_10"] == 1.0
    assert figures["modes"]["keyword"]["per_query"]["r"]["mrr_at_10"] == 0.0


def test_evaluate_compares_two_modes(judged: Telusur) -> None:
    two = ("--mode", "keyword", "--mode", "hybrid")
    out = judged.run("evaluate", "--corpus", "c.jsonl", *QUESTIONS, *two, "--json")
    compared = json.loads(out.splitlines()[0])["comparisons"]
    # Without a model both are by words, so no query may differ.
    assert {(c["first"], c["second"], c["tied"], c["p"]) for c in compared} == {("keyword", "hybrid", 2, 1.0)}
    assert "hybrid was by words only" in out


def test_evaluate_tells_of_judged_queries_that_are_not_asked(judged: Telusur) -> None:
    with (judged.folder / "r.tsv").open("a", encoding="utf-8") as lines:
        lines.write("s\t1\t1\n")
    out = judged.run("evaluate", "--corpus", "c.jsonl", *QUESTIONS, "--mode", "keyword")
    assert "1 of 3 judged queries are not in q.jsonl, for example 's'; they are not measured." in out
    assert "2 judged queries" in out


def test_evaluate_lists_each_query(judged: Telusur) -> None:
    out = judged.run("evaluate", "--corpus", "c.jsonl", *QUESTIONS, "--mode", "keyword", "--per-query")
    assert re.search(r"1\.0000 +q +terumbu", out)
    assert re.search(r"0\.0000 +r +padi", out)


@pytest.mark.parametrize(("flags", "found"), [((), 1.0), (("--plain-language",), 0.0)])
def test_evaluate_reads_plain_language_only_when_asked(judged: Telusur, flags: tuple[str, ...], found: float) -> None:
    query = '{"_id":"q","text":"buku tentang terumbu kecuali karang"}'
    (judged.folder / "q.jsonl").write_text(query, encoding="utf-8")
    out = judged.run("evaluate", "--corpus", "c.jsonl", *QUESTIONS, "--mode", "keyword", "--json", *flags)
    assert json.loads(out.splitlines()[0])["modes"]["keyword"]["mrr_at_10"] == found


def test_evaluate_judges_the_loaded_index(loaded: Telusur, tmp_path: Path) -> None:
    found = json.loads(loaded.run("search", "terumbu", "--json").splitlines()[0])["hits"][0]["id"]
    (tmp_path / "q.jsonl").write_text('{"_id":"q","text":"terumbu"}', encoding="utf-8")
    (tmp_path / "r.tsv").write_text(f"query-id\tcorpus-id\tscore\nq\t{found}\t1\nq\tother.1\t1\n", encoding="utf-8")
    files = ("--queries", str(tmp_path / "q.jsonl"), "--qrels", str(tmp_path / "r.tsv"))
    out = loaded.run("evaluate", *files, "--mode", "keyword", "--json")
    assert json.loads(out.splitlines()[0])["modes"]["keyword"]["mrr_at_10"] == 1.0
    assert "1 of 2 relevant documents are not in the index" in out


def test_evaluate_refuses_judgements_of_another_catalogue(judged: Telusur) -> None:
    (judged.folder / "r.tsv").write_text("query-id\tcorpus-id\tscore\nq\telsewhere\t1\n", encoding="utf-8")
    out = judged.run("evaluate", "--corpus", "c.jsonl", *QUESTIONS, "--mode", "keyword", code=2)
    assert "none of the 1 relevant documents" in out


@pytest.mark.parametrize(
    ("judgements", "said"),
    [
        ("q 0 1 1\n", "r.tsv, line 1: expected query-id, corpus-id and score"),
        ("query-id\tcorpus-id\tscore\nx\t1\t1\n", "names a relevant document for none of the 2 queries"),
    ],
)
def test_evaluate_refuses_judgements_that_would_measure_nothing(judged: Telusur, judgements: str, said: str) -> None:
    (judged.folder / "r.tsv").write_text(judgements, encoding="utf-8")
    assert said in judged.run("evaluate", "--corpus", "c.jsonl", *QUESTIONS, "--mode", "keyword", code=2)


def test_evaluate_reads_judgements_as_windows_saves_them(judged: Telusur) -> None:
    (judged.folder / "r.tsv").write_text("q\t1\t1\r\n", encoding="utf-8-sig", newline="")
    out = judged.run("evaluate", "--corpus", "c.jsonl", *QUESTIONS, "--mode", "keyword", "--json")
    assert json.loads(out.splitlines()[0])["modes"]["keyword"]["queries"] == 1


def test_evaluate_names_the_corpus_that_is_not_there(judged: Telusur) -> None:
    out = judged.run("evaluate", "--corpus", "tidak-ada.jsonl", *QUESTIONS, code=2)
    assert "tidak-ada.jsonl cannot be read: No such file or directory." in out
