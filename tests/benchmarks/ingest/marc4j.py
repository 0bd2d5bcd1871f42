"""marc4j's permissive reader with conversion to UTF-8 and the same fields, in a Java process of its own."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from tests.support.elasticsearch.installation import installation
from tests.support.elasticsearch.jars import TIMEOUT_S, Unavailable, locked_jars

VERSION: Final = "2.9.6"
SOURCE: Final = Path(__file__).with_name("Marc4jFields.java")


@contextmanager
def running(data: bytes) -> Iterator[Callable[[], tuple[int, float, float]]]:
    """A pass over `data` at each call: records, seconds by the clock, seconds of CPU. Raises Unavailable."""
    installed = installation()  # its Java and its compiler, which the JDK there has none of
    jars = next(path.parent for path in installed.class_path if path.suffix == ".jar")
    (compiler,) = (jars / jar.name for jar in locked_jars() if jar.role == "compiler")
    with tempfile.TemporaryDirectory() as folder:
        file, class_path = Path(folder, "records.mrc"), os.pathsep.join((str(_jar(Path(folder))), folder))
        file.write_bytes(data)
        command = [installed.java, "-jar", compiler, "-21", "-nowarn", "-cp", class_path, "-d", folder, SOURCE]
        subprocess.run([str(part) for part in command], check=True)
        command = [installed.java, "-cp", class_path, "Marc4jFields", file]
        with subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            yield partial(_pass, process)
            process.communicate()


def _pass(process: subprocess.Popen[str]) -> tuple[int, float, float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    count, clock, cpu = process.stdout.readline().split()
    return int(count), float(clock), float(cpu)


def _jar(folder: Path) -> Path:
    try:
        from jgo.maven import MavenContext  # a test extra
    except ImportError as error:
        raise Unavailable("jgo, which fetches marc4j, is not installed") from error
    maven = MavenContext(repo_cache=folder / "maven", timeout=TIMEOUT_S)
    try:
        return maven.project("org.marc4j", "marc4j").at_version(VERSION).artifact().resolve()
    except (OSError, RuntimeError) as error:
        raise Unavailable(f"marc4j cannot be fetched: {error}") from error
