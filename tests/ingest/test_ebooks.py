import hashlib
import os
from pathlib import Path

import pytest

from ingest.ebooks import EbookChangedError, EbookStore
from tests.support.pdfs import book


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


def test_what_a_killed_load_left_is_taken_away_and_what_is_under_way_is_not(store: EbookStore, tmp_path: Path) -> None:
    path = book(tmp_path / "laut.pdf", ["Selat Lembeh"])
    folder = tmp_path / "ebooks" / sha256(path)[:2]
    folder.mkdir(parents=True)
    left, young = folder / ".adding-old", folder / ".adding-new"
    for copy in (left, young):
        copy.write_bytes(b"half")
    os.utime(left, (0, 0))
    store.add(path, sha256(path))
    assert sorted(file.name for file in folder.iterdir()) == [young.name, f"{sha256(path)}.pdf"]


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
