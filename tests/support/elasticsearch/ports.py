"""Free ports on this machine."""

import random
import socket
from typing import Final

# Below the range that Linux hands to outgoing connections: a node that restarts finds its port as it left it.
RANGE: Final = range(20_000, 32_000)


def free_port() -> int:
    while True:
        port = random.choice(RANGE)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
