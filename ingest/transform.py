"""Changes to one value, pure: catalogue punctuation, years and standard numbers.

Each takes the text of a field as catalogued and gives the clean value, "" or () when there is none.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache, wraps
from html import unescape
from typing import Final, TypeVar

from search.isbn import check_10, isbn10, longer
from search.numerals import roman_value

T = TypeVar("T")

# Publishers, places, dates and classes repeat from record to record, titles and headings too little to be kept.
_MOST_KEPT: Final = 2_048
_LONGEST_KEPT: Final = 200

# ISO 6630 in Unicode (98, 9C), and as MARC-8 has them (88, 89), which some systems take over byte by byte.
_NON_SORTING: Final = re.compile("[\x88\x89\x98\x9c]")
_ISBD_MARKS: Final = frozenset("/:;,=.،؛")
_ISBD_END: Final = " \t\n/:;,=،؛"
# Words that keep their final point; single letters and words with a point inside keep it too.
_ABBREVIATIONS: Final = frozenset(
    (
        *("dll", "dkk", "dsb", "dst", "dr", "drs", "dra", "ir", "prof", "hj", "tbk", "cet", "jil"),
        *("jr", "sr", "inc", "ltd", "co", "corp", "bros", "ed", "eds", "etc", "al", "st", "ste"),
        *("vol", "vols", "no", "dept", "bd", "rev"),
    )
)
_LONGEST_ABBREVIATION: Final = max(map(len, _ABBREVIATIONS))
_LONGER_WORD: Final = slice(-_LONGEST_ABBREVIATION - 2, -1)
# Of HTML only what editors of web pages write: "<2000->" is a date, and "<a>" may be a subfield.
_MARKUP: Final = re.compile(
    r"</?(?:(?P<inline>b|i|u|em|strong|span|font|su[bp])|p|br|hr|div|h[1-6]|[ou]l|li|table|tbody|t[rdh]|blockquote)"
    r"(?:\s[^<>]*)?/?>|<a\s[^<>]*>|</a>",
    re.IGNORECASE,
)
_CHARACTERS: Final = re.compile(
    r"&(?:#[0-9]{2,6}|#x[0-9a-f]{2,5}|nbsp|amp|quot|apos|lt|gt|[lr][sd]quo|[mn]dash|hellip|bull|middot);", re.IGNORECASE
)
_POWER: Final = re.compile(r"<sup>\s*([-+−]?[0-9]{1,4})\s*</sup>", re.IGNORECASE)
_SUPERSCRIPT: Final = str.maketrans("0123456789-+−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁻")
_OLD_CATALOGUE: Final = re.compile(r"\s*\[from old catalog(?:ue)?\]?")
_BETWEEN_WORDS: Final = re.compile(r"[\s.,()\[\]\-]+")
# The states and provinces that AACR2 (appendix B.14) shortens, and forms seen besides; a rule by length
# would give "Houston, Texas" and "Minato-ku, Tokyo" a point as well. Indonesian places are written in full.
_STATE: Final = re.compile(
    r", (?:W\. )?(?:Ala|Alta|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Man|Mass|Md|Me|Mich|Minn|Miss|Mo"
    r"|Mont|Neb|Nev|Okla|Ont|Or|Ore|Pa|Penn|Qué|Que|Sask|Tenn|Tex|Va|Vt|Wash|Wis|Wyo|D\.C|N\.C|N\.D|N\.H|N\.J|N\.M"
    r"|N\.Y|R\.I|S\.C|S\.D)$"
)
_INITIALS: Final = re.compile(r"(?<=[, ][A-Z])\. (?=[A-Z]\.)")  # "Washington, D. C."
_YEAR: Final = re.compile(r"(?<![0-9])(1[4-9][0-9]{2}|2[0-9]{3})(?![0-9])")
_DECADE: Final = re.compile(r"(?<![0-9])(1[4-9][0-9]|20[0-9])[-u?_](?![0-9])")
_END: Final = re.compile(r"[\[<(\s]*(?:[-–]|(?:ceased|ended|discontinued|berakhir)\b)", re.IGNORECASE)
_GUESSED: Final = re.compile(
    r"[?±]|(?<![0-9])(?:1[4-9][0-9]|20[0-9])-(?![0-9])|\b(?:between|not before|not after|approximately|circa|ca|or|antara|sekitar|kira-kira"
    r"|perkiraan|atau)\b",
    re.IGNORECASE,
)
_CORRECTED: Final = re.compile(r"i\.\s?e\.|yakni|recte", re.IGNORECASE)
_INNER_BRACKET: Final = re.compile(r"(?<=[0-9])[\[\]?]+(?=[0-9])|(?<=[0-9])\[|\](?=[0-9])")
_TYPED_YEAR: Final = re.compile(r"(?<![0-9A-Za-z])(?:[1lI][4-9]|[2][0oO])[0-9oOlI]{2}(?![0-9A-Za-z])")
_TYPED: Final = str.maketrans("oOlI", "0011")
_ROMAN: Final = re.compile(r"(?<![A-Za-z])M(?:CM|CD|D?C{0,4}|M)(?:XC|XL|L?X{0,4})(?:IX|IV|V?I{0,4})(?![A-Za-z])")
_HIJRI: Final = re.compile(r"(?<!\d)([1١]\d{3})\s*(?:A\.?\s?H|H(?:ijri(?:y*ah?)?)?|هـ?)(?!\w)", re.IGNORECASE)
# A Hijri year is shorter, and its middle falls into one of ours: that of 1440 in March 2019.
_HIJRI_LENGTH, _HIJRI_MIDDLE = 0.970224, 622.06
_DAY: Final = re.compile(r"(?P<year>[0-9]{4}|[0-9]{2})-?(?P<month>0[1-9]|1[0-2])-?(?P<day>0[1-9]|[12][0-9]|3[01])")
_EARLIEST_YEAR: Final = 1450
_YEARS_AHEAD: Final = 2
_ISBN_END: Final = re.compile(r"[(:;\[]|[A-WYZa-wyz]|(?<=[0-9Xx -]{10})[/,]")  # "9794070963/9789794070963"
_NOT_ISBN: Final = re.compile(r"[^0-9X]")
_PLAIN_ISBN: Final = re.compile(r"([0-9]{9}(?:[0-9]{4}|[0-9X]?))(?: ?\(.*)?$")  # as nearly all are written
_ISSN: Final = re.compile(r"(?<![0-9])([0-9]{4})\s?[-–]?\s?([0-9]{3}[0-9Xx])(?![0-9])")
_DOI: Final = re.compile(r"10\.[0-9]{4,9}/[^\s\"<>]+")
_OCLC: Final = re.compile(r"(?:\(OCoLC\)\s*[a-z]{0,3}|oc[mn]|on)\s*0*([0-9]{2,})", re.IGNORECASE)
_LCCN: Final = re.compile(r"([a-z]{0,3})\s*([0-9]{2}|[0-9]{4})-?([0-9]{1,6})$")
_DEWEY: Final = re.compile(r"([0-9]{3})(?![0-9])(\.[0-9]+)?")
# "t.p." is tanpa penerbit, "t.t." and "t.tp." are tanpa tempat; "tanpa nama" is s.n.
_NOTHING_NAMED: Final = frozenset(
    (
        *("s.l", "s.n", "s.k", "sl", "sn", "sineloco", "sinenomine"),
        *("t.p", "t.t", "t.tp", "tp", "tt", "ttp", "tanpatempat", "tanpakota", "tanpapenerbit", "tanpanama"),
    )
)
_NOT_IDENTIFIED: Final = ("not identified", "tidak diketahui", "tidak teridentifikasi")
_SUPPLIED_END: Final = re.compile(r", \[([^\[\]]+)\]$")  # "Omaha, [Neb.]"
_DISTRIBUTOR: Final = re.compile(r",? \[distributor\]?[\s,:;]*$|(?:^|[;,:]) *\[?for sale by\b.*$", re.IGNORECASE)
_HOUSE_BEFORE: Final = re.compile(r"(?:penerbit|publisher|pt|cv|ud|fa)\b[.,]?\s+(?=\w)", re.IGNORECASE)
_HOUSE_AFTER: Final = re.compile(r",?\s+(?:pt|cv)\.?$", re.IGNORECASE)
_LONGEST_HOUSE_AFTER: Final = 6


def remembered(function: Callable[[str], T]) -> Callable[[str], T]:
    """`function` with its last results kept, for texts that repeat from record to record.

    Long ones are none, and would let a file made to do harm fill memory.
    """
    kept = lru_cache(_MOST_KEPT)(function)

    @wraps(function)
    def call(text: str) -> T:
        return kept(text) if len(text) <= _LONGEST_KEPT else function(text)

    return call


def plain(text: str) -> str:
    """Spaces and line ends made one space, without the marks around a part that does not sort.

    >>> plain("  Laut \\n Sulawesi "), plain("\\x98The \\x9csea")
    ('Laut Sulawesi', 'The sea')
    """
    # Nearly all are so already, and taking a summary apart and together costs ten times more than to see that. What is
    # printable holds no other kind of space.
    is_printable = text.isprintable()
    if is_printable and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return " ".join((text if is_printable else _NON_SORTING.sub("", text)).split())


def without_markup(text: str) -> str:
    """A note without the HTML that it had where it was written or copied from; what only looks like HTML stays.

    >>> without_markup("<p>Laut &amp; <b>ikan</b>,<br/>H<sub>2</sub>O&nbsp;dan garam</p>")
    'Laut & ikan, H2O dan garam'
    >>> without_markup("10<sup>20</sup> m<sup>-2</sup>, 7<sup>th</sup>")
    '10²⁰ m⁻², 7th'
    >>> without_markup("&lt;p&gt;Laut&lt;/p&gt;"), without_markup("AT&T; <2000-> and 1 < 2, <a>")
    ('Laut', 'AT&T; <2000-> and 1 < 2, <a>')
    """
    if "&" in text:
        text = _CHARACTERS.sub(lambda found: unescape(found[0].lower()), text)
    if "<" not in text or not _MARKUP.search(text):
        return text
    text = _POWER.sub(lambda found: found[1].translate(_SUPERSCRIPT), text)  # "10<sup>20</sup>" is not 1020
    return plain(_MARKUP.sub(lambda found: "" if found["inline"] else " ", text))


def trim_isbd(text: str) -> str:
    """Without the punctuation that only parts one element from the next (ISBD 0.3); initials keep their point.

    >>> [trim_isbd(text) for text in ("Laskar pelangi /", "Rowling, J. K.,", "Hatta, Mohammad.", "Dan lain-lain...")]
    ['Laskar pelangi', 'Rowling, J. K.', 'Hatta, Mohammad', 'Dan lain-lain...']
    """
    text = text.strip()
    if text[-1:] not in _ISBD_MARKS:
        return text
    if text[-1] == "." and text[_LONGER_WORD].isalpha() and len(text) > _LONGEST_ABBREVIATION + 1:
        return text[:-1]  # the usual case: the word is too long for an abbreviation
    text = text.rstrip(_ISBD_END)
    if text.endswith(".") and not text.endswith("..") and not _keeps_point(text):
        text = text[:-1].rstrip(_ISBD_END)
    return text


def _keeps_point(text: str) -> bool:
    """Whether the final point belongs to the last word: an initial, an abbreviation, "R.I."."""
    if text[-2:-1] == ")":  # "National Academy of Sciences (U.S.)."
        return False
    word = _BETWEEN_WORDS.split(text[_LONGER_WORD])[-1]
    return (len(word) == 1 and word.isupper()) or word.lower() in _ABBREVIATIONS or text[-3:-2] == "."


def without_remark(text: str) -> str:
    """Without "[from old catalog]", which the Library of Congress wrote after headings that it had not checked.

    >>> without_remark("Bridgham, Gladys Ruth. [from old catalog]")
    'Bridgham, Gladys Ruth.'
    """
    return _OLD_CATALOGUE.sub("", text) if "[from old" in text else text


def trim_brackets(text: str) -> str:
    """Without the brackets of what the cataloguer supplied, and ISBD punctuation.

    >>> trim_brackets("[Jakarta] :"), trim_brackets("Bitung [Sulawesi Utara]"), trim_brackets("Washington [D.C.")
    ('Jakarta', 'Bitung [Sulawesi Utara]', 'Washington D.C.')
    """
    text = trim_isbd(text)
    if "[" not in text and "]" not in text:
        return trim_isbd(text)
    if text.startswith("[") and text.find("]") == len(text) - 1:
        text = text[1:-1]
    elif text.count("[") != text.count("]"):  # opened in one subfield, closed in the next
        text = text.replace("[", "").replace("]", "")
    return trim_isbd(text)


@remembered
def place_name(text: str) -> str:
    """A place of publication, "" for "[S.l.]" and its translations.

    An abbreviated state always gets its point, since records of one city have it with and without.

    >>> place_name("[S.l. :"), place_name("Yogyakarta :"), place_name("Bethesda, Md. :"), place_name("Reston, VA :")
    ('', 'Yogyakarta', 'Bethesda, Md.', 'Reston, VA')
    """
    text = _INITIALS.sub(".", _named(text))
    return f"{text}." if _STATE.search(text) else text


def _named(text: str) -> str:
    """A name in 260 or 264 without brackets, also those around its last part, "" where it says that none is known."""
    text = _SUPPLIED_END.sub(r", \1", trim_brackets(_DISTRIBUTOR.sub("", text)))
    small = text.lower()
    if any(words in small for words in _NOT_IDENTIFIED) or small.replace(" ", "").rstrip(".") in _NOTHING_NAMED:
        return ""
    return text


@remembered
def publisher_name(text: str) -> str:
    """A publisher without brackets and the words PT, CV, Penerbit, "" for "[s.n.]".

    >>> publisher_name("PT. Gramedia Pustaka Utama,"), publisher_name("[s.n.],"), publisher_name("Penerbit Erlangga")
    ('Gramedia Pustaka Utama', '', 'Erlangga')
    >>> publisher_name("[t.p.],"), publisher_name("T.T. Publishing")
    ('', 'T.T. Publishing')
    """
    text = _named(text)
    if before := _HOUSE_BEFORE.match(text):
        text = text[before.end() :]
    after = _HOUSE_AFTER.search(text, max(1, len(text) - _LONGEST_HOUSE_AFTER))
    return text[: after.start()] if after else text


@remembered
def year(text: str) -> str:
    """The first year of publication in a date as catalogued; a correction ("i.e.") comes before what it corrects.

    "-1951" says when publication ended and not when it began, so it gives none.

    >>> [year(text) for text in ("[2014]", "c2010", "Cet. 3, 2008", "1995 [i.e. 1996]")]
    ['2014', '2010', '2008', '1996']
    >>> [year(text) for text in ("1428 H/2007 M", "2553 [2010]", "201-?", "9999")]
    ['2007', '2010', '', '']
    >>> [year(text) for text in ("19[98]", "[19]98?", "l998", "2oo5", "MCMXCVIII", "٢٠١٠")]
    ['1998', '1998', '1998', '2005', '1998', '2010']
    >>> year("1440 H."), year("[1403 Hijriyah]"), year("١٤٤٠ هـ"), year("1440 H / 2018 M")
    ('2019', '1983', '2019', '2018')
    >>> year("-1951."), year("[-2004]"), year("Ceased with: 2014?"), year("1949-")
    ('', '', '', '1949')
    """
    # Most dates are bare digits; looking for a correction costs more than the year itself.
    if text.strip("[]c., ").isdigit():
        corrected = [text]
    elif is_end_of_span(text):
        return ""
    else:
        corrected = _CORRECTED.split(text, maxsplit=1)
    for part in reversed(corrected):
        if found := _first_year(part):
            return found
    return _first_year(_mended(text))


def is_end_of_span(text: str) -> bool:
    """Whether a date begins with the dash of what came before it, or says in words that it is the last (362)."""
    return _END.match(text) is not None


def is_guessed(text: str) -> bool:
    """Whether a cataloguer knew a date only about. "735-" is a year that is no Christian one.

    >>> [is_guessed(text) for text in ("[183-]", "[between 1906 and 1912]", "ca. 1850", "± 1950")]
    [True, True, True, True]
    >>> [is_guessed(text) for text in ("[1998]", "1988-91", "735-<758> [1975-<1998>]")]
    [False, False, False]
    """
    return _GUESSED.search(text) is not None


def is_hijri(text: str) -> bool:
    """Whether a date gives a year of the Hijri calendar and none of ours.

    >>> is_hijri("1440 H."), is_hijri("1440 H / 2018 M"), is_hijri("Cet. 3, 2010")
    (True, False, False)
    """
    return _HIJRI.search(text) is not None and not _first_year(text)


def _first_year(text: str) -> str:
    latest = date.today().year + _YEARS_AHEAD
    return next((found for found in _YEAR.findall(text) if _EARLIEST_YEAR <= int(found) <= latest), "")


def _mended(text: str) -> str:
    """A date without a plain year, made readable: digits of other scripts, brackets inside, letters for digits, a year of the
    Hijri calendar in ours."""
    if not text.isascii():
        text = "".join(str(unicodedata.digit(ch, ch)) if ch.isdigit() else ch for ch in text)
    if "[" in text or "]" in text:
        text = _INNER_BRACKET.sub("", text)  # "19[98]", "[19]98"
    text = _TYPED_YEAR.sub(lambda found: found.group().translate(_TYPED), text)  # "l998", "2oo5"
    if hijri := _HIJRI.search(text):
        return f"{text} {int(int(hijri[1]) * _HIJRI_LENGTH + _HIJRI_MIDDLE)}"
    roman = _ROMAN.search(text)
    return f"{text} {roman_value(roman.group())}" if roman else text


@remembered
def decade(text: str) -> str:
    """The first year of a decade, where the last digit is unknown.

    >>> decade("[201-?]"), decade("199u"), decade("19uu"), decade("2008")
    ('2010', '1990', '', '')
    """
    found = _DECADE.search(text)
    return found.group(1) + "0" if found else ""


@remembered
def iso_date(text: str) -> str:
    """A day as 2014-05-13, "" for anything else; of two digits, a year that has not come yet is of the last century.

    >>> iso_date("140513"), iso_date("990102"), iso_date("2014-05-13 10:10"), iso_date("||||||"), iso_date("143345")
    ('2014-05-13', '1999-01-02', '2014-05-13', '', '')
    """
    found = _DAY.match(text.strip())
    if found is None:
        return ""
    written, this_year = int(found["year"]), date.today().year
    if written < 100:
        written += this_year // 100 * 100
        written -= 100 if written > this_year else 0
    return f"{written:04d}-{found['month']}-{found['day']}"


def isbn(text: str) -> tuple[str, ...]:
    """An ISBN in both its forms, the longer first, without qualifiers; a wrong one as written.

    >>> isbn("979-407-096-3 (jil.1)"), isbn("9780306406157"), isbn("0306406158"), isbn("Rp 25.000")
    (('9789794070963', '9794070963'), ('9780306406157', '0306406152'), ('0306406158',), ())
    >>> isbn("979-407-096-3/978-602-424-694-5")
    ('9789794070963', '9794070963')
    """
    if not text:
        return ()
    if found := _PLAIN_ISBN.match(text):
        return _isbn_forms(found[1])
    head = _ISBN_END.split(text.strip().removeprefix("ISBN").strip(), maxsplit=1)[0].upper()
    digits = _NOT_ISBN.sub("", head)
    if len(digits) not in (9, 10, 13) and head.split():
        digits = _NOT_ISBN.sub("", head.split()[0])
    return _isbn_forms(digits)


def _isbn_forms(digits: str) -> tuple[str, ...]:
    if len(digits) == 9 and digits.isdigit():  # a Standard Book Number of before 1970
        return _both_forms("0" + digits) or (digits,)
    if len(digits) == 10 and digits[:9].isdigit():
        return _both_forms(digits) or (digits,)
    if len(digits) == 13 and digits.isdigit():
        ten = isbn10(digits)
        return (digits, ten) if ten and longer(ten) == digits else (digits,)
    return ()


def _both_forms(ten: str) -> tuple[str, ...]:
    """An ISBN-13 and the ISBN-10 it comes from, () where the check digit of `ten` is wrong."""
    return (longer(ten), ten) if ten[9] == check_10(ten[:9]) else ()


def issn(text: str) -> str:
    """An ISSN with its hyphen; only 8 digits count, since SLiMS writes ISSN where ISBN belong.

    >>> issn("0125-9989"), issn("20853238 (online)"), issn("979-407-096-3")
    ('0125-9989', '2085-3238', '')
    """
    found = _ISSN.match(text.strip()) if text else None
    return f"{found.group(1)}-{found.group(2).upper()}" if found else ""


def ismn(text: str) -> str:
    """A music number as its digits, with the 9790 that replaced its M in 2008.

    >>> ismn("M-2306-7118-7"), ismn("979-0-2306-7118-7 (jilid)"), ismn("x")
    ('9790230671187', '9790230671187', '')
    """
    head = text.strip().partition("(")[0].upper().replace("M", "9790", 1)
    digits = "".join(ch for ch in head if ch in "0123456789")
    return digits if len(digits) == 13 and digits.startswith("9790") else ""


def lccn(text: str) -> str:
    """A Library of Congress control number in its normal form (loc.gov: year, then six digits).

    >>> lccn("   85-2 "), lccn("n 78890351 "), lccn("2001627090//r95")
    ('85000002', 'n78890351', '2001627090')
    """
    text = text.partition("/")[0].lower().replace(" ", "")
    found = _LCCN.fullmatch(text) if "-" in text else None
    return f"{found.group(1)}{found.group(2)}{found.group(3):0>6}" if found else text.replace("-", "")


def oclc(text: str) -> str:
    """The number of an OCLC control number, "" for those of other systems.

    >>> oclc("(OCoLC)ocm00400866"), oclc("ocn767498970"), oclc("0010-0514000291")
    ('400866', '767498970', '')
    """
    found = _OCLC.match(text.strip())
    return found.group(1) if found else ""


def doi(text: str) -> str:
    """The DOI in a text or link, in small letters (DOI are the same in any case).

    >>> doi("https://doi.org/10.6028/NIST.SP.800-53"), doi("https://example.org/10")
    ('10.6028/nist.sp.800-53', '')
    """
    found = _DOI.search(text)
    return found.group().rstrip(".,;)").lower() if found else ""


@remembered
def dewey(text: str) -> str:
    """A Dewey number without the marks where it may be cut, "" for anything else.

    >>> dewey("808.8/7 [23]"), dewey("959.8'02"), dewey("[Fic]"), dewey("2008.15")
    ('808.87', '959.802', '', '')
    """
    found = _DEWEY.match(text.strip().lstrip("R. ").replace("/", "").replace("'", "").replace("’", ""))
    return found.group() if found else ""


def dewey_class(text: str) -> str:
    """The main class of a Dewey number.

    >>> dewey_class("808.87 ISK a")
    '800'
    """
    number = dewey(text)
    return number and number[0] + "00"
