"""What a text asks for as a whole: its opening, the thing asked for, its subject, and which constructions count.

Precision goes first. A construction that may as well be part of a title or of a subject is read only in a
text that asks for something: "matematika untuk anak" is left as it is, "buku matematika untuk anak" is not.
"""

from dataclasses import dataclass, field
from typing import Final

from search.analysis import is_stop_word
from search.implied import THINGS
from search.query import Filter
from search.reading.constructions import Construction, Found, Order, Words
from search.reading.phrases import Kind, Match, Phrasebook, Thing
from search.reading.spans import year
from search.reading.text import Text

# More of them is no way to ask; this also bounds the work.
MOST_OPENINGS: Final = 4
MOST_DESCRIBING: Final = 4
# Words between a thing and its "tentang", and of a subject before the thing: "film dokumenter tentang", "history books for".
MOST_BETWEEN: Final = 2
# With nothing else said, "buku terbaru" and "ebook gratis" ask for something; "buku anak" may be a title.
_ALONE: Final = frozenset[Kind](("sort", "access"))
# A year before this one, said after a subject, is more likely a time the subject is about than a year of publication.
FIRST_PLAIN_YEAR: Final = 1950
# Right beside a thesis or an article a year is when it was written, unless it is one that many write of ("skripsi 1965");
# so are years that stand bare after a subject.
FIRST_YEAR_BESIDE: Final = 2000

Span = tuple[int, int]  # of words, half-open


@dataclass(frozen=True, slots=True)
class Request:
    """cut: words that say nothing more. thing: what the thing asked for means, and where, or None. online: where
    the opening says that it must be possible to open it, or None."""

    cut: tuple[Span, ...]
    taken: tuple[Construction, ...]
    thing: tuple[Filter, Span] | None
    online: Span | None


@dataclass(slots=True)
class _Head:
    """The beginning of a request, up to its subject at word `end`.

    opened: as by "saya mencari". writes: as by "saya sedang menulis makalah", last of all. full: it is opened, or has a
    word for "about" after the thing. about: where that word ends, right before the subject; 0 where none stands there.
    """

    end: int = 0
    opened: bool = False
    writes: bool = False
    full: bool = False
    about: int = 0
    thing: Thing | None = None
    span: Span = (0, 0)
    cut: list[Span] = field(default_factory=list)
    taken: list[Construction] = field(default_factory=list)
    online: Span | None = None

    @property
    def dated(self) -> bool:
        return self.thing is not None and self.thing.dated

    @property
    def literary(self) -> bool:
        return self.thing is not None and self.thing.literary

    def asks(self) -> bool:
        """Whether a thing is asked for by what stands right beside it."""
        return self.full or any(
            one.negated
            or one.rule.sure
            or one.rule.place not in ("before", "after")
            or one.rule.kind in _ALONE
            or isinstance(one.meaning, Words)
            or (one.rule.kind == "language" and self.literary)
            or (one.rule.kind == "year" and self.dated)
            for one in self.taken
        )

    def meaning(self, read: bool) -> Filter | None:
        """What the thing means; `read` says whether anything else in the text was read."""
        if self.thing is None:
            return None
        described = any(one.start >= self.span[1] for one in self.taken)
        known = self.full or {"yes": read, "beside": described}.get(self.thing.bare, False)
        return self.thing.filter if known else None


def read(text: Text, found: Found, book: Phrasebook) -> Request | None:
    """The request that a text is, None for any other text."""
    return _Reader(text, found, book).request()


class _Reader:
    def __init__(self, text: Text, found: Found, book: Phrasebook) -> None:
        self._text, self._found, self._book = text, found, book

    def request(self) -> Request | None:
        asked = self._authorship()
        if asked is None or self._author_of_what_is_about():
            read = self._asking_for_a_thing()
            # "Siapa penulis buku tentang kamu" may ask for a title; with a year behind it, it asks for a subject.
            if asked is None or (read is not None and read.taken):
                return read
        return Request((asked,), (), None, None)

    def _asking_for_a_thing(self) -> Request | None:
        head = self._head()
        inside = self._inside(head)
        if head is None:
            inside = self._headless(inside)
            head = _Head()
            if not inside:
                return None
        elif head.thing is not None and not inside and not head.asks():
            return None
        taken = [*head.taken, *inside]
        meaning = head.meaning(bool(taken))
        cut = list(head.cut)
        if head.thing is not None and not head.thing.genre and (meaning or not head.thing.filter):
            cut.append(head.span)
        if not (taken or meaning or head.online) and (not cut or (head.thing and head.thing.genre and not head.opened)):
            return None  # "cerita tentang Rani": without its "tentang" nothing is gained
        cut += self._closing(head, taken)
        return Request(tuple(cut), tuple(taken), (meaning, head.span) if meaning else None, head.online)

    def _authorship(self) -> Span | None:
        """Where a text asks who wrote what it names; in capitals it may be a title itself ("Who Wrote the Bible?")."""
        text, book = self._text, self._book
        size = len(text)
        ends = {one.end for one in book.authorship_openings.at(text, 0) if not self._is_titled_so(one.end)}
        ends |= {one.end for one in book.authorship_half_openings.at(text, 0) if self._is_long_title(one.end)}
        # "Who wrote the book" names none, though "the book" is left of it.
        spans = [(0, end) for end in sorted(ends, reverse=True)] if ends and self._is_a_work(max(ends), size) else []
        spans += [(i, size) for i in range(1, size) if _ends(book.authorship_closings.longest(text, i), size)]
        for start, end in spans:
            named = (0, start) if start else (end, size)
            if text.whole(start, end) and not any(text.capital[max(start, 1) : end]) and self._is_a_work(*named):
                return start, end
        return None

    def _is_titled_so(self, i: int) -> bool:
        """Whether the "book" before word i is part of the title: "who wrote the Book of Job", "who wrote the book thief". Of
        "the book Dune" nothing is lost by it, since no title need say that it is a book (search.implied)."""
        text = self._text
        return text.words[i : i + 1] == ["of"] or (text.words[i - 1] in THINGS and len(text) == i + 1)

    def _is_long_title(self, i: int) -> bool:
        """Whether more than a word or two that describe a thing stand from word i on: "bumi manusia", not "anak" or "anak populer"."""
        text, book = self._text, self._book
        thing = book.things.longest(text, i - 1)
        described = text.words[i : i + 1] and text.words[i] in book.guards["not_names"]
        return len(text) > i + 1 and not described and not self._found.about[i] and (thing is None or thing.end == i)

    def _author_of_what_is_about(self) -> int:
        """Where the thing begins in "siapa penulis buku tentang laut", which names no work; 0 in any other text."""
        opening = self._book.authorship_openings.longest(self._text, 0)
        if opening is None or not self._found.about[opening.end]:
            return 0
        things = ((i, self._book.things.longest(self._text, i)) for i in range(1, opening.end))
        return next((i for i, thing in things if thing is not None and thing.end == opening.end), 0)

    def _is_a_work(self, start: int, end: int) -> bool:
        """Whether these words may name one: "it", "novel" and "buku ini" say only that there is one."""
        thing = self._book.things.longest(self._text, start)
        named = self._text.words[thing.end if thing is not None else start : end]
        return not self._book.guards["no_titles"].issuperset(named)

    # The head

    def _head(self) -> _Head | None:
        """The beginning of a request; None where no thing is asked for."""
        text, book = self._text, self._book
        head = _Head()
        opened = self._openings(head)
        i = self._described_before(head, opened)
        if i == len(text):
            return None
        if book.not_things.longest(text, i):
            head.end, head.cut = opened, [(0, opened)]
            return head if head.opened and i == opened and text.whole(0, opened) else None
        if head.writes and i == opened and (about := self._found.about[i]) and text.whole(0, about):
            if any(text.capital[1:about]):
                return None  # "Tell Me About Yourself"
            head.end, head.cut = about, [(0, about)]
            return head
        thing = self._thing(i)
        if thing is None and i == 0:
            return self._after_subject()
        if thing is None or (i > opened and text.parted[i]):
            return None
        start, head.thing = thing[0], thing[1].value
        head.span = (start, thing[1].end)
        tongue = self._literature(head)
        if begins := start if tongue is None else tongue:
            head.cut.append((0, begins))
        self._subject_begins(head)
        by_whom = any(one.rule.kind in ("person", "publisher") for one in head.taken)  # "any books by Andrea Hirata"
        if not head.full and ((opened and not by_whom) or any(map(self._may_be_titled, head.taken))):
            return None  # "Stories for Children"
        if not head.full and len(head.taken) == 1 and head.taken[0].rule.full:
            return None  # "New Poems"
        whole = all(text.whole(*span) for span in (*head.cut, head.span))
        known = {"opened": head.opened, "no": head.full}.get(head.thing.bare, True)
        return head if whole and known else None

    def _may_be_titled(self, one: Construction) -> bool:
        """Whether a construction right after the thing may be part of a title; who writes "Novel Karya Andrea Hirata" begins every
        word so, but "Novel Karya Andrea Hirata: Kajian Feminisme" is one."""
        named_last = one.rule.kind == "person" and one.rule.sure and one.end == len(self._text)
        return one.titled and not named_last

    def _after_subject(self) -> _Head | None:
        """The head of "history books for kids": a thing after its subject, and something else read right after it."""
        text, book = self._text, self._book
        for i in range(1, min(1 + MOST_BETWEEN, len(text))):
            if text.parted[i] or is_stop_word(text.words[i - 1]) or self._found.within[i - 1] is not None:
                return None
            if book.after_subject.longest(text, i) is not None and (thing := book.things.longest(text, i)) is not None:
                head = _Head(thing=thing.value, span=(i, thing.end))
                self._subject_begins(head)
                fits = head.taken and not any(one.titled for one in head.taken)
                return head if fits and all(text.whole(*span) for span in (*head.cut, head.span)) else None
        return None

    def _openings(self, head: _Head) -> int:
        text, book = self._text, self._book
        if i := self._author_of_what_is_about():
            head.full = head.opened = True
            return i
        for _ in range(MOST_OPENINGS):
            opening = book.openings.longest(text, i)
            if opening is None or (i and text.parted[i] and "," not in text.between(i)):
                break
            thing = book.things.longest(text, i)
            if thing is not None and thing.end > opening.end:
                break  # "kumpulan puisi"
            head.writes = opening.value == "writing_openings"
            if opening.value == "online_openings":
                head.online = (i, opening.end)
            if opening.value != "half_openings":
                head.full = head.opened = True
            i = opening.end
        return i

    def _described_before(self, head: _Head, i: int) -> int:
        """Where the thing begins, after "some good", "English", "children's"."""
        text, book = self._text, self._book
        for _ in range(MOST_DESCRIBING):
            if i >= len(text) or book.things.longest(text, i):
                break
            if (filler := book.before_things.longest(text, i)) is not None:
                i = filler.end
            elif (one := self._found.before[i]) is not None:
                head.taken.append(one)
                i = one.end
            else:
                break
        return i

    def _thing(self, i: int) -> tuple[int, Match[Thing]] | None:
        """The thing at word i and where it begins: of "referensi jurnal", "koleksi skripsi", "buku novel" the second."""
        text, things = self._text, self._book.things
        thing = things.longest(text, i)
        if thing is None:
            return None
        general = thing.value.filter is None and not thing.value.genre
        if general and thing.end < len(text) and not text.parted[thing.end]:
            another = things.longest(text, thing.end)
            if another is not None and (thing.value.bare in ("no", "opened") or another.value.genre):
                return thing.end, another
        return i, thing

    def _literature(self, head: _Head) -> int | None:
        """Where the language before literature stands: "Japanese novels" are Japan's, in whatever language."""
        tongue = next((one for one in head.taken if head.literary and one.rule.kind == "language"), None)
        if tongue is None:
            return None
        head.taken.remove(tongue)
        return tongue.start

    def _subject_begins(self, head: _Head) -> None:
        """Read what stands after the thing, before its subject: "apa saja", "anak", "berbahasa Inggris", "tentang"."""
        text, found = self._text, self._found
        i, one = head.span[1], None
        for _ in range(MOST_DESCRIBING):
            if i >= len(text) or (text.parted[i] and "," not in text.between(i)):
                break
            k = i + (text.words[i] in self._book.connectives)
            choices = [one for one in (found.beside[k], found.within[k], found.within[i]) if one is not None]
            one = max(choices, key=lambda one: one.end, default=None)
            if one is not None and self._describes(one, head):
                head.taken += (described := self._with_year(one))
                i = described[-1].end
            elif filler := self._filler(i):
                head.cut.append((i, filler))
                i = filler
            else:
                break
        if i < len(text) and not text.parted[i] and (about := found.about[i]):
            head.cut.append((i, about))
            head.full, head.about, i = True, about, about
        elif one is not None and self._is_of_whom(one, head) and (about := found.about[one.end]):
            head.cut.append((one.end, about))
            head.full = True
        elif (late := self._late_about(head, i)) is not None:
            head.cut.append(late)
            head.full = True
        head.end = i

    def _late_about(self, head: _Head, i: int) -> Span | None:
        """The "tentang" of "film dokumenter tentang laut", where the subject begins at word i."""
        text, found = self._text, self._found
        if head.thing is None or head.thing.filter is None:
            return None
        for k in range(i + 1, min(i + 1 + MOST_BETWEEN, len(text))):
            if text.parted[k]:
                return None
            if found.about[k] and text.words[k] != "on":
                return k, found.about[k]
        return None

    def _filler(self, i: int) -> int:
        """Where words that say nothing, as "apa saja" or "for my thesis" after a thing, end; 0 where there are none."""
        purpose = self._book.purposes.longest(self._text, i)
        if purpose is not None and self._found.about[purpose.end]:
            return purpose.end
        filler = self._book.after_things.longest(self._text, i)
        if filler is None or self._found.about[i]:
            return 0
        ends = self._found.ends_at(filler.end) or self._found.beside[filler.end] is not None
        return filler.end if ends else 0

    def _describes(self, one: Construction, head: _Head) -> bool:
        """Whether a construction right after the thing describes it."""
        rule, about = one.rule, self._found.about[one.end]
        if self._is_of_whom(one, head):
            return False
        if one.negated:
            return rule.place != "capital"
        if self._is_bare_year(one) and not about:
            by_year = head.dated or any(
                isinstance(before.meaning, Order) for before in head.taken
            )  # "novel terbaru 2023"
            return by_year and _first_year(one) >= FIRST_YEAR_BESIDE  # "buku 1984" asks for Orwell's
        if rule.place in ("after", "end") and rule.kind == "language" and not (about or head.literary):
            return False  # "buku bahasa Inggris" may teach it
        return rule.place != "capital"

    def _is_bare_year(self, one: Construction) -> bool:
        """Years that nothing announces, as in "skripsi 2019 2021"; "2015 sampai 2018" announces itself."""
        return one.rule.kind == "year" and (
            (one.rule.place == "after" and one.rule.value == "exact")
            or (one.rule.place == "dated" and year(self._text.words[one.start]) is not None)
        )

    def _is_of_whom(self, one: Construction, head: _Head) -> bool:
        """ "Skripsi untuk anak usia 5 tahun tentang gizi", "skripsi tentang gizi untuk anak" are not for them to read."""
        return one.rule.kind == "audience" and head.dated

    # The subject and what follows it

    def _inside(self, head: _Head | None) -> list[Construction]:
        """The constructions that count within or after the subject."""
        found = self._found
        taken: list[Construction] = []
        i = before = head.end if head else 0
        while i < len(self._text):
            one = found.within[i]
            if one is None or self._is_opposite(i, one) or not self._counts(one, before, head or _Head()):
                i += 1
                continue
            taken += (described := self._with_year(one))
            i = before = described[-1].end
        return taken

    def _with_year(self, one: Construction) -> list[Construction]:
        """A construction, and the year that stands bare after a name: "terbitan Gramedia 2015"."""
        year = self._found.bare_year(one.end) if one.rule.kind in ("person", "publisher") else None
        return [one] if year is None else [one, year]

    def _is_opposite(self, i: int, one: Construction) -> bool:
        """Whether the word before a construction says that it is not wanted, which was not understood with it."""
        text = self._text
        return not one.negated and i > 0 and text.words[i - 1] in self._book.negators and not text.parted[i]

    def _counts(self, one: Construction, before: int, head: _Head) -> bool:
        """Whether a construction is read. before: where the one before it ends."""
        rule, found = one.rule, self._found
        last = found.closing[one.end] or found.within[one.end] is not None
        if ((one.titled or rule.full) and not head.full) or (rule.place in ("end", "capital") and not last):
            return False
        beside = one.start == before and not self._is_bare_year(one)
        if rule.place == "dated" and not (found.closing[one.end] and (head.dated or beside)):
            return False  # "pemilu tahun 2014"
        subject = self._text.words[head.end : one.start]
        if not subject and not one.negated and (rule.place == "end" or rule.kind in ("person", "unwanted")):
            return False
        if rule.kind == "year" and not rule.sure and one.start == head.about:
            return False  # "buku tentang tahun 1960-an"
        # What follows another construction is no part of the subject: "sejarah untuk anak setelah 2010".
        return head.end < before == one.start or self._means(one, subject, head)

    def _means(self, one: Construction, subject: list[str], head: _Head) -> bool:
        """Whether a construction is meant of the thing, not of its subject."""
        guards = self._book.guards
        if one.rule.kind == "language":
            return guards["of_language"].isdisjoint(subject)
        if self._is_of_whom(one, head):
            return False
        if one.rule.kind == "year" and not one.rule.sure:
            announced = year(self._text.words[one.start]) is None  # "skripsi permesta 1957-1961" is about that time
            first = FIRST_PLAIN_YEAR if announced else FIRST_YEAR_BESIDE
            return guards["eras"].isdisjoint(subject) and _first_year(one) >= first
        if one.rule.kind == "person":
            of_thing = self._book.things.longest(self._text, one.start - 1) is not None
            return not head.dated and not of_thing and guards["studies"].isdisjoint(subject)
        return True

    def _headless(self, inside: list[Construction]) -> list[Construction]:
        """What is read where no thing is asked for: what is sure, and two that close the text, as in "coral reefs
        for kids in English"."""
        text, found = self._text, self._found
        if not self._book.guards["questions"].isdisjoint(text.words):
            return []
        inside = [one for one in inside if one.rule.place == "anywhere"]
        end, kinds = len(text), set[Kind]()
        for one in reversed(inside):
            if one.end != end and not found.closing[one.end]:
                break
            kinds.add(one.rule.kind)
            end = one.start
        read = inside if len(kinds) > 1 else [one for one in inside if one.rule.sure]
        taken = {i for one in read for i in range(one.start, one.end)}
        has_subject = any(i not in taken and not is_stop_word(word) for i, word in enumerate(text.words))
        return read if has_subject else []

    def _closing(self, head: _Head, taken: list[Construction]) -> list[Span]:
        """What is said last of all and is nothing to look for; what a thing is for counts where nothing else is said."""
        start, end = self._found.closing.index(True), len(self._text)
        if start <= head.end and not taken and self._book.purposes.longest(self._text, start):
            return []
        return [(start, end)] if start < end and self._text.whole(start, end) else []


def _ends(match: Match[None] | None, size: int) -> bool:
    return match is not None and match.end == size


def _first_year(one: Construction) -> int:
    """The year that a span of years is said by."""
    years = one.meaning.values[0] if isinstance(one.meaning, Filter) else ""
    first, _, last = years.rpartition("..")
    # "..1949" is "before 1950".
    return int(first) if first else int(last) + years.startswith("..")
