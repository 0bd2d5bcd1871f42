"""docs/accounts.md says only what is so: its commands are understood, its drill is done as it stands there."""

import re
import shlex
from pathlib import Path

import pytest

from portal.cli import parser
from portal.services.circulation.jobs import DISPUTE_DAYS, ENDED_DAYS
from portal.services.messages.outbox import DELAYS, KEPT, STALE
from portal.services.messages.reminders import AFTER, BEFORE
from portal.store.database import Database
from portal.store.upgrading import prepare
from tests.support.small_store import fill
from tests.support.telusur import Telusur

TEXT = (Path(__file__).resolve().parent.parent / "docs" / "accounts.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.+?)^```$", TEXT, flags=re.M | re.S)
COMMANDS = [
    line.split("  #")[0].strip() for block in BLOCKS for line in block.splitlines() if line.startswith("telusur ")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shown_is_understood(command: str) -> None:
    parser().parse_args(shlex.split(command)[1:])


def test_the_drill_is_done_as_it_stands_there(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'accounts.sqlite3'}")
    prepare(database)
    fill(database)
    database.close()
    telusur = Telusur(tmp_path)
    (drill,) = re.findall(r"^<!-- drill -->\n```sh\n(.+?)^```$", TEXT, flags=re.M | re.S)
    said = [telusur.run(*shlex.split(line, comments=True)[1:]) for line in drill.splitlines()]
    assert len(said) == 4
    assert [f"{word} " in "".join(said) for word in ("Backup:", "Restored:")] == [True, True]
    assert said[1] == said[3]
    assert "  loan: 3\n" in said[3]


def test_times_told_are_those_of_the_code() -> None:
    words = {1: "one", 3: "three", 7: "seven", 14: "fourteen", 28: "twenty-eight"}
    assert " and ".join(f"{words[days]} day{'s' * (days > 1)}" for days in BEFORE) in TEXT.replace(
        "\nbefore", " before"
    )
    assert ", ".join(words[days] for days in AFTER[:-1]) + f" and {words[AFTER[-1]]} days after" in TEXT
    minutes = [delay.total_seconds() / 60 for delay in DELAYS]
    assert minutes == [2, 10, 30, 120, 360, 720, 1440]
    assert "2, 10 and 30 minutes, 2, 6, 12 and 24 hours" in TEXT
    assert STALE.days == 5
    assert "for five days" in TEXT
    assert f"| {DISPUTE_DAYS} days after its return" in TEXT
    assert f"| holds that ended | {ENDED_DAYS} days |" in TEXT
    assert f"that one was sent, {KEPT.days} days |" in TEXT


def test_every_page_linked_is_there() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT):
        assert (Path(__file__).resolve().parent.parent / "docs" / target).exists(), target
