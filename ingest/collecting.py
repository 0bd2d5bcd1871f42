"""How often a process looks for garbage that refers to itself."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Python looks through the young objects after every 700 new ones and through all of them again and again. A batch of
# documents is nearly a million, all in use, and that took a twelfth of a load.
BATCH: Final = 1_000_000


@contextmanager
def collecting_rarely(new_objects: int = BATCH) -> Iterator[None]:
    """Within the block, the collector of this process starts after so many new objects."""
    before = gc.get_threshold()
    gc.set_threshold(new_objects, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
