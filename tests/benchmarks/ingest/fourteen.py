"""Fourteen fields by pymarc, as its users write it; the same by rules of ours that say no more; and by the rules we have.

The first two are equal work: subfields joined, nothing weighed or mended. The third is what those fields cost in truth, with
formats from seven places, headings by their vocabularies, roles, dates with their dirt.
"""

from collections.abc import Iterable
from typing import Final

import pymarc

from ingest.extract import MarcView, marc
from ingest.mapping import RuleSet, to_field
from ingest.mappings.access import links
from ingest.mappings.marc21 import RULES
from ingest.mappings.names import contributors
from ingest.source import SourceRecord

FIELDS: Final = frozenset(
    (
        *("title", "contributor", "subject", "isbn", "publisher", "year", "language", "format", "call_number"),
        *("summary", "contents", "note", "series"),  # and the links
    )
)
_RULES: Final = RuleSet(rule for rule in RULES if rule.field in FIELDS)
_PLAIN: Final = RuleSet(
    (
        to_field("title", marc("245abnp")),
        to_field("contributor", marc("100abcd:110abcd:111abcd:700abcd:710abcd:711abcd")),
        to_field("subject", marc("600avxyz:610avxyz:611avxyz:630avxyz:650avxyz:651avxyz:653avxyz:655avxyz")),
        to_field("isbn", marc("020a")),
        to_field("publisher", marc("260b:264b")),
        to_field("year", marc("008[7-10]")),
        to_field("language", marc("008[35-37]")),
        to_field("format", marc("LDR[6-7]")),
        to_field("call_number", marc("050ab:082ab")),
        to_field("summary", marc("520a")),
        to_field("contents", marc("505agrt")),
        to_field("note", marc("500a:504a")),
        to_field("series", marc("490av:830av")),
        to_field("linked_file", marc("856u")),
    )
)


def by_plain_rules(item: SourceRecord) -> int:
    """How many fields have a value."""
    return len(_PLAIN.apply(MarcView(item.record, _PLAIN.tags)))


def by_rules(item: SourceRecord) -> int:
    """How many fields have a value."""
    view = MarcView(item.record, _RULES.tags)
    fields = _RULES.apply(view)
    return len(fields) + bool(view.once(contributors)) + bool(view.once(links))


def by_pymarc(record: pymarc.Record) -> int:
    """How many fields have a value."""
    fixed = record["008"].data or "" if "008" in record else ""
    fields: dict[str, object] = {
        "title": _joined(record, ("245",), "abnp"),
        "authors": _joined(record, ("100", "110", "111", "700", "710", "711"), "abcd"),
        "subjects": _joined(record, ("600", "610", "611", "630", "650", "651", "653", "655"), "avxyz"),
        "isbn": _joined(record, ("020",), "a"),
        "publisher": _joined(record, ("260", "264"), "b"),
        "year": fixed[7:11],
        "language": fixed[35:38],
        "format": str(record.leader)[6:8],
        "call_number": _joined(record, ("050", "082"), "ab"),
        "summary": _joined(record, ("520",), "a"),
        "contents": _joined(record, ("505",), "agrt"),
        "notes": _joined(record, ("500", "504"), "a"),
        "series": _joined(record, ("490", "830"), "av"),
        "url": _joined(record, ("856",), "u"),
    }
    return sum(map(bool, fields.values()))


def _joined(record: pymarc.Record, tags: Iterable[str], codes: str) -> list[str]:
    texts = (" ".join(field.get_subfields(*codes)) for field in record.get_fields(*tags))
    return [text for text in texts if text]
