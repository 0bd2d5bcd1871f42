"""The embedding model this repository ships: a table of word pieces, no network and no torch.

A text's vector is the weighted sum of its pieces' rows. What it knows, where it comes from and how it was made:
static_model/README.md. sentence_transformers.SentenceTransformer loads the same folder and says the same.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from tokenizers import Tokenizer

from search import analysis
from search.engine import Matrix, Vector
from search.errors import EmbedderMissing

FOLDER: Final = Path(__file__).parent / "static_model"
NAME: Final = "telusur-id-en"
SHA256: Final = {
    "model.safetensors": "bdb33fcb95cb7c33d45ae5543f5fcb5ea60a0c5b6ddd7f0a7de2cc1dea128cb9",
    "tokenizer.json": "430046c16957345cf734d62be7613810bb6fb212067d3806b654bfe1c8617031",
}
# Malay of Malaysia shares most words with Indonesian, and the wordnet it learnt from covers both.
LANGUAGES: Final = frozenset({"ind", "eng", "may"})

# python -m tests.benchmarks.nearness: over 6,000 records, typed nonsense comes as near as this to one in 4 of 100 times; of
# the answers across languages 69 of 100 lie above, of those in Indonesian 81, of CISI's 95.
FLOOR: Final = 0.40

# A piece of fewer letters tells nothing of a word that is made of such pieces alone. Of 3,000 words of 5 to 12 letters drawn by lot
# 69 of 100 are, of the lexicon's Indonesian words 3 of 1,000.
FEWEST_LETTERS: Final = 3

MAX_PIECES: Final = 512  # as tokenizer.json says; passages have about 250
MAX_CHARACTERS: Final = 20_000  # of a text, before it is cut into pieces
QUERY_CACHE: Final = 512
WORDS_REMEMBERED: Final = 200_000  # some 30 MB; a collection has fewer
LONGEST_REMEMBERED: Final = 60  # letters; what is longer is no word, and strangers write it


class StaticEmbedder:
    """The shipped model. Raises EmbedderMissing when its files are missing or not the ones this version came with."""

    def __init__(self, folder: Path = FOLDER, sha256: Mapping[str, str] = SHA256) -> None:
        files = {name: _checked(folder / name, digest) for name, digest in sha256.items()}
        tensors = _tensors(files["model.safetensors"])
        self._table, self._rows, self._weights = tensors["embeddings"], tensors["mapping"], tensors["weights"]
        tokenizer = Tokenizer.from_buffer(files["tokenizer.json"])
        self._normalizer, self._pieces = tokenizer.normalizer, _Pieces(tokenizer)
        self._unknown = [tokenizer.token_to_id("[UNK]")]
        self._name = f"{NAME}@{sha256['model.safetensors'][:8]}"
        # One cache an embedder: queries repeat with every facet and page a person chooses.
        self._cached_query = lru_cache(maxsize=QUERY_CACHE)(self._encode_query)

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimensions(self) -> int:
        return int(self._table.shape[1])

    @property
    def languages(self) -> frozenset[str]:
        return LANGUAGES

    @property
    def floor(self) -> float:
        return FLOOR

    def passages(self, texts: Sequence[str]) -> Matrix:
        """As the protocol says. Of a text, MAX_PIECES are read; one without any word lies where unknown words lie."""
        found = np.empty((len(texts), self.dimensions), np.float32)
        for place, text in enumerate(texts):
            found[place] = self._encode(text)
        return found

    def knows(self, text: str) -> bool:
        return any(map(self._is_known, self._words(text)))

    def _is_known(self, word: str) -> bool:
        """Whether a word is one piece, or has one that says more than some of its letters; "zzzqqq" is "z", "zz", "q", "q", "q".
        A mark or a number is no word."""
        if not any(ch.isalpha() for ch in word):
            return False
        pieces = [piece for piece in self._pieces[word] if piece not in self._unknown]
        return len(pieces) == 1 or any(self._pieces.letters(piece) >= FEWEST_LETTERS for piece in pieces)

    @property
    def weighs_words(self) -> bool:
        return True

    def query(self, text: str, telling: Mapping[str, float] | None = None) -> Vector:
        return self._cached_query(text[:MAX_CHARACTERS], tuple(telling.items()) if telling else ())

    def pieces(self, text: str) -> list[int]:
        """Numbers of the text's pieces, at most MAX_PIECES: the same as the tokenizer's, in a quarter of the time."""
        return list(islice(chain.from_iterable(map(self._pieces.__getitem__, self._words(text))), MAX_PIECES))

    def _words(self, text: str) -> list[str]:
        return _WORDS.findall(self._normal(text[:MAX_CHARACTERS]))

    def _encode(self, text: str) -> Vector:
        pieces = np.array(self.pieces(text) or self._unknown)
        return self._summed(pieces, self._weights[pieces])

    def _encode_query(self, text: str, telling: tuple[tuple[str, float], ...]) -> Vector:
        if not telling:
            return self._encode(text)
        tells = _tells(dict(telling))
        parts = [part for word in self._words(text) for part in self._pieces.parts(word)]
        found = [(piece, tells(part)) for part in parts for piece in self._pieces[part]]
        if not found:
            return self._encode(text)
        numbers, counts = zip(*found[:MAX_PIECES], strict=True)
        pieces = np.array(numbers)
        return self._summed(pieces, self._weights[pieces] * np.array(counts, np.float32))

    def _summed(self, pieces: "np.ndarray[Any, Any]", weights: "np.ndarray[Any, Any]") -> Vector:
        summed: Vector = weights @ self._table[self._rows[pieces]].astype(np.float32)
        return summed / np.float32(np.linalg.norm(summed))

    def _normal(self, text: str) -> str:
        # Of such a text the normalizer only makes small letters, and takes as long as all the rest.
        return text.lower() if text.isascii() and text.isprintable() else str(self._normalizer.normalize_str(text))


def _tells(told: Mapping[str, float]) -> Callable[[str], float]:
    """What a word counts, as the text is parted here: that of the word that it is to the index, or of the rarest that it
    holds. What the index parts otherwise is taken for a rare word; a mark, or a letter left over, tells as little as any."""
    most, least = max(told.values()), min(told.values())

    def tells(word: str) -> float:
        if word in told:
            return told[word]
        folded = analysis.plain_words(word)
        known = [told[one] for one in folded if one in told]
        return max(known) if known else most if any(len(one) > 1 for one in folded) else least

    return tells


# A normal text in parts: what stands between spaces and ASCII punctuation, and each such mark.
_WORDS: Final = re.compile(r"[^ !-/:-@\[-`{-~]+|[!-/:-@\[-`{-~]")


class _Pieces(dict[str, tuple[int, ...]]):
    """Numbers of a word's pieces, remembered: a whole text through the tokenizer takes four times as long."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._model, self._pre_tokenizer = tokenizer.model, tokenizer.pre_tokenizer

    def __missing__(self, word: str) -> tuple[int, ...]:
        pieces = tuple(token.id for part in self.parts(word) for token in self._model.tokenize(part))
        if len(word) <= LONGEST_REMEMBERED:
            if len(self) >= WORDS_REMEMBERED:
                self.clear()
            self[word] = pieces
        return pieces

    def letters(self, piece: int) -> int:
        """How many letters a piece has; "##" says that it goes on with a word."""
        return len(self._model.id_to_token(piece).removeprefix("##"))

    def parts(self, word: str) -> Sequence[str]:
        """Other marks than those of ASCII part words too."""
        return (word,) if word.isascii() else [part for part, _ in self._pre_tokenizer.pre_tokenize_str(word)]


def _checked(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EmbedderMissing(
            f"The embedding model's file {path.name} cannot be read: {error}. Install Telusur again."
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise EmbedderMissing(
            f"The embedding model's file {path.name} is not the one this version was made with "
            f"(SHA-256 {digest[:12]}…, expected {sha256[:12]}…). Install Telusur again."
        )
    return content


_TYPES: Final = {"I8": np.int8, "I32": np.int32, "F32": np.float32}


def _tensors(content: bytes) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of a safetensors file: a header's length, the header (JSON), the arrays one after another."""
    begin = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:begin])
    found = {}
    for name, about in header.items():
        if name != "__metadata__":
            first, last = about["data_offsets"]
            flat = np.frombuffer(content[begin + first : begin + last], _TYPES[about["dtype"]])
            found[name] = flat.reshape(about["shape"])
    return found
