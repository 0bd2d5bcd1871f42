"""Real files that lie beside a developer's checkout; a user has none of them, so tests skip without."""

import os
from pathlib import Path

import pytest

# TELUSUR_SHARED: where it lies when it is not beside the checkout, as for a second worktree.
SHARED = Path(os.environ.get("TELUSUR_SHARED") or Path(__file__).resolve().parents[3] / "shared")


def shared(path: str) -> Path:
    """A file or folder of the shared data; skips the test that asks when it is not there."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"no shared data beside the checkout: {found.name} is missing")
    return found
