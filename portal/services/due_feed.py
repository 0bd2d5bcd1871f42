"""The address at which a calendar program reads what is due: whoever knows its secret may read that, and nothing else."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ils.driver import Capability, HoldStage, HoldView, ILSDriver, LoanView
from portal.services.actors import Actor, require_patron
from portal.services.errors import NotFound
from portal.services.my_library import PAGE, reference_of
from portal.store.database import Database
from portal.store.tables.people import Patron, Standing

SECRET_BYTES = 24
MOST_PAGES = 4


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be brought back and fetched. Nothing of it says whose it is."""

    language: str
    loans: tuple[LoanView, ...]
    ready: tuple[HoldView, ...]


class DueFeed:
    """Makes the address, takes it back, and reads what it gives."""

    def __init__(self, database: Database, ils: ILSDriver) -> None:
        self._database, self._ils = database, ils

    def is_on(self, actor: Actor) -> bool:
        id = require_patron(actor)
        with self._database.reading() as session:
            return bool(_patron(session, id).calendar_token)

    def make(self, actor: Actor) -> str:
        """A new secret, shown once: only its hash is kept. The one before is no longer good."""
        id = require_patron(actor)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        with self._database.writing() as session:
            _patron(session, id).calendar_token = _hash(secret)
        return secret

    def switch_off(self, actor: Actor) -> None:
        id = require_patron(actor)
        with self._database.writing() as session:
            _patron(session, id).calendar_token = ""

    def due(self, secret: str) -> Due:
        """Raises NotFound for a secret that is nobody's."""
        with self._database.reading() as session:
            # Looked up by hash: how long that takes tells nothing of the secret.
            patron = session.scalars(select(Patron).where(Patron.calendar_token == _hash(secret))).first()
            if not secret or patron is None or patron.standing is Standing.WITHDRAWN:
                raise NotFound("no such calendar")
            ref, language = reference_of(patron), patron.language
        can = self._ils.capabilities
        loans: list[LoanView] = []
        for number in range(1, MOST_PAGES + 1) if Capability.LOANS in can else ():
            page = self._ils.loans(ref, number, PAGE, renewals=False)
            loans += page.loans
            if len(loans) >= page.total or not page.loans:
                break
        holds = self._ils.holds(ref) if Capability.HOLDS in can else ()
        return Due(language, tuple(loans), tuple(hold for hold in holds if hold.stage is HoldStage.READY))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _patron(session: Session, id: str) -> Patron:
    patron = session.get(Patron, id)
    if patron is None or patron.standing is Standing.WITHDRAWN:
        raise NotFound("no such patron")
    return patron
