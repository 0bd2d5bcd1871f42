"""The command `telusur`, run as a person runs it."""

import os
import subprocess
import sys
from pathlib import Path


class Telusur:
    """The command as a person runs it, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, code: int = 0, **settings: str) -> str:
        environment = {**os.environ, "TELUSUR_DATA": str(self.folder / "data"), "TELUSUR_MODEL": "none", **settings}
        done = subprocess.run(
            [sys.executable, "-m", "portal.cli", *arguments],
            capture_output=True, text=True, cwd=self.folder, env=environment, timeout=120,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr
