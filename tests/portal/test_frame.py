"""Streamlit's frame is the one we rewrite, and our options of it are in force."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from streamlit import config, file_util

import portal
from portal.search_state import SearchState
from portal.shell import PATTERNS, STRINGS, FrameChangedError, Shell

INDEX = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
WEB = Path(portal.__file__).parent / "web"


def options(table: Mapping[str, object], before: str = "") -> list[tuple[str, object]]:
    """Every option of a configuration with its dotted name: ("theme.dark.textColor", "#ece6da")."""
    found: list[tuple[str, object]] = []
    for name, value in table.items():
        found += options(value, f"{before}{name}.") if isinstance(value, dict) else [(before + name, value)]
    return found


OPTIONS = options(tomllib.loads((WEB / ".streamlit/config.toml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("text", STRINGS)
def test_each_replaced_string_stands_once_in_the_frame(text: str) -> None:
    assert INDEX.count(text) == 1


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.pattern[:30])
def test_each_replaced_pattern_stands_once_in_the_frame(pattern: re.Pattern[str]) -> None:
    assert len(pattern.findall(INDEX)) == 1


def test_a_frame_that_changed_is_refused() -> None:
    with pytest.raises(FrameChangedError):
        Shell(INDEX.replace('<html lang="en">', "<html>"))


def test_the_frame_asks_nobody_else_for_anything() -> None:
    page = Shell(INDEX).page(SearchState(), "Katalog")
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//[^"']*""", page)
    assert "service-desc" not in page
    assert "SourceSans" not in page


@pytest.mark.parametrize(("option", "value"), OPTIONS)
def test_each_option_is_in_force(client: TestClient, option: str, value: object) -> None:
    in_force = config.get_option(option)
    assert (in_force.lower() if option == "client.showErrorDetails" else in_force) == value
    assert config.get_where_defined(option).endswith("config.toml")


def test_the_options_that_privacy_and_speed_rest_on_are_set() -> None:
    assert dict(OPTIONS) | {
        "browser.gatherUsageStats": False,
        "runner.postScriptGC": False,
        "server.fileWatcherType": "none",
        "client.showErrorDetails": "none",
    } == dict(OPTIONS)


def test_the_script_stands_alone_in_its_folder() -> None:
    assert sorted(path.name for path in WEB.iterdir() if path.name != "__pycache__") == [".streamlit", "app.py"]
