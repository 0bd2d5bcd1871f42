"""Which function does what is asked on the command line."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Final

from portal.commands import catalogue, circulating, evaluating, housekeeping, importing, loading, staffing, store

Command = Callable[[Namespace], int]


def _circulation(arguments: Namespace) -> int:
    return importing.import_table(arguments) if arguments.what == "import" else circulating.circulation(arguments)


# By their names in portal/cli.py.
COMMANDS: Final[Mapping[str, Command]] = {
    "demo": catalogue.demo,
    "ingest": loading.ingest,
    "search": catalogue.search,
    "show": catalogue.show,
    "portal": catalogue.portal,
    "check": catalogue.check,
    "evaluate": evaluating.evaluate,
    "staff": staffing.staff,
    "db": store.db,
    "housekeeping": housekeeping.housekeeping,
    "circulation": _circulation,
}
