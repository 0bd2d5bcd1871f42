"""Koha's words for no, in ours."""

from collections.abc import Mapping
from typing import Final

from portal.ils.driver import Refusal

# CanBookBeRenewed in C4/Circulation.pm.
RENEWAL: Final[Mapping[str, Refusal]] = {
    "on_reserve": Refusal.ON_HOLD,
    "booked": Refusal.ON_HOLD,
    "recalled": Refusal.RECALLED,
    "too_many": Refusal.LIMIT_REACHED,
    "auto_too_late": Refusal.LIMIT_REACHED,
    "too_unseen": Refusal.MUST_BE_SEEN,
    "too_soon": Refusal.TOO_SOON,
    "auto_too_soon": Refusal.TOO_SOON,
    "auto_too_much_oweing": Refusal.DEBT,  # so it is written there
    "auto_account_expired": Refusal.CARD_EXPIRED,
    "overdue": Refusal.OVERDUE,
    "restriction": Refusal.PATRON_BLOCKED,
    "onsite_checkout": Refusal.ONSITE_ONLY,
    "no_item": Refusal.NOT_FOUND,
    "no_checkout": Refusal.NOT_FOUND,
    "item_issued_to_other_patron": Refusal.NOT_FOUND,
    # of plugins
    "debarred": Refusal.PATRON_BLOCKED,
    "debt": Refusal.DEBT,
    "cardlost": Refusal.CARD_LOST,
    "gonenoaddress": Refusal.ADDRESS_MISSING,
    "cardexpired": Refusal.CARD_EXPIRED,
}

# CanItemBeReserved and CanBookBeReserved in C4/Reserves.pm, can_place_holds in Koha/Patron.pm, and its own sentences.
HOLD: Final[Mapping[str, Refusal]] = {
    "itemAlreadyOnHold": Refusal.DUPLICATE,
    "alreadyReserved": Refusal.DUPLICATE,
    "tooManyHoldsForThisRecord": Refusal.DUPLICATE,
    "alreadypossession": Refusal.ALREADY_YOURS,
    "tooManyReserves": Refusal.MAX_HOLDS,
    "tooManyReservesToday": Refusal.MAX_HOLDS,
    "hold_limit": Refusal.MAX_HOLDS,
    "ageRestricted": Refusal.AGE,
    "damaged": Refusal.NOT_HOLDABLE,
    "notReservable": Refusal.NOT_HOLDABLE,
    "noReservesAllowed": Refusal.NOT_HOLDABLE,
    "noItems": Refusal.NOT_HOLDABLE,
    "none_available": Refusal.NOT_HOLDABLE,
    "cannotReserveFromOtherBranches": Refusal.NOT_HOLDABLE,
    "branchNotInHoldGroup": Refusal.NOT_HOLDABLE,
    "Biblio not found.": Refusal.NOT_HOLDABLE,
    "item_id not found.": Refusal.NOT_HOLDABLE,
    "recall": Refusal.RECALLED,
    "pickupNotInHoldGroup": Refusal.BAD_PICKUP,
    "libraryNotFound": Refusal.BAD_PICKUP,
    "libraryNotPickupLocation": Refusal.BAD_PICKUP,
    "cannotBeTransferred": Refusal.BAD_PICKUP,
    "The supplied pickup location is not valid": Refusal.BAD_PICKUP,
    "bad_address": Refusal.ADDRESS_MISSING,
    "card_lost": Refusal.CARD_LOST,
    "debt_limit": Refusal.DEBT,
    "expired": Refusal.CARD_EXPIRED,
    "restricted": Refusal.PATRON_BLOCKED,
}


def of_renewal(reason: str) -> Refusal:
    return RENEWAL.get(reason, Refusal.OTHER)


def of_hold(reason: str) -> Refusal:
    return HOLD.get(reason, Refusal.OTHER)
