"""What became of the copies that a load told of."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MAX_LISTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Noted:
    """A copy that staff should look at. document: where it stands; other: of whom the catalogue tells it as well.

    Of a moved copy, document is the title that it left and other the one where it is now.
    """

    barcode: str
    document: str
    other: str = ""


@dataclass(slots=True)
class ItemsReport:
    """Counts of one run. others: copies that were left out, by reason. Lists hold MAX_LISTED at most, counts all.

    moved: to another title. shared: barcodes that two titles have; the first keeps it. kept: copies that are gone from
    the catalogue, or moved there, but are lent, held or on their way. problem: why nothing was taken, "" when it was.
    """

    documents: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    moved: list[Noted] = field(default_factory=list)
    shared: list[Noted] = field(default_factory=list)
    kept: list[Noted] = field(default_factory=list)
    branches: list[str] = field(default_factory=list)
    seconds: float = 0.0
    problem: str = ""

    def note(self, what: str, noted: Noted) -> None:
        """what: moved, shared or kept."""
        self.counts[what] += 1
        listed: list[Noted] = getattr(self, what)
        if len(listed) < MAX_LISTED:
            listed.append(noted)

    def add(self, other: "ItemsReport") -> None:
        """Of a part of the run that is written."""
        self.documents += other.documents
        self.counts += other.counts
        self.others += other.others
        for mine, its in ((self.moved, other.moved), (self.shared, other.shared), (self.kept, other.kept)):
            mine += its[: MAX_LISTED - len(mine)]
        self.branches += other.branches

    def to_plain(self) -> Mapping[str, object]:
        """As JSON knows it."""
        if self.problem:
            return {"problem": self.problem}
        return {
            "documents": self.documents,
            **{name: self.counts[name] for name in ("added", "changed", "unchanged", "withdrawn", "returned")},
            "left_out": dict(self.others),
            **{
                name: [{"barcode": one.barcode, "document": one.document, "other": one.other} for one in listed]
                for name, listed in (("moved", self.moved), ("shared", self.shared), ("kept", self.kept))
            },
            "branches": self.branches,
            "seconds": round(self.seconds, 1),
        }
