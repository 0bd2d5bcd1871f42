"""What a document need not say: that it is a book or tells how to, in what year it came out, or, in Indonesian, that it is about
Indonesia."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Final, TypeGuard

from search import analysis
from search.analysis import GIVEN_NAMES, HONORIFICS
from search.interrogatives import FILLING, interrogative
from search.matching import ALL_REQUIRED, is_stop
from search.query import ANYWAY, Alternative, Clause, Group, Part, Query, words_of
from search.query_language import parse

# A country whose language is hardly written elsewhere, and that language's code (ISO 639-2). What it gains:
# docs/decisions/0004-fusion.md.
COUNTRIES: Final[Mapping[str, str]] = {"indonesia": "ind"}
# What a patron calls anything that a library has, before what it is to be about. A title made of the word ("Buku Pintar") comes
# first all the same.
THINGS: Final = frozenset(("buku", "book", "books"))
# What a patron says before the name of an author, and how many of the words after it are looked for in names: "karya Tere Liye",
# "works by Jared Diamond"; "karya sastra" and "tulisan tangan" name none.
_BEFORE_A_NAME: Final = frozenset(
    ("karya", "karangan", "tulisan", "ditulis", "dikarang", "penulis", "pengarang", "works", "written", "author")
)
_WORDS_OF_A_NAME: Final = 2
# Honorifics that name nothing else: "ibu kota Bitung" is no mother, and "pendeta gereja Minahasa" no book by that church.
_ALSO_NOUNS: Final = frozenset(
    ("bapak", "haji", "hajjah", "ibu", "jenderal", "kiai", "kyai", "pastor", "pendeta", "profesor", "professor", "romo")
)
_SAID_OF_PERSONS: Final = HONORIFICS - _ALSO_NOUNS
# "How to" is grammar already.
_HOW_TO: Final = "cara"
# A year that a book may have come out in: "Sugiyono 2019", "Erlangga 2009".
_YEAR: Final = re.compile(r"(1[5-9]|20)\d\d")
_BEFORE_A_YEAR: Final = frozenset(("tahun", "thn", "th", "year"))
# What a patron says before the name of a publisher: "penerbit Erlangga".
_BEFORE_A_PUBLISHER: Final = frozenset(("penerbit", "terbitan", "diterbitkan", "publisher", "published"))
# What a firm is by law, which catalogues leave out: "PT Gramedia".
_FIRMS: Final = frozenset(("pt", "cv", "ud", "tbk", "inc", "ltd"))
# What an assignment is to say of its matter, or what it is to become: titles name the matter alone.
_OF_AN_ASSIGNMENT: Final = frozenset((
    "pengertian", "definisi", "arti", "maksud", "contoh", "macam", "jenis", "ciri", "fungsi", "tujuan", "manfaat", "kegunaan",
    "peran", "peranan", "dampak", "akibat", "penyebab", "kelebihan", "kekurangan", "keuntungan", "kerugian", "perbedaan",
    "latar belakang", "rumusan", "masalah", "kesimpulan", "rangkuman", "ringkasan", "kliping", "makalah", "materi", "tugas",
    "definition", "meaning", "example", "examples", "types", "kinds", "benefits", "advantages", "disadvantages", "summary", "essay",
))  # fmt: skip
# "Bahasa Indonesia" is no book's place.
_NAMED_BY: Final = frozenset(("bahasa", "sastra", "kamus"))
# A question of more words than this says more than what it asks for.
_LONG_QUESTION: Final = 6


def with_implied(query: Query) -> Query:
    """`query`, in which documents in the language of a country count as holding its name, those of a year as holding that, and all
    as holding "buku" or "cara" at its beginning, where other words are asked for beside it and all of them are required."""
    asked = tuple(_with_years_whole(query.parts)) if _YEAR.search(query.text) else query.parts
    content = [part for part in asked if not is_stop(part) and not (isinstance(part, Clause) and part.negated)]
    if query.loose or not 1 < len(content) <= ALL_REQUIRED:
        return query
    before = (None, *asked)
    things = sum(1 for _ in takewhile(_is_thing, asked))  # "buku buku laut" is "buku-buku laut"
    for leading in (things, 0):
        rest = (_implied(part, last) for part, last in zip(asked[leading:], before[leading:], strict=False))
        parts = (*_anyway(asked[:leading]), *rest)
        if any(part in content or _YEAR.fullmatch(_implied_in(part)) for part in parts):
            return replace(query, parts=parts)
    return query


def _with_years_whole(parts: Iterable[Part]) -> Iterator[Part]:
    """ "Tahun 2017" as one clause, of which the number is enough: nobody looks for "tahun"."""
    said: Part | None = None
    for part in parts:
        if isinstance(said, Clause) and isinstance(part, Clause) and _YEAR.fullmatch(year := _word(part)):
            yield replace(part, text=f"{said.text} {part.text}", others=(Alternative((year,), 1.0),), implied_in=year)
            said = None
            continue
        if said is not None:
            yield said
        said = part if _word(part) in _BEFORE_A_YEAR else None
        if said is None:
            yield part
    if said is not None:
        yield said


def asks(query: Query) -> bool:
    """Whether what is looked for is a question: the title in "who wrote Saman?" is none, nor "laut" in "ada buku apa tentang laut?"."""
    asked = " ".join(clause.text for clause in query.wanted)
    # Where every word is looked for, so is its question mark: "gunung tertinggi di Indonesia?"
    whole = analysis.plain_words(asked) == analysis.plain_words(query.text)
    return interrogative(query.text if whole else asked) is not None


def with_little_filling(query: Query) -> Query:
    """A question, in which words that only say what kind of thing is asked for count where they stand, and need not; as many as there
    is room for beside the others, all of which are required, the last of them. Of a paragraph some words are enough anyway."""
    content = [part for part in query.parts if not is_stop(part) and not part.negated]
    filling = [part for part in content if _word(part) in FILLING]
    telling = len(content) - len(filling)
    if not filling or not telling or len(content) > _LONG_QUESTION:
        return query
    room = 0 if query.loose else max(0, ALL_REQUIRED - telling)
    kept = filling[-room:] if room else []
    parts = (part for part in query.parts if part in kept or part not in filling)
    return replace(query, parts=tuple(_need_not(part) if part in kept else part for part in parts))


def without_by_whom(query: Query) -> Query | None:
    """`query` without what says only that a name follows, in which the words after it must stand in the names of contributors:
    "Tere Liye" of "karya Tere Liye", "Dan Brown" of "karya Dan Brown", while "penulis perempuan Minahasa" finds no such name;
    so must those after an honorific, "Ust. Felix Siauw". None for any other."""
    asked = [part for part in query.parts if not part.negated and (_word(part) in GIVEN_NAMES or not is_stop(part))]
    leading = list(takewhile(_leads_to_a_name, asked))
    named = [part for part in asked if part not in leading and (part is asked[len(leading)] or not is_stop(part))]
    words = _WORDS_OF_A_NAME if leading else 1 + _WORDS_OF_A_NAME
    name = _name_of(named, words)
    if not name or not (leading or _word(name[0]) in _SAID_OF_PERSONS):
        return None
    parts = (_in_a_name(part) if part in name else part for part in query.parts if part not in leading)
    return replace(query, parts=tuple(parts))


def _name_of(parts: Sequence[Part], words: int) -> Sequence[Part]:
    """The first of some parts that are so many words together, in quotes or not, or end in a known name; () where they are not, or
    are asked for elsewhere."""
    held = 0
    for count, part in enumerate(parts, start=1):
        if not isinstance(part, Clause) or part.field or part.prefix or part.negated:
            break
        held += len(analysis.plain_words(part.text))
        if held >= words or _is_known_person(part):
            return parts[:count]
    return ()


def _is_known_person(part: Clause) -> bool:
    return any(other.of_name and not other.initials for other in part.others)


def with_publisher_named(query: Query) -> Query | None:
    """`query` without "penerbit" at its beginning, in which the words after it must stand in the names of publishers, a year apart,
    and what kind of firm it is counts where it stands; None for any other."""
    asked = [part for part in query.parts if not (part.negated or is_stop(part))]
    leading = list(takewhile(lambda part: _word(part) in (*THINGS, *_BEFORE_A_PUBLISHER), asked))
    if leading == asked:  # the name is one of words that say little elsewhere: "penerbit Antara"
        asked += [part for part in query.parts if not part.negated and part not in leading]
    telling = [part for part in asked[len(leading) :] if _word(part) not in _FIRMS]
    named = [part for part in asked[len(leading) :] if not _YEAR.fullmatch(_implied_in(part))]
    if (
        not any(_word(part) in _BEFORE_A_PUBLISHER for part in leading)
        or not telling
        or not all(map(_is_anywhere, named))
    ):
        return None
    parts = (_of_publisher(part) if part in named else part for part in query.parts if part not in leading)
    return replace(query, parts=tuple(parts))


def _of_publisher(part: Part) -> Part:
    named = _in_a_name(part, "publisher")
    return _need_not(named) if _word(part) in _FIRMS else named


def with_matter_alone(query: Query) -> Query | None:
    """`query`, in which the matter of an assignment must stand and what is to be said of it counts where it does: "terumbu karang"
    of "pengertian terumbu karang"; None where it does not ask for both."""
    said = [part for part in query.parts if _is_anywhere(part) and _is_of_an_assignment(part)]
    matter = [part for part in query.parts if not (part.negated or is_stop(part) or _is_anyway(part) or part in said)]
    if query.loose or not said or not matter:
        return None
    return replace(query, parts=tuple(_need_not(part) if part in said else part for part in query.parts))


def _is_of_an_assignment(part: Clause) -> bool:
    """ "Jenis-jenis" and "jenis2" are "jenis"."""
    words = [word.removesuffix("2") for word in analysis.plain_words(part.text)]
    return " ".join(dict.fromkeys(words)) in _OF_AN_ASSIGNMENT


def _is_anyway(part: Part) -> bool:
    return _implied_in(part) == ANYWAY


def _in_a_name(part: Part, field: str = "contributor") -> Part:
    if not isinstance(part, Clause):
        return part
    others = tuple(other for other in part.others if other.of_name)
    return replace(part, field=field, others=others, implied_in=None)


def with_names_alone(query: Query) -> Query | None:
    """`query`, in which what is asked for in the names of contributors must stand and other words count where they do: of a novel
    the record need not say that it is one; None where it does not ask for both."""
    if not any(isinstance(part, Clause) and part.field == "contributor" and not part.negated for part in query.parts):
        return None
    changed = tuple(_need_not(part) if _is_anywhere(part) else part for part in query.parts)
    return replace(query, parts=changed, loose=True) if changed != query.parts else None


def with_names_anywhere(query: Query) -> Query | None:
    """`query`, in which what was read as a name must stand anywhere: nobody is called "ibu hamil" of "buku karya ibu hamil". Other
    words count where they do; None where no name was read, as in "pengarang:hamil", which asks for it in so many words, and for
    "karya Dan Brown", of which only "Brown" would be looked for."""
    typed = set(_named_words(parse(query.text, within=query.within).wanted))
    names = [
        part for part in query.parts if isinstance(part, Clause) and part.field == "contributor" and not part.negated
    ]
    words = tuple(replace(part, field=None) for part in names if not is_stop(part))
    if not words or any(word in typed or word in GIVEN_NAMES for word in _named_words(names)):
        return None
    others = (_need_not(part) if _is_anywhere(part) else part for part in query.parts if part not in names)
    return replace(query, parts=(*others, Group(words)), loose=True)


def _named_words(clauses: Iterable[Clause]) -> Iterator[str]:
    """Words, folded, that are asked for in the names of contributors; those of a known name are one clause."""
    return words_of(clause for clause in clauses if clause.field == "contributor")


def _is_anywhere(part: Part) -> TypeGuard[Clause]:
    return isinstance(part, Clause) and not (part.field or part.phrase or part.prefix or part.negated)


def _anyway(parts: Iterable[Part]) -> Iterator[Part]:
    return (_need_not(part) for part in parts if isinstance(part, Clause))


def _need_not(part: Part) -> Part:
    return replace(part, implied_in=ANYWAY) if isinstance(part, Clause) else part


def _is_thing(part: Part) -> bool:
    return _word(part) in (*THINGS, _HOW_TO)


def _leads_to_a_name(part: Part) -> bool:
    return _word(part) in _BEFORE_A_NAME


def _word(part: Part) -> str:
    """The word, folded, where a part is a plain one anywhere."""
    if not _is_anywhere(part):
        return ""
    words = analysis.plain_words(part.text)
    return words[0] if len(words) == 1 else ""


def _implied_in(part: Part) -> str:
    return (part.implied_in or "") if isinstance(part, Clause) else ""


def _implied(part: Part, before: Part | None) -> Part:
    word = _word(part)
    language = COUNTRIES.get(word)
    if isinstance(part, Clause) and _YEAR.fullmatch(word):
        return replace(part, implied_in=word)
    if not isinstance(part, Clause) or language is None:
        return part
    named = isinstance(before, Clause) and analysis.fold(before.text) in _NAMED_BY
    return part if named else replace(part, implied_in=language)
