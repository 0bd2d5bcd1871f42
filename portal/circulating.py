"""`telusur circulation`, and what every load does with the copies it brought."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import Final

from ingest.jobs import Progress
from portal.bootstrap import open_database
from portal.console import ProgressLine
from portal.exit_codes import DONE, DONE_WITH_REFUSALS, WRONG_USE
from portal.ils.local import LocalSystem
from portal.services.circulation.rules import starting_rules
from portal.services.collection.report import ItemsReport
from portal.services.collection.taking import take_items
from portal.settings import Settings, read_settings
from portal.store.clock import utc_now
from portal.store.errors import StoreError
from portal.store.upgrading import prepare
from search.engine import Engine
from search.opening import open_engine

LOCAL: Final = LocalSystem.name
SHOWN: Final = 10
# Why a copy was left out, as a sentence goes on.
_LEFT_OUT: Final = {
    "no_barcode": "have no barcode, so that no scanner can lend them",
    "long_barcode": "have a barcode of more than 64 characters",
    "twice": "are told of twice by one title; once is enough",
    "on_order": "are on order; they come when the catalogue says they are there",
    "too_many_branches": "name a branch beyond the 300 that there may be",
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
    report = take(settings, open_engine(settings.search), everything=arguments.all, raising=True)
    if not report.counts:
        print(f"Nothing to take: {report.documents:,} titles have changed; --all looks at every one.")
    for line in sentences(report):
        print(line)
    return DONE_WITH_REFUSALS if report.shared else DONE


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


def sentences(report: ItemsReport) -> Iterator[str]:
    """The report for people."""
    if report.problem:
        yield f"Copies: none taken. {report.problem} The next load catches up, or `telusur circulation items`."
        return
    counts = report.counts
    if counts:
        told = (f"{counts[name]:,} {name}" for name in ("added", "changed", "unchanged", "withdrawn"))
        yield f"Copies of {report.documents:,} titles in {report.seconds:.1f} s: {', '.join(told)}"
    if report.branches:
        yield f"New branches: {', '.join(report.branches[:SHOWN])}. Their names can be changed at the desk."
    for reason, count in report.others.most_common():
        yield f"{count:,} copies {_LEFT_OUT[reason]}"
    for what, listed, words in (
        ("moved", report.moved, "moved to another title"),
        ("shared", report.shared, "are told of by two titles; the first keeps the barcode"),
        ("kept", report.kept, "are gone or moved in the catalogue while in use; they follow when they are back"),
    ):
        if listed:
            shown = ", ".join(f"{one.barcode} ({one.document})" for one in listed[:SHOWN])
            more = f" and {counts[what] - SHOWN:,} more" if counts[what] > SHOWN else ""
            yield f"{counts[what]:,} copies {words}: {shown}{more}"
