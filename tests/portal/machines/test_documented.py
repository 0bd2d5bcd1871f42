"""docs/machines.md: each command in it, as a person runs it against a running portal."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.machines.feeds import MOST_ENTRIES
from portal.machines.oai_list import HEADERS_AT_ONCE, RECORDS_AT_ONCE
from portal.machines.sitemap import ADDRESSES
from portal.machines.sru import MOST_RECORDS
from portal.machines.unapi import FORMATS
from tests.support.browsing import Portal, running_portal
from tests.support.small_library import small_library

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "machines.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^<!-- run -->\n```sh\n(.+?)^```$", TEXT, flags=re.M | re.S)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    folder = tmp_path_factory.mktemp("documented")
    small_library(folder)
    with running_portal(folder) as portal:
        yield portal


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_of_the_page_is_answered_with_what_it_asks_for(portal: Portal, command: str) -> None:
    host = portal.address.removeprefix("http://").partition(":")[0]
    program, url = shlex.split(command.replace("$PORTAL", portal.address).replace("$HOST", host))
    assert program == "curl"
    done = subprocess.run([program, "--silent", "--fail", url], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout
    assert "<error" not in done.stdout
    assert "diagnostic>" not in done.stdout


def test_the_page_says_the_limits_that_hold() -> None:
    plain = " ".join(TEXT.split())
    assert f"pages of {RECORDS_AT_ONCE} records or {HEADERS_AT_ONCE} headers" in plain
    assert f"up to {MOST_RECORDS} at once" in plain
    assert f"up to {MOST_ENTRIES} titles" in plain
    assert f"up to {ADDRESSES:,} records each" in plain
    for name in FORMATS:
        assert f"`{name}`" in plain
    assert len(COMMANDS) > 15
