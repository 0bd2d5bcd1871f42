"""How the model is made, on data small enough to see through."""

from collections import Counter

import numpy as np
import pytest

from tests.training.lexicon import Lexicon, learn
from tests.training.phrasing import Bags, Phraser, bags
from tests.training.shrinking import axes, bytes_of, evened, means
from tests.training.sources import Pair, Synset
from tests.training.vocabulary import Vocabulary, tokenizer

MONEY = Synset(("bank",), "an institution that keeps money", (), ("bank",))
RIVER = Synset(("bank",), "sloping land beside a river", (), ("tepi",))


def lexicon(*synsets: Synset) -> Lexicon:
    return Lexicon(synsets, {}, {}, Counter(), Counter())


def vocabulary(*words: str) -> Vocabulary:
    return Vocabulary(("[PAD]", "[UNK]", *words), np.arange(len(words) + 2, dtype=np.int32))


def said(texts: list[str], vectors: list[list[float]], known: Lexicon, words: Vocabulary) -> list[str]:
    glosses = np.eye(2, dtype=np.float32)[: len(known.synsets)]
    phraser = Phraser(known, tokenizer(words.pieces), words, texts, np.array(vectors, np.float32), glosses)
    found = phraser.say(np.random.default_rng(0))
    return [
        " ".join(words.pieces[i] for i in found.ids[a:b]) for a, b in zip(found.starts, found.starts[1:], strict=False)
    ]


def test_a_word_of_two_meanings_is_said_as_its_text_means_it() -> None:
    texts, vectors = ["the bank"] * 200, [[1.0, 0.0]] * 100 + [[0.0, 1.0]] * 100
    heard = said(texts, vectors, lexicon(MONEY, RIVER), vocabulary("bank", "tepi"))
    assert Counter(heard[:100]).most_common(1)[0][0] == "bank"
    assert Counter(heard[100:]).most_common(1)[0][0] == "tepi"


def test_a_text_of_which_nothing_is_said_is_unknown() -> None:
    assert said(["the", "the bank"], [[1.0, 0.0]] * 2, lexicon(MONEY), vocabulary("bank")) == ["[UNK]", "bank"]


def test_texts_are_taken_in_the_order_asked() -> None:
    three = Bags(np.array([7, 8, 9, 5], np.int32), np.array([0, 2, 2, 4]))
    taken = three.take(np.array([2, 0, 2]))
    assert taken.ids.tolist() == [9, 5, 7, 8, 9, 5]
    assert taken.starts.tolist() == [0, 2, 4, 6]


def test_forms_share_the_row_of_their_word() -> None:
    words = Vocabulary(("[PAD]", "[UNK]", "clinical", "klinis"), np.array([0, 1, 2, 2], np.int32))
    read = bags(tokenizer(words.pieces), words, ["clinical", "klinis", "…"])
    assert read.ids.tolist() == [2, 2, 1]


def test_translations_are_learnt_from_sentences() -> None:
    pairs = [
        Pair("a", "the road", "jalan itu"),
        Pair("a", "the river", "sungai itu"),
        Pair("a", "a wide road", "jalan lebar"),
    ]
    known = learn(pairs, [])
    assert known.to_indonesian["river"][0][0] == "sungai"
    assert known.english_of("sungai")[0][0] == "river"


@pytest.mark.parametrize(("word", "base"), [("banks", "bank"), ("banking", "bank"), ("rivers", "rivers")])
def test_the_base_of_a_word_is_in_the_wordnet(word: str, base: str) -> None:
    assert lexicon(MONEY).base(word) == base


def test_bytes_keep_a_table_to_half_a_step() -> None:
    table = np.random.default_rng(0).standard_normal((50, 8)).astype(np.float32)
    rows, scales = bytes_of(table)
    assert (np.abs(rows * scales[:, None] - table) <= scales[:, None] / 2 + 1e-6).all()


def test_evened_texts_differ_equally_on_all_axes() -> None:
    random = np.random.default_rng(0)
    table = (random.standard_normal((300, 6)) * [9, 5, 3, 2, 1, 1]).astype(np.float32)
    texts = Bags(np.arange(300, dtype=np.int32), np.arange(301))
    before, after = (
        rows[-1] / rows[0]
        for rows in (
            np.linalg.eigvalsh(r.T @ r) for r in (means(table, texts), means(evened(table, texts, 0.5), texts))
        )
    )
    assert after < before / 5


def test_axes_keep_the_angles_of_what_lies_in_few_dimensions() -> None:
    random = np.random.default_rng(0)
    vectors = (random.standard_normal((40, 3)) @ random.standard_normal((3, 9))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    turned = vectors @ axes(vectors, 3)
    assert np.abs(turned @ turned.T - vectors @ vectors.T).max() < 1e-4
