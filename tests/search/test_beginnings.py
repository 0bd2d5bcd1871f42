"""Suggestions for what is typed letter by letter, held against counting all titles."""

import random
from collections import Counter
from pathlib import Path

from search.document import DocumentId
from search.engines.embedded import EmbeddedEngine
from tests.support.documents import entry

WORDS = (
    "laut",
    "laut biru",
    "lautan",
    "lampu",
    "élan",
    "ελλάδα",
    "ikan",
    "i",
    "ikan laut",
    "𝒳",
    "印度尼西亚",
    "1945",
    "lau",
)


def test_the_most_frequent_beginnings_are_those_of_living_records(tmp_path: Path) -> None:
    chance = random.Random(1)
    engine = EmbeddedEngine(tmp_path / "index")
    held: dict[str, str] = {}
    for _ in range(3):
        with engine.updating() as writer:
            put = {f"a.{n}": chance.choice(WORDS) for n in chance.sample(range(200), 90)}
            held |= put
            writer.put(entry(id, title) for id, title in put.items())
            for id in chance.sample(sorted(held), 20):
                del held[id]
                writer.delete([DocumentId(id)])
    searcher = engine.searcher()
    for word in WORDS:
        for typed in {word[:1], word[:2], word[:3], word, word + "?", word + "q"}:
            for limit in (1, 3, 50):
                begun = [title for title in held.values() if _folded(title).startswith(_folded(typed.rstrip("?")))]
                expected = sorted(Counter(begun).items(), key=lambda pair: (-pair[1], _folded(pair[0])))[:limit]
                assert [(s.text, s.count) for s in searcher.suggest(typed, limit)] == expected, typed


def _folded(title: str) -> str:
    return {"élan": "elan", "é": "e", "él": "el", "éla": "ela", "ελλάδα": "ελλαδα"}.get(title, title)
