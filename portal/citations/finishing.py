"""What styles ask for and the processor does not do, done to a title or to its citation."""

import re
from typing import Final

_SUBTITLE: Final = re.compile(r"(?<=: )(\w)")
_NAMELESS: Final = re.compile(r"\. (\([^()\[\]]{1,20}\))\. (\[[^()\[\]]{1,80}\])\.")
_STOP_BEHIND: Final = re.compile(r"([.?!]?)”([.,])")


def subtitle_in_capitals(title: str) -> str:
    """APA 6.17: a subtitle begins with a capital.

    >>> subtitle_in_capitals("Terumbu karang: panduan lapangan: edisi saku"), subtitle_in_capitals("Pukul 10:30")
    ('Terumbu karang: Panduan lapangan: Edisi saku', 'Pukul 10:30')
    """
    return _SUBTITLE.sub(lambda found: found[1].upper(), title)


def description_after_title(text: str) -> str:
    """APA 9.21: a description in brackets follows its title, also where that stands in for an author.

    >>> description_after_title("<i>Laut</i>. (2014). [Peta]. Bahari.")
    '<i>Laut</i> [Peta]. (2014). Bahari.'
    """
    return _NAMELESS.sub(r" \2. \1.", text, count=1)


def stop_in_quotes(text: str) -> str:
    """Chicago 6.9, MLA 2.81: stops and commas stand before the closing quotation mark, and no stop after another mark.

    >>> stop_in_quotes("Sari. “Laut”. Bahari, “Mengapa?”. 2014.")
    'Sari. “Laut.” Bahari, “Mengapa?” 2014.'
    """

    def moved(found: re.Match[str]) -> str:
        ends, behind = found.groups()
        return f"{ends}”" if ends and behind == "." else f"{ends}{behind}”"

    return _STOP_BEHIND.sub(moved, text)
