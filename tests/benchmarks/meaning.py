"""What the shipped model finds by itself, and any others named: python -m tests.benchmarks.meaning [MODEL ...]

TICO-19 and the question sets are development data: the model was chosen by them, never trained on them. MODEL: a folder
or a name, as in TELUSUR_MODEL. What it does for a whole search is measured with words: `telusur evaluate`.
"""

import sys
from pathlib import Path

from search.opening import open_embedder
from search.settings import SearchSettings
from tests.support.meaning import SETS, ndcg_at_10, tico, translations_found

if __name__ == "__main__":
    english, indonesian = tico()
    for model in ["", *sys.argv[1:]]:
        embedder = open_embedder(SearchSettings(Path(), model=model))
        assert embedder is not None
        print(f"{embedder.name}, {embedder.dimensions} dimensions")
        print(f"  TICO-19, {len(english)} sentences, nearest is the translation:", end=" ")
        print(f"Indonesian to English {translations_found(embedder, indonesian, english):.3f},", end=" ")
        print(f"English to Indonesian {translations_found(embedder, english, indonesian):.3f}")
        for name, judged in SETS.items():
            print(f"  {name}, nDCG@10: {ndcg_at_10(embedder, judged):.3f}", flush=True)
