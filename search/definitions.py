"""What a question wants explained, the words a definition of it begins with, and how well a sentence defines it."""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from search import analysis
from search.analysis import Word
from search.interrogatives import BE, WHENEVER, words_in
from search.matching import MAX_WORDS
from search.query import BODY, Clause, Group, Query

# Around what a question wants explained: "apa yang dimaksud dengan ... itu", "what does ... mean".
_ASKING_FOR_IT: Final = words_in(
    """
    apa apakah siapa siapakah itu yang dimaksud dengan maksud maksudnya dari arti artinya pengertian definisi disebut jelaskan
    terangkan sih ya adalah what who is are was were does do did s a an the meant by meaning definition of mean means explain
    describe define
    """
)
# Behind it: where it is looked at, "dictionary di Python"; not "Dana Bagi Hasil" and "produk dalam negeri", which are names.
_WHERE: Final = words_in("di pada menurut in according")
_MOST_WORDS: Final = 6

# How what is defined ("_") stands in a definition, the commonest first: of a long name not all are looked for.
_FORMS: Final = (
    *(
        "_ adalah",
        "_ is a",
        "_ merupakan",
        "_ is the",
        "disebut _",
        "_ ialah",
        "_ is an",
        "called _",
        "disingkat _",
        "_ means",
    ),
    *(
        "_ yaitu",
        "_ are",
        "_ atau",
        "_ yang disebut",
        "_ was a",
        "called a _",
        "_ berarti",
        "_ artinya",
        "_ yang selanjutnya",
    ),
    *("_ is any", "_ was the", "dinamakan _", "_ refers to", "_ yakni", "called an _", "_ has been", "_ is defined"),
)

_COPULAS: Final = words_in("adalah ialah merupakan yaitu yakni artinya berarti means refers")
_ARTICLES: Final = words_in("a an the")
# After "is": what follows says what it is, and not how.
_SAYS_WHAT: Final = _ARTICLES | words_in("one any known called defined")
_ADVERBS: Final = words_in("simply just basically essentially usually often also generally really actually")
_OCCURS: Final = words_in("occurs terjadi")
_CALLS: Final = words_in("called termed disebut dinamakan")
# May stand before what is defined, and tells nothing of it: "recall that a matrix is ...".
_BEFORE: Final = words_in(
    "recall note dimaksud secara umum istilah kata sederhananya singkatnya umumnya dasarnya word term nah yah jadi"
)
_OPENING: Final = 5
_CLASSES: Final = words_in(
    """
    fungsi istilah program bahasa metode teknik sistem konsep perintah paket modul module pustaka aplikasi kata bahan alat kota
    """
)
_SHORT_FOR: Final = words_in("disingkat disebut")
_THAT_IS: Final = words_in("yaitu yakni")
_NAMING: Final = _ARTICLES | words_in("as sebagai dengan")
# What may stand between what is defined and the word that begins to define it: "MCAS (a function) is a", "IDE itu adalah",
# "Kecamatan atau yang disebut dengan nama lain adalah".
_APPOSITIONS: Final = frozenset('(,‘“"')
_POINTING: Final = words_in("itu ini tersebut sendiri juga also")
_ALSO_CALLED: Final = re.compile(
    r"(?:yang (?:selanjutnya|biasa|sering|juga) |atau |yang )(?:yang )?(?:disebut|disingkat|dikenal)\b|(?:atau|or)(?: [\w-]+){1,6}$"
)
_FARTHEST: Final = 16  # words

# How well a sentence defines what it only names at its end; 1 where it begins with it.
_BY_NAMING: Final = 0.85


def to_be_explained(text: str) -> str:
    """What a question for a definition wants explained, "" where that is no name of something.

    >>> [to_be_explained(t) for t in ("Apa yang dimaksud dengan otonomi daerah?", "What is the rank of a matrix?")]
    ['otonomi daerah', 'rank of a matrix']
    >>> to_be_explained("Apa itu dictionary di Python?"), to_be_explained("what does copyleft mean"), to_be_explained("Apa itu?")
    ('dictionary', 'copyleft', '')
    """
    words = analysis.words(text)
    while words and words[0].text in _ASKING_FOR_IT:
        del words[0]
    while words and words[-1].text in _ASKING_FOR_IT:
        del words[-1]
    cut = next((place for place, word in enumerate(words) if place and word.text in _WHERE), len(words))
    words = words[:cut]
    return text[words[0].start : words[-1].end] if words and len(words) <= _MOST_WORDS else ""


def where_defined(query: Query, thing: str) -> Query:
    """The search for pages that may define `thing`, by the words definitions begin with."""
    name = " ".join(analysis.plain_words(thing))
    phrases = [form.replace("_", name) for form in _FORMS]
    lengths = accumulate(len(phrase.split()) for phrase in phrases)
    clauses = tuple(
        Clause(phrase, BODY, phrase=True)
        for phrase, length in zip(phrases, lengths, strict=True)
        if length <= MAX_WORDS
    )
    return Query(query.text, (Group(clauses, either=True),), query.filters)


def defined(
    text: str, words: Sequence[Word], forms: Sequence[str | None], thing: frozenset[str], *, person: bool = False
) -> float:
    """How well a sentence says what something is, 0..1: "... adalah ...", "... is a ...", "...: ...".

    words: those of `text`. forms: of each the word asked for that it is a form of. thing: the telling words of what is to be
    explained; what is defined holds all of them and nothing else that tells. person: it is somebody.
    """
    places = [place for place, form in enumerate(forms) if form in thing]
    if any(_defines(text, words, forms, thing, end) for end in places) or _heads_an_entry(text, words, forms, thing):
        return 1.0
    return _BY_NAMING if _named(text, words, places, forms, thing, person) else 0.0


def _defines(text: str, words: Sequence[Word], forms: Sequence[str | None], thing: frozenset[str], end: int) -> bool:
    """Whether what is defined ends with a certain word."""
    starts = range(end, max(end - _FARTHEST, -1), -1)
    first = next((start for start in starts if thing.issubset(forms[start : end + 1])), None)
    if first is None or any(_tells(words[n]) and forms[n] not in thing for n in range(first, end)):
        return False
    for copula in range(end + 1, min(end + _FARTHEST, len(words))):
        if _begins_definition(words, copula) and _leads_over(text, words, end, copula):
            before = [word for word, form in zip(words[:first], forms, strict=False) if form not in thing]
            return _may_go_before(text, before, words[first], words[copula].text)
    return False


def _tells(word: Word) -> bool:
    return not analysis.is_stop_word(word.text)


def _may_go_before(text: str, before: Sequence[Word], thing: Word, copula: str) -> bool:
    """Whether what goes before the thing leaves it what is defined: what tells nothing of it, or leads to it."""
    if before and (before[-1].text in _SHORT_FOR or text[thing.start - 1] == "("):
        return True  # "Anggaran Pendapatan dan Belanja Daerah yang selanjutnya disingkat APBD adalah"
    telling = [word for word in before if _tells(word) and word.text not in _BEFORE]
    if len(before) > _FARTHEST:
        return False
    if not telling:
        return True
    opening = text[: thing.start].rstrip().removesuffix(" a").removesuffix(" the").rstrip()
    if len(before) <= _OPENING and opening.endswith(","):  # "In theory, ..."
        return True
    if telling != [before[-1]]:
        return False
    # "fungsi callback merupakan"; "GNU Emacs is an"
    is_class = telling[0].text in _CLASSES and copula in _COPULAS
    is_name = copula in BE and text[telling[0].start : telling[0].end].isupper() and text[thing.start].isupper()
    return is_class or is_name


def _leads_over(text: str, words: Sequence[Word], thing: int, copula: int) -> bool:
    """Whether what stands between the thing and the word that begins to define it leaves it the subject."""
    between = text[words[thing].end : words[copula].start].strip().lstrip('”"’)').strip()
    return (
        not between
        or between[0] in _APPOSITIONS
        or between.lower() in _POINTING
        or _ALSO_CALLED.match(between.lower()) is not None
    )


def _begins_definition(words: Sequence[Word], place: int) -> bool:
    word, after = words[place].text, [word.text for word in words[place + 1 : place + 3]]
    if after and after[0] in _ADVERBS:
        del after[0]
    following = after[0] if after else ""
    return (
        word in _COPULAS
        or (word in BE and following in _SAYS_WHAT)
        or (word == "has" and following == "been" and _SAYS_WHAT.issuperset(after[1:]))
        or (word == "are" and bool(following) and place <= 2)
        or (word in _OCCURS and following in WHENEVER)
    )


def _heads_an_entry(text: str, words: Sequence[Word], forms: Sequence[str | None], thing: frozenset[str]) -> bool:
    """ "Ekosistem: kesatuan makhluk hidup", as in a glossary."""
    head = next(
        (place for place, word in enumerate(words[: len(thing)]) if text[word.end : word.end + 2] == ": "), None
    )
    return head is not None and thing.issuperset(forms[: head + 1]) and thing.issubset(forms[: head + 1 + len(thing)])


def _named(
    text: str,
    words: Sequence[Word],
    places: Sequence[int],
    forms: Sequence[str | None],
    thing: frozenset[str],
    person: bool,
) -> bool:
    """ "... is called an eigenvalue", "... disebut otonomi daerah", "... goroutine, yaitu", "Ian Won, Manager"."""
    for place in places:
        end = place + len(thing)
        if frozenset(forms[place:end]) != thing:
            continue
        following = words[end].text if end < len(words) else ""
        between = text[words[end - 1].end : words[end].start] if following else ""
        if between == ", " and (following in _THAT_IS or (person and _tells_who(text, words, place, end))):
            return True
        at = place - 1
        if at >= 0 and words[at].text in _NAMING:
            at -= 1
        if at > 1 and words[at].text in _CALLS and (not following or analysis.is_stop_word(following)):
            return True
    return False


def _tells_who(text: str, words: Sequence[Word], name: int, after: int) -> bool:
    """Whether what stands after a name and its comma says who that is.

    So do "Alex Alben, vice president" and "Ian Won, Manager"; not "Like Stallman, I", "Lessig, Lawrence" and "When Disney
    created Mickey Mouse, the term".
    """
    following = words[after]
    inverted = after - name == 1 and text[following.start].isupper()
    says = following.text in _ARTICLES or (_tells(following) and not inverted and not following.text.isdigit())
    return says and text[words[name].start].isupper() and words[0].text not in WHENEVER
