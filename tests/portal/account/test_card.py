"""The bars of a card, read back as a scanner reads them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from portal.presenters.account.card import _STOP, _WIDTHS, bars_svg, has_bars, symbols


def read(svg: str) -> str:
    """The text of bars: widths of bars and of the spaces between them, six to a symbol, with its check."""
    bars = [(int(at), int(width)) for at, width in re.findall(r"M(\d+) 0h(\d+)v40", svg)][1:]
    widths = ""
    for (at, width), (after, _) in zip(bars, [*bars[1:], (0, 0)], strict=True):
        widths += f"{width}{after - at - width if after else ''}"
    assert widths.endswith(_STOP)
    body = widths.removesuffix(_STOP)
    found = [_WIDTHS.index(body[n : n + 6]) for n in range(0, len(body), 6)]
    start, *values, check = found
    assert start == 104
    assert check == (start + sum(n * value for n, value in enumerate(values, start=1))) % 103
    return "".join(chr(value + 32) for value in values)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40))
def test_what_is_drawn_is_what_is_read(text: str) -> None:
    assert has_bars(text)
    assert read(bars_svg(text, "")) == text


def test_each_symbol_has_eleven_modules_and_none_is_there_twice() -> None:
    assert all(sum(map(int, widths)) == 11 for widths in _WIDTHS)
    assert len(set(_WIDTHS)) == len(_WIDTHS) == 106
    # An example often worked: 54 in code set A, whose start symbol is one lower than that of set B.
    assert symbols("PJJ123C")[-1] == 55


def test_what_no_scanner_reads_is_not_drawn() -> None:
    assert not has_bars("")
    assert not has_bars("é1")
    assert not has_bars("9" * 41)
