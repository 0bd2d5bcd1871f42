"""How often a load looks for garbage that refers to itself."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# A batch of documents is nearly a million objects, all in use. Python looks through the young ones after every
# 700 and through all of them again and again, which took a twelfth of a load.
_NEW_OBJECTS: Final = 1_000_000


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Within the block, the collector of this process starts after many more new objects than it does by itself."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _NEW_OBJECTS), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
