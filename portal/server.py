"""Runs the portal: one process, one worker, because Streamlit keeps its sessions in memory."""

from typing import Final

import uvicorn

from portal.asgi import create_app
from portal.bootstrap import Services

MAX_SOCKET_MESSAGE_BYTES: Final = 1024 * 1024
SHUTDOWN_S: Final = 5


def serve(services: Services, host: str | None = None, port: int | None = None) -> int:
    """Serve until stopped; gives an exit code. host, port: those of the settings unless given."""
    settings = services.settings
    uvicorn.run(
        create_app(services),
        host=host or settings.host,
        port=settings.port if port is None else port,
        log_config=None,  # Streamlit's own stands; uvicorn's would take its handlers away
        access_log=False,
        server_header=False,
        proxy_headers=False,  # anybody can send them; TELUSUR_URL says where the portal stands
        ws_max_size=MAX_SOCKET_MESSAGE_BYTES,
        ws_ping_interval=30,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    return 0
