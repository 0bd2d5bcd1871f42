"""HTML read as a browser would, for tests of pages."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from portal.bundles import early, scripts


class Elements(HTMLParser):
    """The elements of a page, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> Iterator[dict[str, str]]:
        return (attributes for name, attributes in self.found if name == tag)

    def of_key(self, key: str) -> str:
        """Where the link of this data-key leads."""
        return next(a["href"] for a in self.all("a") if a.get("data-key") == key)

    def links(self) -> list[str]:
        return [a.get("href", "") for a in self.all("a")]


def scripts_of(html: str) -> list[str]:
    """What in a page would run and is not ours: script elements, event handlers, and links that are scripts."""
    page = Elements(html)
    ours = {script.address for script in (early(), scripts())}
    strange = [(tag, attributes) for tag, attributes in page.found if attributes.get("src") not in ours]
    data = "application/ld+json"  # read by machines, run by nobody
    running = [tag for tag, a in strange if tag in ("script", "iframe", "object", "embed") and a.get("type") != data]
    running += [name for _, attributes in page.found for name in attributes if name.startswith("on")]
    addresses = [value for _, a in page.found for name, value in a.items() if name in ("href", "src", "action")]
    return running + [value for value in addresses if re.match(r"\s*(javascript|data|vbscript):", value, re.I)]
