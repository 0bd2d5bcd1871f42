"""Forms of Indonesian words that no source may show: passives of known verbs, nouns in ber-, loans spelt by rule.

Spelling of loans: "Pedoman Umum Pembentukan Istilah" (Indonesian language authority, 2007), chapter on spelling and
endings taken over from foreign languages; the commonest rules only.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

# Whole endings go first, longest first; each with how Indonesian writes it.
_ENDINGS: Final = (
    ("ization", "isasi"), ("isation", "isasi"), ("ological", "ologis"), ("ation", "asi"), ("ition", "isi"),
    ("ction", "ksi"), ("ption", "psi"), ("ution", "usi"), ("ssion", "si"), ("sion", "si"), ("tion", "si"),
    ("ology", "ologi"), ("graphy", "grafi"), ("nomy", "nomi"), ("metry", "metri"), ("pathy", "pati"),
    ("ically", "is"), ("ical", "is"), ("ical", "ik"), ("ics", "ik"), ("ic", "ik"), ("ic", "is"),
    ("ility", "ilitas"), ("ity", "itas"), ("ty", "tas"), ("ancy", "ansi"), ("ency", "ensi"), ("cracy", "krasi"),
    ("ance", "ansi"), ("ence", "ensi"), ("ance", "ans"), ("ence", "ens"), ("ism", "isme"), ("ist", "is"),
    ("ive", "if"), ("ary", "er"), ("ure", "ur"), ("age", "ase"), ("ment", "men"), ("ant", "an"), ("ent", "en"),
    ("able", "abel"), ("ible", "ibel"), ("ter", "ter"), ("tre", "ter"), ("ian", "ian"), ("al", "al"), ("al", "is"),
    ("ous", "us"), ("ia", "ia"), ("sis", "sis"), ("gen", "gen"), ("ine", "in"), ("ide", "ida"), ("ase", "ase"),
    ("land", "landia"), ("tient", "sien"), ("cient", "sien"), ("ose", "osis"),
    ("ct", "k"), ("pt", "p"), ("rt", "r"), ("rd", "r"), ("nd", "n"), ("st", "s"),
)  # fmt: skip
# Where none of those fits, or besides one of two letters.
_LAST: Final = (("y", "i"), ("e", ""), ("", ""))
_LETTERS: Final = (
    (re.compile(r"sch"), "sk"), (re.compile(r"ph"), "f"), (re.compile(r"th"), "t"), (re.compile(r"rh"), "r"),
    (re.compile(r"ch(?=[aour])"), "k"), (re.compile(r"ch"), "k"), (re.compile(r"qu"), "ku"),
    (re.compile(r"cc(?=[ei])"), "ks"), (re.compile(r"c(?=[eiy])"), "s"), (re.compile(r"c"), "k"),
    (re.compile(r"x"), "ks"), (re.compile(r"ae|oe"), "e"), (re.compile(r"(?<=[^aeiou])y(?=[^aeiou]|$)"), "i"),
    (re.compile(r"ou"), "u"), (re.compile(r"v$"), "f"), (re.compile(r"([bdfglmnprst])\1"), r"\1"),
    (re.compile(r"kk"), "k"),
)  # fmt: skip
LEAST_LETTERS: Final = 5  # shorter loans are as often false friends


def loans(word: str) -> frozenset[str]:
    """How Indonesian would write an English word that it took over; not always a word there is.

    >>> sorted(loans("confirmation") & {"konfirmasi"}), sorted(loans("clinical") & {"klinis"})
    (['konfirmasi'], ['klinis'])
    >>> sorted(loans("photography") & {"fotografi"}), sorted(loans("authority") & {"otoritas"})
    (['fotografi'], ['otoritas'])
    >>> loans("book")
    frozenset()
    """
    if len(word) < LEAST_LETTERS:
        return frozenset()
    fitting = [pair for pair in _ENDINGS if word.endswith(pair[0]) and len(word) - len(pair[0]) >= 2]
    if all(len(ending) < 3 for ending, _ in fitting):
        fitting += [pair for pair in _LAST if word.endswith(pair[0])][:1]
    found: set[str] = set()
    for ending, instead in fitting:
        stem = word[: len(word) - len(ending)]
        found.update(_spelt(start) + instead for start in (stem, re.sub(r"^au(?=th|to)", "o", stem)))
    return frozenset(found - {word})


def _spelt(stem: str) -> str:
    for pattern, instead in _LETTERS:
        stem = pattern.sub(instead, stem)
    return stem


def having(noun: str) -> str:
    """The verb "to have, to be with" of a noun.

    >>> having("budaya"), having("risiko")
    ('berbudaya', 'berisiko')
    """
    return "be" + noun if noun.startswith("r") else "ber" + noun


_VOWELS: Final = "aeiou"


def passives(verb: str, known: Collection[str]) -> Iterator[str]:
    """The di- and ter- forms of an active verb in me-; nothing for another word.

    known: words; where the first letter of the root was swallowed, they decide which it was.

    >>> list(passives("merawat", ())), list(passives("menulis", {"tulis"})), list(passives("mengirim", {"kirim"}))
    (['dirawat', 'terawat'], ['ditulis', 'tertulis'], ['dikirim', 'terkirim'])
    >>> list(passives("meja", ()))
    []
    """
    for root in _roots(verb, known):
        yield "di" + root
        if not verb.endswith("kan"):  # those are rare
            yield "te" + root if root.startswith("r") else "ter" + root


def _roots(verb: str, known: Collection[str]) -> list[str]:
    for prefix, keeps, swallowed in (
        ("meny", "", "s"), ("meng", "ghk", "k"), ("mem", "bfpv", "p"), ("men", "cdjtzs", "t"), ("me", "lmnrwy", ""),
    ):  # fmt: skip
        rest = verb[len(prefix) :]
        if not verb.startswith(prefix) or len(rest) < 3:
            continue
        if rest[0] in keeps:
            return [rest]
        if rest[0] in _VOWELS and swallowed:
            # "mengambil" keeps its vowel, "mengirim" has lost a k.
            possible = [swallowed + rest, rest] if prefix == "meng" else [swallowed + rest]
            return [root for root in possible if root in known][:1] or possible
    return []
