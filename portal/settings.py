"""Settings, each with where it came from: environment, telusur.toml, or the default.

The one table below is also what `telusur check` prints and README shows (a test compares them).
"""

import difflib
import os
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.guards.client_address import Network, networks
from search.settings import EMBEDDED, SearchSettings, ServerSettings

MAX_SHARDS: Final = 100
_URL: Final = re.compile(
    r"https?://(?:[\w-]{1,63}(?:\.[\w-]{1,63})*\.?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?(?:/[^\s,@?#]*)?"
)
# Whatever stands before an @ may be a password, which may hold any character.
_USER_IN_URL: Final = re.compile(r"\S.*@", re.S)
_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.ASCII)
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_HOLDS_USER: Final = ("TELUSUR_ENGINE", "TELUSUR_DATABASE", "TELUSUR_SMTP", "TELUSUR_ILS_URL")
_SMTP: Final = re.compile(
    r"(?P<scheme>smtps?)://(?P<host>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>\d{1,5}))?/?"
)
_DECIMAL: Final = re.compile(r"\d{1,4}(?:\.\d{1,3})?", re.ASCII)
_NEARLY: Final = 0.9  # of a name's letters: TELUSUR_SHARDS is none of ours, TELUSUR_DATABSE is
_INDEX: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


class SettingsError(Exception):
    """A setting that cannot be used; the text names it, its source and what it may be."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. variable: in the environment; `key` in telusur.toml is the same without TELUSUR_, lower case.
    secret: never shown."""

    variable: str
    default: str
    meaning: str
    secret: bool = False

    def shown(self, value: str) -> str:
        """`value` as it may stand on a screen or in a report of a problem."""
        if self.secret and value:
            return "(set)"
        shown = _without_user(value) if self.variable in _HOLDS_USER else value
        return " / ".join(shown.splitlines()) or '""'  # opening hours may have lines; a setting here has one

    @property
    def key(self) -> str:
        return self.variable.removeprefix("TELUSUR_").lower()


SETTINGS: Final = (
    Setting("TELUSUR_DATA", "telusur-data", "data folder: index and e-book files"),
    Setting(
        "TELUSUR_ENGINE", EMBEDDED, "embedded (one folder, no server), or Elasticsearch: URLs of its nodes, with commas"
    ),
    Setting("TELUSUR_ENGINE_USER", "", "user of Elasticsearch"),
    Setting("TELUSUR_ENGINE_PASSWORD", "", "password of that user", secret=True),
    Setting("TELUSUR_ENGINE_API_KEY", "", "API key of Elasticsearch, instead of user and password", secret=True),
    Setting("TELUSUR_ENGINE_CA", "", "file of the certificate authority, where the machine does not trust it already"),
    Setting("TELUSUR_ENGINE_INDEX", "telusur", "begins the names of the indexes in Elasticsearch"),
    Setting("TELUSUR_ENGINE_SHARDS", "1", "shards of an index made anew in Elasticsearch (docs/scaling.md)"),
    Setting(
        "TELUSUR_MODEL", "", "embedding model: empty for the shipped one, none for words only, or a folder or name"
    ),
    Setting("TELUSUR_LIBRARY", "Perpustakaan Kota Bitung", "the library's name, shown on every page"),
    Setting(
        "TELUSUR_URL", "", "the portal's public address, as https://katalog.example.org; empty: the one it was asked at"
    ),
    Setting(
        "TELUSUR_EMAIL",
        "",
        "the library's e-mail for reports of errors in records, told to harvesters, and the sender of letters to patrons; "
        "empty: none is offered",
    ),
    Setting(
        "TELUSUR_ADDRESS", "", "where the library is, as patrons are told it: street, town; empty: nothing is told"
    ),
    Setting("TELUSUR_PHONE", "", "its telephone number, told beside the address"),
    Setting(
        "TELUSUR_OPENING_HOURS", "", "when it is open, in words, as Senin–Jumat 08.00–16.00; empty: nothing is told"
    ),
    Setting(
        "TELUSUR_OPENING_HOURS_EN",
        "",
        "the same in English, for English pages; where one of the two is empty, all pages tell the other",
    ),
    Setting("TELUSUR_SOURCE", "katalog", "source name of records loaded without --source"),
    Setting("TELUSUR_HOST", "127.0.0.1", "address the portal listens on"),
    Setting("TELUSUR_PORT", "8501", "port the portal listens on"),
    Setting("TELUSUR_HOSTS", "", "names the portal is reached by, with commas; empty for any"),
    Setting(
        "TELUSUR_PROXIES",
        "127.0.0.1, ::1",
        "reverse proxies that are believed when they say who asks: addresses, networks",
    ),
    Setting(
        "TELUSUR_RATE", "1", "how many times the usual rates one address may ask (docs/serving.md); 0 for no limit"
    ),
    Setting(
        "TELUSUR_ILS",
        "local",
        "library system that lends: local (Telusur's own), koha, slims (its export, to be looked at), none",
    ),
    Setting("TELUSUR_ILS_URL", "", "address of Koha, as https://staff.example.org; or file of SLiMS' database export"),
    Setting("TELUSUR_ILS_CLIENT", "", "client id of Koha's API key"),
    Setting("TELUSUR_ILS_SECRET", "", "secret of that API key", secret=True),
    Setting(
        "TELUSUR_DATABASE",
        "",
        "database of patrons and loans: empty for a file in the data folder, or postgresql://user@host/database",
    ),
    Setting(
        "TELUSUR_TIMEZONE", "Asia/Makassar", "time zone of the library: its days begin and its loans are due by it"
    ),
    Setting("TELUSUR_IDLE", "15", "minutes after which an idle patron is signed out"),
    Setting("TELUSUR_SMTP", "", "server that sends e-mail, as smtp://host:25 or smtps://host; empty: none is sent"),
    Setting("TELUSUR_SMTP_USER", "", "user of that server"),
    Setting("TELUSUR_SMTP_PASSWORD", "", "password of that user", secret=True),
    Setting("TELUSUR_OIDC_URL", "", "OpenID Connect provider staff sign in with; empty: none"),
    Setting("TELUSUR_OIDC_CLIENT", "", "client id at that provider"),
    Setting("TELUSUR_OIDC_SECRET", "", "client secret at that provider", secret=True),
    Setting("TELUSUR_OIDC_FOR", "staff", "who signs in by that provider: staff, or all"),
)

CONFIG_FILE: Final = Path("telusur.toml")


NO_ILS: Final = "none"
ILS_NAMES: Final = ("local", "koha", "slims", NO_ILS)


@dataclass(frozen=True, slots=True)
class IlsSettings:
    """Which library system lends. url: of Koha, or a file of SLiMS."""

    name: str
    url: str
    client: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where letters go out. is_tls: encrypted from the first byte; otherwise STARTTLS is used where offered."""

    host: str
    port: int
    is_tls: bool
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """for_patrons: everybody signs in by it, not staff alone."""

    url: str
    client: str
    secret: str = field(repr=False)
    for_patrons: bool


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """What accounts of patrons need. database: URL for SQLAlchemy. smtp, oidc: None where there is none."""

    ils: IlsSettings
    database: str = field(repr=False)
    zone: ZoneInfo
    idle_s: int
    smtp: SmtpSettings | None
    oidc: OidcSettings | None


@dataclass(frozen=True, slots=True)
class PlaceSettings:
    """Where the library is, when it is open, and its telephone, in its own words; "" for what is not told.

    hours_en: for pages in English.
    """

    address: str = ""
    phone: str = ""
    hours: str = ""
    hours_en: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, read once. `sources` says where each came from, by variable."""

    data: Path
    engine: str
    server: ServerSettings
    model: str
    library: str
    url: str
    email: str
    place: PlaceSettings
    source: str
    host: str
    port: int
    hosts: tuple[str, ...]
    proxies: tuple[Network, ...]
    rate: float
    accounts: AccountSettings
    values: Mapping[str, str] = field(repr=False)
    sources: Mapping[str, str]

    @property
    def search(self) -> SearchSettings:
        """What the search package needs. Raises SettingsError when TELUSUR_ENGINE names no engine."""
        if self.engine == EMBEDDED:
            return SearchSettings(self.data, None, self.model)
        urls = tuple(url.strip() for url in self.engine.split(",") if url.strip())
        source = self.sources["TELUSUR_ENGINE"]
        if not urls or not all(_is_url(url) for url in urls):
            raise SettingsError(
                f"TELUSUR_ENGINE={_without_user(self.engine)} (from {source}) is not an engine; use "
                f"{EMBEDDED!r}, or the http:// or https:// URL of an Elasticsearch, or several with commas between. "
                "User and password belong in TELUSUR_ENGINE_USER and TELUSUR_ENGINE_PASSWORD."
            )
        return SearchSettings(self.data, replace(self.server, urls=urls), self.model)


def read_settings(environment: Mapping[str, str] | None = None, config: Path = CONFIG_FILE) -> Settings:
    """Settings from the environment, else from `config` if it exists, else defaults. Raises SettingsError."""
    environment = os.environ if environment is None else environment
    written = _read_config(config)
    values: dict[str, str] = {}
    sources: dict[str, str] = {}
    for setting in SETTINGS:
        if setting.variable in environment:
            values[setting.variable], sources[setting.variable] = environment[setting.variable], "environment"
        elif setting.key in written:
            values[setting.variable], sources[setting.variable] = written[setting.key], str(config)
        else:
            values[setting.variable], sources[setting.variable] = setting.default, "default"
    if not values["TELUSUR_DATA"].strip():  # Path("") would be the folder that one is in
        raise SettingsError(
            f"TELUSUR_DATA is empty (from {sources['TELUSUR_DATA']}); name the data folder, or take the setting away."
        )
    port = _number("TELUSUR_PORT", values, sources, "a port", 0, 65535)
    shards = _number("TELUSUR_ENGINE_SHARDS", values, sources, "a number of shards", 1, MAX_SHARDS)
    index = values["TELUSUR_ENGINE_INDEX"]
    if not _INDEX.fullmatch(index):
        raise SettingsError(
            f"TELUSUR_ENGINE_INDEX={index!r} (from {sources['TELUSUR_ENGINE_INDEX']}) is not a name of an index; use "
            "up to 60 small letters, digits, - and _, the first a letter or digit."
        )
    return Settings(
        data=Path(values["TELUSUR_DATA"]).expanduser(),
        engine=values["TELUSUR_ENGINE"].strip(),
        server=ServerSettings(
            user=values["TELUSUR_ENGINE_USER"],
            password=values["TELUSUR_ENGINE_PASSWORD"],
            api_key=values["TELUSUR_ENGINE_API_KEY"],
            ca=values["TELUSUR_ENGINE_CA"],
            index=index,
            shards=shards,
        ),
        model=values["TELUSUR_MODEL"],
        library=values["TELUSUR_LIBRARY"],
        url=_address(values, sources),
        email=_email(values, sources),
        place=PlaceSettings(
            address=values["TELUSUR_ADDRESS"].strip(),
            phone=values["TELUSUR_PHONE"].strip(),
            hours=values["TELUSUR_OPENING_HOURS"].strip(),
            hours_en=values["TELUSUR_OPENING_HOURS_EN"].strip(),
        ),
        source=_source(values, sources),
        host=values["TELUSUR_HOST"],
        port=port,
        hosts=_hosts(values["TELUSUR_HOSTS"], sources["TELUSUR_HOSTS"]),
        proxies=_proxies(values["TELUSUR_PROXIES"], sources["TELUSUR_PROXIES"]),
        rate=_rate(values["TELUSUR_RATE"], sources["TELUSUR_RATE"]),
        accounts=_accounts(values, sources),
        values=values,
        sources=sources,
    )


def misspelt(environment: Mapping[str, str] | None = None) -> Sequence[str]:
    """A sentence for each variable of the environment that is named almost as a setting, and so is read by nobody."""
    environment = os.environ if environment is None else environment
    known = {setting.variable for setting in SETTINGS}
    sentences = []
    for variable in sorted(set(environment) - known):
        meant = variable.startswith("TELUSUR_") and difflib.get_close_matches(variable, known, 1, _NEARLY)
        if meant:
            sentences.append(f"{variable} is no setting, so it changes nothing; did you mean {meant[0]}?")
    return sentences


def _accounts(values: Mapping[str, str], sources: Mapping[str, str]) -> AccountSettings:
    return AccountSettings(
        ils=IlsSettings(
            name=_one_of("TELUSUR_ILS", ILS_NAMES, values, sources),
            url=values["TELUSUR_ILS_URL"].strip(),
            client=values["TELUSUR_ILS_CLIENT"].strip(),
            secret=values["TELUSUR_ILS_SECRET"],
        ),
        database=values["TELUSUR_DATABASE"].strip(),
        zone=_zone(values["TELUSUR_TIMEZONE"].strip(), sources["TELUSUR_TIMEZONE"]),
        idle_s=_number("TELUSUR_IDLE", values, sources, "a number of minutes", 1, 24 * 60) * 60,
        smtp=_smtp(values, sources),
        oidc=_oidc(values, sources),
    )


def _one_of(variable: str, names: Sequence[str], values: Mapping[str, str], sources: Mapping[str, str]) -> str:
    name = values[variable].strip()
    if name not in names:
        raise SettingsError(f"{variable}={name!r} (from {sources[variable]}) is unknown; use {', '.join(names)}.")
    return name


def _zone(name: str, source: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"TELUSUR_TIMEZONE={name!r} (from {source}) is no time zone; use a name as Asia/Makassar or Asia/Jakarta."
        ) from error


def _smtp(values: Mapping[str, str], sources: Mapping[str, str]) -> SmtpSettings | None:
    text = values["TELUSUR_SMTP"].strip()
    if not text:
        return None
    found = _SMTP.fullmatch(text)
    if found is None or int(found["port"] or 1) not in range(1, 65536):
        raise SettingsError(
            f"TELUSUR_SMTP={_without_user(text)} (from {sources['TELUSUR_SMTP']}) is not a mail server; use "
            "smtp://host:25 or smtps://host. User and password belong in TELUSUR_SMTP_USER and TELUSUR_SMTP_PASSWORD."
        )
    if not values["TELUSUR_EMAIL"].strip():
        raise SettingsError(
            f"TELUSUR_SMTP (from {sources['TELUSUR_SMTP']}) needs TELUSUR_EMAIL beside it: the address that letters come "
            "from, which patrons answer to."
        )
    is_tls = found["scheme"] == "smtps"
    port = int(found["port"] or (465 if is_tls else 25))
    return SmtpSettings(
        found["host"].strip("[]"), port, is_tls, values["TELUSUR_SMTP_USER"], values["TELUSUR_SMTP_PASSWORD"]
    )


def _oidc(values: Mapping[str, str], sources: Mapping[str, str]) -> OidcSettings | None:
    url, client = values["TELUSUR_OIDC_URL"].strip().rstrip("/"), values["TELUSUR_OIDC_CLIENT"].strip()
    who = _one_of("TELUSUR_OIDC_FOR", ("staff", "all"), values, sources)
    if not url:
        return None
    if not _is_url(url) or not client or not values["TELUSUR_OIDC_SECRET"]:
        raise SettingsError(
            f"TELUSUR_OIDC_URL={_without_user(url)} (from {sources['TELUSUR_OIDC_URL']}) cannot be used: it has to be the "
            "address of a provider, with TELUSUR_OIDC_CLIENT and TELUSUR_OIDC_SECRET beside it."
        )
    return OidcSettings(url, client, values["TELUSUR_OIDC_SECRET"], who == "all")


def _address(values: Mapping[str, str], sources: Mapping[str, str]) -> str:
    url = values["TELUSUR_URL"].strip().rstrip("/")
    if url and not _is_url(url):
        raise SettingsError(
            f"TELUSUR_URL={url!r} (from {sources['TELUSUR_URL']}) is not an address of a portal; use "
            "https://katalog.example.org, or leave it empty."
        )
    return url


def _email(values: Mapping[str, str], sources: Mapping[str, str]) -> str:
    email = values["TELUSUR_EMAIL"].strip()
    if email and not _EMAIL.fullmatch(email):
        raise SettingsError(
            f"TELUSUR_EMAIL={email!r} (from {sources['TELUSUR_EMAIL']}) is not an e-mail address; use "
            "perpustakaan@example.org, or leave it empty."
        )
    return email


def _is_url(text: str) -> bool:
    found = _URL.fullmatch(text)
    return found is not None and int(found["port"] or 1) in range(1, 65536)


def _without_user(engine: str) -> str:
    return _USER_IN_URL.sub("…@", engine)


def _hosts(text: str, source: str) -> tuple[str, ...]:
    hosts = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(_HOST_NAME.fullmatch(host) for host in hosts):
        raise SettingsError(
            f"TELUSUR_HOSTS={text!r} (from {source}) is no list of host names; use names without http:// and port, "
            "with commas between, as katalog.example.org."
        )
    return hosts


def _proxies(text: str, source: str) -> tuple[Network, ...]:
    try:
        return networks(text)
    except ValueError as error:
        raise SettingsError(
            f"TELUSUR_PROXIES={text!r} (from {source}) is no list of addresses: {error}. Use addresses or networks with "
            "commas between, as 127.0.0.1, 10.0.0.0/8."
        ) from error


def _rate(text: str, source: str) -> float:
    if not _DECIMAL.fullmatch(text.strip()):
        raise SettingsError(f"TELUSUR_RATE={text!r} (from {source}) is no number; use 0 to 9999, as 0.5, 1 or 20.")
    return float(text)


def _number(
    variable: str, values: Mapping[str, str], sources: Mapping[str, str], what: str, least: int, most: int
) -> int:
    text = values[variable]
    if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
        raise SettingsError(
            f"{variable}={text!r} (from {sources[variable]}) is not {what}; use {max(least, 1)} to {most}."
        )
    return int(text)


def is_source_name(text: str) -> bool:
    """Whether a catalogue may be called so: the name begins ids, which stand in URLs and file names."""
    return bool(text) and all(ch.isascii() and (ch.isalnum() or ch in "_-") for ch in text)


def _source(values: Mapping[str, str], sources: Mapping[str, str]) -> str:
    text = values["TELUSUR_SOURCE"]
    if not is_source_name(text):
        where = sources["TELUSUR_SOURCE"]
        raise SettingsError(
            f"TELUSUR_SOURCE={text!r} (from {where}) is not a source name; use letters, digits, - and _."
        )
    return text


def config_place(config: Path = CONFIG_FILE) -> str:
    """Where the file of settings is, or was looked for: whoever is in another folder has other settings."""
    return f"{config.absolute()}{'' if config.exists() else ' (there is none)'}"


def _read_config(config: Path) -> Mapping[str, str]:
    try:
        plain = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise SettingsError(f"{config} is not in UTF-8; save it again as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{config} cannot be read: {error}. Each setting is a line of its own, and a text stands between straight "
            "quotation marks: library = \"Perpustakaan Kota Bitung\", or 'C:\\data' where it has backslashes."
        ) from error
    except OSError as error:
        raise SettingsError(f"{config} cannot be read: {error.strerror}. Mend it or take it away.") from error
    known = {setting.key for setting in SETTINGS}
    if unknown := sorted(plain.keys() - known):
        raise SettingsError(_about_unknown(config, unknown, known))
    for key, value in plain.items():
        if isinstance(value, list | dict):
            raise SettingsError(
                f'{config}: {key} must be one text in quotation marks; several have commas between: "a, b".'
            )
    return {key: str(value) for key, value in plain.items()}


def _about_unknown(config: Path, unknown: Sequence[str], known: Collection[str]) -> str:
    meant = [
        f"; {name} is {near[0]}, perhaps"
        for name in unknown
        if (near := difflib.get_close_matches(name.lower().removeprefix("telusur_"), known, 1))
    ]
    return (
        f"{config} has settings that are unknown: {', '.join(unknown)}{''.join(meant)}. Known, without a heading in brackets "
        f"above them: {', '.join(sorted(known))}."
    )
