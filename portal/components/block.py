"""Our own HTML as a Streamlit element: links inside it change the address without a page load."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from markupsafe import Markup
from streamlit.components.v2.types import ComponentRenderer

ASSETS = Path(__file__).parent.parent / "assets"


@cache
def _block() -> ComponentRenderer:
    """The component, registered once a process."""
    return st.components.v2.component(
        "telusur_block",
        html='<div class="telusur"></div>',
        js=(ASSETS / "block.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )


def html_block(key: str, html: Markup, page: Mapping[str, str], follow: Callable[[str], None]) -> None:
    """Draw `html`, which must be escaped already.

    page: "lang", "announce" and "view" of the page, "" in blocks that are not its body. follow is
    called with the address of a link marked `data-go` before the page is drawn anew.
    """

    def clicked() -> None:
        result: Any = st.session_state.get(key)
        address = getattr(result, "go", None)
        if isinstance(address, str):
            follow(address)

    _block()(key=key, data={"html": str(html), **page}, on_go_change=clicked)
