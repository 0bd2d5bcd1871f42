"""Streamlit's frame page, made ours: language, title, styles, a live region, a way without JavaScript."""

import base64
import hashlib
import re
from dataclasses import dataclass
from html import escape
from typing import Final

from portal.bundles import FIRST_FONT, early, scripts, styles
from portal.i18n import messages
from portal.links import feed
from portal.search_state import SearchState

# What is replaced in the frame; each must stand there exactly once, or an upgrade dropped something.
HTML_TAG: Final = '<html lang="en">'
TITLE: Final = "<title>Streamlit</title>"
ICON: Final = '<link rel="shortcut icon" href="./favicon.png" />'
ROOT: Final = '<div id="root"></div>'
NOSCRIPT: Final = re.compile(r"<noscript>.*?</noscript>", re.S)
FONT_PRELOAD: Final = re.compile(r"<link\s+rel=\"preload\"[^>]*SourceSans[^>]*>", re.S)
SERVICE_LINK: Final = re.compile(r"<!--(?:(?!-->).)*?-->\s*<link rel=\"service-desc\"[^>]*/>", re.S)
# What the interactive page is made of: some sixty files, a megabyte packed.
MODULE: Final = re.compile(r"\s*<(?:script type=\"module\"[^>]*></script>|link rel=\"modulepreload\"[^>]*>)")
HEAD_END: Final = "</head>"
BODY_END: Final = "</body>"
OPENSEARCH: Final = "application/opensearchdescription+xml"
PATTERNS: Final = (NOSCRIPT, FONT_PRELOAD, SERVICE_LINK)
STRINGS: Final = (HTML_TAG, TITLE, ICON, ROOT, HEAD_END, BODY_END)

_INLINE_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.S)


class FrameChangedError(Exception):
    """Streamlit's frame page is not the one this code rewrites."""


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame page as Streamlit ships it."""

    index: str

    def __post_init__(self) -> None:
        for text in STRINGS:
            if self.index.count(text) != 1:
                raise FrameChangedError(f"{text!r} stands {self.index.count(text)} times in Streamlit's index.html")
        for pattern in PATTERNS:
            if len(pattern.findall(self.index)) != 1:
                raise FrameChangedError(f"{pattern.pattern!r} is not once in Streamlit's index.html")
        if not MODULE.search(self.index):
            raise FrameChangedError("Streamlit's index.html loads no module")

    def page(self, state: SearchState, title: str, canonical: str = "", first: str = "") -> str:
        """The frame for what `state` shows. canonical: the lasting address of it, "" for none.

        first: HTML of the same page, which stands there until the frame has drawn it.
        """
        t = messages(state.hl)
        head = f"<title>{escape(title)}</title>\n"
        if canonical:
            head += f'    <link rel="canonical" href="{escape(canonical)}">\n'
        if not state.is_home and not state.id:
            head += f'    <link rel="alternate" type="application/atom+xml" href="{escape(feed(state))}">\n'
        name, described = escape(t("opensearch.short_name")), f"/opensearch.xml?hl={state.hl}"
        head += f'    <link rel="search" type="{OPENSEARCH}" title="{name}" href="{described}">\n'
        head += '    <link rel="unapi-server" type="application/xml" href="/unapi">\n'
        if not state.is_home:
            head += '    <meta name="robots" content="noindex">\n'
        live = '<div id="portal-live" role="status" aria-live="polite" class="visually-hidden"></div>'
        body = SERVICE_LINK.sub("", FONT_PRELOAD.sub("", self.index))
        body = MODULE.sub("", NOSCRIPT.sub("", body))
        body = body.replace(HTML_TAG, f'<html lang="{state.hl}">').replace(TITLE, head)
        body = body.replace(ICON, '<link rel="icon" href="/aset/favicon.svg" type="image/svg+xml">')
        own = (
            '<meta name="color-scheme" content="light dark">\n'
            f'    <script src="{early().address}"></script>\n'
            f'    <link rel="preload" href="{FIRST_FONT}" as="font" type="font/woff2" crossorigin>\n'
            f'    <link rel="stylesheet" href="{styles().address}">'
        )
        # After Streamlit's own styles, so that ours decide.
        body = body.replace(HEAD_END, f"{own}\n  </head>")
        sight = f'<div class="first-sight" id="portal-first">{first}</div>\n    ' if first else ""
        body = body.replace(ROOT, f'{sight}{ROOT}\n    {live}\n    <script src="{scripts().address}" defer></script>')
        return body.replace(BODY_END, f"{self._modules()}\n  {BODY_END}")

    def _modules(self) -> str:
        """The scripts of the interactive page, to stand last: a browser has six connections to a place at most, and on a
        slow line the page that can be read already would stay blank until all of these have come.
        """
        found = (tag.strip() for tag in MODULE.findall(self.index))
        return "\n    ".join(re.sub(r"^<\w+", r'\g<0> fetchpriority="low"', tag) for tag in found)

    def content_security_policy(self) -> str:
        """What a page may load: only from here. Inline scripts are those of the frame, by hash.

        blob: is how Streamlit loads a component's script; 'unsafe-inline' styles are its own.
        """
        hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in _INLINE_SCRIPT.findall(self.index))
        return "; ".join(
            (
                "default-src 'self'",
                f"script-src 'self' {hashes} 'wasm-unsafe-eval' blob:",
                "style-src 'self' 'unsafe-inline'",
                "img-src 'self' data: blob:",
                "font-src 'self' data:",
                "connect-src 'self'",
                "worker-src 'self' blob:",
                "frame-src 'self'",
                "object-src 'none'",
                "base-uri 'self'",
                "form-action 'self'",
                "frame-ancestors 'self'",
            )
        )


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
