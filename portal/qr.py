"""An address of this portal as a QR code, for a shelf label or another reader's phone."""

import re
from typing import Final

import segno
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal.public_address import public_address
from portal.settings import Settings

# A code of more is too fine for a phone's camera; the standard ends at 2,953 bytes.
MAX_CHARACTERS: Final = 800
QUIET_MODULES: Final = 4
MODULE_PIXELS: Final = 8
# A path of this site and nothing else: "//host" and "/\host" lead elsewhere.
_OWN_PATH: Final = re.compile(r"/(?![/\\])[!-~]*|/")


class QrCodes:
    """The route `/qr.svg?u=/path`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def routes(self) -> list[Route]:
        return [Route("/qr.svg", self.draw)]

    def draw(self, request: Request) -> Response:
        path = request.query_params.get("u", "")
        if len(path) > MAX_CHARACTERS or not _OWN_PATH.fullmatch(path):
            return PlainTextResponse("400", 400)
        image = qr_svg(public_address(request, self._settings) + path)
        return Response(image, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


def qr_svg(text: str) -> str:
    """A QR code as an image of its own: black on white in every theme, since readers of codes expect that.

    >>> qr_svg("https://example.org/").startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    True
    """
    code = segno.make(text, error="m", micro=False, boost_error=False)
    side = code.symbol_size(scale=1, border=QUIET_MODULES)[0]
    rows = (
        f"M{match.start() + QUIET_MODULES} {y + QUIET_MODULES}h{len(match[0])}v1h-{len(match[0])}z"
        for y, row in enumerate(code.matrix)
        for match in re.finditer(b"\x01+", bytes(row))
    )
    pixels = side * MODULE_PIXELS
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{pixels}" height="{pixels}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{"".join(rows)}"/></svg>'
    )
