"""`telusur circulation import`: tables of another system into circulation."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Final

from ingest.readers.columns import ColumnsError
from portal.bootstrap_accounts import open_accounts
from portal.commands.circulating import LOCAL
from portal.commands.exit_codes import DONE, DONE_WITH_REFUSALS, UNAVAILABLE, WRONG_USE
from portal.commands.terminal import printable
from portal.services.actors import Actor
from portal.services.importing.batch import Ways
from portal.services.importing.columns import ImportColumns, Kind, load_columns
from portal.services.importing.importer import Importer
from portal.services.importing.report import ImportReport, Outcome
from portal.services.importing.tables import TableError, require_kind
from portal.settings import read_settings
from portal.store.tables.people import Role

_REFUSALS_SHOWN: Final = 20
# Whoever may run commands on the server may do all that an admin may.
_OPERATOR: Final = Actor("command", Role.ADMIN)
_WORDS: Final = {
    Outcome.ADDED: "added",
    Outcome.CHANGED: "changed",
    Outcome.SAME: "as they were",
    Outcome.PASSED: "left out (returned already)",
    Outcome.REFUSED: "refused",
}


def import_table(arguments: Namespace) -> int:
    """Raises SettingsError, StoreError."""
    settings = read_settings()
    if settings.accounts.ils.name != LOCAL:
        print(
            f"telusur: TELUSUR_ILS={settings.accounts.ils.name}: that system keeps its own patrons and loans; this is for "
            f"TELUSUR_ILS={LOCAL}",
            file=sys.stderr,
        )
        return WRONG_USE
    kind = Kind(arguments.kind)
    try:
        columns: ImportColumns | None = load_columns(arguments.columns) if arguments.columns else None
        if columns is not None:
            require_kind(columns, kind)
    except ColumnsError as error:
        print(f"telusur: {error}", file=sys.stderr)
        return WRONG_USE
    if not arguments.file.is_file():
        print(f"telusur: there is no file {arguments.file}.", file=sys.stderr)
        return WRONG_USE
    ways = Ways(
        arguments.source or settings.source, arguments.branch, create=arguments.create, only_new=arguments.only_new
    )
    accounts = open_accounts(settings)
    importer = Importer(accounts.database, accounts.clock, settings.accounts.zone)
    try:
        report = importer.run(_OPERATOR, kind, arguments.file, ways, columns, check=arguments.check)
    except TableError as error:
        print(f"telusur: {arguments.file}: {printable(str(error))}", file=sys.stderr)
        return WRONG_USE
    except OSError as error:
        print(f"telusur: {arguments.file} cannot be read: {error.strerror or error}.", file=sys.stderr)
        return UNAVAILABLE
    finally:
        accounts.database.close()
    print(_text(report), flush=True)
    if arguments.report and not _saved(report, arguments.report):
        return UNAVAILABLE
    return DONE_WITH_REFUSALS if report.outcomes[Outcome.REFUSED] or report.broken else DONE


def _saved(report: ImportReport, path: Path) -> bool:
    try:
        report.save(path)
    except OSError as error:
        told = error.strerror or error
        print(f"telusur: the report could not be saved as {path}: {told}. The import itself is done.", file=sys.stderr)
        return False
    return True


def _text(report: ImportReport) -> str:
    counts = ", ".join(f"{report.outcomes[outcome]:,} {word}" for outcome, word in _WORDS.items())
    lines = [f"{report.read:,} rows of {report.kind} read from {printable(report.file)}: {counts}."]
    if report.check:
        lines.append("Nothing was kept: this was a check.")
    if report.made:
        lines.append(f"Made: {printable(', '.join(report.made))}.")
    lines += [printable(note) for note in report.notes]
    for refused in report.refused[:_REFUSALS_SHOWN]:
        lines.append(printable(f"  {report.file}, row {refused.row}: {refused.reason}"))
    if len(report.refused) > _REFUSALS_SHOWN:
        lines.append(f"  … and {len(report.refused) - _REFUSALS_SHOWN:,} more; --report FILE lists them all.")
    if report.broken:
        lines.append(printable(f"The table breaks off: {report.broken} The rows before were imported."))
    return "\n".join(lines)
