"""How long a query in plain language takes to read: python -m tests.benchmarks.reading"""

import time
from statistics import median

from search.reading.interpretation import interpret
from search.reading.phrases import phrasebook
from tests.search.reading.worked import TODAY, examples, lines

ROUNDS = 20


def microseconds(query: str) -> float:
    """The median of ROUNDS readings."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        interpret(query, TODAY)
        taken.append(time.perf_counter() - started)
    return median(taken) * 1e6


if __name__ == "__main__":
    started = time.perf_counter()
    phrasebook()
    print(f"tables read in {(time.perf_counter() - started) * 1e3:.0f} ms")
    sets = {"requests": [one.query for one in examples("examples.txt")], "plain queries": lines("plain.txt")}
    for name, queries in sets.items():
        taken = sorted(map(microseconds, queries))
        p95 = taken[len(taken) * 95 // 100]
        print(
            f"{len(taken)} {name}: median {median(taken):.0f} µs, 95 % under {p95:.0f} µs, slowest {taken[-1]:.0f} µs"
        )
