"""OpenSearch 1.1: so that a browser, or another catalogue, can search here from its own box."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal.bootstrap import Services
from portal.i18n import LANGUAGES, Language, messages
from portal.machines.addresses import addresses
from portal.machines.xml import add, answer, root
from search.query_language import MAX_CHARACTERS

NAMESPACE: Final = "http://a9.com/-/spec/opensearch/1.1/"
MEDIA_TYPE: Final = "application/opensearchdescription+xml"
SUGGESTIONS_MEDIA_TYPE: Final = "application/x-suggestions+json"
_SHORT_NAME: Final = 16  # and no more, says the specification
_LONG_NAME: Final = 48
_SUGGESTED: Final = 8


class OpenSearch:
    """The description, and completions in the form that browsers ask for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        return [
            Route("/opensearch.xml", self.describe),
            Route("/api/v1/suggest/opensearch", self.suggest),
        ]

    def describe(self, request: Request) -> Response:
        where, library = addresses(request, self._services.settings), self._services.library_name
        hl: Language = "en" if request.query_params.get("hl") == "en" else "id"
        suffix = "" if hl == "id" else f"&hl={hl}"
        made = root("OpenSearchDescription", NAMESPACE)
        add(made, "ShortName", messages(hl)("opensearch.short_name")[:_SHORT_NAME])
        add(made, "LongName", library[:_LONG_NAME])
        add(made, "Description", messages(hl)("opensearch.description", library=library))
        for kind, path in (
            ("text/html", f"/?q={{searchTerms}}{suffix}"),
            ("application/atom+xml", f"/cari.atom?q={{searchTerms}}{suffix}"),
            ("application/rss+xml", f"/cari.rss?q={{searchTerms}}{suffix}"),
            ("application/json", f"/api/v1/search?q={{searchTerms}}&page={{startPage?}}{suffix}"),
        ):
            add(made, "Url", type=kind, template=where.of(path))
        suggestions = where.of("/api/v1/suggest/opensearch?q={searchTerms}")
        add(made, "Url", type=SUGGESTIONS_MEDIA_TYPE, rel="suggestions", template=suggestions)
        add(made, "Url", type=MEDIA_TYPE, rel="self", template=where.of(f"/opensearch.xml?hl={hl}"))
        add(made, "Image", where.of("/aset/favicon.svg"), type="image/svg+xml", width="16", height="16")
        for language in LANGUAGES:
            add(made, "Language", language)
        add(made, "InputEncoding", "UTF-8")
        add(made, "OutputEncoding", "UTF-8")
        return answer(made, media_type=MEDIA_TYPE)

    def suggest(self, request: Request) -> Response:
        """["typed", ["completion", ...]]"""
        typed = request.query_params.get("q", "")[:MAX_CHARACTERS]
        found = self._services.discovery.suggest(typed, _SUGGESTED)
        texts = list(dict.fromkeys(suggestion.text for suggestion in found))[:_SUGGESTED]
        return JSONResponse([typed, texts], media_type=SUGGESTIONS_MEDIA_TYPE)
