"""A secret of this installation, outside its database: for hashes of what is too short to be hidden by a hash alone."""

import os
import secrets
from pathlib import Path
from typing import Final

from portal.store.errors import StoreUnavailable

BYTES: Final = 32


def secret_key(path: Path) -> bytes:
    """The key in a file that only its owner may read; drawn by lot when there is none. Raises StoreUnavailable.

    Losing it loses counts of failed sign-ins, nothing else.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise StoreUnavailable(f"The key {path} cannot be read: {error.strerror}. Make the folder writable.") from error
    if len(key) != BYTES:
        raise StoreUnavailable(f"The key {path} is damaged. Take the file away; a new one is made at the next start.")
    return key


def _make(path: Path) -> None:
    """Whole or not at all, also when two processes begin at once: the first one's stays."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(secrets.token_bytes(BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
