"""Where the portal stands for the world: what begins the addresses that it gives to machines."""

import re
from typing import Final

from starlette.requests import Request

from portal.settings import Settings

# A name or a number, and a port: what a client may call this host without anything else slipping in.
_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


def public_address(request: Request, settings: Settings) -> str:
    """Without a slash at the end: that of the settings, else the one this request came to.

    What a proxy says of a host is not looked at, since anybody can say it; of the scheme, where the settings trust the
    proxy (portal.guards.client_address).
    """
    if settings.url:
        return settings.url
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("localhost", None)
        host = f"{name}:{port}" if port else str(name)
    return f"{'https' if request.scope.get('scheme') == 'https' else 'http'}://{host}"
