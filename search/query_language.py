"""The words of a search box read into a Query, within limits, never failing; and a Query printed again.

Raw text of a user never reaches an engine's own query parser (a 20 kB run of brackets kills
tantivy's): this reader is iterative, bounded, and turns what it cannot use into plain words.

    laut biru           both words              judul:laut  pengarang:"Andrea Hirata"   in a field
    "terumbu karang"    these words in a row    judul: laut biru                        all words after the space
    laut -ikan          without `ikan`          tahun:2010..2020  bahasa:inggris  isi:karang
    laut AND ikan       DAN                     perpusta*                               begins so
    laut OR danau ikan  ATAU: (laut OR danau) and ikan; AND binds closer than OR
    laut NOT (a OR b)   BUKAN
"""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from search import analysis
from search.bilingual.abbreviations import is_shouted
from search.query import BODY, IDENTIFIER, Clause, Filter, Group, Part, Query, known_filters, year_range
from search.schema import RELEVANCE, SORTS
from search.web_addresses import names_of

# Of a pasted paragraph the beginning tells most: with 1,024 characters nDCG@10 on CISI, words alone, fell from 0.377 to 0.364.
MAX_CHARACTERS: Final = 512
MAX_TERMS: Final = 64
MAX_DEPTH: Final = 3

# What a reader may write before a colon, in both languages, and what it means.
FIELD_WORDS: Final[Mapping[str, str]] = {
    "judul": "title", "title": "title",
    "pengarang": "contributor", "penulis": "contributor", "author": "contributor", "contributor": "contributor",
    "subjek": "subject", "subject": "subject", "topik": "subject",
    "penerbit": "publisher", "publisher": "publisher",
    "seri": "series", "series": "series",
    "tahun": "year", "year": "year",
    "bahasa": "language", "language": "language",
    "format": "format",
    "pembaca": "audience", "audience": "audience",
    "tempat": "place", "place": "place",
    "isi": BODY, "pages": BODY, "fulltext": BODY,
    "isbn": "isbn", "issn": "issn", "doi": "doi", "pengenal": IDENTIFIER, "identifier": IDENTIFIER,
    "nomor": "call_number", "callnumber": "call_number",
}  # fmt: skip
# Where a reader may look for all words of a text: names that stand in URLs, and the fields they mean.
SCOPES: Final[Mapping[str, str]] = {
    "title": "title",
    "author": "contributor",
    "subject": "subject",
    "series": "series",
    "callnumber": "call_number",
    "number": IDENTIFIER,
    "pages": BODY,
}

# The first word of each, to print a field with.
_PRINTED: Final = {name: word for word, name in reversed(list(FIELD_WORDS.items()))}

_NOT_WORDS: Final = frozenset({"NOT", "BUKAN"})
_OR_WORDS: Final = frozenset({"OR", "ATAU"})
_AND_WORDS: Final = frozenset({"AND", "DAN"})
_OPERATORS: Final = _NOT_WORDS | _OR_WORDS | _AND_WORDS

# Signs that ask for nothing where a word begins or ends. Parentheses inside a word part it, as in "f(x)".
_AROUND: Final = '()*?+-/"'
_IDLE = re.compile(r"[*?+/-]*")
_IDLE_IN_PLAIN = re.compile(r"[*?+/()-]*")
_FIELD = re.compile(r"([a-zA-Z]{2,12}):(?=\s*\S)")
# As on a catalogue card, "Judul : Laskar Pelangi": at the beginning alone, or behind another such label. A title may hold such a
# colon too, behind a word that is no label as the first is: "Judul : Pelajaran bahasa : sebuah pengantar".
_LABELLED = re.compile(r"([a-zA-Z]{2,12})\s+:(?=\s+\S)")
# Years with a dash between them, which spaces may stand around.
_SPAN = re.compile(r"\d{4}\s*[-–—]\s*\d{4}(?![^\s)])", re.ASCII)
_WORD = re.compile(r'[^\s"]+')
# The dash of "Auditing -1" keeps nothing out; that of "laut -2019" does, and so do two.
_PART_NUMBER: Final = re.compile(r"\d{1,2}")
# A quotation mark within a word, as some type it for an apostrophe: let"s change.
_WITHIN_WORD: Final = re.compile(r'(?<=\w)"(?=\w)')
# A name of a field in the midst of a text, as the series of "Student Guide Series: AutoCAD".
_MIDST: Final = re.compile(r"\S\s+([a-zA-Z]{2,12})\s*:\s")
_SPACE = re.compile(r"\s*")
_SIGNS: Final = frozenset('"():*')
_NO_SIGNS: Final = str.maketrans(dict.fromkeys('"():', " "))
_PARENTHESES: Final = str.maketrans("()", "//")
# Quotation marks of any kind; signs, letters and digits as wide as a Chinese character, which keyboards for such scripts write.
_SIGNS_OF_OTHERS: Final = str.maketrans(
    {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)} | dict.fromkeys("“”„‟«»‹›〝〞「」『』", '"')
)


def parse(text: str, filters: Iterable[Filter] = (), sort: str = RELEVANCE, within: str | None = None) -> Query:
    """The Query a search text means; any text at all is accepted.

    within: the field of words that name none; a field that the text names wins.

    Words must all be found (an engine may relax this for long texts). Signs that make no sense together
    are passed over, and `plain` says so. An unknown field, sort or filter is ignored; text beyond
    MAX_CHARACTERS or MAX_TERMS is cut off and `shortened` says so.

    >>> [(c.text, c.field, c.negated) for c in parse('judul:laut "terumbu karang" -ikan').clauses]
    [('laut', 'title', False), ('terumbu karang', None, False), ('ikan', None, True)]
    """
    kept = kept_text(text)
    read = with_our_signs(kept)
    number = _number(read) if within in (None, IDENTIFIER) else ""
    parts: tuple[Part, ...]
    if number:
        parts, full, broken = (Clause(number, IDENTIFIER, phrase=True),), False, False
    elif address := _address(read, within):
        parts, full, broken = (address,), False, False
    elif classed := _classed(read, within):
        parts, full, broken = classed, False, False
    else:
        parts, full, broken = _read(read, within)
    return Query(
        kept,
        parts,
        known_filters(filters),
        sort if sort in SORTS else RELEVANCE,
        shortened=len(text) > MAX_CHARACTERS or full,
        plain=broken,
        within=within,
    )


def kept_text(text: str) -> str:
    """What is read of a search text: its first MAX_CHARACTERS, spaces for what cannot be printed and parts words."""
    return "".join(ch if ch.isprintable() else " " for ch in analysis.seen(text[:MAX_CHARACTERS])).strip()


def with_our_signs(text: str) -> str:
    """`text` with the signs that this language has, where others stand for them; as long as before.

    >>> with_our_signs("「laut」 ＯＲ judul：ikan")
    '"laut" OR judul:ikan'
    """
    return text.translate(_SIGNS_OF_OTHERS)


def without_signs(text: str) -> str:
    """What is read as the words of `text`, that of a phrase, whatever signs are in it; "perpus*" stays a beginning.

    >>> without_signs("bukan NOT pasar"), without_signs("Bahasa: laut -biru (2010)"), without_signs("0-306-40615-2")
    ('bukan not pasar', 'Bahasa laut biru 2010', '0-306-40615-2')
    """
    words = (word.lstrip(_AROUND).rstrip(_AROUND.replace("*", "")) for word in text.translate(_NO_SIGNS).split())
    return " ".join(word.lower() if word in _OPERATORS else word for word in words if word)


def printed(parts: Iterable[Part], within: str | None = None) -> str:
    """A text that is read as `parts` again, in the same scope.

    >>> printed(parse('laut (ikan  OR  "udang windu") -title:danau').parts)
    'laut ikan ATAU "udang windu" -judul:danau'
    >>> printed(parse("laut NOT (ikan OR udang)").parts)
    'laut -(ikan ATAU udang)'
    >>> printed(parse("laut pengarang:hirata", within="title").parts, within="title")
    'laut pengarang:hirata'
    """
    return " ".join(_print(part, within, alone=True) for part in parts)


def _print(part: Part, within: str | None, alone: bool) -> str:
    sign = "-" if part.negated else ""
    if isinstance(part, Clause):
        where = f"{_PRINTED[part.field]}:" if part.field and part.field != within else ""
        words = f'"{part.text}"' if part.phrase else part.text + ("*" if part.prefix else "")
        return f"{sign * 2 if _PART_NUMBER.fullmatch(where + words) else sign}{where}{words}"
    if not part.either:
        inner = " DAN ".join(_print(one, within, alone=False) for one in part.parts)
    else:  # AND binds closer, so it needs no parentheses inside OR
        inner = " ATAU ".join(_print(one, within, alone=_is_plain_and(one)) for one in part.parts)
    return inner if alone and not sign else f"{sign}({inner})"


def _is_plain_and(part: Part) -> bool:
    return isinstance(part, Group) and not part.either and not part.negated


def _read(text: str, within: str | None) -> tuple[tuple[Part, ...], bool, bool]:
    """The parts of a text, whether it held more of them than are read, and whether its signs made no sense."""
    once = _Reading(text, within, grouping=True)
    if not once.broken:
        return once.parts, once.full, False
    again = _Reading(text, within, grouping=False)
    return again.parts, again.full, True


@dataclass(frozen=True, slots=True)
class _Run:
    """Words side by side in parentheses: what AND or OR takes as one, and needs no group elsewhere."""

    parts: tuple[Part, ...]


@dataclass(slots=True)
class _Level:
    """What stands between two parentheses: terms side by side, each an OR of ANDs.

    joins: the operator that waits for what comes next, "and" or "or". negates: a NOT that does.
    """

    field: str | None = None
    negated: bool = False
    terms: list[list[list[Part | _Run]]] = dataclasses.field(default_factory=list)
    joins: str = ""
    negates: bool = False

    def add(self, part: Part | _Run) -> None:
        if self.joins == "and":
            self.terms[-1][-1].append(part)
        elif self.joins == "or":
            self.terms[-1].append([part])
        else:
            self.terms.append([[part]])
        self.joins, self.negates = "", False

    @property
    def waiting(self) -> bool:
        return bool(self.joins or self.negates)

    def parts(self) -> tuple[Part, ...]:
        found: list[Part] = []
        for term in self.terms:
            if len(term) == 1 and len(term[0]) == 1:
                (only,) = term[0]
                found += only.parts if isinstance(only, _Run) else [only]
                continue
            ands = [[_grouped(part) for part in one] for one in term]
            either = [one[0] if len(one) == 1 else Group(tuple(one)) for one in ands]
            found.append(either[0] if len(either) == 1 else Group(tuple(either), either=True))
        return tuple(found)


def _grouped(part: Part | _Run) -> Part:
    return Group(part.parts) if isinstance(part, _Run) else part


class _Reading:
    """One walk over a text. within: the field of words that name none. grouping: operators and parentheses mean
    something; else they are words and nothing."""

    def __init__(self, text: str, within: str | None, grouping: bool) -> None:
        self._text, self._grouping = _with_apostrophes(text), grouping
        # In a text all in capitals an operator is a word like any other: "BUKAN PASAR MALAM"; "HAWA DAN ADAM", though not
        # "UUD OR KUHP", nor beside other signs of who writes this language.
        self._shouted = not any(ch.islower() for ch in text)
        plain = " ".join(word for word in text.split() if word not in _OPERATORS)
        self._joins = not (is_shouted(plain) and _SIGNS.isdisjoint(self._text))
        self._levels = [_Level(within)]
        self._spread: str | None = None  # the field of all words to come, as in "judul: laut biru"
        self._count = 0
        self.full = self.broken = False
        self.parts = self._walk()

    def _walk(self) -> tuple[Part, ...]:
        place = self._after(_SPACE, 0)
        while place < len(self._text) and not self.broken and not self.full:
            place = self._after(_SPACE, self._token(place))
        if not self.full and (len(self._levels) > 1 or self._levels[0].waiting):
            self.broken = True
        while len(self._levels) > 1:  # what was cut off in a group closes it
            self._levels[-1].joins, self._levels[-1].negates = "", False
            self._close()
        return self._levels[0].parts()

    def _after(self, pattern: re.Pattern[str], place: int) -> int:
        match = pattern.match(self._text, place)
        return match.end() if match else place

    def _token(self, place: int) -> int:
        """Reads what stands at `place`, where no space is; gives where it ends."""
        text, idle = self._text, _IDLE if self._grouping else _IDLE_IN_PLAIN
        if text[place] == ")" and self._grouping:
            self._close()
            return place + 1
        start = self._after(idle, place)
        signs = text[place:start]
        negated = "-" in signs
        named = _FIELD.match(text, start) or self._label_at(start)
        known = FIELD_WORDS.get(named[1].lower()) if named else None
        if named and known:
            start = named.end()
            if text[start].isspace():
                self._spread = known
                return start
            start = self._after(idle, start)
        if start >= len(text) or text[start].isspace() or (text[start] == ")" and self._grouping):
            return start  # signs alone, as the dash in "laut - puisi"
        if self._count >= MAX_TERMS:
            self.full = True
            return start
        if text[start] == "(" and self._grouping:
            self._open(known or self._spread, negated)
            return start + 1
        if text[start] == '"':
            end = text.find('"', start + 1)
            end = len(text) if end < 0 else end
            self._clause(text[start + 1 : end], known, negated, phrase=True)
            return end + 1
        if (known or self._spread) == "year" and (span := _SPAN.match(text, start)):
            self._clause("".join(span[0].split()), known, negated, phrase=False)
            return span.end()
        word = self._word_at(start)
        if word in _OPERATORS and not known and not negated:
            self._operator(word)
        else:
            of_part = signs == "-" and not known and _PART_NUMBER.fullmatch(word)
            self._clause(word, known, negated and not of_part, phrase=False)
        return start + len(word)

    def _label_at(self, place: int) -> re.Match[str] | None:
        """The label of a card: the first of the text, or one that begins as that does, with a capital or a small letter."""
        label, first = _LABELLED.match(self._text, place), _LABELLED.match(self._text)
        is_alike = label and first and label[1][0].isupper() == first[1][0].isupper()
        return label if is_alike and (not place or self._spread) else None

    def _word_at(self, place: int) -> str:
        match = _WORD.match(self._text, place)
        word = match[0] if match else ""
        unopened = word.count(")") - word.count("(") if self._grouping else 0
        while unopened > 0 and word.endswith(")"):
            word, unopened = word[:-1], unopened - 1
        return word

    def _operator(self, word: str) -> None:
        level = self._levels[-1]
        self._spread = None
        is_word = self._shouted or not self._count if word in _NOT_WORDS else not self._joins
        if is_word or not self._grouping:
            self._clause(word, None, False, phrase=False)
        elif word in _NOT_WORDS:
            self.broken |= level.negates
            level.negates = True
        else:
            self.broken |= level.waiting or not level.terms
            level.joins = "or" if word in _OR_WORDS else "and"

    def _clause(self, text: str, named: str | None, negated: bool, *, phrase: bool) -> None:
        body = " ".join(text.split()) if phrase else text.translate(_PARENTHESES).strip(_AROUND)
        if not any(ch.isalnum() for ch in body):
            return
        if not phrase and body in _OPERATORS:
            body = body.lower()
        where = named or self._spread or self._inherited()
        if where == "year":
            span = _years(body)
            if year_range(span):
                body = span
            else:
                body, where = f"{_PRINTED['year']}:{body}" if named else body, self._inherited(but="year")
        prefix = not phrase and "*" in text[len(text.rstrip(_AROUND)) :]
        level = self._levels[-1]
        level.add(Clause(body, where, phrase, negated != level.negates, prefix))
        self._count += 1

    def _inherited(self, but: str = "") -> str | None:
        return next((level.field for level in reversed(self._levels) if level.field not in (None, but)), None)

    def _open(self, where: str | None, negated: bool) -> None:
        if len(self._levels) > MAX_DEPTH:
            self.broken = True
        self._levels.append(_Level(where, negated))

    def _close(self) -> None:
        if len(self._levels) == 1 or self._levels[-1].waiting:
            self.broken = True
            return
        inner, around = self._levels.pop(), self._levels[-1]
        self._spread = None
        parts = inner.parts()
        if not parts:
            self.broken |= around.waiting
        elif len(parts) == 1:
            around.add(replace(parts[0], negated=(parts[0].negated != inner.negated) != around.negates))
        elif inner.negated != around.negates:
            around.add(Group(parts, negated=True))
        else:
            around.add(_Run(parts))


def without_fields(query: Query) -> Query | None:
    """The query with the name of a field in the midst of its text, or at its beginning before a space and a colon, read as a
    word; None where none stands so."""
    label, named = _naming(_LABELLED.match(query.text)), _naming(_MIDST.search(query.text))
    if query.within or not (label or named):
        return None
    # Of "Judul : Pelajaran Bahasa : Pengantar" the first is a label and the other none; of "Bahasa : sebuah pengantar" it is none.
    kept = label.end() if label and named else 0
    return replace(query, parts=parse(query.text[:kept] + query.text[kept:].replace(":", " ")).parts, plain=True)


def _naming(match: re.Match[str] | None) -> re.Match[str] | None:
    """The match, where it is that of a field's name."""
    return match if match and match[1].lower() in FIELD_WORDS else None


def _with_apostrophes(text: str) -> str:
    """Of an odd number of quotation marks, one within a word opens nothing.

    >>> _with_apostrophes('let"s change'), _with_apostrophes('laut"terumbu karang"')
    ("let's change", 'laut"terumbu karang"')
    """
    return _WITHIN_WORD.sub("'", text) if text.count('"') % 2 else text


def _years(text: str) -> str:
    """A span of years as a filter writes it, the earlier first. The last may be shortened to two digits.

    >>> _years("2010-2015"), _years("2015..2010"), _years("1998-05"), _years("2010-15")
    ('2010..2015', '2010..2015', '1998-05', '2010..2015')
    """
    if shortened := re.fullmatch(r"(\d\d)(\d\d)[-–—](\d\d)", text, re.ASCII):
        century, first, last = shortened.groups()
        return f"{century}{first}..{century}{last}" if first <= last else text
    span = re.sub(r"(?<=\d)\s?[-–—]\s?(?=\d)", "..", text, count=1)
    years = re.fullmatch(r"(\d{4})\.\.(\d{4})", span, re.ASCII)
    return f"{years[2]}..{years[1]}" if years and years[2] < years[1] else span


_LABEL = re.compile(r"(?:e-?)?(isbn|issn|doi)(?:-1[03])?\s*[:.]?\s*", re.IGNORECASE)
_DOI = re.compile(r'(?:https?://(?:dx\.)?doi\.org/|doi[:\s]\s?)?(10\.\d{4,9}/[^\s"]+)', re.IGNORECASE | re.ASCII)
_DIGITS = re.compile(r"[\dXx][\dXx\s\u2010-\u2013-]*", re.ASCII)


_BOOKLAND = re.compile(r"97[89]\d{10}$")
_OCLC = re.compile(r"(?:\(OCoLC\)\s?(?:oc[mn]|on)?|OCLC[:\s]\s?|oc[mn]|on)0*(\d{5,12})", re.IGNORECASE | re.ASCII)
# As it is printed: year, then a number of six digits that may be shortened (loc.gov/marc/lccn-namespace.html).
_LCCN = re.compile(r"(?:LCCN[:\s]\s?(\d\d(?:\d\d)?)-(\d{1,6})|(\d\d(?:\d\d)?)-(\d{5,6}))", re.IGNORECASE | re.ASCII)


def _number(text: str) -> str:
    """The ISBN, ISSN, DOI, OCLC number or LCCN that `text` is as a whole, with or without its name; "" when it is none.

    >>> _number("ISBN 978 602 03 3295 6"), _number("0-306-40615-2"), _number("1945-1998")
    ('9786020332956', '0306406152', '')
    >>> _number("(OCoLC)ocm00400866"), _number("90-30051")
    ('400866', '90030051')
    """
    if len(text) > 100:
        return ""
    if match := _DOI.fullmatch(text) or _OCLC.fullmatch(text):
        return match[1]
    if match := _LCCN.fullmatch(text):
        return f"{match[1] or match[3]}{match[2] or match[4]:0>6}"
    label = _LABEL.match(text)
    rest = text[label.end() :] if label else text
    if not _DIGITS.fullmatch(rest):
        return ""
    digits = re.sub(r"[^\dXx]", "", rest, flags=re.ASCII).upper()
    if (label and len(digits) in (10, 13)) or _BOOKLAND.match(digits):
        return digits  # its last digit may be wrong, in the book itself too
    if len(digits) == 13 and digits.isdigit():
        return digits if sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(digits)) % 10 == 0 else ""
    if len(digits) == 8 and not label and _is_span_of_years(digits):
        return ""
    if len(digits) not in (8, 10) or "X" in digits[:-1]:
        return ""
    values = [10 if d == "X" else int(d) for d in digits]
    return digits if sum(w * d for w, d in zip(range(len(digits), 0, -1), values, strict=True)) % 11 == 0 else ""


def _address(text: str, within: str | None) -> Part | None:
    """What finds the web address that `text` is as a whole: a link that leads there, or where it is written, as in a title
    or note.

    >>> printed([_address("https://www.example.org/koleksi/12", None)])
    'pengenal:"https://www.example.org/koleksi/12" ATAU "example.org/koleksi/12"'
    """
    names = names_of(text) if within in (None, IDENTIFIER) else ()
    if not names or not analysis.plain_words(names[-1]):
        return None
    linked, written = Clause(text, IDENTIFIER, phrase=True), Clause(names[-1], phrase=True)
    return Group((linked, written), either=True) if within is None else linked


# What a librarian calls a Dewey number by, and the number as it stands on a book's spine: "DDC 899.221", "no. panggil 899.221 3 TOE b".
# A longer word behind it is no mark of a book: "Dewey 300 social sciences".
_CLASSED: Final = re.compile(
    r"(?:ddc|dewey|(?:no\.?|nomor|call)\s?(?:panggil|klas|klasifikasi|ddc|number|no\.?))\s?[:.]?\s?"
    r"(\d{3}(?:[./]\d{1,12})?)((?:\s\w{1,4}){0,4})",
    re.IGNORECASE | re.ASCII,
)


def _classed(text: str, within: str | None) -> tuple[Part, ...]:
    """What finds the class that `text` names as a whole, on the shelf or in a record without a call number, and the marks of a book
    behind it; () where it names none.

    >>> printed(_classed("no. panggil 899.221 TOE", None))
    'nomor:"899.221" ATAU pengenal:"899.221" nomor:TOE'
    """
    named = _CLASSED.fullmatch(text) if within in (None, "call_number", IDENTIFIER) else None
    if named is None:
        return ()
    places = (Clause(named[1], "call_number", phrase=True), Clause(named[1], IDENTIFIER, phrase=True))
    return (Group(places, either=True), *(Clause(mark, "call_number") for mark in named[2].split()))


def _is_span_of_years(digits: str) -> bool:
    first, last = digits[:4], digits[4:]
    return first.isdigit() and last.isdigit() and "1000" <= first <= last <= "2100"
