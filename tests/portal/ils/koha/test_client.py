"""What happens when Koha, its key or the line to it is not in order."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from threading import Barrier
from typing import Any

import pytest

from portal.ils.driver import Availability, HoldRequest, PatronRef
from portal.ils.errors import IlsUnavailable
from portal.ils.koha.circuit import OPEN_AFTER, OPEN_S, Circuit
from portal.ils.koha.client import KohaClient, Limits
from portal.ils.koha.driver import Koha
from search.document import DocumentId
from tests.support.elasticsearch.proxies import Mode, StallingProxy
from tests.support.koha.process import PIN, SOURCE, KohaProcess
from tests.support.koha.server import CLIENT, SECRET

SHORT = Limits(limit_s=0.3)


@contextmanager
def proxy(koha: KohaProcess, mode: Mode) -> Iterator[str]:
    made = StallingProxy(koha.url)
    made.start()
    made.mode = mode
    try:
        yield made.url
    finally:
        made.stop()


def test_the_key_is_asked_for_once(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    for _ in range(3):
        driver.profile(patron)
    assert koha.operations() == ["token", "get_patron", "get_patron", "get_patron"]


def test_a_new_key_is_asked_for_shortly_before_the_old_one_ends(koha: KohaProcess) -> None:
    patron = koha.patron()
    now = [0.0]
    client = KohaClient(koha.url, CLIENT, SECRET, clock=lambda: now[0])
    client.ask("GET", "/patrons/{patron_id}", {"patron_id": int(patron.ils_id)})
    for now[0] in (3530.0, 3535.0, 3541.0):
        client.ask("GET", "/patrons/{patron_id}", {"patron_id": int(patron.ils_id)})
    client.close()
    assert koha.operations().count("token") == 2


def test_a_key_that_ended_early_is_asked_for_anew(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    biblio, _ = koha.title()
    driver.profile(patron)
    koha.control(forget_tokens=True)
    assert driver.profile(patron).name == "Maria Wenas"
    koha.control(forget_tokens=True)
    assert driver.place_hold(patron, HoldRequest(DocumentId(f"{SOURCE}.{biblio}"), "PST", "klik")).done
    assert len(driver.holds(patron)) == 1


def test_a_key_that_koha_does_not_know_is_told_by_its_setting(koha: KohaProcess) -> None:
    driver = koha.driver(client="someone")
    with pytest.raises(IlsUnavailable, match=r"HTTP 403.*TELUSUR_ILS_CLIENT"):
        driver.profile(koha.patron())
    driver.close()


def test_a_missing_permission_is_no_refusal_by_the_rules(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    biblio, _ = koha.title()
    koha.control(permissions=["catalogue"])
    with pytest.raises(IlsUnavailable, match=r"does not let the API key do this: GET /holds"):
        driver.place_hold(patron, HoldRequest(DocumentId(f"{SOURCE}.{biblio}"), "PST", "klik"))
    with pytest.raises(IlsUnavailable, match="API key"):
        driver.login(patron.card_number, PIN)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"kind": "garbage"}, "is no JSON"),
        ({"kind": "deep"}, "is no JSON"),
        ({"kind": "huge"}, "larger than"),
        ({"kind": "redirect", "to": "https://evil.example/api/v1/patrons/1"}, "leads to another address"),
        ({"kind": "status", "status": 500}, "not in order"),
        ({"kind": "status", "status": 503, "times": 2}, "not in order"),
        ({"kind": "cut", "times": 2}, "failed, twice"),
        ({"kind": "body", "body": []}, "not as it should be: no object"),
        ({"kind": "body", "body": {"patron_id": "x"}}, "patron_id is no number"),
        ({"kind": "body", "body": {"patron_id": 1, "surname": {"a": 1}}}, "surname is no text"),
        ({"kind": "body", "body": {"patron_id": 1, "expiry_date": "31/12/2026"}}, "expiry_date is no day"),
        ({"kind": "body", "body": {}, "status": 418}, "refused GET"),
    ],
)
def test_an_answer_that_cannot_be_used_is_no_answer(
    fault: dict[str, Any], why: str, koha: KohaProcess, driver: Koha
) -> None:
    patron = koha.patron()
    koha.control(faults=[{**fault, "path": "/patrons/{patron_id}"}])
    with pytest.raises(IlsUnavailable, match=why):
        driver.profile(patron)
    assert driver.profile(patron).name == "Maria Wenas"


@pytest.mark.parametrize("fault", [{"kind": "cut"}, {"kind": "status", "status": 503}])
def test_a_question_is_asked_once_more_where_the_line_broke(
    fault: dict[str, Any], koha: KohaProcess, driver: Koha
) -> None:
    patron = koha.patron()
    koha.control(faults=[{**fault, "path": "/patrons/{patron_id}"}])
    assert driver.profile(patron).name == "Maria Wenas"


def test_what_changes_something_is_asked_once_only(koha: KohaProcess, driver: Koha) -> None:
    patron = koha.patron()
    biblio, _ = koha.title()
    koha.control(faults=[{"kind": "cut", "path": "/holds", "method": "POST", "times": 9}])
    with pytest.raises(IlsUnavailable, match="POST /holds"):
        driver.place_hold(patron, HoldRequest(DocumentId(f"{SOURCE}.{biblio}"), "PST", "klik"))
    assert koha.operations().count("add_hold") == 1


@pytest.mark.parametrize("mode", ["stall", "refuse"])
def test_a_koha_that_is_away_is_told_within_the_limit_that_was_given(mode: Mode, koha: KohaProcess) -> None:
    # Without the limit the first of these would wait for as long as the proxy holds the line.
    with proxy(koha, mode) as url:
        driver = koha.driver(url, limits=SHORT)
        with pytest.raises(IlsUnavailable):
            driver.status([DocumentId(f"{SOURCE}.1")])
        driver.close()


def test_a_koha_that_stalls_in_the_middle_is_given_up(koha: KohaProcess) -> None:
    patron = koha.patron()
    driver = koha.driver(limits=SHORT)
    driver.profile(patron)
    koha.control(faults=[{"kind": "stall", "path": "/patrons/{patron_id}"}])
    with pytest.raises(IlsUnavailable, match="does not answer in time"):
        driver.profile(patron)
    driver.close()


def test_after_failures_in_a_row_nobody_waits_until_the_pause_is_over(koha: KohaProcess) -> None:
    patron = koha.patron()
    now = [0.0]
    client = KohaClient(koha.url, CLIENT, SECRET, clock=lambda: now[0])
    ask: Callable[[], object] = lambda: client.ask("GET", "/patrons/{patron_id}", {"patron_id": int(patron.ils_id)})  # noqa: E731
    ask()
    koha.control(faults=[{"kind": "status", "status": 500, "times": OPEN_AFTER}])
    for _ in range(OPEN_AFTER):
        with pytest.raises(IlsUnavailable, match="not in order"):
            ask()
    asked = len(koha.operations())
    with pytest.raises(IlsUnavailable, match="left alone for a while"):
        ask()
    assert len(koha.operations()) == asked
    now[0] = OPEN_S + 1
    ask()
    ask()
    client.close()


def test_after_the_pause_one_tries_and_the_others_go_on_waiting() -> None:
    now = [0.0]
    circuit = Circuit(lambda: now[0])
    for _ in range(OPEN_AFTER):
        assert circuit.may_ask()
        circuit.failed()
    assert not circuit.may_ask()
    now[0] = OPEN_S + 1
    assert [circuit.may_ask(), circuit.may_ask()] == [True, False]
    circuit.failed()
    assert not circuit.may_ask()
    now[0] += OPEN_S + 1
    assert circuit.may_ask()
    circuit.answered()
    assert [circuit.may_ask(), circuit.may_ask()] == [True, True]


def test_nothing_of_a_patron_is_in_what_is_said_of_a_failure(
    koha: KohaProcess, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    patron = koha.patron(cardnumber="KB-RAHASIA")
    biblio, _ = koha.title("Judul Rahasia")
    number = PatronRef("p", "987654321", "KB-RAHASIA")
    request = HoldRequest(DocumentId(f"{SOURCE}.{biblio}"), "PST", "klik", title="Judul Rahasia")
    said = []
    actions: list[Callable[[Koha], object]] = [
        lambda driver: driver.login("KB-RAHASIA", PIN),
        lambda driver: driver.profile(number),
        lambda driver: driver.fines(number),
        lambda driver: driver.place_hold(patron, request),
        lambda driver: driver.suspend_hold(number, "987654321", date(2027, 1, 1)),
    ]
    for action in actions:
        driver = koha.driver()
        driver.status([request.document_id])  # it has its key now
        for kind in ({"kind": "status", "status": 500}, {"kind": "garbage"}):
            koha.control(faults=[{**kind, "times": 1}])
            with pytest.raises(IlsUnavailable) as caught:
                action(driver)
            said.append(str(caught.value))
        driver.close()
    assert not [text for text in said if "left alone" in text or "oauth" in text]
    # The library of HTTP writes addresses at DEBUG, which the portal never turns on.
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("portal")]
    assert logged
    for secret in ("987654321", "RAHASIA", "Rahasia", PIN, SECRET):
        assert not [text for text in (*said, *logged) if secret in text]


def test_titles_stay_unknown_for_another_source_without_asking(koha: KohaProcess, driver: Koha) -> None:
    others = [DocumentId(id) for id in ("sekolah.1", "kota.A-1", "kota", "kota.0", "kota.99999999999999999")]
    found = driver.status(others)
    assert {each.availability for each in found.values()} == {Availability.UNKNOWN}
    assert "list_items" not in koha.operations()


# ---- the server itself


@pytest.mark.parametrize(
    ("method", "path", "more", "complaint"),
    [
        ("GET", "/nothing", {}, "is not described"),
        ("PATCH", "/items", {}, "is not described"),
        ("GET", "/items", {"query": {"biblio": 1}}, "unknown parameter biblio"),
        ("GET", "/items", {"query": {"_page": "x"}}, "is not of type 'integer'"),
        ("GET", "/items", {"query": {"q": '{"isbn":[1]}'}}, "which is no field"),
        ("GET", "/items", {"headers": {"x-koha-embed": "checkout"}}, "is not one of"),
        ("GET", "/items", {"headers": {"x-koha-else": "1"}}, "unknown header"),
        ("GET", "/biblios/{biblio_id}/pickup_locations", {"ids": {"biblio_id": 1}}, "no patron_id"),
        ("POST", "/holds", {"body": {"patron_id": 1}}, "'pickup_library_id' is a required property"),
        ("POST", "/holds", {"body": {"patron_id": 1, "pickup_library_id": "A", "x": 1}}, "Additional properties"),
        ("POST", "/holds", {"body": {"patron_id": "1", "pickup_library_id": "A"}}, "is not of type 'integer'"),
        ("POST", "/holds", {}, "no body"),
        ("GET", "/items", {"body": {"a": 1}}, "a body where none is described"),
    ],
)
def test_the_server_complains_of_what_koha_does_not_know(
    method: str, path: str, more: dict[str, Any], complaint: str, koha_process: KohaProcess
) -> None:
    koha_process.reset()
    client = KohaClient(koha_process.url, CLIENT, SECRET)
    with pytest.raises(IlsUnavailable):
        client.ask(method, path, **more)
    client.close()
    assert complaint in koha_process.told["complaints"][0]


def test_the_server_complains_of_its_own_answers(koha_process: KohaProcess) -> None:
    koha_process.reset()
    patron = koha_process.patron(shoe_size=42)
    with pytest.raises(IlsUnavailable):
        koha_process.driver().profile(patron)
    assert "own answer to get_patron" in koha_process.told["complaints"][0]


def test_a_koha_that_only_hangs_holds_a_few_and_sends_the_others_away(koha: KohaProcess) -> None:
    together = Barrier(6)
    with proxy(koha, "stall") as url:
        client = KohaClient(url, CLIENT, SECRET, Limits(limit_s=2.0, at_once=2, turn_s=0.0))

        def ask() -> str:
            together.wait()
            with pytest.raises(IlsUnavailable) as found:
                client.ask("GET", "/libraries")
            return str(found.value)

        with ThreadPoolExecutor(6) as threads:
            told = [future.result() for future in [threads.submit(ask) for _ in range(6)]]
        client.close()
    assert sum("too many wait" in each for each in told) == 4
