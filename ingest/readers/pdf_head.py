"""What a PDF says about itself: how much of it is kept, and what of it is worth keeping."""

import re
from typing import Final

from ingest.readers.pdf_text import clean

MAX_SECTIONS: Final = 5_000
MAX_SECTION_LEVEL: Final = 8
MAX_HEADING: Final = 300
MAX_LABEL: Final = 20
MAX_METADATA: Final = 1_000

# Titles and names that programs and templates write by themselves.
_JUNK_TITLE = re.compile(
    r"""( no\ title | title | judul | doc(ument)? | dokumen | print | layout | cover | slide
        | presentation | powerpoint\ presentation ) [\s\d]*
      | (bab|chapter)\ ([ivxl]+|\d+)
      | (untitled | microsoft\ (word|powerpoint|excel) | adobe\ photoshop)\b .*
      | [^ ]* \. (indd|exe|e?ps|jpe?g|tiff?|png|docx?|rtf|odt|pptx?|xlsx?|tex|dvi|pdf|qxd|p65|pmd|cdr|ai|fm)
      | [\W\d_]*""",
    re.IGNORECASE | re.VERBOSE,
)
_JUNK_AUTHOR = re.compile(
    r"""( admin(istrator)? | user | owner | author | pengarang | unknown | anonymous | windows\ user
        | microsoft\ office\ user | asus | acer | toshiba | lenovo | hp ) [\s\d]*
      | [\W\d_]* | . | .*@.*""",
    re.IGNORECASE | re.VERBOSE,
)
_YEAR = re.compile(r"(?:D:)?((?:19[89]|20\d)\d)")


def plain_metadata(values: dict[str, str]) -> dict[str, str]:
    """What of a PDF's own description is worth keeping; keys as in ingest.source.PdfBook.

    `values`: decoded entries of the information dictionary, keys in lower case, with "created"
    (a PDF date) and "language" (the catalogue's /Lang).

    >>> plain_metadata({"title": "Microsoft Word - bab1.doc", "author": "Chairil", "created": "D:20140102"})
    {'author': 'Chairil', 'year': '2014'}
    >>> plain_metadata({"title": "BAB I"}), plain_metadata({"title": "Bab Iman"})
    ({}, {'title': 'Bab Iman'})
    """
    kept = {}
    for key in ("title", "author", "subject", "keywords", "language"):
        text = clean(values.get(key, "").strip("\0"), MAX_METADATA).replace("\n", " ")
        junk = {"title": _JUNK_TITLE, "author": _JUNK_AUTHOR}.get(key)
        if text and not (junk and junk.fullmatch(text)):
            kept[key] = text
    if year := _YEAR.match(values.get("created", "")):
        kept["year"] = year[1]
    return kept
