"""What a terminal shows of a load: one moving line of progress, then the report."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from ingest.jobs import Progress
from ingest.report import OUTCOMES, UNREADABLE, Damaged, IngestReport, Replacement
from ingest.source import Rejected
from portal.commands.terminal import printable

_REDRAW_S: Final = 0.2
_LOG_S: Final = 10.0  # where output is no terminal, a line now and then
_NARROW: Final = 79  # columns of a terminal that does not say how wide it is
_NOTES_SHOWN: Final = 10
_REFUSALS_SHOWN: Final = 3  # of each kind, and of damaged records
_NUMBER_CHARACTERS: Final = 40  # longer control numbers are damage


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
            line = line[: self._columns()]
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

    def _columns(self) -> int:
        """How much the terminal takes without going on in the next line, where the next look would not overwrite it."""
        try:
            columns = os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            columns = 0
        return columns - 1 if columns > 1 else _NARROW

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


def report_text(report: IngestReport, saved_as: Path | None = None) -> str:
    """The report for people. saved_as: where the JSON of it lies, which holds every refusal; None if nowhere."""
    came_from = f" from {_counted(report.files, 'file')}" if report.files else ""
    counts = ", ".join(f"{report.outcomes[outcome]:,} {outcome}" for outcome in OUTCOMES)
    if report.check:  # "2 would be indexed, 0 updated, ..."
        counts = f"{counts.replace(' ', ' would be ', 1)}. Nothing was kept: this was a check."
    lines = [f"{report.read:,} read{came_from} in {duration(report.seconds)}: {counts}"]
    if report.check:
        lines.append("It did not look into the index: what that holds just so would be unchanged.")
    lines += _about_ebooks(report)
    if report.joined:
        lines.append(f"{_counted(report.joined, 'record')} joined one of another source (same ISBN, title and year)")
    lines += _about_replacements(report)
    lines += _about_damage(report)
    if not report.check:
        lines.append(_about_vectors(report))
    lines += notes_of(report)
    lines += _about_refusals(report, saved_as)
    if report.check:
        lines += ["Stopped: the check did not come to its end."] * report.stopped
    elif report.given_up:
        why = (
            "Stopped" if report.stopped else "Not everything could be had" if report.read else "Nothing could be loaded"
        )
        lines.append(f"{why}: the rebuild is given up, and the index is what it was before.")
    elif report.stopped:
        lines.append("Stopped. What was read is kept; run the same command again to go on.")
    return "\n".join(lines)


def notes_of(report: IngestReport) -> list[str]:
    return [f"  {printable(note)}" for note in report.notes[:_NOTES_SHOWN]]


def _about_damage(report: IngestReport) -> list[str]:
    if not report.damaged_records:
        return []
    lines = [
        f"{_counted(report.damaged_records, 'record')} with letters that could not be "
        f"read ({UNREADABLE}); mend them where they come from"
    ]
    return lines + [f"{_held_by(found)}: {printable(found.text)}" for found in report.damaged[:_REFUSALS_SHOWN]]


def _about_refusals(report: IngestReport, saved_as: Path | None) -> list[str]:
    """Each kind with its count and its first ones, the most frequent kind first; then where all of them are."""
    lines = []
    some_left_out = False
    for code, count in report.reasons.most_common():
        lines.append(f"  refused {count:,}: {code}")
        shown = list(islice((found for found in report.refusals if found.code == code), _REFUSALS_SHOWN))
        lines += [f"    {printable(_place(found))}: {printable(found.reason)}" for found in shown]
        if count > len(shown):
            lines.append(f"    … and {count - len(shown):,} more")
            some_left_out = True
    if saved_as is not None and report.refusals:
        all_of_them = "All" if len(report.refusals) == report.outcomes["refused"] else f"{len(report.refusals):,}"
        lines.append(f"  {all_of_them} of them are listed in the report, {printable(str(saved_as))}.")
    elif some_left_out:
        lines.append("  --report FILE lists them all; --refused FOLDER keeps their records, to be mended.")
    return lines


def _place(rejected: Rejected) -> str:
    place = rejected.origin.file
    if rejected.origin.position:
        place += f", record {rejected.origin.position}"
    number = rejected.control_number
    if len(number) > _NUMBER_CHARACTERS:
        number = f"{number[:_NUMBER_CHARACTERS]}…"
    return f"{place} (001 {number})" if number else place


def _about_ebooks(report: IngestReport) -> list[str]:
    lines = []
    if report.pages:
        without = f"; {report.pages_without_text:,} of {report.pages:,} pages have no text" * bool(
            report.pages_without_text
        )
        by_ocr = f", {report.pages_by_ocr:,} read by OCR" if report.pages_by_ocr else ""
        lines.append(
            f"{report.pages:,} e-book pages{by_ocr}; {_ebooks(report.attached)} attached to their record{without}"
        )
    lines += _about_missing(report)
    if report.ebook_files_removed:
        lines.append(f"e-book files that no title has any more: {report.ebook_files_removed:,} removed")
    return lines


def _ebooks(count: int) -> str:
    return _counted(count, "e-book")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _about_missing(report: IngestReport) -> list[str]:
    lines = []
    if taken_out := report.ebooks_taken_out:
        lines.append(f"gone from their folder, and taken out of the catalogue: {_ebooks(taken_out)}")
    if left := report.ebooks_missing - taken_out:
        # Where they were to be taken out, a note says why they were not.
        advice = "" if report.removes_missing else ". To take them out: the same command with --remove-missing"
        lines.append(f"gone from their folder, and still in the catalogue: {_ebooks(left)}{advice}")
    for found in islice(report.missing, _NOTES_SHOWN):
        lines.append(f"    {printable(found.id)}: {printable(found.title)} ({printable(found.file_name)})")
    return lines


def _about_replacements(report: IngestReport) -> list[str]:
    lines = []
    if report.replaced_in_load:
        replaced = "would replace" if report.check else "replaced"
        lines.append(
            f"{_counted(report.replaced_in_load, 'update')} {replaced} a record read earlier in this load "
            "(same source and control number)"
        )
        lines += _listed(found for found in report.replacements if not found.is_another_book)
    if report.replaced_by_another:
        lines.append(
            f"{_counted(report.replaced_by_another, 'record')} took the place of quite another title with their number. "
            "If these are two catalogues, load each under a --source of its own."
        )
        lines += _listed(found for found in report.replacements if found.is_another_book)
    return lines


def _listed(replacements: Iterable[Replacement]) -> Iterator[str]:
    """The first of them, a line each."""
    for found in islice(replacements, _NOTES_SHOWN):
        was = f": {found.was!r} became {found.now!r}" if found.was else f": {found.now!r} stands"
        yield f"{_held_by(found)}{printable(was)}"


def _held_by(found: Replacement | Damaged) -> str:
    return f"    {printable(found.id)}, {printable(found.origin.file)}, record {found.origin.position}"


def _about_vectors(report: IngestReport) -> str:
    if not report.embedder:
        return "No vectors made: search is by words only"
    if not report.passages:
        return "Nothing embedded: nothing has changed"
    return f"{report.passages:,} passages embedded with {report.embedder}"
