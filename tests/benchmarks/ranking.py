"""Ranking on judged sets, every mode beside the others: python -m tests.benchmarks.ranking [cisi|idk_mrc]

Takes some minutes: the corpus is embedded. Words alone are the peer that fusion is held against.
"""

import sys
import tempfile
from pathlib import Path

from portal.cli import main
from tests.support import judged

SETS = {"cisi": judged.cisi, "idk_mrc": judged.idk_mrc}

if __name__ == "__main__":
    for name in sys.argv[1:] or SETS:
        with tempfile.TemporaryDirectory() as folder:
            print(name)
            main(["evaluate", *SETS[name](Path(folder)).arguments])
