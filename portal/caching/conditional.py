"""Requests that ask only for what has changed (RFC 9110, 13)."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from starlette.requests import Request


def unchanged(request: Request, etag: str, changed: datetime | None = None) -> bool:
    """Whether the browser's copy is still good: by its tag, or by its date where it sent no tag."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    since = request.headers.get("if-modified-since")
    if since is None or changed is None:
        return False
    try:
        asked = parsedate_to_datetime(since)
    except ValueError:
        return False
    return asked.tzinfo is not None and changed <= asked


def changed_at(file: Path) -> datetime:
    """When a file was written, to the second: a header says no more."""
    return datetime.fromtimestamp(int(file.stat().st_mtime), UTC)


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
