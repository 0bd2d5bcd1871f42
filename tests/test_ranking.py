"""Ranking is judged by numbers on judged queries; tests/benchmarks/ranking.py does it with vectors."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.cli import main
from tests.support.judged import JudgedFiles, cisi, idk_mrc


# Measured when written: 0.28 and 0.62; a change of a fiftieth is noise, a fall of a tenth is a fault.
@pytest.mark.parametrize(("judged", "least"), [(cisi, 0.26), (idk_mrc, 0.58)])
def test_words_alone_rank_as_well_as_they_did(
    judged: Callable[[Path], JudgedFiles], least: float, capsys: pytest.CaptureFixture[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        main(["evaluate", *judged(Path(folder)).arguments, "--mode", "keyword", "--json"])
    figures = json.loads(capsys.readouterr().out)
    assert figures["modes"]["keyword"]["ndcg_at_10"] >= least
