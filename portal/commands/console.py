"""What a terminal shows of a load: one moving line of progress, then the report."""

import sys
import time
from typing import Final, TextIO

from ingest.jobs import Progress
from ingest.report import OUTCOMES, IngestReport

_REDRAW_S: Final = 0.2
_LOG_S: Final = 10.0  # where output is no terminal, a line now and then
_REFUSALS_SHOWN: Final = 10


class ProgressLine:
    """Draws progress on `stream`: moving in place on a terminal, else a line every few seconds."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._moving = stream.isatty()
        self._drawn = 0.0
        self._width = 0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._drawn < (_REDRAW_S if self._moving else _LOG_S):
            return
        if not self._drawn and not self._moving:
            self._drawn = now  # a short load needs no line at all
            return
        self._drawn = now
        line = progress_text(progress)
        if self._moving:
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

    def end(self) -> None:
        if self._moving and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()


def progress_text(progress: Progress) -> str:
    """
    >>> progress_text(Progress("a/laut.mrc", 500.0, 1000.0, 1200, 2.0))
    ' 50 %  1,200 read  600/s  0:02 left  laut.mrc'
    >>> progress_text(Progress("kampus", 1200.0, 0.0, 1200, 2.0))
    '1,200 read  600/s  kampus'
    """
    rate = progress.read / progress.seconds if progress.seconds else 0
    left = progress.seconds_left
    name = progress.file.replace("\\", "/").rsplit("/", 1)[-1][:40]
    so_far = f"{progress.read:,} read  {rate:,.0f}/s"
    if not progress.total:
        return f"{so_far}  {name}"
    remaining = f"{duration(left)} left" if left is not None else "estimating"
    return f"{round(100 * progress.done / progress.total):3d} %  {so_far}  {remaining}  {name}"


def duration(seconds: float) -> str:
    """
    >>> duration(75), duration(3700)
    ('1:15', '1:01:40')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def report_text(report: IngestReport, *, dry: bool = False) -> str:
    """The report for people; the JSON of --report holds every refusal. dry: nothing was kept."""
    came_from = f" from {report.files:,} files" if report.files else ""
    lines = [
        f"{report.read:,} read{came_from} in {duration(report.seconds)}: "
        + ", ".join(f"{report.outcomes[outcome]:,} {outcome}" for outcome in OUTCOMES)
    ]
    if dry:
        lines[0] += ". Nothing was kept: this was a check."
    lines += _about_ebooks(report)
    if report.joined:
        lines.append(f"{report.joined:,} records joined one of another source (same ISBN, title and year)")
    lines += _about_replacements(report)
    if not dry:
        lines.append(_about_vectors(report))
    lines += [f"  {printable(note)}" for note in report.notes[:_REFUSALS_SHOWN]]
    for code, count in report.reasons.most_common():
        lines.append(f"  refused {count:,}: {code}")
    for rejected in report.refusals[:_REFUSALS_SHOWN]:
        place = rejected.origin.file
        if rejected.origin.position:
            place += f", record {rejected.origin.position}"
        if rejected.control_number:
            place += f" (001 {rejected.control_number})"
        lines.append(f"    {printable(place)}: {printable(rejected.reason)}")
    if len(report.refusals) > _REFUSALS_SHOWN:
        lines.append(f"    … and {report.outcomes['refused'] - _REFUSALS_SHOWN:,} more; --report FILE lists them all")
    if dry:
        lines += ["Stopped: the check did not come to its end."] * report.stopped
    elif report.given_up:
        why = (
            "Stopped" if report.stopped else "Not everything could be had" if report.read else "Nothing could be loaded"
        )
        lines.append(f"{why}: the rebuild is given up, and the index is what it was before.")
    elif report.stopped:
        lines.append("Stopped. What was read is kept; run the same command again to go on.")
    return "\n".join(lines)


def _about_ebooks(report: IngestReport) -> list[str]:
    lines = []
    if report.pages:
        without = f"; {report.pages_without_text:,} of {report.pages:,} pages have no text" * bool(
            report.pages_without_text
        )
        by_ocr = f", {report.pages_by_ocr:,} read by OCR" if report.pages_by_ocr else ""
        lines.append(
            f"{report.pages:,} e-book pages{by_ocr}; {report.attached:,} e-books attached to their record{without}"
        )
    return lines


def _about_replacements(report: IngestReport) -> list[str]:
    lines = []
    if report.replaced_in_load:
        lines.append(
            f"{report.replaced_in_load:,} updates replaced a record read earlier in this load "
            "(same source and control number)"
        )
    if report.replaced_by_another:
        lines.append(
            f"{report.replaced_by_another:,} records took the place of quite another title with their number. "
            "If these are two catalogues, load each under a --source of its own."
        )
    for found in report.replacements[:_REFUSALS_SHOWN]:
        was = f": {found.was!r} became {found.now!r}" if found.was else f": {found.now!r} stands"
        lines.append(
            f"    {printable(found.id)}, {printable(found.origin.file)}, record {found.origin.position}{printable(was)}"
        )
    return lines


def _about_vectors(report: IngestReport) -> str:
    if not report.embedder:
        return "No vectors made: search is by words only"
    if not report.passages:
        return "Nothing embedded: nothing has changed"
    return f"{report.passages:,} passages embedded with {report.embedder}"


def printable(text: str) -> str:
    """Text of a file, safe on a terminal: control characters and lone surrogates escaped.

    >>> printable("a\\x1b[31m")
    'a\\\\x1b[31m'
    """
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode() for ch in text)
