"""What a search may have meant when it finds little: another spelling, the beginning of a word, fewer demands. Pure functions."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import product
from typing import Final

from search import analysis
from search.bilingual.abbreviations import is_shouted
from search.matching import is_stop
from search.query import ANYWAY, BODY, Alternative, Clause, Group, Part, Query
from search.query_language import parse, printed, without_signs
from search.results import Spelling, Way
from search.schema import BY_NAME

Spellings = Mapping[str, Sequence[Spelling]]

# A search that finds fewer results than this is tried in another spelling.
FEW_HITS: Final = 3
# Each misspelt word costs a look through the vocabulary; who misspells more of them sees the ladder.
MAX_SPELLED: Final = 4
MAX_WAYS: Final = 6
# A word that some documents hold is taken for a slip when another one stands in this many times as many.
FAR_MORE: Final = 20
# A search that finds more than this has found what it asks for; beside fewer, a rare word may be a slip that several titles share.
FEW_FOR_A_SLIP: Final = 50
# Of such a word, one letter apart from a far commoner one. Of the words that three to twenty of 20,000 records hold and the
# lexicon does not know, 49 of five letters and more have one, most of them names (Franz, Carey) and French; of seven and more 9.
_LONG_ENOUGH: Final = 7
# What another spelling counts beside the word as it was typed, where that was not enough to change the search.
SPELLING_WEIGHT: Final = 0.8
SPELLINGS_BESIDE: Final = 3
MAX_RESPELLED: Final = 6

_SHORTEST_PART: Final = 3
_SHORTEST_BEGINNING: Final = 3
_LONGEST_ACRONYM: Final = 5
_LETTERS_THEN_DIGITS: Final = re.compile(r"([^\W\d_]{2,})(\d{1,4})")


def doubtful_words(query: Query, translated: Query | None = None, known: Set[str] = frozenset()) -> tuple[str, ...]:
    """The folded words of `query` whose spelling may be looked at, in order, no more than MAX_SPELLED.

    translated: `query` with what its words are called in the other language; what is called something is spelt right, and
    so is what is known to be a word or a name, which may be called the same there ("Laos") or nothing ("harus").
    """
    found = dict.fromkeys(
        word
        for clause in query.wanted
        if _may_be_misspelt(clause) and not _is_acronym(clause.text, query.text)
        for word in _words(clause)
    )
    called = (one for one in (translated or query).wanted if any(not other.initials for other in one.others))
    right = known | {word for clause in called for word in _words(clause)}
    return tuple(word for word in found if word not in right and not analysis.is_stop_word(word))[:MAX_SPELLED]


def halves(word: str) -> tuple[tuple[str, str], ...]:
    """The pairs of words that `word` may be, written together: "tanggungjawab" is "tanggung jawab", "covid19" is "covid 19"."""
    if parted := _LETTERS_THEN_DIGITS.fullmatch(word):
        return ((parted[1], parted[2]),)
    places = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1) if word.isalpha() else ()
    return tuple((word[:place], word[place:]) for place in places)


def respelled(query: Query, spellings: Spellings) -> tuple[Query, ...]:
    """`query` with near known spellings of its unknown words, the likeliest first; () when there are none.

    spellings: for its doubtful words, and the halves of those that have none.
    """
    better = {word: found for word in doubtful_words(query) if (found := _better(word, spellings))}
    choices = [[(rank, word, one) for rank, one in enumerate(found)] for word, found in better.items()]
    # Of all ways to choose one for each word, those whose choices are likeliest together.
    chosen = (
        sorted(product(*choices), key=lambda ways: sum(rank for rank, _, _ in ways))[:MAX_RESPELLED] if choices else []
    )
    return tuple(_with_parts(query, _replaced(query.parts, {word: one for _, word, one in ways})) for ways in chosen)


def without_slips(query: Query, spellings: Spellings) -> tuple[Query, ...]:
    """`query` with far commoner words one letter away in place of long ones, for a patron to choose; () when there are none.

    Another ending makes another word: "politis" is no slip for "politik", nor "ekonomis" for "ekonomi".
    """

    def commoner(word: str, near: Spelling) -> bool:
        return near.distance == 1 and near.documents >= FAR_MORE and not near.word.startswith(word[:-1])

    common = {
        word: [one for one in near if one.distance == 0 or commoner(word, one)]
        for word, near in spellings.items()
        if len(word) >= _LONG_ENOUGH
    }
    return respelled(query, common)


def gives_up_known(query: Query, other: Query, spellings: Spellings) -> bool:
    """Whether `other`, a spelling of `query`, lacks one of its words that is no slip by itself: several documents hold it."""
    kept = {word for clause in other.wanted for word in _words(clause)}
    return any(
        word not in kept and _count(word, spellings) >= FEW_HITS for clause in query.wanted for word in _words(clause)
    )


def eased(query: Query, spellings: Spellings) -> Query:
    """`query` with the nearest known spellings beside each unknown word, which it leaves as it is."""
    beside = {
        word: [Alternative((s.word,), SPELLING_WEIGHT) for s in spellings[word][:SPELLINGS_BESIDE]]
        for word in doubtful_words(query)
        if word in spellings and not _count(word, spellings)
    }
    parts = tuple(
        replace(part, others=(*part.others, *beside[part.text.lower()]))
        if isinstance(part, Clause) and not part.phrase and part.text.lower() in beside
        else part
        for part in query.parts
    )
    return replace(query, parts=parts)


def begun(query: Query, spellings: Spellings, doubtful: Collection[str]) -> Query | None:
    """`query` with its last word as the beginning of one, when it is among the doubtful ones and the index does not know it."""
    last = query.parts[-1] if query.parts else None
    if not isinstance(last, Clause) or last.prefix or last.phrase or not _may_be_misspelt(last):
        return None
    words = _words(last)
    if (
        not words
        or words[-1] not in doubtful
        or _count(words[-1], spellings)
        or len(words[-1]) < _SHORTEST_BEGINNING
        or not words[-1].isalpha()
    ):
        return None
    return _with_parts(query, (*query.parts[:-1], replace(last, prefix=True)))


def ways_out(query: Query) -> tuple[Way, ...]:
    """Searches that demand less: without one of the filters, without all, with the words anywhere, without one of the words; totals are 0 yet."""
    ways = [Way("filter", chosen, (), query.without(chosen)) for chosen in query.filters]
    if len(ways) > 1:
        ways.append(Way("filters", None, (), query.without_filters()))
    # Without "kimia", "buku kimia" asks for any book; without "buku" it asks for the same.
    query = replace(query, parts=tuple(_side_by_side(query.parts)))
    anywhere = tuple(one for part in query.parts for one in _anywhere(part))
    if anywhere != query.parts and not any(isinstance(part, Group) for part in query.parts):
        text = printed(anywhere)
        ways.append(Way("anywhere", None, (), replace(query, text=text, parts=parse(text).parts, within=None)))
    content = [part for part in query.parts if not (part.negated or is_stop(part) or _is_had_anyway(part))]
    if len(content) > 1:
        ways += [_without(query, part) for part in content]
    ways += [_without(query, part) for part in query.parts if part.negated and content]
    return tuple(ways[:MAX_WAYS])


def _anywhere(part: Part) -> Iterator[Part]:
    """The words of a wanted clause, wherever and in whatever order they stand; a year, code or number stays where it is asked for."""
    is_text = isinstance(part, Clause) and not part.negated and _is_of_text(part)
    if isinstance(part, Clause) and is_text and (part.field or part.phrase):
        words = without_signs(part.text).split()
        yield from (replace(part, text=word, field=None, phrase=False) for word in words)
    else:
        yield part


def _side_by_side(parts: Iterable[Part]) -> Iterator[Part]:
    """What AND joins, each by itself: all of it is asked for, as of words side by side."""
    for part in parts:
        if isinstance(part, Group) and not (part.either or part.negated):
            yield from _side_by_side(part.parts)
        else:
            yield part


def _is_had_anyway(part: Part) -> bool:
    return isinstance(part, Clause) and part.implied_in == ANYWAY


def _without(query: Query, gone: Part) -> Way:
    left = tuple(part for part in query.parts if part is not gone)
    return Way("words", None, (printed([gone], query.within),), _with_parts(query, left))


def _with_parts(query: Query, parts: Iterable[Part]) -> Query:
    kept = tuple(parts)
    return replace(query, text=printed(kept, query.within), parts=kept)


def _may_be_misspelt(clause: Clause) -> bool:
    return not clause.prefix and _is_of_text(clause)


def _is_of_text(clause: Clause) -> bool:
    field = BY_NAME.get(clause.field or "")
    return clause.field in (None, BODY) or (field is not None and field.kind == "text")


def _is_acronym(text: str, whole: str) -> bool:
    """Whether a word in capitals is the short name of something, not shouted: "BUMD", "audit SPIP"."""
    written = text.isupper() and text.isalpha() and len(text) <= _LONGEST_ACRONYM
    return written and not (len(whole.split()) > 1 and is_shouted(whole))


def _words(clause: Clause) -> list[str]:
    return analysis.plain_words(clause.text)


def _better(word: str, spellings: Spellings) -> list[str]:
    near = spellings.get(word, ())
    itself = _count(word, spellings)
    others = [s.word for s in near if s.distance > 0 and s.documents >= (itself * FAR_MORE or 1)]
    if others or itself:
        return others[:SPELLINGS_BESIDE]
    pairs = [
        (min(_count(left, spellings), _count(right, spellings)), f"{left} {right}") for left, right in halves(word)
    ]
    return [pair for documents, pair in sorted(pairs, reverse=True)[:1] if documents]


def _count(word: str, spellings: Spellings) -> int:
    return next((s.documents for s in spellings.get(word, ()) if s.distance == 0), 0)


def _replaced(parts: Iterable[Part], instead: Mapping[str, str]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, Group):
            yield replace(part, parts=tuple(_replaced(part.parts, instead)))
        elif _may_be_misspelt(part) and any(word in instead for word in _words(part)):
            words = [instead.get(word, word) for word in _words(part)]
            if part.phrase or part.negated or part.field:
                yield replace(part, text=" ".join(words), phrase=part.phrase or len(words) > 1, others=())
            else:
                yield from (replace(part, text=one, others=()) for word in words for one in word.split())
        else:
            yield part
