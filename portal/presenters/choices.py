"""Links that change one thing of a search."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes one thing of the search. current: it is what holds now."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that holds, chosen or understood. name: what its link does; href: the search without it."""

    field: str
    value: str
    name: str
    href: str
