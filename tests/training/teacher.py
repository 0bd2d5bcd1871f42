"""Vectors of the teacher, kept on disk in pieces so that a run that was stopped goes on."""

import hashlib
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from search.sentence_embedding import minilm

PIECE: Final = 8_192
BATCH: Final = 64
DIMENSIONS: Final = 384
MAX_TOKENS: Final = 256  # what the teacher was made for
KEY_BYTES: Final = 12

log = logging.getLogger(__name__)


class Teacher:
    """all-MiniLM-L6-v2 over a folder of what it has already said.

    folder: for the pieces, each a matrix and the hashes of its texts. exact: float32 instead of bfloat16, whose
    vectors have a cosine of 0.9999 to the exact ones and take half the time or less.
    """

    def __init__(self, folder: Path, *, exact: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._exact = folder, exact
        self._place: dict[bytes, int] = {}
        self._rows: list[NDArray[np.float16]] = []
        for path in sorted(folder.glob("piece-*.npz")):
            with np.load(path) as piece:
                self._add(piece["keys"], piece["vectors"])

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """One row of unit length a text: shape (len(texts), 384)."""
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._place}
        self._learn(sorted(missing.items(), key=lambda item: (len(item[1]) // 16, item[0])))
        rows = np.concatenate(self._rows) if self._rows else np.empty((0, DIMENSIONS), np.float16)
        return rows[[self._place[key] for key in keys]]

    def _learn(self, missing: Sequence[tuple[bytes, str]]) -> None:
        if not missing:
            return
        started, reader = time.monotonic(), Reader(exact=self._exact)
        for start in range(0, len(missing), PIECE):
            piece = missing[start : start + PIECE]
            vectors = reader.vectors([text for _, text in piece])
            keys = np.array([np.frombuffer(key, np.uint8) for key, _ in piece])
            path = self._folder / f"piece-{len(self._rows):05}.npz"
            partial = path.with_suffix(".partial")
            with partial.open("wb") as file:
                np.savez(file, keys=keys, vectors=vectors)
            partial.replace(path)
            self._add(keys, vectors)
            done = start + len(piece)
            log.info("teacher: %d of %d texts, %.0f a second", done, len(missing), done / (time.monotonic() - started))

    def _add(self, keys: NDArray[np.uint8], vectors: NDArray[np.float16]) -> None:
        first = len(self._place)
        self._place.update({key.tobytes(): first + number for number, key in enumerate(keys)})
        self._rows.append(vectors)


class Reader:
    """MiniLM under OpenVINO: on two busy cores two to four times as fast as under torch, also in bfloat16."""

    def __init__(self, *, exact: bool) -> None:
        # Here and not above: only training has them, and only for texts not seen before.
        import openvino
        import torch
        from sentence_transformers import SentenceTransformer

        folder = minilm()
        torch_model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)[0].auto_model.eval()
        example = {name: torch.ones((2, 8), dtype=torch.long) for name in ("input_ids", "attention_mask")}
        example["token_type_ids"] = torch.zeros((2, 8), dtype=torch.long)
        graph = openvino.convert_model(torch_model, example_input=example)
        how = {"INFERENCE_PRECISION_HINT": "f32" if exact else "bf16"}
        self._request = openvino.Core().compile_model(graph, "CPU", how).create_infer_request()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Mean of the words' vectors, at unit length: shape (len(texts), 384)."""
        return np.concatenate([self._batch(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)])

    def _batch(self, texts: Sequence[str]) -> NDArray[np.float16]:
        encodings = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        ids = np.zeros((len(encodings), max(map(len, encodings))), np.int64)
        for row, encoding in zip(ids, encodings, strict=True):
            row[: len(encoding)] = encoding
        mask = (ids != 0).astype(np.int64)  # 0 is the padding's own id
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        words = np.asarray(self._request.infer(given)[0], np.float32)
        means = (words * mask[:, :, None]).sum(axis=1)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float16)


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:KEY_BYTES]
