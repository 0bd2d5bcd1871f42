"""Words of a text with their places, folded and stemmed the same way at indexing, asking and marking.

A word is folded (NFKC, case, diacritics, apostrophes), so that "Qur’ān", "Qur'an" and "quran" are
one. An Indonesian reduplication ("buku-buku") is one word, "buku". Every pattern here is linear.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

import Stemmer

from search.isbn import isbn13

Language = Literal["id", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("id", "en")

# Longer runs of letters are noise of bad text layers; they are cut alike in index and query.
MAX_WORD_CHARACTERS: Final = 64

# MARC language codes whose words the Indonesian stemmer fits: Indonesian and Malay.
_STEMMED_AS: Final[dict[str, Language]] = {"ind": "id", "may": "id", "msa": "id", "eng": "en"}

# Combining marks of the scripts a catalogue holds; \w does not include them.
_MARK = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
# Nothing to be seen, and no end of a word (UAX 29): a soft hyphen, joiners, a byte order mark, as texts bring them that are
# pasted. A zero-width space is a place where a line may end, but in scripts of South-East Asia it parts words.
_UNSEEN = "\u00ad\u200c\u200d\u2060\ufeff"
_LINE_MAY_END = "(?<![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])\u200b"
_UNSEEN_ONE = f"(?:[{_UNSEEN}]|{_LINE_MAY_END})"
_UNSEEN_WITHIN = re.compile(_UNSEEN_ONE)
# Scripts without spaces: each character is a word, and neighbours are found as a phrase.
_SINGLE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTERS = rf"[^\W_{_SINGLE}]+(?:(?:[{_MARK}{_UNSEEN}]|{_LINE_MAY_END})+[^\W_{_SINGLE}]*)*"
_WORD = re.compile(rf"[{_SINGLE}]|{_LETTERS}(?:['’‘`]{_UNSEEN_ONE}*{_LETTERS})*")
_ASCII_WRITTEN = re.compile("[A-Za-z0-9]+")
_HYPHENS: Final = frozenset("-\u2010\u2011")

# Letters that NFKD leaves whole, and marks (apostrophe, ayn, hamza) that part no words.
_PLAIN: Final = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
    | dict.fromkeys(f"'’‘`ʹʺʻʼʽʾʿ′{_UNSEEN}\u200b", "")
)

_INDONESIAN_STOP_WORDS: Final = """
    ada adakah adalah agar akan apa apakah atas atau bagaimana bagaimanakah bagi bahwa banyak beberapa berapa
    berapakah dalam dan dapat dari dengan di dimana dimanakah ia ialah ini itu jika juga kami kapan kapankah ke
    kenapa kepada ketika kita lagi lain maka mana manakah mengapa mereka merupakan namun nya oleh pada para pun
    saat sampai sangat saya sebagai sebuah secara sejak seorang seperti serta siapa siapakah suatu sudah tentang
    terhadap tersebut tetapi untuk yaitu yang
    antara ataupun hanya hingga kalau karena maupun melalui menurut meskipun sang sehingga selama setiap supaya walaupun yakni
    bgmn brp dgn dlm dmn dr gimana gmn jg knp kpd krn ktk pd sbg spt tdk tsb ttg tntg utk yg
"""
_ENGLISH_STOP_WORDS: Final = """
    a about an and any are as at be been being but by can could did do does done each for from had has have he
    her his how i if in into is it its may must my no not of on or our she should so some such that the their
    them then there these they this to was we were what when where which who whom whose why will with would you
    your
"""
# Degrees, courtesies and particles of names: catalogues leave them out, and order particles as they like.
_NAME_STOP_WORDS: Final = "bin binti de den der dr dra drg drs h hj ibn ir kh prof spd ssi mpd mhum msi mkes van von"
_HONORIFICS: Final = """
    bapak brigjen bu bung buya dr dra drg drs gus habib haji hajjah hj ibu ir jenderal kh kiai kyai letjen mayjen mgr ny
    pak pastor pdt pendeta prof profesor romo syaikh syekh tgk ust ustad ustadz ustadzah ustaz
    mr mrs professor rev reverend sir
"""
# What a person is called by before the name; a catalogue may leave it out.
HONORIFICS: Final = frozenset(_HONORIFICS.split())
# Words of grammar that are given names, too: "karya Dan Brown", however it is written.
GIVEN_NAMES: Final = frozenset(("dan",))
_STOP_WORDS: Final = frozenset(
    word for group in (_INDONESIAN_STOP_WORDS, _ENGLISH_STOP_WORDS, _NAME_STOP_WORDS) for word in group.split()
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.){1,4}[^\W\d_]?\.?")


class Word(NamedTuple):
    """A folded word and the half-open range of characters it comes from."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """`text` without case, diacritics and compatibility forms; spaces and punctuation stay.

    >>> fold("Qur’ān"), fold("ＡＢＣ"), fold("Straße")
    ('quran', 'abc', 'strasse')
    """
    if text.isascii():
        return text.lower().translate(_PLAIN)
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(character for character in spread if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", bare).translate(_PLAIN)


def seen(text: str) -> str:
    """`text` without what shows nothing and parts no words.

    >>> seen("perpus\u00adtakaan"), seen("per\u200bpus\u2060takaan")
    ('perpustakaan', 'perpustakaan')
    """
    return text if text.isprintable() else _UNSEEN_WITHIN.sub("", text)


@lru_cache(maxsize=65_536)
def _fold_word(raw: str) -> str:
    # The English possessive goes before the apostrophe does: "library's" is "library".
    raw = raw[:-2] if len(raw) > 3 and raw[-2:] in ("'s", "’s", "'S", "’S") else raw
    folded = fold(raw)
    if not folded.isalnum():  # "½" becomes "1⁄2"
        folded = "".join(character for character in folded if character.isalnum())
    return folded[:MAX_WORD_CHARACTERS]


def words(text: str) -> list[Word]:
    """The words of `text` in order; one that folds to nothing is left out.

    >>> [word.text for word in words("Buku-buku Al-Qur'an di Bitung, 2014")]
    ['buku', 'al', 'quran', 'di', 'bitung', '2014']
    >>> words("anak-anak")
    [Word(text='anak', start=0, end=9)]
    """
    if is_plain(text):
        return _written_plainly(text, bool)
    found: list[Word] = []
    for match in _WORD.finditer(text):
        folded = _fold_word(match[0])
        if not folded:
            continue
        start, end = match.span()
        if found and _is_reduplication(found[-1], folded, start, text):
            found[-1] = Word(folded, found[-1].start, end)
        else:
            found.append(Word(folded, start, end))
    return found


def words_among(text: str, wanted: Callable[[str], object]) -> list[Word]:
    """Those of `words` that are `wanted`, folded, for which it gives something true."""
    if is_plain(text):
        return _written_plainly(text, wanted)
    return [word for word in words(text) if wanted(word.text)]


def _written_plainly(text: str, wanted: Callable[[str], object]) -> list[Word]:
    return [
        Word(folded, match.start(), match.end())
        for match in _ASCII_WRITTEN.finditer(text)
        if wanted(folded := match[0].lower()[:MAX_WORD_CHARACTERS])
    ]


def is_plain(text: str) -> bool:
    """Whether the folded words of `text` stand in it letter by letter, capitals apart."""
    if not text.isascii() or "'" in text or "`" in text:
        return False
    return "-" not in text or not _ASCII_REDUPLICATION.search(text.lower())


def _is_reduplication(before: Word, folded: str, start: int, text: str) -> bool:
    joined = before.end == start - 1 and text[start - 1] in _HYPHENS
    return joined and before.text == folded and len(folded) > 1 and folded.isalpha()


# What typesetters put between words; a text with nothing else beyond ASCII takes the short way too.
_BETWEEN_WORDS: Final = str.maketrans(dict.fromkeys("“”„«»–—…•\u00a0", " "))
_ASCII_WORD = re.compile("[a-z0-9]+")
_ASCII_REDUPLICATION = re.compile(r"(?<![a-z0-9])([a-z]{2,})(?:-\1)+(?![a-z0-9])")


def plain_words(text: str) -> list[str]:
    """The folded words alone: those of `words`, found five times faster in plain ASCII."""
    plain = text if text.isascii() else text.translate(_BETWEEN_WORDS)
    if not plain.isascii() or "'" in plain or "`" in plain:
        return [word.text for word in words(text)]
    once = plain.lower()
    if "-" in once:
        once = _ASCII_REDUPLICATION.sub(r"\1", once)
    found: list[str] = _ASCII_WORD.findall(once)
    return found if len(once) <= MAX_WORD_CHARACTERS else [word[:MAX_WORD_CHARACTERS] for word in found]


_LONGEST_SURNAME: Final = 2  # in words


def name_orders(words: Sequence[str]) -> list[list[str]]:
    """A name as it is said, and as catalogues have it: "Hirata, Andrea", "Van Gogh, Vincent".

    >>> name_orders(["vincent", "van", "gogh"])
    [['vincent', 'van', 'gogh'], ['gogh', 'vincent', 'van'], ['van', 'gogh', 'vincent']]
    """
    lasts = range(1, min(len(words), _LONGEST_SURNAME + 1))
    return [list(words), *([*words[-last:], *words[:-last]] for last in lasts)]


_STEMMERS: Final = {"id": "indonesian", "en": "english"}

# What the Indonesian stemmer leaves wrongly, and the stem it should have left; after "=" a whole word. Made by
# search.bilingual.stems.
STEM_CORRECTIONS: Final = Path(__file__).parent / "stem_corrections.tsv"


@lru_cache(maxsize=1)
def _stem_corrections() -> Mapping[str, str]:
    lines = STEM_CORRECTIONS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


_made: dict[Language, Stemmer.Stemmer] = {}
_making = threading.Lock()  # a Stemmer keeps a state of its own, so one thread at a time


# Signs of the spelling before 1972 (Republik 1947, Van Ophuijsen 1901): oe is u, tj is c, dj is j, and j is y.
# With less than five letters it is English that has oe: "joe", "does", "shoe".
_SPELLED_BEFORE: Final = re.compile(r"[tdsk]j|^nj|^(?=.{5}).*oe")


def modern_spelling(word: str) -> str:
    """A folded word as Indonesian is spelled since 1972, if its letters show that it is older; else itself.

    Without another sign, j and nj stay: "saja" and "banjir" are words of today.

    >>> [modern_spelling(word) for word in ("soekarno", "tjerita", "perdjalanan", "njanjian", "banjir", "saja")]
    ['sukarno', 'cerita', 'perjalanan', 'nyanyian', 'banjir', 'saja']
    """
    if not _SPELLED_BEFORE.search(word):
        return word
    spelled = word.replace("dj", "\0").replace("tj", "c").replace("oe", "u").replace("j", "y").replace("ch", "kh")
    return spelled.replace("\0", "j")


@lru_cache(maxsize=131_072)
def stem(word: str, language: Language) -> str:
    """The stem of a folded word; "buku2", the old short form of "buku-buku", is stemmed as "buku".

    >>> stem("perpustakaan", "id"), stem("libraries", "en"), stem("buku2", "id"), stem("menulis", "id")
    ('pustaka', 'librari', 'buku', 'tulis')
    """
    if language == "id":
        if len(word) > 3 and word[-1] == "2" and word[:-1].isalpha():
            word = word[:-1]
        word = modern_spelling(word)
        if whole := _stem_corrections().get(f"={word}"):
            return whole
    with _making:
        if language not in _made:
            # Without a cache of its own, which takes longer than to stem: `stem` has one.
            _made[language] = Stemmer.Stemmer(_STEMMERS[language], 0)
        cut = str(_made[language].stemWord(word)) or word
    return _stem_corrections().get(cut, cut) if language == "id" else cut


@lru_cache(maxsize=131_072)
def coded_stems(word: str) -> tuple[str, ...]:
    """The stem of a folded word in each language, with the language's code.

    >>> coded_stems("menulis")
    ('id:tulis', 'en:menuli')
    """
    return tuple(f"{language}:{stem(word, language)}" for language in LANGUAGES)


def stems(text_words: Iterable[str], languages: Iterable[Language] = LANGUAGES) -> list[str]:
    """The stems of each word in order, those of one word without repeats."""
    chosen = tuple(languages)
    return [form for word in text_words for form in _stems_of(word, chosen)]


@lru_cache(maxsize=131_072)
def _stems_of(word: str, languages: tuple[Language, ...]) -> tuple[str, ...]:
    forms = dict.fromkeys(stem(word, language) for language in languages)
    if "id" not in languages and modern_spelling(word) != word:  # a name keeps its old spelling in any language
        forms[stem(word, "id")] = None
    return tuple(forms)


def stem_languages(codes: Iterable[str], text_words: Sequence[str] = ()) -> tuple[Language, ...]:
    """How a document in these MARC languages is stemmed: both ways unless all its codes agree on one. Without a
    code, as its words say.

    >>> stem_languages(["ind"]), stem_languages(["eng", "ind"]), stem_languages([])
    (('id',), ('id', 'en'), ('id', 'en'))
    """
    known = {_STEMMED_AS.get(code, "") for code in codes}
    if not known:
        return languages_of(text_words)
    return tuple(language for language in LANGUAGES if known == {language}) or LANGUAGES


# Stop words of one language only; the others ("a", "at", "dan", "on") are words of the other one too, or of a third.
_TELLING: Final[Mapping[Language, frozenset[str]]] = {
    "id": frozenset(
        [
            "yang",
            "dan",
            "dari",
            "untuk",
            "dengan",
            "dalam",
            "pada",
            "adalah",
            "oleh",
            "ini",
            "itu",
            "tidak",
            "akan",
            "atau",
            "juga",
            "sebagai",
            "di",
            "ke",
        ]
    ),
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "in",
            "is",
            "that",
            "for",
            "with",
            "was",
            "are",
            "by",
            "this",
            "from",
            "which",
            "be",
            "has",
            "were",
            "their",
            "it",
        ]
    ),
}
# So many of them in a row of words tell its language, if there are so many times as many as of the other one.
_TELLS, _CLEARLY = 2, 4
_WORDS_HEARD: Final = 200


def languages_of(text_words: Sequence[str]) -> tuple[Language, ...]:
    """The language that words are written in, by its commonest words; both where that is not clear.

    >>> languages_of("the use of computers in the library".split()), languages_of("laut dan ikan".split())
    (('en',), ('id', 'en'))
    """
    heard = text_words[:_WORDS_HEARD]
    counts = {language: sum(word in telling for word in heard) for language, telling in _TELLING.items()}
    for language, count in counts.items():
        other = sum(counts.values()) - count
        if count >= _TELLS and count >= _CLEARLY * other:
            return (language,)
    return LANGUAGES


def is_stop_word(word: str) -> bool:
    """A folded word that says little in Indonesian or English, or beside a name."""
    return word in _STOP_WORDS


def is_initials(text: str) -> bool:
    """Letters that stand for given names, as in "H.B. Jassin"; catalogues often write them out.

    >>> is_initials("H.B."), is_initials("J."), is_initials("C"), is_initials("S3.")
    (True, True, False, False)
    """
    return _INITIALS.fullmatch(text) is not None


_DOI = re.compile(r"10\.\d{4,9}/\S+")
_NO_KEY_CHARACTER = re.compile("[^a-z0-9]+")


def identifier_keys(text: str) -> tuple[str, ...]:
    """The forms under which a number or code is found: letters and digits only, an ISBN-10 also as ISBN-13.

    >>> identifier_keys("978-602-03-3295-6"), identifier_keys("0-306-40615-2")
    (('9786020332956',), ('0306406152', '9780306406157'))
    >>> identifier_keys("https://doi.org/10.1000/182")
    ('101000182',)
    """
    if "10." in text and (doi := _DOI.search(text)):
        text = doi[0]
    if text.isascii():
        key = _NO_KEY_CHARACTER.sub("", text.lower())[:200]
    else:
        key = "".join(character for character in fold(text) if character.isalnum())[:200]
    longer = isbn13(key) if len(key) == 10 else ""
    return tuple(form for form in (key, longer) if form)
