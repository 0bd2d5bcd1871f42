"""Text of PDFs: how fast, and how much of it, against pdfminer.six: python -m tests.benchmarks.pdf [PATH ...]

Without paths, every PDF of the shared data. Pages a second of: the reader as a load runs it, from the path to
the book, its child process already started ("ours"); the same in this process, without SHA-256 and messages
("text"); pdfium alone ("pdfium"); pdfminer.six with layout ("pdfminer"). Then which share of pdfminer's words
ours holds, page by page, after NFKC and with broken words mended: of all its words, of those on the visible
page, and of these apart from where blanks are seen.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2

from ingest.readers.pdf import PdfReader
from ingest.readers.pdf_pdfium import PdfiumBook
from ingest.readers.pdf_text import clean
from ingest.running_heads import without_running_heads
from ingest.source import PdfBook
from tests.support.pdf_quality import MOST, ReferencePage, Share, compare_pages, pdfminer_pages
from tests.support.shared_data import SHARED

ROUNDS = 3
PDFMINER_ROUNDS = 2  # two minutes each
FLOOR = 0.99
# A file must have so many pages before its speed says anything.
LONG = 30
LONGEST = 2_400


@dataclass(slots=True)
class Result:
    """What came of one file. Seconds are those of the best round: what the machine gives when nothing else runs."""

    path: Path
    ending: str
    pages: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    everything: Share = field(default_factory=Share)
    visible: Share = field(default_factory=Share)
    lacking: Counter[str] = field(default_factory=Counter)
    pages_with_heads: int = 0

    def speed(self, name: str) -> float:
        return self.pages / self.seconds[name] if self.seconds.get(name) else 0.0

    @property
    def ratio(self) -> float:
        """How many times as fast as pdfminer the reader is, 0 when pdfminer was not measured."""
        return self.seconds["pdfminer"] / self.seconds["ours"] if "pdfminer" in self.seconds else 0.0


def best(do: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        do()
        times.append(time.perf_counter() - started)
    return min(times)


def text_alone(path: Path) -> None:
    book = PdfiumBook(path)
    book.head()
    for number in range(1, book.page_count + 1):
        clean(book.text(number) or "", MOST)
    book.close()


def pdfium_alone(path: Path) -> None:
    with pypdfium2.PdfDocument(path, password="") as document:
        for index in range(len(document)):
            page = document[index]
            page.get_textpage().get_text_bounded()
            page.close()


def measured(path: Path, reader: PdfReader) -> Result:
    book = reader.read(path)
    if not isinstance(book, PdfBook):
        return Result(path, {"encrypted_pdf": "password", "broken_pdf": "damaged"}.get(book.code, book.reason))
    result = Result(path, "text" if any(page.text for page in book.pages) else "no text", len(book.pages))
    if result.ending == "no text":
        return result
    stripped = without_running_heads(book.pages)
    result.pages_with_heads = sum(one is not other for one, other in zip(book.pages, stripped, strict=True))
    result.seconds["ours"] = best(lambda: reader.read(path))
    try:
        result.seconds["text"], result.seconds["pdfium"] = (
            best(lambda: text_alone(path)),
            best(lambda: pdfium_alone(path)),
        )
    except pypdfium2.PdfiumError:
        result.ending = "text, by pdfminer alone"
    reference: list[ReferencePage] = []

    def lay_out() -> None:
        reference[:] = pdfminer_pages(path)

    try:
        result.seconds["pdfminer"] = best(lay_out, PDFMINER_ROUNDS)
    except Exception as error:  # noqa: BLE001 - see ingest.readers.pdf_miner: there is no list of what it raises
        result.ending = f"text, where pdfminer fails ({type(error).__name__})"
        return result
    texts = [page.text for page in book.pages]
    result.everything, _ = compare_pages([page.everything for page in reference], texts)
    result.visible, result.lacking = compare_pages([page.visible for page in reference], texts)
    return result


def report(results: list[Result], folder: Path) -> None:
    for result in results:
        name = result.path.relative_to(folder) if result.path.is_relative_to(folder) else result.path
        if result.ending in ("no text", "password", "damaged"):
            print(f"{name}: {result.ending}")
            continue
        print(
            f"{name}: {result.ending}, {result.pages} pages; a second: "
            + ", ".join(f"{part} {result.speed(part):.0f}" for part in ("ours", "text", "pdfium", "pdfminer"))
            + f"; {result.ratio:.1f} times pdfminer; of all words {result.everything}; of the visible {result.visible}"
            + f"; running heads on {result.pages_with_heads} pages"
        )
    print()
    print(dict(Counter(result.ending for result in results)))
    for title, least in (("all", 1), (f"with {LONG} pages or more", LONG)):
        chosen = [r for r in results if "pdfminer" in r.seconds and "pdfium" in r.seconds and r.pages >= least]
        if not chosen:
            continue
        pages = sum(r.pages for r in chosen)
        speeds = {part: pages / sum(r.seconds[part] for r in chosen) for part in ("ours", "text", "pdfium", "pdfminer")}
        everything, visible = Share(), Share()
        for r in chosen:
            everything.add(r.everything)
            visible.add(r.visible)
        print(
            f"files {title}: {len(chosen)}, {pages} pages; a second: "
            + ", ".join(f"{part} {speed:.0f}" for part, speed in speeds.items())
            + f"; ours is {speeds['ours'] / speeds['pdfminer']:.1f} times pdfminer, {min(r.ratio for r in chosen):.1f} at least"
        )
        print(f"  {visible.words} words; of all {everything}; of the visible {visible}")
    print(f"below {FLOOR:.0%} of the visible words, with the words that are missing altogether:")
    for r in results:
        if r.visible.words and r.visible.found < FLOOR * r.visible.words:
            print(f"  {r.path.name}: {r.visible}: {' '.join(word for word, _ in r.lacking.most_common(12))}")


def long_file(parts: list[Path], folder: Path) -> Path:
    """One PDF of more than LONGEST pages, made of these again and again."""
    with pypdfium2.PdfDocument.new() as out:
        while len(out) < LONGEST:
            for part in parts:
                with pypdfium2.PdfDocument(part) as source:
                    out.import_pages(source)
        path = folder / "long.pdf"
        out.save(path)
    return path


def memory(results: list[Result]) -> None:
    longest = sorted((r for r in results if r.ending == "text"), key=lambda r: r.pages)[-3:]
    with tempfile.TemporaryDirectory() as folder:
        path = long_file([r.path for r in longest], Path(folder))
        for workers in (1, 2):
            with PdfReader(workers=workers) as reader:
                started = time.perf_counter()
                book = reader.read(path)
                seconds = time.perf_counter() - started
                pages = len(book.pages) if isinstance(book, PdfBook) else 0
                print(
                    f"one file of {pages} pages, {path.stat().st_size / 1e6:.0f} MB, {workers} processes: "
                    f"{pages / seconds:.0f} pages a second with the start of the process, "
                    f"{reader.peak_bytes / 1e6:.0f} MB at most in one"
                )


if __name__ == "__main__":
    folder = SHARED / "data" / "pdf"
    named = [Path(argument) for argument in sys.argv[1:]] or [folder]
    paths = [file for path in named for file in (sorted(path.rglob("*.pdf")) if path.is_dir() else [path])]
    with PdfReader() as reader:
        results = [measured(path, reader) for path in paths]
    report(results, folder)
    memory(results)
