"""Lines of MARC as text that are no sound field: told to whoever loads the file, since they look like its own words."""

import re
from collections import deque
from collections.abc import Iterator
from typing import Final

from ingest.readers.lines import Line
from ingest.readers.notes import Note

_SOUND: Final = re.compile(rb"=(?:LDR|[0-9]{3})[ \t]")
_BROKEN: Final = re.compile(rb"=(?![0-9A-Za-z]{3}(?:[ \t]|$))[0-9][0-9A-Za-z]{0,4}(?:[ \t$\\#]|$)")
_TAG: Final = re.compile(rb"=?([0-9OoIl]{3})[ \t]")
_FIELD: Final = re.compile(rb"=[0-9OoIl]{3}(?:[ \t]|$)|=[0-9A-Z]{3}(?:  |\t|$)|[0-9A-Z]{3} ")
# What yaz-client writes between two records.
_TRANSCRIPT: Final = re.compile(
    rb"Z> ?|See you later!|\[[^\]]{0,99}\] ?Record type: |(?:Sent |Received |Records: |Number of hits: |records returned: |Elapsed: |"
    rb"Search was a |SearchResult-1: |nextResultSetPosition = |Present |Options: )"
)
_END_OF_TEXT: Final = b"\x1a"  # DOS's, the last line of its files
_DIGITS_MEANT: Final = str.maketrans("OoIl", "0011")

_MOST_TOLD: Final = 20  # of one file
_MOST_HELD, _LONGEST_HELD = 100, 1_000
_SHOWN_CHARACTERS: Final = 40


def without_strays(found: Iterator[Line], is_leader: re.Pattern[bytes], note: Note, file: str) -> Iterator[Line]:
    """The lines less those that belong to no field, which are told; so are tags with a letter in place of a digit.

    A line that begins no field goes on the one before. Only where an empty line stands before it and a leader, or the
    end, comes next it is a remark between two records.
    """
    told = _Told(note, file)
    held: deque[tuple[int, Line]] = deque()
    with_leaders = after_blank = False
    for number, line in enumerate(found, start=1):
        if line.data == _END_OF_TEXT:
            continue
        begins = _SOUND.match(line.data) is not None
        leads = is_leader.match(line.data) is not None
        if not begins and not leads:
            if _BROKEN.match(line.data):
                told(number, "this line begins no field, and is left out", line.data)
                continue
            begins = _FIELD.match(line.data) is not None
            if begins and (meant := _tag_meant(line.data)):
                told(
                    number, f"a letter stands in the tag, so the field is not searched; {meant} may be meant", line.data
                )
        if not line.data.strip():
            after_blank = True
        elif begins or leads:
            if leads:
                told.remarks(held)
            yield from _let_go(held)
            with_leaders, after_blank = with_leaders or leads, False
        elif with_leaders and after_blank and len(held) < _MOST_HELD and len(line.data) <= _LONGEST_HELD:
            held.append((number, line))
            continue
        else:
            yield from _let_go(held)
        yield line
    told.remarks(held)
    told.end()


def _tag_meant(data: bytes) -> str:
    """The tag with digits in place of letters that look like them; "" where there are none, or nothing else."""
    found = _TAG.match(data)
    tag = found[1].decode() if found else ""
    return tag.translate(_DIGITS_MEANT) if any(map(str.isdigit, tag)) and not tag.isdigit() else ""


def _let_go(held: deque[tuple[int, Line]]) -> Iterator[Line]:
    while held:
        yield held.popleft()[1]


class _Told:
    """What was told of one file."""

    def __init__(self, note: Note, file: str) -> None:
        self._note = note
        self._file = file
        self._count = 0

    def __call__(self, number: int, sentence: str, data: bytes) -> None:
        self._count += 1
        if self._count <= _MOST_TOLD:
            text = data.decode("utf-8", "replace").strip()
            shown = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
            self._note(self._file, f'line {number:,}: {sentence}: "{shown}"')

    def remarks(self, held: deque[tuple[int, Line]]) -> None:
        while held:
            number, line = held.popleft()
            if not _TRANSCRIPT.match(line.data):
                self(number, "this line stands between records, and is left out", line.data)

    def end(self) -> None:
        if self._count > _MOST_TOLD:
            self._note(self._file, f"{self._count - _MOST_TOLD:,} more lines are no sound fields.")
