"""Where a question to the library itself is answered, told above what the catalogue has for its words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from portal import links as addresses
from portal.i18n import Messages
from portal.presenters.choices import Choice
from portal.presenters.place import PlaceView
from portal.search_state import SearchState
from search.reading.interpretation import EVERYTHING
from search.reading.services import Service, service
from search.results import ResultPage

# What help tells of borrowing, and what a patron does in the account.
_TOLD_BY_HELP: Final[frozenset[Service]] = frozenset(("borrowing", "renewal", "return"))
_IN_THE_ACCOUNT: Final[frozenset[Service]] = frozenset(("renewal", "return", "sign_in"))


@dataclass(frozen=True, slots=True)
class ServiceView:
    told: Markup
    links: tuple[Choice, ...]


def service_view(
    page: ResultPage,
    state: SearchState,
    library: str,
    email: str,
    account: str,
    interactive: bool,
    told: PlaceView,
    t: Messages,
) -> ServiceView | None:
    """None for any other search. page: what the search finds. account: where it is, "" where there are none."""
    searches = state.page > 1 or state.scope or EVERYTHING in state.words
    asked = None if searches else service(state.q, library, [hit.document.title for hit in page.hits])
    if asked is None:
        return None
    help_page = addresses.help_page(t.language, interactive)
    return ServiceView(_told(asked, told, t), tuple(_links(asked, email, account, help_page, t)))


def _told(asked: Service, told: PlaceView, t: Messages) -> Markup:
    """The answer, where the library has told it; in whose language, where that is not the page's."""
    if asked == "hours" and told.hours:
        hours = escape(told.hours_line)
        if told.hours_lang:
            hours = Markup('<span lang="{}">{}</span>').format(told.hours_lang, hours)
        return Markup(t("service.hours", hours=hours))  # noqa: S704 - around them are words of ours
    if asked == "place" and (where := ". ".join(filter(None, (told.address_line, told.phone)))):
        return escape(t("service.place", where=where))
    return escape(t("service.told"))


def _links(asked: Service, email: str, account: str, help_page: str, t: Messages) -> Iterator[Choice]:
    if account and asked in _TOLD_BY_HELP:
        yield Choice(t("service.borrowing"), f"{help_page}#meminjam")
    if account and asked in _IN_THE_ACCOUNT:
        yield Choice(t("site.account"), account)
    yield Choice(t("service.ask"), f"{help_page}#tanya")
    if email:
        yield Choice(email, f"mailto:{email}")
