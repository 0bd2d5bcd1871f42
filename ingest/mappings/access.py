"""Links (MARC 856): what they lead to and who may open them."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final
from urllib.parse import unquote

from ingest.extract import MarcView, indicator, joined
from ingest.mapping import words
from ingest.record import Field
from ingest.transform import plain, remembered
from search.document import LinkAccess, LinkKind, OnlineAccess

TAGS: Final = "506 856"
_URL: Final = re.compile(r"(?:(?:https?|ftp)://|(?P<bare>www\.))[^\s<>\"\\^`{|}]+", re.IGNORECASE)
# What is meant by "htp://", "http//", "http:/", "http:// " and the like, before what can only be a host.
_MISTYPED: Final = re.compile(
    r"h{0,2}t{1,4}p{1,2}(s?)\s?[:;.]{0,2}\s?[/\\]{1,3}\s?(?=[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:[/:?#]|$))", re.IGNORECASE
)
_TWICE: Final = re.compile(r"https?://(?=https?:?//)", re.IGNORECASE)
_NO_HOST: Final = re.compile(r"https?:///", re.IGNORECASE)
_NO_SCHEME: Final = re.compile(
    r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:id|com|org|net|edu|gov)(?::[0-9]+)?(?:/|$)", re.IGNORECASE
)
_PICTURES: Final = (".jpg", ".jpeg", ".png", ".gif", ".webp")
_PATH: Final = re.compile(r"[^?#]*")
_MAX_URL_LENGTH: Final = 2_000
_OPEN_STATUS: Final = {"0": "open", "1": "login"}  # 856 $7, access status


def links(view: MarcView) -> tuple[OnlineAccess, ...]:
    """The links of a record, each once; schemes other than http, https and ftp are left out, a host without one is http."""
    if "856" not in view.fields:
        return ()
    whole_record = _access_of_record(view)
    found: dict[str, OnlineAccess] = {}
    for field in view.fields["856"]:
        label = said = ""
        if words_said := joined(field, "3yz"):
            said = words_said.lower()
            label = plain(joined(field, "3") or joined(field, "y") or joined(field, "z"))
        access = _access_of_link(field, said)
        for url in _urls(field):
            if url not in found:
                kind = _kind(indicator(field, 2), said, url)
                found[url] = OnlineAccess(url, label, kind, whole_record if access == "unknown" else access)
    return tuple(found.values())


def has_version_to_read(view: MarcView) -> bool:
    """Whether a link leads to the whole title (second indicator 0 or 1), by what it is called too."""
    for field in view.of("856"):
        if indicator(field, 2) in "01":
            said = joined(field, "3yz").lower()
            if any(_kind(indicator(field, 2), said, url) == "read" for url in _urls(field)):
                return True
    return False


def access(view: MarcView) -> list[str]:
    """ "online" where a link leads to the thing itself."""
    return ["online"] if any(link.kind == "read" for link in view.once(links)) else []


def linked_files(view: MarcView) -> list[str]:
    """Names of the PDF files that 856 $u point to, in small letters: e-books beside the catalogue are found by them."""
    names = []
    for url in (value for field in view.of("856") for value in field.get_subfields("u")):
        if "%" not in url and ".pdf" not in url.lower():
            continue
        found = _PATH.match(url.strip())
        name = unquote(found.group() if found else "").replace("\\", "/").rpartition("/")[2].strip().lower()
        if name.endswith(".pdf"):
            names.append(name)
    return names


def _urls(field: Field) -> Iterator[str]:
    # $g is the lasting address where there is one; it leads to the same thing as $u.
    for value in field.get_subfields("g") or field.get_subfields("u"):
        found = _URL.match(_mended(value.strip()))
        if found and len(found.group()) <= _MAX_URL_LENGTH:
            yield f"http://{found.group()}" if found["bare"] else found.group()


def _mended(text: str) -> str:
    """An address with the scheme that was meant; any other text stays.

    >>> _mended("htp://repo.go.id/a.pdf"), _mended("https;//repo.go.id"), _mended("repository.unima.ac.id/123")
    ('http://repo.go.id/a.pdf', 'https://repo.go.id', 'http://repository.unima.ac.id/123')
    >>> _mended("http:///repo.go.id"), _mended("ttp://repo.go.id"), _mended("http://http//repo.go.id"), _mended("repo.go.id:80/a")
    ('http://repo.go.id', 'http://repo.go.id', 'http://repo.go.id', 'http://repo.go.id:80/a')
    >>> _mended("http://http://repo.go.id"), _mended("file:///c/buku.pdf"), _mended("buku.pdf")
    ('http://repo.go.id', 'file:///c/buku.pdf', 'buku.pdf')
    """
    if (found := _URL.match(text)) is not None and not _NO_HOST.match(text):
        return _mended(_TWICE.sub("", text, count=1)) if _TWICE.match(found.group()) else text
    if (mistyped := _MISTYPED.match(text)) is not None:
        return f"http{mistyped[1].lower()}://{text[mistyped.end() :]}"
    return f"http://{text}" if _NO_SCHEME.match(text) else text


def _kind(second: str, said: str, url: str) -> LinkKind:
    """By the second indicator; words decide only where it leaves room (0 and 3 are the thing itself)."""
    if second in ("0", "3"):
        return "read"
    if _is_picture(url) or (second not in ("1", "4") and _says_cover(said)):
        return "cover"
    return "related" if second == "2" or _says_related(said) else "read"


def _is_picture(url: str) -> bool:
    small = url.lower()
    return small.endswith(_PICTURES) or ("?" in small and any(f"{picture}?" in small for picture in _PICTURES))


def _access_of_link(field: Field, said: str) -> LinkAccess:
    return _OPEN_STATUS.get(field.get("7")[:1]) or _access_in_words(said)  # type: ignore[return-value]


def _access_of_record(view: MarcView) -> LinkAccess:
    fields = view.of("506")
    if not fields:
        return "unknown"
    if any(field.get("2") == "star" for field in fields):
        return "open"
    return _access_in_words(" ".join(joined(field, "af") for field in fields).lower())


@remembered
def _access_in_words(text: str) -> LinkAccess:
    if _names(text, "open"):
        return "open"
    if _names(text, "onsite"):
        return "onsite"
    return "login" if _names(text, "login") else "unknown"


@remembered
def _says_cover(text: str) -> bool:
    return _names(text, "cover")


@remembered
def _says_related(text: str) -> bool:
    return _names(text, "related")


def _names(text: str, list_name: str) -> bool:
    return bool(text) and _pattern(list_name).search(text) is not None


@cache
def _pattern(list_name: str) -> re.Pattern[str]:
    """Words of a list where a word begins; a cover is that word alone, since journals state their "coverage"."""
    end = r"\b" if list_name == "cover" else ""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words('links', list_name)))}){end}")
