"""What patrons write for a code of the catalogue, as after `bahasa:` and `format:`, read into the code.

The words are those of plain language (search/reading/*.toml), in either language of the portal.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from typing import Final, TypeAlias

from search import analysis
from search.analysis import fold
from search.reading.phrases import tables

# ISO 639-1, as readers know it from web addresses, and the T codes of ISO 639-2 where MARC 21 has the B code.
_SHORT_LANGUAGES: Final = """
id=ind en=eng ms=may msa=may jv=jav su=sun min=min ar=ara nl=dut nld=dut de=ger deu=ger fr=fre fra=fre es=spa pt=por
it=ita la=lat el=gre ell=gre ru=rus pl=pol cs=cze ces=cze hu=hun ro=rum ron=rum bg=bul sr=srp hr=hrv uk=ukr sv=swe
no=nor da=dan fi=fin is=ice isl=ice ga=gle cy=wel cym=wel af=afr he=heb yi=yid tr=tur fa=per fas=per ur=urd hi=hin
bn=ben ta=tam te=tel ml=mal sa=san pi=pli zh=chi zho=chi ja=jpn ko=kor vi=vie th=tha km=khm lo=lao my=bur mya=bur
tl=tgl sw=swa am=amh eo=epo ca=cat
"""
_Entries: TypeAlias = Iterable[tuple[str, tuple[str, ...]]]
# Fields that are coded as another one is.
_LIKE: Final[Mapping[str, str]] = {"language_original": "language"}


def codes(field: str, text: str) -> tuple[str, ...]:
    """The codes of `field` that `text` may stand for; first the text itself, since a library may have codes of its own.

    A text that is a code of the tables stands for that one alone.

    >>> codes("language", "Inggris"), codes("language", "en"), codes("language", "eng")
    (('inggris', 'eng'), ('en', 'eng'), ('eng',))
    >>> codes("format", "e-book"), codes("audience", "anak-anak"), codes("country", "io")
    (('e-book', 'ebook'), ('anak-anak', 'children'), ('io',))
    """
    itself = fold(text).strip()
    known = _words().get(_LIKE.get(field, field), {})
    if any(itself in values for values in known.values()):
        return (itself,)
    return tuple(dict.fromkeys((itself, *known.get(_key(text), ()))))


@cache
def _words() -> Mapping[str, Mapping[tuple[str, ...], tuple[str, ...]]]:
    """Of each coded field, what is written for its codes, as folded words."""
    pairs = [pair.split("=") for pair in _SHORT_LANGUAGES.split()]
    return {
        "language": _table(_said("language"), ((short, (code,)) for short, code in pairs)),
        "audience": _table(_written("audience"), _said("audience")),
        "format": _table(_written("format"), _things("format")),
    }


def _said(field: str) -> _Entries:
    return ((word, (code,)) for table in tables() for code, words in table[field].items() for word in words)


def _written(field: str) -> _Entries:
    return ((word, (code,)) for table in tables() for code, words in table["written"][field].items() for word in words)


def _things(field: str) -> _Entries:
    things = (thing for table in tables() for thing in table["thing"] if thing.get("field") == field)
    return ((word, tuple(thing["values"])) for thing in things for word in thing["words"])


def _table(*entries: _Entries) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Of a word that stands twice the first meaning counts."""
    made: dict[tuple[str, ...], tuple[str, ...]] = {}
    for word, values in chain(*entries):
        made.setdefault(_key(word), values)
    return made


def _key(text: str) -> tuple[str, ...]:
    return tuple(analysis.plain_words(text))
