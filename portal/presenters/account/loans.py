"""Loans and what was borrowed before, as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal import links as addresses
from portal.i18n import Messages
from portal.ils.driver import LoanPage, LoanView, Refusal, Renewal
from portal.presenters.account.days import Days, DueWords, due_words


@dataclass(frozen=True, slots=True)
class LoanRow:
    """why_not: why it cannot be renewed now, "" where it can. outcome: of the renewal just asked for."""

    id: str
    title: str
    href: str
    due: DueWords
    time: str
    facts: tuple[str, ...]
    renewable: bool
    why_not: str
    outcome: str
    done: bool
    read: str


@dataclass(frozen=True, slots=True)
class Loans:
    """told: what came of what was just asked for, "" for nothing. total: of all, of which these are some."""

    total: int
    heading: str
    rows: tuple[LoanRow, ...]
    any_renewable: bool
    told: str
    wrong: bool
    partly: bool


def loans(page: LoanPage, renewed: Sequence[Renewal], can_renew: bool, days: Days) -> Loans:
    t = days.t
    outcomes = {one.loan_id: one for one in renewed}
    rows = tuple(_row(loan, outcomes.get(loan.id), can_renew, days) for loan in page.loans)
    done = sum(one.done for one in renewed)
    refused = len(renewed) - done
    parts = [t.count("loans.renewed", done)] if done else []
    parts += [t.count("loans.not_renewed", refused)] if refused else []
    return Loans(
        total=page.total,
        heading=t.count("loans.count", page.total),
        rows=rows,
        any_renewable=any(row.renewable for row in rows),
        told=" ".join(parts),
        wrong=refused > 0,
        partly=0 < refused < len(renewed),
    )


def _row(loan: LoanView, renewal: Renewal | None, can_renew: bool, days: Days) -> LoanRow:
    t = days.t
    outcome = ""
    if renewal is not None:
        outcome = (
            t("loans.new_date", day=days.long(days.of(loan.due_at)))
            if renewal.refusal is None
            else t("loans.refused", reason=refusal(renewal.refusal, t))
        )
    why_not = refusal(loan.renewable, t) if can_renew and loan.renewable is not None else ""
    return LoanRow(
        id=loan.id,
        title=loan.title,
        href=record_address(loan.document_id, t),
        due=due_words(loan.due_at, days),
        time=t("loans.until", time=days.time(loan.due_at)) if loan.is_licence else "",
        facts=_facts(loan, days),
        renewable=can_renew and loan.renewable is None and not loan.is_licence,
        why_not="" if renewal is not None and not renewal.done else why_not,
        outcome=outcome,
        done=renewal is not None and renewal.done,
        read=addresses.book(loan.document_id) if loan.is_licence and loan.document_id else "",
    )


def _facts(loan: LoanView, days: Days) -> tuple[str, ...]:
    t = days.t
    facts = [t("loans.borrower", name=loan.borrower)] if loan.borrower else []
    if loan.out_at is not None:
        facts.append(t("loans.lent_on", day=days.medium(days.of(loan.out_at))))
    if loan.barcode:
        facts.append(t("loans.barcode", barcode=loan.barcode))
    if loan.renewals_allowed is not None and not loan.is_licence:
        facts.append(t("loans.renewals", n=t.number(loan.renewals), of=t.number(loan.renewals_allowed)))
    return tuple(facts)


@dataclass(frozen=True, slots=True)
class PastRow:
    id: str
    title: str
    href: str
    told: str


def past(page: LoanPage, days: Days) -> tuple[PastRow, ...]:
    """What was returned, with the days it was away."""
    t = days.t
    return tuple(
        PastRow(
            loan.id,
            loan.title,
            record_address(loan.document_id, t),
            t(
                "history_of_loans.days",
                out=days.medium(days.of(loan.out_at)) if loan.out_at else t("days.unknown"),
                back=days.medium(days.of(loan.returned_at)) if loan.returned_at else t("days.unknown"),
            ),
        )
        for loan in page.loans
    )


def refusal(code: Refusal, t: Messages, **values: object) -> str:
    """Why the rules of lending say no, and what to do next."""
    return t(f"refusal.{code.value}", **values)


def refusal_named(text: str) -> Refusal | None:
    """The reason of that name, None for any other text; what an address says may be anything."""
    return next((one for one in Refusal if one.value == text), None)


def record_address(document_id: str | None, t: Messages) -> str:
    """The page of a record, "" for what is in no catalogue."""
    return addresses.permalink(document_id) + ("?hl=en" if t.language == "en" else "") if document_id else ""


# What an address may say of renewals just made: `baru` for those that were, `tolak` as loan.reason for others.
RENEWED = "baru"
REFUSED = "tolak"


def renewals_query(renewals: Sequence[Renewal]) -> list[tuple[str, str]]:
    """Renewals as parameters of the page that shows them next."""
    return [
        (RENEWED, one.loan_id) if one.refusal is None else (REFUSED, f"{one.loan_id}.{one.refusal.value}")
        for one in renewals
    ]


def renewals_read(params: Sequence[tuple[str, str]], own: Mapping[str, LoanView]) -> tuple[Renewal, ...]:
    """The same read back; what is no loan of theirs, or no reason of ours, counts for nothing."""
    found: dict[str, Renewal] = {}
    for name, value in params:
        loan, _, reason = value.rpartition(".") if name == REFUSED else (value, "", "")
        if name not in (RENEWED, REFUSED) or loan not in own:
            continue
        if name == RENEWED:
            found[loan] = Renewal(loan, own[loan].due_at)
        elif (why := refusal_named(reason)) is not None:
            found[loan] = Renewal(loan, own[loan].due_at, why)
    return tuple(found.values())
