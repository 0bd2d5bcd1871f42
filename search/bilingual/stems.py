"""Where the stemmer cuts Indonesian words wrongly, and what it should have left: python -m search.bilingual.stems

It takes "menulis" for "me-n-ulis" and "tulisan" for "tulis-an", since whether a t, k, m or r was swallowed by a prefix
cannot be seen from the word. So every root of the lexicon is given its usual affixes; where the lexicon has the word
that comes out and the stemmer cuts it to something that is no stem of any root, the pair is written down.
"""

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import Stemmer

from search.analysis import STEM_CORRECTIONS
from search.bilingual.lexicon import TABLE

# Roots that the stemmer cuts themselves, or of which a wrong stem is that of another root: all they make is written down.
_ROOTS_BY_HAND: Final = [
    "awas",
    "beri",
    "cari",
    "damai",
    "didik",
    "ekonomi",
    "gali",
    "ilmu",
    "kaji",
    "karang",
    "kelola",
    "kembali",
    "kendali",
    "laku",
    "lestari",
    "lindung",
    "main",
    "makan",
    "mandi",
    "masak",
    "masyarakat",
    "muda",
    "mulai",
    "nilai",
    "pahami",
    "pakai",
    "pandai",
    "perintah",
    "periksa",
    "rawat",
    "saji",
    "sari",
    "tani",
    "tanya",
    "tari",
    "tata",
    "teliti",
    "temu",
    "terjemah",
    "uji",
]

_WORD = re.compile(r"[a-z]{3,14}")
# A word that begins or ends so is rather made of another one, unless the stemmer leaves it whole.
_MADE = re.compile(r"(?:me[mnr]|pe[mnr]|ber|ter|di|ke|se)[a-z]{4}|[a-z]*(?:an|kan|nya|lah|kah|i)$")


def corrections(words: Iterable[str]) -> Mapping[str, str]:
    """Wrong stem to right stem, from Indonesian words of any kind; the commonest where several are right."""
    cut = Stemmer.Stemmer("indonesian").stemWord
    known = {word for word in words if _WORD.fullmatch(word)}
    roots = {word for word in known if cut(word) == word or not _MADE.match(word)}
    stems = {cut(root) for root in roots}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for root in sorted(roots):
        for word in with_affixes(root):
            if word in known and cut(word) != cut(root) and cut(word) not in stems:
                found[cut(word)][cut(root)] += 1
    return {wrong: right.most_common(1)[0][0] for wrong, right in sorted(found.items())}


def with_affixes(root: str) -> Iterator[str]:
    """The words that a root usually makes (Sneddon 1996, "Indonesian: A Comprehensive Grammar", 1.3-1.4).

    >>> list(with_affixes("tulis"))[:4]
    ['menulis', 'menuliskan', 'menulisi', 'penulis']
    """
    nasal = _nasal(root)
    yield from (f"me{nasal}", f"me{nasal}kan", f"me{nasal}i", f"pe{nasal}", f"pe{nasal}an")
    yield from (f"di{root}", f"di{root}kan", f"ber{root}", f"ter{root}", f"ke{root}an", f"{root}an", f"{root}kan")
    yield from (f"per{root}an", f"pe{root}", f"memper{root}kan", f"kepe{nasal}an")


def _nasal(root: str) -> str:
    """The root as it stands after me- or pe-."""
    first = root[0]
    if first in "aiueohg":
        return f"ng{root}"
    swallowed = {"k": "ng", "t": "n", "s": "ny", "p": "m"}
    if first in swallowed:
        return f"{swallowed[first]}{root[1:]}"
    return f"n{root}" if first in "dcjz" else f"m{root}" if first in "bfv" else root


def text() -> str:
    """The table as it is written down, a line a pair."""
    with gzip.open(TABLE, "rt", encoding="utf-8") as lines:
        table = lines.read()
    section = next(part for part in table.split("\n>") if part.startswith("id words\n"))
    words = (line.partition("\t")[0] for line in section.splitlines()[1:])
    by_hand = {f"={word}": root for root in _ROOTS_BY_HAND for word in (root, *with_affixes(root))}
    return "".join(f"{wrong}\t{right}\n" for wrong, right in {**by_hand, **corrections(words)}.items())


def main() -> None:
    STEM_CORRECTIONS.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
