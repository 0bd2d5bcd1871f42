"""Requests that ask only for what has changed."""

from datetime import UTC, datetime

import pytest
from starlette.requests import Request

from portal.caching.conditional import http_date, unchanged

WRITTEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def asks(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw, "query_string": b""})


@pytest.mark.parametrize("tags", ['"a"', 'W/"a"', '"b", "a"', "*"])
def test_a_copy_with_the_same_tag_is_good(tags: str) -> None:
    assert unchanged(asks(if_none_match=tags), '"a"')


@pytest.mark.parametrize("tags", ['"b"', "", "a", '"a', '"aa"'])
def test_a_copy_with_another_tag_is_not_whatever_its_date(tags: str) -> None:
    assert not unchanged(asks(if_none_match=tags, if_modified_since=http_date(WRITTEN)), '"a"', WRITTEN)


def test_without_a_tag_the_date_decides() -> None:
    assert unchanged(asks(if_modified_since="Fri, 02 Jan 2026 03:04:05 GMT"), '"a"', WRITTEN)
    assert not unchanged(asks(if_modified_since="Fri, 02 Jan 2026 03:04:04 GMT"), '"a"', WRITTEN)


@pytest.mark.parametrize("date", ["yesterday", "", "Fri, 99 Jan 2026 03:04:05 GMT", "Fri, 02 Jan 2026 03:04:05"])
def test_a_date_that_is_none_is_passed_over(date: str) -> None:
    assert not unchanged(asks(if_modified_since=date), '"a"', WRITTEN)


def test_who_asks_plainly_gets_it() -> None:
    assert not unchanged(asks(), '"a"', WRITTEN)
