"""Clicks of one patron are taken in turn, but none of them waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from portal.ils.errors import IlsUnavailable
from portal.ils.koha.clicks import Clicks


def test_a_click_does_not_wait_for_ever_for_the_one_before_it() -> None:
    clicks, begun, answered = Clicks(turn_s=0.05), Event(), Event()

    def slow(_: bool) -> str:
        begun.set()
        assert answered.wait(30)
        return "first"

    asked: list[str] = []
    with ThreadPoolExecutor() as pool:
        first = pool.submit(clicks.once, "renew", 7, "a", slow)
        assert begun.wait(30)
        try:
            with pytest.raises(IlsUnavailable):
                clicks.once("renew", 7, "b", lambda _: asked.append("b"))
            assert clicks.once("renew", 8, "a", lambda _: "of somebody else") == "of somebody else"
        finally:
            answered.set()
        assert first.result() == "first"
    assert asked == []
    assert clicks.once("renew", 7, "b", str) == "False"  # it may be clicked again, and was never begun
