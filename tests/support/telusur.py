"""The command `telusur`, run as a person runs it: in a process, a folder and an environment of its own."""

import atexit
import gc
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from portal.cli import main
from portal.commands.table import COMMANDS, function_of
from portal.i18n import LANGUAGES, messages
from search.bilingual.lexicon import shipped
from search.reading.phrases import phrasebook

ROOT: Final = Path(__file__).resolve().parents[2]
TIMEOUT_S: Final = 120


class Telusur:
    """The command as a person runs it, in a folder of its own. bare: by an interpreter that is started for it (`command`)."""

    def __init__(self, folder: Path, *, bare: bool = False) -> None:
        self.folder = folder
        self._bare = bare

    def run(self, *arguments: str, code: int = 0, **settings: str) -> str:
        environment = {"TELUSUR_DATA": str(self.folder / "data"), "TELUSUR_MODEL": "none", **settings}
        ended, said, complained = command(arguments, self.folder, environment, bare=self._bare)
        assert ended == code, said + complained
        assert "Traceback" not in complained
        return said + complained


def command(
    arguments: Sequence[str], folder: Path, settings: Mapping[str, str], *, bare: bool = False
) -> tuple[int, str, str]:
    """With which code the command ended, what it said, and of what it complained.

    Importing what every command imports takes more than a second of processor, reading what is shipped for searches half
    a one, and there are hundreds. So they are forks of one process that has done both and nothing else; bare: by an
    interpreter that is started for it, as it must be where the settings are Python's own (PYTHONPATH).
    """
    with tempfile.TemporaryDirectory() as told:
        out, err = Path(told, "out"), Path(told, "err")
        ended = (_bare if bare else _forked)(arguments, folder, {**os.environ, **settings}, out, err)
        return ended, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")


def _bare(arguments: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path, err: Path) -> int:
    whole = [sys.executable, "-m", "portal.cli", *arguments]
    with out.open("wb") as said, err.open("wb") as complained:
        done = subprocess.run(
            whole, stdout=said, stderr=complained, cwd=folder, env=environment, timeout=TIMEOUT_S, check=False
        )
    return done.returncode


def _forked(arguments: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path, err: Path) -> int:
    server = _server()
    assert server.stdin
    assert server.stdout
    asked = [list(arguments), str(folder), dict(environment), str(out), str(err)]
    try:
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        return int(server.stdout.readline())
    except BaseException:  # the test ran out of time, say: the next command must not be given this one's answer
        server.kill()
        server.communicate()
        _server.cache_clear()
        raise


@cache
def _server() -> "subprocess.Popen[str]":
    own = [sys.executable, "-m", "tests.support.telusur"]
    server = subprocess.Popen(own, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)
    return server


def _serve() -> int:
    """Runs a command for each line of standard input, and says with which code it ended."""
    # Here, so that no fork need do it.
    for module in ("search.engines.embedded", "search.engines.elastic"):
        importlib.import_module(module)
    for name in COMMANDS:
        function_of(name)
    shipped()
    phrasebook()
    for language in LANGUAGES:
        messages(language)
    # A fork that ends looks for garbage in all that it inherited, and copies the memory with each look: half a second.
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            return _as_asked(*json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return 0


def _as_asked(arguments: list[str], folder: str, environment: dict[str, Any], out: str, err: str) -> int:
    """The command, in the process it has to itself; it ends as any program does."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path, how in ((0, os.devnull, os.O_RDONLY), (1, out, os.O_WRONLY), (2, err, os.O_WRONLY)):
        file = os.open(path, how | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    return main(arguments)


if __name__ == "__main__":
    sys.exit(_serve())
