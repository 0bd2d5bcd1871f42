"""`telusur staff`: who works here. A PIN is asked for, never an argument, which other users of the machine could read."""

import getpass
import sys
from argparse import Namespace
from typing import Final

from portal.bootstrap_accounts import Accounts, open_accounts
from portal.commands.exit_codes import DONE, WRONG_USE
from portal.commands.terminal import printable
from portal.services.errors import NotFound, NotValid
from portal.services.identity.pins import LEAST_OF_STAFF
from portal.services.identity.staff import CONSOLE, NewStaff
from portal.settings import Settings, read_settings
from portal.store.tables.people import Role

_SAID: Final = {
    "staff_card": "--card is empty; give the number of a card.",
    "staff_name": "nobody has this card yet; give a --name.",
    "branch_missing": "there are several branches; give the code of one with --branch.",
    "branch_unknown": "there is no such branch; give the code of one that exists with --branch.",
    "oidc_off": "no provider is set, so --oidc cannot be used; see TELUSUR_OIDC_URL.",
    "oidc_taken": "somebody else is linked to this subject; revoke that person first.",
    "pin_missing": "a PIN is needed, or --oidc; nothing was changed.",
    "pin_unequal": "the two PINs differ; nothing was changed.",
    "pin_short": f"the PIN is too short: staff need {LEAST_OF_STAFF} characters at least.",
    "pin_long": "the PIN is too long: 128 characters at most.",
    "pin_weak": "the PIN is too easy to guess.",
    "pin_is_card": "the PIN is the number of the card.",
    "last_admin": "this is the last admin; make another one first.",
}


def staff(arguments: Namespace) -> int:
    settings = read_settings()
    if settings.accounts.ils.name == "none":
        print("telusur: TELUSUR_ILS=none: this portal knows no patrons and no staff.", file=sys.stderr)
        return WRONG_USE
    accounts = open_accounts(settings)
    try:
        return {"add": _add, "list": _list, "revoke": _revoke}[arguments.deed](accounts, settings, arguments)
    except NotValid as error:
        print(f"telusur: {_SAID.get(error.code, error.code)}", file=sys.stderr)
        return WRONG_USE
    except NotFound:
        print("telusur: no member of staff has this card; `telusur staff list` shows all.", file=sys.stderr)
        return WRONG_USE
    finally:
        accounts.database.close()


def _add(accounts: Accounts, settings: Settings, arguments: Namespace) -> int:
    known = accounts.staff.find(CONSOLE, arguments.card)
    signs_in_elsewhere = bool(arguments.oidc) or accounts.identity.asks_the_system
    pin = "" if signs_in_elsewhere or (known is not None and known.has_pin) else _asked_pin()
    new = NewStaff(arguments.card, arguments.name, Role(arguments.role), pin, arguments.branch, arguments.oidc)
    accounts.staff.add(CONSOLE, new)
    where = settings.url or f"http://{settings.host}:{settings.port}"
    print(f"{printable(arguments.card)}: {arguments.role}, who may sign in at {where}/masuk.")
    return DONE


def _asked_pin() -> str:
    """From the terminal, twice and unseen; or the first line of what is piped in. Raises NotValid."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    pin = getpass.getpass(f"PIN or password ({LEAST_OF_STAFF} characters at least): ")
    if getpass.getpass("Once more: ") != pin:
        raise NotValid("pin_unequal")
    return pin


def _list(accounts: Accounts, settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001 - as the other two
    for member in accounts.staff.all(CONSOLE):
        ways = [name for name, has in (("PIN", member.has_pin), ("provider", member.is_linked)) if has]
        columns = (member.role.value, member.card_number, member.branch, "+".join(ways) or "-", member.name)
        print("\t".join(printable(column) for column in columns))
    return DONE


def _revoke(accounts: Accounts, settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001 - as the other two
    known = accounts.staff.find(CONSOLE, arguments.card)
    if known is None:
        raise NotFound("no such card")
    accounts.staff.revoke(CONSOLE, known.id)
    print(f"{printable(arguments.card)}: no longer staff, and signed out.")
    return DONE
