"""Where the portal stands for the world: what begins the addresses that it gives to machines."""

from starlette.requests import Request

from portal.settings import Settings


def public_address(request: Request, settings: Settings) -> str:
    """Without a slash at the end: that of the settings, else the one this request came to."""
    return settings.url or str(request.base_url).rstrip("/")
