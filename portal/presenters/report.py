"""How a reader tells the library of an error in a record: a letter in their own mail program, begun for them."""

from urllib.parse import quote, urlencode

from portal.i18n import Messages
from search.document import Document

MAX_TITLE = 200


def report_link(document: Document, email: str, address: str, t: Messages) -> str:
    """A mailto: address (RFC 6068), "" without an e-mail to write to. address: that of the record's page."""
    if not email:
        return ""
    body = t("record.report_body", title=document.title[:MAX_TITLE], id=document.id, address=address)
    letter = {"subject": t("record.report_subject", id=document.id), "body": body.replace("\n", "\r\n")}
    return f"mailto:{quote(email, safe='@')}?{urlencode(letter, quote_via=quote)}"
