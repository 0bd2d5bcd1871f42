"""Starts the server from a test, fills it, and asks it what it was asked."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx

from portal.ils.barcodes import no_barcodes
from portal.ils.driver import PatronRef
from portal.ils.koha.client import KohaClient, Limits
from portal.ils.koha.driver import Koha
from portal.store.clock import utc_now
from search.document import DocumentId
from tests.support.koha.server import CLIENT, SECRET

ROOT = Path(__file__).resolve().parents[3]
SOURCE = "kota"
PIN = "271828"
WITA = ZoneInfo("Asia/Makassar")
LIBRARIES = [
    {"library_id": "PST", "name": "Perpustakaan Pusat"},
    {"library_id": "AER", "name": "Cabang Aertembaga"},
    {"library_id": "GDG", "name": "Gudang", "pickup_location": False},
]


class KohaProcess:
    """A Koha that runs while the block does."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.support.koha.server"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.url: str = json.loads(self._process.stdout.readline())
        self._numbers = count(1)
        return self

    def __exit__(self, *exception: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def control(self, **wanted: Any) -> None:
        httpx.post(f"{self.url}/control", json=wanted, trust_env=False).raise_for_status()

    def reset(self) -> None:
        self.control(reset=True, add={"libraries": LIBRARIES})

    @property
    def told(self) -> dict[str, Any]:
        """log: the operations asked for; complaints: what was wrong with questions or own answers; rows: what it has."""
        found: dict[str, Any] = httpx.get(f"{self.url}/log", trust_env=False).json()
        return found

    def rows(self, table: str) -> list[dict[str, Any]]:
        """What it has, as it would answer."""
        found: list[dict[str, Any]] = self.told["rows"][table]
        return found

    def operations(self) -> list[str]:
        return [each["operation"] for each in self.told["log"]]

    def driver(
        self,
        url: str = "",
        limits: Limits | None = None,
        client: str = CLIENT,
        barcodes: Mapping[str, Sequence[str]] | None = None,
    ) -> Koha:
        """barcodes: those the catalogue has for documents."""

        def look_up(documents: Sequence[DocumentId]) -> Mapping[DocumentId, Sequence[str]]:
            return {document: (barcodes or {}).get(document, ()) for document in documents}

        known = no_barcodes if barcodes is None else look_up
        return Koha(KohaClient(url or self.url, client, SECRET, limits), SOURCE, WITA, utc_now, known)

    # ---- filling

    def patron(self, password: str = PIN, **fields: Any) -> PatronRef:
        number = next(self._numbers)
        row = {
            "patron_id": number,
            "cardnumber": f"KB{number:05}",
            "surname": "Wenas",
            "firstname": "Maria",
            "password": password,
            **fields,
        }
        self.control(add={"patrons": [row]})
        return PatronRef(f"p{number}", str(number), row["cardnumber"])

    def title(self, title: str = "Laut Bercerita", copies: int = 1, **fields: Any) -> tuple[int, list[int]]:
        """The number of a new title, and those of its copies."""
        biblio = next(self._numbers)
        items = [next(self._numbers) for _ in range(copies)]
        rows = [{"item_id": item, "biblio_id": biblio, "external_id": f"B{item:05}", **fields} for item in items]
        self.control(add={"biblios": [{"biblio_id": biblio, "title": title}], "items": rows})
        return biblio, items

    def loan(self, patron: PatronRef, item: int, due_date: str, **fields: Any) -> int:
        number = next(self._numbers)
        row = {
            "checkout_id": number,
            "patron_id": int(patron.ils_id),
            "item_id": item,
            "due_date": due_date,
            "checkout_date": datetime.now(UTC).isoformat(timespec="seconds"),
            **fields,
        }
        table = "old_checkouts" if fields.get("checkin_date") else "checkouts"
        self.control(add={table: [row]})
        return number

    def hold(self, patron: PatronRef, biblio: int, **fields: Any) -> int:
        number = next(self._numbers) + 100_000
        row = {
            "hold_id": number,
            "patron_id": int(patron.ils_id),
            "biblio_id": biblio,
            "pickup_library_id": "PST",
            "hold_date": str(datetime.now(WITA).date()),
            "priority": 1,
            **fields,
        }
        self.control(add={"holds": [row]})
        return number
