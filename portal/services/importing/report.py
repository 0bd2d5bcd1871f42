"""What an import came to."""

import json
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from portal.services.importing.columns import Kind

REASONS_KEPT: Final = 100_000


class Outcome(StrEnum):
    """SAME: it stands there like that already. PASSED: left out on purpose, as a loan that was returned long ago."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    PASSED = "passed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not imported. row: as a spreadsheet counts. reason: for a librarian."""

    row: int
    code: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """made: categories and branches that the import made. notes: what is worth knowing and cost no row."""

    kind: Kind
    file: str
    check: bool = False
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    broken: str = ""

    @property
    def read(self) -> int:
        return self.outcomes.total()

    def refuse(self, refused: Refused) -> None:
        self.outcomes[Outcome.REFUSED] += 1
        if len(self.refused) < REASONS_KEPT:
            self.refused.append(refused)

    def save(self, path: Path) -> None:
        """The report with every refusal, as JSON. Raises OSError."""
        told = {
            "kind": self.kind.value,
            "file": self.file,
            "check": self.check,
            "read": self.read,
            **{outcome.value: self.outcomes[outcome] for outcome in Outcome},
            "made": self.made,
            "notes": self.notes,
            "broken": self.broken,
            "refusals": [
                {"file": self.file, "row": one.row, "code": one.code, "reason": one.reason} for one in self.refused
            ],
        }
        path.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
