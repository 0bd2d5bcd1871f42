"""Records as hypothesis makes them, and the text forms of MARC as other programs write them."""

import json
import unicodedata

from hypothesis import strategies as st

from ingest.readers.records import control_field, data_field
from ingest.record import Field, Record

UNICODE_LEADER = "00000nam a2200000   4500"

_CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
_TEXTS = st.text(_CHARACTERS, max_size=30).map(lambda text: unicodedata.normalize("NFC", text))
_CODES = st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789")
_CONTROL = st.builds(
    control_field,
    st.sampled_from(("001", "003", "005", "008")),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="#^"), max_size=40),
)
_DATA = st.builds(
    data_field,
    st.integers(10, 999).map(lambda tag: f"{tag:03d}"),
    st.text(" 0123456789", min_size=2, max_size=2),
    st.lists(st.tuples(_CODES, _TEXTS), min_size=1, max_size=5),
)
RECORDS = st.builds(Record, st.just(UNICODE_LEADER), st.lists(_CONTROL | _DATA, min_size=1, max_size=8))


def lines_of(record: Record) -> list[str]:
    """A record to compare."""
    return [record.leader, *map(str, record.fields)]


def as_json(record: Record) -> str:
    """MARC-in-JSON."""
    return json.dumps({"leader": record.leader, "fields": [{field.tag: _content(field)} for field in record.fields]})


def _content(field: Field) -> object:
    if field.is_control:
        return field.data
    subfields = [{code: value} for code, value in field.subfields]
    return {"ind1": field.indicators[0], "ind2": field.indicators[1], "subfields": subfields}


def as_old_json(record: Record) -> str:
    """The form that MARC4J calls MARC-JSON."""
    return json.dumps(
        {
            "leader": record.leader,
            "controlfield": [{"tag": f.tag, "data": f.data} for f in record.fields if f.is_control],
            "datafield": [
                {"tag": f.tag, "ind": f.indicators, "subfield": [{"code": c, "data": v} for c, v in f.subfields]}
                for f in record.fields
                if not f.is_control
            ],
        },
        indent=1,
    )


def as_mrk(record: Record) -> str:
    """MARCMaker's text."""
    return "\n".join((f"=LDR  {record.leader}", *(_mrk_line(field) for field in record.fields), "", ""))


_ESCAPED = str.maketrans({"$": "{dollar}", "{": "{lcub}", "}": "{rcub}", "\\": "{bsol}", "&": "{amp}"})


def _mrk_line(field: Field) -> str:
    if field.is_control:
        return f"={field.tag}  {field.data.translate(_ESCAPED).replace(' ', chr(92))}"
    parts = "".join(f"${code}{value.translate(_ESCAPED)}" for code, value in field.subfields)
    return f"={field.tag}  {field.indicators.replace(' ', chr(92))}{parts}"


def as_aleph(record: Record, number: int) -> str:
    """ALEPH sequential; in it "$$" cannot be written."""
    lines = [f"{number:09d} LDR   L {record.leader.replace(' ', '^')}"]
    for field in record.fields:
        if field.is_control:
            lines.append(f"{number:09d} {field.tag}   L {field.data.replace(' ', '^')}")
        else:
            parts = "".join(f"$${code}{value.replace('$', 'S')}" for code, value in field.subfields)
            lines.append(f"{number:09d} {field.tag}{field.indicators} L {parts}")
    return "\n".join((*lines, ""))
