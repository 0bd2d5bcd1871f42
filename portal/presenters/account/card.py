"""A card number as a code that the desk's scanner reads: bars (Code 128, ISO/IEC 15417), black on white in every theme."""

from typing import Final

# Widths of bars and spaces of the symbols 0 to 105, a bar first; the start symbols are 103 to 105.
_WIDTHS: Final = [
    "212222",
    "222122",
    "222221",
    "121223",
    "121322",
    "131222",
    "122213",
    "122312",
    "132212",
    "221213",
    "221312",
    "231212",
    "112232",
    "122132",
    "122231",
    "113222",
    "123122",
    "123221",
    "223211",
    "221132",
    "221231",
    "213212",
    "223112",
    "312131",
    "311222",
    "321122",
    "321221",
    "312212",
    "322112",
    "322211",
    "212123",
    "212321",
    "232121",
    "111323",
    "131123",
    "131321",
    "112313",
    "132113",
    "132311",
    "211313",
    "231113",
    "231311",
    "112133",
    "112331",
    "132131",
    "113123",
    "113321",
    "133121",
    "313121",
    "211331",
    "231131",
    "213113",
    "213311",
    "213131",
    "311123",
    "311321",
    "331121",
    "312113",
    "312311",
    "332111",
    "314111",
    "221411",
    "431111",
    "111224",
    "111422",
    "121124",
    "121421",
    "141122",
    "141221",
    "112214",
    "112412",
    "122114",
    "122411",
    "142112",
    "142211",
    "241211",
    "221114",
    "413111",
    "241112",
    "134111",
    "111242",
    "121142",
    "121241",
    "114212",
    "124112",
    "124211",
    "411212",
    "421112",
    "421211",
    "212141",
    "214121",
    "412121",
    "111143",
    "111341",
    "131141",
    "114113",
    "114311",
    "411113",
    "411311",
    "113141",
    "114131",
    "311141",
    "411131",
    "211412",
    "211214",
    "211232",
]
_STOP: Final = "2331112"
_START_B: Final = 104
_CHECK: Final = 103
QUIET_MODULES: Final = 10
BAR_HEIGHT: Final = 40
MAX_BARS: Final = 40


def symbols(text: str) -> tuple[int, ...]:
    """The symbols of a text of printable ASCII in code set B, with start and check symbol.

    >>> symbols("A1")
    (104, 33, 17, 68)
    """
    values = [ord(ch) - 32 for ch in text]
    check = (_START_B + sum(place * value for place, value in enumerate(values, start=1))) % _CHECK
    return (_START_B, *values, check)


def has_bars(text: str) -> bool:
    """Whether a number can be drawn as bars: other letters, and more of them, no scanner at the desk would read."""
    return 0 < len(text) <= MAX_BARS and all(" " <= ch <= "~" for ch in text)


def bars_svg(text: str, name: str) -> str:
    """The bars as an image. name: what it shows, for those who do not see it, escaped already."""
    widths = "".join(_WIDTHS[symbol] for symbol in symbols(text)) + _STOP
    at, drawn = QUIET_MODULES, []
    for place, width in enumerate(int(one) for one in widths):
        if place % 2 == 0:
            drawn.append(f"M{at} 0h{width}v{BAR_HEIGHT}h-{width}z")
        at += width
    whole = at + QUIET_MODULES
    return (
        f'<svg class="bars" viewBox="0 0 {whole} {BAR_HEIGHT}" role="img" aria-label="{name}" '
        f'shape-rendering="crispEdges" preserveAspectRatio="none"><path fill="#fff" d="M0 0h{whole}v{BAR_HEIGHT}H0z"/>'
        f'<path d="{"".join(drawn)}"/></svg>'
    )
