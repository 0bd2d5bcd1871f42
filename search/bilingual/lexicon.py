"""What the words of a query are called in the other language, with weights.

A query is cut into segments, the longest known phrase first; each has up to three translations.
Hand-made terms (`terms.py`) come before the table that `build.py` makes of WordNets and parallel text.
"""

import gzip
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Final

from search import analysis
from search.analysis import LANGUAGES, Language
from search.bilingual.terms import Term, are_initials, read_terms

TABLE: Final = Path(__file__).parent / "lexicon.tsv.gz"

# The table has phrases of up to four words; names and set phrases written by hand may be longer.
MAX_PHRASE: Final = 7
MAX_WORDS: Final = 64  # words after these have no translation; search.matching looks for no more either
MAX_ALTERNATIVES: Final = 3
MIN_WEIGHT: Final = 0.05  # of a segment's weight; what has less is noise of the aligner

# Share of the hand-made forms where the table knows the word as well, and so adds what they leave out.
HAND_SHARE: Final = 0.6

# A word of a hand-made phrase is a translation by itself where so much of what it is called leads back.
PART_LEADS_BACK: Final = 0.3

# The topic of hand-made lines that name places. To these and other names the table adds other forms of the name alone.
PLACE: Final = "place"

# Translations remembered: what patrons ask repeats itself, and reading a line anew costs ten times as much.
CACHED: Final = 8192

# A word that is known in both languages ("air"), where nothing tells which is meant.
GUESSED_SHARE: Final[Mapping[Language, float]] = {"id": 0.65, "en": 0.35}

# ... or which of the two a line written by hand knows and the other a table only: "zaman" is an era before it is, in English, a
# tree, "tuna" a fish before it is unlearned.
BY_HAND_SHARE: Final = 0.9

# A common word of Indonesian that is a name in English is the name where so much more of the words is English: one of grammar, or
# two others. "The Koran" is; "koran manado post" may be either.
SURE_OF_NAME: Final = 2

# So much of the evidence is left where the translation does not lead back ("laskar", "army unit").
ONE_WAY: Final = 0.4

# A translation for which less of the evidence speaks is searched for, but not shown to a patron.
SHOWN_FROM: Final = 0.5

# Beside the first translation others are shown that have this share of its weight: another sense, or another word for it.
SENSES_FROM: Final = 0.4
_TOLD_BY: Final = 4  # letters: "chemical" tells nothing beside "chemistry"

# Words of grammar, beyond the stop words of search.analysis: they say in which language a query is written, and are
# nothing to look for by themselves.
_INDONESIAN_GRAMMAR: Final = """
    ada adalah agar akan aku ala anda antara apa apakah apapun atau bagaimana bagi bahkan bahwa begitu begini belum berapa
    bila bisa bisakah boleh bolehkah dalam dan dapat dari daripada demikian dengan dengannya di dia hanya harus hingga
    ialah ini itu itulah jangan jika juga kalau kalian kamu kapan karena kau ke kemana kepada kita kok lagi lah lebih mana
    masih mengapa merupakan meski meskipun mereka nya oleh pada padanya padaku padamu para pernah saja sambil sana sebagai
    sang sebaiknya secara sedang sehingga sejak sekali selain seperti sepertinya seseorang sesuatu siapa sih sini sudah tadi tak
    tapi telah tentang tersebut terhadap tetapi tidak untuk walaupun yaitu yakni yang
"""
_ENGLISH_GRAMMAR: Final = """
    about across also am although among an and anyone anything are as at because been between but by cannot cant could
    did didnt do does doesnt dont either else etc everyone everything for from had has have her hers herself him himself
    how if im in into is isnt it its itself me might neither nor of off on onto or other others our ours ourselves
    rather should since some someone something than that the their theirs them themselves then there these they this
    those though through throughout to too toward towards unless until upon us very was wasnt we were what when where
    whether which while who whom whose why will with within without would yet you youre your yours yourself
"""
_GRAMMAR: Final[Mapping[Language, frozenset[str]]] = {
    "id": frozenset(_INDONESIAN_GRAMMAR.split()),
    "en": frozenset(_ENGLISH_GRAMMAR.split()),
}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One translation. text: as people write it; words: folded, as analysis.plain_words gives them."""

    text: str
    words: tuple[str, ...]
    weight: float
    language: Language


@dataclass(frozen=True, slots=True)
class Expansion:
    """The translations of the words start..end (half open) of a query, the likeliest first.

    Weights are above 0 and sum to at most 1. sure: the share of the evidence that speaks for the first
    translation, 1 when it was written by hand.
    """

    start: int
    end: int
    alternatives: tuple[Alternative, ...]
    sure: float


# A form in the other language (or a synonym), its share of the evidence, and its language.
_Form = tuple[str, float, Language]


@dataclass(frozen=True, slots=True)
class _Found:
    """Forms with their share of the evidence, and how sure the first of them is."""

    forms: tuple[_Form, ...]
    sure: float
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class _Translation:
    alternatives: tuple[Alternative, ...]
    sure: float


class _Side:
    """What is known of the words of one language. A key is folded words joined by spaces."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.other: Language = "en" if language == "id" else "id"
        self.back: _Side | None = None  # the side of the other language
        self.table: dict[str, str] = {}
        self.table_stems: dict[str, str] = {}
        self.hand: dict[str, list[_Form]] = {}
        self.hand_stems: dict[str, list[str]] = {}
        self.local: dict[str, list[_Form]] = {}
        self.names: dict[str, frozenset[str]] = {}  # of what is a name and nothing else: all its forms, folded
        # All forms of places and peoples, with what these are called, and which of them are adjectives ("Polish").
        self.places: dict[str, list[_Form]] = {}
        self.adjectives: set[str] = set()
        self.capitals: set[str] = set()  # forms that are written with a capital, folded

    def all_keys(self) -> Iterable[str]:
        return chain(self.table, self.table_stems, self.hand, self.hand_stems, self.local)

    def knows(self, key: str) -> bool:
        return key in self.hand or key in self.table or key in self.local

    def by_word(self, key: str) -> _Found | None:
        return self._found(key, self.back)

    def _found(self, key: str, back: "_Side | None") -> _Found | None:
        """back: None for what the table says as it stands."""
        hand = self.hand.get(key)
        line = self.table.get(key)
        if line is None:
            forms = hand or self.local.get(key)
            return _Found(_scaled(forms, 1.0), 1.0, by_hand=True) if forms else None
        cells = line.split("\t")
        table = [(cells[n], int(cells[n + 1]) / 1000, self.other) for n in range(0, len(cells), 2)]
        if hand is None:
            return _Found(tuple(table), table[0][1])
        if name := self.names[key]:
            # The WordNets call a wine of a country by its name, Paris a wall, and WHO "siapa"; but "Swedish" is "Sweden" too.
            table = [one for one in table if " ".join(_words(one[0])) in name]
        if table:
            table = list(_scaled(table, 1 - HAND_SHARE))
        if back is not None:  # what is left counts no more than beside the parts: it may be noise
            table = list(self._without_parts(table, key, hand, back))
        if not table:
            return _Found(_scaled(hand, 1.0), 1.0, by_hand=True)
        by_hand = _scaled(hand, HAND_SHARE)
        most = by_hand[0][1]  # "gula aren" is "palm sugar" before it is what the table is sure of, "sugarplum"
        rest = tuple((text, min(share, most), code) for text, share, code in table)
        return _Found(by_hand + rest, 1.0, by_hand=True)

    def _without_parts(self, table: Iterable[_Form], key: str, hand: Sequence[_Form], back: "_Side") -> Iterator[_Form]:
        """The table's forms without single words of a hand-made phrase that mean something else by themselves: the aligner
        takes "hospital" for "rumah sakit" and for each of its words, house and ill."""
        forms = [_words(text) for text, _, code in hand if code == self.other]
        # The last word of an English phrase says what the thing is: a senior high school is a school, and nothing high.
        heads = {form[-1] for form in forms} if self.other == "en" else set()
        parts = {word for form in forms if len(form) > 1 for word in form} - heads
        for form in table:
            words = _words(form[0])
            is_part = len(words) == 1 and words not in forms and words[0] in parts
            if not is_part or words[0] == key or back.share(words[0], key) >= PART_LEADS_BACK:
                yield form

    def share(self, key: str, of: str) -> float:
        """How much of what a word is called is `of`, in any of its forms; 0 where it is not known."""
        found = self._found(key, None)
        return sum(s for text, s, code in found.forms if _stems(text, code) == _stems(of, self.other)) if found else 0.0

    def of_place(self, key: str) -> _Found | None:
        """The place and people that an adjective is of, where it says so whatever else it may be: before the word it describes."""
        return _Found(_scaled(self.places[key], 1.0), 1.0, by_hand=True) if key in self.adjectives else None

    def by_stem(self, stems: str) -> _Found | None:
        """What the words of this stem are called, all together."""
        keys = self.hand_stems.get(stems)
        if keys is None:
            line = self.table_stems.get(stems)
            keys = line.split("\t") if line else [stems]
        found = [known for key in keys if (known := self.by_word(key))]
        if not found:
            return None
        forms = tuple((text, share / len(found), code) for known in found for text, share, code in known.forms)
        sure = sum(known.sure for known in found) / len(found)
        return _Found(forms, sure, by_hand=all(known.by_hand for known in found))

    def add(
        self,
        forms: Sequence[str],
        also: Sequence[str],
        offered: Sequence[_Form],
        name: frozenset[str],
    ) -> None:
        """A hand-made line: it speaks most for its first form ("earth" is "bumi" before it is "tanah").

        A form that is only understood, or is the initials of the first, stands for the first as well: "UUD" is
        "undang-undang dasar" before it is "constitution". name: where the line is that of a name, its forms in both
        languages, folded.
        """
        for number, form in enumerate((*forms, *also), start=1):
            key = " ".join(_words(form))
            written_out = forms[:1] if form in also or are_initials(key, _words(forms[0])) else ()
            meant = [*((first, 1.0, self.language) for first in written_out), *offered]
            if key not in self.hand:
                self.hand[key], self.names[key] = [], name
                stems = " ".join(analysis.stem(word, self.language) for word in key.split())
                self.hand_stems.setdefault(stems, []).append(key)
            self.hand[key] += [(text, share / number, code) for text, share, code in meant]
            self.names[key] = (name and self.names[key]) and name | self.names[key]


def _is_name(form: str) -> bool:
    """ "World Health Organization", "House of Representatives"; of one word in capitals nothing is told."""
    words = form.split()
    return len(words) > 1 and all(word[0].isupper() or _is_grammar(word) for word in words)


def _scaled(forms: Sequence[_Form], total: float) -> tuple[_Form, ...]:
    factor = total / sum(share for _, share, _ in forms)
    return tuple((text, share * factor, code) for text, share, code in forms)


def _is_grammar(word: str) -> bool:
    return analysis.is_stop_word(word) or word in _GRAMMAR["id"] or word in _GRAMMAR["en"]


@lru_cache(maxsize=16_384)
def _words(text: str) -> tuple[str, ...]:
    return tuple(analysis.plain_words(text))


@lru_cache(maxsize=16_384)
def _stems(text: str, language: Language) -> tuple[str, ...]:
    return tuple(analysis.stem(word, language) for word in _words(text))


class Lexicon:
    """The table and the hand-made terms in memory: some 30 MB. Threads may share one."""

    def __init__(self, table: str, terms: Iterable[Term] = ()) -> None:
        """table: the text that search.bilingual.build writes. Raises ValueError when it is something else."""
        self._sides: dict[Language, _Side] = {language: _Side(language) for language in LANGUAGES}
        sections = table.split("\n>")[1:]
        names = [f"{language} {kind}" for language in LANGUAGES for kind in ("words", "stems")]
        if [section.partition("\n")[0] for section in sections] != names:
            raise ValueError("not a table of the lexicon: build it again with python -m search.bilingual.build")
        tables = [dict(line.split("\t", 1) for line in section.partition("\n")[2].splitlines()) for section in sections]
        for number, side in enumerate(self._sides.values()):
            side.back = self._sides[side.other]
            side.table, side.table_stems = tables[2 * number], tables[2 * number + 1]
        for term in terms:
            self._add(term)
        self._named_in_english = frozenset(self._common_and_names())
        self._translation = lru_cache(maxsize=CACHED)(self._translate)
        # A phrase is only looked for where one of its first words, or of their stems, stands.
        self._phrase_starts = {
            key[: key.index(" ")] for side in self._sides.values() for key in side.all_keys() if " " in key
        }

    def _add(self, term: Term) -> None:
        indonesian: list[_Form] = [(f, 1 / n, "id") for n, f in enumerate(term.indonesian, start=1)]
        english: list[_Form] = [(f, 1 / n, "en") for n, f in enumerate(term.english, start=1)]
        if term.local:
            key = " ".join(_words(term.local))
            self._sides["id"].local.setdefault(key, []).extend(indonesian + english)
            return
        forms = (*term.indonesian, *term.indonesian_also, *term.english, *term.english_also)
        is_name = term.topic == PLACE or _is_name(term.english[0])
        name = frozenset(" ".join(_words(form)) for form in forms) if is_name else frozenset()
        self._sides["id"].add(term.indonesian, term.indonesian_also, english, name)
        self._sides["en"].add(term.english, term.english_also, indonesian, name)
        self._sides["en"].capitals.update(" ".join(_words(form)) for form in term.english if form[0].isupper())
        if term.topic == PLACE:
            keys = [" ".join(_words(form)) for form in term.english]
            self._sides["en"].adjectives.update(keys[1:])
            for key in keys:
                self._sides["en"].places.setdefault(key, []).extend(indonesian)

    def _common_and_names(self) -> Iterator[str]:
        """Words that are names in English and mean something else in Indonesian: "koran", but not "Java"."""
        indonesian, english = self._sides["id"].hand, self._sides["en"].hand
        for key in self._sides["en"].capitals & indonesian.keys():
            meant = {_words(text) for text, _, _ in indonesian[key]}
            if tuple(key.split()) not in meant and meant.isdisjoint(_words(text) for text, _, _ in english[key]):
                yield key

    def expand(self, words: Sequence[str], language: Language | None = None) -> tuple[Expansion, ...]:
        """The translations of a query's words (folded, in order), one Expansion a segment, left to right.

        language: what to take the query for when its words do not tell. What no lexicon knows (a name, a
        number, a code), a stop word by itself and a word that is the same in both languages have none.
        """
        words = [self.as_spelled_today(word) for word in words[:MAX_WORDS]]
        spoken = self.spoken(words)
        id_stems = [analysis.stem(word, "id") for word in words]
        en_stems = [analysis.stem(word, "en") for word in words]
        starts = self._phrase_starts
        expansions: list[Expansion] = []
        start = 0
        while start < len(words):
            begins = words[start] in starts or id_stems[start] in starts or en_stems[start] in starts
            for end in range(min(start + (MAX_PHRASE if begins else 1), len(words)), start, -1):
                key = " ".join(words[start:end])
                if self._says_little(words, start, end, key):
                    continue
                stems = " ".join(id_stems[start:end]), " ".join(en_stems[start:end])
                to_do = start and words[start - 1] == "to"  # "how to polish silver"
                describes = end < len(words) and not to_do and not _is_grammar(words[end])
                found = self._translation(key, *stems, spoken(key), language, describes)
                if found:
                    if found.alternatives:
                        expansions.append(Expansion(start, end, found.alternatives, found.sure))
                    break
            else:
                end = start + 1
            start = end
        return tuple(expansions)

    def spoken(self, words: Sequence[str]) -> Callable[[str], Language | None]:
        """What says for one of the words (folded) which language more of them belong to; None when none of them tells."""
        return partial(self._spoken, self._balance(words))

    def _spoken(self, balance: int, of: str) -> Language | None:
        if of in self._named_in_english and -SURE_OF_NAME < balance < 0:
            return None
        return "id" if balance > 0 else "en" if balance < 0 else None

    def _balance(self, words: Sequence[str]) -> int:
        """How much more of the words are Indonesian than English."""
        balance = 0
        for word in words:
            if word in _GRAMMAR["id"] or word in _GRAMMAR["en"]:
                balance += 2 * ((word in _GRAMMAR["id"]) - (word in _GRAMMAR["en"]))
            else:
                balance += self._sides["id"].knows(word) - self._sides["en"].knows(word)
        return balance

    def knows(self, words: Sequence[str], language: Language | None = None) -> bool:
        """Whether these folded words together, as they are, are known in `language`; None for either."""
        key = " ".join(words)
        return any(side.knows(key) for code, side in self._sides.items() if language in (None, code))

    def as_spelled_today(self, word: str) -> str:
        """A folded word in the spelling since 1972, where it is known only in that: "hukum" for "hoekoem", but "Goethe", "poems"."""
        today = analysis.modern_spelling(word)
        return today if today != word and self._sides["id"].knows(today) and not self.knows([word]) else word

    def names_among(self, words: Iterable[str]) -> frozenset[str]:
        """Those of these folded words that are a name by themselves in either language, and nothing else in it."""
        return frozenset(word for word in words if any(side.names.get(word) for side in self._sides.values()))

    def words_among(self, words: Iterable[str]) -> frozenset[str]:
        """Those of these folded words that are known in either language, also where they are called nothing in the other, and
        those of the old spelling."""
        return frozenset(word for word in words if self.knows([self.as_spelled_today(word)]))

    def _says_little(self, words: Sequence[str], start: int, end: int, key: str) -> bool:
        """A word of grammar alone; a phrase that begins or ends in one, unless it was written by hand."""
        if not _is_grammar(words[start]) and not _is_grammar(words[end - 1]):
            return False
        return end - start == 1 or all(key not in side.hand for side in self._sides.values())

    def _translate(
        self, key: str, id_stems: str, en_stems: str, spoken: Language | None, hint: Language | None, describes: bool
    ) -> "_Translation | None":
        """None for what is not known at all. describes: it stands before another word, as an adjective in English does."""
        stems: dict[Language, str] = {"id": id_stems, "en": en_stems}
        if spoken == "en" and describes and (place := self._sides["en"].of_place(key)):
            found: _Found | None = place  # "polish history" is not about polishing
        elif spoken is None:
            sides = self._sides.items()
            known = {code: it for code, side in sides if (it := side.by_word(key) or side.by_stem(stems[code]))}
            found = _guessed(known, hint)
        else:
            own = self._sides[spoken]
            other = self._sides[own.other]
            found = own.by_word(key) or own.by_stem(stems[spoken]) or other.by_word(key)
            # A single word of the other language must be exactly one: stems of two languages meet by chance.
            if found is None and " " in key:
                found = other.by_stem(stems[own.other])
            if found is not None and key in other.hand and not _translation(found, key).alternatives:
                found = other.by_word(key)  # "Java" is a language in Indonesian, and "sejarah java" is that of Jawa
        if found is None:
            return None
        translation = _translation(found, key)
        if found.by_hand or spoken is None or not translation.alternatives or self._leads_back(translation, key):
            return translation
        return _Translation(translation.alternatives, translation.sure * ONE_WAY)

    def _leads_back(self, translation: "_Translation", key: str) -> bool:
        """The first translation is itself translated by the words asked for, or by others of their stems."""
        first = translation.alternatives[0]
        back = self._sides[first.language].by_word(" ".join(first.words))
        return back is not None and any(_stems(text, code) == _stems(key, code) for text, _, code in back.forms)


def _guessed(known: Mapping[Language, _Found], hint: Language | None) -> _Found | None:
    if len(known) < 2:
        return next(iter(known.values()), None)
    shares = GUESSED_SHARE if hint != "en" else {"id": GUESSED_SHARE["en"], "en": GUESSED_SHARE["id"]}
    by_hand = [code for code, found in known.items() if found.by_hand]
    if hint is None and len(by_hand) == 1:
        shares = {code: BY_HAND_SHARE if code in by_hand else 1 - BY_HAND_SHARE for code in known}
    forms = [form for code, found in known.items() for form in _scaled(found.forms, shares[code])]
    # Neither reading is sure, however sure each translation is of its own.
    return _Found(tuple(forms), max(shares[code] * found.sure for code, found in known.items()))


def _translation(found: _Found, asked: str) -> _Translation:
    """The likeliest forms, those of one stem as one. What equals the words asked for is left out, and its weight."""
    merged: dict[tuple[Language, tuple[str, ...]], list[tuple[float, str]]] = {}
    for text, share, code in found.forms:
        merged.setdefault((code, _stems(text, code)), []).append((share, text))
    ranked = sorted(
        ((sum(share for share, _ in forms), forms[0][1], code) for (code, _), forms in merged.items()),
        key=lambda entry: -entry[0],
    )[:MAX_ALTERNATIVES]
    total = sum(share for share, _, _ in ranked)
    alternatives = tuple(
        Alternative(text, words, share / total, code)
        for share, text, code in ranked
        if share >= MIN_WEIGHT * total and (words := _words(text)) and " ".join(words) != asked
    )
    if not alternatives or alternatives[0].text == ranked[0][1]:
        return _Translation(alternatives, found.sure)
    # The first is the word itself: the next is only as sure as its weight.
    return _Translation(alternatives, alternatives[0].weight)


def _senses(asked: Sequence[str], expansion: Expansion) -> list[str]:
    """What a segment is called, the likeliest first, without what is far less likely or another form of what was told."""
    least = SENSES_FROM * expansion.alternatives[0].weight
    told: list[str] = []
    begun: set[str] = set()
    for one in expansion.alternatives:
        beginnings = {word[:_TOLD_BY] for word in one.words}
        if one.weight >= least and begun.isdisjoint(beginnings) and not _repeats(asked, one):
            told.append(one.text)
            begun |= beginnings
    return told


def shown(words: Sequence[str], expansions: Iterable[Expansion], limit: int = 3) -> tuple[str, ...]:
    """The few translations worth telling a patron ("juga dicari: copyright"), in the order of the query.

    words: those that were expanded. Only what is nearly sure and says more than the words themselves do
    ("Bunaken Island" and "Indonesian" do not); phrases before words where there are more than `limit`. Where there is room,
    other senses of a word follow its first one ("whale, pope").
    """
    sure = [e for e in expansions if e.sure >= SHOWN_FROM and not _repeats(words[e.start : e.end], e.alternatives[0])]
    chosen = sorted(sure, key=lambda e: (e.start - e.end, -e.sure, e.start))[:limit]
    senses = [_senses(words[e.start : e.end], e) for e in sorted(chosen, key=lambda e: e.start)]
    room = limit - len(senses)
    texts = [text for first, *others in senses for text in (first, *others[: max(0, room)])]
    return tuple(dict.fromkeys(texts))[:limit]


def _repeats(asked: Sequence[str], alternative: Alternative) -> bool:
    return all(any(word.startswith(own) for word in alternative.words) for own in asked)


_shipped: list[Lexicon] = []
_loading = threading.Lock()


def shipped() -> Lexicon:
    """The lexicon that comes with this version, loaded once, when first asked for."""
    with _loading:
        if not _shipped:
            with gzip.open(TABLE, "rt", encoding="utf-8") as lines:
                _shipped.append(Lexicon(lines.read(), read_terms()))
        return _shipped[0]
