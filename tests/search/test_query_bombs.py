"""No text of a search box ends the process or holds it up, from reading it to the engine's answer."""

import subprocess
import sys
from pathlib import Path

import pytest

from search.engines.embedded import EmbeddedEngine
from tests.support.documents import entry

SHAPES = (
    "(", ")", "((((a", "a)", '"', "\u201c", "-", "--", "-(", "+", "*", "?", "~", "^", "a*", "*a", "a:", "judul:", "judul:(", "isbn:9",
    "tahun:", "tahun:1..", "AND ", "OR ", "NOT ", "a AND ", "a OR b ", "a NOT ", "BUKAN (", "laut ", "lau ", "tahu-tahu", "a-a-", "\u0301",
    "\x00", "\ud800", "\u202e", "漢", "'", "Prof. ", "buku anak tentang ", "setelah 2015 ", "10.1/", "9 ", "/", "\\", "[a TO b]", "{!x}", "a~9 ",
)  # fmt: skip
SIZES = (1, 3, 40, 511, 20_000, 1_000_000)

CHILD = """
import sys, time
from datetime import date
from pathlib import Path
from search.bilingual.lexicon import shipped
from search.discovery import Discovery
from search.engines.embedded import EmbeddedEngine
from search.understanding import understand
from tests.search.test_query_bombs import SHAPES, SIZES

discovery = Discovery(EmbeddedEngine(Path(sys.argv[1])), None, shipped)
discovery.search(understand("laut", (), "relevance", date(2026, 1, 1)).query)
slowest = 0.0
for shape in SHAPES:
    for size in SIZES:
        text = (shape * size)[:size]
        started = time.process_time()
        discovery.search(understand(text, (), "relevance", date(2026, 1, 1)).query)
        slowest = max(slowest, time.process_time() - started)
print(slowest)
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    with EmbeddedEngine(folder).updating() as writer:
        writer.put([entry(f"a.{n}", f"Laut {n} tahu", pages=["lau a b"], subject="Laut -- A") for n in range(50)])
    return folder


def test_no_query_text_kills_the_process_or_holds_it_up(index: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", CHILD, str(index)], capture_output=True, text=True, timeout=280)
    assert ran.returncode == 0, ran.stderr[-2000:]
    # A shape that costs more than its length takes minutes at a million characters; 0.5 s of the processor's time
    # leaves room for a busy machine.
    assert float(ran.stdout) < 0.5
