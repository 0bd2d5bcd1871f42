"""Runs the portal: one process, one worker, because Streamlit keeps its sessions in memory."""

from typing import Final

import uvicorn

from portal.asgi import create_app
from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.guards.connections import PatientProtocol

MAX_SOCKET_MESSAGE_BYTES: Final = 1024 * 1024
SHUTDOWN_S: Final = 5
KEEP_ALIVE_S: Final = 10


def serve(
    services: Services, host: str | None = None, port: int | None = None, accounts: Accounts | None = None
) -> int:
    """Serve until stopped; gives an exit code. host, port, accounts: those of the settings unless given."""
    settings = services.settings
    uvicorn.run(
        create_app(services, accounts),
        host=host or settings.host,
        port=settings.port if port is None else port,
        log_config=None,  # Streamlit's own stands; uvicorn's would take its handlers away
        access_log=False,
        server_header=False,
        ws_max_size=MAX_SOCKET_MESSAGE_BYTES,
        ws_ping_interval=30,
        http=PatientProtocol,
        proxy_headers=False,  # ClientAddress reads them, from the proxies that the settings name
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    return 0
