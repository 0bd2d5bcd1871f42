"""PINs: which are refused, and how they are kept."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.services.errors import NotValid
from portal.services.identity import pins

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("12345", "pin_short"),
        ("123456", "pin_weak"),
        ("654321", "pin_weak"),
        ("111111", "pin_weak"),
        ("121212", "pin_weak"),
        ("Perpustakaan", "pin_weak"),
        ("20260001", "pin_is_card"),
        ("260001", "pin_is_card"),
        ("BT-20260001", "pin_is_card"),
        ("201987", "pin_is_birth_year"),
        ("x" * 129, "pin_long"),
    ],
)
def test_a_pin_that_is_easily_guessed_is_refused(pin: str, code: str) -> None:
    card = "BT-20260001" if pin.startswith("BT") else "20260001"
    with pytest.raises(NotValid) as refused:
        pins.require_good(pin, card, 1987)
    assert refused.value.code == code


@pytest.mark.parametrize("pin", ["271828", "ikan kerapu di teluk", "kata-sandi-1987"])
def test_others_may_be_chosen(pin: str) -> None:
    pins.require_good(pin, "20260001", 1987)


def test_the_pin_is_not_in_what_is_kept_and_two_of_the_same_differ() -> None:
    hasher = pins.Hasher()
    kept = {hasher.hashed("271828") for _ in range(2)}
    assert len(kept) == 2
    assert all(hash_.startswith("$argon2id$v=19$m=19456,t=2,p=1$") and "271828" not in hash_ for hash_ in kept)


@settings(max_examples=10, deadline=None)
@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_only_the_same_pin_matches(one: str, other: str) -> None:
    hasher = pins.Hasher()
    kept = hasher.hashed(one)
    assert hasher.matches(one, kept)
    assert hasher.matches(other, kept) == (pins._same_form(one) == pins._same_form(other))


def test_nothing_matches_where_no_pin_is_set_and_it_takes_as_long() -> None:
    hasher = pins.Hasher()
    assert not hasher.matches("", "")
    assert not hasher.matches("271828", "")
    assert hasher.verified == 2


def test_a_hash_of_other_parameters_is_outdated() -> None:
    hasher = pins.Hasher()
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("271828")
    assert hasher.matches("271828", old)
    assert hasher.is_outdated(old)
    assert not hasher.is_outdated(hasher.hashed("271828"))


def test_a_pin_for_one_sign_in_says_so_and_lapses() -> None:
    hasher = pins.Hasher()
    kept = pins.once(hasher.hashed("83729461"), NOW)
    assert len(kept) <= 200
    assert pins.must_change(kept)
    assert hasher.matches("83729461", kept)
    assert not pins.has_lapsed(kept, NOW + timedelta(days=2, hours=23))
    assert pins.has_lapsed(kept, NOW + timedelta(days=3))
    again = pins.once_like(kept, hasher.hashed("83729461"))
    assert pins.must_change(again)
    assert pins.has_lapsed(again, NOW + timedelta(days=3))
    assert not pins.must_change(pins.once_like(hasher.hashed("271828"), hasher.hashed("271828")))


def test_drawn_pins_are_good_ones() -> None:
    drawn = {pins.one_time_pin() for _ in range(200)}
    assert len(drawn) == 200
    for pin in drawn:
        pins.require_good(pin, "BT-0001", None)
