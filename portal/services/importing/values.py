"""What the cells of other systems' tables mean: dates, numbers, yes and no, numbers of phones."""

import re
import unicodedata
from datetime import date
from typing import Final

from ingest.readers.foreign import clean

LONGEST: Final = 2000
_MONTHS: Final = (
    ("januari", "january", "jan"), ("februari", "february", "pebruari", "feb", "peb"), ("maret", "march", "mar"),
    ("april", "apr"), ("mei", "may"), ("juni", "june", "jun"), ("juli", "july", "jul"),
    ("agustus", "august", "agu", "agt", "aug"), ("september", "sep", "sept"), ("oktober", "october", "okt", "oct"),
    ("november", "nopember", "nov", "nop"), ("desember", "december", "des", "dec"),
)  # fmt: skip
_MONTH: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ].*)?")
_IN_WORDS: Final = re.compile(r"(\d{1,2})[-\s.]+([A-Za-z]{3,9})\.?[-\s]+(\d{4})(?:[T ].*)?")
_NO_DATE: Final = re.compile(r"[0\s/.:-]*|0000-00-00.*|null|\\N", re.IGNORECASE)
# Numbers that a spreadsheet has shortened: whose digits they were, nobody knows any more.
_SHORTENED: Final = re.compile(r"\d+(?:[.,]\d+)?[eE]\+\d+")
_YES: Final = frozenset(("1", "y", "ya", "yes", "true", "benar", "aktif", "active"))
_NO: Final = frozenset(("", "0", "n", "tidak", "no", "false", "salah", "bukan"))
_MAIL: Final = re.compile(r"[^@\s<>,;\"']{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NOT_IN_CODES: Final = re.compile(r"[^a-z0-9]+")


class UnusableError(Exception):
    """A cell that cannot be used; the text says why, for a librarian."""


def text_of(text: str, most: int, what: str) -> str:
    """A text without control characters and needless blanks. Raises UnusableError where it is too long to keep whole."""
    found = " ".join(clean(text).split())
    if len(found) > most:
        raise UnusableError(f"{what} has {len(found):,} characters; {most} at most can be kept")
    return found


def number_of_thing(text: str, what: str) -> str:
    """The number of a card or the barcode of a copy: kept as it is, also with zeros before it.

    >>> number_of_thing(" 0012 ", "the card number")
    '0012'
    """
    found = text_of(text, 64, what)
    if _SHORTENED.fullmatch(found):
        raise UnusableError(
            f"{what} {found} was shortened by a spreadsheet; format its column as text and export again"
        )
    return found


def day_of(text: str, what: str) -> date | None:
    """A day as Indonesians write it, the day before the month; None for an empty one and for 0000-00-00.

    >>> day_of("17/08/1985", "it"), day_of("1985-08-17 00:00:00", "it"), day_of("17 Agustus 1985", "it")
    (datetime.date(1985, 8, 17), datetime.date(1985, 8, 17), datetime.date(1985, 8, 17))
    >>> day_of("0000-00-00", "it") is None
    True
    """
    text = text.strip()
    if _NO_DATE.fullmatch(text):
        return None
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif (found := _IN_WORDS.fullmatch(text)) and found[2].lower() in _MONTH:
        day, month, year = int(found[1]), _MONTH[found[2].lower()], int(found[3])
    else:
        raise UnusableError(f'{what} "{text[:40]}" is no date; write it as 31/12/2026 or 2026-12-31')
    try:
        return date(year, month, day)
    except ValueError:
        raise UnusableError(f'{what} "{text[:40]}" is a day that does not exist') from None


def year_of_birth(text: str, this_year: int) -> int | None:
    """The year in a date of birth or in a year alone; the day and the month are not kept.

    >>> year_of_birth("17-08-1985", 2026), year_of_birth("1985", 2026), year_of_birth("", 2026)
    (1985, 1985, None)
    """
    alone = re.fullmatch(r"\d{4}", text.strip())
    day = None if alone else day_of(text, "the date of birth")
    year = int(alone[0]) if alone else day.year if day else None
    if year is not None and not this_year - 120 <= year <= this_year:
        if alone is None and year in (1, 1900):  # what other systems write for "unknown"
            return None
        raise UnusableError(f"the year of birth {year} cannot be")
    return year


def amount_of(text: str, what: str, most: int = 100_000_000) -> int:
    """A whole number from 0, also as rupiah are written.

    >>> amount_of("1.000", "it"), amount_of("Rp 500,00", "it"), amount_of("7.0", "it")
    (1000, 500, 7)
    """
    digits = re.sub(r"^Rp\.?\s*", "", text.strip(), flags=re.IGNORECASE).replace(" ", "")
    digits = re.sub(r"[.,]0{1,2}$", "", digits)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits):
        digits = re.sub(r"[.,]", "", digits)
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 12 or int(digits) > most:
        raise UnusableError(f'{what} "{text[:40]}" is no whole number from 0 to {most:,}')
    return int(digits)


def is_yes(text: str, what: str) -> bool:
    """
    >>> is_yes("Ya", "it"), is_yes("0", "it")
    (True, False)
    """
    folded = text.strip().casefold()
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise UnusableError(f'{what} "{text[:40]}" is neither yes nor no; write 1 or 0')


def mail_of(text: str) -> str:
    """An e-mail address, "" where the cell holds none that a letter could be sent to.

    >>> mail_of(" ani@example.org "), mail_of("-"), mail_of("tidak ada")
    ('ani@example.org', '', '')
    """
    found = clean(text).strip()
    return found if len(found) <= 254 and _MAIL.fullmatch(found) else ""


def phone_of(text: str) -> str:
    """The number of a phone, without what else was written into the cell; "" for none.

    >>> phone_of("0812-3456-7890 (WA)"), phone_of("'081234567890"), phone_of("-"), phone_of("81234567890")
    ('0812-3456-7890', '081234567890', '', '081234567890')
    """
    found = re.search(r"\+?\d[\d\s().-]{4,}\d", clean(text))
    if found is None:
        return ""
    number = " ".join(found[0].split())[:40]
    # A spreadsheet takes 0812… for a number, and drops its zero; no number of a phone here begins with 8 else.
    return f"0{number}" if re.match(r"8\d{8,}", number) else number


def code_of(text: str) -> str:
    """A code made of a name, "" of one without a letter that codes may have.

    >>> code_of("Buku Teks (SD)")
    'buku-teks-sd'
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return _NOT_IN_CODES.sub("-", plain).strip("-")[:64]
