"""Word pieces of the model: the teacher's, the Indonesian words of the sources, and English words the teacher splits."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from tests.training.forms import LEAST_LETTERS, having, loans, passives

SIZE: Final = 68_000  # at 256 bytes a row this is 17.4 MB; with the tokenizer it must stay below 20
LENDERS: Final = 14_000  # the most frequent English words, whose Indonesian spelling is guessed
ENDINGS: Final = 12_000  # pieces learnt from Indonesian words, of which those inside words matter
MAX_TOKENS: Final = 512  # of a text; passages have about 250
UNKNOWN: Final = "[UNK]"
UNKNOWN_ROW: Final = 1
_LATIN = re.compile(r"(##)?[a-z0-9]+|(##)?[^\w\s]")
_WHOLE = re.compile(r"[a-z]+")


def tokenizer(vocabulary: Sequence[str]) -> Tokenizer:
    """Small letters without accents, split at spaces and punctuation, then greedily into the longest known pieces."""
    numbered = {piece: number for number, piece in enumerate(vocabulary)}
    made = Tokenizer(models.WordPiece(vocab=numbered, unk_token=UNKNOWN, max_input_chars_per_word=60))
    made.normalizer = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=False, strip_accents=True, lowercase=True
    )
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.enable_truncation(MAX_TOKENS)
    return made


def plain(text: str) -> list[str]:
    """Words as the tokenizer sees them before it cuts them.

    >>> plain("Buku-buku Perancis: Élan")
    ['buku', 'buku', 'perancis', 'elan']
    """
    return _WHOLE.findall(_NORMAL.normalize_str(text))


_NORMAL = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=True, lowercase=True)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """pieces: by number. rows: of each, the row of the table it has; several pieces may share one."""

    pieces: tuple[str, ...]
    rows: NDArray[np.int32]

    @property
    def row_count(self) -> int:
        return int(self.rows.max()) + 1


def chosen(
    teacher: Path, lemmas: Iterable[str], indonesian: Sequence[str], english: Iterable[str], size: int = SIZE
) -> Vocabulary:
    """At most `size` pieces with a row of their own, and forms that share the row of the word they are a form of.

    The special pieces are the first; the order is that of the reasons to have them. teacher: its tokenizer.json.
    lemmas: Indonesian words and phrases of the wordnet.
    """
    pieces = json.loads(teacher.read_text(encoding="utf-8"))["model"]["vocab"]
    own = [piece for piece in sorted(pieces, key=pieces.__getitem__) if _LATIN.fullmatch(piece)]
    named = Counter(word for lemma in lemmas for word in plain(lemma))
    read = Counter(word for text in indonesian for word in plain(text))
    words = [*named, *(word for word, count in read.most_common() if count > 1)]
    inner = [piece for piece in _learnt(named, read) if piece.startswith("##")]
    counted = Counter(word for text in english for word in plain(text))
    frequent = [word for word, count in counted.most_common() if count > 4 and len(word) > 3]
    known = list(dict.fromkeys(["[PAD]", UNKNOWN, *own, *words, *inner, *frequent]))[:size]
    number = {piece: place for place, piece in enumerate(known)}
    nouns = [word for word in named if word in read and len(word) >= LEAST_LETTERS - 1]
    shared = _forms(number, words, nouns, [word for word, count in counted.most_common() if count > 1])
    rows = [*range(len(known)), *(number[word] for word in shared.values())]
    return Vocabulary((*known, *shared), np.array(rows, np.int32))


def _forms(
    known: Mapping[str, int], words: Iterable[str], nouns: Iterable[str], english: Sequence[str]
) -> dict[str, str]:
    """Forms that are no pieces, each with the piece it is a form of. A form of two words goes to the first."""
    found: dict[str, str] = {}
    for word in words:
        for form in passives(word, known):
            if form not in known:
                found.setdefault(form, word)
    for noun in nouns:
        if noun in known and having(noun) not in known:
            found.setdefault(having(noun), noun)
    is_english = set(english)
    for word in english[:LENDERS]:
        for form in sorted(loans(word)) if word in known else ():
            if form not in known and form not in is_english and len(form) >= LEAST_LETTERS:
                found.setdefault(form, word)
    return found


def _learnt(named: Counter[str], read: Counter[str]) -> list[str]:
    learner = Tokenizer(models.WordPiece(unk_token=UNKNOWN, max_input_chars_per_word=60))
    learner.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordPieceTrainer(
        vocab_size=ENDINGS, min_frequency=2, special_tokens=[UNKNOWN], show_progress=False
    )
    # Each word once, whatever its frequency: the frequent ones are in the vocabulary whole.
    learner.train_from_iterator([" ".join({**named, **read})], trainer)
    found = learner.get_vocab()
    return [piece for piece in sorted(found, key=found.__getitem__) if _LATIN.fullmatch(piece)]
