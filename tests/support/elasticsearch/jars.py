"""The jars of the tests' Elasticsearch: what `jars.lock` lists, fetched once from Maven Central and kept."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).with_name("jars.lock")
TIMEOUT_S: Final = 60


class Unavailable(Exception):
    """No Elasticsearch can run here; the message says what is missing."""


class WrongChecksum(Exception):
    """A jar arrived that is not the one `jars.lock` names."""


@dataclass(frozen=True, slots=True)
class Jar:
    role: str  # server: on the class path; transport-netty4: in that module's folder; compiler: only to build
    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def locked_jars() -> tuple[Jar, ...]:
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    return tuple(_jar(*line.split()) for line in lines if not line.startswith("#"))


def _jar(role: str, coordinate: str, sha256: str) -> Jar:
    group, artifact, version = coordinate.split(":")
    return Jar(role, group, artifact, version, sha256)


def ensure_jars(folder: Path) -> None:
    """Every locked jar in `folder`, each compared with its checksum. The caller holds the lock of the cache.

    Raises Unavailable when one cannot be fetched.
    """
    missing = [jar for jar in locked_jars() if not _is_intact(jar, folder / jar.name)]
    if missing:
        _fetch(missing, folder)


def _is_intact(jar: Jar, path: Path) -> bool:
    return path.is_file() and _sha256(path) == jar.sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(jars: Iterable[Jar], folder: Path) -> None:
    try:
        from jgo.maven import MavenContext  # a test extra: without it the Elasticsearch tests skip, the others run
    except ImportError as error:
        raise Unavailable("jgo, which fetches Elasticsearch's jars, is not installed") from error
    folder.mkdir(parents=True, exist_ok=True)
    # A repository of its own beside the jars: an interrupted download is never taken for a jar, and a move is atomic.
    with tempfile.TemporaryDirectory(dir=folder) as repository, ThreadPoolExecutor(8) as pool:
        maven = MavenContext(repo_cache=Path(repository), timeout=TIMEOUT_S)

        def fetch(jar: Jar) -> None:
            component = maven.project(jar.group, jar.artifact).at_version(jar.version)
            try:
                path = component.artifact().resolve()
            except (OSError, RuntimeError) as error:
                raise Unavailable(f"Elasticsearch's jar {jar.name} cannot be fetched: {error}") from error
            if _sha256(path) != jar.sha256:
                raise WrongChecksum(f"{jar.name} is not the jar that jars.lock names: {_sha256(path)}")
            os.replace(path, folder / jar.name)

        for _ in pool.map(fetch, jars):
            pass
