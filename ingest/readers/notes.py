"""What is worth knowing of a file and costs no record: who reads it tells the file and a sentence."""

import logging
from collections.abc import Callable

_log = logging.getLogger(__name__)

Note = Callable[[str, str], None]


def log_note(file: str, note: str) -> None:
    _log.warning("%s: %s", file, note)
