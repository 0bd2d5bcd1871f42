"""A program that lends, holds and takes payments until it is killed, and writes each answer it got to standard output.

Arguments: the address of a database, and a seed.
"""

import random
import sys

from portal.ils.driver import PatronRef
from portal.store.columns import new_id
from portal.store.database import Database
from portal.store.tables.circulation import FineKind
from search.document import DocumentId
from tests.support.circulation import CENTRAL, LIBRARIAN, SECOND, Library

TITLES = ("judul.1", "judul.2", "judul.3")
EBOOK = DocumentId("ebuku.1")


def prepared(database: Database) -> tuple[list[PatronRef], list[str]]:
    """The patrons and barcodes the program works with."""
    library = Library(database)
    library.rule(fine_per_day=500, max_holds=4)
    patrons = [library.patron(id=f"p{number}", card_number=f"K{number}") for number in range(6)]
    barcodes = [f"{title}-{branch}" for title in TITLES for branch in (CENTRAL, SECOND)]
    for barcode in barcodes:
        title, branch = barcode.split("-")
        library.copies(title, branch=branch, barcode=barcode, id=f"item-{barcode}")
    library.licence(EBOOK, copies=2)
    return patrons, barcodes


def said(*words: str) -> None:
    """One whole line at once: what is cut off was not told to anybody."""
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def work(library: Library, dice: random.Random) -> None:
    """One thing somebody does, and what they were told of it."""
    card, title = f"K{dice.randrange(6)}", dice.choice((*TITLES, EBOOK))
    patron = PatronRef(f"p{card[1:]}", "", card)
    barcode, branch = f"{dice.choice(TITLES)}-{dice.choice((CENTRAL, SECOND))}", dice.choice((CENTRAL, SECOND))
    match dice.choice(("lend", "back", "hold", "cancel", "pay", "borrow")):
        case "lend":
            lent = library.lend(patron, barcode, branch, key=new_id())
            if lent.loan is not None:
                said("lent", lent.loan.id)
        case "back":
            returned = library.take_back(barcode, branch)
            if returned.loan_id:
                said("returned", returned.loan_id)
        case "hold":
            placed = library.hold(patron, title, branch, key=new_id())
            if placed.hold is not None:
                said("held", placed.hold.id)
        case "cancel":
            for hold in library.circulation.holds(patron.id)[:1]:
                if library.circulation.cancel_hold(patron.id, hold.id).done:
                    said("cancelled", hold.id)
        case "pay":
            fine = library.desk.charge(LIBRARIAN, card, FineKind.OTHER, 1000)
            key = new_id()
            library.desk.take_payment(LIBRARIAN, fine.id, 400, key)
            said("paid", key)
        case "borrow":
            borrowed = library.circulation.borrow_licence(patron.id, EBOOK, new_id())
            if borrowed.loan is not None:
                said("lent", borrowed.loan.id)


def main() -> None:
    url, seed = sys.argv[1:]
    library, dice = Library(Database(url)), random.Random(int(seed))
    said("ready")
    while True:
        work(library, dice)


if __name__ == "__main__":
    main()
