"""The services of this process, for the Streamlit script: it is run anew for every reader and
cannot be passed anything. Everything else is given its services."""

import threading

from portal.bootstrap import Services, open_services

_lock = threading.Lock()
_held: list[Services] = []


def hand_over(services: Services) -> None:
    """Let pages drawn from now on work with these services."""
    with _lock:
        _held[:] = [services]


def services() -> Services:
    """What was handed over, else what the settings name, opened once."""
    with _lock:
        if not _held:
            _held.append(open_services())
        return _held[0]
