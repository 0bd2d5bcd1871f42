"""Letters by SMTP."""

import re
import smtplib
import ssl
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from portal.services.messages.errors import NotSent, PostUnavailable
from portal.services.messages.outbox import Letter
from portal.settings import SmtpSettings

TIMEOUT_S: Final = 30.0
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_OWN: Final = ("localhost", "127.0.0.1", "::1")
_TOO_BUSY: Final = 421  # "closing transmission channel" (RFC 5321, 4.2.3): of the connection, not of the letter


class SmtpPost:
    """Sends over one connection until it is closed. sender: address of the library, which answers go to."""

    def __init__(self, settings: SmtpSettings, sender: str, library: str) -> None:
        self._settings = settings
        self._sender = sender
        self._library = library
        self._connection: smtplib.SMTP | None = None

    def send(self, letter: Letter) -> None:
        message = made(letter, self._sender, self._library)
        try:
            connection = self._connected()
            connection.send_message(message, self._sender, [letter.recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            self._refused(code, text)
        except smtplib.SMTPDataError as error:
            self._refused(error.smtp_code, error.smtp_error)
        except smtplib.SMTPNotSupportedError as error:  # an address beyond ASCII, and a server that has no SMTPUTF8
            raise NotSent(str(error), is_final=True) from error
        except smtplib.SMTPSenderRefused as error:
            self.close()
            raise PostUnavailable(f"the sender is refused: {_said(error.smtp_code, error.smtp_error)}") from error
        except smtplib.SMTPResponseException as error:
            self.close()
            raise PostUnavailable(_said(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise PostUnavailable(f"the mail server does not answer: {error}") from error

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def _refused(self, code: int, text: bytes | str) -> None:
        if code == _TOO_BUSY:
            self.close()
            raise PostUnavailable(_said(code, text))
        raise NotSent(_said(code, text), is_final=code >= 500)

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            connection = self._opened()
            try:
                self._made_safe(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _opened(self) -> smtplib.SMTP:
        host, port = self._settings.host, self._settings.port
        if self._settings.is_tls:
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
        return smtplib.SMTP(host, port, timeout=TIMEOUT_S)

    def _made_safe(self, connection: smtplib.SMTP) -> None:
        """TLS where it is offered, and the password over nothing less."""
        settings = self._settings
        connection.ehlo_or_helo_if_needed()
        is_safe = settings.is_tls or settings.host in _OWN
        if not settings.is_tls and connection.has_extn("starttls"):
            # A mail server of one's own often has a certificate of its own making. Whoever gives a password gives it to
            # a server that has proved its name.
            connection.starttls(context=ssl.create_default_context() if settings.user else _any_certificate())
            connection.ehlo()
            is_safe = True
        if settings.user:
            if not is_safe:
                raise PostUnavailable(
                    "the mail server offers no STARTTLS; the password is not sent without. Use smtps://"
                )
            connection.login(settings.user, settings.password)


def made(letter: Letter, sender: str, library: str) -> EmailMessage:
    """The letter as it is sent. Raises NotSent for an address that is none."""
    if not _ADDRESS.fullmatch(letter.recipient):
        raise NotSent("This is not an e-mail address.", is_final=True)
    user, _, domain = sender.rpartition("@")
    message = EmailMessage()
    message["From"] = Address(one_line(library), user, domain)
    message["To"] = letter.recipient
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime((letter.written_at or datetime.now(UTC)).astimezone(UTC))
    message["Message-ID"] = f"<{letter.id}@{domain}>"
    # RFC 3834: nobody's absence note answers it.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message


def one_line(text: str) -> str:
    """Text that ends no header.

    >>> one_line("Jatuh tempo\\r\\nBcc: all@example.org")
    'Jatuh tempo Bcc: all@example.org'
    """
    return _CONTROLS.sub(" ", text).strip()


def _any_certificate() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"the mail server says {code} {one_line(words)[:500]}"
