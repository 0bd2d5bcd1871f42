"""Web addresses as numbers to look a record up by: without what differs between two copies of one."""

import re
from typing import Final
from urllib.parse import unquote

_ADDRESS: Final = re.compile(r'(?:(?:https?|ftp)://(?:www\.)?|www\.)([^\s/."]+\.[^\s"]+)', re.IGNORECASE | re.ASCII)
# The lasting name of a thing in a repository (handle.net), in the address that resolves it or in the repository's own.
_HANDLE: Final = re.compile(r"(?:hdl:|hdl\.handle\.net/|/handle/)(\d[\d.]{0,30}/[^\s/?#]+)", re.IGNORECASE | re.ASCII)


def names_of(address: str) -> tuple[str, ...]:
    """What `address` is found by, the surest first: its handle if it has one, and itself without scheme and "www."; none
    for what is no web address.

    >>> names_of("https://www.example.org/koleksi/12/"), names_of("hdl:123456789/45"), names_of("laut")
    (('example.org/koleksi/12/',), ('123456789/45',), ())
    >>> names_of("http://repository.example.ac.id/handle/123456789/45?show=full")
    ('123456789/45', 'repository.example.ac.id/handle/123456789/45?show=full')
    """
    handle, bare = _HANDLE.search(address), _ADDRESS.fullmatch(address)
    if bare is None:
        return (handle[1],) if handle and handle[0] == address else ()
    own = unquote(bare[1])
    return (handle[1], own) if handle else (own,)
