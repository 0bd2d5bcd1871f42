"""All routes of the desk. None where another system lends: its own staff screens are the ones to use."""

from starlette.routing import Route

from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.desk.calendars import CalendarPages
from portal.desk.frame import DeskFrame
from portal.desk.items import ItemPages
from portal.desk.lending import LendingPages
from portal.desk.licences import LicencePages
from portal.desk.oversight import OversightPages
from portal.desk.overview import OverviewPages
from portal.desk.patrons import PatronPages
from portal.desk.rules import RulePages


def desk_routes(services: Services, accounts: Accounts) -> list[Route]:
    if accounts.desk is None or accounts.backroom is None:
        return []
    frame = DeskFrame(services, accounts, accounts.desk, accounts.backroom)
    pages = (
        OverviewPages,
        LendingPages,
        PatronPages,
        ItemPages,
        LicencePages,
        RulePages,
        CalendarPages,
        OversightPages,
    )
    return [route for made in pages for route in made(frame).routes()]
