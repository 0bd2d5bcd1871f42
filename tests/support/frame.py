"""Streamlit's own frame page."""

from pathlib import Path

from streamlit import file_util


def frame() -> str:
    return Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
