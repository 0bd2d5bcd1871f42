"""StoreError
├── StoreUnavailable   the database does not answer, or its disk is full
│   └── StoreDamaged   what is there is no database, or not a whole one: waiting mends nothing
├── NoText             a text that a database cannot hold, so nothing there has it
├── WrongRevision      made by another version of Telusur
└── BackupRefused      a backup or a restore that would lose something
    └── BackupMisused  one that was asked for in the wrong way
"""


class StoreError(Exception):
    """The store of patrons cannot be used; the text says what to do next."""


class StoreUnavailable(StoreError):
    """The database does not answer, or cannot write."""


class StoreDamaged(StoreUnavailable):
    """The file is no database, or not a whole one."""


class NoText(StoreError):
    """PostgreSQL takes no NUL in a text: whoever asks for something by such a name asks for nothing."""


class WrongRevision(StoreError):
    """The database is of another version of Telusur than this one."""


class BackupRefused(StoreError):
    """A backup or restore that was not begun, so nothing was touched."""


class BackupMisused(BackupRefused):
    """The folder that is named is no place for this backup, or no backup; or --force is missing."""
