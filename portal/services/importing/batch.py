"""What the rows of one transaction of an import share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from portal.services.circulation.work import Work
from portal.services.importing.columns import fold_text
from portal.services.importing.values import UnusableError, code_of, text_of
from portal.store.columns import EVERY
from portal.store.tables import Branch, Category

_EVERY: Final = frozenset((EVERY, "semua", "all"))


@dataclass(frozen=True, slots=True)
class Ways:
    """How an import goes about what it finds.

    create: make categories and branches that are not there. only_new: leave alone what is there already.
    source: name of the catalogue that the numbers of records belong to. branch: of rows that name none, by code or name.
    """

    source: str
    branch: str = ""
    create: bool = False
    only_new: bool = False


class Batch:
    """One transaction of an import: its moment, the categories and branches it knows by code and by name.

    decide: holds, to the end of the transaction, what it decides about; called once.
    """

    def __init__(self, work: Work, ways: Ways, decide: Callable[[Iterable[str]], None]) -> None:
        self.work = work
        self.decide = decide
        self.ways = ways
        self.made: list[str] = []
        self._categories: dict[str, Category] = {}
        for category in work.session.scalars(select(Category)):
            for text in (category.name_en, category.name_id, category.code):
                self._categories[fold_text(text)] = category
        self._branches: dict[str, Branch] = {}
        for branch in work.session.scalars(select(Branch)):
            for text in (branch.name, branch.code):
                self._branches[fold_text(text)] = branch
        self._only_branch = next(iter(self._branches.values())) if len(set(self._branches.values())) == 1 else None

    def category(self, text: str) -> Category:
        """The category of that code or name. Raises UnusableError."""
        if found := self._categories.get(fold_text(text)):
            return found
        if not text:
            raise UnusableError(
                'there is no category; set one for all such rows under [patrons.defaults], category = "…"'
            )
        if not self.ways.create:
            raise UnusableError(f'there is no category "{text[:60]}"; make it first, or import with --create')
        name = text_of(text, 200, "the category")
        made = Category(
            code=self._free_code(name, {c.code for c in self._categories.values()}), name_id=name, name_en=name
        )
        made.membership_days = 0
        self._add(made, f"category {made.code} ({name})")
        self._categories[fold_text(name)] = self._categories[fold_text(made.code)] = made
        return made

    def category_code(self, text: str) -> str:
        """The same for a rule, which may be for every category."""
        return EVERY if fold_text(text) in _EVERY else self.category(text).code

    def branch(self, text: str) -> Branch:
        """The branch of that code or name; the only one of the library where none is named. Raises UnusableError."""
        text = text or self.ways.branch
        if found := self._branches.get(fold_text(text)):
            return found
        if not text:
            if self._only_branch is None:
                raise UnusableError("no branch is named, and the library has not just one; say which by --branch")
            return self._only_branch
        if not self.ways.create:
            raise UnusableError(f'there is no branch "{text[:60]}"; make it first, or import with --create')
        name = text_of(text, 200, "the branch")
        made = Branch(code=self._free_code(name, {b.code for b in self._branches.values()}), name=name, is_pickup=True)
        self._add(made, f"branch {made.code} ({name})")
        self._branches[fold_text(name)] = self._branches[fold_text(made.code)] = made
        return made

    def branch_code(self, text: str) -> str:
        """The same for a rule, which is for every branch where none is named."""
        return EVERY if not text or fold_text(text) in _EVERY else self.branch(text).code

    def _add(self, made: Category | Branch, told: str) -> None:
        self.work.session.add(made)
        self.work.session.flush()
        self.made.append(told)

    def _free_code(self, name: str, taken: set[str]) -> str:
        code = code_of(name)
        if not code:
            raise UnusableError(f'no code can be made of the name "{name[:60]}"')
        number = 2
        free = code
        while free in taken:
            free = f"{code[:60]}-{number}"
            number += 1
        return free
