"""README says only what is so: its commands are understood, its two installing commands are whole."""

import re
import shlex
from pathlib import Path

import pytest

from portal.cli import parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line.split("#")[0].strip() for line in README.splitlines() if line.startswith("telusur ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shown_is_understood(command: str) -> None:
    parser().parse_args(shlex.split(command)[1:])


def test_commands_were_found() -> None:
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize("marker", ["demo", "test"])
def test_the_two_commands_stand_where_ci_reads_them(marker: str) -> None:
    assert re.search(rf"^<!-- {marker} -->\n```sh\n.+?^```$", README, flags=re.M | re.S)


def test_every_file_linked_is_there() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_nothing_names_a_machine_or_a_registry() -> None:
    # Spelt in parts, so that this file is not a find of its own.
    words = ["/" + "root/", "/" + "work/", "pypi" + ".org", "pythonhosted" + ".org"]
    texts = [p for p in ROOT.rglob("*") if p.suffix in {".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".yaml"}]
    texts = [p for p in texts if not {".venv", ".git", "build"} & set(p.relative_to(ROOT).parts)]
    found = [(p, word) for p in texts for word in words if word in p.read_text(encoding="utf-8", errors="replace")]
    assert not found
