"""The text of scanned pages, by Tesseract through the program `ocrmypdf`, where that is installed.

A file that OCR cannot read is a book without text on those pages, never a failed load: every failure is
an OcrError with a sentence for the report.
"""

import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from ingest.readers.pdf_text import SOFT_BREAK, clean

PROGRAM: Final = "ocrmypdf"
_PROGRAMS: Final = ("tesseract", PROGRAM)
# ocrmypdf's exit codes. 4 and 10: the text is there, but the PDF made beside it is not as it should be.
_GOOD_CODES: Final = (0, 4, 10)
_REASONS: Final = {
    2: "the file is no PDF that OCR can open",
    3: "a program that OCR needs is missing or too old",
    8: "the file is encrypted",
}
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9_]{2,30}(?:/[A-Za-z0-9_]{2,30})?")
_SKIPPED: Final = re.compile(r"\[OCR skipped on page(?:\(s\))? (\d+)(?:-(\d+))?\]")
_LINE_END: Final = re.compile(r"(?<!\n)\n(?!\n)")


@dataclass(frozen=True, slots=True)
class Ocr:
    """How pages without text are read, and what one file may cost.

    languages: Tesseract's names, the likeliest first; those it has no data for are left out. A page of
    print takes 2 to 15 seconds. jobs: pages read at the same time.
    """

    languages: tuple[str, ...] = ("ind", "eng")
    jobs: int = 1
    seconds: float = 60.0
    seconds_per_page: float = 30.0
    memory_bytes: int = 4 << 30
    output_bytes: int = 4_000_000_000
    page_characters: int = 250_000


class OcrError(Exception):
    """Why there is no text from OCR: a part of a sentence."""


def missing() -> str:
    """What must be installed before OCR can be used, "" when all is there."""
    lacking = [program for program in _PROGRAMS if shutil.which(program) is None]
    return f"OCR needs {' and '.join(lacking)}, which is not installed" if lacking else ""


def page_texts(path: Path, numbers: Sequence[int], ocr: Ocr) -> dict[int, str]:
    """The cleaned text of these pages (from 1); pages on which nothing is found are left out. Raises OcrError."""
    if lack := missing():
        raise OcrError(lack)
    if not numbers:
        return {}
    languages = usable_languages(ocr.languages)
    if not languages:
        raise OcrError(f"Tesseract has no data for {' or '.join(ocr.languages)}")
    with tempfile.TemporaryDirectory(prefix="telusur-ocr-") as folder:
        sidecar = Path(folder) / "text.txt"
        command = [
            PROGRAM,
            *("--quiet", "--skip-text", "--output-type", "pdf", "--optimize", "0"),
            *("--jobs", str(ocr.jobs), "--tesseract-timeout", str(ocr.seconds_per_page)),
            *("--language", "+".join(languages), "--pages", page_list(numbers), "--sidecar", str(sidecar)),
            # An absolute path: a name that begins with a hyphen is no option.
            *(str(path.absolute()), str(Path(folder) / "out.pdf")),
        ]
        code = _run(command, folder, ocr.seconds + ocr.seconds_per_page * len(numbers) / ocr.jobs, ocr)
        if code not in _GOOD_CODES:
            raise OcrError(_REASONS.get(code, f"{PROGRAM} ended with code {code}"))
        try:
            found = pages_of(sidecar.read_text(encoding="utf-8", errors="replace"))
        except OSError as error:
            raise OcrError(f"{PROGRAM} gave no text") from error
    wanted = set(numbers)
    texts = {number: _cleaned(text, ocr) for number, text in found.items() if number in wanted}
    return {number: text for number, text in texts.items() if text}


def usable_languages(wanted: Iterable[str]) -> list[str]:
    """Those of `wanted` that Tesseract has data for, in their order."""
    try:
        listed = subprocess.run(
            ["tesseract", "--list-langs"], capture_output=True, text=True, timeout=30, check=False, env=_environment()
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    known = set(listed.split())
    return [language for language in wanted if _LANGUAGE.fullmatch(language) and language in known]


def page_list(numbers: Iterable[int]) -> str:
    """Page numbers as ocrmypdf takes them.

    >>> page_list([7, 1, 2, 3])
    '1-3,7'
    """
    ordered = sorted(set(numbers))
    breaks = [0, *(at for at, (a, b) in enumerate(pairwise(ordered), start=1) if b != a + 1), len(ordered)]
    runs = [ordered[start:end] for start, end in pairwise(breaks)]
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def pages_of(sidecar: str) -> dict[int, str]:
    """The text of each page in ocrmypdf's text file, where one note stands for several pages left out.

    >>> pages_of("satu\\f[OCR skipped on page(s) 2-3]\\fempat")
    {1: 'satu', 4: 'empat'}
    """
    pages: dict[int, str] = {}
    number = 1
    for part in sidecar.split("\f"):
        if skipped := _SKIPPED.fullmatch(part.strip()):
            number = int(skipped[2] or skipped[1])
        else:
            pages[number] = part
        number += 1
    return pages


def _cleaned(text: str, ocr: Ocr) -> str:
    """One paragraph a line: Tesseract puts an empty line between them."""
    return clean(_LINE_END.sub(SOFT_BREAK, text.replace("\r\n", "\n").strip()), ocr.page_characters)


def _environment() -> dict[str, str]:
    """What the programs see of ours: where they and their helpers are installed."""
    found = (shutil.which(program) for program in _PROGRAMS)
    folders = dict.fromkeys(str(Path(program).parent) for program in found if program is not None)
    return {
        "PATH": os.pathsep.join([*folders, *os.defpath.split(os.pathsep)]),
        "LC_ALL": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",  # Tesseract's own threads make a page slower, not quicker
    }


def _run(command: Sequence[str], folder: str, seconds: float, ocr: Ocr) -> int:
    """The exit code of a program that gets `seconds`, this memory and no more. Raises OcrError."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**_environment(), "HOME": folder, "TMPDIR": folder},
            start_new_session=True,  # so that its helpers end with it
        )
    except OSError as error:
        raise OcrError(f"{PROGRAM} does not start: {error.strerror}") from error
    try:
        _confine(process.pid, ocr)
        return process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise OcrError("OCR takes too long") from error
    finally:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _confine(pid: int, ocr: Ocr) -> None:
    """Limits for a program just started and for all that it starts. Linux alone can set them from outside."""
    if hasattr(resource, "prlimit"):
        with suppress(OSError):
            resource.prlimit(pid, resource.RLIMIT_AS, (ocr.memory_bytes, ocr.memory_bytes))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (ocr.output_bytes, ocr.output_bytes))
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
