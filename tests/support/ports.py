"""Free ports on this machine."""

import secrets
import socket
from typing import Final

# Below the range that Linux hands to outgoing connections: a node that restarts finds its port as it left it.
RANGE: Final = range(20_000, 32_000)
_given: Final[set[int]] = set()  # to servers that may not have started yet, or are to start again


def free_port() -> int:
    while True:
        port = secrets.choice(RANGE)
        if port in _given:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
