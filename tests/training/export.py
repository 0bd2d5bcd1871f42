"""The trained model as files: what sentence-transformers loads, and the product's own loader."""

import json
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from search.sentence_embedding import MINILM, MINILM_SHA256
from tests.training import sources
from tests.training.shrinking import EVENNESS, bytes_of
from tests.training.student import BATCH, Recipe
from tests.training.vocabulary import Vocabulary

_STATIC: Final = "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"
_NORMALIZE: Final = "sentence_transformers.base.modules.normalize.Normalize"


def write(folder: Path, tokenizer: Tokenizer, vocabulary: Vocabulary, table: NDArray[np.float32]) -> None:
    """table: a row for each row of the vocabulary.

    The three arrays are those of a quantised model2vec model, which StaticEmbedding folds into one table of floats:
    a piece's vector is embeddings[mapping[piece]] * weights[piece].
    """
    from safetensors.numpy import save_file  # comes with the extra `models`

    rows, scales = bytes_of(table)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {"embeddings": rows, "mapping": vocabulary.rows, "weights": scales[vocabulary.rows]},
        folder / "model.safetensors",
        metadata={"format": "np"},
    )
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    modules = [("", _STATIC), ("1_Normalize", _NORMALIZE)]
    _json(
        folder / "modules.json",
        [{"idx": n, "name": str(n), "path": path, "type": kind} for n, (path, kind) in enumerate(modules)],
    )
    _json(folder / "1_Normalize" / "config.json", {})
    _json(
        folder / "config_sentence_transformers.json",
        {
            "model_type": "SentenceTransformer",
            "prompts": {"query": "", "document": ""},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )


def write_card(folder: Path, data: Path, recipe: Recipe) -> None:
    """card.json: what the model was made of, and how."""
    packages = ("numpy", "openvino", "sentence-transformers", "tokenizers", "torch", "transformers")
    _json(
        folder / "card.json",
        {
            "teacher": {"name": MINILM, "licence": "Apache-2.0", "sha256": MINILM_SHA256},
            "sources": [
                {
                    "name": source.name,
                    "licence": source.licence,
                    "origin": source.origin,
                    "checksum": sources.checksum(data, source),
                }
                for source in sources.SOURCES
            ],
            "recipe": asdict(recipe) | {"batch": BATCH, "evenness": EVENNESS},
            "versions": {name: version(name) for name in packages},
            "sha256": {
                name: sha256((folder / name).read_bytes()).hexdigest()
                for name in ("model.safetensors", "tokenizer.json")
            },
        },
    )


def _json(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
