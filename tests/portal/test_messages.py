"""Both languages say everything, and pages say nothing that is not in a catalogue."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

import portal
from ingest.mapping import table
from portal.i18n import LANGUAGES, Language, Messages, catalogue_files, messages
from portal.rendering import templates
from search.coded import codes as codes_of
from search.query import MODES
from search.schema import FIELDS, RELEVANCE, SORTS

PORTAL = Path(portal.__file__).parent
TEMPLATES = sorted(str(path.relative_to(PORTAL / "templates")) for path in (PORTAL / "templates").rglob("*.html"))
CATALOGUES = [path for hl in LANGUAGES for path in catalogue_files(hl)]
_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.S)
_SPOKEN_ATTRIBUTE = re.compile(r"""(?:aria-label|alt|title|placeholder)=["'][^"'\x00]*[A-Za-z]{2}""")


def test_both_catalogues_have_the_same_keys() -> None:
    id, en = messages("id"), messages("en")
    assert id.texts.keys() == en.texts.keys()
    assert id.forms.keys() == en.forms.keys()
    assert {key: len(items) > 0 for key, items in id.lists.items()} == dict.fromkeys(en.lists, True)


def test_both_languages_have_the_same_catalogues() -> None:
    assert [path.name for path in catalogue_files("id")] == [path.name for path in catalogue_files("en")]


@pytest.mark.parametrize("hl", LANGUAGES)
def test_no_key_stands_in_two_catalogues(hl: Language) -> None:
    texts = [path.read_text(encoding="utf-8") for path in catalogue_files(hl)]
    keys = [key for text in texts for key in re.findall(r'^msgid "(.+)"$', text, re.M)]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_catalogue_is_whole(path: Path) -> None:
    """As translators' tools see it: nothing empty, nothing fuzzy, nothing twice, each place a brace."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.name, abort_invalid=True)
    written = [message for message in catalogue if message.id]
    assert not [message.id for message in written if message.fuzzy or not all(strings_of(message))]
    keys = re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), re.M)
    assert sorted(keys) == sorted(set(keys))
    assert len(keys) == len(written)


def strings_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


@pytest.mark.parametrize("key", messages("id").texts)
def test_both_catalogues_fill_the_same_places(key: str) -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert places(messages("id").texts[key]) == places(messages("en").texts[key])


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_hold_no_loose_text(name: str) -> None:
    environment = templates()
    assert environment.loader is not None
    source, _, _ = environment.loader.get_source(environment, name)
    parts = ["\x00" if kind != "data" else text for _, kind, text in environment.lex(source)]
    text = re.sub("\x00+", "\x00", "".join(parts))
    assert not _SPOKEN_ATTRIBUTE.search(text)
    left = re.sub(r"&\w+;", "", _TAG.sub(" ", text))
    assert not re.search(r"[A-Za-z]{2,}", left), left


def texts_in_code() -> tuple[set[str], set[re.Pattern[str]]]:
    """Texts that stand in modules and templates, and patterns for those that are put together there."""
    whole: set[str] = set()
    patterns: set[re.Pattern[str]] = set()
    for path in PORTAL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in node.values]
                if re.match(r"[a-z]", parts[0]):
                    patterns.add(re.compile("".join(parts)))
    environment = templates()
    for name in TEMPLATES:
        source, _, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
        strings = {text[1:-1] for _, kind, text in environment.lex(source) if kind == "string"}
        whole |= strings
        patterns |= {re.compile(re.escape(text) + ".+") for text in strings if re.fullmatch(r"[a-z_.]+[._]", text)}
    return whole, patterns


def keys_in_code() -> set[str]:
    """Every message key that a template or a module names outright."""
    found: set[str] = set()
    for path in [*PORTAL.rglob("*.py"), *(PORTAL / "templates").glob("*.html")]:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"""\bt(?:\.count|\.list)?\(\s*["']([a-z]+\.[a-z_]+)["']""", text))
    return found


def test_every_message_is_used() -> None:
    whole, patterns = texts_in_code()
    t = messages("id")
    unused = {
        key
        for key in (*t.texts, *t.lists)
        # Of labels the table is named; what stands in it are the codes of records.
        if key not in whole
        and not (key.startswith("label.") and key.split(".")[1] in whole)
        and not (key.startswith("script."))
        and not any(pattern.fullmatch(key) for pattern in patterns)
    }
    assert not unused


@pytest.mark.parametrize("hl", LANGUAGES)
def test_every_message_that_a_page_uses_is_there(hl: Language) -> None:
    t = messages(hl)
    missing = {key for key in keys_in_code() if key not in t.texts and key not in t.lists}
    assert len(keys_in_code()) > 60
    assert not missing


@pytest.mark.parametrize("hl", LANGUAGES)
@pytest.mark.parametrize("name", ["field", "reason"])
def test_every_field_has_a_word(hl: Language, name: str) -> None:
    labels = messages(hl).texts
    assert not [field.name for field in FIELDS if f"label.{name}.{field.name}" not in labels]


@pytest.mark.parametrize("hl", LANGUAGES)
def test_every_sort_and_mode_has_a_word(hl: Language) -> None:
    labels = messages(hl).texts
    assert all(f"label.sort.{sort}" in labels for sort in (RELEVANCE, *SORTS))
    assert all(f"label.mode.{mode}" in labels for mode in MODES)


def codes(*tables: Mapping[str, str]) -> set[str]:
    return {code for each in tables for code in each.values()}


@pytest.mark.parametrize("hl", LANGUAGES)
def test_every_code_that_records_are_mapped_to_has_a_word(hl: Language) -> None:
    labels = messages(hl).texts
    forms = ("leader_06", "visual_008_33", "computer_008_26", "serial_008_21", "physical_007", "item_008_23")
    wanted = {
        "format": codes(*(table("formats", form) for form in forms)) | {"book", "ebook", "thesis", "article", "other"},
        "audience": codes(table("audience", "code_008"), table("audience", "words")),
        "relator": codes(table("relators", "terms")),
        "access": {"online", "fulltext"},
        "dewey_class": {f"{n}00" for n in range(10)},
    }
    for name, used in wanted.items():
        assert not [code for code in used if f"label.{name}.{code}" not in labels], name


# What the catalogue cannot say of a record's language is no language to ask for.
NO_LANGUAGE = {"mul", "und", "zxx", "mis", "map", "phi"}


@pytest.mark.parametrize("hl", LANGUAGES)
@pytest.mark.parametrize("field", ["format", "language", "audience"])
def test_a_value_can_be_asked_for_by_the_word_that_a_page_shows(hl: Language, field: str) -> None:
    prefix = f"label.{field}."
    shown = {key.removeprefix(prefix): text for key, text in messages(hl).texts.items() if key.startswith(prefix)}
    wanted = {code: text for code, text in shown.items() if code not in NO_LANGUAGE or field != "language"}
    lost = {text for code, text in wanted.items() if not {code, *codes_of(field, code)} & set(codes_of(field, text))}
    assert len(wanted) > 4
    assert not lost


@pytest.mark.parametrize(
    ("hl", "one", "many"), [("id", "1 hasil", "12.345 hasil"), ("en", "1 result", "12,345 results")]
)
def test_numbers_and_plurals_follow_the_language(hl: Language, one: str, many: str) -> None:
    t = messages(hl)
    assert t.count("results.heading", 1) == one
    assert t.count("results.heading", 12345) == many


def test_a_code_without_a_word_stays_a_code() -> None:
    t: Messages = messages("en")
    assert t.label("language", "xal") == "xal"
    assert t.listing(["a", "b", "c"]) == "a, b and c"
