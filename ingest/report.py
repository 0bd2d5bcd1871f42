"""What became of a load: every record read is in exactly one of its counts."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from ingest.source import Origin, Rejected
from search.analysis import plain_words
from search.document import Document

Outcome = Literal["indexed", "updated", "unchanged", "deleted", "refused"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("indexed", "updated", "unchanged", "deleted", "refused")

# All refusals are counted; as many as this are kept one by one.
MAX_LISTED: Final = 20_000

# In the place of bytes that mean no letter (Unicode, "replacement character").
UNREADABLE: Final = "\ufffd"
_AROUND: Final = 30  # characters kept on each side of it: whole values of 20,000 records may fill the memory

_DEVICES, _PROCESSES = Path("/dev"), Path("/proc")


@dataclass(frozen=True, slots=True)
class Replacement:
    """A record that took the place of another one with its number. was: its title, "" where that is not known.

    in_load: this same load had read the other one.
    """

    origin: Origin
    id: str
    was: str
    now: str
    in_load: bool = False

    @property
    def is_another_book(self) -> bool:
        """Whether the titles have no word in common: then two catalogues may have been taken for one."""
        return bool(self.was) and set(plain_words(self.was)).isdisjoint(plain_words(self.now))


@dataclass(frozen=True, slots=True)
class Damaged:
    """A record that was taken although some of its letters could not be read. text: what stands around the first."""

    origin: Origin
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class MissingEbook:
    """An e-book whose file is no longer in the folder that was loaded. removed: it was taken out of the catalogue."""

    id: str
    title: str
    file_name: str
    removed: bool


@dataclass(slots=True)
class IngestReport:
    """Counts of one load, in records and e-books.

    read = indexed + updated + unchanged + deleted + refused. used: the same without refused, by the file that a
    record's Origin names. `replaced_in_load` counts updates of a record that this same load had read before (one
    control number twice), `replaced_by_another` those whose titles have no word in common; both are listed in
    `replacements`. `attached` counts e-books that belong to a record, `joined` records that joined one of
    another source, `ebook_files_removed` files that left the store with their titles.
    removes_missing: e-books that are missing were to be taken out. seconds is wall time. given_up: a rebuild that was not
    published, because it was stopped or nothing could be loaded; the index is what it was. notes: sentences on what is
    worth knowing and cost no record.
    copies: what became of the copies on the shelf, for JSON; empty where nobody lends them by this index.
    With a "problem" none could be taken.
    damaged_records: how many hold letters that could not be read (U+FFFD); they are listed in `damaged`.
    check: nothing was kept, nor compared with the index: the counts say what would be.
    """

    check: bool = False
    files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: list[Rejected] = field(default_factory=list)
    replaced_in_load: int = 0
    replaced_by_another: int = 0
    replacements: list[Replacement] = field(default_factory=list)
    damaged_records: int = 0
    damaged: list[Damaged] = field(default_factory=list)
    attached: int = 0
    joined: int = 0
    ebook_files_removed: int = 0
    ebooks_missing: int = 0
    ebooks_taken_out: int = 0
    removes_missing: bool = False
    missing: list[MissingEbook] = field(default_factory=list)
    pages: int = 0
    pages_without_text: int = 0
    pages_by_ocr: int = 0
    notes: list[str] = field(default_factory=list)
    copies: Mapping[str, object] = field(default_factory=dict)
    passages: int = 0
    embedder: str = ""
    seconds: float = 0.0
    stopped: bool = False
    given_up: bool = False

    @property
    def read(self) -> int:
        return sum(self.outcomes[outcome] for outcome in OUTCOMES)

    def count(self, outcome: Outcome, number: int = 1, *, file: str = "") -> None:
        """file: where the records came from, "" for those of a repository."""
        self.outcomes[outcome] += number
        if file and outcome != "refused":
            self.used[file] += number

    def replace(self, replacement: Replacement) -> None:
        """A record was updated; tell of it where a title may have been lost by it."""
        self.replaced_in_load += replacement.in_load
        self.replaced_by_another += replacement.is_another_book
        if (replacement.in_load or replacement.is_another_book) and len(self.replacements) < MAX_LISTED:
            self.replacements.append(replacement)

    def take_back(self, replacement: Replacement) -> None:
        """The record that was to take another's place was refused."""
        self.replaced_in_load -= replacement.in_load
        self.replaced_by_another -= replacement.is_another_book
        self.replacements = [found for found in self.replacements if found is not replacement]

    def find_damage(self, document: Document, origin: Origin) -> None:
        """Tell of a record whose letters could not all be read: here, or by the system that wrote it."""
        for values in (*document.fields.values(), [original.text for original in document.vernacular]):
            for text in values:
                if UNREADABLE in text:
                    self.damaged_records += 1
                    if len(self.damaged) < MAX_LISTED:
                        at = text.index(UNREADABLE)
                        around = text[max(0, at - _AROUND) : at + _AROUND]
                        self.damaged.append(Damaged(origin, document.id, around))
                    return

    def miss(self, documents: Iterable[Document], *, removed: bool) -> None:
        """Tell of titles whose e-book is no longer in its folder."""
        for document in documents:
            self.ebooks_missing += 1
            self.ebooks_taken_out += removed
            if document.ebook is not None and len(self.missing) < MAX_LISTED:
                name = document.ebook.file_name
                self.missing.append(MissingEbook(document.id, document.title, name, removed))

    def used_of(self, path: Path) -> int | None:
        """How many records of a file, or of the files in an archive, were used; None if not all were counted by file."""
        if self.used.total() != self.read - self.outcomes["refused"]:
            return None
        return sum(count for file, count in self.used.items() if file == str(path) or file.startswith(f"{path}/"))

    def refuse(self, rejected: Rejected) -> None:
        self.outcomes["refused"] += 1
        self.reasons[rejected.code] += 1
        if len(self.refusals) < MAX_LISTED:
            self.refusals.append(replace(rejected, data=b""))

    def to_plain(self) -> Mapping[str, object]:
        """The report as JSON knows it."""
        return {
            "check": self.check,
            "read": self.read,
            **{outcome: self.outcomes[outcome] for outcome in OUTCOMES},
            "refused_by_reason": dict(self.reasons.most_common()),
            "files": self.files,
            "replaced_in_load": self.replaced_in_load,
            "replaced_by_another": self.replaced_by_another,
            "replacements": [
                {
                    "id": found.id,
                    "file": found.origin.file,
                    "position": found.origin.position,
                    "was": found.was,
                    "now": found.now,
                    "in_this_load": found.in_load,
                }
                for found in self.replacements
            ],
            "damaged_records": self.damaged_records,
            "damaged": [
                {"id": found.id, "file": found.origin.file, "position": found.origin.position, "text": found.text}
                for found in self.damaged
            ],
            "records_joined": self.joined,
            "ebooks_attached": self.attached,
            "ebook_files_removed": self.ebook_files_removed,
            "ebooks_missing": self.ebooks_missing,
            "ebooks_taken_out": self.ebooks_taken_out,
            "missing": [
                {"id": found.id, "title": found.title, "file": found.file_name, "taken_out": found.removed}
                for found in self.missing
            ],
            "pages": self.pages,
            "pages_without_text": self.pages_without_text,
            "pages_by_ocr": self.pages_by_ocr,
            "notes": self.notes,
            "copies": dict(self.copies),
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
                    "control_number": rejected.control_number,
                    "code": rejected.code,
                    "reason": rejected.reason,
                }
                for rejected in self.refusals
            ],
        }

    def save(self, path: Path) -> None:
        """Write the report as JSON, whole or not at all; a device or pipe is written to. Raises OSError."""
        # A file name that is no UTF-8 reaches us as surrogates; they are written escaped.
        text = json.dumps(self.to_plain(), ensure_ascii=False, indent=2) + "\n"
        if is_stream(path):
            with path.open("a", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(text)
            return
        path = path.resolve()  # a link stays one
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        try:
            part.write_text(text, encoding="utf-8", errors="backslashreplace")
            os.replace(part, path)
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise


def is_stream(path: Path) -> bool:
    """Whether a path is a device or a pipe, in whose place no file may be put.

    /dev/stdout is a link to where the output goes, which may be a file that has lines before the report.
    """
    of_the_system = path.is_symlink() and not {_DEVICES, _PROCESSES}.isdisjoint(path.absolute().parents)
    return path.exists() and (of_the_system or not path.is_file())
