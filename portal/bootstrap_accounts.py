"""What is there for patrons and staff, put together from the settings; apart from the catalogue's part, because most of
what it brings in (SQLAlchemy, Alembic, authlib) is nothing to who only searches."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.ils.barcodes import Barcodes, no_barcodes
from portal.ils.driver import ILSDriver
from portal.ils.koha.client import KohaClient, is_safe_address
from portal.ils.koha.driver import Koha
from portal.ils.local import LocalSystem
from portal.ils.none import NoSystem
from portal.ils.slims import Slims
from portal.services import audit
from portal.services.backroom import Backroom, backroom
from portal.services.circulation.desk import Desk
from portal.services.circulation.rules import starting_rules
from portal.services.circulation.service import Circulation
from portal.services.due_feed import DueFeed
from portal.services.housekeeping import Housekeeping
from portal.services.identity.oidc import Oidc
from portal.services.identity.pins import Hasher
from portal.services.identity.provider import Provider
from portal.services.identity.sign_in import Identity
from portal.services.identity.staff import Staff
from portal.services.lending import Lending
from portal.services.my_library import MyLibrary
from portal.services.personal_data import PersonalData
from portal.services.shelves import ReadingLists, SavedSearches
from portal.settings import NO_ILS, Settings, SettingsError
from portal.store.clock import Clock, utc_now
from portal.store.database import Database
from portal.store.errors import StoreDamaged, StoreUnavailable
from portal.store.secret_key import secret_key
from portal.store.upgrading import prepare
from portal.tasks import tasks_of
from search.document import DocumentId
from search.engine import Engine
from search.errors import EngineUnavailable, IndexMissing, SchemaMismatch


@dataclass(frozen=True, slots=True)
class Accounts:
    """What is there for patrons and staff: the store, the library system, and the services over both.

    oidc: None where nobody signs in by a provider. circulation, desk, lending, backroom: None where another system lends.
    """

    settings: Settings
    database: Database
    ils: ILSDriver
    clock: Clock
    identity: Identity
    staff: Staff
    oidc: Oidc | None
    circulation: Circulation | None
    desk: Desk | None
    lending: Lending | None
    backroom: Backroom | None
    my_library: MyLibrary
    due_feed: DueFeed
    reading_lists: ReadingLists
    saved_searches: SavedSearches
    personal_data: PersonalData
    housekeeping: Housekeeping


def open_accounts(
    settings: Settings, clock: Clock = utc_now, engine: Engine | None = None, *, waits: bool = False
) -> Accounts:
    """The store and the library system that the settings name. An empty store gets its tables.

    waits: a store that does not answer is no error; it is seen to as soon as somebody uses it and it answers.
    Raises SettingsError; StoreUnavailable; WrongRevision for a store of another version, which `telusur db upgrade` mends.
    """

    def first_use(found: Database) -> None:
        prepare(found)
        _lay_rules(found, settings)

    database = Database(where_database_is(settings), first_use)
    try:
        database.open()
    except StoreDamaged:
        raise
    except StoreUnavailable as error:
        if not waits:
            raise
        logging.getLogger(__name__).error("Without patrons and lending until it is back: %s", error)
    return _services_over(database, settings, clock, engine)


def accounts_on(
    database: Database,
    settings: Settings,
    clock: Clock = utc_now,
    engine: Engine | None = None,
    hasher: Hasher | None = None,
) -> Accounts:
    """The services over a database that has its tables. One that lends gets rules to begin with where it has none.

    hasher: of PINs, where it is not the one they are kept by.
    """
    _lay_rules(database, settings)
    return _services_over(database, settings, clock, engine, hasher)


def _lay_rules(database: Database, settings: Settings) -> None:
    if settings.accounts.ils.name == LocalSystem.name:
        with database.writing() as session:
            database.deciding(session, "starting rules")
            starting_rules(session)


def _services_over(
    database: Database, settings: Settings, clock: Clock, engine: Engine | None, hasher: Hasher | None = None
) -> Accounts:
    zone, circulation, desk, lending, behind = settings.accounts.zone, None, None, None, None
    if settings.accounts.ils.name == LocalSystem.name:
        circulation = Circulation(database, clock, zone)
        desk = Desk(database, clock, zone, audit.record)
        lending = Lending(database, clock, zone, circulation)
        behind = backroom(database, clock, zone)

    def check_pin(card_number: str, pin: str) -> str | None:
        return identity.check_pin(card_number, pin)

    ils: ILSDriver = (
        open_other_system(settings, clock, engine) if circulation is None else LocalSystem(circulation, check_pin)
    )
    key, provider = secret_key(settings.data / "accounts.key"), settings.accounts.oidc
    identity = Identity(database, ils, clock, settings.accounts.idle_s, key, hasher)
    staff = Staff(database, identity, clock, settings.library, "" if provider is None else provider.url)
    oidc = None if provider is None else Oidc(database, identity, Provider(provider, clock), clock, key)
    housekeeping = Housekeeping(database, clock, zone, tasks_of(settings, database, clock, identity))
    return Accounts(
        settings,
        database,
        ils,
        clock,
        identity,
        staff,
        oidc,
        circulation,
        desk,
        lending,
        behind,
        my_library=MyLibrary(database, ils, clock, zone),
        due_feed=DueFeed(database, ils),
        reading_lists=ReadingLists(database, clock),
        saved_searches=SavedSearches(database, clock),
        personal_data=PersonalData(database, ils, clock),
        housekeeping=housekeeping,
    )


def open_other_system(settings: Settings, clock: Clock = utc_now, engine: Engine | None = None) -> ILSDriver:
    """The library system that lends where our own circulation does not. It is not asked anything yet.

    engine: knows which copies a document has, by which its title in that system is found or made sure of.
    Raises SettingsError.
    """
    name = settings.accounts.ils.name
    barcodes = no_barcodes if engine is None else barcodes_in(engine)
    if name == Koha.name:
        return _open_koha(settings, clock, barcodes)
    return _open_slims(settings, barcodes) if name == Slims.name else NoSystem()


def _open_koha(settings: Settings, clock: Clock, barcodes: Barcodes) -> Koha:
    ils = settings.accounts.ils
    for variable, value, what in (
        ("TELUSUR_ILS_URL", ils.url, "the address of Koha's staff interface, as https://staff.example.org"),
        ("TELUSUR_ILS_CLIENT", ils.client, "the client id of an API key (docs/library-systems.md)"),
        ("TELUSUR_ILS_SECRET", ils.secret, "the secret of that API key"),
    ):
        if not value:
            raise SettingsError(f"{variable} is empty, but TELUSUR_ILS=koha needs it: {what}.")
    if not is_safe_address(ils.url):
        raise SettingsError(
            f"TELUSUR_ILS_URL (from {settings.sources['TELUSUR_ILS_URL']}) cannot be Koha's: PINs go there, so use https://, "
            "without user or password in it, or http:// with the number of a machine in the house, as http://192.168.1.5:8081."
        )
    client = KohaClient(ils.url, ils.client, ils.secret)
    return Koha(client, settings.source, settings.accounts.zone, clock, barcodes)


def _open_slims(settings: Settings, barcodes: Barcodes) -> Slims:
    path = Path(settings.accounts.ils.url)
    if not settings.accounts.ils.url or not path.is_file():
        raise SettingsError(
            f"TELUSUR_ILS_URL={str(path) if settings.accounts.ils.url else ''!r} is no file, but TELUSUR_ILS=slims needs "
            "one: SLiMS' database export, as /srv/slims/backup.sql."
        )
    return Slims(path, settings.source, settings.accounts.zone, barcodes)


def barcodes_in(engine: Engine) -> Barcodes:
    """Tells the barcodes that the catalogue has for documents; none while it cannot be asked."""

    def look_up(documents: Sequence[DocumentId]) -> Mapping[DocumentId, Sequence[str]]:
        try:
            found = engine.searcher().fetch(documents)
        except (EngineUnavailable, IndexMissing, SchemaMismatch):
            return {}
        return {document.id: [item.barcode for item in document.items if item.barcode] for document in found}

    return look_up


def open_lending(settings: Settings, engine: Engine | None = None) -> Accounts | None:
    """What a portal needs of them, whose catalogue does not wait for the store; None where no system lends (TELUSUR_ILS=none).

    Raises SettingsError, StoreDamaged, WrongRevision.
    """
    return None if settings.accounts.ils.name == NO_ILS else open_accounts(settings, engine=engine, waits=True)


def open_database(settings: Settings) -> Database:
    """The database itself, of whatever revision. Raises StoreUnavailable."""
    return Database(where_database_is(settings))


def where_database_is(settings: Settings) -> str:
    """The database's URL, which may hold a password."""
    return settings.accounts.database or f"sqlite:///{settings.data.absolute() / 'accounts.sqlite3'}"
