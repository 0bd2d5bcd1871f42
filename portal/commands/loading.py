"""`telusur ingest`: files, a drop folder or a repository into the index, with progress, a report and an exit code."""

import hashlib
import json
import os
import signal
import sqlite3
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Final, Literal

from ingest.drop_folder import DropFolder
from ingest.dry_run import NoEbooks, NoEngine
from ingest.ebooks import StoreError
from ingest.harvest import Harvest, HarvestRequest, NoSuchSetError
from ingest.harvest_state import Harvested, HarvestState
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from ingest.read_failure import told
from ingest.readers import ocr
from ingest.readers.columns import ColumnsError, TableMapping, load_columns
from ingest.refused import RefusedError, RefusedRecords
from ingest.report import IngestReport, is_stream
from portal.bootstrap import ebook_store, open_job_embedder, tombstones
from portal.commands import circulating
from portal.commands.console import ProgressLine, notes_of, report_text
from portal.commands.exit_codes import DONE, DONE_WITH_REFUSALS, STOPPED, UNAVAILABLE, WRONG_USE
from portal.commands.load_error import LoadError
from portal.commands.terminal import printable
from portal.settings import Settings, read_settings
from search.engine import Engine
from search.errors import EngineUnavailable, IndexGone, IndexMissing, SearchError
from search.opening import open_engine

HARVEST: Final = "oai"
LOOK_S: Final = 2.0  # between two looks at a drop folder
LONGEST_PAUSE_S: Final = 60.0  # between two tries while the index or the folder is away


class MisuseError(Exception):
    """What is wrong with the arguments, and what to do."""


def ingest(arguments: Namespace) -> int:
    """Raises SearchError, LoadError."""
    settings = read_settings()
    stop = threading.Event()
    with ExitStack() as stack:
        try:
            _require_sense(arguments)
            job = _job(settings, arguments)
            request = _request(settings, arguments)
        except (MisuseError, ColumnsError, ValueError) as error:
            print(f"telusur: {error}", file=sys.stderr)
            return WRONG_USE
        engine = NoEngine() if job.dry else stack.enter_context(_opened(settings))
        if not job.dry and _index_state(engine) == "missing":
            _tell_of_beginning(settings)
        if arguments.watch:
            return watch(settings, replace(job, paths=()), arguments.watch, stop, engine)
        if request is not None:
            with _errors_explained(settings, job):
                harvest = Harvest(request, _positions(settings, engine), stop, anew=job.rebuild)
            job = replace(job, harvest=harvest)
        try:
            report = load(settings, job, stop, engine=engine, refused=arguments.refused, harvested=_what(request))
        except NoSuchSetError as error:
            print(f"telusur: {printable(str(error))}", file=sys.stderr)
            return WRONG_USE
    nothing = not (report.files or report.read or report.stopped or report.missing)
    if request is None and nothing and not arguments.rebuild:
        named = ", ".join(str(path) for path in job.paths)
        print(
            f"telusur: nothing to load in {named}: no file there holds MARC records, a table of a catalogue or an e-book "
            "(PDF). The index is what it was",
            file=sys.stderr,
        )
        print(*notes_of(report), sep="\n", end="\n" * bool(report.notes), file=sys.stderr)
        return WRONG_USE
    print(report_text(report, arguments.report), flush=True)
    if arguments.report:
        try:
            report.save(arguments.report)
        except OSError as error:
            print(
                f"telusur: the report could not be saved as {arguments.report}: {error.strerror or error}. "
                "The load itself is done; its report is the one above",
                file=sys.stderr,
            )
            return UNAVAILABLE
    return _exit_code(report)


def load(
    settings: Settings,
    job: IngestJob,
    stop: threading.Event | None = None,
    *,
    engine: Engine | None = None,
    refused: Path | None = None,
    harvested: Harvested | None = None,
) -> IngestReport:
    """Run a job, with a progress line and Ctrl-C.

    engine: the one of `settings` if left out. refused: a folder for the refused records. harvested: what the job
    harvests. Raises SearchError, LoadError.
    """
    stop = threading.Event() if stop is None else stop
    line = ProgressLine()
    report: IngestReport | None = None
    with _errors_explained(settings, job), ExitStack() as stack:
        if engine is None:
            engine = NoEngine() if job.dry else stack.enter_context(_opened(settings))
        if not job.dry:
            _positions(settings, engine)
        records = RefusedRecords(refused) if refused is not None else None
        try:
            with records or nullcontext(), _stopping(stop):
                report = Load(
                    engine,
                    NoEbooks() if job.dry else ebook_store(settings),
                    job,
                    line,
                    stop,
                    tombstones=None if job.dry else tombstones(settings),
                    on_refused=records.add if records is not None else lambda _: None,
                ).run()
        except RefusedError as error:
            if report is None:
                raise
            report.notes.insert(0, f"{error}.")  # the load itself is done
            records = None
        finally:
            line.end()
        if not job.dry and not report.given_up:
            _take_copies(settings, engine, report, stop)
    if records is not None and (note := _about_refused(records, refused)):
        report.notes.insert(0, note)
    if job.rebuild and not job.dry and not report.given_up:
        _forget_positions(settings, harvested, report)
    return report


def _take_copies(settings: Settings, engine: Engine, report: IngestReport, stop: threading.Event) -> None:
    """The copies that the load brought can be lent from now on, where it is we who lend."""
    if settings.accounts.ils.name != circulating.LOCAL or report.stopped:
        return
    taken = circulating.take(settings, engine, stopped=stop.is_set)
    report.notes += circulating.sentences(taken)
    report.copies = taken.to_plain()


@contextmanager
def _errors_explained(settings: Settings, job: IngestJob) -> Iterator[None]:
    """What may end a load, beside the index, as a LoadError."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_remains(job)) from None
    except IndexMissing:
        raise
    except EngineUnavailable as error:
        if settings.search.server is None:  # a folder that cannot be read says what is to be done, and no load goes on
            raise
        raise EngineUnavailable(f"{error} {_remains(job)}") from error
    except BrokenPipeError:
        raise  # whoever read our output has gone; nothing of the load is at fault
    except RefusedError as error:
        raise LoadError(f"The load ended early: {error}. {_remains(job)}") from error
    except StoreError as error:
        advice = "Make room on its disk, or see to its rights."
        raise LoadError(f"The load ended early: {error}. {advice} {_remains(job)}") from error
    except sqlite3.Error as error:
        raise LoadError(f"The load ended early: {_database_advice(settings, error)} {_remains(job)}") from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise LoadError(
            f"The load ended early: {error.strerror or str(error).rstrip('.')}{where}. Look at the disk and the rights "
            f"of the data folder {settings.data} and of the folder for temporary files. {_remains(job)}"
        ) from error


def _remains(job: IngestJob) -> str:
    if job.dry:
        return "Nothing was kept: this was a check."
    if job.rebuild:
        return "The index is what it was before."
    return "What was published until then stays; the same command again goes on from there."


def _database_advice(settings: Settings, error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "") or ""
    kept = settings.data / "tombstones.sqlite3"
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return (
            f"{kept} is damaged ({error}). Bring it back from a backup, or move it away: then those who copy the "
            "catalogue are not told of what was deleted before."
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"another program holds {kept} ({error}). Wait until it has ended, or end it."
    return (
        f"a database could not be written ({error}). Make room on the disk of {settings.data} and on that of the "
        f"folder for temporary files (TMPDIR), and see that {kept} can be written."
    )


def _about_refused(records: RefusedRecords, folder: Path | None) -> str:
    """Where the refused records are; "" when there are none."""
    parts = []
    if records.kept:
        parts.append(f"Refused records to be mended and loaded again are in {folder}: {records.kept:,}.")
    if records.left_out:
        parts.append(
            "Refused, and in the report only (rows of tables, harvested Dublin Core, whole files): "
            f"{records.left_out:,}."
        )
    return " ".join(parts)


def _job(settings: Settings, arguments: Namespace) -> IngestJob:
    """The job, but for what is harvested. Raises ColumnsError, EmbedderMissing."""
    embedder = open_job_embedder(settings, embed=not arguments.no_embed and not arguments.check)
    columns: TableMapping | None = load_columns(arguments.columns) if arguments.columns else None
    return IngestJob(
        paths=() if _is_harvest(arguments.paths) else tuple(map(Path, arguments.paths)),
        source=arguments.source or settings.source,
        embedder=embedder,
        rebuild=arguments.rebuild or arguments.check,
        workers=arguments.workers,
        columns=columns,
        ocr=ocr.Ocr(jobs=arguments.workers) if arguments.ocr else None,
        dry=arguments.check,
        missing="removed" if arguments.remove_missing else "told",
    )


def _request(settings: Settings, arguments: Namespace) -> HarvestRequest | None:
    """What to harvest, None for a load of files. Raises ValueError."""
    if not _is_harvest(arguments.paths):
        return None
    source = arguments.source or settings.source
    return HarvestRequest(arguments.paths[1], source, arguments.set, arguments.prefix, arguments.from_date)


def _what(request: HarvestRequest | None) -> Harvested | None:
    return Harvested(request.source, request.url, request.set, request.prefix) if request is not None else None


@contextmanager
def _opened(settings: Settings) -> Iterator[Engine]:
    """The engine, whose connections, if it has any, are closed at the end."""
    engine = open_engine(settings.search)
    try:
        yield engine
    finally:
        close = getattr(engine, "close", None)
        if close is not None:
            close()


def _positions(settings: Settings, engine: Engine) -> HarvestState:
    """How far repositories were harvested into this index; nothing where there is no index (any more)."""
    state = harvest_state(settings)
    if _index_state(engine) == "missing":  # whatever else is wrong with it, it is there, and the load will tell
        state.forget_all()
    return state


def harvest_state(settings: Settings) -> HarvestState:
    """How far repositories were harvested into the index that the settings name: another index has another state."""
    digest = hashlib.sha1(json.dumps(settings.search.index).encode(), usedforsecurity=False).hexdigest()
    return HarvestState(settings.data / "harvests" / digest[:16])


def _forget_positions(settings: Settings, but: Harvested | None, report: IngestReport) -> None:
    """A rebuild holds only what was named: of everything else, a harvest of changes would bring a part."""
    try:
        harvest_state(settings).forget_all(but)
    except OSError as error:
        report.notes.insert(
            0,
            f"How far repositories were harvested could not be forgotten ({error.strerror or error}). Delete {settings.data / 'harvests'}, "
            "or the next harvest asks only for what changed.",
        )


def _is_harvest(paths: Sequence[str]) -> bool:
    return len(paths) == 2 and paths[0] == HARVEST and "://" in paths[1]


def _require_sense(arguments: Namespace) -> None:
    """Raises MisuseError."""
    harvest = _is_harvest(arguments.paths)
    if arguments.paths[:1] == [HARVEST] and not harvest and not Path(HARVEST).exists():
        raise MisuseError("a harvest takes one address: telusur ingest oai https://example.org/oai")
    if harvest:
        _require_sense_of_harvest(arguments)
    elif arguments.set or arguments.from_date or arguments.prefix != "marcxml":
        raise MisuseError("--set, --from and --prefix are for a harvest: telusur ingest oai URL")
    if arguments.watch:
        _require_sense_of_watch(arguments)
    elif not arguments.paths:
        raise MisuseError("name a file or folder to load, or `oai URL`, or --watch FOLDER")
    if not all(path.strip() for path in arguments.paths):  # Path("") would be the folder that one is in
        raise MisuseError("no such file or folder: ''")
    paths = [] if harvest else [Path(path) for path in arguments.paths]
    _require_there(paths)
    if arguments.report:
        _require_report(arguments.report, paths)
    if arguments.refused:
        _require_refused(arguments.refused, paths)
    if arguments.remove_missing and (
        arguments.rebuild or arguments.check or arguments.watch or not any(path.is_dir() for path in paths)
    ):
        raise MisuseError("--remove-missing looks into a folder that is named, without --rebuild, --check or --watch")
    if arguments.ocr and (lacking := ocr.missing()):
        raise MisuseError(f"{lacking}; install it, or load without --ocr")


def _require_there(paths: Sequence[Path]) -> None:
    missing = []
    for path in paths:
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            missing.append(str(path))
        except OSError as error:
            raise MisuseError(f"{path} cannot be looked at. {told(error)}") from error
    if missing:
        raise MisuseError(f"no such file or folder: {', '.join(missing)}")


def _require_sense_of_harvest(arguments: Namespace) -> None:
    if arguments.check:
        raise MisuseError("--check reads files; a harvest cannot be tried without loading it")
    if arguments.columns or arguments.ocr or arguments.workers != 1:
        raise MisuseError("--columns, --ocr and --workers are for files; leave them out of a harvest")


def _require_sense_of_watch(arguments: Namespace) -> None:
    if arguments.paths or arguments.rebuild or arguments.check or arguments.refused:
        raise MisuseError("--watch FOLDER takes no PATH, --rebuild, --check or --refused; it sorts the files itself")
    if arguments.report:
        raise MisuseError(f"--watch takes no --report; the report of each load is in {arguments.watch / 'reports'}")
    if not arguments.watch.is_dir():
        raise MisuseError(f"no such folder: {arguments.watch}")


def _require_report(report: Path, paths: Sequence[Path]) -> None:
    if report.is_dir():
        raise MisuseError(f"{report} is a folder; --report names a file")
    if not report.parent.is_dir():
        raise MisuseError(
            f"there is no folder {report.parent} to write the report to; make it, or name another --report"
        )
    place = report if is_stream(report) else report.parent  # a device is written to as it is
    if not place.exists() or not os.access(place, os.W_OK):
        raise MisuseError(f"no report can be written to {report.parent}; name another --report")
    if report.resolve() in (path.resolve() for path in paths):
        raise MisuseError(f"{report} is to be loaded; --report would write over it: name another file")


def _require_refused(folder: Path, paths: Sequence[Path]) -> None:
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not there.is_dir():
        raise MisuseError(f"{there} is a file; --refused names a folder")
    if not os.access(there, os.W_OK):
        raise MisuseError(f"no refused records can be written to {there}; name another folder with --refused")
    # Its files are replaced by those of this load, while they may still be read, or have not been kept elsewhere.
    place = folder.resolve()
    for path in (path.resolve() for path in paths):
        if place == path or place in path.parents or path in place.parents:
            raise MisuseError(
                f"{folder} holds what is to be loaded, or lies in it, and its files would be replaced; "
                "name another folder with --refused"
            )


def watch(
    settings: Settings, job: IngestJob, folder: Path, stop: threading.Event, engine: Engine, look_s: float = LOOK_S
) -> int:
    """Load what is dropped into a folder until Ctrl-C, through whatever happens to the folder or the index.

    look_s: between two looks at the folder. Gives the exit code.
    """
    dropped = DropFolder(folder)
    refusals = False
    pause_s, complaint = look_s, ""
    had_index = _index_state(engine) == "whole"
    print(f"Watching {folder}; Ctrl-C ends it.", file=sys.stderr)
    with _stopping(stop):
        while not stop.is_set():
            try:
                if paths := _settled(dropped, folder):
                    if had_index and _index_state(engine) == "missing":
                        raise LoadError(_index_gone(settings))
                    report = load(
                        settings, replace(job, paths=paths, links=False, missing="ignored"), stop, engine=engine
                    )
                    _put_away(dropped, paths, report)
                    had_index = had_index or _index_state(engine) == "whole"
                    refusals = refusals or bool(report.outcomes["refused"])
                pause_s, complaint = look_s, ""
            except (SearchError, LoadError) as error:
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                if str(error) != complaint:
                    complaint = str(error)
                    print(
                        f"telusur: {complaint.rstrip('.')}. Trying again, every {LONGEST_PAUSE_S:.0f} s at the latest.",
                        file=sys.stderr,
                    )
            stop.wait(pause_s)
    return DONE_WITH_REFUSALS if refusals else DONE


def _index_state(engine: Engine) -> Literal["whole", "missing", "unusable"]:
    try:
        engine.info()
    except (IndexMissing, IndexGone):
        return "missing"
    except SearchError:
        return "unusable"
    return "whole"


def _tell_of_beginning(settings: Settings) -> None:
    """Who is in another folder than yesterday, or another user, would have a second catalogue without knowing."""
    server = settings.search.server
    where = f"in the data folder {settings.data.absolute()}" if server is None else f"{server.index!r} in Elasticsearch"
    print(f"There is no index {where} yet: this load begins one.", file=sys.stderr)


def _index_gone(settings: Settings) -> str:
    """A disk that is not connected leaves an empty folder, in which a load would begin an index of its few records."""
    where = settings.data if settings.search.server is None else settings.search.server.index
    return (
        f"The index was there and is gone: {where}. See that its disk is connected, or bring it back from a backup; to "
        "begin with an empty one, end this command and start it again"
    )


def _settled(dropped: DropFolder, folder: Path) -> tuple[Path, ...]:
    """The files and folders that have come to rest. Raises LoadError."""
    try:
        settled = tuple(dropped.settled())
        for path in dropped.strange():
            print(
                f"telusur: {printable(str(path))} is a link, a pipe or a device; put the file itself there",
                file=sys.stderr,
            )
        return settled
    except OSError as error:
        raise LoadError(
            f"The folder {folder} cannot be read: {error.strerror or error}. See that it is there, and its disk connected."
        ) from error


def _put_away(dropped: DropFolder, paths: Sequence[Path], report: IngestReport) -> None:
    """Show and save the report of a load, and move its files aside unless it was stopped."""
    saved_as, problem = None, ""
    try:
        place = dropped.report_path(datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S"))
        report.save(place)
        saved_as = place
    except OSError as error:
        problem = f"the report could not be saved ({error.strerror or error}). It is the one above; make room for the next one"
    print(report_text(report, saved_as), flush=True)
    if problem:
        print(f"telusur: {problem}", file=sys.stderr)
    if not report.stopped:
        for problem in dropped.put_away(paths, report):
            print(f"telusur: {problem}", file=sys.stderr)


def _exit_code(report: IngestReport) -> int:
    if report.stopped:
        return STOPPED
    if report.given_up and not report.check:
        return UNAVAILABLE
    if report.read == report.reasons["unreachable"] > 0:  # a repository that gave nothing at all
        return UNAVAILABLE
    return DONE_WITH_REFUSALS if report.outcomes["refused"] or report.copies.get("problem") else DONE


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C, or the system's word to end, asks the load to end after its batch; a second one breaks it off, at its
    last checkpoint."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        print("\nStopping after this batch (Ctrl-C again to break off) …", file=sys.stderr)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
