"""ISO 2709: one damaged record costs no other."""

import gzip
import io
import sys
import unicodedata

import pymarc
import pytest

import marc_samples
from ingest.readers import marc
from ingest.readers.detect import detect
from ingest.readers.records import MAX_RECORD_BYTES
from ingest.source import Rejected, SourceRecord
from tests.support.marc_records import made, read_file
from tests.support.shared_data import shared

GPO = "data/marc/gpo_collections/NIST_Collection__UTF8__nbs_monograph_utf8.mrc"


def read(data: bytes) -> list[SourceRecord | Rejected]:
    return list(marc.read(io.BytesIO(data), "uji.mrc"))


def good(found: list[SourceRecord | Rejected]) -> list[SourceRecord]:
    return [item for item in found if isinstance(item, SourceRecord)]


def refused(found: list[SourceRecord | Rejected]) -> list[Rejected]:
    return [item for item in found if isinstance(item, Rejected)]


@pytest.fixture(scope="module")
def hundred() -> list[bytes]:
    records = shared(GPO).read_bytes().split(b"\x1d")[:100]
    assert len(records) == 100
    return [record + b"\x1d" for record in records]


def one(number: int = 1, body: str = "Laut", leader: str = "00000nam a2200000 i 4500") -> bytes:
    return made(f"001 {number}", f"245 10 $a{body}", leader=leader).raw.data


# What stands between the 50th and the 51st record, or happens to the 51st itself.
BLEMISHES = {
    "CR LF between": lambda record: b"\r\n" + record,
    "garbage between": lambda record: b"?? not a record ??" + record,
    "NUL between": lambda record: b"\x00" * 512 + record,
    "length one too big": lambda record: b"%05d" % (int(record[:5]) + 1) + record[5:],
    "length one too small": lambda record: b"%05d" % (int(record[:5]) - 1) + record[5:],
    "length negative": lambda record: b"-0001" + record[5:],
    "length zero": lambda record: b"00000" + record[5:],
    "extra terminator": lambda record: b"\x1d" + record,
}


@pytest.mark.parametrize("blemish", BLEMISHES)
def test_every_good_record_around_a_blemish_is_read(blemish: str, hundred: list[bytes]) -> None:
    spoilt = [*hundred[:50], BLEMISHES[blemish](hundred[50]), *hundred[51:]]
    found = read(b"".join(spoilt))
    assert len(good(found)) == 100
    assert not refused(found)
    assert [item.record.of("001")[0].data for item in good(found)] == [
        item.record.of("001")[0].data for item in good(read(b"".join(hundred)))
    ]


def test_truncated_record_costs_only_itself(hundred: list[bytes]) -> None:
    found = read(b"".join([*hundred[:50], hundred[50][:400], *hundred[51:]]))
    assert len(good(found)) == 99
    (lost,) = refused(found)
    assert (lost.code, lost.origin.position) == ("broken_record", 51)
    assert lost.origin.offset == sum(map(len, hundred[:50]))


def test_record_without_its_leader_is_counted(hundred: list[bytes]) -> None:
    found = read(b"".join([*hundred[:50], hundred[50][30:], *hundred[51:]]))
    assert (len(good(found)), len(refused(found))) == (99, 1)


def test_file_that_ends_in_a_record_says_so() -> None:
    found = read(one(1) + one(2)[:-20])
    assert len(good(found)) == 1
    assert refused(found)[0].reason.startswith("The file ends in the middle")


def test_positions_count_every_record() -> None:
    found = read(one(1) + b"00040nam a2200037 i 4500broken-direc\x1e\x1d" + one(3))
    assert [item.origin.position for item in found] == [1, 2, 3]
    assert isinstance(found[1], Rejected)


def test_file_that_is_no_marc_gives_one_rejection() -> None:
    for data in (
        b"hello, world\n" * 10_000,
        bytes(range(256)) * 100,
        b"\x1d" * 1_000,
        b"PK\x03\x04" + b"\x1d\x1e" * 50_000,
    ):
        (found,) = read(data)
        assert isinstance(found, Rejected)
        assert (found.code, found.origin.position) == ("not_marc", 0)


def test_xml_behind_the_records_is_told_as_such(hundred: list[bytes]) -> None:
    found = read(b"".join(hundred[:3]) + b'<?xml version="1.0"?>\n<collection><record/></collection>')
    assert len(good(found)) == 3
    (last,) = refused(found)
    assert last.origin.position == 4
    assert "XML" in last.reason


@pytest.mark.parametrize("mark", [b"$", b"|"])
def test_a_printed_sign_before_subfields_is_taken_for_their_mark(mark: bytes) -> None:
    """As some programs write it. In a sound record it is a sign like any other, and in 008 a place that was not filled."""
    sound = made(
        "001 1", "008 990101s1999||||io ||||||||||||||||||ind|d", "020    $aA9 $cRp$5", "245 10 $aLaut|$bcerita"
    ).raw.data
    (before,) = good(read(sound))
    assert str(before.record.fields[3]) == "=245  10$aLaut|$bcerita"
    (found,) = good(read(sound.replace(b"|\x1f", b" \x1f").replace(b"\x1f", mark)))
    assert found.record.fields[1].data == before.record.fields[1].data
    assert found.record.fields[3].subfields == [("a", "Laut "), ("b", "cerita")]


def test_a_printed_sign_in_a_number_is_no_mark_of_a_subfield() -> None:
    sound = made("001 99_b7", "245 10 $a Laut").raw.data.replace(b"99_b7", b"99$b7")
    (found,) = good(read(sound.replace(b"\x1f", b"$")))
    assert [str(field) for field in found.record.fields] == ["=001  99$b7", "=245  10$aLaut"]


def test_empty_file_says_so() -> None:
    assert [(item.code, item.reason) for item in refused(read(b""))] == [("not_marc", "The file is empty.")]


@pytest.mark.parametrize("kind", "zuvxywq")
def test_records_that_describe_no_title_are_set_apart(kind: str) -> None:
    (found,) = read(one(leader=f"00000n{kind}m a2200000 i 4500"))
    assert isinstance(found, Rejected)
    assert found.code == "not_bibliographic"


def test_directory_bomb_is_refused() -> None:
    body = b"A" * 9_998 + b"\x1e"
    directory = b"500999900000" * 4_000
    base = 24 + len(directory) + 1
    bomb = b"99999nam a22%05d i 4500" % base + directory + b"\x1e" + body + b"\x1d"
    found = read(one(1) + bomb + one(3))
    assert [isinstance(item, SourceRecord) for item in found] == [True, False, True]
    assert refused(found)[0].code == "too_large"


def test_too_many_fields_are_refused() -> None:
    directory = b"".join(b"500%04d%05d" % (2, (at * 2) % 90_000) for at in range(6_000))
    record = b"99999nam a22%05d i 4500" % (25 + len(directory)) + directory + b"\x1e" + b"A\x1e" * 45_000 + b"\x1d"
    assert refused(read(record))[0].code == "too_large"


def test_endless_record_is_refused_and_the_next_one_read() -> None:
    found = read(one(1) + b"00100nam a2200049 i 4500" + b"A" * (MAX_RECORD_BYTES + 5_000_000) + b"\x1d" + one(3))
    assert [getattr(item, "code", "read") for item in found] == ["read", "too_large", "read"]
    assert found[2].origin.offset == len(one(1)) + 24 + MAX_RECORD_BYTES + 5_000_001


def test_record_beyond_99999_bytes_is_read_by_its_terminators() -> None:
    contents = [b"1", *(b"  \x1fa" + b"x" * 9_000 for _ in range(15)), b"10\x1faLaut"]
    tags = [b"001", *[b"500"] * 15, b"245"]
    entries, start = b"", 0
    for tag, content in zip(tags, contents, strict=True):
        entries += tag + b"%04d%05d" % (min(len(content) + 1, 9_999), min(start, 99_999))
        start += len(content) + 1
    data = b"99999nam a22%05d i 4500" % (25 + len(entries)) + entries + b"\x1e"
    (found,) = good(read(data + b"\x1e".join(contents) + b"\x1e\x1d"))
    assert found.record.of("245")[0].get("a") == "Laut"


def test_places_counted_in_characters_are_mended() -> None:
    record = one(body="Kopi é Bali")
    wrong = record.replace(b"0017", b"0016", 1) if b"0017" in record else record
    assert wrong != record
    (found,) = good(read(wrong))
    assert found.record.of("245")[0].get("a") == "Kopi é Bali"


def test_raw_bytes_are_those_of_the_file(hundred: list[bytes]) -> None:
    assert [item.raw.data for item in good(read(b"\r\n".join(hundred)))] == hundred


def test_utf8_is_believed_against_the_leader() -> None:
    path = shared("data/marc/pymarc/utf8_without_leader_flag.dat")
    said = shared("data/marc/pymarc/utf8_with_leader_flag.dat")
    texts = [[str(f) for f in item.record.fields] for p in (path, said) for item in good(list(read_file(p)))]
    assert texts[0] == texts[1]


def test_mislabelled_latin1_and_marc8_are_told_apart() -> None:
    plain = one(body="caf~ tr~s b~n")
    latin = plain.replace(b"~ ", b"\xe9 ").replace(b"~s", b"\xe8s").replace(b"~n", b"\xe9 ")
    assert good(read(latin))[0].record.of("245")[0].get("a").startswith("café")
    ansel = one(body="Gr~~un").replace(b"~~u", b"\xe8\xe8u")[:9] + one(body="Gr~un").replace(b"~u", b"\xe8u")[9:]
    assert good(read(ansel))[0].record.of("245")[0].get("a") == "Grün"


MARC8_FILES = ("cjk1.marc", "cjk2.marc", "cjk3.marc", "hebrew2.marc", "hebrew3.marc")


@pytest.mark.parametrize("name", [*(f"marc_charset/{name}" for name in MARC8_FILES), "evergreen/lul_fre_500.mrc"])
def test_marc8_agrees_with_pymarc(name: str) -> None:
    path = shared("data/marc") / name
    ours = [str(field) for item in good(list(read_file(path))) for field in item.record.fields]
    records = pymarc.MARCReader(path.read_bytes(), hide_utf8_warnings=True)
    theirs = [unicodedata.normalize("NFC", str(field)) for record in records for field in record.fields]
    assert ours == theirs


def test_extended_cyrillic_called_into_the_lower_half_is_read() -> None:
    (found,) = good(list(read_file(shared("data/marc/marc_charset/cyrillic.marc"))))
    assert "Одлуке и решења Савезног уставног суда." in [field.get("a") for field in found.record.of("880")]


def test_nothing_reaches_the_console(capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("pymarc/bad_eacc_encoding.dat", "pymarc/bad_marc8_escape.dat", "pymarc/bad_subfield_code.dat",
                 "pymarc/bad_indicator.dat", "marc4j/incomplete_esc_seq.mrc"):  # fmt: skip
        assert list(read_file(shared("data/marc") / name))
    sys.stderr.flush()
    assert capfd.readouterr() == ("", "")


def test_marc8_and_utf8_exports_of_the_same_records_agree() -> None:
    def texts(name: str) -> list[list[str]]:
        path = shared("data/marc/gpo_collections/NIST_Collection__" + name)
        return [[str(field) for field in item.record.fields] for item in good(list(read_file(path)))]

    eight = texts("MARC8__building_science_series_marc8.mrc")
    assert eight == texts("UTF8__building_science_series_utf8.mrc")
    assert len(eight) > 100


def test_every_shared_file_is_read_and_adds_up() -> None:
    for path in sorted(shared("data/marc").glob("*/*")):
        found = [item for _, item in zip(range(120), read_file(path), strict=False)]
        positions = [item.origin.position for item in found]
        assert positions in (list(range(1, len(found) + 1)), [0]), path.name


def test_packed_and_plain_streams_read_alike(hundred: list[bytes]) -> None:
    data = b"".join(hundred)
    packed = gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(data)))
    assert [item.raw for item in good(list(marc.read(packed, "uji.mrc")))] == [item.raw for item in good(read(data))]  # type: ignore[arg-type]


def test_kind_of_file_is_told_by_its_contents() -> None:
    assert detect(one(), "buku.pdf") == "marc"
    assert detect(b"\xef\xbb\xbf<?xml version='1.0'?><collection/>", "a.mrc") == "marcxml"
    assert detect(b"\n%PDF-1.4", "a.mrc") == "pdf"
    assert detect(b"Yth. Pustakawan\n", "surat.doc") is None
    assert detect(b"judul,pengarang\n", "a.mrc") == "marc"


@pytest.mark.parametrize("reads", ["gpo_indonesia.mrc", "nist_marc8.mrc", "gpo_basic_collection.xml"])
def test_a_field_says_the_same_before_and_after_it_is_taken_apart(reads: str) -> None:
    first, second = (good(list(read_file(marc_samples.SAMPLES / reads))) for _ in range(2))
    for one_record, other in zip(first, second, strict=True):
        for field, asked in zip(one_record.record.fields, other.record.fields, strict=True):
            before = [asked.having("a"), asked.having("xyz")]
            for _ in ("once", "and again"):
                field.take_apart()
                assert [field.having("a"), field.having("xyz")] == before
            assert (asked.indicators, asked.subfields, asked.data) == (field.indicators, field.subfields, field.data)
