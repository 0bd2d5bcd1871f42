"""Settings, each with where it came from: environment, telusur.toml, or the default.

The one table below is also what `telusur check` prints and README shows (a test compares them).
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from search.settings import SearchSettings


class SettingsError(Exception):
    """A setting that cannot be used; the text names it, its source and what it may be."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. variable: in the environment; `key` in telusur.toml is the same without TELUSUR_, lower case."""

    variable: str
    default: str
    meaning: str

    @property
    def key(self) -> str:
        return self.variable.removeprefix("TELUSUR_").lower()


SETTINGS: Final = (
    Setting("TELUSUR_DATA", "telusur-data", "data folder: index and e-book files"),
    Setting("TELUSUR_ENGINE", "embedded", "embedded (one folder, no server)"),
    Setting(
        "TELUSUR_MODEL", "", "embedding model: empty for the shipped one, none for words only, or a folder or name"
    ),
    Setting("TELUSUR_LIBRARY", "Perpustakaan Kota Bitung", "the library's name, shown on every page"),
    Setting("TELUSUR_SOURCE", "katalog", "source name of records loaded without --source"),
    Setting("TELUSUR_HOST", "127.0.0.1", "address the portal listens on"),
    Setting("TELUSUR_PORT", "8501", "port the portal listens on"),
)

CONFIG_FILE: Final = Path("telusur.toml")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, read once. `sources` says where each came from, by variable."""

    data: Path
    engine: str
    model: str
    library: str
    source: str
    host: str
    port: int
    values: Mapping[str, str]
    sources: Mapping[str, str]

    @property
    def search(self) -> SearchSettings:
        return SearchSettings(self.data, self.engine, self.model)


def read_settings(environment: Mapping[str, str] | None = None, config: Path = CONFIG_FILE) -> Settings:
    """Settings from the environment, else from `config` if it exists, else defaults. Raises SettingsError."""
    environment = os.environ if environment is None else environment
    written = _read_config(config)
    values: dict[str, str] = {}
    sources: dict[str, str] = {}
    for setting in SETTINGS:
        if setting.variable in environment:
            values[setting.variable], sources[setting.variable] = environment[setting.variable], "environment"
        elif setting.key in written:
            values[setting.variable], sources[setting.variable] = written[setting.key], str(config)
        else:
            values[setting.variable], sources[setting.variable] = setting.default, "default"
    port = values["TELUSUR_PORT"]
    if not port.isascii() or not port.isdecimal() or int(port) > 65535:
        raise SettingsError(f"TELUSUR_PORT={port!r} (from {sources['TELUSUR_PORT']}) is not a port; use 1 to 65535.")
    return Settings(
        data=Path(values["TELUSUR_DATA"]).expanduser(),
        engine=values["TELUSUR_ENGINE"],
        model=values["TELUSUR_MODEL"],
        library=values["TELUSUR_LIBRARY"],
        source=values["TELUSUR_SOURCE"],
        host=values["TELUSUR_HOST"],
        port=int(port),
        values=values,
        sources=sources,
    )


def _read_config(config: Path) -> Mapping[str, str]:
    try:
        plain = tomllib.loads(config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{config} cannot be read: {error}. Mend it or take it away.") from error
    known = {setting.key for setting in SETTINGS}
    unknown = sorted(plain.keys() - known)
    if unknown:
        raise SettingsError(
            f"{config} has settings that are unknown: {', '.join(unknown)}. Known: {', '.join(sorted(known))}."
        )
    return {key: str(value) for key, value in plain.items()}
