"""Each library system of the suite, with the few things its tests need to put into it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final, Protocol

from portal.ils.driver import Capability, ILSDriver, PatronRef
from portal.ils.koha.driver import Koha
from portal.ils.local import LocalSystem
from portal.ils.none import NoSystem
from portal.ils.slims import Slims
from portal.store.database import Database
from portal.store.tables.circulation import FineKind
from search.document import DocumentId
from tests.support.circulation import CENTRAL, LIBRARIAN, SECOND, WITA, Library
from tests.support.koha.library import due
from tests.support.koha.process import PIN, SOURCE, KohaProcess
from tests.support.slims import dump

NAMES: Final = ("local on SQLite", "local on PostgreSQL", "koha", "slims", "none")
_CAPABLE: Final[dict[str, frozenset[Capability]]] = {
    "local on SQLite": LocalSystem.capabilities,
    "local on PostgreSQL": LocalSystem.capabilities,
    "koha": Koha.capabilities,
    "slims": Slims.capabilities,
    "none": NoSystem.capabilities,
}
_numbers = count(1)


def able(*capabilities: Capability) -> list[str]:
    """The systems that can do these."""
    return [name for name in NAMES if set(capabilities) <= _CAPABLE[name]]


class System(Protocol):
    """A driver and the library behind it. first, second: branches where holds are fetched; first is the patrons' own."""

    driver: ILSDriver
    first: str
    second: str

    def today(self) -> date: ...

    def patron(self, card_number: str = "") -> PatronRef:
        """A new patron in good standing, whose PIN is PIN."""
        ...

    def title(self, copies: int = 1, title: str = "Laut Bercerita") -> DocumentId: ...

    def lend(self, patron: PatronRef, document: DocumentId) -> str:
        """Lend the first copy for some days; the id of the loan."""
        ...

    def take_back(self, patron: PatronRef, document: DocumentId) -> None:
        """The first copy comes back to the first branch, and the patron wants it remembered."""
        ...

    def owe(self, patron: PatronRef, rupiah: int) -> None: ...


class LocalLibrary:
    first, second = CENTRAL, SECOND

    def __init__(self, database: Database) -> None:
        self._library = Library(database)
        self._pins: dict[str, str] = {}
        self.driver: ILSDriver = LocalSystem(self._library.circulation, self._check_pin)
        self._barcodes: dict[str, list[str]] = {}

    def _check_pin(self, card_number: str, pin: str) -> str | None:
        return self._pins.get(card_number) if pin == PIN else None

    def today(self) -> date:
        return self._library.clock.now.astimezone(WITA).date()

    def patron(self, card_number: str = "") -> PatronRef:
        fields: dict[str, Any] = {"card_number": card_number} if card_number else {}
        made = self._library.patron(keep_history=True, home_branch=CENTRAL, **fields)
        self._pins[made.card_number] = made.id
        return made

    def title(self, copies: int = 1, title: str = "Laut Bercerita") -> DocumentId:
        document = DocumentId(f"kota.{next(_numbers)}")
        self._barcodes[document] = self._library.copies(document, copies, title=title) if copies else []
        return document

    def lend(self, patron: PatronRef, document: DocumentId) -> str:
        done = self._library.lend(patron, self._barcodes[document][0])
        assert done.loan is not None, done.refusals
        return done.loan.id

    def take_back(self, patron: PatronRef, document: DocumentId) -> None:
        assert self._library.take_back(self._barcodes[document][0]).done

    def owe(self, patron: PatronRef, rupiah: int) -> None:
        self._library.desk.charge(LIBRARIAN, patron.card_number, FineKind.OTHER, rupiah, note="Kartu hilang")


class KohaLibrary:
    first, second = "PST", "AER"

    def __init__(self, process: KohaProcess) -> None:
        self._process = process
        self._koha = process.driver()
        self.driver: ILSDriver = self._koha
        self._items: dict[str, list[int]] = {}
        self._lent: dict[str, tuple[int, PatronRef]] = {}

    def close(self) -> None:
        self._koha.close()

    def today(self) -> date:
        return datetime.now(UTC).astimezone(WITA).date()

    def patron(self, card_number: str = "") -> PatronRef:
        return self._process.patron(**({"cardnumber": card_number} if card_number else {}))

    def title(self, copies: int = 1, title: str = "Laut Bercerita") -> DocumentId:
        biblio, items = self._process.title(title, copies)
        document = DocumentId(f"{SOURCE}.{biblio}")
        self._items[document] = items
        return document

    def lend(self, patron: PatronRef, document: DocumentId) -> str:
        item = self._items[document][0]
        # Later ones are due later, so that their order is known.
        loan = self._process.loan(patron, item, due(self.today() + timedelta(days=3 + len(self._lent))))
        self._lent[document] = (loan, patron)
        return str(loan)

    def take_back(self, patron: PatronRef, document: DocumentId) -> None:
        loan, _ = self._lent.pop(document)
        self._process.control(returned=[loan])

    def owe(self, patron: PatronRef, rupiah: int) -> None:
        line = {
            "account_line_id": next(_numbers),
            "patron_id": int(patron.ils_id),
            "amount": rupiah,
            "amount_outstanding": rupiah,
            "debit_type": "NEW_CARD",
            "description": "Kartu hilang",
            "date": f"{self.today()}T10:00:00+08:00",
        }
        self._process.control(add={"lines": [line]})


class SlimsLibrary:
    """Nobody can be signed in, so its patrons are names in the table of loans only."""

    first = second = ""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "slims.sql"
        self.driver: ILSDriver = Slims(self._path, "kota", WITA)
        self._titles: list[str] = []
        self._copies: list[str] = []
        self._loans: list[str] = []
        self._write()

    def _write(self) -> None:
        self._path.write_bytes(dump(titles=tuple(self._titles), copies=tuple(self._copies), loans=tuple(self._loans)))

    def today(self) -> date:
        return datetime.now(UTC).astimezone(WITA).date()

    def patron(self, card_number: str = "") -> PatronRef:
        number = f"A{next(_numbers)}"
        return PatronRef(number, number, card_number or number)

    def title(self, copies: int = 1, title: str = "Laut Bercerita") -> DocumentId:
        number = next(_numbers)
        self._titles.append(f"({number},'{title}','813',1,0)")
        self._copies += [f"({next(_numbers)},{number},NULL,3,'B{number}-{copy}','SL','','')" for copy in range(copies)]
        self._write()
        return DocumentId(f"kota.{number}")

    def lend(self, patron: PatronRef, document: DocumentId) -> str:
        number, item = next(_numbers), f"B{document.removeprefix('kota.')}-0"
        until = self.today() + timedelta(days=3)
        self._loans.append(f"({number},'{item}','{patron.id}','{self.today()}','{until}',0,0,NULL,1,0,NULL)")
        self._write()
        return str(number)

    def take_back(self, patron: PatronRef, document: DocumentId) -> None:
        self._loans = [loan for loan in self._loans if f"'B{document.removeprefix('kota.')}-0'" not in loan]
        self._write()

    def owe(self, patron: PatronRef, rupiah: int) -> None:
        raise NotImplementedError


class NoLibrary:
    first = second = ""

    def __init__(self) -> None:
        self.driver: ILSDriver = NoSystem()

    def today(self) -> date:
        return datetime.now(UTC).date()

    def patron(self, card_number: str = "") -> PatronRef:
        return PatronRef("a", "a", card_number or "a")

    def title(self, copies: int = 1, title: str = "Laut Bercerita") -> DocumentId:
        return DocumentId(f"kota.{next(_numbers)}")

    def lend(self, patron: PatronRef, document: DocumentId) -> str:
        return ""

    def take_back(self, patron: PatronRef, document: DocumentId) -> None:
        return

    def owe(self, patron: PatronRef, rupiah: int) -> None:
        raise NotImplementedError


@contextmanager
def koha_library(process: KohaProcess) -> Iterator[System]:
    """Ends with nothing to complain of in what Koha was asked."""
    process.reset()
    with ExitStack() as stack:
        made = KohaLibrary(process)
        stack.callback(made.close)
        yield made
    assert process.told["complaints"] == []
