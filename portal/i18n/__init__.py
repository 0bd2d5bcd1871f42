"""The portal's words, in Indonesian and English: gettext catalogues, one a language and part of the portal.

A msgid is a key ("results.heading"), so both languages are translations and either can be mended without
the other. `name[1]`, `name[2]` ... are the items of a list.
"""

import gettext
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final, Literal, get_args

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol

Language = Literal["id", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT_LANGUAGE: Final[Language] = "id"

_LIST_ITEM: Final = re.compile(r"(.+)\[\d+\]")


@dataclass(frozen=True, slots=True)
class Messages:
    """The catalogue of one language. Keys are dotted: "results.heading".

    forms: of a message about a number of things; `form_of` says which one is for n.
    """

    language: Language
    texts: Mapping[str, str]
    forms: Mapping[str, tuple[str, ...]]
    lists: Mapping[str, tuple[str, ...]]
    form_of: Callable[[int], int]
    thousands: str
    point: str

    def __call__(self, key: str, **values: object) -> str:
        """The message `key` with its places filled. A key that is not there is a bug: KeyError."""
        return self.texts[key].format(**values)

    def count(self, key: str, n: int, **values: object) -> str:
        """The message `key` about `n` things, in the form that n asks for where there are several."""
        forms = self.forms.get(key)
        text = forms[self.form_of(n)] if forms else self.texts[key]
        return text.format(n=self.number(n), **values)

    def list(self, key: str) -> tuple[str, ...]:
        return self.lists[key]

    def table(self, name: str) -> dict[str, str]:
        """Every message under `name`, by what follows it."""
        prefix = f"{name}."
        return {key.removeprefix(prefix): text for key, text in self.texts.items() if key.startswith(prefix)}

    def label(self, table: str, code: str) -> str:
        """The word for a code; the code itself where the catalogue has none, for a library's own codes."""
        return self.texts.get(f"label.{table}.{code}", code)

    def number(self, n: int) -> str:
        """A whole number as this language writes it: 12.345 or 12,345."""
        return f"{n:,}".replace(",", self.thousands)

    def decimal(self, n: float, places: int = 1) -> str:
        return f"{n:.{places}f}".replace(".", self.point)

    def listing(self, items: Sequence[str], word: str = "number.and") -> str:
        """Items joined as in a sentence: "a, b dan c". word: the message before the last one."""
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {self(word)} {items[-1]}"

    @property
    def other(self) -> Language:
        """The language the switch leads to."""
        return "en" if self.language == "id" else "id"


@cache
def messages(hl: Language) -> Messages:
    """The catalogues of a language, read once."""
    catalogues = [_catalogue(path, hl) for path in catalogue_files(hl)]
    texts: dict[str, str] = {}
    forms: dict[str, tuple[str, ...]] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for message in chain.from_iterable(catalogues):
        if not message.id:  # the header
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        strings = (message.string,) if isinstance(message.string, str) else tuple(message.string)
        if item := _LIST_ITEM.fullmatch(key):
            lists[item[1]] = (*lists.get(item[1], ()), strings[0])
            continue
        texts[key] = strings[-1]
        if not isinstance(message.id, str):
            forms[key] = strings
    symbols = (get_group_symbol(hl), get_decimal_symbol(hl))
    return Messages(hl, texts, forms, lists, gettext.c2py(catalogues[0].plural_expr), *symbols)


def catalogue_files(hl: Language) -> Sequence[Path]:
    return sorted(Path(__file__).with_name(hl).glob("*.po"))


def _catalogue(path: Path, hl: Language) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=hl, abort_invalid=True)
