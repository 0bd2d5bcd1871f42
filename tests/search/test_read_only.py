"""An index that may be read and not written: on a read-only disk, or of another user."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.library import Library
from tests.support.pdfs import book
from tests.support.records import record, write

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


def as_anybody() -> None:
    """Rights count for root too from now on, in the program that is started next."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder without a right to write anywhere in it."""
    data = tmp_path / "data"
    data.mkdir()
    book(tmp_path / "A1.pdf", ["Selat Lembeh yang dalam"])
    Library(data).load(
        write(tmp_path / "a.mrc", [record("A1", "Terumbu karang", "Kaligis, Frans")]), tmp_path / "A1.pdf"
    )
    paths = [data, *data.rglob("*")]
    before = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(before[path] & 0o555)
    yield data
    for path in paths:
        path.chmod(before[path])


def telusur(data: Path, *arguments: str, python: tuple[str, str] = ("-m", "portal.cli")) -> tuple[int, str]:
    environment = {**os.environ, "TELUSUR_DATA": str(data), "TELUSUR_MODEL": "none", "TELUSUR_ILS": "none"}
    writing = ["-c", "import os, sys; sys.exit(77 if os.access(os.environ['TELUSUR_DATA'], os.W_OK) else 0)"]
    if subprocess.run([sys.executable, *writing], env=environment, preexec_fn=as_anybody, check=False).returncode:
        pytest.skip("this user may write everywhere")
    command = [sys.executable, *python, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, preexec_fn=as_anybody, check=False)
    return done.returncode, done.stdout + done.stderr


def test_it_is_searched_words_of_records_and_of_pages(data: Path) -> None:
    code, said = telusur(data, "search", "kaligis")
    assert (code, "Terumbu karang" in said) == (0, True)
    code, said = telusur(data, "search", "lembeh dalam")
    assert (code, "p. 1: Selat Lembeh yang dalam" in said) == (0, True)


def test_what_was_made_for_reading_is_gone_afterwards(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    assert telusur(data, "search", "kaligis")[0] == 0
    assert list((tmp_path / "temporary").iterdir()) == []


def test_without_a_folder_for_temporary_files_it_says_what_is_needed(data: Path) -> None:
    """As in a container without /tmp."""
    nowhere = "import sys, tempfile; tempfile.tempdir = '/nowhere'; from portal.cli import main; sys.exit(main())"
    code, said = telusur(data, "search", "kaligis", python=("-c", nowhere))
    assert (code, "TMPDIR" in said) == (3, True)


def test_a_load_into_it_says_what_is_wrong(data: Path, tmp_path: Path) -> None:
    code, said = telusur(data, "ingest", str(tmp_path / "a.mrc"))
    assert (code, "cannot be written" in said) == (3, True)


def test_it_is_checked_and_nothing_is_wrong_with_it(data: Path) -> None:
    code, said = telusur(data, "check")
    assert (code, "1 records" in said) == (0, True), said
