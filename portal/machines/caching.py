"""Answers that need not be sent twice: ETag, Last-Modified, 304 (RFC 9110, 13)."""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

_MOST_TAGS: Final = 20


def tag_of(*parts: object) -> str:
    """A weak ETag of what an answer depends on."""
    text = "\0".join(map(str, parts))
    return f'W/"{hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]}"'


def headers(tag: str, changed: datetime | None, max_age_s: int = 0) -> dict[str, str]:
    made = {"ETag": tag, "Cache-Control": f"public, max-age={max_age_s}" if max_age_s else "no-cache"}
    if changed is not None:
        # A change is dated a few seconds ahead, so that nobody misses it; no answer may be.
        made["Last-Modified"] = format_datetime(min(changed, datetime.now(UTC)), usegmt=True)
    return made


def unchanged(request: Request, tag: str, changed: datetime | None, max_age_s: int = 0) -> Response | None:
    """304 for who has it already; None for who is to be sent it. An ETag counts before a date."""
    known = request.headers.get("if-none-match", "")
    if known:
        tags = [one.strip().removeprefix("W/") for one in known.split(",")[:_MOST_TAGS]]
        same = "*" in tags or tag.removeprefix("W/") in tags
    else:
        since = _date(request.headers.get("if-modified-since", ""))
        same = since is not None and changed is not None and changed.replace(microsecond=0) <= since
    return Response(status_code=304, headers=headers(tag, changed, max_age_s)) if same else None


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text[:40])
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None
