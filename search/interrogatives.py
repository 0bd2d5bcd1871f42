"""What a question asks for, by the word it is asked with; and whether a sentence can hold that at all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from search import analysis
from search.analysis import Word
from search.bilingual.abbreviations import written_out

Kind = Literal["person", "place", "date", "time", "quantity", "reason", "definition", "list", "other"]


def words_in(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PERSON: Final = words_in("siapa siapakah who whom whose")
_TIME: Final = words_in("kapan kapankah bilamana when")
_QUANTITY: Final = words_in("berapa berapakah brp")
_REASON: Final = words_in("mengapa kenapa knp why")
_PLACE: Final = words_in("dimana dimanakah dmn where")
_OTHER: Final = words_in("apa apakah mana manakah bagaimana bagaimanakah bgmn gimana gmn what which how")
_ASKING: Final = _PERSON | _PLACE | _TIME | _QUANTITY | _REASON | _OTHER
# A question in English may also begin so; beyond the first word these say nothing.
_HELPING: Final = words_in("is are was were do does did can could should must may")
# Asked with the particle alone.
_PARTICLE: Final = words_in("adakah bisakah bolehkah dapatkah haruskah perlukah benarkah")

# Who asks so wants the same as who asks what or how.
_TELLING: Final = words_in("jelaskan terangkan sebutkan uraikan ceritakan explain describe define")

# After "when": what is asked for has happened, and has a date.
_PAST: Final = words_in("was were did")
# After "how": what is asked for is a number.
_MEASURED: Final = words_in("many much long old far high often large big deep fast tall heavy")
# Beside "berapa" and "what": what is asked for is a date.
_MOMENTS: Final = words_in("tahun tanggal hari bulan abad year date day month century")

# Words of a question that name what kind of thing is asked for; an answer gives the thing and seldom its kind.
KINDS_OF_THINGS: Final = words_in(
    """
    arti artinya dimaksud maksud maksudnya pengertian definisi disebut namanya nama warna jumlah lama lamanya banyaknya
    cara caranya alasan alasannya sebab penyebab penyebabnya tujuan saja jenis macam letak tahun tanggal orang isi bunyi
    kah terjadi definition meaning mean means called name colour color number kind type types way reason cause causes
    caused purpose year date people person many much long often happen happened occur occurred please tell kali sekali times
    """
)

# Words of a question beside what it is about: where they stand they count, but nobody looks for all that holds them.
FILLING: Final = (
    KINDS_OF_THINGS
    | _TELLING
    | words_in(
        """
        manfaat kegunaan guna gunanya manfaatnya fungsi fungsinya dampak akibat akibatnya lokasi perbedaan contoh contohnya
        benefit benefits advantage advantages effect effects importance important location located difference differences
        example examples work works
        """
    )
)

BE: Final = words_in("is are was were")
_REASONS: Final = words_in(
    """
    karena sebab disebabkan akibat akibatnya lantaran supaya agar sehingga demi because since due cause causes
    caused causing result results resulted resulting reason prompted
    """
)
# "may" is a month less often than it is not.
MONTHS: Final = words_in(
    """
    januari februari maret april mei juni juli agustus september oktober november desember january february march june
    july august october december
    """
)
_WHEN: Final = MONTHS | words_in(
    "tanggal date jika apabila bila ketika sebelum sesudah setelah sejak sekali setiap if once when before after until since upon every"
)
_NUMBERS: Final = words_in(
    """
    satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas belas puluh ratus ribu juta miliar milyar
    sekali setengah separuh seratus seribu seorang sebuah one two three four five six seven eight nine ten eleven twelve
    dozen hundred thousand million billion half once twice
    """
)
_AT: Final = words_in("di ke dari in at from near to")
_BY: Final = words_in("oleh by")
# What an Indonesian verb begins with.
_VERBAL: Final = ("me", "di", "ber", "ter")
WHENEVER: Final = words_in("apabila jika bila ketika kalau if when whenever")
# Any other name in the sentence may be that of somebody else.
_SOMEBODY: Final = 0.9
_LISTED: Final = words_in("saja sebutkan")
_LISTING: Final = words_in(
    "meliputi terdiri yaitu yakni antara mencakup berupa include includes including consist consists comprise comprises"
)
_LAST_OF_A_LIST: Final = words_in("dan serta atau and or")
# Before a number that counts nothing: "ayat (5)", "Figure 3".
_NUMBERED: Final = words_in(
    "ayat pasal nomor angka huruf bab tabel gambar halaman hal bagian butir chapter section article figure table page part number no"
)
# An amount stands no farther from what it is an amount of, and who does something from what is done.
_NEAR: Final = 4
_JOINING: Final = frozenset("-–/.:")
_YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Interrogative:
    """kind: what is asked for. certain: the text is a question even without its sign."""

    kind: Kind
    certain: bool


def interrogative(text: str) -> Interrogative | None:
    """How a text asks; None where it does not.

    >>> [interrogative(text).kind for text in ("Siapa presiden?", "how many died", "What is MCAS?", "tahun berapa")]
    ['person', 'quantity', 'definition', 'date']
    >>> interrogative("terumbu karang") is interrogative("laporan WHO") is None
    True
    """
    text = text[:400]
    words = [word.text for word in analysis.words(text) if not written_out(text[word.start : word.end], text)]
    if not words:
        return None
    asks = next((n for n, word in enumerate(words) if word in _ASKING), None)
    if asks is None:
        helped = words[0] in _HELPING | _PARTICLE | _TELLING
        return Interrogative("other", helped) if helped or text.rstrip().endswith("?") else None
    return Interrogative(_kind(words, asks), asks == 0 or (asks == 1 and words[0] in _AT))


def _kind(words: Sequence[str], asks: int) -> Kind:
    word, beside = words[asks], {*words[max(asks - 1, 0) : asks], *words[asks + 1 : asks + 2]}
    following = next(iter(words[asks + 1 : asks + 2]), "")
    if word in _PERSON:
        return "person"
    if word in _PLACE or (word in ("mana", "manakah") and words[asks - 1 : asks] in (["di"], ["dari"], ["ke"])):
        return "place"
    if word in _QUANTITY | {"what", "which"} and beside & _MOMENTS and following != "lama":
        return "date"
    if word in _TIME:
        return "date" if following in _PAST else "time"
    if word in _QUANTITY or (word == "how" and following in _MEASURED):
        return "quantity"
    if word in ("apa", "apakah") and _LISTED & set(words):
        return "list"
    if word in _REASON or (word in ("apa", "what") and following in ("penyebab", "sebab", "caused", "causes")):
        return "reason"
    if word in ("apa", "apakah") and (following in ("itu", "arti", "definisi", "pengertian") or words[-1] == "itu"):
        return "definition"
    if word == "apa" and set(words) & {"dimaksud", "maksud"}:
        return "definition"
    if word == "what" and (following in BE or words[-1] in ("mean", "means")):
        return "definition"
    return "other"


def how_fit(kind: Kind, text: str, words: Sequence[Word], asked: Sequence[int]) -> float:
    """How well a sentence holds what a question of this kind asks for, 0..1, as `can_answer` has it."""
    if not can_answer(kind, text, words, asked):
        return 0.0
    return _SOMEBODY if kind == "person" and not _does_it(words, asked) else 1.0


def _does_it(words: Sequence[Word], asked: Sequence[int]) -> bool:
    """Who does what is asked stands right before or after it: "Majelis ini menetapkan", "dipimpin oleh seorang camat"."""
    done_by = any(word.text in _BY for place in asked for word in words[place + 1 : place + 1 + _NEAR])
    return done_by or (0 < asked[0] <= _NEAR and words[0].text not in WHENEVER)


def can_answer(kind: Kind, text: str, words: Sequence[Word], asked: Sequence[int]) -> bool:
    """Whether a sentence holds what a question of this kind asks for.

    words: those of the sentence; asked: the places in them of what the question named itself.
    """
    named = set(asked)
    others = [word for place, word in enumerate(words) if place not in named]
    match kind:
        case "person":
            subject = next((word for word in words if not analysis.is_stop_word(word.text)), None)
            acts = subject in others and any(_is_verb(words[place].text) for place in asked)
            return acts or any(word.text in _BY or _is_name(text, word) for word in others)
        case "place":
            return any(_leads_to_name(text, words, place) for place in range(len(words)))
        case "date":
            return any(word.text in MONTHS or _YEAR.fullmatch(word.text) for word in others)
        case "time":
            return any(word.text in _WHEN or _YEAR.fullmatch(word.text) for word in others)
        case "quantity":
            return any(
                (words[place].text in _NUMBERS or _is_amount(text, words[place]))
                and words[max(place - 1, 0)].text not in _NUMBERED
                and any(abs(place - one) <= _NEAR for one in asked)
                for place in range(len(words))
                if place not in named
            )
        case "list":
            return _lists(text, words, asked)
        case "reason":
            return any(word.text in _REASONS and not _points_back(words, place) for place, word in enumerate(words))
        case "definition" | "other":
            return True  # what defines is weighed by search.definitions


def _is_verb(word: str) -> bool:
    return word.startswith(_VERBAL) and analysis.stem(word, "id") != word


def _lists(text: str, words: Sequence[Word], asked: Sequence[int]) -> bool:
    """It says what something consists of, and not what it is a part of."""
    for place, word in enumerate(words):
        if word.text in _LISTING:
            before = {words[one].text for one in asked if one < place}
            return before.issuperset(words[one].text for one in asked)
    return text.count(",") > 1 and any(word.text in _LAST_OF_A_LIST for word in words)


def _is_name(text: str, word: Word) -> bool:
    return word.start > 0 and text[word.start].isupper()


def _leads_to_name(text: str, words: Sequence[Word], place: int) -> bool:
    """ "di antara Pulau Sulawesi", "near Addis Ababa"."""
    return words[place].text in _AT and any(text[word.start].isupper() for word in words[place + 1 : place + 4])


def _points_back(words: Sequence[Word], place: int) -> bool:
    """ "Oleh karena itu", "because of this": the reason stands in the sentence before."""
    return bool({word.text for word in words[place + 1 : place + 3]} & {"itu", "ini", "tersebut", "this"})


def _is_amount(text: str, word: Word) -> bool:
    """A number that counts something: no year, and no part of a code ("737-27-1318") or of a date."""
    if not word.text.removeprefix("rp")[:1].isdigit() or _YEAR.fullmatch(word.text):
        return False
    around = {text[word.start - 1 : word.start], text[word.end : word.end + 1]}
    before = analysis.plain_words(text[max(word.start - 12, 0) : word.start])[-1:]
    after = analysis.plain_words(text[word.end : word.end + 12])[:1]
    return not around & _JOINING and not {*before, *after} & MONTHS
