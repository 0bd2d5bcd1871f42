"""The import of a table: rows in, in transactions of some hundred, and a report out."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.services.actors import Actor, require_admin
from portal.services.audit import record
from portal.services.circulation.work import Work
from portal.services.importing.batch import Batch, Ways
from portal.services.importing.columns import ImportColumns, Kind
from portal.services.importing.items import ItemRows
from portal.services.importing.loans import LoanRows
from portal.services.importing.patrons import PatronRows
from portal.services.importing.report import ImportReport, Outcome, Refused
from portal.services.importing.rules import RuleRows
from portal.services.importing.tables import Table, TableError, TableRow
from portal.services.importing.values import UnusableError
from portal.store.clock import Clock
from portal.store.database import Database

# Long enough to be fast, short enough that the desk does not wait for it.
ROWS_AT_ONCE: Final = 200
_TOLD_COLUMNS: Final = 40


class Rows(Protocol):
    """What one kind of row does to the store, in one transaction."""

    def key_of(self, row: TableRow) -> str | None:
        """What may stand in one row of a table only; None where that does not matter."""
        ...

    def apply(self, row: TableRow) -> Outcome: ...


_ROWS: Final[dict[Kind, Callable[[Batch, Sequence[TableRow]], Rows]]] = {
    Kind.PATRONS: PatronRows,
    Kind.ITEMS: ItemRows,
    Kind.LOANS: LoanRows,
    Kind.RULES: RuleRows,
}


class _CheckedError(Exception):
    """Takes back the transaction of a check."""


class Importer:
    """Reads tables of other systems into the store. The same table a second time changes nothing."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone

    def run(
        self,
        actor: Actor,
        kind: Kind,
        path: Path,
        ways: Ways,
        columns: ImportColumns | None = None,
        *,
        check: bool = False,
        on_progress: Callable[[int], None] = lambda _: None,
    ) -> ImportReport:
        """Import a table of `kind`, by `columns` or the shipped map that fits. check: keep nothing, only report.

        Every refused row is in the report. A row is kept or not as a whole; a table that breaks off is kept up to there.
        Raises NotAllowed, TableError, OSError, StoreUnavailable.
        """
        require_admin(actor)
        report = ImportReport(kind, path.name, check)
        seen: dict[str | None, int] = {}
        with Table(path, kind, columns) as table:
            if table.unknown:
                told = ", ".join(name[:60] for name in table.unknown[:_TOLD_COLUMNS])
                report.notes.append(
                    f"These columns are not imported, for the map of {table.columns.name} does not name them: {told}."
                )
            for rows in _batches(table.rows(), report):
                self._batch(kind, rows, ways, seen, report)
                on_progress(report.read)
        if not check:
            self._note(actor, report)
        return report

    def _batch(
        self, kind: Kind, rows: Sequence[TableRow], ways: Ways, seen: dict[str | None, int], report: ImportReport
    ) -> None:
        """All rows in one transaction; if the database refuses one of them that we would not, each in its own."""
        told = ImportReport(kind, report.file)
        marks = dict(seen)
        try:
            self._transaction(kind, rows, ways, marks, told, check=report.check)
        except IntegrityError:
            told, marks = ImportReport(kind, report.file), dict(seen)
            for row in rows:
                self._alone(kind, row, ways, marks, told, check=report.check)
        seen.update(marks)
        report.outcomes += told.outcomes
        report.refused += told.refused
        report.made += [made for made in told.made if made not in report.made]

    def _alone(
        self, kind: Kind, row: TableRow, ways: Ways, seen: dict[str | None, int], report: ImportReport, *, check: bool
    ) -> None:
        told = ImportReport(kind, report.file)
        try:
            self._transaction(kind, (row,), ways, seen, told, check=check)
        except IntegrityError:
            told = ImportReport(kind, report.file)
            told.refuse(Refused(row.number, "taken", "someone has just changed the same; import it once more"))
        report.outcomes += told.outcomes
        report.refused += told.refused
        report.made += told.made

    def _transaction(
        self,
        kind: Kind,
        rows: Sequence[TableRow],
        ways: Ways,
        seen: dict[str | None, int],
        report: ImportReport,
        *,
        check: bool,
    ) -> None:
        try:
            with self._database.writing() as session:
                self._apply(session, kind, rows, ways, seen, report)
                session.flush()
                if check:
                    raise _CheckedError
        except _CheckedError:
            pass

    def _apply(
        self,
        session: Session,
        kind: Kind,
        rows: Sequence[TableRow],
        ways: Ways,
        seen: dict[str | None, int],
        report: ImportReport,
    ) -> None:
        batch = Batch(
            Work(session, self._clock(), self._zone), ways, lambda things: self._database.deciding(session, *things)
        )
        importer = _ROWS[kind](batch, rows)
        for row in rows:
            try:
                key = importer.key_of(row)
                if key in seen:
                    # The number belongs to two different things, or one of the rows is wrong.
                    raise UnusableError(f"the same stands in row {seen[key]} already")
                report.outcomes[importer.apply(row)] += 1
                if key is not None:
                    seen[key] = row.number
            except UnusableError as error:
                report.refuse(Refused(row.number, "unusable", f"{error}."))
        report.made += batch.made

    def _note(self, actor: Actor, report: ImportReport) -> None:
        counts = ", ".join(f"{outcome.value} {report.outcomes[outcome]}" for outcome in Outcome)
        with self._database.writing() as session:
            record(session, actor.patron_id, f"import_{report.kind.value}", detail=counts, at=self._clock())


def _batches(rows: Iterator[TableRow], report: ImportReport) -> Iterator[Sequence[TableRow]]:
    """Rows in order; those that are too long, and the end of a table that breaks off, go into the report."""

    def whole() -> Iterator[TableRow]:
        try:
            for row in rows:
                if row.too_long:
                    reason = "the row is too long, or a quotation mark in it is never closed."
                    report.refuse(Refused(row.number, "too_long", reason))
                else:
                    yield row
        except TableError as error:
            report.broken = str(error)

    wholes = whole()
    while batch := tuple(islice(wholes, ROWS_AT_ONCE)):
        yield batch
