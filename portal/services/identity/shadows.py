"""Rows here for patrons whose home is another library system: what lists, holds of e-books and roles hang on."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ils.driver import Profile
from portal.store.tables.people import Branch, Category, Patron

ELSEWHERE: Final = "elsewhere"


def keep_shadow(session: Session, profile: Profile, now: datetime) -> str:
    """The id of the row for a patron of another system, made or brought up to date; its role stays as it is.

    Found by the system's id; staff who were added here by card, before they ever signed in, by that.
    """
    category, branch = _category(session, profile.category), _branch(session, profile.home_branch)
    patron = session.scalar(select(Patron).where(Patron.ils_id == profile.ils_id))
    holder = session.scalar(select(Patron).where(Patron.card_number == (profile.card_number or None)))
    card_number = profile.card_number or None
    if holder is not None and holder is not patron:
        if holder.pin_hash:
            card_number = None  # somebody of the house with a PIN of ours; no other system gives that person away
        elif patron is None and not holder.ils_id:
            patron = holder
        else:
            holder.card_number = None  # the number has gone to somebody else
            session.flush()
    if patron is None:
        patron = Patron(registered_at=now)
        session.add(patron)
    patron.ils_id, patron.card_number, patron.name = profile.ils_id, card_number, profile.name
    patron.category, patron.home_branch = category, branch
    patron.birth_year, patron.expires_on = profile.birth_year, profile.expires_on
    session.flush()
    return patron.id


def _category(session: Session, code: str) -> str:
    code = code or ELSEWHERE
    if session.get(Category, code) is None:
        session.add(Category(code=code, name_id=code, name_en=code))
        session.flush()
    return code


def _branch(session: Session, code: str) -> str:
    code = code or ELSEWHERE
    if session.get(Branch, code) is None:
        session.add(Branch(code=code, name=code))
        session.flush()
    return code
