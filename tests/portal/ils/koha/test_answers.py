"""Whatever a server says becomes a value or a BadAnswer, and nothing else."""

import json
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.ils.driver import HoldStage
from portal.ils.koha import answers
from portal.ils.koha.answers import BadAnswer
from portal.ils.koha.driver import Koha
from tests.support.koha.process import KohaProcess

READERS: tuple[Callable[[Any], object], ...] = (
    answers.patron,
    answers.validated,
    answers.item,
    answers.checkout,
    answers.renewable,
    answers.hold,
    answers.library,
    answers.biblio,
    answers.debts,
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.decimals()
    | st.text(max_size=20)
    | st.sampled_from(
        ["2026-11-30", "9999-12-31", "0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]
    )
)
NAMES = st.sampled_from(
    [
        "patron_id",
        "item_id",
        "biblio_id",
        "checkout_id",
        "hold_id",
        "library_id",
        "due_date",
        "hold_date",
        "expiration_date",
        "suspended_until",
        "suspended",
        "status",
        "allows_renewal",
        "max_renewals",
        "error",
        "outstanding_debits",
        "lines",
        "account_line_id",
        "amount",
        "amount_outstanding",
        "date",
        "title",
        "subtitle",
        "_strings",
        "location",
        "str",
        "surname",
        "expiry_date",
        "not_for_loan_status",
    ]
)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=8))


@given(ANYTHING)
def test_any_answer_is_a_value_or_a_bad_one(body: Any) -> None:
    for reader in READERS:
        with suppress(BadAnswer):
            reader(body)
    assert isinstance(answers.reason(body), str)


def test_days_at_the_ends_of_time_are_no_fault(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    biblio, _ = koha.title()
    koha.hold(patron, biblio, hold_date="0001-01-01", suspended=True, suspended_until="9999-12-31T20:00:00+00:00")
    (hold,) = driver.holds(patron)
    assert (hold.stage, hold.asked_at, hold.suspended_until) == (HoldStage.SUSPENDED, None, None)


def test_money_is_read_as_it_is_written() -> None:
    line = {"account_line_id": 1, "amount": 0.1, "amount_outstanding": 2.5}
    body = json.loads(json.dumps({"outstanding_debits": {"lines": [line]}}), parse_float=Decimal)
    (found,) = answers.debts(body)
    assert (found.amount, found.outstanding) == (0, 2)
