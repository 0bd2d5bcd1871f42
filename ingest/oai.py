"""An OAI-PMH 2.0 repository as a client sees it: one answer, read with care, at a time."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, cast

from lxml import etree
from sickle import Sickle
from sickle.iterator import OAIResponseIterator

from ingest.outbound import Answer
from ingest.readers.records import MAX_RECORD_BYTES
from ingest.readers.xml_fields import forget, has_doctype, local_name, pull_parser

OAI: Final = "{http://www.openarchives.org/OAI/2.0/}"
MARCXML_NAMESPACE: Final = "http://www.loc.gov/MARC21/slim"
# Names under which MARC XML is offered where its namespace is left out. "oai_marc" is another, older format.
_MARCXML_NAMES: Final = ("marcxml", "marc21", "marc")

_BLOCK_BYTES: Final = 1 << 16
# A tree of small elements is thirty times as large as its text, so none may grow between two records.
_MAX_BETWEEN_RECORDS: Final = 2 * MAX_RECORD_BYTES
_MAX_PAGES_OF_SETS: Final = 500
_HTML: Final = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+)?html", re.IGNORECASE)


class BadAnswerError(Exception):
    """The answer is no OAI-PMH, or not sound; the message is for a person."""

    def __init__(self, message: str, code: Literal["bad_answer", "bad_xml"] = "bad_answer") -> None:
        super().__init__(message)
        self.code: Literal["bad_answer", "bad_xml"] = code


class RepositoryError(Exception):
    """The repository's own refusal. code: badResumptionToken, noRecordsMatch... responded: its time then."""

    def __init__(self, code: str, message: str, responded: str = "") -> None:
        super().__init__(f"the repository says {code}{': ' if message else ''}{message}")
        self.code = code
        self.responded = responded


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of a page. metadata: the element that was looked for, serialised, b"" without one.

    name_found: what stands in its place. too_large: left out for its size.
    """

    identifier: str
    datestamp: str
    deleted: bool
    metadata: bytes
    name_found: str = ""
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """An answer. xml: all of it but its records, which are in `entries`; so it is small.

    responded: the repository's own time, as UTC in seconds; "" where it is not one.
    """

    xml: etree._Element
    entries: tuple[Entry, ...]
    responded: str

    @property
    def token(self) -> str:
        """What the next page is asked with, "" on the last one."""
        return (self.xml.findtext(f".//{OAI}resumptionToken") or "").strip()

    @property
    def total(self) -> int | None:
        """How long the repository says the whole list is."""
        token = self.xml.find(f".//{OAI}resumptionToken")
        size = "" if token is None else (token.get("completeListSize") or "").strip()
        return int(size) if size.isdecimal() and len(size) < 12 else None


@dataclass(frozen=True, slots=True)
class Repository:
    """What Identify says. by_second: dates hold a time of day. deletions: "no", "transient" or "persistent"."""

    name: str
    by_second: bool
    deletions: str


class Client(Sickle):  # type: ignore[misc]  # Sickle has no types
    """Sickle, which knows the verbs and follows the tokens, with answers that are fetched and read by us.

    Its own way to fetch has no limits: it follows redirects anywhere, reads an answer of any size whole, and sleeps as
    long as a server says. Its own way to read repairs what is damaged (recover=True), which loses records in silence,
    parses each page three times, and sets attributes named by the repository on its objects.
    """

    def __init__(self, url: str, get: Callable[[Mapping[str, str]], Answer], wanted: str) -> None:
        """wanted: the element to take from a record's metadata, whatever its namespace."""
        super().__init__(url, iterator=OAIResponseIterator)
        self._get = get
        self._wanted = wanted

    def harvest(self, **parameters: str) -> Page:
        """The page for these arguments. Raises BadAnswerError, RepositoryError, and what `get` raises."""
        answer = self._get(parameters)
        asked = f"the answer to {parameters.get('verb')}"
        try:
            page = read_page(answer.body, self._wanted)
        except BadAnswerError as error:
            if answer.status != 200:
                raise BadAnswerError(f"{asked} is HTTP {answer.status}; check the URL") from error
            raise BadAnswerError(f"{asked} {error}", error.code) from error
        refusal = page.xml.find(f"{OAI}error")
        if refusal is not None:  # some repositories send it with HTTP 400 or 422
            code, text = (refusal.get("code") or "an error").strip(), " ".join((refusal.text or "").split())
            raise RepositoryError(code, text[:300], page.responded)
        if answer.status != 200:
            raise BadAnswerError(f"{asked} is HTTP {answer.status}")
        return page

    def identify(self) -> Repository:
        found = self.harvest(verb="Identify").xml.find(f"{OAI}Identify")
        if found is None:
            raise BadAnswerError("the answer to Identify has no Identify element")
        name, granularity, deletions = (
            (found.findtext(OAI + tag) or "").strip() for tag in ("repositoryName", "granularity", "deletedRecord")
        )
        return Repository(name, "hh" in granularity.lower(), deletions.lower())

    def formats(self) -> dict[str, str]:
        """The prefixes that are offered, each with its namespace."""
        found: dict[str, str] = {}
        for page in self.ListMetadataFormats():
            for element in page.xml.iterfind(f"{OAI}ListMetadataFormats/{OAI}metadataFormat"):
                prefix = (element.findtext(f"{OAI}metadataPrefix") or "").strip()
                if prefix:
                    found[prefix] = (element.findtext(f"{OAI}metadataNamespace") or "").strip()
        return found

    def sets(self) -> tuple[str, ...]:
        """The sets there are, by the names they are asked for with. Raises RepositoryError "noSetHierarchy" for none."""
        found: list[str] = []
        for number, page in enumerate(self.ListSets()):
            specs = (
                element.findtext(f"{OAI}setSpec") or "" for element in page.xml.iterfind(f"{OAI}ListSets/{OAI}set")
            )
            found += filter(None, map(str.strip, specs))
            if number >= _MAX_PAGES_OF_SETS:
                raise BadAnswerError("the list of sets has no end")
        return tuple(found)


def marcxml_prefix(formats: Mapping[str, str]) -> str:
    """The name a repository gives to MARC XML, "" if it has none. INLISLite says marc21.

    >>> marcxml_prefix({"oai_dc": "", "mx": "http://www.loc.gov/MARC21/slim"}), marcxml_prefix({"oai_dc": ""})
    ('mx', '')
    >>> marcxml_prefix({"marc21": "", "marcxml": ""}), marcxml_prefix({"marc": "urn:other"})
    ('marcxml', '')
    """
    by_namespace = [name for name, space in formats.items() if space.rstrip("/") == MARCXML_NAMESPACE]
    by_name = [name for name in _MARCXML_NAMES if formats.get(name) == ""]
    if "marcxml" in formats:
        return "marcxml"
    return next(iter((*by_namespace, *by_name)), "")


def read_page(body: bytes, wanted: str) -> Page:
    """The page in an answer's bytes. Raises BadAnswerError; its message continues "the answer ..."."""
    if _HTML.match(body):
        raise BadAnswerError("is a web page, not OAI-PMH; check the URL")
    parser = pull_parser(("start", "end"), "{*}OAI-PMH", f"{OAI}record")
    entries: list[Entry] = []
    last_record = 0
    try:
        for start in range(0, len(body), _BLOCK_BYTES):
            parser.feed(body[start : start + _BLOCK_BYTES])
            for event, found in parser.read_events():
                element = cast(etree._Element, found)
                _refuse_doctype(element)
                if event == "end" and _is_entry(element):
                    entries.append(_entry(element, wanted))
                    forget(element)
                    last_record = start
            if start - last_record > _MAX_BETWEEN_RECORDS:
                raise BadAnswerError(f"has no end of a record within {_MAX_BETWEEN_RECORDS:,} bytes")
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise BadAnswerError(f"is not well-formed XML: {error.msg}", "bad_xml") from error
    _refuse_doctype(root)
    if root.tag != f"{OAI}OAI-PMH":
        raise BadAnswerError(f"is no OAI-PMH 2.0 but <{local_name(root)}>; check the URL")
    return Page(root, tuple(entries), utc(root.findtext(f"{OAI}responseDate") or ""))


def utc(text: str) -> str:
    """A repository's time as OAI-PMH writes it, "" for what is none.

    >>> utc("2024-05-01T10:00:00Z"), utc("2024-05-01T17:00:00.25+07:00"), utc("2024-05-01"), utc("kemarin")
    ('2024-05-01T10:00:00Z', '2024-05-01T10:00:00Z', '2024-05-01T00:00:00Z', '')
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _refuse_doctype(element: etree._Element) -> None:
    if has_doctype(element):
        raise BadAnswerError("has a DOCTYPE, which OAI-PMH does not need and which can do harm", "bad_xml")


def _is_entry(element: etree._Element) -> bool:
    """Whether a <record> is the protocol's own: MARC without a namespace of its own seems to be in that too."""
    parent = element.getparent()
    return parent is not None and parent.tag in (f"{OAI}ListRecords", f"{OAI}GetRecord")


def _entry(element: etree._Element, wanted: str) -> Entry:
    header = element.find(f"{OAI}header")
    identifier = datestamp = ""
    deleted = False
    if header is not None:
        identifier = (header.findtext(f"{OAI}identifier") or "").strip()
        datestamp = (header.findtext(f"{OAI}datestamp") or "").strip()
        deleted = header.get("status") == "deleted"
    metadata = element.find(f"{OAI}metadata")
    if deleted or metadata is None:
        return Entry(identifier, datestamp, deleted, b"")
    found = next(metadata.iter(f"{{*}}{wanted}"), None)
    if found is None:
        return Entry(identifier, datestamp, False, b"", local_name(metadata[0]) if len(metadata) else "")
    data = etree.tostring(found, encoding="utf-8", with_tail=False)
    if len(data) > MAX_RECORD_BYTES:
        return Entry(identifier, datestamp, False, b"", wanted, too_large=True)
    return Entry(identifier, datestamp, False, data)
