"""What to tell of a file that the system does not give, or whose packing is damaged: what happened, and what next."""

import errno
import gzip
import zlib
from typing import Final

_RIGHTS: Final = "The user who loads may not read it: give that user the right to, or load as another."
_GONE: Final = "It is not there, or is a link to nothing: see where it went, and load it again."
_AWAY: Final = "The machine or disk that it is on does not answer: see that it is connected, and load it again."
_FULL: Final = (
    "There is no room on the disk of the folder for temporary files (TMPDIR), where it is unpacked: make room, and load "
    "it again."
)
_TOLD: Final = {
    **dict.fromkeys((errno.EACCES, errno.EPERM), _RIGHTS),
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR), _GONE),
    **dict.fromkeys((errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH), _AWAY),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), _FULL),
    errno.ELOOP: "It is a link that leads back to itself: put the file itself in its place.",
    errno.EIO: "Its disk cannot give it: take a copy from elsewhere, and have the disk looked at.",
}


def told(error: Exception) -> str:
    """Sentences on an error of the disk, or of a gzip. Errors of our own are sentences already.

    >>> told(FileNotFoundError(errno.ENOENT, "No such file or directory", "laut.mrc"))
    'It is not there, or is a link to nothing: see where it went, and load it again.'
    >>> told(OSError(errno.ENXIO, "No such device or address")), told(OSError("The archive is damaged: x."))
    ('The system says "No such device or address": open it yourself, and load it again.', 'The archive is damaged: x.')
    >>> told(zlib.error("Error -3 while decompressing data"))
    'It is damaged or breaks off: pack it or fetch it again.'
    """
    if isinstance(error, zlib.error | EOFError | gzip.BadGzipFile):
        return "It is damaged or breaks off: pack it or fetch it again."
    if not isinstance(error, OSError) or error.errno is None:
        return f"{str(error).rstrip('.')}."
    return _TOLD.get(error.errno, f'The system says "{error.strerror}": open it yourself, and load it again.')
