"""How much of another library's words a text holds, and why it lacks the rest."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTPage, LTTextContainer
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage

from ingest.readers.pdf_text import clean

MOST = 1_000_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class ReferencePage:
    """A page as pdfminer.six lays it out: everything, and what of it lies on the visible page."""

    everything: str
    visible: str


def pdfminer_pages(path: Path) -> Iterator[ReferencePage]:
    """What `extract_pages(path, laparams=LAParams())` does, with the crop box known. Raises what pdfminer raises."""
    device = PDFPageAggregator(manager := PDFResourceManager(), laparams=LAParams())
    interpreter = PDFPageInterpreter(manager, device)
    with path.open("rb") as file:
        for page in PDFPage.get_pages(file):
            interpreter.process_page(page)
            boxes = [box for box in device.get_result() if isinstance(box, LTTextContainer)]
            x0, y0, x1, y1 = _visible(page, device.get_result())
            inside = (b.get_text() for b in boxes if b.x1 > x0 and b.x0 < x1 and b.y1 > y0 and b.y0 < y1)
            yield ReferencePage("".join(box.get_text() for box in boxes), "".join(inside))


def _visible(page: PDFPage, laid_out: LTPage) -> tuple[float, float, float, float]:
    """The crop box in the coordinates of a laid-out page, which begin at the media box; a turned page whole."""
    x0, y0, x1, y1 = page.cropbox
    if page.rotate % 360:
        return laid_out.x0, laid_out.y0, laid_out.x1, laid_out.y1
    left, bottom = page.mediabox[:2]
    return x0 - left, y0 - bottom, x1 - left, y1 - bottom


def words(text: str) -> Counter[str]:
    """Words after NFKC, in lower case, those broken at a line end whole."""
    return Counter(_WORD.findall(clean(text, MOST).lower()))


@dataclass(slots=True)
class Share:
    """How many of the words of one text another holds.

    spelled: words that are there when blanks are not looked at ("ofthe" and "of the"): one library sees a
    blank where the other sees none.
    """

    words: int = 0
    found: int = 0
    spelled: int = 0

    def add(self, other: "Share") -> None:
        self.words += other.words
        self.found += other.found
        self.spelled += other.spelled

    def __str__(self) -> str:
        if not self.words:
            return "no words"
        return f"{self.found / self.words:.2%}, {(self.found + self.spelled) / self.words:.2%} apart from blanks"


def compare(theirs: str, mine: str) -> tuple[Share, Counter[str]]:
    """The share of the words of `theirs` that `mine` holds, and those that it lacks altogether."""
    wanted = words(theirs)
    lacking = wanted - words(mine)
    letters = "".join(clean(mine, MOST).lower().split())
    gone = Counter({word: count for word, count in lacking.items() if len(word) < 3 or word not in letters})
    total, missing = wanted.total(), lacking.total()
    return Share(total, total - missing, missing - gone.total()), gone


def compare_pages(theirs: Iterable[str], mine: Iterable[str]) -> tuple[Share, Counter[str]]:
    """The same, page by page."""
    share, gone = Share(), Counter[str]()
    for their_page, my_page in zip(theirs, mine, strict=False):
        one, lacking = compare(their_page, my_page)
        share.add(one)
        gone += lacking
    return share, gone
