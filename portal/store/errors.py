"""StoreError
├── StoreUnavailable   the database does not answer, or its disk is full
├── WrongRevision      made by another version of Telusur
└── BackupRefused      a backup or a restore that would lose something
"""


class StoreError(Exception):
    """The store of patrons cannot be used; the text says what to do next."""


class StoreUnavailable(StoreError):
    """The database does not answer, or cannot write."""


class WrongRevision(StoreError):
    """The database is of another version of Telusur than this one."""


class BackupRefused(StoreError):
    """A backup or restore that was not begun, so nothing was touched."""
