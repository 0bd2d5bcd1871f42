"""`telusur housekeeping`: the jobs of the house without a portal, or beside it."""

import sys
from argparse import Namespace
from threading import Event

from portal.bootstrap_accounts import open_accounts
from portal.commands.exit_codes import DONE, UNAVAILABLE, WRONG_USE
from portal.services.housekeeping import Housekeeping
from portal.settings import NO_ILS, read_settings


def housekeeping(arguments: Namespace) -> int:
    settings = read_settings()
    if settings.accounts.ils.name == NO_ILS:
        print(f"telusur: TELUSUR_ILS={NO_ILS}: there are no accounts to keep.", file=sys.stderr)
        return WRONG_USE
    accounts = open_accounts(settings)
    try:
        jobs = accounts.housekeeping
        if arguments.confirm_clock:
            jobs.trust_clock()
            print("The clock is taken for right; the jobs go on.")
            return DONE
        if arguments.once:
            return _once(jobs)
        print("The jobs of the house run until Ctrl-C.", file=sys.stderr)
        jobs.go_on(Event())
        return DONE
    finally:
        accounts.database.close()


def _once(jobs: Housekeeping) -> int:
    done = jobs.run_due()
    for state in jobs.states():
        if state.name in done or state.outcome.startswith("failed"):
            print(f"{state.name}: {state.outcome}")
        else:
            print(f"{state.name}: not due")
    problem = jobs.clock_problem()
    if problem:
        print(
            f"The clock of this machine jumped {problem}: most jobs wait. Look at it, then run "
            "telusur housekeeping --confirm-clock",
            file=sys.stderr,
        )
    return UNAVAILABLE if problem else DONE
