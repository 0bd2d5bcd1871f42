"""The colours of the portal can be told apart, in both themes, and stand in one place."""

import re
import tomllib
from pathlib import Path

import pytest

import portal
from portal.bundles import STYLES
from portal.covers import UNCLASSED_COLOURS

SHEETS = Path(portal.__file__).parent / "assets" / "styles"
TOKENS = (SHEETS / "tokens.css").read_text(encoding="utf-8")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_BLOCK = re.compile(r"(:root[^{]*)\{([^}]*)\}")
_PROPERTY = re.compile(r"(--[a-z0-9-]+|color-scheme):\s*([^;]+);")
_LITERAL = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(", re.I)

Theme = dict[str, str]


def blocks() -> list[tuple[str, Theme]]:
    found = _BLOCK.findall(_COMMENT.sub("", TOKENS))
    return [(selector.strip(), dict(_PROPERTY.findall(body))) for selector, body in found]


def theme(name: str) -> Theme:
    by_selector = dict(blocks())
    return {**by_selector[":root"], **(by_selector[':root[data-theme="dark"]'] if name == "dark" else {})}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_the_standard_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


GROUNDS = ("paper", "card", "sunk", "tint", "notice")
TEXT = [
    *((ink, ground) for ink in ("ink", "quiet", "link", "link-hover", "accent") for ground in GROUNDS),
    ("ink", "mark"),
    ("link", "mark"),
    ("on-link", "link"),
    ("on-link", "link-hover"),
    ("on-accent", "accent"),
    *((ink, band) for ink in ("band-ink", "band-quiet", "band-focus") for band in ("band", "band-deep")),
    ("on-band-accent", "band-accent"),
    ("on-band-accent", "band-accent-hover"),
    *(("cover-ink", f"dewey-{n}") for n in range(10)),
    *(("cover-ink", f"unclassed-{n}") for n in range(UNCLASSED_COLOURS)),
]
CONTROLS = [
    *(("edge", ground) for ground in ("paper", "card", "sunk")),
    *(("focus", ground) for ground in GROUNDS),
    ("band-edge", "band"),
    ("band-accent", "band"),
]


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_stands_out(name: str, ink: str, ground: str) -> None:
    colours = theme(name)
    assert contrast(colours[f"--{ink}"], colours[f"--{ground}"]) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), CONTROLS)
def test_controls_stand_out(name: str, edge: str, ground: str) -> None:
    colours = theme(name)
    assert contrast(colours[f"--{edge}"], colours[f"--{ground}"]) >= 3


def test_the_dark_theme_is_one_by_whatever_way_it_is_chosen() -> None:
    by_system, by_reader = (
        properties
        for selector, properties in blocks()
        if selector in (':root:not([data-theme="light"])', ':root[data-theme="dark"]')
    )
    assert by_system == by_reader
    assert by_reader["color-scheme"] == "dark"
    assert by_reader.keys() <= theme("light").keys()


@pytest.mark.parametrize("sheet", [name for name in STYLES if name != "tokens"])
def test_no_other_sheet_holds_a_colour(sheet: str) -> None:
    text = _COMMENT.sub("", (SHEETS / f"{sheet}.css").read_text(encoding="utf-8"))
    assert not _LITERAL.findall(text)


@pytest.mark.parametrize("sheet", STYLES)
def test_every_property_that_a_sheet_uses_is_there(sheet: str) -> None:
    text = "".join((SHEETS / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)
    # A template may give an element a figure to draw.
    text += "".join(path.read_text(encoding="utf-8") for path in (SHEETS.parents[1] / "templates").glob("*.html"))
    own = set(re.findall(r"(--[a-z0-9-]+)\s*:", text))
    scripts = "".join(path.read_text(encoding="utf-8") for path in (SHEETS.parent / "scripts").glob("*.js"))
    own |= set(re.findall(r"setProperty\('(--[a-z0-9-]+)'", scripts))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", (SHEETS / f"{sheet}.css").read_text(encoding="utf-8")))
    assert used <= own


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_frame_has_the_same_colours(name: str) -> None:
    config = tomllib.loads((Path(portal.__file__).parent / "web/.streamlit/config.toml").read_text(encoding="utf-8"))
    named = {
        "primaryColor": "--link",
        "backgroundColor": "--paper",
        "secondaryBackgroundColor": "--card",
        "textColor": "--ink",
        "linkColor": "--link",
    }
    colours = theme(name)
    assert config["theme"][name] == {option: colours[token] for option, token in named.items()}
