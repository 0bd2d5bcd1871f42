"""Our map beside Open Library's on its own records: python -m tests.oracles.open_library writes docs/open-library.md.

Open Library keeps, for each of its test records, the JSON that its importer should give. Both sides are made
comparable first (`FIELDS` says how, field by field); what still differs is judged in open_library.toml, one verdict a
record and field, and stands in the document with both values.
"""

import json
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, get_args

from ingest.mapping import table
from ingest.mappings.marc21 import to_document
from ingest.source import Rejected, SourceRecord
from ingest.transform import lccn
from search.document import Document
from search.schema import BY_NAME
from tests.support.marc_records import read_file
from tests.support.shared_data import SHARED

FOLDER: Final = SHARED / "data" / "marc" / "openlibrary"
DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "open-library.md"
VERDICTS: Final = Path(__file__).with_name("open_library.toml")

Verdict = Literal["ours", "theirs", "both", "neither"]
Theirs = Mapping[str, Any]
Values = frozenset[str]

_NOT_WORD: Final = re.compile(r"[\W_]+")
_YEAR: Final = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Compared:
    """How one field is compared. within: ours may hold more, which the document says; else both must be equal."""

    name: str
    theirs: Callable[[Theirs], Iterable[str]]
    ours: Callable[[Document], Iterable[str]]
    how: str
    within: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    record: str
    field: str
    theirs: tuple[str, ...]
    ours: tuple[str, ...]


def words(text: str) -> str:
    """The words of a text in order, without marks, capitals and the signs of transliteration.

    >>> words("Les noirs & les rouges /"), words("Nyu-Yorḳ")
    ('les noirs les rouges', 'nyu york')
    """
    plain = "".join(ch for ch in unicodedata.normalize("NFKD", text) if not unicodedata.combining(ch))
    return _NOT_WORD.sub(" ", "".join(ch for ch in plain if ch not in "ʻʼ'’ʹʺ")).strip().casefold()


def sorted_words(text: str) -> str:
    """The same in order of the alphabet: "Steve Jobs" and "Jobs, Steve" are one."""
    return " ".join(sorted(words(text).split()))


def _listed(key: str, theirs: Theirs) -> list[str]:
    found = theirs.get(key) or []
    return [found] if isinstance(found, str) else [str(item) for item in found]


def _values(*names: str) -> Callable[[Document], list[str]]:
    """Our values of fields with those in original script."""
    for name in names:
        assert name in BY_NAME, name

    def of(document: Document) -> list[str]:
        original = [item.text for item in document.vernacular if item.field in names]
        return [*(value for name in names for value in document.values(name)), *original]

    return of


def _main_values(*names: str) -> Callable[[Document], list[str]]:
    return lambda document: [value for name in names for value in document.values(name)]


def _title(theirs: Theirs) -> list[str]:
    return [f"{theirs.get('title', '')} {theirs.get('subtitle', '')}"]


def _authors(theirs: Theirs) -> list[str]:
    return [
        name for author in theirs.get("authors", ()) for name in (author["name"], *author.get("alternate_names", ()))
    ]


def _names(document: Document) -> list[str]:
    return [
        *(c.name for c in document.contributors),
        *(v.text for v in document.vernacular if v.field == "contributor"),
    ]


def _year(theirs: Theirs) -> list[str]:
    return _YEAR.findall(theirs.get("publish_date", ""))[:1]


def _country(theirs: Theirs) -> list[str]:
    code = theirs.get("publish_country", "")
    parts = table("countries", "parts")
    return [next((country for country in parts if code in parts[country].split()), code)]


def _isbn_13(text: str) -> str:
    """An ISBN of ten digits as one of thirteen (ISO 2108: weights 1 and 3)."""
    if len(text) != 10:
        return text
    digits = f"978{text[:9]}"
    check = -sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(digits)) % 10
    return f"{digits}{check}"


def _isbns(theirs: Theirs) -> list[str]:
    return [_isbn_13(number) for number in (*_listed("isbn_13", theirs), *_listed("isbn_10", theirs))]


def _contents(theirs: Theirs) -> list[str]:
    return [item["title"] for item in theirs.get("table_of_contents", ())]


def _subjects(theirs: Theirs) -> list[str]:
    return [sorted_words(text) for text in (*_listed("subjects", theirs), *_listed("subject_people", theirs))]


FIELDS: Final = (
    Compared("title", _title, lambda d: [d.title, *(v.text for v in d.vernacular if v.field == "title")],
             "title and subtitle as one; theirs is in original script where there is one, so ours need only have it too", True),
    Compared("authors", _authors, _names, "all names, alternate ones too, without dates and roles"),
    Compared("publish_date", _year, _main_values("year"), "the first year"),
    Compared("publish_country", _country, _main_values("country"), "states as their country"),
    Compared("publish_places", partial(_listed, "publish_places"), _values("publication_place"), "ours may have the original script too", True),
    Compared("publishers", partial(_listed, "publishers"), _values("publisher"), "ours may have the original script too", True),
    Compared("languages", partial(_listed, "languages"), _main_values("language"), "codes"),
    Compared("translated_from", partial(_listed, "translated_from"), _main_values("language_original"), "codes"),
    Compared("pagination", partial(_listed, "pagination"), _values("physical"), "theirs within our physical description", True),
    Compared("by_statement", partial(_listed, "by_statement"), _values("responsibility"), "theirs within ours", True),
    Compared("edition_name", partial(_listed, "edition_name"), _main_values("edition"), "as words"),
    Compared("isbn", _isbns, lambda d: [_isbn_13(number) for number in d.values("isbn")], "as ISBN-13, both lists as one"),
    Compared("lccn", lambda t: [lccn(number) for number in _listed("lccn", t)], _main_values("lccn"), "in the normal form, without spaces"),
    Compared("oclc_numbers", partial(_listed, "oclc_numbers"), _main_values("oclc"), "numbers"),
    Compared("lc_classifications", partial(_listed, "lc_classifications"), _main_values("call_number"), "among our call numbers", True),
    Compared("dewey_decimal_class", partial(_listed, "dewey_decimal_class"), _main_values("dewey"), "numbers"),
    Compared("series", partial(_listed, "series"), _main_values("series_statement"), "with volumes, as words"),
    Compared("subjects", _subjects, lambda d: [sorted_words(v) for v in _main_values("topic", "genre")(d)],
             "subjects and subject_people against topic and genre; words in any order, since theirs turns names around"),
    Compared("subject_places", partial(_listed, "subject_places"), _main_values("place"), "as words"),
    Compared("subject_times", partial(_listed, "subject_times"), _main_values("era"), "as words"),
    Compared("work_titles", partial(_listed, "work_titles"), _values("title_uniform", "title_other"), "among our uniform and other titles", True),
    Compared("other_titles", partial(_listed, "other_titles"), _values("title_other", "title_uniform", "title"), "among our titles", True),
    Compared("notes", lambda t: str(t.get("notes", "")).split("\n\n"), _values("note", "thesis", "award"), "each of theirs among our notes", True),
    Compared("description", partial(_listed, "description"), _values("summary"), "theirs within ours", True),
    Compared("table_of_contents", _contents, _values("contents"), "each line within our contents", True),
    Compared("links", lambda t: [link["url"] for link in t.get("links", ())], lambda d: [link.url for link in d.links], "addresses", True),
)  # fmt: skip
NOT_COMPARED: Final = {
    "number_of_pages": "we show the physical description and count nothing by pages",
    "physical_format": "245 $h is read into `format` as a code",
    "copyright_date": "one date of publication is kept",
    "location": "852 goes into items",
    "identifiers": "numbers of other sites",
}


def pairs() -> list[tuple[str, Theirs, Path]]:
    """Each expected JSON with its record: name, what they expect, the file."""
    found = []
    for expected in sorted(FOLDER.glob("*_expect__*.json")):
        kind, _, name = expected.stem.partition("_expect__")
        source = FOLDER / (f"bin_input__{name}.mrc" if kind == "bin" else f"xml_input__{name}_marc.xml")
        if source.exists():
            found.append((f"{kind}/{name}", json.loads(expected.read_text(encoding="utf-8")), source))
    return found


def documents() -> list[tuple[str, Theirs, Document | Rejected]]:
    found = []
    for name, theirs, path in pairs():
        (record,) = read_file(path)
        found.append((name, theirs, to_document(record, "ol") if isinstance(record, SourceRecord) else record))
    return found


def compare(field: Compared, theirs: Theirs, ours: Document) -> Difference | None:
    """What differs, None where nothing does."""
    wanted = tuple(dict.fromkeys(text for text in field.theirs(theirs) if words(text)))
    held = tuple(dict.fromkeys(text for text in field.ours(ours) if words(text)))
    one, other = frozenset(map(words, wanted)), frozenset(map(words, held))
    if field.within:
        searched = (*other, words(" ".join(held)))
        missing = tuple(text for text in wanted if not any(words(text) in text_of_ours for text_of_ours in searched))
        return Difference("", field.name, missing, held) if missing else None
    if one == other:
        return None
    return Difference(
        "", field.name, tuple(t for t in wanted if words(t) not in other), tuple(t for t in held if words(t) not in one)
    )


def compared() -> tuple[Mapping[str, tuple[int, int]], list[Difference]]:
    """For each field, in how many records either side has it and in how many they agree; and all differences."""
    counts = {field.name: (0, 0) for field in FIELDS}
    differences = []
    for name, theirs, ours in documents():
        if isinstance(ours, Rejected):
            differences.append(Difference(name, "record", (str(theirs.get("title", "")),), (ours.code,)))
            continue
        for field in FIELDS:
            if not any(map(words, field.theirs(theirs))) and (field.within or not any(map(words, field.ours(ours)))):
                continue
            had, agreed = counts[field.name]
            difference = compare(field, theirs, ours)
            counts[field.name] = (had + 1, agreed + (difference is None))
            if difference is not None:
                differences.append(Difference(name, field.name, difference.theirs, difference.ours))
    return counts, differences


def verdicts() -> Mapping[tuple[str, str], tuple[Verdict, str]]:
    """By record and field: who is right, and why."""
    found: dict[tuple[str, str], tuple[Verdict, str]] = {}
    for entry in tomllib.loads(VERDICTS.read_text(encoding="utf-8"))["verdict"]:
        assert entry["right"] in get_args(Verdict), entry
        for record in entry["records"]:
            key = (record, entry["field"])
            assert key not in found, key
            found[key] = (entry["right"], entry["why"])
    return found


def report() -> str:
    """The text of docs/open-library.md."""
    counts, differences = compared()
    judged = verdicts()
    had, agreed = (sum(pair[at] for pair in counts.values()) for at in (0, 1))
    right = {
        verdict: sum(judged[d.record, d.field][0] == verdict for d in differences) for verdict in get_args(Verdict)
    }
    lines = [
        "# Our map beside Open Library's",
        "",
        "Made by `python -m tests.oracles.open_library`; `tests/ingest/test_open_library.py` compares. Open Library's tests hold"
        f" {len(pairs())} records with the JSON that its importer should give for each. Marks, capitals and signs of"
        " transliteration are taken away from both sides first.",
        "",
        f"**{agreed} of {had} fields agree ({agreed / had:.1%}).** Of the {len(differences)} that differ, ours is right in"
        f" {right['ours']}, theirs in {right['theirs']}, each in its own way in {right['both']}, neither in {right['neither']}.",
        "",
        "| field of theirs | records that have it | agree | compared how |",
        "| --- | --- | --- | --- |",
        *(f"| {f.name} | {counts[f.name][0]} | {counts[f.name][1]} | {f.how} |" for f in FIELDS),
        "",
        "Not compared: " + "; ".join(f"`{name}` ({why})" for name, why in NOT_COMPARED.items()) + ".",
        "",
        "## Every difference",
        "",
        "| record | field | theirs | ours | right | why |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for item in differences:
        verdict, why = judged[item.record, item.field]
        lines.append(
            f"| {item.record} | {item.field} | {_cell(item.theirs)} | {_cell(item.ours)} | {verdict} | {why} |"
        )
    return "\n".join(lines) + "\n"


def _cell(values: Iterable[str]) -> str:
    text = "; ".join(values) or "–"
    text = " ".join(text.replace("|", "\\|").split())
    return text if len(text) <= 160 else f"{text[:160]}…"


if __name__ == "__main__":
    DOCUMENT.write_text(report(), encoding="utf-8")
    print(f"{DOCUMENT.name} is written")
