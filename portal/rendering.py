"""Templates of pages, filled."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from portal import links as addresses
from portal.search_state import SearchState
from search.query_language import SCOPES


@cache
def templates() -> Environment:
    """Every value in a template is escaped; a missing one is an error, not a blank."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(template: str, values: dict[str, object]) -> Markup:
    # The environment escapes, so what comes out is HTML.
    return Markup(templates().get_template(template).render(values))  # noqa: S704


def around_the_box(state: SearchState, interactive: bool) -> dict[str, object]:
    """What stands beside the search box and below it."""
    return {"state": state, "scopes": tuple(SCOPES), "tools": addresses.tools(state, interactive)}
