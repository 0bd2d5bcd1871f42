"""What styles ask for and the processor does not do, or does otherwise, done to a title or to its citation."""

import re
from typing import Final

_SUBTITLE: Final = re.compile(r"(?<=: )(\w)")
# The edition of a title may stand behind it. No title has the mark of italics in itself, for what it holds is escaped.
_NAMELESS: Final = re.compile(r"(</i>(?: \([^()]{1,80}\))?)\. (\([^()\[\]]{1,20}\))\. (\[[^()\[\]]{1,80}\])\.")
_STOP_BEHIND: Final = re.compile(r"([.?!]?)(’?)”([.,])")
_STOP_AFTER_MARK: Final = re.compile(r"([?!](?:</i>|[”’])?|\.</i>)\.(?=\s|$)")
_QUOTED: Final = re.compile(r'"([^"<>]{1,500})"|“([^“”]{1,500})”')
# Articles, conjunctions and prepositions, whatever their length (Chicago 8.159, MLA 1.2.90).
_SMALL: Final = frozenset((
    "a", "about", "above", "across", "after", "against", "al", "along", "among", "an", "and", "around", "as", "at",
    "before", "behind", "below", "beneath", "beside", "between", "beyond", "but", "by", "concerning", "despite", "down",
    "during", "et", "except", "for", "from", "in", "inside", "into", "nor", "of", "on", "onto", "or", "over", "per",
    "so", "the", "through", "throughout", "till", "to", "toward", "towards", "under", "until", "up", "upon", "versus",
    "via", "vs", "with", "within", "without", "yet",
))  # fmt: skip
# What stands for no word alone: a capital behind it and its hyphen would be one too many (Chicago 8.161).
_PREFIXES: Final = frozenset((
    "anti", "bi", "bio", "co", "counter", "de", "e", "ex", "extra", "hyper", "inter", "intra", "macro", "meta", "micro",
    "mid", "mini", "mono", "multi", "neo", "non", "post", "pre", "pro", "pseudo", "re", "semi", "socio", "sub", "super",
    "trans", "tri", "ultra", "un",
))  # fmt: skip
_ARTICLES_OF_NAMES: Final = ("al", "el")
_ROMAN: Final = re.compile(r"(?:x{0,3}(?:ix|iv|vi{0,3}|i{2,3})|x{2,3}i?|xi)(?<!^v)")
_ROLE: Final = r"(?:(?:Edited|Translated|Illustrated) by|(?:Disunting|Diterjemahkan|Diilustrasikan) oleh)"
_SECOND_ROLE: Final = re.compile(rf"(?<=, ){_ROLE}(?= )")
_ROLES: Final = re.compile(rf"{_ROLE} [^<>]{{1,1500}}")
_BOTH_ROLES: Final = re.compile(r"((?:\(eds?|, editors?)\.?) &amp; (?=trans)")
_EDITED_AND: Final = re.compile(r"([(,] ?Eds?\. (?:&amp;|dan) )([tp])(?=rans\.|enerj\.)")
_CIRCA: Final = re.compile(r"(?<=, )(?:Circa|Sekitar)(?= \d)")
_OF_BODIES: Final = re.compile(r"^(?:The |U\.S\. |United States )+|\s\([^()]{0,80}\)$")
_OPENING: Final = "\"'“‘([{«¿¡"
_CLOSING: Final = ".,;:?!)]}”’\"'"
# A family name and an editor of texts, too.
_NAME_OR_NUMBER: Final = re.compile(f"[{re.escape(_OPENING)}]*[vx]i[{re.escape(_CLOSING)}]*")
_NUMBERED: Final = frozenset((
    "act", "article", "articles", "book", "books", "chapter", "chapters", "class", "division", "form", "grade", "grades",
    "level", "number", "part", "parts", "phase", "scene", "section", "sections", "semester", "series", "title", "type",
    "unit", "units", "vol.", "volume", "volumes", "war", "year", "years",
))  # fmt: skip
_NEW_BEGINNING: Final = (":", "?", "!", "—", "–")


def subtitle_in_capitals(title: str) -> str:
    """APA 6.17: a subtitle begins with a capital.

    >>> subtitle_in_capitals("Terumbu karang: panduan lapangan: edisi saku"), subtitle_in_capitals("Pukul 10:30")
    ('Terumbu karang: Panduan lapangan: Edisi saku', 'Pukul 10:30')
    """
    return _SUBTITLE.sub(lambda found: found[1].upper(), title)


def description_after_title(text: str) -> str:
    """APA 9.21: a description in brackets follows its title, also where that stands in for an author.

    >>> description_after_title("<i>Laut</i>. (2014). [Peta]. Bahari.")
    '<i>Laut</i> [Peta]. (2014). Bahari.'
    >>> description_after_title("Wenas, M. (2014). [Surat]. Bahari.")
    'Wenas, M. (2014). [Surat]. Bahari.'
    """
    return _NAMELESS.sub(r"\1 \3. \2.", text, count=1)


def stop_in_quotes(text: str) -> str:
    """Chicago 6.9, MLA 2.81: stops and commas stand before the closing quotation mark, and no stop after another mark.

    >>> stop_in_quotes("Sari. “Laut”. Bahari, “Mengapa?”. 2014.")
    'Sari. “Laut.” Bahari, “Mengapa?” 2014.'
    >>> stop_in_quotes("“Lagu ‘Laut’”. Bahari")
    '“Lagu ‘Laut.’” Bahari'
    """

    def moved(found: re.Match[str]) -> str:
        ends, inner, behind = found.groups()
        return f"{ends}{inner}”" if ends and behind == "." else f"{ends}{behind}{inner}”"

    return _STOP_BEHIND.sub(moved, text)


def second_role(text: str) -> str:
    """MLA 5.44: what was done begins with a capital after a full stop alone.

    >>> second_role("<i>Laut</i>. Edited by John Lasut, Translated by Maria Wenas, Bahari.")
    '<i>Laut</i>. Edited by John Lasut, translated by Maria Wenas, Bahari.'
    >>> second_role("<i>The Odyssey, Translated by Pope</i>. Translated by John Lasut, Illustrated by John Lasut.")
    '<i>The Odyssey, Translated by Pope</i>. Translated by John Lasut, illustrated by John Lasut.'
    """
    return _ROLES.sub(lambda run: _SECOND_ROLE.sub(lambda role: role[0][0].lower() + role[0][1:], run[0]), text)


def both_roles_in_words(text: str) -> str:
    """Harvard and Citing Medicine have no ampersand, which the processor's words for both roles have.

    >>> both_roles_in_words("Wenas, M. (ed. &amp; trans.) (2014)"), both_roles_in_words("Wenas M, editor &amp; translator.")
    ('Wenas, M. (ed. and trans.) (2014)', 'Wenas M, editor and translator.')
    """
    return _BOTH_ROLES.sub(r"\1 and ", text)


def second_role_in_capitals(text: str) -> str:
    """APA 9.10 and its examples: "Ed. & Trans.".

    >>> second_role_in_capitals("Wenas, M. (Ed. &amp; trans.). (2014).")
    'Wenas, M. (Ed. &amp; Trans.). (2014).'
    """
    return _EDITED_AND.sub(lambda found: found[1] + found[2].upper(), text)


def circa_in_small_letters(text: str) -> str:
    """MLA 5.82: "circa" begins with a capital after a full stop alone.

    >>> circa_in_small_letters("<i>Laut</i>. Bahari, Circa 1830."), circa_in_small_letters("<i>Laut</i>. Circa 1830.")
    ('<i>Laut</i>. Bahari, circa 1830.', '<i>Laut</i>. Circa 1830.')
    """
    return _CIRCA.sub(lambda found: found[0].lower(), text)


def is_same_body(author: str, publisher: str) -> bool:
    """Whether a body as headings have it is the publisher.

    >>> is_same_body("United States. National Park Service", "U.S. National Park Service")
    True
    >>> is_same_body("Law Library of Congress (U.S.)", "The Law Library of Congress"), is_same_body("BPS", "Bappenas")
    (True, False)
    >>> is_same_body("PT. Pustaka Bahari", "PT. Pustaka Bahari")
    True
    """
    return _body(publisher) in (_body(author), _body(author.rsplit(". ", 1)[-1]))


def _body(text: str) -> str:
    return _OF_BODIES.sub("", text).casefold().strip(" .")


def one_mark(text: str) -> str:
    """No full stop after a title that ends in a mark of its own, or a stop (APA 6.2, Chicago 6.124).

    >>> one_mark("Wenas, M. (2014). <i>Mengapa laut?</i>. Bahari.")
    'Wenas, M. (2014). <i>Mengapa laut?</i> Bahari.'
    """
    return _STOP_AFTER_MARK.sub(r"\1", text)


def inner_quotes(text: str, opening: str, closing: str) -> str:
    """What a title quotes, between the marks of a quotation within one.

    >>> inner_quotes('Lagu "Laut" dan “Pantai”', "‘", "’")
    'Lagu ‘Laut’ dan ‘Pantai’'
    """
    return _QUOTED.sub(lambda found: f"{opening}{found[1] or found[2]}{closing}", text)


def title_case(text: str) -> str:
    """Headline style of an English title; words that have capitals of their own stay.

    >>> title_case("fish between the U.S. and japan: a co-operative, up-to-date view of 1960's e-mail &amp; law")
    "Fish between the U.S. and Japan: A Co-operative, Up-to-Date View of 1960's E-mail &amp; Law"
    >>> title_case("what we dream of"), title_case("world war ii: part iii in vivo")
    ('What We Dream Of', 'World War II: Part III in Vivo')
    >>> title_case("Learning vi and Vim: the xi era"), title_case("Pius XI, part vi"), title_case("fish for grade xi")
    ('Learning Vi and Vim: The Xi Era', 'Pius XI, Part VI', 'Fish for Grade XI')
    """
    words = text.split()
    made: list[str] = []
    for number, word in enumerate(words):
        first = number == 0 or words[number - 1].endswith(_NEW_BEGINNING)
        if _NAME_OR_NUMBER.fullmatch(word) and (number == 0 or words[number - 1].lower() not in _NUMBERED):
            made.append(word.title())
        else:
            made.append(_titled(word, first or number == len(words) - 1))
    return " ".join(made)


def _titled(word: str, always: bool) -> str:
    first, *rest = word.split("-")
    if not always and (_is_small(word) or (rest and first in _ARTICLES_OF_NAMES)):
        return word
    if first.lower() not in _PREFIXES:
        rest = [part if _is_small(part) else _with_capital(part) for part in rest]
    return "-".join([_with_capital(first), *rest])


def _is_small(word: str) -> bool:
    return word.strip(f"{_CLOSING}“‘([{{") in _SMALL


def _with_capital(part: str) -> str:
    bare = part.lstrip(_OPENING)
    if _ROMAN.fullmatch(bare.rstrip(_CLOSING)):
        return part.upper()
    if not part.islower() or not bare[:1].isalpha() or "." in bare[:-1]:  # an address, a number, "&amp;"
        return part
    return f"{part[: len(part) - len(bare)]}{bare[0].upper()}{bare[1:]}"
