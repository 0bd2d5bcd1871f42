"""The portal as one ASGI application: the interactive page, plain pages, assets, and what guards them."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from streamlit import config, file_util

from portal.account import routes as account
from portal.account.visitor import Forbidden
from portal.advanced import Advanced
from portal.bootstrap import Services, open_services
from portal.bootstrap_accounts import Accounts, open_lending
from portal.bundles import FONTS, LastingFiles
from portal.caching.packing import Packing
from portal.caching.page_cache import PageCache
from portal.current import hand_over
from portal.exporting import Exports
from portal.guards.client_address import ClientAddress
from portal.guards.middleware import (
    AllowedHosts,
    BodyLimit,
    KnownPaths,
    QueryLimit,
    SecurityHeaders,
    SocketGuard,
    opened,
)
from portal.guards.rate_limit import RateLimit
from portal.helping import Helping
from portal.i18n import LANGUAGES
from portal.interpreter import serving
from portal.keeping import Keeping
from portal.links import PlainLinks
from portal.machines.refusals import RefusalsInJson
from portal.machines.routes import machine_routes
from portal.machines.sharing import SharedAnswers
from portal.old_addresses import OldAddresses
from portal.pages import Drawing
from portal.qr import QrCodes
from portal.routes import PlainPages
from portal.search_state import SearchState
from portal.services.errors import NotAllowed, NotFound
from portal.shell import Shell
from portal.store.errors import NoText, StoreError
from search.errors import SearchError

HERE: Final = Path(__file__).parent
# What Streamlit itself answers and the interactive page needs; its uploads, metrics and agent routes stay shut.
STREAMLIT_EXACT: Final = ("/_stcore/health", "/_stcore/host-config", "/_stcore/stream", "/_stcore/script-health-check")
STREAMLIT_UNDER: Final = ("/media/", "/component/", "/_stcore/bidi-components/")


def create_app(services: Services | None = None, accounts: Accounts | None = None) -> st.App:
    """The application. services, accounts: opened from the settings when none are given.

    One to a process: Streamlit's runtime cannot be started twice. Closes the database of `accounts` when it ends.
    """
    services = open_services() if services is None else services
    accounts = open_lending(services.settings, services.engine) if accounts is None else accounts
    shell = Shell(Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8"))
    pages = PlainPages(services, shell)
    routes = portal_routes(services, pages, accounts)
    exact, under = opened(routes)

    @asynccontextmanager
    async def lifespan(app: st.App) -> AsyncIterator[dict[str, Any]]:  # noqa: ARG001 - the shape of a lifespan
        keep_readers_out_of_logs()
        hand_over(services)
        if services.embedder is not None:
            services.embedder.query("telusur")  # the first one takes a second
        for hl in LANGUAGES:
            drawing = Drawing(services, SearchState(hl=hl), PlainLinks())
            drawing.page()
            drawing.children()
        with serving():
            if accounts is None:
                yield {}
                return
            try:
                with accounts.housekeeping.running():
                    yield {}
            finally:
                accounts.database.close()

    app = st.App(
        HERE / "web" / "app.py",
        lifespan=lifespan,
        on_script_error=told_already,
        exception_handlers=answers_to_errors(pages),
        routes=routes,
        middleware=[
            Middleware(SecurityHeaders, headers=security_headers(shell)),
            Middleware(SharedAnswers),
            Middleware(RefusalsInJson),
            Middleware(ClientAddress, trusted=services.settings.proxies),
            Middleware(AllowedHosts, hosts=services.settings.hosts, refused=pages.wrong_host),
            Middleware(RateLimit, too_many=pages.too_many, times=services.settings.rate),
            Middleware(QueryLimit, too_long=pages.too_long),
            Middleware(Packing),
            Middleware(PageCache, generation=services.discovery.generation, today=services.today),
            Middleware(
                KnownPaths,
                exact=(*exact, *STREAMLIT_EXACT, *frame_files()),
                under=(*under, *STREAMLIT_UNDER),
                not_found=pages.not_found,
            ),
            Middleware(BodyLimit),
            *(account.account_middleware(services, accounts) if accounts else ()),
            Middleware(SocketGuard),
        ],
    )
    # Only now is known where the script's config.toml lies; whoever asked for an option before got the defaults.
    config.get_config_options(force_reparse=True)
    return app


def portal_routes(services: Services, pages: PlainPages, accounts: Accounts | None) -> list[BaseRoute]:
    """Everything the portal itself answers; what comes first is asked first."""
    return [
        *machine_routes(services),
        *(account.account_routes(services, accounts) if accounts else ()),
        *Exports(pages).routes(),
        *Advanced(pages).routes(),
        *Keeping(pages).routes(),
        *Helping(pages).routes(),
        *OldAddresses(pages).routes(),
        *QrCodes(services.settings).routes(),
        *pages.routes(),
        Mount("/aset/fonts", LastingFiles(directory=FONTS)),
        Mount("/aset", StaticFiles(directory=HERE / "assets")),
    ]


def frame_files() -> Iterator[str]:
    """Where the interactive page's own files are. What is not there (an older version's, say) Streamlit would answer
    with its frame and status 200."""
    folder = Path(file_util.get_static_dir())
    return (f"/{file.relative_to(folder).as_posix()}" for file in (folder / "static").rglob("*") if file.is_file())


def answers_to_errors(pages: PlainPages) -> dict[Any, Any]:
    """What a visitor sees when a route raises; by exception, or status."""
    return {
        SearchError: pages.search_failed,
        Forbidden: pages.forbidden,
        NotAllowed: pages.forbidden,
        NotFound: pages.not_there,
        NoText: pages.not_there,
        StoreError: pages.store_failed,
        500: pages.failed,
    }


def told_already(error: Exception) -> bool:
    """Whatever a script could not catch is in the log, and the reader sees no box of the framework's."""
    logging.getLogger(__name__).error("The page could not be drawn.", exc_info=error)
    return True


def keep_readers_out_of_logs() -> None:
    """The server tells that it runs and what fails, never who asked for what."""
    # Streamlit gives the access log a handler, whatever the server was told; it would hold every search.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("uvicorn.error").addFilter(_is_not_about_a_reader)


def _is_not_about_a_reader(record: logging.LogRecord) -> bool:
    """False for the server's notes on opened and closed websockets, which name an address."""
    text = str(record.msg)
    return record.levelno > logging.INFO or not ("WebSocket" in text or text.startswith("connection "))


def security_headers(shell: Shell) -> list[tuple[str, str]]:
    return [
        ("Content-Security-Policy", shell.content_security_policy()),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
