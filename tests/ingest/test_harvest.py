"""Harvesting: against a repository that runs as a process of its own, with the faults repositories have."""

import base64
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ingest.harvest import Harvest, HarvestRequest, NoSuchSetError
from ingest.harvest_state import Harvested, HarvestState, Kept, Position
from ingest.outbound import Limits, is_public
from ingest.readers import dublin_core, marcxml
from ingest.source import Rejected, RemovedRecord, SourceRecord, UnreadRecord
from tests.support.oai_server import FIRST_DAY, NOW, ROOT, OaiServer, sample_records

FAST = Limits(connect_s=2, read_s=2, answer_s=4, attempts=3, first_wait_s=0.01, longest_wait_s=1)
LATER = "2024-06-01T08:00:00Z"
MORE_FAULTS = 1_000

Item = UnreadRecord | RemovedRecord | Rejected


@pytest.fixture(scope="module")
def running() -> Iterator[OaiServer]:
    with OaiServer() as server:
        yield server


@pytest.fixture
def server(running: OaiServer) -> OaiServer:
    running.control(reset=True)
    return running


@pytest.fixture
def state(tmp_path: Path) -> HarvestState:
    return HarvestState(tmp_path / "harvest")


@pytest.fixture(scope="module")
def held() -> list[str]:
    return [record.identifier for record in sample_records()]


def harvest(
    url: str, state: HarvestState, limits: Limits = FAST, stop: threading.Event | None = None, **more: Any
) -> Harvest:
    return Harvest(HarvestRequest(url, **more), state, stop, limits)


def whole(url: str, state: HarvestState, limits: Limits = FAST, **more: Any) -> list[Item]:
    """All of a harvest, published and kept at its end."""
    one = harvest(url, state, limits, **more)
    items = list(one.items())
    one.keep(one.position)
    return items


def names(items: list[Item]) -> list[str]:
    return [item.oai_identifier for item in items if not isinstance(item, Rejected)]


def refused(items: list[Item]) -> list[Rejected]:
    return [item for item in items if isinstance(item, Rejected)]


def only_refusal(items: list[Item]) -> Rejected:
    assert len(refused(items)) == 1
    return refused(items)[0]


# The list


@pytest.mark.parametrize("page", [7, 50, 1000])
def test_every_record_comes_once_and_in_order(
    server: OaiServer, state: HarvestState, held: list[str], page: int
) -> None:
    server.control(page=page)
    items = whole(server.url, state)
    assert names(items) == held
    assert not refused(items)
    assert [item.origin.position for item in items] == list(range(1, len(held) + 1))


@pytest.mark.parametrize("prefix", ["marcxml", "oai_dc"])
def test_every_record_can_be_read(server: OaiServer, state: HarvestState, prefix: str) -> None:
    read = {"marcxml": marcxml.read_one, "oai_dc": dublin_core.read_one}[prefix]
    for item in whole(server.url, state, prefix=prefix):
        assert isinstance(item, UnreadRecord)
        assert item.format == prefix
        assert isinstance(read(item), SourceRecord)


def test_a_set_is_harvested_alone(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    found = names(whole(server.url, state, set="gpo_indonesia"))
    assert 0 < len(found) < len(held)
    assert all(arguments.get("set", "gpo_indonesia") == "gpo_indonesia" for arguments in server.log())


SETS = "gpo_indonesia, gpo_languages, indonesia"
NO_RECORDS = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords/></OAI-PMH>'
BAD_ARGUMENT = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="badArgument"/></OAI-PMH>'
NO_SETS = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="noSetHierarchy"/></OAI-PMH>'


@pytest.mark.parametrize("answer", ["", NO_RECORDS, BAD_ARGUMENT])
def test_an_unknown_set_is_told_with_those_there_are(server: OaiServer, state: HarvestState, answer: str) -> None:
    if answer:
        server.fault("instead", body=answer)
    with pytest.raises(NoSuchSetError, match=rf"no set 'tidak-ada'\. It has: {SETS}\.$"):
        whole(server.url, state, set="tidak-ada")


def test_a_repository_without_sets_says_so(server: OaiServer, state: HarvestState) -> None:
    server.control(faults=[{"kind": "instead", "verb": verb, "body": NO_SETS} for verb in ("ListRecords", "ListSets")])
    with pytest.raises(NoSuchSetError, match="leave --set out"):
        whole(server.url, state, set="buku")


def test_a_set_with_nothing_new_is_no_error(server: OaiServer, state: HarvestState) -> None:
    assert whole(server.url, state, set="gpo_indonesia")
    server.control(now=LATER)
    assert whole(server.url, state, set="gpo_indonesia") == []
    assert state.load(Harvested("katalog", server.url, "gpo_indonesia", "marcxml")) == Kept(LATER)


def test_where_sets_cannot_be_listed_a_set_without_records_is_empty(server: OaiServer, state: HarvestState) -> None:
    server.fault("instead", verb="ListSets", body="<rss/>")
    one = harvest(server.url, state, set="tidak-ada")
    assert list(one.items()) == []
    assert one.position.complete


def test_total_and_count_are_for_progress(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    one = harvest(server.url, state)
    next(items := one.items())
    assert (one.count, one.total) == (1, len(held))
    assert sum(1 for _ in items) + 1 == one.count == len(held)


def test_one_page_at_a_time_is_asked_for(server: OaiServer, state: HarvestState) -> None:
    items = harvest(server.url, state).items()
    for _ in range(50):
        next(items)
    assert len(server.log()) == 1
    next(items)
    assert len(server.log()) == 2


def test_removed_records_are_said_to_be_removed(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    server.control(records={held[3]: {"deleted": True}})
    removed = [item for item in whole(server.url, state) if isinstance(item, RemovedRecord)]
    assert [item.oai_identifier for item in removed] == [held[3]]


def test_records_without_metadata_are_refused_by_name(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    server.control(records={held[0]: {"forms": {"marcxml": ""}}, held[1]: {"forms": {"marcxml": "<mods/>"}}})
    items = whole(server.url, state)
    assert [item.code for item in refused(items)] == ["broken_record"] * 2
    assert held[0] in refused(items)[0].reason
    assert "<mods>" in refused(items)[1].reason
    assert names(items) == held[2:]


def test_a_record_without_identifier_is_refused(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    server.control(records={held[0]: {"identifier": ""}})
    items = whole(server.url, state)
    assert only_refusal(items).code == "broken_record"
    assert names(items) == held[1:]


def test_marc_without_a_namespace_of_its_own_is_read(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    form = '<record><leader>00000nam a2200000 i 4500</leader><controlfield tag="001">7</controlfield></record>'
    server.control(records={held[0]: {"forms": {"marcxml": form}}})
    items = whole(server.url, state)
    assert names(items) == held
    first = items[0]
    assert isinstance(first, UnreadRecord)
    read = marcxml.read_one(first)
    assert isinstance(read, SourceRecord)
    assert [field.data for field in read.record.fields] == ["7"]


# Names of formats


def test_marc_xml_is_found_by_its_namespace(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    server.control(formats={"oai_dc": "urn:dc", "oai_marc": "urn:oai_marc", "marc21": "http://www.loc.gov/MARC21/slim"})
    one = harvest(server.url, state)
    assert names(list(one.items())) == held
    assert one.prefix_used == "marc21"


def test_a_repository_without_marc_says_what_it_offers(server: OaiServer, state: HarvestState) -> None:
    server.control(formats={"oai_dc": "urn:dc", "mods": "urn:mods"})
    refusal = only_refusal(whole(server.url, state))
    assert refusal.code == "bad_answer"
    assert "mods, oai_dc" in refusal.reason


# What is new


def test_the_second_harvest_gets_what_has_changed(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    whole(server.url, state)
    server.control(
        now=LATER,
        records={
            held[5]: {"datestamp": "2024-05-20T00:00:00Z"},
            held[9]: {"datestamp": "2024-05-21T00:00:00Z", "deleted": True},
        },
    )
    second = whole(server.url, state)
    assert names(second) == [held[5], held[9]]
    assert isinstance(second[1], RemovedRecord)
    assert server.log()[-1]["from"] == NOW
    third = harvest(server.url, state)
    assert list(third.items()) == []
    assert server.log()[-1]["from"] == LATER


def test_nothing_new_is_no_error_and_moves_the_date_on(server: OaiServer, state: HarvestState) -> None:
    whole(server.url, state)
    server.control(now=LATER)
    assert whole(server.url, state) == []
    assert state.load(Harvested("katalog", server.url, "", "marcxml")) == Kept(LATER)


def test_the_date_is_that_of_the_first_page_by_the_servers_clock(server: OaiServer, state: HarvestState) -> None:
    one = harvest(server.url, state)
    items = one.items()
    next(items)
    server.control(now=LATER)
    list(items)
    one.keep(one.position)
    assert state.load(Harvested("katalog", server.url, "", "marcxml")).since == NOW


def test_a_repository_that_knows_days_is_asked_for_days(server: OaiServer, state: HarvestState) -> None:
    server.control(seconds=False)
    whole(server.url, state)
    assert whole(server.url, state) == []
    assert server.log()[-1]["from"] == NOW[:10]
    assert whole(server.url, state, from_date="2024-02-03T04:05:06Z") == []
    assert server.log()[-1]["from"] == "2024-02-03"


def test_a_given_date_goes_before_the_kept_one(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    whole(server.url, state)
    assert names(whole(server.url, state, from_date="2023-12-31")) == held
    assert server.log()[-5]["from"] == "2023-12-31"


def test_a_given_date_later_than_the_kept_one_leaves_no_gap(server: OaiServer, state: HarvestState) -> None:
    whole(server.url, state)
    server.control(now=LATER)
    whole(server.url, state, from_date="2024-05-30")
    assert state.load(Harvested("katalog", server.url, "", "marcxml")).since == NOW


def test_sets_formats_and_sources_have_a_state_of_their_own(server: OaiServer, state: HarvestState) -> None:
    whole(server.url, state)
    assert whole(server.url, state) == []
    assert whole(server.url, state, set="indonesia")
    assert whole(server.url, state, prefix="oai_dc")
    assert whole(server.url, state, source="lain")


def test_nothing_is_kept_unless_it_is_said_to_be_published(
    server: OaiServer, state: HarvestState, held: list[str]
) -> None:
    assert names(list(harvest(server.url, state).items())) == held
    assert names(list(harvest(server.url, state).items())) == held


def test_a_damaged_state_file_means_all_again(
    server: OaiServer, state: HarvestState, held: list[str], tmp_path: Path
) -> None:
    whole(server.url, state)
    [file] = (tmp_path / "harvest").iterdir()
    for damage in (b"{", b"[]", b'{"version": 9}', b'{"version": 1, "since": 3, "position": null}', b"\xff"):
        file.write_bytes(damage)
        assert names(list(harvest(server.url, state).items())) == held


# Interrupted


def test_an_interrupted_harvest_goes_on_at_its_token(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    first = harvest(server.url, state)
    items = first.items()
    before = [next(items) for _ in range(100)]  # two pages
    first.keep(first.position)
    second = harvest(server.url, state)
    after = list(second.items())
    assert names(before) + names(after) == held
    assert second.resumed
    assert second.count == len(held)
    second.keep(second.position)
    assert state.load(Harvested("katalog", server.url, "", "marcxml")) == Kept(NOW)


def test_a_page_under_way_is_given_again(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    first = harvest(server.url, state)
    items = first.items()
    for _ in range(120):
        next(items)
    first.keep(first.position)
    assert names(list(harvest(server.url, state).items())) == held[100:]


def test_an_interrupted_update_keeps_its_date(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    whole(server.url, state)
    server.control(now=LATER, page=2, records={name: {"datestamp": LATER} for name in held[:5]})
    second = harvest(server.url, state)
    items = second.items()
    for _ in range(2):
        next(items)
    second.keep(second.position)
    server.control(generation=1)  # the token has expired by then
    third = harvest(server.url, state)
    assert names(list(third.items())) == held[:5]
    assert [arguments["from"] for arguments in server.log() if "from" in arguments] == [NOW, NOW]


def test_an_expired_token_starts_the_list_again(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    first = harvest(server.url, state)
    items = first.items()
    for _ in range(100):
        next(items)
    first.keep(first.position)
    server.control(generation=1)
    assert names(whole(server.url, state)) == held


def test_a_token_that_expires_on_the_way_starts_the_list_again(
    server: OaiServer, state: HarvestState, held: list[str]
) -> None:
    items = harvest(server.url, state).items()
    before = [next(items) for _ in range(60)]
    server.control(generation=1)
    assert names(before + list(items)) == held[:100] + held


def test_tokens_that_always_expire_end_the_harvest(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    expired = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="badResumptionToken"/></OAI-PMH>'
    # A page, then an expired token: three times over.
    server.control(faults=[{"kind": "instead", "body": expired, "skip": at} for at in (1, 2, 3)])
    items = list(harvest(server.url, state).items())
    assert names(items) == held[:50] * 3
    assert "badResumptionToken" in only_refusal(items).reason


CHILD = """
import sys
from pathlib import Path
from ingest.harvest import Harvest, HarvestRequest, HarvestState
one = Harvest(HarvestRequest(sys.argv[1]), HarvestState(Path(sys.argv[2])))
for item in one.items():
    print(item.oai_identifier, flush=True)
    if one.count % 20 == 0:
        one.keep(one.position)
"""


def test_a_killed_harvest_loses_nothing(
    server: OaiServer, state: HarvestState, held: list[str], tmp_path: Path
) -> None:
    server.control(page=20, faults=[{"kind": "slow", "seconds": 0.05, "times": MORE_FAULTS}])
    seen: list[str] = []
    for lines in (35, 61, 50):
        command = [sys.executable, "-c", CHILD, server.url, str(tmp_path / "harvest")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            got = [child.stdout.readline().strip() for _ in range(lines)]
            child.send_signal(signal.SIGKILL)
            # What it had printed by then: it may have kept a place beyond what was read here.
            got += [line.strip() for line in child.stdout.readlines() if line.endswith("\n")]
        assert len(got) < len(held)
        seen += got
    last = harvest(server.url, state)
    seen += names(list(last.items()))
    assert last.resumed
    assert set(seen) == set(held)
    assert len(seen) <= len(held) + 3 * 20  # at most the page under way comes twice


def test_a_stopped_harvest_ends_at_once_and_says_nothing(server: OaiServer, state: HarvestState) -> None:
    stop = threading.Event()
    server.fault("slow", seconds=3, skip=1)
    one = harvest(server.url, state, Limits(), stop)
    items = []
    for item in one.items():
        items.append(item)
        if len(items) == 50:  # the next are on their way when it is stopped
            began = time.monotonic()
            threading.Timer(0.4, stop.set).start()
    assert time.monotonic() - began < 2
    assert len(names(items)) == 50
    assert not refused(items)
    assert not one.position.complete


def test_a_wait_can_be_stopped(server: OaiServer, state: HarvestState) -> None:
    stop = threading.Event()
    server.fault("status", status=503, retry_after="200", times=9)
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    assert list(harvest(server.url, state, Limits(), stop).items()) == []
    assert time.monotonic() - began < 2


# A repository that fails


PASSING: dict[str, dict[str, Any]] = {
    "busy": {"kind": "status", "status": 503, "retry_after": "0"},
    "busy until a date": {"kind": "status", "status": 503, "retry_after": "Wed, 01 May 2024 10:00:00 GMT"},
    "busy for some time": {"kind": "status", "status": 503},
    "too many": {"kind": "status", "status": 429},
    "broken": {"kind": "status", "status": 500},
    "gateway": {"kind": "status", "status": 502},
    "cut off": {"kind": "drop"},
    "no answer": {"kind": "hang_up"},
    "too slow": {"kind": "slow", "seconds": 2.5},
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_passes_is_waited_for(
    server: OaiServer, state: HarvestState, held: list[str], fault: dict[str, Any]
) -> None:
    server.control(faults=[{**fault, "skip": 2, "times": 2 if fault["kind"] != "slow" else 1}])
    items = whole(server.url, state)
    assert names(items) == held
    assert not refused(items)


@pytest.mark.parametrize("kind", ["packed", "chunked"])
def test_other_ways_to_send_are_read(server: OaiServer, state: HarvestState, held: list[str], kind: str) -> None:
    server.fault(kind, times=MORE_FAULTS)
    assert names(whole(server.url, state)) == held


NEVER: dict[str, tuple[dict[str, Any], str, str]] = {
    "busy": ({"kind": "status", "status": 503}, "unreachable", "HTTP 503, also at attempt 3"),
    "away for long": ({"kind": "status", "status": 503, "retry_after": "9999"}, "unreachable", "9,999 seconds"),
    "no answer": ({"kind": "hang_up"}, "unreachable", "failed"),
    "cut off": ({"kind": "drop"}, "unreachable", "failed"),
    "not found": ({"kind": "status", "status": 404}, "bad_answer", "HTTP 404"),
    "web page": ({"kind": "instead", "body": "<!DOCTYPE html><html><p>Selamat datang"}, "bad_answer", "web page"),
    "other XML": ({"kind": "instead", "body": "<rss/>"}, "bad_answer", "<rss>"),
    "empty": ({"kind": "instead", "body": ""}, "bad_xml", "not well-formed"),
    "bomb": ({"kind": "bomb"}, "unreachable", "100 times its size"),
    "endless": ({"kind": "endless"}, "unreachable", "larger than"),
    "trickle": ({"kind": "trickle"}, "unreachable", "4 seconds"),
    "doctype": (
        {
            "kind": "replace",
            "before": "<OAI-PMH",
            "after": base64.b64encode(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><OAI-PMH').decode(),
        },
        "bad_xml",
        "DOCTYPE",
    ),
    "bad encoding": (
        {"kind": "replace", "before": "<leader>", "after": base64.b64encode(b"<leader>\xe9\xe9").decode()},
        "bad_xml",
        "not well-formed",
    ),
    "unclosed": (
        {"kind": "replace", "before": "</metadata>", "after": ""},
        "bad_xml",
        "not well-formed",
    ),
    "deep": (
        {
            "kind": "replace",
            "before": "<metadata>",
            "after": base64.b64encode(b"<metadata>" + b"<a>" * 99_999).decode(),
        },
        "bad_xml",
        "not well-formed",
    ),
    "file": ({"kind": "redirect", "to": "file:///etc/passwd"}, "unreachable", "no web address"),
    "gopher": ({"kind": "redirect", "to": "gopher://127.0.0.1/"}, "unreachable", "no web address"),
    "no port": ({"kind": "redirect", "to": "http://127.0.0.1:99999/"}, "unreachable", "no web address"),
    "in circles": ({"kind": "redirect", "to": "/oai?verb=ListRecords"}, "unreachable", "more than 3 times"),
}


@pytest.mark.parametrize(("fault", "code", "words"), NEVER.values(), ids=NEVER)
def test_what_does_not_pass_ends_the_harvest(
    server: OaiServer, state: HarvestState, held: list[str], fault: dict[str, Any], code: str, words: str
) -> None:
    server.control(faults=[{**fault, "skip": 2, "times": MORE_FAULTS}])
    began = time.monotonic()
    first = harvest(server.url, state)
    items = list(first.items())
    assert time.monotonic() - began < 15
    assert names(items) == held[:100]  # what came before is kept
    assert only_refusal(items) is items[-1]
    assert only_refusal(items).code == code
    assert words in only_refusal(items).reason
    first.keep(first.position)
    server.control(faults=[])
    assert names(list(harvest(server.url, state).items())) == held[100:]


def test_a_closed_port_ends_the_harvest(state: HarvestState) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        refusal = only_refusal(whole(f"http://127.0.0.1:{taken.getsockname()[1]}/oai", state))
    assert refusal.code == "unreachable"
    assert "Connection refused, also at attempt 2. Check the address" in refusal.reason


def test_a_host_that_nobody_knows_is_told_after_two_attempts(state: HarvestState) -> None:
    asked = []

    def unknown(host: str, port: int) -> list[str]:
        asked.append(host)
        raise OSError("Name or service not known")

    items = list(Harvest(HarvestRequest("http://oai.example/oai"), state, None, FAST, unknown).items())
    assert "not known, also at attempt 2. Check the address" in only_refusal(items).reason
    assert len(asked) == 2


def test_a_repository_that_answered_and_is_away_is_asked_at_every_attempt(
    server: OaiServer, state: HarvestState, held: list[str]
) -> None:
    found = iter([["127.0.0.1"]])

    def away(host: str, port: int) -> list[str]:
        if addresses := next(found, None):
            return addresses
        raise OSError("Name or service not known")

    server.fault("hang_up", skip=1)  # makes a second connection
    items = list(Harvest(HarvestRequest(server.url), state, None, FAST, away).items())
    assert names(items) == held[:50]
    assert "not known, also at attempt 3. Try again later" in only_refusal(items).reason


@pytest.mark.parametrize("tokens", ["circle", "always_new"])
def test_a_repository_that_goes_in_circles_is_left(
    server: OaiServer, state: HarvestState, held: list[str], tokens: str
) -> None:
    server.control(tokens=tokens)
    items = whole(server.url, state)
    assert names(items) == held[:50]
    assert "circles" in only_refusal(items).reason


def test_tokens_of_slims_are_understood(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    # SLiMS 9 sends its tokens percent-encoded, and begins again when they come back as they were sent.
    server.control(tokens="slims")
    first = harvest(server.url, state, prefix="oai_dc")
    items = first.items()
    before = [next(items) for _ in range(100)]
    first.keep(first.position)
    assert names(before) + names(list(harvest(server.url, state, prefix="oai_dc").items())) == held


def test_a_refusal_sent_with_an_http_status_is_read(server: OaiServer, state: HarvestState) -> None:
    server.fault("status", status=422, with_body=True, times=MORE_FAULTS)
    with pytest.raises(NoSuchSetError):
        whole(server.url, state, set="tidak-ada")


def test_a_redirect_within_the_house_is_followed(server: OaiServer, state: HarvestState, held: list[str]) -> None:
    server.fault("redirect", to="/oai?verb=ListRecords&metadataPrefix=marcxml")
    assert names(whole(server.url, state)) == held


# Other people's networks


@pytest.fixture
def canary() -> Iterator[tuple[int, list[object]]]:
    """A port on 127.0.0.2 and who came to it."""
    came: list[object] = []
    with socket.create_server(("127.0.0.2", 0)) as listener:

        def wait() -> None:
            while True:
                try:
                    came.append(listener.accept()[1])
                except OSError:
                    return

        threading.Thread(target=wait, daemon=True).start()
        yield listener.getsockname()[1], came
        listener.shutdown(socket.SHUT_RDWR)


def outside(server: OaiServer, state: HarvestState, resolve: Callable[[str, int], list[str]]) -> Harvest:
    """A harvest for which 127.0.0.1 is the open internet, and all else a private network."""
    url = server.url.replace("127.0.0.1", "oai.example")
    return Harvest(HarvestRequest(url), state, None, FAST, resolve, lambda address: address == "127.0.0.1")


def test_a_public_repository_leads_into_no_private_network(
    server: OaiServer, state: HarvestState, canary: tuple[int, list[object]]
) -> None:
    port, came = canary
    # The canary's port is the repository's own one for the rule about ports, which another test has.
    with socket.create_server(("127.0.0.2", server.port)) as same_port:
        same_port.settimeout(0.3)
        names_known = {
            "oai.example": ["127.0.0.1"],
            "dalam.example": ["127.0.0.2"],
            "campur.example": ["127.0.0.1", "127.0.0.2"],
        }
        for target in ("dalam.example", "127.0.0.2", "campur.example"):
            server.fault("redirect", to=f"http://{target}:{server.port}/x", verb="Identify")
            one = outside(server, state, lambda host, _: names_known.get(host, [host]))
            assert "private network" in only_refusal(list(one.items())).reason
        with pytest.raises(TimeoutError):
            same_port.accept()
    server.fault("redirect", to=f"http://127.0.0.2:{port}/x", verb="Identify")
    one = outside(server, state, lambda host, _: names_known.get(host, [host]))
    assert "unusual port" in only_refusal(list(one.items())).reason
    assert came == []


def test_an_answer_opens_no_connection(
    server: OaiServer, state: HarvestState, canary: tuple[int, list[object]]
) -> None:
    port, came = canary
    for declared in (
        f'<!ENTITY x SYSTEM "http://127.0.0.2:{port}/x">',
        f'<!ENTITY % x SYSTEM "http://127.0.0.2:{port}/x"> %x;',
    ):
        doctype = base64.b64encode(f"<!DOCTYPE a [{declared}]><OAI-PMH".encode()).decode()
        server.fault("replace", before="<OAI-PMH", after=doctype, times=MORE_FAULTS)
        assert only_refusal(whole(server.url, state)).code == "bad_xml"
    assert came == []


def test_a_name_that_turns_to_a_private_address_is_not_followed(
    server: OaiServer, state: HarvestState, held: list[str]
) -> None:
    answers = iter([["127.0.0.1"]])
    server.fault("hang_up", skip=1)  # makes a second connection
    one = outside(server, state, lambda *_: next(answers, ["127.0.0.2"]))
    items = list(one.items())
    assert names(items) == held[:50]
    assert "private network" in only_refusal(items).reason


def test_addresses_are_known_in_all_their_forms() -> None:
    private = ["0x7f.1", "127.1", "2130706433", "[::1]", "[::ffff:7f00:1]", "localhost"]
    for host in private:
        found = socket.getaddrinfo(host.strip("[]"), 80, type=socket.SOCK_STREAM)
        assert not any(is_public(str(entry[4][0])) for entry in found), host


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(state: HarvestState, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "own.pem"))
    came = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                came.append(connection)
                with suppress(OSError), connection:
                    context.wrap_socket(connection, server_side=True).close()

        threading.Thread(target=serve, daemon=True).start()
        refusal = only_refusal(whole(f"https://127.0.0.1:{listener.getsockname()[1]}/oai", state))
        listener.shutdown(socket.SHUT_RDWR)
    assert refusal.code == "unreachable"
    assert "certificate" in refusal.reason
    assert len(came) == 1


def self_signed(path: Path) -> Path:
    """A key and a certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_the_environment_sends_the_harvest_nowhere(
    server: OaiServer, state: HarvestState, held: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert names(whole(server.url, state)) == held


def test_a_password_in_the_address_is_not_kept(server: OaiServer, state: HarvestState, tmp_path: Path) -> None:
    items = whole(server.url.replace("http://", "http://nama:rahasia@"), state)
    assert items[0].origin.file == server.url
    assert all(b"rahasia" not in file.read_bytes() for file in (tmp_path / "harvest").iterdir())


# What is asked for, and what is kept


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://x.example/oai"},
        {"url": "oai.example"},
        {"url": "http://x.example/oai?verb=Identify"},
        {"url": "http://x.example:99999/oai"},
        {"url": "http://x.example/oai", "from_date": "kemarin"},
        {"url": "http://x.example/oai", "from_date": "2024-13-45"},
        {"url": "http://x.example/oai", "prefix": "mods"},
    ],
)
def test_a_request_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # each has its own words
        HarvestRequest(**wrong)


def test_state_comes_back_as_it_was_kept(state: HarvestState) -> None:
    what = Harvested("katalog", "http://x.example/oai", "buku", "oai_dc")
    kept = Kept("2024-01-01", Position("2024-01-01", "tok&en=ü", FIRST_DAY, 7, decoded=True))
    state.save(what, kept)
    assert state.load(what) == kept
