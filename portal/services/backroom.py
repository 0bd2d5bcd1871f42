"""What staff work with beside lending itself."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from portal.services.administration import Administration
from portal.services.items import Items
from portal.services.membership import Membership
from portal.services.oversight import Oversight
from portal.services.patrons import Patrons
from portal.store.clock import Clock
from portal.store.database import Database


@dataclass(frozen=True, slots=True)
class Backroom:
    patrons: Patrons
    membership: Membership
    items: Items
    administration: Administration
    oversight: Oversight


def backroom(database: Database, clock: Clock, zone: ZoneInfo) -> Backroom:
    return Backroom(
        Patrons(database, clock, zone),
        Membership(database, clock, zone),
        Items(database, clock, zone),
        Administration(database, clock),
        Oversight(database, clock),
    )
