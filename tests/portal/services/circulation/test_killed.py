"""The process dies in the middle of what it writes: what was told to somebody is there, and the rest is as if never begun."""

import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from portal.store.database import Database
from portal.store.tables import Hold, Loan, Payment
from portal.store.tables.circulation import HoldState
from tests.support.databases import Servers
from tests.support.invariants import invariants
from tests.support.lending_process import prepared

ROOT = Path(__file__).resolve().parents[4]
KILLS = 4


def answers_until_killed(url: str, seed: int) -> dict[str, set[str]]:
    """What a lending program was told before kill -9: ids by word. It dies after a number of answers, wherever it is then."""
    told: dict[str, set[str]] = defaultdict(set)
    enough = Random(seed).randrange(10, 60)
    program = [sys.executable, "-m", "tests.support.lending_process", url, str(seed)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.endswith("\n"):
                break
            word, *ids = line.split()
            told[word].update(ids)
            if sum(map(len, told.values())) == enough:
                process.kill()  # what is in the pipe already is read to its end
        assert process.wait() == -9
    assert sum(map(len, told.values())) >= enough
    return told


@pytest.mark.timeout(600)
def test_nothing_that_was_told_is_lost_by_kill_9(databases: Servers) -> None:
    url = databases.new_url()
    database = Database(url)
    prepared(database)
    told: dict[str, set[str]] = defaultdict(set)
    for seed in range(KILLS):
        for word, ids in answers_until_killed(url, seed).items():
            told[word] |= ids
        with database.reading() as session:
            assert invariants(session) == []
            loans = {loan.id: loan for loan in session.scalars(select(Loan))}
            holds = {hold.id: hold for hold in session.scalars(select(Hold))}
            payments = {payment.key for payment in session.scalars(select(Payment))}
        assert told["lent"] <= set(loans)
        assert all(loans[id].returned_at is not None for id in told["returned"])
        assert told["held"] <= set(holds)
        assert all(holds[id].state is HoldState.CANCELLED for id in told["cancelled"])
        assert told["paid"] <= payments
    assert min(map(len, (told["lent"], told["returned"], told["held"], told["paid"]))) > 5
    database.close()
