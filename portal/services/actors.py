"""Who acts. Roles are checked here, in the services, never in a page."""

from dataclasses import dataclass
from typing import Final

from portal.services.errors import NotAllowed
from portal.store.tables.people import Role

_STAFF: Final = (Role.LIBRARIAN, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, or with role None a guest. branch: where they are at home."""

    patron_id: str = ""
    role: Role | None = None
    branch: str = ""

    @property
    def is_staff(self) -> bool:
        return self.role in _STAFF


GUEST: Final = Actor()


def require_patron(actor: Actor) -> str:
    """The id of whoever acts for themselves. Raises NotAllowed for guests."""
    if actor.role is None:
        raise NotAllowed("sign in first")
    return actor.patron_id


def require_staff(actor: Actor) -> str:
    """The id of a librarian or admin. Raises NotAllowed."""
    if not actor.is_staff:
        raise NotAllowed("staff only")
    return actor.patron_id


def require_admin(actor: Actor) -> str:
    """The id of an admin. Raises NotAllowed."""
    if actor.role is not Role.ADMIN:
        raise NotAllowed("admin only")
    return actor.patron_id
