"""A repository that speaks OAI-PMH 2.0, as a process of its own, with the faults that repositories are seen to have.

    python -m tests.support.oai_server      prints its port, serves until its standard input ends

`OaiServer` starts it from a test. POST /control changes what it does, GET /log tells what it was asked.
"""

import base64
import gzip
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote_plus, urlsplit
from xml.sax.saxutils import escape, quoteattr

import pymarc

from ingest.record import Record, to_pymarc
from ingest.source import SourceRecord
from tests.support.marc_records import read_file

ROOT = Path(__file__).resolve().parents[2]
FILES = ("indonesia.mrc", "gpo_indonesia.mrc", "gpo_languages.mrc")
FIRST_DAY = "2024-01-01T00:00:00Z"
NOW = "2024-05-01T10:00:00Z"

ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>{now}</responseDate><request>http://127.0.0.1/oai</request>{body}</OAI-PMH>"
)
FORMATS = {
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "marcxml": "http://www.loc.gov/MARC21/slim",
}


@dataclass(slots=True)
class Held:
    """A record of the repository, in each of its formats."""

    identifier: str
    set: str
    forms: Mapping[str, str]
    datestamp: str = FIRST_DAY
    deleted: bool = False


@dataclass(slots=True)
class State:
    """What /control changes. faults: {"kind", "verb", "skip", "times", ...}, the first that fits is taken."""

    records: list[Held]
    now: str = NOW
    page: int = 50
    seconds: bool = True
    deleted_record: str = "persistent"
    formats: dict[str, str] = field(default_factory=lambda: dict(FORMATS))
    tokens: str = "plain"  # plain, slims, circle, always_new
    generation: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)
    log: list[dict[str, str]] = field(default_factory=list)


class ProtocolError(Exception):
    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message)
        self.code = code


def sample_records() -> list[Held]:
    found: dict[str, Held] = {}
    for name in FILES:
        for item in read_file(ROOT / "marc_samples" / name):
            if isinstance(item, SourceRecord):
                number = next(field.data for field in item.record.fields if field.tag == "001").strip()
                marc = to_xml(item.record)
                forms = {"marcxml": marc, "oai_dc": dublin_core(item.record)}
                found[number] = Held(f"oai:uji:{number}", name.partition(".")[0], forms)
    return list(found.values())


def to_xml(record: Record) -> str:
    xml: bytes = pymarc.record_to_xml(to_pymarc(record), namespace=True)  # type: ignore[no-untyped-call]
    return xml.decode()


def dublin_core(record: Record) -> str:
    """What a small repository would say of a record."""
    wanted = {"title": ("245", "ab"), "creator": ("100", "a"), "publisher": ("260", "b"), "identifier": ("020", "a")}
    wanted |= {"subject": ("650", "a"), "date": ("264", "c"), "language": ("041", "a"), "type": ("655", "a")}
    lines = []
    for name, (tag, codes) in wanted.items():
        for found in (one for one in record.fields if one.tag == tag):
            text = " ".join(found.get_subfields(*codes))
            lines.append(f"<dc:{name}>{escape(text)}</dc:{name}>")
    return (
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{"".join(lines)}</oai_dc:dc>'
    )


def answer(state: State, asked: Mapping[str, str]) -> str:
    """The XML for a request's arguments."""
    verbs = {
        "Identify": identify,
        "ListMetadataFormats": list_formats,
        "ListSets": list_sets,
        "ListRecords": list_records,
        "ListIdentifiers": list_records,
        "GetRecord": get_record,
    }
    try:
        verb = asked.get("verb", "")
        if verb not in verbs:
            raise ProtocolError("badVerb", f"no verb {verb}")
        body = f"<{verb}>{verbs[verb](state, asked)}</{verb}>"
    except ProtocolError as error:
        body = f"<error code={quoteattr(error.code)}>{escape(str(error))}</error>"
    return ENVELOPE.format(now=state.now, body=body)


def identify(state: State, asked: Mapping[str, str]) -> str:
    granularity = "YYYY-MM-DDThh:mm:ssZ" if state.seconds else "YYYY-MM-DD"
    return (
        "<repositoryName>Perpustakaan uji</repositoryName><baseURL>http://127.0.0.1/oai</baseURL>"
        "<protocolVersion>2.0</protocolVersion><adminEmail>uji@example.org</adminEmail>"
        f"<earliestDatestamp>{stamp(state, FIRST_DAY)}</earliestDatestamp>"
        f"<deletedRecord>{state.deleted_record}</deletedRecord><granularity>{granularity}</granularity>"
    )


def list_formats(state: State, asked: Mapping[str, str]) -> str:
    return "".join(
        f"<metadataFormat><metadataPrefix>{name}</metadataPrefix><schema>x.xsd</schema>"
        f"<metadataNamespace>{space}</metadataNamespace></metadataFormat>"
        for name, space in state.formats.items()
    )


def list_sets(state: State, asked: Mapping[str, str]) -> str:
    names = sorted({record.set for record in state.records})
    return "".join(f"<set><setSpec>{name}</setSpec><setName>{name}</setName></set>" for name in names)


def get_record(state: State, asked: Mapping[str, str]) -> str:
    check_format(state, asked.get("metadataPrefix", ""))
    for record in state.records:
        if record.identifier == asked.get("identifier"):
            return whole(state, record, asked["metadataPrefix"])
    raise ProtocolError("idDoesNotExist")


def list_records(state: State, asked: Mapping[str, str]) -> str:
    offset, wanted = 0, dict(asked)
    if token := asked.get("resumptionToken"):
        offset, wanted = read_token(state, token, asked["verb"])
    prefix = wanted.get("metadataPrefix", "")
    check_format(state, prefix)
    since, until = wanted.get("from", ""), wanted.get("until", "")
    if not state.seconds and len(since) > 10:
        raise ProtocolError("badArgument", "from is finer than the granularity")
    found = [
        record
        for record in state.records
        if wanted.get("set", record.set) == record.set
        and since <= record.datestamp
        and (not until or record.datestamp[: len(until)] <= until)
    ]
    if not found:
        raise ProtocolError("noRecordsMatch")
    page = found[offset : offset + state.page]
    give = whole if asked["verb"] == "ListRecords" else header
    return "".join(give(state, record, prefix) for record in page) + token_element(state, wanted, offset, len(found))


def check_format(state: State, prefix: str) -> None:
    if not prefix:
        raise ProtocolError("badArgument", "metadataPrefix is missing")
    if prefix not in state.formats:
        raise ProtocolError("cannotDisseminateFormat")


def token_element(state: State, wanted: Mapping[str, str], offset: int, total: int) -> str:
    following = offset + state.page
    if state.tokens == "circle":
        return "<resumptionToken>sama</resumptionToken>"
    if state.tokens == "always_new":
        return f"<resumptionToken>baru-{len(state.log)}</resumptionToken>"
    if following >= total:
        return f'<resumptionToken completeListSize="{total}" cursor="{offset}"/>' if offset else ""
    if state.tokens == "slims":
        token = quote(f"offset={following}&metadataPrefix={wanted['metadataPrefix']}", safe="")
        return f'<resumptionToken completeListSize="{total}">{token}</resumptionToken>'
    kept = {name: value for name, value in wanted.items() if name not in ("verb", "resumptionToken")}
    plain = json.dumps([state.generation, following, kept])
    token = base64.b64encode(plain.encode()).decode()
    return f'<resumptionToken completeListSize="{total}" cursor="{offset}">{token}</resumptionToken>'


def read_token(state: State, token: str, verb: str) -> tuple[int, dict[str, str]]:
    if state.tokens in ("circle", "always_new"):
        return 0, {"verb": verb, "metadataPrefix": "marcxml"}
    if state.tokens == "slims":
        # PHP's parse_str: what was encoded twice is one long name, so there is no offset and all begins again.
        parts = dict(part.partition("=")[::2] for part in token.split("&"))
        read = {unquote_plus(name): unquote_plus(value) for name, value in parts.items()}
        return int(read.get("offset", 0)), {"verb": verb, "metadataPrefix": "oai_dc"}
    try:
        generation, offset, wanted = json.loads(base64.b64decode(token, validate=True))
    except ValueError as error:
        raise ProtocolError("badResumptionToken", "unreadable") from error
    if generation != state.generation:
        raise ProtocolError("badResumptionToken", "expired")
    return offset, {**wanted, "verb": verb}


def stamp(state: State, datestamp: str) -> str:
    return datestamp if state.seconds else datestamp[:10]


def header(state: State, record: Held, prefix: str) -> str:
    status = ' status="deleted"' if record.deleted else ""
    return (
        f"<header{status}><identifier>{escape(record.identifier)}</identifier>"
        f"<datestamp>{stamp(state, record.datestamp)}</datestamp><setSpec>{record.set}</setSpec></header>"
    )


def whole(state: State, record: Held, prefix: str) -> str:
    space = state.formats[prefix]
    form = record.forms["marcxml" if "MARC21" in space or "marc" in prefix else "oai_dc"]
    metadata = "" if record.deleted or not form else f"<metadata>{form}</metadata>"
    return f"<record>{header(state, record, prefix)}{metadata}</record>"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out one after the other
    state: State
    pristine: list[Held]

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/log":
            self._send(json.dumps(self.state.log).encode())
            return
        asked = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        self.state.log.append(asked)
        fault = self._fault(asked)
        body = answer(self.state, asked).encode()
        if fault is None:
            self._send(body)
        else:
            getattr(self, "_" + fault["kind"])(body, fault)

    def do_POST(self) -> None:
        change = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if change.pop("reset", False):
            records = [Held(r.identifier, r.set, dict(r.forms)) for r in self.pristine]
            type(self).state = State(records)
        for identifier, values in change.pop("records", {}).items():
            for record in self.state.records:
                if record.identifier == identifier:
                    for name, value in values.items():
                        setattr(record, name, value)
        for name, value in change.items():
            setattr(self.state, name, value)
        self._send(b"{}")

    def _fault(self, asked: Mapping[str, str]) -> dict[str, Any] | None:
        for fault in self.state.faults:
            if fault.get("verb", "ListRecords") != asked.get("verb") or not fault.get("times", 1):
                continue
            if fault.get("skip", 0):
                fault["skip"] -= 1
                continue
            fault["times"] = fault.get("times", 1) - 1
            return fault
        return None

    def _send(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "text/xml", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _status(self, body: bytes, fault: Mapping[str, Any]) -> None:
        extra = {"Retry_After": fault["retry_after"]} if "retry_after" in fault else {}
        self._send(body if fault.get("with_body") else b"busy", fault["status"], **extra)

    def _redirect(self, body: bytes, fault: Mapping[str, Any]) -> None:
        self._send(b"", 302, Location=fault["to"])

    def _replace(self, body: bytes, fault: Mapping[str, Any]) -> None:
        before, after = fault["before"].encode(), base64.b64decode(fault["after"])
        self._send(body.replace(before, after, 1))

    def _instead(self, body: bytes, fault: Mapping[str, Any]) -> None:
        self._send(fault["body"].encode())

    def _bomb(self, body: bytes, fault: Mapping[str, Any]) -> None:
        self._send(gzip.compress(b"<a>" + b" " * 30_000_000), Content_Encoding="gzip")

    def _packed(self, body: bytes, fault: Mapping[str, Any]) -> None:
        self._send(gzip.compress(body), Content_Encoding="gzip")

    def _chunked(self, body: bytes, fault: Mapping[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(body), 1000):
            block = body[start : start + 1000]
            self.wfile.write(f"{len(block):x}\r\n".encode() + block + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _drop(self, body: bytes, fault: Mapping[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def _hang_up(self, body: bytes, fault: Mapping[str, Any]) -> None:
        self.close_connection = True

    def _slow(self, body: bytes, fault: Mapping[str, Any]) -> None:
        time.sleep(fault["seconds"])
        self._send(body)

    def _trickle(self, body: bytes, fault: Mapping[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(10_000_000))
        self.end_headers()
        self._write_for(30.0, b" ", 0.05)

    def _endless(self, body: bytes, fault: Mapping[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self._write_for(30.0, b"<a>" + b" " * 65_536, 0.0)

    def _write_for(self, seconds: float, block: bytes, pause: float) -> None:
        self.close_connection = True
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                self.wfile.write(block)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            pass  # the harvester has gone


class OaiServer:
    """The process, and a hand on what it does."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.support.oai_server"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/oai"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def control(self, **changes: object) -> None:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/control", json.dumps(changes).encode())
        with urllib.request.urlopen(request) as response:  # noqa: S310  # our own server
            response.read()

    def fault(self, kind: str, **more: object) -> None:
        self.control(faults=[{"kind": kind, **more}])

    def log(self, verb: str = "ListRecords") -> list[dict[str, str]]:
        """The arguments of the requests it had, for a verb."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/log") as response:
            asked: Iterable[dict[str, str]] = json.load(response)
        return [one for one in asked if one.get("verb") == verb]


def main() -> None:
    Handler.pristine = sample_records()
    Handler.state = State(sample_records())
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
