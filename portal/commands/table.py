"""Which function does what is asked on the command line. Its module alone is imported, and what the others need is not."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

# By their names in portal/cli.py: a module of this package, and its function.
COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "demo": ("catalogue", "demo"),
    "ingest": ("loading", "ingest"),
    "search": ("searching", "search"),
    "show": ("searching", "show"),
    "portal": ("catalogue", "portal"),
    "check": ("catalogue", "check"),
    "evaluate": ("evaluating", "evaluate"),
    "staff": ("staffing", "staff"),
    "db": ("store", "db"),
    "housekeeping": ("housekeeping", "housekeeping"),
    "circulation": ("circulating", "circulation"),
    "circulation import": ("importing", "import_table"),
}


def run(arguments: Namespace) -> int:
    """Does what was asked, and gives the exit code."""
    command = arguments.command
    if command == "circulation" and arguments.what == "import":
        command = "circulation import"
    return function_of(command)(arguments)


def function_of(command: str) -> Callable[[Namespace], int]:
    module, name = COMMANDS[command]
    found: Callable[[Namespace], int] = getattr(import_module(f"portal.commands.{module}"), name)
    return found
