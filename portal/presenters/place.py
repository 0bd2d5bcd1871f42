"""Where the library itself is, when it is open and how it is called: for people, and in the words of schema.org."""

import re
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from portal.bibliography.schema_org import script_content
from portal.i18n import Language, Messages
from portal.settings import PlaceSettings

_DIALLED: Final = re.compile(r"\+?[0-9][0-9 ().-]{2,30}")


@dataclass(frozen=True, slots=True)
class PlaceView:
    """ "" for what is not known. dial: the number as telephones take it, "" where it is none. hours_lang: of the hours, where
    they are in another language than the page."""

    address: str
    hours: str
    hours_lang: str
    phone: str
    dial: str

    @property
    def address_line(self) -> str:
        return in_one_line(self.address, ", ")

    @property
    def hours_line(self) -> str:
        return in_one_line(self.hours, "; ")

    @property
    def known(self) -> bool:
        return bool(self.address or self.hours or self.phone)


def place(settings: PlaceSettings, t: Messages) -> PlaceView:
    told: dict[Language, str] = {"id": settings.hours, "en": settings.hours_en}
    language = t.language if told[t.language] else t.other
    return PlaceView(
        address=settings.address,
        hours=told[language],
        hours_lang=language if language != t.language and told[language] else "",
        phone=settings.phone,
        dial=dialled(settings.phone),
    )


def in_one_line(text: str, between: str) -> str:
    """
    >>> in_one_line("Senin–Kamis 08.00–16.00,\\nJumat 08.00–11.30", "; ")
    'Senin–Kamis 08.00–16.00; Jumat 08.00–11.30'
    """
    return between.join(line.strip(" ,;") for line in text.splitlines() if line.strip(" ,;"))


def dialled(phone: str) -> str:
    """
    >>> dialled("(0438) 212-34"), dialled("+62 438 21234"), dialled("21234 atau 21235")
    ('043821234', '+6243821234', '')
    >>> dialled("+62 (0)438 21234")  # the nought is for who calls from inside the country
    '+6243821234'
    """
    plain = phone.replace("(0)", "", 1) if phone.startswith("+") else phone.removeprefix("(")
    return re.sub(r"[^0-9+]", "", plain) if _DIALLED.fullmatch(plain) else ""


def library_data(name: str, url: str, email: str, told: PlaceView) -> Markup:
    """The library as JSON-LD, "" where nothing is known of it."""
    if not told.known:
        return Markup()
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Library",
        "name": name,
        "url": url,
        "address": told.address,
        "telephone": told.phone,
        "email": email,
        # In words: `openingHours` itself takes only a notation that no library writes its hours in.
        "openingHoursSpecification": {"@type": "OpeningHoursSpecification", "description": told.hours}
        if told.hours
        else "",
    }
    return script_content({key: value for key, value in data.items() if value})
