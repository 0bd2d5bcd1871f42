"""The command where the machine does not do its part: letters it lacks, few columns, a full disk, files of another user."""

import json
import os
import pty
import shutil
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.jobs import Progress
from portal.commands.console import ProgressLine, progress_text
from tests.support.records import record, write
from tests.support.telusur import ROOT, TIMEOUT_S, Telusur

pytestmark = pytest.mark.long

# Who may read everything is asked to do without that.
_AS_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    telusur = Telusur(tmp_path_factory.mktemp("terminal"))
    telusur.run("ingest", str(write(telusur.folder / "a.mrc", [record("1", "Pêche – в Manado", "Müller, É.")])))
    return telusur.folder


def run(
    folder: Path,
    *arguments: str,
    to: str = "",
    complaints: int = subprocess.PIPE,
    before: Sequence[str] = (),
    **settings: str,
) -> tuple[int, str, str]:
    """The code of the command, the bytes it wrote as Latin-1, and its complaints. to, complaints: where these go instead."""
    environment = {**os.environ, "TELUSUR_DATA": str(folder / "data"), "TELUSUR_MODEL": "none", "PYTHONPATH": str(ROOT)}
    whole = [*before, sys.executable, "-m", "portal.cli", *arguments]
    with open(to or os.devnull, "wb") as out:
        done = subprocess.run(
            whole,
            stdout=out if to else subprocess.PIPE,
            stderr=complaints,
            cwd=folder,
            env={**environment, **settings},
            timeout=TIMEOUT_S,
            check=False,
        )
    complained = (done.stderr or b"").decode()
    assert "Traceback" not in complained
    assert "Exception ignored" not in complained
    return done.returncode, (done.stdout or b"").decode("latin-1"), complained


def test_letters_that_the_terminal_lacks_are_told_by_their_numbers(catalogue: Path) -> None:
    for arguments in (("search", "manado"), ("show", "katalog.1")):
        code, said, _ = run(catalogue, *arguments, PYTHONIOENCODING="latin-1")
        assert (code, r"Pêche \u2013 \u0432 Manado" in said) == (0, True)


def test_one_result_is_one(catalogue: Path) -> None:
    _, said, _ = run(catalogue, "search", "manado")
    assert "1 result in" in said


def test_json_is_utf_8_whatever_the_terminal_has(catalogue: Path) -> None:
    code, said, _ = run(catalogue, "search", "manado", "--json", PYTHONIOENCODING="ascii")
    assert code == 0
    assert json.loads(said.encode("latin-1").decode("utf-8"))["hits"][0]["title"] == "Pêche – в Manado"


# Some that programs open, as `docker exec -t` does, tell of no columns at all.
@pytest.mark.parametrize(("columns", "shown"), [(40, 39), (0, 79)])
def test_progress_stays_in_one_line_of_a_narrow_terminal(columns: int, shown: int) -> None:
    terminal, inside = pty.openpty()
    termios.tcsetwinsize(inside, (24, columns))
    with os.fdopen(inside, "w") as stream:
        line = ProgressLine(stream)
        progress = Progress("ekspor/katalog-perpustakaan-kota-bitung.mrc", 500.0, 1000.0, 123_456, 200.0)
        line(progress)
        drawn = os.read(terminal, 1000).decode()
        line.end()
        wiped = os.read(terminal, 1000).decode()
    os.close(terminal)
    told = progress_text(progress)[:shown]
    assert drawn == f"\r{told}"
    assert wiped == "\r" + " " * len(told) + "\r"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    "arguments", [("search", "manado", "--json"), ("show", "katalog.1"), ("check",), ("ingest", "a.mrc")]
)
def test_output_for_which_there_is_no_room_is_told(catalogue: Path, arguments: tuple[str, ...]) -> None:
    code, _, complained = run(catalogue, *arguments, to="/dev/full")
    assert (code, complained.count("No space left on device. Make room on the disk")) == (3, 1)


def evaluation(folder: Path, corpus: str) -> tuple[str, ...]:
    """How to evaluate on `corpus`, with a query and a judgement in files beside it."""
    (folder / "q.jsonl").write_text('{"_id": "q", "text": "manado"}\n')
    (folder / "r.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t1\n")
    return "evaluate", "--mode", "keyword", "--corpus", corpus, "--queries", "q.jsonl", "--qrels", "r.tsv"


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="no prlimit here")
def test_a_corpus_for_whose_index_there_is_no_room_is_no_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"_id": "1", "title": "Manado", "text": ""}\n')
    code, _, complained = run(tmp_path, *evaluation(tmp_path, "c.jsonl"), before=("prlimit", "--fsize=0"))
    assert (code, "Make room on the disk" in complained) == (3, True)


def test_a_command_to_which_nobody_listens_any_more_is_no_fault(catalogue: Path) -> None:
    own = [text for text in evaluation(catalogue, "") if text not in ("--corpus", "")]
    closed = ("sh", "-c", 'exec "$@" >&-', "sh")
    ear, mouth = os.pipe()
    os.close(ear)
    code, _, _ = run(catalogue, *own, complaints=mouth, before=closed)  # it would tell that no judged document is there
    os.close(mouth)
    assert code == 0


@pytest.mark.parametrize("closed", ["data", "data/index/CURRENT", "data/index/generations/*/words/*.store"])
def test_an_index_of_another_user_is_told_as_that_and_not_as_damage(
    catalogue: Path, tmp_path: Path, closed: str
) -> None:
    before = _AS_OTHERS if os.geteuid() == 0 else ()
    if before and shutil.which("setpriv") is None:
        pytest.skip("this user may read everything")
    shutil.copytree(catalogue, tmp_path, dirs_exist_ok=True)
    for path in tmp_path.glob(closed):
        path.chmod(0)
    try:
        code, said, _ = run(tmp_path, "check", before=before)
    finally:
        (tmp_path / "data").chmod(0o755)
    assert (code, "accounts: " in said, "damaged" in said) == (3, True, False)
    assert "index: The index cannot be read: the user who runs this may not read" in said
