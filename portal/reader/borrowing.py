"""The page on which an e-book is borrowed, waited for and given back."""

from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal import links as addresses
from portal.account.forms import MAX_KEY, text_of
from portal.account.framing import account_page
from portal.account.visitor import SIGN_IN, Audience, Visitor, done, shown, to
from portal.bootstrap import Services
from portal.i18n import Messages, messages
from portal.ils.driver import Refusal
from portal.presenters.lending import loan_view
from portal.reader.gate import lending_of
from portal.services.errors import NotFound
from portal.services.lending import Lending, lendable
from portal.store.columns import new_id
from search.document import Document, DocumentId

# What each click of the form comes to when it is done.
DONE: Final = {"borrow": "borrowed", "return": "returned", "wait": "waits", "leave": "left"}


class Borrowing:
    """The route /pinjam-ebook/{id}."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        return [
            Route("/pinjam-ebook/{id:path}", shown(self.page, Audience.EVERYBODY)),
            Route("/pinjam-ebook/{id:path}", done(self.act, Audience.PATRONS), methods=["POST"]),
        ]

    def page(self, request: Request, visitor: Visitor) -> Response:
        document, lending = self._asked(request)
        t = messages(visitor.language)
        told = request.query_params.get("hasil", "")
        view = loan_view(
            document,
            lending.state(visitor.actor, document.id),
            token=visitor.form_token,
            key=new_id(),
            sign_in="" if visitor.patron is not None else _sign_in(document.id, visitor),
            result=_in_words(told, t),
            refused=told in set(Refusal),
            zone=self._services.settings.accounts.zone,
            t=t,
        )
        title = t("lending.title", title=document.title)
        return account_page(self._services, request, visitor, "account/_ebook.html", view, title)

    def act(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        document, lending = self._asked(request)
        act = text_of(form, "act")
        if act not in DONE:
            raise NotFound("no such act")
        refusal = _done(lending, visitor, document, act, text_of(form, "key")[:MAX_KEY] or new_id())
        told = DONE[act] if refusal is None else str(refusal)
        # `to` adds the language; the words are looked at first.
        answer = to(f"{addresses.borrow(document.id, 'id')}?{urlencode({'hasil': told})}", visitor.language)
        answer.headers["location"] += "#hasil"
        return answer

    def _asked(self, request: Request) -> tuple[Document, Lending]:
        """Raises NotFound for what cannot be borrowed here."""
        document = self._services.discovery.document(DocumentId(request.path_params["id"].strip("/")))
        lending = lending_of(request)
        if document is None or lending is None or not lendable(document):
            raise NotFound("nothing to borrow")
        return document, lending


def _done(lending: Lending, visitor: Visitor, document: Document, act: str, key: str) -> Refusal | None:
    """Do it; why not, where it was refused."""
    actor, id = visitor.actor, document.id
    match act:
        case "borrow":
            return lending.borrow(actor, id, key).refusal
        case "wait":
            return lending.wait(actor, id, document.title, key).refusal
        case "leave":
            return lending.stop_waiting(actor, id).refusal
        case _:
            return None if lending.give_back(actor, id) else Refusal.ALREADY_DONE


def _in_words(told: str, t: Messages) -> str:
    """The sentence about the last click; "" for none, or what is none of ours."""
    if told in DONE.values():
        return t(f"lending.done_{told}")
    if told in set(Refusal):
        return t(f"refusal.{told}")
    return ""


def _sign_in(id: str, visitor: Visitor) -> str:
    onward = addresses.borrow(id, visitor.language)
    language = {"hl": visitor.language} if visitor.language != "id" else {}
    return f"{SIGN_IN}?{urlencode({'lanjut': onward, **language})}"
