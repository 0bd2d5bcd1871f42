"""`telusur circulation`, and what every load does with the copies it brought."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import Final

from ingest.identity import id_of
from ingest.jobs import Progress
from portal.bootstrap_accounts import open_accounts, open_database
from portal.commands.console import ProgressLine
from portal.commands.exit_codes import DONE, DONE_WITH_REFUSALS, UNAVAILABLE, WRONG_USE
from portal.ils.local import LocalSystem
from portal.services.circulation.rules import starting_rules
from portal.services.collection.report import ItemsReport
from portal.services.collection.taking import take_items
from portal.services.demonstration.filling import EBOOK, TITLES, Filling
from portal.services.errors import NotValid
from portal.services.lending import MAX_COPIES, MAX_HOURS
from portal.settings import Settings, read_settings
from portal.store.clock import utc_now
from portal.store.errors import StoreError
from portal.store.upgrading import prepare
from search.document import DocumentId
from search.engine import Engine
from search.opening import open_engine
from search.query import Filter, Query

LOCAL: Final = LocalSystem.name
SHOWN: Final = 10
DEMO_SOURCE: Final = "contoh"
# Why an e-book cannot be lent.
_REFUSED: Final = {
    "licence_no_ebook": "it has no e-book here; load its PDF first",
    "licence_open": "it is open to everybody by its record; close it there (856 $7 or 506), load it again, then set a licence",
    "licence_onsite": "by its record it may be read in the library only, so it cannot be lent",
    "licence_copies": f"--copies is 0 to {MAX_COPIES:,}",
    "licence_hours": f"--hours is 1 to {MAX_HOURS:,}",
}
# What kept copies out, as it follows "Copies"; their number stands behind it, be it one or many.
_LEFT_OUT: Final = {
    "no_barcode": "without a barcode, so that no scanner can lend them",
    "long_barcode": "with a barcode of more than 64 characters",
    "twice": "told of twice by one title, where once is enough",
    "on_order": "on order, which come when the catalogue says they are there",
    "too_many_branches": "of a branch beyond the 300 that there may be",
}


def circulation(arguments: Namespace) -> int:
    """Raises SearchError, StoreError."""
    settings = read_settings()
    if settings.accounts.ils.name != LOCAL:
        print(
            f"telusur: TELUSUR_ILS={settings.accounts.ils.name}: that system knows its own copies; this is for "
            f"TELUSUR_ILS={LOCAL}",
            file=sys.stderr,
        )
        return WRONG_USE
    return _licence(settings, arguments) if arguments.what == "licence" else _items(settings, arguments)


def _items(settings: Settings, arguments: Namespace) -> int:
    report = take(settings, open_engine(settings.search), everything=arguments.all, raising=True)
    if not report.counts:
        print(f"Nothing to take: {report.documents:,} titles have changed; --all looks at every one.")
    for line in sentences(report):
        print(line)
    return DONE_WITH_REFUSALS if report.shared else DONE


def _licence(settings: Settings, arguments: Namespace) -> int:
    searcher = open_engine(settings.search).searcher()
    # A number without its source is most likely of this library's own.
    found = searcher.fetch([DocumentId(arguments.id), id_of(settings.source, arguments.id)])
    if not found:
        print(f"telusur: no record {arguments.id!r} in the index; `telusur search` shows ids.", file=sys.stderr)
        return UNAVAILABLE
    accounts = open_accounts(settings)
    try:
        assert accounts.lending is not None  # noqa: S101 - where we lend there is one
        licence = accounts.lending.grant(found[0], arguments.copies, arguments.hours)
    except NotValid as error:
        print(f"telusur: {found[0].id}: {_REFUSED[error.code]}", file=sys.stderr)
        return WRONG_USE
    finally:
        accounts.database.close()
    print(
        f"{licence.document_id}: {licence.copies:,} at once, {licence.loan_hours:,} hours each; {licence.out:,} read now"
    )
    return DONE


def take(
    settings: Settings,
    engine: Engine,
    *,
    everything: bool = False,
    raising: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> ItemsReport:
    """The copies of what changed in the index, into circulation.

    A store that is away is no reason for a load to fail: the report says so and the next load brings what was missed.
    raising: raise StoreError instead.
    """
    line = ProgressLine()
    try:
        database = open_database(settings)
        try:
            prepare(database)
            with database.writing() as session:
                starting_rules(session)
            return take_items(
                database,
                engine.searcher(),
                utc_now,
                settings.accounts.zone,
                everything=everything,
                progress=lambda titles, seconds: line(Progress("copies", titles, 0, titles, seconds)),
                stopped=stopped,
            )
        finally:
            database.close()
    except StoreError as error:
        if raising:
            raise
        return ItemsReport(problem=str(error))
    finally:
        line.end()


def fill_demonstration(settings: Settings) -> Iterator[str]:
    """Give the demonstration its patrons, once; what a terminal is told of them."""
    searcher = open_engine(settings.search).searcher()
    asked = Query(filters=(Filter("format", ("book",)), Filter("source", (DEMO_SOURCE,))), sort="title")
    books = searcher.fetch([found.id for found in searcher.keyword(asked, TITLES).items])
    ebook = searcher.fetch([id_of(DEMO_SOURCE, EBOOK)])
    accounts = open_accounts(settings)
    try:
        filling = Filling(accounts.database, utc_now, settings.accounts.zone, accounts.identity.hasher.hashed)
        people = filling.fill(books, ebook[0] if ebook else None)
    finally:
        accounts.database.close()
    if not people:
        yield f"The patrons of the demonstration have their PINs; to draw new ones, delete {settings.data} and begin anew."
        return
    yield "Made-up patrons, to sign in at /masuk. Their PINs were drawn for this folder and are told this once:"
    for person in people:
        yield f"  {person.card}  PIN {person.pin}  {person.name} ({person.what})"


def sentences(report: ItemsReport) -> Iterator[str]:
    """The report for people."""
    if report.problem:
        yield f"Copies: none taken. {report.problem} The next load catches up, or `telusur circulation items`."
        return
    counts = report.counts
    if counts:
        told = (f"{counts[name]:,} {name}" for name in ("added", "changed", "unchanged", "withdrawn"))
        yield f"Copies ({report.documents:,} titles, {report.seconds:.1f} s): {', '.join(told)}"
    if report.branches:
        yield f"New branches: {', '.join(report.branches[:SHOWN])}. Their names can be changed at the desk."
    for reason, count in report.others.most_common():
        yield f"Copies {_LEFT_OUT[reason]}: {count:,}"
    for what, listed, words in (
        ("moved", report.moved, "moved to another title"),
        ("shared", report.shared, "told of by two titles, of which the first keeps the barcode"),
        ("kept", report.kept, "gone or moved in the catalogue while in use, which follow when they are back"),
    ):
        if listed:
            # A moved copy is to be looked for where it is now.
            titles = ((one, one.other if what == "moved" else one.document) for one in listed[:SHOWN])
            shown = ", ".join(f"{one.barcode} ({title})" for one, title in titles)
            more = f" and {counts[what] - SHOWN:,} more" if counts[what] > SHOWN else ""
            yield f"Copies {words} ({counts[what]:,}): {shown}{more}"
