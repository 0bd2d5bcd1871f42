import hashlib
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import pytest

from ingest.ebooks import EbookChangedError, EbookStore, StoreError
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from ingest.report import IngestReport
from search.document import DocumentId
from search.errors import EngineUnavailable
from search.publications import BEGINNING
from search.query_language import parse
from tests.support.embedders import LetterEmbedder
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


def stored(library: Library) -> set[str]:
    return set(library.ebooks.names())


def ids(library: Library) -> list[str]:
    return [hit.document.id for hit in library.discovery.search(parse("")).hits]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """One title, A1, with its e-book; where files come from is the folder `from`."""
    (tmp_path / "from").mkdir()
    write(tmp_path / "from" / "a.mrc", [record("A1", "Selat Lembeh"), record("B1", "Bunaken")])
    book(tmp_path / "from" / "A1.pdf", ["Selat Lembeh"])
    library = Library(tmp_path)
    library.load(tmp_path / "from")
    assert len(stored(library)) == 1
    return library


def deletion(tmp_path: Path, *numbers: str) -> Path:
    return write(tmp_path / "deleted.mrc", [record(number, "Selat Lembeh", status="d") for number in numbers])


def test_the_file_of_a_deleted_title_goes_with_it(library: Library, tmp_path: Path) -> None:
    assert library.load(deletion(tmp_path, "A1")).ebook_files_removed == 1
    assert stored(library) == set()


def test_a_file_that_another_title_has_too_stays(library: Library, tmp_path: Path) -> None:
    (tmp_path / "from" / "B1.pdf").write_bytes((tmp_path / "from" / "A1.pdf").read_bytes())
    assert library.load(tmp_path / "from").attached == 1
    assert library.load(deletion(tmp_path, "A1")).ebook_files_removed == 0
    assert len(stored(library)) == 1
    assert library.load(deletion(tmp_path, "B1")).ebook_files_removed == 1
    assert stored(library) == set()


def test_the_file_that_a_newer_one_replaced_goes(library: Library, tmp_path: Path) -> None:
    book(tmp_path / "from" / "A1.pdf", ["Selat Lembeh, edisi baru"])
    assert library.load(tmp_path / "from").ebook_files_removed == 1
    assert stored(library) == {sha256(tmp_path / "from" / "A1.pdf")}


def test_a_title_that_goes_and_comes_back_in_one_load_keeps_its_file(library: Library, tmp_path: Path) -> None:
    gone = deletion(tmp_path, "A1")
    library.load(gone, tmp_path / "from" / "A1.pdf", write(tmp_path / "z.mrc", [record("A1", "Selat Lembeh")]))
    assert stored(library) == {sha256(tmp_path / "from" / "A1.pdf")}


class StoppingStore(EbookStore):
    """Asks the load to stop as soon as a title has given up its file."""

    stop = Event()

    def give_up(self, names: Sequence[str]) -> None:  # type: ignore[override]
        super().give_up(names)
        self.stop.set()


def test_a_load_that_is_stopped_removes_nothing_and_the_next_one_does(library: Library, tmp_path: Path) -> None:
    store = StoppingStore(tmp_path / "ebooks")
    job = IngestJob((deletion(tmp_path, "A1"),))
    report = Load(library.engine, store, job, stop=store.stop, tombstones=library.tombstones).run()
    assert report.stopped
    assert library.document("katalog.A1") is None
    assert len(stored(library)) == 1
    assert library.load(tmp_path / "deleted.mrc").ebook_files_removed == 1
    assert stored(library) == set()


class FailingStore(EbookStore):
    """Written to until a title's file was given up: then the index cannot be published."""

    def give_up(self, names: Sequence[str]) -> None:  # type: ignore[override]
        super().give_up(names)
        raise EngineUnavailable("The disk is full.")


def test_what_is_given_up_for_a_publication_that_failed_stays(library: Library, tmp_path: Path) -> None:
    job = IngestJob((deletion(tmp_path, "A1"),))
    with pytest.raises(EngineUnavailable):
        Load(library.engine, FailingStore(tmp_path / "ebooks"), job, tombstones=library.tombstones).run()
    library.load(write(tmp_path / "c.mrc", [record("C1", "Lain")]))  # looks it up: A1 is still there
    assert library.document("katalog.A1") is not None
    assert stored(library) == {sha256(tmp_path / "from" / "A1.pdf")}


class DamagingStore(EbookStore):
    """The index is gone when the load has ended and looks which files are needed."""

    index = Path()

    def given_up(self) -> set[str]:
        shutil.rmtree(self.index, ignore_errors=True)
        return super().given_up()


def test_where_the_index_cannot_be_asked_no_file_is_removed_and_the_load_is_done(
    library: Library, tmp_path: Path
) -> None:
    store = DamagingStore(tmp_path / "ebooks")
    store.index = tmp_path / "index"
    job = IngestJob((deletion(tmp_path, "A1"),))
    report = Load(library.engine, store, job, tombstones=library.tombstones).run()
    assert (report.outcomes["deleted"], report.ebook_files_removed) == (1, 0)
    assert "until the next load" in report.notes[0]
    assert len(stored(library)) == 1


def test_while_another_load_is_under_way_no_file_is_removed(library: Library, tmp_path: Path) -> None:
    with EbookStore(tmp_path / "ebooks").in_use():
        assert library.load(deletion(tmp_path, "A1")).ebook_files_removed == 0
        assert library.ebooks.remove_unneeded(lambda _: set()) is None
        assert len(stored(library)) == 1
    assert library.load(tmp_path / "deleted.mrc").ebook_files_removed == 1


def test_a_file_that_another_index_may_need_stays_until_that_is_said_to_be_gone(tmp_path: Path) -> None:
    """Two indexes with one data folder: during an upgrade, or of two settings."""
    path = book(tmp_path / "A1.pdf", ["Selat Lembeh"])
    records = write(tmp_path / "a.mrc", [record("A1", "Selat Lembeh")])
    ours, theirs = (Library(tmp_path / name, tmp_path / "ebooks", name) for name in ("ours", "theirs"))
    for library in (theirs, ours):
        library.load(records, path)
    report = ours.load(deletion(tmp_path, "A1"))
    assert (report.ebook_files_removed, len(stored(ours))) == (0, 1)
    assert "(theirs)" in report.notes[0]
    tidied = ours.ebooks.remove_unneeded(lambda _: set())
    assert tidied is not None
    assert (tidied.files, tidied.kept_for) == (0, ("theirs",))
    (tmp_path / "ebooks" / "indexes.txt").write_text("ours\n", encoding="utf-8")
    assert ours.load(tmp_path / "deleted.mrc").ebook_files_removed == 1


def test_an_index_is_written_down_once_and_whole_beside_a_line_that_was_cut_off(tmp_path: Path) -> None:
    path = book(tmp_path / "a.pdf", ["Selat Lembeh"])
    (tmp_path / "ebooks").mkdir()
    (tmp_path / "ebooks" / "indexes.txt").write_text("thei", encoding="utf-8")
    for _ in range(2):
        EbookStore(tmp_path / "ebooks", "ours").add(path, sha256(path))
    assert EbookStore(tmp_path / "ebooks", "ours").other_indexes() == ("thei",)
    assert (tmp_path / "ebooks" / "indexes.txt").read_text(encoding="utf-8") == "thei\nours\n"


@contextmanager
def another_user(folder: Path) -> Iterator[None]:
    """Nobody's rights for a while, where we have all."""
    if os.geteuid() == 0:
        for place in (folder, *folder.parents[:-2]):
            place.chmod(0o755)
        os.seteuid(65_534)
        try:
            yield
        finally:
            os.seteuid(0)
    else:
        yield


def test_unchanged_books_need_no_store_that_can_be_written(library: Library, tmp_path: Path) -> None:
    """The index is in no list yet, and the list cannot be written: the load is done and says what to do."""
    (tmp_path / "ebooks" / "indexes.txt").mkdir()
    library.ebooks = EbookStore(tmp_path / "ebooks", "ours")
    report = library.load(tmp_path / "from")
    assert report.outcomes["unchanged"] == 3
    assert any("add the line ours" in note for note in report.notes), report.notes
    book(tmp_path / "from" / "baru.pdf", ["Danau Tondano"])
    with pytest.raises(StoreError):
        library.load(tmp_path / "from")


def test_a_file_that_goes_while_unneeded_ones_are_counted_is_not_counted(library: Library) -> None:
    (name,) = stored(library)
    place = library.ebooks.path(name)
    assert place is not None

    def none_needed(_: Collection[str]) -> set[str]:
        place.unlink()
        return set()

    assert library.ebooks.unneeded(none_needed).left == 0


def test_a_load_of_a_user_who_may_not_write_the_lock_is_waited_for_too(library: Library, tmp_path: Path) -> None:
    with library.ebooks.in_use():
        pass
    (tmp_path / "ebooks" / "loads.lock").chmod(0o444)
    with ExitStack() as their_load:
        with another_user(tmp_path / "ebooks"):
            their_load.enter_context(EbookStore(tmp_path / "ebooks").in_use())
        assert library.ebooks.remove_unneeded(lambda _: set()) is None
    assert len(stored(library)) == 1


def test_a_load_whose_list_of_files_cannot_be_written_is_done_and_leaves_the_files(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "ebooks" / "given-up.txt").mkdir()
    assert library.load(deletion(tmp_path, "A1")).outcomes["deleted"] == 1
    assert library.document("katalog.A1") is None
    assert len(stored(library)) == 1


def test_a_rebuild_without_a_title_leaves_its_file_until_it_is_asked_to_go(library: Library, tmp_path: Path) -> None:
    """A rebuild may have been begun with too few files, and the store may hold the only copy."""
    report = library.load(write(tmp_path / "c.mrc", [record("C1", "Lain")]), rebuild=True)
    assert report.ebook_files_removed == 0
    assert len(stored(library)) == 1


def test_a_name_in_the_list_that_was_cut_off_is_passed_over(library: Library, tmp_path: Path) -> None:
    """The machine stopped while it was written."""
    with (tmp_path / "ebooks" / "given-up.txt").open("a", encoding="ascii") as out:
        out.write("../../etc/passwd\nabcdef")
    library.load(deletion(tmp_path, "A1"))
    assert stored(library) == set()


DESA = [f"Sejarah desa Wanua Raya, bab {number}: {word} dan {word}wan" for number, word in enumerate(
    ("pasar", "sungai", "ladang", "kebun", "hutan", "pantai", "gunung", "danau", "jalan", "rumah"), 1)]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What is loaded; its e-book "scan.pdf" says nothing by its name."""
    (tmp_path / "from").mkdir()
    book(tmp_path / "from" / "scan.pdf", DESA)
    return tmp_path / "from"


def test_a_pdf_that_was_corrected_takes_the_place_of_what_it_was(tmp_path: Path, folder: Path) -> None:
    library = Library(tmp_path)
    library.load(folder)
    (before,) = ids(library)
    book(folder / "scan.pdf", [*DESA[:9], "Sejarah desa Wanua Raya, bab 10: rumah dan rumahnya"])
    report = library.load(folder)
    assert (report.outcomes["updated"], report.outcomes["indexed"], report.ebook_files_removed) == (1, 0, 1)
    (after,) = ids(library)
    assert before != after
    assert [found.id for found in library.tombstones] == [before]
    assert stored(library) == {sha256(folder / "scan.pdf")}
    assert library.load(folder).outcomes["unchanged"] == 1


def test_a_telling_title_is_enough_where_the_text_is_new(tmp_path: Path, folder: Path) -> None:
    library = Library(tmp_path)
    book(folder / "scan.pdf", [""], title="Sejarah Desa Wanua Raya")
    library.load(folder)
    book(folder / "scan.pdf", DESA, title="Sejarah desa Wanua Raya : edisi lengkap")
    assert library.load(folder).outcomes["updated"] == 1
    assert library.engine.info().documents == 1


def test_another_book_under_the_same_name_replaces_nothing_and_is_told(tmp_path: Path, folder: Path) -> None:
    library = Library(tmp_path)
    library.load(folder)
    (before,) = ids(library)
    book(folder / "scan.pdf", ["Panduan menyelam di Taman Nasional Bunaken bagi pemula"])
    report = library.load(folder)
    assert (report.outcomes["indexed"], report.ebook_files_removed) == (1, 0)
    assert len(stored(library)) == 2
    assert [note for note in report.notes if note.startswith("scan.pdf: another text") and before in note]


def test_two_files_of_one_name_in_two_folders_are_two_titles(tmp_path: Path, folder: Path) -> None:
    for year in ("2019", "2020"):
        (folder / year).mkdir()
        book(folder / year / "laporan.pdf", [*DESA, f"tahun {year}"], title="Laporan Tahunan Desa Wanua Raya")
    library = Library(tmp_path)
    library.load(folder)
    assert library.engine.info().documents == 3
    assert library.load(folder).outcomes["unchanged"] == 3


def test_a_corrected_pdf_stays_with_its_record_whatever_it_says_now(tmp_path: Path, folder: Path) -> None:
    """Its record was found by the title that it stated then."""
    library = Library(tmp_path)
    write(folder / "a.mrc", [record("A1", "Sejarah Desa Wanua Raya")])
    book(folder / "scan.pdf", DESA, title="Sejarah Desa Wanua Raya")
    assert library.load(folder).attached == 1
    book(folder / "scan.pdf", [*DESA, "tambahan"])
    report = library.load(folder)
    assert (report.attached, report.outcomes["updated"]) == (1, 1)
    assert library.engine.info().documents == 1
    assert stored(library) == {sha256(folder / "scan.pdf")}


def test_of_a_file_that_a_record_names_the_newer_one_counts_whatever_it_says(library: Library, tmp_path: Path) -> None:
    book(tmp_path / "from" / "A1.pdf", ["Panduan menyelam di Taman Nasional Bunaken bagi pemula"])
    report = library.load(tmp_path / "from")
    assert (report.outcomes["updated"], report.notes) == (1, [])
    assert stored(library) == {sha256(tmp_path / "from" / "A1.pdf")}


def test_a_pdf_that_was_renamed_stays_the_title_it_is(tmp_path: Path, folder: Path) -> None:
    library = Library(tmp_path)
    library.load(folder)
    (folder / "scan.pdf").rename(folder / "sejarah desa.pdf")
    assert library.load(folder).outcomes["unchanged"] == 1
    assert library.engine.info().documents == 1


def test_a_title_made_from_a_pdf_alone_is_deleted_by_its_number(tmp_path: Path, folder: Path) -> None:
    library = Library(tmp_path)
    library.load(folder)
    (title,) = ids(library)
    number = title.partition(".")[2]
    report = library.load(write(tmp_path / "deleted.mrc", [record(number, "x", status="d")]))
    assert (report.outcomes["deleted"], report.ebook_files_removed) == (1, 1)
    assert (library.engine.info().documents, stored(library)) == (0, set())


def told_of_books(report: IngestReport) -> list[str]:
    """The notes, without those of what a book is called whose name says nothing."""
    return [note for note in report.notes if "so it is called" not in note]


def test_a_book_that_was_renamed_is_not_replaced_by_what_has_its_name_now(tmp_path: Path, folder: Path) -> None:
    library = Library(tmp_path)
    library.load(folder)
    before = sha256(folder / "scan.pdf")
    (folder / "scan.pdf").rename(folder / "scan 2019.pdf")  # comes first
    book(folder / "scan.pdf", [*DESA, "tambahan"])
    report = library.load(folder)
    assert (report.outcomes["unchanged"], report.outcomes["indexed"], told_of_books(report)) == (1, 1, [])
    assert stored(library) == {before, sha256(folder / "scan.pdf")}


def test_a_book_whose_new_name_comes_later_is_there_again_and_no_tombstone_is_left(
    tmp_path: Path, folder: Path
) -> None:
    library = Library(tmp_path)
    library.load(folder)
    (folder / "scan.pdf").rename(folder / "tua.pdf")
    book(folder / "scan.pdf", [*DESA, "tambahan"])
    library.load(folder)
    assert stored(library) == {sha256(folder / "scan.pdf"), sha256(folder / "tua.pdf")}
    assert (library.engine.info().documents, list(library.tombstones)) == (2, [])


def test_an_earlier_state_that_comes_back_has_no_tombstone(tmp_path: Path, folder: Path) -> None:
    library = Library(tmp_path)
    library.load(folder)
    (first,) = ids(library)
    earlier = (folder / "scan.pdf").read_bytes()
    book(folder / "scan.pdf", [*DESA, "tambahan"])
    library.load(folder)
    (folder / "scan.pdf").write_bytes(earlier)
    library.load(folder)
    assert ids(library) == [first]
    assert library.tombstones.get(DocumentId(first)) is None


BUNAKEN = ["Panduan menyelam di Taman Nasional Bunaken bagi pemula yang ingin melihat terumbu karang dan ikan besar"]


@pytest.mark.parametrize("corrected", [DESA, BUNAKEN])
def test_of_two_books_that_had_one_name_the_corrected_one_is_replaced(
    tmp_path: Path, folder: Path, corrected: Sequence[str]
) -> None:
    library = Library(tmp_path)
    for text in (DESA, BUNAKEN, [f"{corrected[0]} sekali", *corrected[1:]]):
        book(folder / "scan.pdf", text)
        report = library.load(folder)
    assert (report.outcomes["updated"], told_of_books(report)) == (1, [])
    assert library.engine.info().documents == 2


def test_the_next_issue_under_one_name_and_title_leaves_the_one_before(tmp_path: Path, folder: Path) -> None:
    library = Library(tmp_path)
    for text in (DESA, BUNAKEN):
        book(folder / "scan.pdf", text, title="Buletin Perpustakaan Daerah Sulawesi")
        library.load(folder)
    assert len(stored(library)) == 2


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("ISBN 978-979-407-096-3", "ISBN 978-602-8519-93-9"),
        ("Cetakan pertama, 2014", "Cetakan kedua, 2020"),
    ],
)
def test_another_edition_with_the_same_words_is_another_book(
    tmp_path: Path, folder: Path, before: str, now: str
) -> None:
    library = Library(tmp_path)
    for imprint in (before, now):
        book(folder / "scan.pdf", [imprint, *DESA])
        library.load(folder)
    assert len(stored(library)) == 2


def test_two_scans_without_text_and_with_one_title_may_be_two_issues(tmp_path: Path, folder: Path) -> None:
    library = Library(tmp_path)
    for pages in ([""], ["", ""]):
        book(folder / "scan.pdf", pages, title="Buletin Perpustakaan Daerah Sulawesi")
        library.load(folder)
    assert len(stored(library)) == 2


def test_a_pdf_named_by_the_number_of_its_own_title_is_read_again(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(tmp_path)
    library.load(folder)
    (title,) = ids(library)
    (folder / "scan.pdf").rename(folder / f"{title.partition('.')[2]}.pdf")
    monkeypatch.setattr("ingest.fingerprints.READING_VERSION", "later")
    assert library.load(folder).outcomes["updated"] == 1
    assert ids(library) == [title]


def in_catalogue(library: Library) -> set[str]:
    """The titles that are there, and which of them have an e-book."""
    hits = [hit.document for hit in library.discovery.search(parse("")).hits]
    return {f"{found.title}{' +' if found.ebook else ''}" for found in hits}


@pytest.fixture
def shelf(tmp_path: Path) -> Library:
    """A record with its e-book, and a title of a PDF alone in a folder of its own; another PDF in another folder."""
    (tmp_path / "from" / "desa").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    write(tmp_path / "from" / "a.mrc", [record("A1", "Selat Lembeh")])
    book(tmp_path / "from" / "A1.pdf", ["Selat Lembeh"])
    book(tmp_path / "from" / "desa" / "wanua.pdf", DESA)
    book(tmp_path / "from" / "kota.pdf", ["Manado"])
    book(tmp_path / "other" / "danau.pdf", ["Danau Tondano"])
    library = Library(tmp_path)
    library.load(tmp_path / "other")
    assert library.load(tmp_path / "from").ebooks_missing == 0
    return library


def test_ebooks_that_are_gone_from_their_folder_are_told_and_stay(shelf: Library, tmp_path: Path) -> None:
    (tmp_path / "from" / "A1.pdf").unlink()
    shutil.rmtree(tmp_path / "from" / "desa")
    for _ in range(2):
        report = shelf.load(tmp_path / "from")
        assert (report.ebooks_missing, report.ebooks_taken_out) == (2, 0)
    assert {(found.title, found.file_name) for found in report.missing} == {
        ("Selat Lembeh", "A1.pdf"),
        ("wanua", "wanua.pdf"),
    }
    assert in_catalogue(shelf) == {"Selat Lembeh +", "wanua +", "kota +", "danau +"}
    assert shelf.load(tmp_path / "from", source="lain").ebooks_missing == 0
    assert shelf.load(tmp_path / "from", missing="ignored").ebooks_missing == 0


def test_ebooks_that_are_gone_are_taken_out_where_asked(shelf: Library, tmp_path: Path) -> None:
    (tmp_path / "from" / "A1.pdf").unlink()
    shutil.rmtree(tmp_path / "from" / "desa")
    gone = {found.id for found in shelf.load(tmp_path / "from").missing} - {"katalog.A1"}
    report = shelf.load(tmp_path / "from", tmp_path / "from", missing="removed")
    assert (report.ebooks_taken_out, report.ebook_files_removed) == (2, 2)
    assert in_catalogue(shelf) == {"Selat Lembeh", "kota +", "danau +"}
    assert {found.id for found in shelf.tombstones} == gone
    assert shelf.titles("Lembeh") == ["Selat Lembeh"]
    assert shelf.load(tmp_path / "from").ebooks_missing == 0
    book(tmp_path / "from" / "A1.pdf", ["Selat Lembeh"])
    assert shelf.load(tmp_path / "from").attached == 1


def test_an_ebook_that_was_moved_or_replaced_is_not_missing(shelf: Library, tmp_path: Path) -> None:
    (tmp_path / "from" / "A1.pdf").rename(tmp_path / "from" / "desa" / "A1.pdf")
    book(tmp_path / "from" / "desa" / "wanua.pdf", [*DESA, "Lampiran"])
    book(tmp_path / "from" / "kota.pdf", DESA[:3])  # quite another text, which is told
    report = shelf.load(tmp_path / "from", missing="removed")
    assert report.ebooks_missing == 0


def test_an_ebook_is_where_it_was_found_last(shelf: Library, tmp_path: Path) -> None:
    """Moved between two folders that are loaded apart, it stays when the one that it left is loaded."""
    (tmp_path / "from" / "A1.pdf").rename(tmp_path / "other" / "A1.pdf")
    (tmp_path / "from" / "kota.pdf").rename(tmp_path / "other" / "lain.pdf")
    assert shelf.load(tmp_path / "other").outcomes["unchanged"] == 3
    before = in_catalogue(shelf)
    report = shelf.load(tmp_path / "from", missing="removed")
    assert (report.ebooks_missing, in_catalogue(shelf)) == (0, before)
    (tmp_path / "other" / "lain.pdf").unlink()
    assert shelf.load(tmp_path / "other", missing="removed").ebooks_taken_out == 1
    assert in_catalogue(shelf) == before - {"kota +"}


def test_that_an_ebook_was_moved_is_told_where_the_load_would_cost_its_vectors(shelf: Library, tmp_path: Path) -> None:
    embedder = LetterEmbedder()
    shelf.load(tmp_path / "from", embedder=embedder)
    (tmp_path / "from" / "A1.pdf").rename(tmp_path / "other" / "A1.pdf")
    (tmp_path / "from" / "kota.pdf").rename(tmp_path / "other" / "kota.pdf")
    told = [note for note in shelf.load(tmp_path / "other").notes if "with vectors" in note]
    assert len(told) == 1
    assert not shelf.load(tmp_path / "other", embedder=embedder).notes
    assert shelf.load(tmp_path / "from", missing="removed").ebooks_missing == 0


def test_a_copy_in_another_folder_moves_nothing_to_and_fro(shelf: Library, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "from" / "kota.pdf", tmp_path / "other" / "kota.pdf")
    shelf.load(tmp_path / "from", tmp_path / "other")
    before = shelf.engine.searcher().walk(BEGINNING, 10)
    shelf.load(tmp_path / "from", tmp_path / "other")
    assert shelf.engine.searcher().walk(BEGINNING, 10) == before


def test_nothing_is_taken_out_where_a_disk_may_be_away(shelf: Library, tmp_path: Path) -> None:
    for path in list((tmp_path / "from").rglob("*.pdf")):
        path.unlink()
    report = shelf.load(tmp_path / "from", missing="removed")
    assert (report.ebooks_missing, report.ebooks_taken_out) == (3, 0)
    assert "disk is connected" in report.notes[0]


def test_nothing_is_taken_out_where_not_everything_could_be_read(shelf: Library, tmp_path: Path) -> None:
    (tmp_path / "from" / "A1.pdf").unlink()
    os.mkfifo(tmp_path / "from" / "pipa")
    report = shelf.load(tmp_path / "from", missing="removed")
    assert (report.ebooks_missing, report.ebooks_taken_out) == (1, 0)
    assert "not everything could be read" in report.notes[0]


def test_what_is_there_and_not_read_as_an_ebook_is_not_taken_out(shelf: Library, tmp_path: Path) -> None:
    (tmp_path / "from" / "A1.pdf").write_bytes(b"")
    (tmp_path / "from" / "kota.pdf").write_bytes(bytes(2000))
    report = shelf.load(tmp_path / "from", missing="removed")
    assert (report.outcomes["refused"], report.ebooks_missing) == (2, 0)


def test_ebooks_stay_whose_folder_was_not_looked_into_or_is_empty(shelf: Library, tmp_path: Path) -> None:
    """A folder inside is a link, hidden, or that of a disk that is away."""
    elsewhere, inside = tmp_path / "elsewhere", tmp_path / "from" / "desa"
    inside.rename(elsewhere)
    inside.symlink_to(elsewhere)
    for is_link in (True, False):
        if not is_link:
            inside.unlink()
            inside.mkdir()
        report = shelf.load(tmp_path / "from", missing="removed")
        assert (report.ebooks_missing, report.ebooks_taken_out) == (1, 0)
        assert str(inside) in report.notes[0]
    inside.rmdir()
    assert shelf.load(tmp_path / "from", missing="removed").ebooks_taken_out == 1


def test_ebooks_of_an_archive_stay_while_it_cannot_be_opened(shelf: Library, tmp_path: Path) -> None:
    archive = tmp_path / "from" / "buku.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name in ("danau", "pulau"):
            packed.write(book(tmp_path / f"{name}.pdf", [name, f"Tentang {name}"]), f"{name}.pdf")
    assert shelf.load(tmp_path / "from").outcomes["indexed"] == 2
    whole = archive.read_bytes()
    archive.write_bytes(b"PK\x03\x04" + whole[4:9])
    assert shelf.load(tmp_path / "from", missing="removed").ebooks_taken_out == 0
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("baca.dat", "Sedang dipindahkan")
    assert shelf.load(tmp_path / "from", missing="removed").ebooks_taken_out == 0
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(tmp_path / "danau.pdf", "danau.pdf")
    assert shelf.load(tmp_path / "from", missing="removed").ebooks_taken_out == 1


def test_of_a_folder_in_another_each_ebook_is_told_once(shelf: Library, tmp_path: Path) -> None:
    (tmp_path / "from" / "desa" / "wanua.pdf").unlink()
    report = shelf.load(tmp_path / "from", tmp_path / "from" / "desa")
    assert (report.ebooks_missing, len(report.missing)) == (1, 1)
