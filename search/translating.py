"""A query in both languages: beside each word what the lexicon calls it in the other one, and what means the same in its own."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, chain, groupby
from typing import Final

from search import analysis
from search.analysis import LANGUAGES, Language
from search.bilingual.abbreviations import WrittenOut, is_short_name, stands_for, written_out
from search.bilingual.lexicon import MAX_PHRASE, Expansion, Lexicon, shown
from search.bilingual.persons import also_called, words_of_name
from search.bilingual.synonyms import synonyms
from search.matching import is_stop
from search.numerals import ROMAN
from search.query import BODY, Alternative, Clause, Group, Part, Query

# What the likeliest translation counts of the word itself. With 0.8, words alone, English questions of Indonesian
# paragraphs gain 0.015 nDCG@10 (tests.relevance, half for tuning), Indonesian ones of English none, and questions within
# Indonesian lose 0.015; with meaning beside the words all are level.
TRANSLATED: Final = 0.6

# What a short name counts that is a word of grammar besides, where it stands in a title or heading: a title alone has the weight 8.
SHORT_IN_HEADINGS: Final = 0.1

# What another word for the same counts of the word itself.
SYNONYM: Final = 0.7
_SPELT_ALIKE: Final = 4  # letters: beside "color" a patron need not be told of "colour"

# Where words are words of a language; names and publishers are not translated.
TRANSLATED_FIELDS: Final = frozenset({None, "title", "subject", "genre", BODY})
_AUTHOR: Final = "contributor"
# Where a person may be called something.
_NAMED_FIELDS: Final = TRANSLATED_FIELDS | {_AUTHOR}
# So many initials are written together: "JK Rowling", "JRR Tolkien".
_INITIALS: Final = (2, 3)

_LETTERS: Final = re.compile(r"[^\W\d_]+")

# Words that a number follows: of school years, volumes, parts, wars.
_NUMBERED: Final = frozenset((
    "kelas", "kls", "jilid", "volume", "vol", "bagian", "bab", "semester", "tingkat", "buku", "seri",
    "grade", "class", "part", "book", "chapter", "series", "perang dunia", "world war",
))  # fmt: skip
_ORDINAL: Final = "ke"  # may stand before it: "kelas ke 8", "perang dunia ke-2"
# A number in either form, and the other one.
_OTHER_FORM: Final = {roman: str(number) for roman, number in ROMAN.items()} | {
    str(number): roman for roman, number in ROMAN.items()
}


def translated(query: Query, lexicon: Lexicon) -> tuple[Query, tuple[str, ...]]:
    """`query` with its translations, synonyms and other names of persons beside its words, and those worth telling a patron.

    Words of a set phrase, and of such a name, become one clause. Phrases in quotes and beginnings of words stay alone, and so does
    what is unwanted, but for persons: who keeps out Bung Karno keeps out Sukarno.
    """
    told: list[str] = []
    named = _with_other_names(_ordinals_apart(query.parts), lexicon, told)
    parts = tuple(_translated(named, lexicon, told, query.text))
    if len(parts) > 1:  # beside a name
        parts = tuple(_with_letters_apart(part, lexicon) for part in parts)
    once: dict[str, str] = {}
    for one in told:  # "Quran" and "quran" are one
        once.setdefault(analysis.fold(one), one)
    return replace(query, parts=parts), tuple(once.values())


def _ordinals_apart(parts: Iterable[Part]) -> Iterator[Part]:
    """ "Ke-2" in two, so that "perang dunia ke-2" is a set phrase and "kelas ke-2" has a number."""
    for part in parts:
        words = analysis.plain_words(part.text) if isinstance(part, Clause) and _is_plain(part) else []
        if isinstance(part, Clause) and len(words) == 2 and words[0] == _ORDINAL and words[1] in _OTHER_FORM:
            yield from (replace(part, text=word) for word in words)
        else:
            yield part


def _with_other_names(parts: Iterable[Part], lexicon: Lexicon, told: list[str]) -> Iterator[Part]:
    """Names of known persons with what else they are called: "Bung Karno" with "Sukarno", "Ibnu Sina" with "Avicenna"."""
    for named, run in groupby(parts, key=_named_in):
        if named is None:
            yield from (_no_name_by_itself(part, lexicon, told) for part in run)
        else:
            yield from _names_among([part for part in run if isinstance(part, Clause)], lexicon, told)


def _no_name_by_itself(part: Part, lexicon: Lexicon, told: list[str]) -> Part:
    if isinstance(part, Group):
        return _group_with_other_names(part, lexicon, told)
    return _with_names_of(part) if part.negated else part


def with_names_of_quoted(query: Query) -> tuple[Query, tuple[str, ...]]:
    """`query` with the other names of persons beside those in quotes, and those of them worth telling. Quotes mean the words in them,
    so this is for where nothing holds those.

    >>> with_names_of_quoted(Query(parts=(Clause("karya"), Clause("Gus Dur", phrase=True))))[1]
    ('Abdurrahman Wahid',)
    """
    parts = tuple(map(_quoted_with_names, query.parts))
    told: list[str] = []
    for clause in query.wanted if parts != query.parts else ():
        if clause.phrase:
            words = analysis.plain_words(clause.text)
            told += _worth_telling(words, {name: analysis.plain_words(name) for name in also_called(words)})
    return replace(query, parts=parts), tuple(told)


def _quoted_with_names(part: Part) -> Part:
    if isinstance(part, Group):
        return part if part.negated else replace(part, parts=tuple(map(_quoted_with_names, part.parts)))
    return _with_names_of(part) if part.phrase and not part.negated else part


def _with_names_of(clause: Clause) -> Clause:
    """A clause with the other names of the person whose whole name it is."""
    if clause.field not in _NAMED_FIELDS or clause.prefix:
        return clause
    names = (tuple(analysis.plain_words(name)) for name in also_called(analysis.plain_words(clause.text)))
    return replace(clause, others=(*clause.others, *(Alternative(name, 1.0, of_name=True) for name in names)))


def _group_with_other_names(part: Group, lexicon: Lexicon, told: list[str]) -> Part:
    """ "Soekarno ATAU Soeharto": what stands on either side of "or" is a name by itself. Who is not wanted is so in quotes too."""
    if part.negated:
        part, told = replace(part, parts=tuple(map(_quoted_with_names, part.parts))), []
    sides = [[one] for one in part.parts] if part.either else [part.parts]
    return replace(part, parts=tuple(one for side in sides for one in _with_other_names(side, lexicon, told)))


def _named_in(part: Part) -> tuple[str | None] | None:
    """The field in which a part may name a person, None where it names none."""
    return (part.field,) if isinstance(part, Clause) and part.field in _NAMED_FIELDS and _is_alone(part) else None


def _names_among(run: Sequence[Clause], lexicon: Lexicon, told: list[str]) -> Iterator[Clause]:
    words = [analysis.plain_words(clause.text) for clause in run]
    place = 0
    while place < len(run):
        count = words_of_name(list(chain.from_iterable(words[place:])))
        ends = [end for end, held in enumerate(accumulate(map(len, words[place:])), place + 1) if held == count]
        if not count or not ends or _in_set_phrase(words, place, ends[0], lexicon):
            yield run[place]
            place += 1
            continue
        asked = list(chain.from_iterable(words[place : ends[0]]))
        others = {name: tuple(analysis.plain_words(name)) for name in also_called(asked)}
        told += _worth_telling(asked, others)
        text = " ".join(clause.text for clause in run[place : ends[0]])
        weighed = (Alternative(one, min(1.0, count / len(one)), of_name=True) for one in others.values())
        yield replace(run[place], text=text, others=tuple(weighed))
        place = ends[0]


def _worth_telling(asked: Sequence[str], others: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Of some names with their words those that are not nearly what was asked for, or what was told before."""
    known = set(analysis.stems(asked))
    for name, words in others.items():
        forms = analysis.stems(words)
        if known.isdisjoint(forms):
            known.update(forms)
            yield name


def _in_set_phrase(words: Sequence[Sequence[str]], start: int, end: int, lexicon: Lexicon) -> bool:
    """Whether a name is a part of what is called something as a whole: "universitas Sam Ratulangi"."""
    return any(
        lexicon.knows(list(chain.from_iterable(words[first:last])))
        for first in range(max(0, end - MAX_PHRASE), start + 1)
        for last in range(end, min(len(words), first + MAX_PHRASE) + 1)
        if (first, last) != (start, end)
    )


def _with_letters_apart(part: Part, lexicon: Lexicon) -> Part:
    """Letters that may be somebody's initials, written together, as a catalogue has them: "J. K." for "JK"."""
    if _named_in(part) is None or not isinstance(part, Clause):
        return part
    word = analysis.fold(part.text)
    if not (len(word) in _INITIALS and word.isascii() and word.isalpha()) or is_stop(part):
        return part
    meaning = lexicon.knows([word]) or is_short_name(word) or word in ROMAN or word in _NUMBERED
    if word in analysis.HONORIFICS or (meaning and part.field != _AUTHOR):
        return part
    return replace(part, others=(Alternative(tuple(word), 1.0, of_name=True),))


def meant(query: Query) -> str:
    """The wanted words, for their meaning: "WHO" and "KUHP" mean what they are short for, and "buku MIN" no other books.

    What is short for two things ("UN") stays, as what it means is between them and neither.
    """

    def said(clause: Clause) -> str:
        if not _is_word(clause):
            return clause.text.rstrip("!")
        long = written_out(clause.text, query.text)
        names = long.indonesian if long else (stands_for(clause.text),)
        return f"{clause.text} {names[0]}" if len(names) == 1 and names[0] else clause.text.rstrip("!")

    return " ".join(map(said, query.wanted))


def as_spelled_today(text: str, lexicon: Lexicon) -> str:
    """A text in which Indonesian words are spelled as since 1972, for their meaning: models were taught today's."""

    def today(found: re.Match[str]) -> str:
        folded = analysis.fold(found[0])
        spelled = lexicon.as_spelled_today(folded)
        return spelled if spelled != folded else found[0]

    return _LETTERS.sub(today, text)


def _translated(parts: Iterable[Part], lexicon: Lexicon, told: list[str], text: str) -> Iterator[Part]:
    """text: that of the whole query, in which a short name is told by its capitals."""
    run: list[Clause] = []
    for part in parts:
        long = written_out(part.text, text) if isinstance(part, Clause) and _is_word(part) else None
        if isinstance(part, Clause) and long and not _ends_phrase(run, part, lexicon):
            yield from _run(run, lexicon, told)
            run = []
            yield _with_long_forms(part, long, told)
            continue
        if isinstance(part, Clause) and _is_word(part) and (not run or run[0].field == part.field):
            run.append(part)
            continue
        yield from _run(run, lexicon, told)
        run = [part] if isinstance(part, Clause) and _is_word(part) else []
        if isinstance(part, Group) and not part.negated:
            # Side by side in a group, words are apart: "temu ATAU kembali" is no set phrase.
            yield replace(
                part, parts=tuple(one for each in part.parts for one in _translated([each], lexicon, told, text))
            )
        elif not run:
            yield _compound(part, lexicon, told) if isinstance(part, Clause) and _is_plain(part) else part
    yield from _run(run, lexicon, told)


def _ends_phrase(run: Sequence[Clause], short: Clause, lexicon: Lexicon) -> bool:
    """Whether a short name is the end of a set phrase, as in "dolar AS", which says more than what it is short for."""
    if not run or run[-1].field != short.field:
        return False
    words = [*analysis.plain_words(run[-1].text), *analysis.plain_words(short.text)]
    return lexicon.knows(words)


def _with_long_forms(clause: Clause, long: WrittenOut, told: list[str]) -> Clause:
    """A short name with what it is short for. One that is a word of grammar besides, as "WHO", gives way to that, and counts in
    titles and headings alone. Any other counts as much as that, whose words would else count each by itself."""
    told += (long.indonesian[0], long.english[0])
    own = [tuple(analysis.plain_words(form)) for form in long.indonesian]
    english = [Alternative(tuple(analysis.plain_words(form)), TRANSLATED) for form in long.english]
    if not is_stop(clause):
        forms = (*(Alternative(words, 1.0) for words in own), *english)
        return replace(clause, others=tuple(replace(one, weight=one.weight / len(one.words)) for one in forms))
    short = Alternative(tuple(analysis.plain_words(clause.text)), SHORT_IN_HEADINGS, heading=True)
    others = (short, *(Alternative(words, 1.0) for words in own[1:]), *english)
    return replace(clause, text=" ".join(own[0]), others=others)


def _run(run: Sequence[Clause], lexicon: Lexicon, told: list[str]) -> Iterator[Clause]:
    before = ""
    translations: list[str] = []
    same: list[str] = []
    spoken = lexicon.spoken([analysis.plain_words(clause.text)[0] for clause in run])
    for each in _with_translations(run, lexicon, translations):
        word = analysis.fold(each.text)
        clause = _with_synonyms(each, lexicon, same, spoken(word))
        yield _numbered(clause, word) if before in _NUMBERED else clause
        before = before if word == _ORDINAL else word
    told += (*translations, *same)


def _numbered(clause: Clause, number: str) -> Clause:
    """ "Kelas VIII" is "kelas 8" and the reverse: beside the number stands its other form, and no translation."""
    other = _OTHER_FORM.get(number)
    return replace(clause, others=(Alternative((other,), 1.0),)) if other else clause


def _with_translations(run: Sequence[Clause], lexicon: Lexicon, told: list[str]) -> Iterator[Clause]:
    words = [analysis.plain_words(clause.text)[0] for clause in run]
    place = 0
    expansions = lexicon.expand(words) if run else ()
    told += shown(words, expansions)
    for expansion in expansions:
        yield from run[place : expansion.start]
        place = expansion.end
        text = " ".join(clause.text for clause in run[expansion.start : expansion.end])
        yield replace(run[expansion.start], text=text, others=_alternatives(expansion, text))
    yield from run[place:]


def _compound(clause: Clause, lexicon: Lexicon, told: list[str]) -> Clause:
    """What is written together of several words, "sehari-hari" or "al-qur'an", with what it is called as a whole."""
    words = analysis.plain_words(clause.text)
    whole = [one for one in lexicon.expand(words) if (one.start, one.end) == (0, len(words))]
    told += shown(words, whole)
    return _with_synonyms(
        replace(clause, others=_alternatives(whole[0], clause.text)) if whole else clause, lexicon, told
    )


def _with_synonyms(clause: Clause, lexicon: Lexicon, told: list[str], spoken: Language | None = None) -> Clause:
    """spoken: the language of what it stands in. "The Koran" is no "surat kabar"."""
    words = analysis.plain_words(clause.text)
    in_both = spoken is not None and all(lexicon.knows(words, language) for language in LANGUAGES)
    same = synonyms(words, spoken if in_both else None)
    folded = [tuple(analysis.plain_words(one)) for one in same] or _spelt_otherwise(words)
    if not folded:
        return clause
    told += (one for one in same if not _spelt_alike(one, clause.text.lower()))
    beside = [Alternative(one, SYNONYM * min(1.0, len(words) / len(one))) for one in folded]
    return replace(clause, others=(*beside, *(other for other in clause.others if other.words not in folded)))


def _spelt_otherwise(words: Sequence[str]) -> list[tuple[str, ...]]:
    """A set phrase with one of its words in another spelling: "labor law" beside "labour law"."""
    if len(words) == 1:
        return []
    return [
        (*words[:place], *analysis.plain_words(other), *words[place + 1 :])
        for place, word in enumerate(words)
        for other in synonyms([word])
        if _spelt_alike(other, word)
    ]


def _spelt_alike(one: str, other: str) -> bool:
    return one[:_SPELT_ALIKE] == other[:_SPELT_ALIKE]


def _alternatives(expansion: Expansion, text: str) -> tuple[Alternative, ...]:
    """What stands in for `text`. What a short name stands for is no translation of it, and counts as much as itself."""
    # The words of a translation are scored together, so one that is longer than the phrase itself counts no more.
    # What is missing of all weights is that of the words themselves: "rendang" is "rendang" in English long before it is "leafy".
    own = 1.0 - sum(other.weight for other in expansion.alternatives)
    asked, best = expansion.end - expansion.start, max(own, expansion.alternatives[0].weight)
    long = tuple(analysis.plain_words(stands_for(text)))
    return tuple(
        Alternative(
            other.words,
            (1.0 if other.words == long else TRANSLATED * other.weight / best) * min(1.0, asked / len(other.words)),
        )
        for other in expansion.alternatives
    )


def _is_word(clause: Clause) -> bool:
    return _is_plain(clause) and len(analysis.plain_words(clause.text)) == 1


def _is_plain(clause: Clause) -> bool:
    """Whether a translation may stand beside it."""
    return _is_alone(clause) and clause.field in TRANSLATED_FIELDS


def _is_alone(clause: Clause) -> bool:
    """Whether it is neither marked by the patron nor has anything beside it yet."""
    return not (clause.negated or clause.phrase or clause.prefix or clause.others)
