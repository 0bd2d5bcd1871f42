"""The judged sets by name, each read when it is asked for."""

from collections.abc import Callable
from typing import Final

from tests.relevance import collections
from tests.relevance.asked_titles import asked_titles
from tests.relevance.judged import JudgedSet
from tests.relevance.known_items import known_items
from tests.relevance.samples import samples

SETS: Final[dict[str, Callable[[], JudgedSet]]] = {
    "samples": samples,
    "asked_titles": asked_titles,
    "known_items": known_items,
    "cisi": collections.cisi,
    "idk_mrc": collections.idk_mrc,
    "id_en": collections.id_en,
    "en_id": collections.en_id,
    "en_en": collections.en_en,
}
