"""The composition root: settings in, services out. Nothing else builds an engine or a model, nor a store but
`bootstrap_accounts`."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from ingest.ebooks import EbookStore
from ingest.tombstones import Tombstones
from portal.caching.remembering import RememberingDiscovery
from portal.reader.rights import may_read
from portal.settings import Settings, read_settings
from search.bilingual.lexicon import shipped
from search.embedding import Embedder
from search.engine import Engine
from search.errors import EmbedderMissing, EngineUnavailable, IndexMissing, SchemaMismatch
from search.opening import open_embedder, open_engine
from search.settings import EMBEDDED, NO_MODEL

# The server itself works with 28 threads; some must be left for what searches nothing.
AT_ONCE_WITH_A_CLUSTER: Final = 16


def local_day() -> date:
    """The day where the library is: the machine's."""
    return datetime.now().astimezone().date()


@dataclass(frozen=True, slots=True)
class Services:
    """What pages and commands work with.

    embedder_problem: why search is by words only, "" when it is not. today: what "the last five years" count from.
    """

    settings: Settings
    engine: Engine
    embedder: Embedder | None
    discovery: RememberingDiscovery
    ebooks: EbookStore
    embedder_problem: str = ""
    today: Callable[[], date] = local_day

    @property
    def library_name(self) -> str:
        return self.settings.library


def open_services(settings: Settings | None = None, *, words_only: bool = False) -> Services:
    """Everything the settings name. A missing model costs semantic search, never the service.

    words_only: load no model at all; the index may still hold vectors. Raises SettingsError, EngineUnavailable.
    """
    settings = read_settings() if settings is None else settings
    engine = open_engine(settings.search)
    embedder, problem = None, ""
    if not words_only and _wants_vectors(engine):
        try:
            embedder = open_embedder(settings.search)
        except EmbedderMissing as error:
            problem = str(error)
    discovery = RememberingDiscovery(engine, embedder, shipped, may_read, searches_at_once(settings))
    return Services(settings, engine, embedder, discovery, ebook_store(settings), problem)


def searches_at_once(settings: Settings) -> int:
    """The embedded engine works on this machine's cores; to a cluster one only talks."""
    return max(2, os.cpu_count() or 2) if settings.engine == EMBEDDED else AT_ONCE_WITH_A_CLUSTER


def _wants_vectors(engine: Engine) -> bool:
    """Whether the index holds vectors: loading a model takes seconds and is for nothing without them."""
    try:
        return bool(engine.info().embedder)
    except (IndexMissing, SchemaMismatch):
        return False  # whoever searches is told what is wrong
    except EngineUnavailable:
        return True  # a server that is away may come back, with vectors


def ebook_store(settings: Settings) -> EbookStore:
    return EbookStore(settings.data / "ebooks", " ".join(settings.search.index))


def tombstones(settings: Settings) -> Tombstones:
    return Tombstones(settings.data / "tombstones.sqlite3")


def open_job_embedder(settings: Settings, *, embed: bool) -> Embedder | None:
    """The model a load embeds with; None with --no-embed or TELUSUR_MODEL=none. Raises EmbedderMissing."""
    return open_embedder(settings.search) if embed and settings.model != NO_MODEL else None


def demo_settings(settings: Settings) -> Settings:
    """The same settings on a data folder, index and database of the demonstration's own: samples never meet real records,
    nor made-up patrons real ones."""
    server = replace(settings.server, index=f"{settings.server.index}-demo")
    accounts = replace(settings.accounts, database="")
    return replace(settings, data=settings.data / "demo", server=server, accounts=accounts)
