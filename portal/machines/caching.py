"""Answers that need not be sent twice: their ETag, their date, and 304 in place of them."""

import hashlib
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from portal.caching import conditional


def tag_of(*parts: object) -> str:
    """A weak ETag of what an answer depends on."""
    text = "\0".join(map(str, parts))
    return f'W/"{hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]}"'


def headers(tag: str, changed: datetime | None, max_age_s: int = 0) -> dict[str, str]:
    made = {"ETag": tag, "Cache-Control": f"public, max-age={max_age_s}" if max_age_s else "no-cache"}
    if changed is not None:
        # A change is dated a few seconds ahead, so that nobody misses it; no answer may be.
        made["Last-Modified"] = conditional.http_date(min(changed, datetime.now(UTC)))
    return made


def unchanged(request: Request, tag: str, changed: datetime | None, max_age_s: int = 0) -> Response | None:
    """304 for who has it already; None for who is to be sent it."""
    date = changed.replace(microsecond=0) if changed is not None else None
    if not conditional.unchanged(request, tag.removeprefix("W/"), date):
        return None
    return Response(status_code=304, headers=headers(tag, changed, max_age_s))
