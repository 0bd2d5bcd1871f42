"""How a copy is lent, by the words of its collection and shelf, else by the format of its title.

A loan type has rules of its own (portal/store/tables/circulation.py). What is chosen here holds for a new copy; from
then on staff decide at the desk.
"""

import re
from collections.abc import Iterable
from typing import Final

BOOK: Final = "book"
REFERENCE: Final = "reference"
PERIODICAL: Final = "periodical"
CLASS_SET: Final = "class_set"
AV: Final = "av"
# Read in the library only.
NOT_LENT: Final = frozenset((REFERENCE,))

# Words of a collection or a place on the shelf, in small letters, as libraries name them. All words of a line must be there.
_WORDS: Final = (
    ("reference", REFERENCE),
    ("referensi", REFERENCE),
    ("ref", REFERENCE),
    ("rujukan", REFERENCE),
    ("tandon", REFERENCE),
    ("deposit", REFERENCE),
    ("langka", REFERENCE),
    ("rare", REFERENCE),
    ("periodical", PERIODICAL),
    ("periodicals", PERIODICAL),
    ("serial", PERIODICAL),
    ("serials", PERIODICAL),
    ("berkala", PERIODICAL),
    ("majalah", PERIODICAL),
    ("jurnal", PERIODICAL),
    ("koran", PERIODICAL),
    ("class set", CLASS_SET),
    ("class sets", CLASS_SET),
    ("paket kelas", CLASS_SET),
    ("buku paket", CLASS_SET),
    ("audiovisual", AV),
    ("av", AV),
    ("dvd", AV),
    ("vcd", AV),
    ("cd", AV),
    ("kaset", AV),
    ("video", AV),
)
_FORMATS: Final = {
    "journal": PERIODICAL,
    "newspaper": PERIODICAL,
    "audio": AV,
    "audiobook": AV,
    "music": AV,
    "video": AV,
    "kit": AV,
    "software": AV,
    "manuscript": REFERENCE,
    "microform": REFERENCE,
}
_WORD: Final = re.compile(r"\w+")


def loan_type(places: Iterable[str], formats: Iterable[str]) -> str:
    """places: the collection of a copy and where it stands, the one that decides first.

    >>> loan_type(["Koleksi Referensi"], ["book"]), loan_type(["Umum"], ["video"]), loan_type(["Refleksi"], ["book"])
    ('reference', 'av', 'book')
    """
    for place in places:
        words = set(_WORD.findall(place.casefold()))
        for wanted, found in _WORDS:
            if words.issuperset(wanted.split()):
                return found
    return next((_FORMATS[format] for format in formats if format in _FORMATS), BOOK)
