"""`telusur ingest`: files, a drop folder or a repository into the index, with progress, a report and an exit code."""

import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Final

from ingest.drop_folder import DropFolder
from ingest.dry_run import NoEbooks, NoEngine
from ingest.harvest import Harvest, HarvestRequest
from ingest.harvest_state import HarvestState
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from ingest.readers import ocr
from ingest.readers.columns import ColumnsError, TableMapping, load_columns
from ingest.refused import RefusedRecords
from ingest.report import IngestReport
from ingest.tombstones import Tombstones
from portal.bootstrap import ebook_store, open_job_embedder, tombstones
from portal.console import ProgressLine, report_text
from portal.exit_codes import DONE, DONE_WITH_REFUSALS, STOPPED, UNAVAILABLE, WRONG_USE
from portal.settings import Settings, read_settings
from search.errors import IndexBusy
from search.opening import open_engine

HARVEST: Final = "oai"
LOOK_S: Final = 2.0  # between two looks at a drop folder


class MisuseError(Exception):
    """What is wrong with the arguments, and what to do."""


def ingest(arguments: Namespace) -> int:
    settings = read_settings()
    stop = threading.Event()
    try:
        job = _job(settings, arguments, stop)
    except (MisuseError, ColumnsError, ValueError) as error:
        print(f"telusur: {error}", file=sys.stderr)
        return WRONG_USE
    if arguments.watch:
        return _watch(settings, replace(job, paths=()), arguments.watch, stop)
    report = load(settings, job, stop, dry=arguments.check, refused=arguments.refused)
    print(report_text(report, dry=arguments.check))
    if arguments.report:
        report.save(arguments.report)
    return _exit_code(report)


def load(
    settings: Settings,
    job: IngestJob,
    stop: threading.Event | None = None,
    *,
    dry: bool = False,
    refused: Path | None = None,
) -> IngestReport:
    """Run a job, with a progress line and Ctrl-C. dry: keep nothing. refused: a folder for the refused records."""
    stop = threading.Event() if stop is None else stop
    line = ProgressLine()
    kept: Tombstones | None = None if dry else tombstones(settings)
    with ExitStack() as stack:
        records = stack.enter_context(RefusedRecords(refused)) if refused is not None else None
        run = Load(
            NoEngine() if dry else open_engine(settings.search),
            NoEbooks() if dry else ebook_store(settings),
            job,
            line,
            stop,
            tombstones=kept,
            on_refused=records.add if records is not None else lambda _: None,
        )
        stack.enter_context(_stopping(stop))
        try:
            return run.run()
        finally:
            line.end()


def _job(settings: Settings, arguments: Namespace, stop: threading.Event) -> IngestJob:
    """Raises MisuseError, ColumnsError, ValueError."""
    _require_sense(arguments)
    source = arguments.source or settings.source
    embedder = open_job_embedder(settings, embed=not arguments.no_embed and not arguments.check)
    columns: TableMapping | None = load_columns(arguments.columns) if arguments.columns else None
    job = IngestJob(
        source=source,
        embedder=embedder,
        rebuild=arguments.rebuild or arguments.check,
        workers=arguments.workers,
        columns=columns,
        ocr=ocr.Ocr(jobs=arguments.workers) if arguments.ocr else None,
    )
    if not _is_harvest(arguments.paths):
        return replace(job, paths=tuple(map(Path, arguments.paths)))
    request = HarvestRequest(arguments.paths[1], source, arguments.set, arguments.prefix, arguments.from_date)
    return replace(job, harvest=Harvest(request, HarvestState(settings.data / "harvests"), stop, anew=job.rebuild))


def _is_harvest(paths: Sequence[str]) -> bool:
    return len(paths) == 2 and paths[0] == HARVEST and "://" in paths[1]


def _require_sense(arguments: Namespace) -> None:
    harvest = _is_harvest(arguments.paths)
    if arguments.paths[:1] == [HARVEST] and not harvest and not Path(HARVEST).exists():
        raise MisuseError("a harvest takes one address: telusur ingest oai https://example.org/oai")
    if not harvest and (arguments.set or arguments.from_date):
        raise MisuseError("--set and --from are for a harvest: telusur ingest oai URL")
    if harvest and arguments.check:
        raise MisuseError("--check reads files; a harvest cannot be tried without loading it")
    if arguments.watch and (arguments.paths or arguments.rebuild or arguments.check or arguments.refused):
        raise MisuseError("--watch FOLDER takes no PATH, --rebuild, --check or --refused; it sorts the files itself")
    if arguments.watch and not arguments.watch.is_dir():
        raise MisuseError(f"no such folder: {arguments.watch}")
    if not arguments.watch and not arguments.paths:
        raise MisuseError("name a file or folder to load, or `oai URL`, or --watch FOLDER")
    missing = [] if harvest else [path for path in arguments.paths if not Path(path).exists()]
    if missing:
        raise MisuseError(f"no such file or folder: {', '.join(missing)}")
    if arguments.report and not os.access(arguments.report.parent, os.W_OK):
        raise MisuseError(f"no report can be written to {arguments.report.parent}; name another --report")
    if arguments.refused and arguments.refused.exists() and not arguments.refused.is_dir():
        raise MisuseError(f"{arguments.refused} is a file; --refused names a folder")
    if arguments.ocr and (lacking := ocr.missing()):
        raise MisuseError(f"{lacking}; install it, or load without --ocr")


def _watch(settings: Settings, job: IngestJob, folder: Path, stop: threading.Event) -> int:
    """Load what is dropped into a folder until Ctrl-C."""
    dropped = DropFolder(folder)
    refusals = False
    print(f"Watching {folder}; Ctrl-C ends it.", file=sys.stderr)
    with _stopping(stop):
        while not stop.is_set():
            if paths := dropped.settled():
                try:
                    report = load(settings, replace(job, paths=tuple(paths)), stop)
                except IndexBusy as error:  # another load is at work: the files can wait
                    print(f"telusur: {error}", file=sys.stderr)
                    stop.wait(LOOK_S)
                    continue
                print(report_text(report), flush=True)
                report.save(dropped.report_path(datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S")))
                if not report.stopped:
                    dropped.put_away(paths, report)
                refusals = refusals or bool(report.outcomes["refused"])
            stop.wait(LOOK_S)
    return DONE_WITH_REFUSALS if refusals else DONE


def _exit_code(report: IngestReport) -> int:
    if report.stopped:
        return STOPPED
    if report.given_up:
        return UNAVAILABLE
    return DONE_WITH_REFUSALS if report.outcomes["refused"] else DONE


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C asks the load to end after its batch; a second one breaks it off, at its last checkpoint."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        print("\nStopping after this batch (Ctrl-C again to break off) …", file=sys.stderr)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
