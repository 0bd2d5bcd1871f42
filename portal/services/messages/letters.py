"""What letters say, in the patron's language; nothing here reads the store or sends anything."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import quote

from babel.dates import format_date

from portal.i18n import DEFAULT_LANGUAGE, LANGUAGES, Language, Messages, messages

MAX_LENGTH: Final = 120
_NOT_DIGITS: Final = re.compile(r"[^\d+]")
_INDONESIA: Final = "62"


@dataclass(frozen=True, slots=True)
class Due:
    """A loan in a letter. due_on: its last day, by the library's calendar."""

    title: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Sender:
    """library: its name. url: the portal's address, "" where it is not known: then no letter holds a link."""

    library: str
    url: str


def language_of(code: str) -> Language:
    """The language a patron reads; a library may have imported any."""
    return next((hl for hl in LANGUAGES if hl == code), DEFAULT_LANGUAGE)


def digest(
    hl: Language, sender: Sender, name: str, late: Sequence[Due], coming: Sequence[Due], child: str = ""
) -> Words:
    """One letter about all loans of a patron that are late or soon due. child: whose they are, where a guardian reads it."""
    t = messages(hl)
    paragraphs = _opening(t, name, child)
    if late:
        paragraphs.append("\n".join([t("letter.late"), *_lines(t, late)]))
    if coming:
        paragraphs.append("\n".join([t("letter.coming"), *_lines(t, coming)]))
    subject = t.count("letter.late_subject", len(late)) if late else t.count("letter.coming_subject", len(coming))
    body = _whole(t, sender, [*paragraphs, *_link(t, sender, "letter.renew", "/akun/pinjaman")])
    return Words(_subject(t, subject, child), body)


def hold_ready(
    hl: Language, sender: Sender, name: str, title: str, branch: str, until: date | None, child: str = ""
) -> Words:
    """branch: where it is fetched, "" for an e-book."""
    t = messages(hl)
    said = _opening(t, name, child)
    said.append(t("letter.ready" if branch else "letter.ready_online", title=_short(title), branch=branch))
    if until:
        said.append(t("letter.fetch_until", day=_day(until, hl)))
    return Words(_subject(t, t("letter.ready_subject"), child), _whole(t, sender, [*said, *_see(t, sender, child)]))


def hold_expired(hl: Language, sender: Sender, name: str, title: str, *, was_ready: bool, child: str = "") -> Words:
    """was_ready: a copy lay there and was not fetched; otherwise none came in time."""
    t = messages(hl)
    said = _opening(t, name, child)
    said.append(t("letter.unfetched" if was_ready else "letter.waited_in_vain", title=_short(title)))
    return Words(_subject(t, t("letter.expired_subject"), child), _whole(t, sender, [*said, *_see(t, sender, child)]))


def short_reminder(hl: Language, sender: Sender, name: str, loans: Sequence[Due]) -> str:
    """The same for a chat, as staff send it themselves; see `whatsapp_link`."""
    t = messages(hl)
    return "\n".join([t("letter.chat", name=_short(name), library=sender.library), *_lines(t, loans)])


def whatsapp_link(phone: str, text: str) -> str:
    """The address that opens WhatsApp with a text to a number, or to whom one chooses where the number is none.

    >>> whatsapp_link("0812-3456 7890", "Halo & salam")
    'https://wa.me/6281234567890?text=Halo%20%26%20salam'
    >>> whatsapp_link("", "Halo")
    'https://wa.me/?text=Halo'
    """
    digits = _NOT_DIGITS.sub("", phone[:40])
    if digits.startswith("+"):
        number = digits[1:]
    elif digits.startswith("00"):
        number = digits[2:]
    else:
        number = _INDONESIA + digits[1:] if digits.startswith("0") else digits
    # E.164 numbers have 15 digits at most; the shortest mobile ones of Indonesia have 10 with the country's.
    usable = number if number.isdecimal() and 8 <= len(number) <= 15 else ""
    return f"https://wa.me/{usable}?text={quote(text, safe='')}"


def _opening(t: Messages, name: str, child: str) -> list[str]:
    greeting = t("letter.greeting", name=_short(name))
    return [greeting, t("letter.for_child", name=_short(child))] if child else [greeting]


def _subject(t: Messages, own: str, child: str) -> str:
    return t("letter.child_subject", name=_short(child)) if child else own


def _see(t: Messages, sender: Sender, child: str) -> list[str]:
    """A guardian sees a child's loans, not its holds."""
    return [] if child else _link(t, sender, "letter.see", "/akun/reservasi")


def _lines(t: Messages, loans: Sequence[Due]) -> list[str]:
    return [t("letter.loan", title=_short(loan.title), day=_day(loan.due_on, t.language)) for loan in loans]


def _link(t: Messages, sender: Sender, key: str, path: str) -> list[str]:
    return [t(key, address=f"{sender.url}{path}?hl={t.language}")] if sender.url else []


def _whole(t: Messages, sender: Sender, paragraphs: Sequence[str]) -> str:
    end = [t("letter.end", library=sender.library), t("letter.why")]
    return "\n\n".join([*paragraphs, *end]) + "\n"


def _day(day: date, hl: Language) -> str:
    """
    >>> _day(date(2026, 11, 27), "id"), _day(date(2026, 11, 27), "en")
    ('Jumat, 27 November 2026', 'Friday, 27 November 2026')
    """
    return str(format_date(day, "EEEE, d MMMM y", locale=hl))


def _short(text: str) -> str:
    """A name or title on one line, so that none writes lines of its own into a letter."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1].rstrip()}…"
