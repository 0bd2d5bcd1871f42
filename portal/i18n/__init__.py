"""The portal's words, in Indonesian and English: one catalogue file a language."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

Language = Literal["id", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT_LANGUAGE: Final[Language] = "id"

_ONE_OR_OTHER: Final = " | "


@dataclass(frozen=True, slots=True)
class Messages:
    """The catalogue of one language. Keys are dotted: "results.heading"."""

    language: Language
    texts: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]

    def __call__(self, key: str, **values: object) -> str:
        """The message `key` with its places filled. A key that is not there is a bug: KeyError."""
        return self.texts[key].format(**values)

    def count(self, key: str, n: int, **values: object) -> str:
        """The message `key` about `n` things; a catalogue may give it as "one | other"."""
        forms = self.texts[key].split(_ONE_OR_OTHER)
        return forms[0 if n == 1 else -1].format(n=self.number(n), **values)

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
        return f"{n:,}".replace(",", self.texts["number.thousands"])

    def decimal(self, n: float, places: int = 1) -> str:
        return f"{n:.{places}f}".replace(".", self.texts["number.decimal"])

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
    """The catalogue of a language, read once."""
    tables = tomllib.loads(Path(__file__).with_name(f"{hl}.toml").read_text(encoding="utf-8"))
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    _flatten(tables, "", texts, lists)
    return Messages(hl, texts, lists)


def _flatten(
    table: Mapping[str, object], before: str, texts: dict[str, str], lists: dict[str, tuple[str, ...]]
) -> None:
    for key, value in table.items():
        if isinstance(value, dict):
            _flatten(value, f"{before}{key}.", texts, lists)
        elif isinstance(value, list):
            lists[before + key] = tuple(str(item) for item in value)
        else:
            texts[before + key] = str(value)
