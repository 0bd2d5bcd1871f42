"""How the interpreter of the process that serves works: for many short answers beside each other."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ingest.collecting import collecting_rarely

# A thread that draws a page lets go of the interpreter after so long, for the loop that answers everybody else.
SWITCH_S: Final = 0.001
# A page of results makes some thousands of objects and lets go of most: to look for garbage several times a page took a
# sixth of its time.
NEW_OBJECTS: Final = 20_000


@contextmanager
def serving() -> Iterator[None]:
    """To be entered when all is loaded that stays as long as the process."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    # What was loaded to serve is never garbage; without this every collection walks through it.
    gc.collect()
    gc.freeze()
    try:
        with collecting_rarely(NEW_OBJECTS):
            yield
    finally:
        sys.setswitchinterval(before)
