"""Where and how often a title appears, and on what it comes: codes in place of words, where the tables know them."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from ingest.extract import MarcView
from ingest.mapping import table
from ingest.transform import remembered, trim_isbd

_COUNTRY: Final = re.compile(r"[a-z]{2,3}")
_UNKNOWN: Final = frozenset(("xx", "xxx", "und"))
_PARTED: Final = ("xxu", "xxc", "xxk", "at", "ur", "io")
_END: Final = " .,;:"


def countries(view: MarcView) -> list[str]:
    """Codes of MARC 21, unknown ones as they are; states and provinces count as their country."""
    fields = view.fields
    found = [_country(view.at("008", 15, 3))]
    if "044" in fields:
        found += [_country(text) for field in fields["044"] for text in field.get_subfields("a")]
    found = [code for code in found if code]
    if not found and "044" in fields:
        iso = table("countries", "iso")
        names = [name.strip() for field in fields["044"] for name in field.get_subfields("c")]
        found = [iso.get(name.lower().rpartition("-")[2], name) for name in names]  # "XA-DE"
    return found


@remembered
def _country(text: str) -> str:
    """A code, "" for none."""
    code = text.strip(" |^").lower()
    code = _country_of_part().get(code, code)
    return code if code not in _UNKNOWN and _COUNTRY.fullmatch(code) else ""


@cache
def _country_of_part() -> Mapping[str, str]:
    return {part: country for country in _PARTED for part in table("countries", "parts")[country].split()}


def frequencies(view: MarcView) -> list[str]:
    """How often a serial appears now: 310, else 008/18, which means that in serials only."""
    if "310" in view.fields:
        known = table("frequency", "words")
        texts = [trim_isbd(text) for field in view.fields["310"] for text in field.get_subfields("a")]
        return [known.get(text.strip(_END).lower(), text) for text in texts]
    if not view.continuing:
        return []
    return [table("frequency", "code_008").get(view.at("008", 18), "")]


def known_code(list_name: str) -> Callable[[str], str]:
    """A step for 336-338 $b: a code of MARC 21, "" for another."""

    @remembered
    def code(text: str) -> str:
        text = text.strip(_END).lower()
        return text if text in _codes(list_name) else ""

    return code


def code_of_word(list_name: str) -> Callable[[str], str]:
    """A step for 336-338 $a: the code of an English or Indonesian word, another word as it is."""

    @remembered
    def code(text: str) -> str:
        text = text.strip(_END)
        return table("carriers", list_name).get(text.lower(), text)

    return code


@cache
def _codes(list_name: str) -> frozenset[str]:
    return frozenset(table("carriers", list_name).values())
