"""The tables. Importing this package knows them all; the rules that use them are in `portal/services`."""

from portal.store.tables.access import AuditEntry, LoginTry, Session
from portal.store.tables.circulation import ClosedDay, ClosedWeekday, Fine, Hold, Loan, Payment, Rule
from portal.store.tables.collection import Item, Licence
from portal.store.tables.messages import Job, Message
from portal.store.tables.people import Branch, Category, Consent, DataRequest, FamilyLink, Patron
from portal.store.tables.shelves import ListEntry, ReadingList, SavedSearch

__all__ = [
    "AuditEntry",
    "Branch",
    "Category",
    "ClosedDay",
    "ClosedWeekday",
    "Consent",
    "DataRequest",
    "FamilyLink",
    "Fine",
    "Hold",
    "Item",
    "Job",
    "Licence",
    "ListEntry",
    "Loan",
    "LoginTry",
    "Message",
    "Patron",
    "Payment",
    "ReadingList",
    "Rule",
    "SavedSearch",
    "Session",
]
