import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.ebooks import EbookChangedError, EbookStore
from tests.support.library import Library
from tests.support.pdfs import book
from tests.support.records import record, write


@pytest.fixture
def store(tmp_path: Path) -> EbookStore:
    return EbookStore(tmp_path / "ebooks")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_added_is_found_by_its_sum(store: EbookStore, tmp_path: Path) -> None:
    path = book(tmp_path / "laut.pdf", ["Selat Lembeh"])
    store.add(path, sha256(path))
    stored = store.path(sha256(path))
    assert stored is not None
    assert stored.read_bytes() == path.read_bytes()
    assert stored.stat().st_mode & 0o777 == 0o644


def test_adding_twice_keeps_one_file_and_no_remains(store: EbookStore, tmp_path: Path) -> None:
    path = book(tmp_path / "laut.pdf", ["Selat Lembeh"])
    store.add(path, sha256(path))
    store.add(path, sha256(path))
    assert len([file for file in (tmp_path / "ebooks").rglob("*") if file.is_file()]) == 1


ADD = """
import sys
from pathlib import Path
from ingest.ebooks import EbookStore
EbookStore(Path(sys.argv[1])).add(Path(sys.argv[2]), sys.argv[3])
"""


@pytest.fixture
def copying(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is in the middle of copying into the store: what it reads, a pipe, does not end."""
    os.mkfifo(tmp_path / "pipe")
    command = [sys.executable, "-c", ADD, str(tmp_path / "ebooks"), str(tmp_path / "pipe"), "ab" * 32]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    with (tmp_path / "pipe").open("wb", buffering=0) as pipe:
        pipe.write(bytes(2 << 20))  # it is copied in blocks of half of that
        try:
            deadline = time.monotonic() + 60
            while not any(path.stat().st_size for path in (tmp_path / "ebooks").glob("ab/.adding-*")):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield process
        finally:
            process.kill()
            process.wait()


def test_what_a_killed_load_left_is_taken_away_by_the_next(tmp_path: Path, copying: subprocess.Popen[bytes]) -> None:
    copying.kill()
    copying.wait()
    assert list((tmp_path / "ebooks" / "ab").iterdir())
    Library(tmp_path).load(write(tmp_path / "a.mrc", [record("1", "Satu")]))
    assert list((tmp_path / "ebooks" / "ab").iterdir()) == []


def test_what_a_running_load_is_copying_is_left_to_it(
    store: EbookStore, tmp_path: Path, copying: subprocess.Popen[bytes]
) -> None:
    store.clear()
    assert len(list((tmp_path / "ebooks" / "ab").iterdir())) == 1


def test_a_file_that_changed_is_not_kept(store: EbookStore, tmp_path: Path) -> None:
    path = book(tmp_path / "laut.pdf", ["lama"])
    old = sha256(path)
    book(path, ["baru"])
    with pytest.raises(EbookChangedError, match=r"laut\.pdf"):
        store.add(path, old)
    assert store.path(old) is None
    assert not [file for file in (tmp_path / "ebooks").rglob("*") if file.is_file()]


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "../" + "a" * 61, "/" * 64]
)
def test_nothing_but_a_sum_is_ever_a_path(store: EbookStore, tmp_path: Path, name: str) -> None:
    assert store.path(name) is None
    path = book(tmp_path / "x.pdf", ["x"])
    with pytest.raises(ValueError, match="SHA-256"):
        store.add(path, name)


def test_a_link_planted_in_the_store_is_not_followed(store: EbookStore, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("rahasia", encoding="utf-8")
    sum = "ab" + "0" * 62
    place = tmp_path / "ebooks" / "ab"
    place.mkdir(parents=True)
    (place / f"{sum}.pdf").symlink_to(secret)
    assert store.path(sum) is None
