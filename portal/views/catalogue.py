"""The catalogue page: the search box, and below it home, results or a record. The address is its only state."""

import logging
from urllib.parse import urlsplit

import streamlit as st

from portal.bootstrap import Services
from portal.components.block import html_block
from portal.i18n import Messages
from portal.links import InteractiveLinks
from portal.pages import Drawing, Drawn
from portal.search_state import SearchState

BOX = "q"
log = logging.getLogger(__name__)


def catalogue(services: Services) -> None:
    state = read_address()
    drawing = Drawing(services, state, InteractiveLinks(), public_address(services))
    drawn = drawn_page(drawing)
    st.set_page_config(page_title=drawn.title, page_icon="🔎", layout="wide", initial_sidebar_state="collapsed")
    nothing = {"lang": state.hl, "announce": "", "view": ""}
    with st.container(key="band"):
        html_block("header", drawn.header, nothing, follow)
        with st.container(horizontal=True, key="searchline"):
            html_block("scope", drawn.scope, nothing, follow)
            search_box(state, drawing.t)
        html_block("tools", drawn.tools, nothing, follow)
    html_block("body", drawn.body, {"lang": state.hl, "announce": drawn.announce, "view": drawn.view}, follow)
    html_block("footer", drawn.footer, nothing, follow)


def drawn_page(drawing: Drawing) -> Drawn:
    """The page, or one that says that it failed: a reader is told in the page's own words."""
    try:
        return drawing.page()
    except Exception:
        log.exception("The page could not be drawn.")
        return drawing.failed()


def public_address(services: Services) -> str:
    """What begins the addresses that a reader hands on: that of the settings, else where the reader's browser is."""
    parts = urlsplit(st.context.url or "")
    return services.settings.url or (f"{parts.scheme}://{parts.netloc}" if parts.netloc else "")


def search_box(state: SearchState, t: Messages) -> None:
    # The address fills the box, so Back and links show the search they hold.
    st.session_state[BOX] = state.q
    with st.form("search", border=False), st.container(horizontal=True, vertical_alignment="bottom", key="box"):
        st.text_input(
            t("search.label"),
            key=BOX,
            type="search",
            placeholder=t("search.placeholder"),
            label_visibility="collapsed",
            autocomplete="off",
            max_chars=600,
        )
        st.form_submit_button(t("search.button"), type="primary", on_click=ask)


def ask() -> None:
    """One search, one entry in the browser's history."""
    write_address(read_address().asking(st.session_state[BOX]))


def follow(address: str) -> None:
    write_address(SearchState.from_query_string(address))


def read_address() -> SearchState:
    params = st.query_params
    return SearchState.from_params((name, value) for name in params for value in params.get_all(name))


def write_address(state: SearchState) -> None:
    st.query_params.from_dict(state.to_mapping())
