"""How far each repository was harvested: kept on disk, so that a load goes on where the one before stopped."""

import hashlib
import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

logger = logging.getLogger(__name__)

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list that a repository gives page by page; what came before it is done.

    token: what the next page is asked with, "" for the first. since: the date the list starts from, "" for all.
    started: the repository's own time when it gave the first page. count: records before this place.
    decoded: the repository wants its tokens without the percent signs it writes (SLiMS).
    complete: the list is at its end.
    """

    since: str = ""
    token: str = ""
    started: str = ""
    count: int = 0
    decoded: bool = False
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a repository. since: where its next list starts, "" if it was never harvested whole.

    position: how far a list that is not at its end was harvested, None without one.
    """

    since: str = ""
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Harvested:
    """What is harvested, and for which catalogue: each has a state of its own."""

    source: str
    url: str
    set: str
    prefix: str


class HarvestState:
    """A folder with one file for each thing that is harvested, so that several loads need not wait for each other.

    It belongs to one index: what is kept says what need not be asked for again, because it is there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, what: Harvested) -> Kept:
        """What is known; nothing for a file that is missing or damaged, so that all is harvested again."""
        path = self._path(what)
        try:
            plain = json.loads(path.read_bytes())
            if plain["version"] != _VERSION:
                raise ValueError(f"version {plain['version']!r}")
            position = plain["position"]
            return Kept(_date(plain["since"]), None if position is None else Position(**position))
        except FileNotFoundError:
            return Kept()
        except (ValueError, KeyError, TypeError) as error:
            logger.warning("%s is damaged (%s): %s is harvested from the beginning", path, error, what.url)
            return Kept()

    def save(self, what: Harvested, kept: Kept) -> None:
        """Keeps it, whole or not at all, also when the machine stops. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        plain = {"version": _VERSION, **asdict(what), "url": without_password(what.url), **asdict(kept)}
        path = self._path(what)
        part = path.with_name(path.name + ".new")
        with part.open("w", encoding="utf-8") as out:
            json.dump(plain, out, ensure_ascii=True, indent=2)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        self._flush()

    def forget_all(self, but: Harvested | None = None) -> None:
        """All is harvested from the beginning again, `but` this: the index is another one now. Raises OSError."""
        kept = self._path(but) if but is not None else None
        gone = [path for path in self._folder.glob("*.json") if path != kept]
        for path in gone:
            path.unlink(missing_ok=True)
        if gone:
            self._flush()

    def _flush(self) -> None:
        """Put the folder's names on the disk."""
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _path(self, what: Harvested) -> Path:
        parts = json.dumps([what.source, without_password(what.url), what.set, what.prefix])
        digest = hashlib.sha1(parts.encode(), usedforsecurity=False).hexdigest()
        return self._folder / f"{digest[:16]}.json"


def without_password(url: str) -> str:
    """A URL without the name and password it may hold, as it may be kept and shown.

    >>> without_password("http://a:b@oai.example/x"), without_password("http://oai.example/x")
    ('http://oai.example/x', 'http://oai.example/x')
    """
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _date(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"no date: {value!r}")
    return value
