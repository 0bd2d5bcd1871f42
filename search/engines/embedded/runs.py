"""Runs of one array: how a table keeps many values, or rows, of each of its records."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Places: TypeAlias = NDArray[np.int64]


def within_runs(starts: Places, runs: Places) -> Places:
    """The places within some runs, one run after the other. starts: of all runs in order, and where the last ends."""
    firsts = starts[runs]
    lengths = starts[runs + 1] - firsts
    before = np.cumsum(lengths) - lengths
    return np.repeat(firsts - before, lengths) + np.arange(lengths.sum())
