"""Letters wait, go out, come back, are given up, and are never lost, on both databases and by a real mail server."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.services.messages.outbox import DELAYS, KEPT, LEASE, STALE, Drained, Letter, Outbox, write
from portal.services.messages.smtp import SmtpPost
from portal.settings import SmtpSettings
from portal.store.database import Database
from portal.store.tables import Branch, Message
from tests.support.circulation import NOON, Turned
from tests.support.mail_server import MailServer, mail_server

SENDER = "perpustakaan@example.org"
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def clock() -> Turned:
    return Turned()


def outbox_to(port: int, database: Database, clock: Turned) -> Outbox:
    settings = SmtpSettings("127.0.0.1", port, is_tls=False, user="", password="")
    return Outbox(database, clock, SmtpPost(settings, SENDER, "Perpustakaan Kota Bitung"))


@pytest.fixture
def outbox(server: MailServer, database: Database, clock: Turned) -> Outbox:
    return outbox_to(server.port, database, clock)


def letter(number: int = 1, **fields: str) -> Letter:
    made = {
        "key": f"k{number}",
        "kind": "loans",
        "recipient": f"a{number}@example.org",
        "subject": "S",
        "body": "Isi\n",
    }
    return Letter(**{**made, **fields})  # type: ignore[arg-type] # all of these are texts


def put(database: Database, *letters: Letter) -> None:
    with database.writing() as session:
        for each in letters:
            assert write(session, each, NOON)


def row(database: Database, key: str = "k1") -> Message:
    with database.reading() as session:
        return session.scalars(select(Message).where(Message.key == key)).one()


def test_what_is_told_once_is_not_told_again(database: Database, outbox: Outbox, server: MailServer) -> None:
    put(database, letter())
    with database.writing() as session:
        assert not write(session, letter(body="Lain\n"), NOON)
    assert outbox.drain() == Drained(sent=1)
    with database.writing() as session:
        assert not write(session, letter(), NOON)
    assert outbox.drain() == Drained()
    assert server.recipients == ["a1@example.org"]


def test_a_letter_goes_only_with_the_change_it_tells_of(database: Database, outbox: Outbox) -> None:
    def change_and_fail() -> None:
        with database.writing() as session:
            session.add(Branch(code="pusat", name="Pusat"))
            write(session, letter(), NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert outbox.drain() == Drained()


def test_of_a_sent_letter_only_the_fact_is_kept(database: Database, outbox: Outbox, clock: Turned) -> None:
    put(database, letter())
    outbox.drain()
    kept = row(database)
    assert (kept.body, kept.recipient, kept.sent_at) == ("", "", NOON)
    clock.on(days=KEPT.days + 1)
    assert outbox.clean() == 1
    with database.reading() as session:
        assert session.scalars(select(Message)).all() == []


def test_a_letter_refused_for_now_comes_back_ever_later_and_is_given_up(
    database: Database, outbox: Outbox, server: MailServer, clock: Turned
) -> None:
    server.answers["a1@example.org"] = "450 Greylisted"
    put(database, letter())
    waits = []
    while row(database).given_up_at is None:
        assert outbox.drain().sent == 0
        assert outbox.drain() == Drained()
        waits.append(row(database).not_before - clock.now)
        clock.now = row(database).not_before
    assert waits == [*DELAYS, timedelta(0)]
    assert "450 Greylisted" in row(database).problem
    clock.on(days=2)
    assert outbox.drain() == Drained()


def test_greylisting_is_outwaited(database: Database, outbox: Outbox, server: MailServer, clock: Turned) -> None:
    server.answers["a1@example.org"] = "450 Greylisted"
    put(database, letter())
    assert outbox.drain() == Drained(delayed=1)
    server.answers.clear()
    clock.now = row(database).not_before
    assert outbox.drain() == Drained(sent=1)
    assert row(database).problem == ""


@pytest.mark.parametrize("recipient", ["a1@example.org", "no address", "a@example.org\r\nBcc: all@example.org", ""])
def test_a_letter_refused_for_good_is_given_up_and_others_go(
    database: Database, outbox: Outbox, server: MailServer, recipient: str
) -> None:
    server.answers["a1@example.org"] = "550 No such user"
    put(database, letter(1, recipient=recipient), letter(2))
    assert outbox.drain() == Drained(sent=1, given_up=1)
    assert row(database).given_up_at == NOON
    assert row(database).problem
    assert server.recipients == ["a2@example.org"]


def test_a_refused_text_is_the_letters_own_trouble(database: Database, outbox: Outbox, server: MailServer) -> None:
    server.all_answer = "554 Looks like spam"
    put(database, letter())
    assert outbox.drain() == Drained(given_up=1)
    assert "554 Looks like spam" in row(database).problem


def test_a_server_that_is_away_costs_no_letter_a_try(database: Database, clock: Turned) -> None:
    put(database, letter(1), letter(2))
    away = outbox_to(9, database, clock)
    for _ in range(20):
        assert away.drain() == Drained(is_post_away=True)
        clock.on(hours=1)
    problems = {row(database, key).problem for key in ("k1", "k2")}
    assert any("does not answer" in problem for problem in problems)
    assert [row(database, key).attempts for key in ("k1", "k2")] == [0, 0]
    with mail_server() as server:
        assert outbox_to(server.port, database, clock).drain() == Drained(sent=2)


def test_what_nobody_could_send_for_days_is_given_up(database: Database, clock: Turned) -> None:
    put(database, letter())
    clock.on(days=STALE.days, hours=1)
    outbox_to(9, database, clock).drain()
    assert row(database).given_up_at == clock.now
    assert "does not answer" in row(database).problem


def test_a_letter_in_hand_is_left_alone_until_its_lease_ends(database: Database, outbox: Outbox, clock: Turned) -> None:
    put(database, letter())
    with database.writing() as session:  # as a process leaves it that is killed while it sends
        session.scalars(select(Message)).one().claimed_until = NOON + LEASE
    assert outbox.drain() == Drained()
    clock.now += LEASE
    assert outbox.drain() == Drained(sent=1)


@pytest.mark.parametrize("field", ["claimed_until", "not_before"])
def test_a_clock_that_was_wrong_holds_no_letter_back(database: Database, outbox: Outbox, field: str) -> None:
    put(database, letter())
    with database.writing() as session:
        setattr(session.scalars(select(Message)).one(), field, NOON + timedelta(days=400))
    assert outbox.drain() == Drained(sent=1)


def test_many_that_send_at_once_send_each_letter_once(database: Database, server: MailServer, clock: Turned) -> None:
    put(database, *(letter(number) for number in range(40)))
    with ThreadPoolExecutor(4) as threads:
        drained = list(threads.map(lambda _: outbox_to(server.port, database, clock).drain(), range(4)))
    assert sum(each.sent for each in drained) == 40
    assert Counter(server.recipients) == Counter(f"a{number}@example.org" for number in range(40))


DRAIN = """
import sys
from datetime import datetime
from portal.services.messages.outbox import Outbox
from portal.services.messages.smtp import SmtpPost
from portal.settings import SmtpSettings
from portal.store.database import Database
url, port, now = sys.argv[1:]
post = SmtpPost(SmtpSettings("127.0.0.1", int(port), False, "", ""), "perpustakaan@example.org", "P")
Outbox(Database(url), lambda: datetime.fromisoformat(now), post).drain()
"""


def test_killed_while_it_sends_it_loses_nothing_and_doubles_only_what_was_in_flight(
    database: Database, server: MailServer, clock: Turned
) -> None:
    put(database, *(letter(number) for number in range(30)))
    url = database.url.render_as_string(hide_password=False)
    for kill_after in (3, 9, 20):
        command = [sys.executable, "-c", DRAIN, url, str(server.port), clock.now.isoformat()]
        child = subprocess.Popen(command, cwd=ROOT)
        while len(server.messages) < kill_after and child.poll() is None:
            pass
        child.kill()
        child.wait()
        clock.now += LEASE
    outbox_to(server.port, database, clock).drain()
    got = Counter(server.recipients)
    assert set(got) == {f"a{number}@example.org" for number in range(30)}
    assert sum(got.values()) - 30 <= 3  # one a kill
    # Both copies of one carry the same name, by which a mailbox knows them for one.
    assert len({message["Message-ID"] for message in server.messages}) == 30
    with database.reading() as session:
        assert all(message.sent_at for message in session.scalars(select(Message)))
