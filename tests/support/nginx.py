"""nginx, as a test configures it."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

from tests.support.elasticsearch.jars import Unavailable
from tests.support.running import Running

HOST: Final = "127.0.0.1"
START_S: Final = 10.0

# The shell ends nginx when its standard input ends: a test run that is killed leaves no proxy.
UNTIL_STDIN_ENDS: Final = '"$@" & cat > /dev/null; kill $!; wait $!'

AROUND: Final = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/client_body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
{servers}
}}
"""


class Nginx(Running):
    """An nginx that runs with the block. servers: what stands within `http`. port: one that it listens on."""

    def __init__(self, folder: Path, servers: str, port: int) -> None:
        """folder: an existing one, for configuration and logs."""
        self.folder = folder
        self._servers = servers
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when nginx takes connections. Raises Unavailable when it is not installed."""
        configuration = self.folder / "nginx.conf"
        configuration.write_text(AROUND.format(folder=self.folder, servers=self._servers), encoding="utf-8")
        command = [nginx_program(), "-p", str(self.folder), "-c", str(configuration), "-e", f"{self.folder}/error.log"]
        with (self.folder / "nginx.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", UNTIL_STDIN_ENDS, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                bufsize=0,
            )
        deadline = time.monotonic() + START_S
        while not self._takes_connections():
            if time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"nginx did not start: {(self.folder / 'nginx.log').read_text(encoding='utf-8')}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        self._process.wait(START_S)
        self._process = None

    def _takes_connections(self) -> bool:
        try:
            socket.create_connection((HOST, self._port), START_S).close()
        except OSError:
            return False
        return True


def nginx_program() -> str:
    """The path of nginx; Debian keeps it where only root looks. Raises Unavailable."""
    program = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"]))
    if program is None:
        raise Unavailable("nginx, the tests' web server, is not installed")
    return program
