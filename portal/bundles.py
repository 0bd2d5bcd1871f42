"""The portal's styles and scripts: written in one file a topic, sent to the browser as one file a kind."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from portal.i18n import LANGUAGES, messages
from portal.search_state import OF_THE_TEXT

HERE: Final = Path(__file__).parent / "assets"
FONTS: Final = HERE / "fonts"
# What the first screen is set in, so that it is asked for at once.
FIRST_FONT: Final = "/aset/fonts/plus-jakarta-sans-5.3.0-latin.woff2"
# In this order a later sheet may decide over an earlier one.
STYLES: Final = (
    "tokens", "fonts", "ground", "masthead", "aids", "frame", "box", "home", "results", "facets", "suggest", "keeping", "help", "advanced", "record",
    "reader", "lending", "covers", "children", "signing", "tabs", "account", "desk", "media",
)  # fmt: skip
# In this order they hear of a key: a suggestion that is chosen with Enter, or another scope, is nothing for the frame.
SCRIPTS: Final = (
    "suggest",
    "scope",
    "frame",
    "aids",
    "first",
    "cite",
    "reader",
    "aloud",
    "keeping",
    "advanced",
    "signing",
    "unsent",
    "sheet",
    "account",
    "desk",
    "paper",
)
# What must be in force before anything is drawn; the page waits for it.
EARLY: Final = ("early",)
# The address holds a digest of the content, so what lies in a cache is never out of date.
FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Bundle:
    """One file for the browser. path: where it is served; address: the same with its digest."""

    path: str
    media_type: str
    content: str

    @cached_property  # every page names it, and the digest was a fiftieth of what a record page costs
    def address(self) -> str:
        return f"{self.path}?v={hashlib.sha256(self.content.encode()).hexdigest()[:12]}"

    def serve(self, request: Request) -> Response:
        cached = FOR_EVER if "v" in request.query_params else "no-cache"
        return Response(self.content, media_type=self.media_type, headers={"Cache-Control": cached})


@cache
def styles() -> Bundle:
    return Bundle("/aset/portal.css", "text/css", _joined("styles", STYLES, "css"))


@cache
def scripts() -> Bundle:
    # What scripts say stands in the catalogues, as all that people read; a page may change its language.
    words = {hl: messages(hl).table("script") for hl in LANGUAGES}
    told = f"const telusur = {json.dumps({'words': words, 'ofTheText': OF_THE_TEXT}, ensure_ascii=False)};\n"
    return Bundle("/aset/portal.js", "text/javascript", told + _joined("scripts", SCRIPTS, "js"))


@cache
def early() -> Bundle:
    return Bundle("/aset/early.js", "text/javascript", _joined("scripts", EARLY, "js"))


class LastingFiles(StaticFiles):
    """Files whose names hold their version, so that a browser asks for each once."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = FOR_EVER
        return response


def _joined(folder: str, names: tuple[str, ...], ending: str) -> str:
    return "\n".join((HERE / folder / f"{name}.{ending}").read_text(encoding="utf-8") for name in names)
