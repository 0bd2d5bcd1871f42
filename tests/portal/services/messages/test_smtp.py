"""What goes over the wire, to a real mail server with and without TLS and passwords."""

import ssl
from pathlib import Path

import pytest

from portal.services.messages.errors import NotSent, PostUnavailable
from portal.services.messages.outbox import Letter
from portal.services.messages.smtp import SmtpPost
from portal.settings import SmtpSettings
from tests.support.circulation import NOON
from tests.support.elasticsearch.certificates import Certificates, issue_certificates
from tests.support.mail_server import MailServer, mail_server, text_of

GOOD, BAD = "benar", "salah"
LETTER = Letter(
    "k", "loans", "a@example.org", "Pinjaman “Laut” jatuh tempo", "Judul: Café\n.\nAkhir\n", id="abc", written_at=NOON
)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return issue_certificates(tmp_path)


def tls(certificates: Certificates) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.server, certificates.server_key)
    return context


def send(server: MailServer, letter: Letter = LETTER, library: str = "Perpustakaan", **settings: object) -> None:
    values: dict[str, object] = {"host": "127.0.0.1", "port": server.port, "is_tls": False, "user": "", "password": ""}
    post = SmtpPost(SmtpSettings(**{**values, **settings}), "perpus@example.org", library)  # type: ignore[arg-type]
    try:
        post.send(letter)
    finally:
        post.close()


def test_a_letter_arrives_as_it_was_written() -> None:
    with mail_server() as server:
        send(server, library="Perpustakaan Kota “Bitung”")
    (got,) = server.messages
    assert str(got["From"]) == "Perpustakaan Kota “Bitung” <perpus@example.org>"
    assert (got["To"], got["Subject"]) == ("a@example.org", "Pinjaman “Laut” jatuh tempo")
    assert text_of(got) == "Judul: Café\n.\nAkhir\n"
    assert got["Message-ID"] == "<abc@example.org>"
    assert got["Date"].datetime == NOON
    assert got["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x00"])
def test_no_title_or_name_adds_a_header(end: str) -> None:
    bad = f"Judul{end}Bcc: korban@example.org{end}{end}Isi palsu"
    letter = Letter("k", "loans", "a@example.org", bad, "Isi\n", id="abc", written_at=NOON)
    with mail_server() as server:
        send(server, letter, library=bad)
    (got,) = server.messages
    assert got["Bcc"] is None
    assert got["Subject"] == "Judul Bcc: korban@example.org Isi palsu"
    assert text_of(got) == "Isi\n"


def test_starttls_is_used_where_it_is_offered(certificates: Certificates) -> None:
    with mail_server(tls_context=tls(certificates), require_starttls=True) as server:
        send(server)
    assert server.was_encrypted == [True]


def test_a_password_goes_to_a_server_that_proved_its_name(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(tls_context=tls(certificates), auth_required=True) as server:
        with pytest.raises(PostUnavailable, match="certificate"):
            send(server, user="perpus", password=GOOD)
        assert server.logins == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
        send(server, user="perpus", password=GOOD)
        assert (server.logins, len(server.messages)) == ([(b"perpus", b"benar")], 1)


def test_a_wrong_password_is_nobodys_letters_fault(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    with (
        mail_server(tls_context=tls(certificates), auth_required=True) as server,
        pytest.raises(PostUnavailable, match="535"),
    ):
        send(server, user="perpus", password=BAD)


def test_a_password_is_not_sent_in_the_clear() -> None:
    with mail_server(auth_require_tls=False) as server, pytest.raises(PostUnavailable, match="STARTTLS"):
        send(server, host="0", user="perpus", password=GOOD)  # a name of this machine that is not known for one
    assert server.logins == []


def test_smtps_is_encrypted_from_the_first_byte(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    with mail_server(ssl_context=tls(certificates)) as server:
        send(server, is_tls=True)
        assert len(server.messages) == 1


def test_a_server_that_hangs_up_is_away() -> None:
    with mail_server() as server:
        server.all_answer = "421 Closing"
        with pytest.raises(PostUnavailable, match="421"):
            send(server)


def test_an_address_beyond_ascii_goes_where_the_server_takes_it() -> None:
    letter = Letter("k", "loans", "málà@example.org", "S", "Isi\n", id="abc", written_at=NOON)
    with mail_server(enable_SMTPUTF8=True) as server:
        send(server, letter)
        assert len(server.messages) == 1
    with mail_server(enable_SMTPUTF8=False) as server, pytest.raises(NotSent) as refused:
        send(server, letter)
    assert refused.value.is_final
