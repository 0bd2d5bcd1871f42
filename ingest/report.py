"""What became of a load: every record read is in exactly one of its counts."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from ingest.source import Rejected

Outcome = Literal["indexed", "updated", "unchanged", "deleted", "refused"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("indexed", "updated", "unchanged", "deleted", "refused")

# All refusals are counted; as many as this are kept one by one.
MAX_LISTED: Final = 20_000


@dataclass(slots=True)
class IngestReport:
    """Counts of one load, in records and e-books.

    read = indexed + updated + unchanged + deleted + refused. `replaced_in_load` counts updates of
    a record that this same load had read before (one control number twice). `attached` counts
    e-books that belong to a record, `joined` records that joined one of another source. seconds is wall time. given_up: a rebuild that was not published,
    because it was stopped or nothing could be loaded; the index is what it was. notes: sentences on what is worth
    knowing and cost no record.
    """

    files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: list[Rejected] = field(default_factory=list)
    replaced_in_load: int = 0
    attached: int = 0
    joined: int = 0
    pages: int = 0
    pages_without_text: int = 0
    pages_by_ocr: int = 0
    notes: list[str] = field(default_factory=list)
    passages: int = 0
    embedder: str = ""
    seconds: float = 0.0
    stopped: bool = False
    given_up: bool = False

    @property
    def read(self) -> int:
        return sum(self.outcomes[outcome] for outcome in OUTCOMES)

    def count(self, outcome: Outcome, number: int = 1) -> None:
        self.outcomes[outcome] += number

    def refuse(self, rejected: Rejected) -> None:
        self.outcomes["refused"] += 1
        self.reasons[rejected.code] += 1
        if len(self.refusals) < MAX_LISTED:
            self.refusals.append(replace(rejected, data=b""))

    def to_plain(self) -> Mapping[str, object]:
        """The report as JSON knows it."""
        return {
            "read": self.read,
            **{outcome: self.outcomes[outcome] for outcome in OUTCOMES},
            "refused_by_reason": dict(self.reasons.most_common()),
            "files": self.files,
            "replaced_in_load": self.replaced_in_load,
            "records_joined": self.joined,
            "ebooks_attached": self.attached,
            "pages": self.pages,
            "pages_without_text": self.pages_without_text,
            "pages_by_ocr": self.pages_by_ocr,
            "notes": self.notes,
            "passages_embedded": self.passages,
            "embedder": self.embedder,
            "seconds": round(self.seconds, 1),
            "stopped": self.stopped,
            "given_up": self.given_up,
            "refusals": [
                {
                    "file": rejected.origin.file,
                    "position": rejected.origin.position,
                    "offset": rejected.origin.offset,
                    "code": rejected.code,
                    "reason": rejected.reason,
                }
                for rejected in self.refusals
            ],
        }

    def save(self, path: Path) -> None:
        """Write the report as JSON, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        # A file name that is no UTF-8 reaches us as surrogates; they are written escaped.
        text = json.dumps(self.to_plain(), ensure_ascii=False, indent=2)
        part.write_text(text, encoding="utf-8", errors="backslashreplace")
        os.replace(part, path)
