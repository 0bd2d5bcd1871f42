"""Branches by the names that catalogues give them."""

import re
import unicodedata
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.services.circulation.rules import FIRST_BRANCH
from portal.store.tables.people import Branch

# Where copies are at home whose records name no branch, in a library that has none yet.
FIRST: Final = (FIRST_BRANCH, "Perpustakaan Pusat")
# A damaged load must not fill the lists that patrons choose from.
MAX_BRANCHES: Final = 300
_NOT_IN_CODES: Final = re.compile(r"[^a-z0-9]+")


class Branches:
    """The branches of one transaction; unknown names become branches."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._codes: dict[str, str] = {}
        self.made: list[str] = []
        for code, name in session.execute(select(Branch.code, Branch.name).order_by(Branch.code)):
            self._codes.setdefault(_folded(name), code)
            self._codes[code] = code
        self._first = FIRST[0] if FIRST[0] in self._codes else next(iter(self._codes.values()), "")

    def code(self, name: str) -> str | None:
        """The code of the branch with this name or code; of "" the first branch. None where there are too many."""
        name = name.strip()
        if not name:
            return self._first or self._make(*FIRST)
        known = self._codes.get(_folded(name)) or self._codes.get(code_of(name))
        return known or self._make(code_of(name), name)

    def _make(self, code: str, name: str) -> str | None:
        if len(set(self._codes.values())) >= MAX_BRANCHES:
            return None
        self._session.add(Branch(code=code, name=name))
        self._session.flush()  # items refer to it, and no relation tells the order
        self._codes[_folded(name)] = self._codes[code] = code
        self._first = self._first or code
        self.made.append(name)
        return code


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def code_of(name: str) -> str:
    """
    >>> code_of("Perpustakaan Aèrtembaga"), code_of("☆")
    ('perpustakaan-aertembaga', 'cabang')
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return _NOT_IN_CODES.sub("-", plain).strip("-")[:64] or "cabang"
