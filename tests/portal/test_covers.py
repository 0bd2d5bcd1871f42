"""Covers: bounded, escaped, the same each time, in the colour of their class."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.covers import HEIGHT, LEFT, RIGHT, Size, cover, drawn_cover, main_title, text_width, wrapped
from portal.pictures import NAMES, picture
from search.document import Document, DocumentId
from tests.support.small_library import PAYLOADS

TSPAN = re.compile(r'<tspan x="(\d+)" y="([\d.]+)">([^<]*)</tspan>')
SIZE = re.compile(r'font-size="([\d.]+)"')


def classes(svg: str) -> set[str]:
    return set(ElementTree.fromstring(svg).attrib["class"].split())  # noqa: S314 - our own text


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("title", PAYLOADS)
def test_a_hostile_title_stays_text(title: str, size: Size) -> None:
    tags = [element.tag for element in ElementTree.fromstring(drawn_cover(title, size=size)).iter()]  # noqa: S314
    assert set(tags) == {"svg", "path", "text", "tspan"}
    assert tags.count("path") == 3


@pytest.mark.parametrize("size", ["small", "large"])
@given(title=st.text(max_size=400))
def test_any_title_stays_inside_its_cover(size: Size, title: str) -> None:
    drawn = drawn_cover(title, "book", "500", size)
    type_size = float(SIZE.findall(drawn)[0])
    lines = TSPAN.findall(drawn)
    assert len(drawn) < 4000
    assert len(lines) <= 6
    assert all(float(y) < HEIGHT - 40 for _, y, _ in lines)
    assert all(int(x) in (LEFT, RIGHT) for x, _, _ in lines)
    assert type_size >= 10


@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=300))
def test_no_line_is_wider_than_it_may_be(text: str) -> None:
    lines = wrapped(text, 7.0, 4)
    assert len(lines) <= 4
    assert all(text_width(line) <= 7.0 for line in lines)


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize(
    "word", ["Pemrograman", "Pemerintahan", "infrastructure", "Mengembangkan", "Perpustakaan", "Kewirausahaan"]
)
def test_a_long_word_is_made_smaller_before_it_is_broken(word: str, size: Size) -> None:
    assert word in [line for _, _, line in TSPAN.findall(drawn_cover(f"{word} dan Rust", size=size))]


def test_a_title_that_is_too_long_ends_after_a_whole_word() -> None:
    lines = [
        line for _, _, line in TSPAN.findall(drawn_cover("Coral reef ecosystem water temperature monitoring here"))
    ]
    assert lines[-1].endswith("…")
    assert lines[-1].removesuffix("…") in ("temperature", "monitoring")


def test_what_is_left_out_is_said() -> None:
    assert wrapped("satu dua tiga empat lima enam tujuh", 5.0, 2) == ["satu dua", "tiga…"]
    assert wrapped("satu dua", 5.0, 2) == ["satu dua"]
    assert wrapped("", 5.0, 2) == []


def test_a_script_without_spaces_is_broken_between_letters() -> None:
    lines = wrapped("海洋生物多样性保护", 5.0, 3)
    assert "".join(lines) == "海洋生物多样性保护"
    assert len(lines) == 3


def test_a_title_from_right_to_left_begins_at_the_right() -> None:
    assert TSPAN.findall(drawn_cover("بحر العلوم"))[0][0] == str(RIGHT)
    assert 'direction="rtl"' in drawn_cover("بحر العلوم")
    assert TSPAN.findall(drawn_cover("Laut بحر"))[0][0] == str(LEFT)


@pytest.mark.parametrize(("dewey", "colour"), [("500", "dewey-5"), ("899.221", "dewey-8"), ("000", "dewey-0")])
def test_the_class_gives_the_colour(dewey: str, colour: str) -> None:
    assert colour in classes(drawn_cover("Laut", "book", dewey))


@pytest.mark.parametrize("dewey", ["", "[Fic]", "٥"])
def test_without_a_class_the_title_gives_the_colour_and_always_the_same(dewey: str) -> None:
    found = {next(c for c in classes(drawn_cover(f"Laut {n}", "book", dewey)) if "unclassed" in c) for n in range(60)}
    assert len(found) > 3
    assert drawn_cover("Laut", "book", dewey) == drawn_cover("Laut", "book", dewey)


def test_formats_are_told_apart() -> None:
    formats = ("book", "ebook", "journal", "map", "audio", "music", "video", "image", "thesis", "software", "kit")
    assert len({drawn_cover("Laut", format) for format in formats}) == len(formats)


def test_a_cover_is_for_the_eye_alone() -> None:
    document = Document(DocumentId("a.1"), {"title": ("Laut",), "format": ("book",), "dewey_class": ("500",)})
    assert 'aria-hidden="true"' in cover(document)
    assert cover(document) == drawn_cover("Laut", "book", "500")
    assert "large" in cover(document, "large")


def test_the_cover_names_the_work_alone() -> None:
    assert main_title("Ikan karang = Reef fish") == "Ikan karang"
    assert main_title(" : tanpa judul") == ": tanpa judul"


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_has_the_three_colours(name: str) -> None:
    shapes = ElementTree.fromstring(picture(name))  # noqa: S314
    assert {shape.attrib["class"] for shape in shapes} == {"picture-a", "picture-b", "picture-c"}
