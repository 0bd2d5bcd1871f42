"""`telusur demo`, `portal` and `check`."""

import socket
import sys
from argparse import Namespace
from collections.abc import Collection
from dataclasses import replace
from importlib.metadata import version
from typing import Final

import marc_samples
from ingest.ebooks import StoreError, in_parts
from ingest.jobs import IngestJob
from ingest.published import ebooks_held
from ingest.readers import ocr
from portal.bootstrap import Services, demo_settings, ebook_store, open_job_embedder, open_services
from portal.bootstrap_accounts import open_lending
from portal.commands import circulating, loading, store
from portal.commands.console import report_text
from portal.commands.exit_codes import DONE, STOPPED, UNAVAILABLE
from portal.services.demonstration.filling import FILES as DEMO_FILES
from portal.settings import SETTINGS, Settings, config_place, read_settings
from search.embedding import Embedder
from search.engine import Engine
from search.errors import EmbedderMissing, SearchError
from search.opening import open_embedder, open_engine
from search.query import Filter, Query

_ASKED_AT_ONCE: Final = 500  # files of e-books


def demo(arguments: Namespace) -> int:
    settings = _listening(demo_settings(read_settings()), arguments)
    embedder = _demo_embedder(settings, embed=not arguments.no_embed)
    print("Loading the sample records and e-books; some are damaged on purpose and will be refused …", file=sys.stderr)
    paths = (marc_samples.SAMPLES, DEMO_FILES)
    report = loading.load(settings, IngestJob(paths, circulating.DEMO_SOURCE, embedder))
    print(report_text(report))
    if report.stopped:
        return STOPPED
    if settings.accounts.ils.name == circulating.LOCAL:
        print("\n".join(circulating.fill_demonstration(settings)), flush=True)
    if arguments.load_only:
        return DONE
    return _serve(open_services(settings))


def _demo_embedder(settings: Settings, *, embed: bool) -> Embedder | None:
    """The demonstration goes on by words where semantic search is not installed, and says so."""
    try:
        return open_job_embedder(settings, embed=embed)
    except EmbedderMissing as error:
        print(f"{error} The demonstration goes on with words only.", file=sys.stderr)
        return None


def portal(arguments: Namespace) -> int:
    return _serve(open_services(_listening(read_settings(), arguments)))


def _listening(settings: Settings, arguments: Namespace) -> Settings:
    port = settings.port if arguments.port is None else arguments.port
    return replace(settings, host=arguments.host or settings.host, port=port)


def _serve(services: Services) -> int:
    # Imported here: the web framework takes a second that no other command needs.
    from portal.server import serve

    if services.embedder_problem:
        print(f"{services.embedder_problem} The portal searches by words only.", file=sys.stderr)
    settings = services.settings
    try:
        port = _free_port(settings.host, settings.port)
    except OSError as error:
        choice = "host, with --host" if isinstance(error, socket.gaierror) else "port, with --port"
        print(
            f"telusur: The portal cannot listen on {settings.host}, port {settings.port}: {error.strerror}. Choose another "
            f"{choice}.",
            file=sys.stderr,
        )
        return UNAVAILABLE
    accounts = open_lending(settings, services.engine)
    print(f"The portal is at http://{settings.host}:{port}/ (Ctrl-C ends it).", file=sys.stderr)
    return serve(services, port=port, accounts=accounts)


def _free_port(host: str, port: int) -> int:
    """The port, any free one for 0; asked before the server starts, which would only log what is wrong. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        return int(probe.getsockname()[1])


def _lost_files(settings: Settings, engine: Engine) -> int:
    """How many e-books with text have no file in the store."""
    searcher = engine.searcher()

    def count(*filters: Filter) -> int:
        return searcher.keyword(Query(filters=(Filter("access", ("fulltext",)), *filters)), 1).total

    parts = in_parts(sorted(ebook_store(settings).names()), _ASKED_AT_ONCE)
    return count() - sum(count(Filter("ebook_file", tuple(part))) for part in parts)


def _unneeded_files(settings: Settings, engine: Engine, *, remove: bool) -> tuple[str, bool]:
    """What is to be said of files in the store that no title has, "" for nothing; and whether all is as it was asked for."""
    store = ebook_store(settings)

    def needed(names: Collection[str]) -> set[str]:
        return ebooks_held(engine.searcher(), names)

    found = store.unneeded(needed)
    if not found.left:
        return "", True
    told = f"e-books: {found.left:,} files in {settings.data} ({found.size_bytes / 1e6:,.1f} MB) belong to no title of this index"
    if found.kept_for:
        return (
            f"{told}. They are left, since other indexes have files there too: {', '.join(found.kept_for)}. "
            f"Of one that is no more, delete the line in {settings.data / 'ebooks' / 'indexes.txt'}",
            not remove,
        )
    if not remove:
        return f"{told}. To remove them: telusur check --tidy", True
    if found.left == sum(1 for _ in store.names()):
        return (
            f"{told}, which has none of all that are there, so they are left: see that the settings name the right index. "
            "If they do, load the e-books again, or remove the folder ebooks/ there",
            False,
        )
    removed = store.remove_unneeded(needed)
    if removed is None or removed.kept_for:
        return f"{told}, and are left: a load is under way, or the folder cannot be written. Try again later", False
    done = f"e-books: {removed.files:,} files ({removed.size_bytes / 1e6:,.1f} MB) that belong to no title were removed"
    return (f"{done}; {removed.left:,} could not be", False) if removed.left else (done, True)


def check(arguments: Namespace) -> int:
    settings = read_settings()
    print(f"telusur {version('telusur')}")
    print(f"settings file: {config_place()}")
    for setting in SETTINGS:
        value = setting.shown(settings.values[setting.variable])
        print(f"  {setting.variable}={value}  [{settings.sources[setting.variable]}]  {setting.meaning}")
    failed = False
    try:
        engine = open_engine(settings.search)
        info = engine.info()
        vectors = (
            f"{info.passages:,} vectors of {info.embedder}" if info.embedder else "no vectors: search by words only"
        )
        print(
            f"index: {info.documents:,} records, {info.pages:,} e-book pages, {vectors}; "
            f"{info.size_bytes / 1e6:,.1f} MB, generation {info.generation}, schema {info.schema_version}"
        )
        damaged = engine.damaged()
        if damaged:
            failed = True
            print(
                f"index: damaged: {', '.join(damaged)}. What cannot be mended is made anew, of everything that it should "
                "hold: telusur ingest --rebuild PATH..."
            )
        if lost := _lost_files(settings, engine):
            failed = True
            print(
                f"e-books: the files of {lost:,} are not in {settings.data}, so they can be found and not opened. Load "
                "their PDFs again, or bring the data folder back from a backup"
            )
        about_unneeded, is_well = _unneeded_files(settings, engine, remove=arguments.tidy and not damaged)
        failed = failed or not is_well
        if about_unneeded:
            print(about_unneeded)
    except SearchError as error:
        failed = True
        print(f"index: {error}")
    except StoreError as error:
        failed = True
        print(f"e-books: {error}")
    try:
        embedder = open_embedder(settings.search)
        print(
            f"model: {f'{embedder.name}, {embedder.dimensions} dimensions' if embedder else 'none: search by words only'}"
        )
    except EmbedderMissing as error:
        failed = True
        print(f"model: {error}")
    for line, is_well in store.account_lines(settings):
        failed = failed or not is_well
        print(line)
    lacking = ocr.missing()
    print(f"scanned pages: {f'{lacking}; wanted only for --ocr' if lacking else 'can be read with --ocr'}")
    return UNAVAILABLE if failed else DONE
