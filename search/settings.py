"""What a search needs to be told: where, with which engine, with which model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

EMBEDDED: Final = "embedded"
NO_MODEL: Final = "none"


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """engine: "embedded" or the URL of an Elasticsearch. model: "" shipped, "none", or a folder or name."""

    data: Path
    engine: str = EMBEDDED
    model: str = ""
