"""Notes that have a row of their own: who may use a title and how, its scale and how long it plays."""

from ingest.mapping import words
from ingest.transform import plain, remembered


@remembered
def said(text: str) -> str:
    """A note, "" for one that only says that nothing is said.

    >>> said("[Scale not given]."), said("Restrictions unspecified"), said("For official use only.")
    ('', '', 'For official use only.')
    """
    return "" if plain(text).strip(" .[]").lower() in words("notes", "unsaid") else text


@remembered
def duration(text: str) -> str:
    """How long something plays (306, hhmmss) as h:mm:ss; other texts as they are, "" where they say nothing.

    >>> duration("002551"), duration("006215"), duration("25 menit"), duration("------"), duration("000000")
    ('0:25:51', '1:02:15', '25 menit', '', '')
    """
    text = plain(text)
    if len(text) != 6 or not text.isdecimal():
        return text if any(map(str.isdecimal, text)) else ""
    if not int(text):
        return ""
    hours, minutes, seconds = (int(text[at : at + 2]) for at in (0, 2, 4))
    minutes += hours * 60 + seconds // 60  # "006215" is seen too
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds % 60:02d}"
