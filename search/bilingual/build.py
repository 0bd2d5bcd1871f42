"""Builds the table of the lexicon: python -m search.bilingual.build FOLDER [TABLE]

FOLDER holds `wordnet_en_id.tsv.gz` (Open English WordNet joined to Wordnet Bahasa) and `tsv/` (sentences and
their translations). README.md beside this file names sources and licences. The same files give the same text.
"""

import gzip
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from search import analysis
from search.analysis import LANGUAGES, Language
from search.bilingual.alignment import translation_table
from search.bilingual.lexicon import TABLE
from search.bilingual.loanwords import indonesian_spelling

# Texts that may be published again when they are named (README.md). TICO-19 and NusaX are for tests only.
PARALLEL: Final = (
    "tldr_pages_software", "gnome_user_docs", "reactjs_docs", "msdocs_project_operations", "opensource_guide_paragraphs",
    "tatoeba_sentences", "openstreetmap_tags",
)  # fmt: skip
MAX_PHRASE: Final = 4  # words of a lemma; longer ones are titles and names of species
MAX_SENTENCE: Final = 60  # words; longer paragraphs teach the aligner little and cost the square of their length

# Of each synset, so many lemmas of both languages are shown to the aligner as pairs: what WordNet lists first.
ALIGNED_LEMMAS: Final = 2

# Weights of the evidence, chosen on the development half of the questions in tests/benchmarks/lexicon.py;
# what else was tried stands in README.md. A synset says less the more lemmas it has, by this power of their number.
SYNSET_DAMPING: Final = 0.5
# A translation counts by this power of its frequency: "book" before "node".
FREQUENCY_POWER: Final = 0.2
# The aligner against WordNet, and in how many sentences a word must stand to be learned in full.
ALIGNED_WEIGHT: Final = 3.0
ALIGNED_SENTENCES: Final = 5
MIN_SENTENCES: Final = 2
MIN_ALIGNED_ALONE: Final = 0.1  # for words WordNet has not
# A translation counts by this power of how much it translates back; one that never does keeps this much.
BACK_POWER: Final = 0.3
BACK_FLOOR: Final = 0.05

# A word that stands this many times more often in texts of the other language is a word of that language ("amazon").
FOREIGN: Final = 10.0
FOREIGN_UNSEEN: Final = 0.1

KEPT: Final = 6
MIN_SHARE: Final = 0.02
MAX_OF_ONE_STEM: Final = 4
# A spelling rule is no evidence that the word is used.
LOAN_SHARE: Final = 0.4

_INITIALS: Final = 2
_NUMERAL: Final = re.compile(r"(?:x{1,3}|v|i)?(?:ix|iv|v?i{1,3})")

# Share of the evidence by key and translation, both folded.
Shares = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Synset:
    english: tuple[str, ...]
    indonesian: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the files say of folded words and phrases.

    spelling: as they are written. frequency: where a word is used most naturally, in English the glosses and
    examples. uses: in all texts of a language.
    """

    synsets: tuple[Synset, ...]
    pairs: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]  # English, Indonesian
    frequency: Mapping[Language, Counter[str]]
    uses: Mapping[Language, Counter[str]]
    english_words: frozenset[str]
    spelling: Mapping[Language, Mapping[str, str]]


def read_sources(folder: Path) -> Sources:
    """Raises OSError when a file is missing."""
    synsets: list[Synset] = []
    frequency: dict[Language, Counter[str]] = {"id": Counter(), "en": Counter()}
    written: dict[Language, dict[str, Counter[str]]] = {"id": defaultdict(Counter), "en": defaultdict(Counter)}
    english_words: set[str] = set()
    with gzip.open(folder / "wordnet_en_id.tsv.gz", "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            # The sixth column comes from Wiktionary, whose licence asks the same of what is made of it.
            _, english, gloss, examples, indonesian = line.rstrip("\n").split("\t")[:5]
            frequency["en"].update(analysis.plain_words(gloss))
            frequency["en"].update(analysis.plain_words(examples))
            lemmas = {"en": _lemmas(english), "id": _lemmas(indonesian)}
            english_words.update(key for key, _ in lemmas["en"] if " " not in key)
            if lemmas["en"] and lemmas["id"]:
                for language in LANGUAGES:
                    for key, text in lemmas[language]:
                        written[language][key][text] += 1
                synsets.append(Synset(_keys(lemmas["en"]), _keys(lemmas["id"])))
    pairs = tuple(_sentences(folder / "tsv" / f"{name}.tsv" for name in PARALLEL))
    for _, in_indonesian in pairs:
        frequency["id"].update(in_indonesian)
    spelling = {
        language: {key: min(texts, key=lambda text: (-texts[text], text)) for key, texts in written[language].items()}
        for language in LANGUAGES
    }
    uses: dict[Language, Counter[str]] = {
        "en": frequency["en"] + Counter(word for in_english, _ in pairs for word in in_english),
        "id": frequency["id"],
    }
    return Sources(tuple(synsets), pairs, frequency, uses, frozenset(english_words), spelling)


def _lemmas(cell: str) -> list[tuple[str, str]]:
    """Folded and written forms of a cell's lemmas; "lapis/lapisan" are two, a number or a place with its province none."""
    found = []
    for text in re.split(r"[|/]", cell):
        text = re.sub(r"\([^()]*\)", " ", text).strip()
        words = analysis.plain_words(text)
        lettered = any(len(word) > 1 and word.isalpha() for word in words)
        if lettered and "," not in text and len(words) <= MAX_PHRASE:
            found.append((" ".join(words), text))
    return found


def _keys(lemmas: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key, _ in lemmas))


def _sentences(paths: Iterable[Path]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            english, _, indonesian = line.partition("\t")
            first, second = tuple(analysis.plain_words(english)), tuple(analysis.plain_words(indonesian))
            if first and second and first != second and max(len(first), len(second)) <= MAX_SENTENCE:
                yield first, second


def translations(sources: Sources) -> dict[Language, Shares]:
    """For each language, what its words and phrases are called in the other."""
    lemma_pairs = [
        (tuple(english.split()), tuple(indonesian.split()))
        for synset in sources.synsets
        for english in synset.english[:ALIGNED_LEMMAS]
        for indonesian in synset.indonesian[:ALIGNED_LEMMAS]
    ]
    english_first = [*sources.pairs, *lemma_pairs]
    aligned: dict[Language, Shares] = {
        "en": translation_table(english_first),
        "id": translation_table((second, first) for first, second in english_first),
    }
    sentences: dict[Language, Counter[str]] = {
        "en": Counter(word for first, _ in sources.pairs for word in first),
        "id": Counter(word for _, second in sources.pairs for word in second),
    }
    one_way = {language: _one_way(language, sources, aligned[language], sentences[language]) for language in LANGUAGES}
    both = {language: _agreeing(one_way[language], language, one_way[_other(language)]) for language in LANGUAGES}
    _add_loanwords(both, sources)
    return both


def _other(language: Language) -> Language:
    return "en" if language == "id" else "id"


def _one_way(language: Language, sources: Sources, aligned: Shares, sentences: Counter[str]) -> Shares:
    frequency = sources.frequency[_other(language)]
    evidence: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for synset in sources.synsets:
        asked, offered = (
            (synset.english, synset.indonesian) if language == "en" else (synset.indonesian, synset.english)
        )
        says = (len(asked) * len(offered)) ** -SYNSET_DAMPING
        for key in asked:
            for text in offered:
                evidence[key][text] += says
    for found in evidence.values():
        for text in found:
            found[text] *= (1 + min(frequency[word] for word in text.split())) ** FREQUENCY_POWER
        total = sum(found.values())
        for text in found:
            found[text] /= total
    for key, learned in aligned.items():
        if sentences[key] < MIN_SENTENCES or not _is_word(key):
            continue
        # An English word that texts about software leave as it is ("library") is no Indonesian word.
        if key not in evidence and learned.get(key, 0.0) >= MIN_ALIGNED_ALONE:
            continue
        floor = 0.0 if key in evidence else MIN_ALIGNED_ALONE
        weight = ALIGNED_WEIGHT * min(1.0, sentences[key] / ALIGNED_SENTENCES)
        for text, probability in learned.items():
            if probability > floor and _is_word(text):
                evidence[key][text] += weight * probability
    own, other = sources.uses[language], sources.uses[_other(language)]
    return {
        key: _merged(found, _other(language))
        for key, found in sorted(evidence.items())
        if found and not _says_nothing(key) and other[key] <= FOREIGN * (own[key] + FOREIGN_UNSEEN)
    }


def _is_word(word: str) -> bool:
    return len(word) > 2 and word.isalpha() and not analysis.is_stop_word(word)


def _says_nothing(key: str) -> bool:
    """Words of grammar, numerals ("VIII" is said otherwise in no language: search.translating), and two letters: to the
    WordNets they are a chemical element or a unit, to patrons a CD, an edition, a company."""
    grammar = all(analysis.is_stop_word(word) for word in key.split())
    return grammar or len(key) <= _INITIALS or _NUMERAL.fullmatch(key) is not None


def _merged(found: Mapping[str, float], language: Language) -> dict[str, float]:
    """The best forms, those of one stem ("book", "books") as one, with their share of all."""
    total = sum(found.values())
    by_stem: dict[str, tuple[str, float]] = {}
    for text, share in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        stems = _stems(text, language)
        first, before = by_stem.get(stems, (text, 0.0))
        by_stem[stems] = first, before + share / total
    return dict(_best(by_stem.values()))


def _best(shares: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    ranked = sorted(shares, key=lambda item: (-item[1], item[0]))[:KEPT]
    return [entry for place, entry in enumerate(ranked) if place == 0 or entry[1] >= MIN_SHARE]


def _stems(text: str, language: Language) -> str:
    return " ".join(analysis.stem(word, language) for word in text.split())


def _agreeing(shares: Shares, language: Language, back: Shares) -> Shares:
    """`shares`, each weighed by how much of its own evidence leads back to where it came from."""
    known = {text: {_stems(key, language): share for key, share in found.items()} for text, found in back.items()}
    agreed: Shares = {}
    for key, found in shares.items():
        stems = _stems(key, language)
        weighed = {
            text: share * (BACK_FLOOR + known.get(text, {}).get(stems, 0.0)) ** BACK_POWER
            for text, share in found.items()
        }
        total = sum(weighed.values())
        agreed[key] = dict(_best((text, share / total) for text, share in weighed.items()))
    return agreed


def _add_loanwords(both: Mapping[Language, Shares], sources: Sources) -> None:
    """Learned words that no source translates, where English is known to use them."""
    for english in sorted(sources.english_words):
        indonesian = indonesian_spelling(english)
        if indonesian is None or not sources.frequency["en"][english]:
            continue
        both["id"].setdefault(indonesian, {english: LOAN_SHARE})
        both["en"].setdefault(english, {indonesian: LOAN_SHARE})


def render(both: Mapping[Language, Shares], spelling: Mapping[Language, Mapping[str, str]]) -> str:
    """The table: for each language a section of its words and one of its stems.

    A line of words: key, then pairs of a translation and its share of the evidence in thousandths, best
    first. A line of stems: the stem, then the keys that have it, the shortest first.
    """
    lines = ["Made by search.bilingual.build; README.md names the sources and their licences."]
    for language in LANGUAGES:
        written = spelling[_other(language)]
        lines.append(f">{language} words")
        for key, found in sorted(both[language].items()):
            cells = (f"{written.get(text, text)}\t{round(1000 * share)}" for text, share in found.items())
            lines.append("\t".join((key, *cells)))
        lines.append(f">{language} stems")
        lines += _stem_lines(both[language], language)
    return "\n".join(lines) + "\n"


def _stem_lines(keys: Collection[str], language: Language) -> Iterator[str]:
    by_stem: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        by_stem[_stems(key, language)].append(key)
    for stems, sharing in sorted(by_stem.items()):
        sharing.sort(key=lambda key: (len(key), key))
        if sharing != [stems]:
            yield "\t".join((stems, *sharing[:MAX_OF_ONE_STEM]))


def write(text: str, path: Path) -> None:
    # Neither name nor time in the header: the same text gives the same file wherever zlib is the same.
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def main(arguments: Sequence[str]) -> int:
    if not 1 <= len(arguments) <= 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    sources = read_sources(Path(arguments[0]))
    text = render(translations(sources), sources.spelling)
    path = Path(arguments[1]) if len(arguments) == 2 else TABLE
    write(text, path)
    sys.stdout.write(f"{path}: {path.stat().st_size:,} bytes, {text.count(chr(10)):,} lines\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
