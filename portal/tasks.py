"""The jobs of the house: which there are, how often and at what hour they run."""

from datetime import datetime, timedelta
from typing import Final

from portal.ils.local import LocalSystem
from portal.services.circulation.jobs import Housekeeping
from portal.services.housekeeping import Task
from portal.services.identity.sign_in import Identity
from portal.services.messages.letters import Sender
from portal.services.messages.outbox import Outbox
from portal.services.messages.reminders import Reminders
from portal.services.messages.smtp import SmtpPost
from portal.services.retention import forget_old
from portal.settings import Settings
from portal.store.clock import Clock
from portal.store.database import Database

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
# Of the library's day.
AT_NIGHT: Final = 2
IN_THE_MORNING: Final = 7  # nobody's telephone rings before it


def tasks_of(settings: Settings, database: Database, clock: Clock, identity: Identity) -> tuple[Task, ...]:
    """Those that the settings give reason for, in the order in which they run."""
    return (
        *_of_lending(settings, database, clock),
        *_of_accounts(database, clock, identity),
        *_of_letters(settings, database, clock),
    )


def _of_lending(settings: Settings, database: Database, clock: Clock) -> tuple[Task, ...]:
    if settings.accounts.ils.name != LocalSystem.name:
        return ()
    circulation = Housekeeping(database, clock, settings.accounts.zone)
    return (
        Task("expire", timedelta(minutes=5), lambda _: circulation.expire(), waits_for_clock=True),
        Task("anonymise", DAY, lambda _: circulation.anonymise(), hour=AT_NIGHT, waits_for_clock=True),
    )


def _of_accounts(database: Database, clock: Clock, identity: Identity) -> tuple[Task, ...]:
    def sweep(_: datetime | None) -> int:
        with database.writing() as session:
            return identity.sweep(session)

    return (
        Task("sign_ins", DAY, sweep, hour=AT_NIGHT, waits_for_clock=True),
        Task("old_entries", DAY, lambda _: forget_old(database, clock), hour=AT_NIGHT, waits_for_clock=True),
    )


def _of_letters(settings: Settings, database: Database, clock: Clock) -> tuple[Task, ...]:
    """None without a mail server: letters nobody sends would only keep what patrons have borrowed."""
    smtp = settings.accounts.smtp
    if smtp is None:
        return ()
    outbox = Outbox(database, clock, SmtpPost(smtp, settings.email, settings.library))
    reminders = Reminders(database, clock, settings.accounts.zone, Sender(settings.library, settings.url))
    return (
        Task("tell_of_holds", MINUTE, lambda _: reminders.tell_of_holds(), waits_for_clock=True),
        Task("remind", DAY, reminders.remind, hour=IN_THE_MORNING, waits_for_clock=True),
        Task("send", MINUTE, lambda _: outbox.drain()),
        Task("old_letters", DAY, lambda _: outbox.clean(), hour=AT_NIGHT, waits_for_clock=True),
    )
