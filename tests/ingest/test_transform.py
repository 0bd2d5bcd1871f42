"""Dirt that real catalogues hold; the doctests show the rule, these its edges."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import transform


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("Iskandar, N.St.", "Iskandar, N.St."),
        ("Departemen Agama R.I.", "Departemen Agama R.I."),
        ("Bumi manusia. ", "Bumi manusia"),
        ("Laut =", "Laut"),
        ("Ana, dkk.", "Ana, dkk."),
        ("横井 清.", "横井 清"),
        ("دار الفكر،", "دار الفكر"),
        ("بيروت ؛", "بيروت"),
        (" / ", ""),
        (".", ""),
        ("", ""),
    ],
)
def test_trim_isbd(dirty: str, clean: str) -> None:
    assert transform.trim_isbd(dirty) == clean


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("[2014?]", "2014"), ("©2014", "2014"), ("cop. 1999", "1999"), ("1990-1995", "1990"), ("1892/93", "1892"),
        ("Shōwa 46-47 [1971-1972]", "1971"), ("MCMXC", "1990"), ("19uu", ""), ("    ", ""), ("1449", ""), ("20145", ""),
        ("t.t.", ""), ("2010, c2009", "2010"),
    ],
)  # fmt: skip
def test_year(dirty: str, clean: str) -> None:
    assert transform.year(dirty) == clean


def test_year_may_lie_two_ahead() -> None:
    ahead = date.today().year + 2
    assert transform.year(str(ahead)) == str(ahead)
    assert transform.year(str(ahead + 1)) == ""


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("0441569595 (pbk.) : $9.95", ("9780441569595", "0441569595")),
        ("978-979-3062-79-2", ("9789793062792", "9793062797")),
        ("080442957X", ("9780804429573", "080442957X")),
        ("306406152", ("9780306406157", "0306406152")),
        ("9791234567896", ("9791234567896",)),
        ("123", ()),
        ("ISBN 979-407-096-3", ("9789794070963", "9794070963")),
        ("0306406152 0306406153", ("9780306406157", "0306406152")),
        ("", ()),
    ],
)
def test_isbn(dirty: str, clean: tuple[str, ...]) -> None:
    assert transform.isbn(dirty) == clean


@given(st.integers(0, 10**9 - 1))
def test_both_forms_of_an_isbn_lead_to_each_other(number: int) -> None:
    read = [transform.isbn(f"{number:09}{check}") for check in "0123456789X"]
    ((long, short),) = [forms for forms in read if len(forms) == 2]  # one check digit of eleven is right
    assert transform.isbn(long) == (long, short)


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("ISSN 0125-9989", ""),
        ("01259989", "0125-9989"),
        ("2085-323x", "2085-323X"),
        ("0125-99891", ""),
        ("9780306406157", ""),
    ],
)
def test_issn(dirty: str, clean: str) -> None:
    assert transform.issn(dirty) == clean


@pytest.mark.parametrize(("dirty", "clean"), [("  agr25000003 ", "agr25000003"), ("78-890351", "78890351"), ("", "")])
def test_lccn(dirty: str, clean: str) -> None:
    assert transform.lccn(dirty) == clean


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("808.87 ISK a", "808.87"),
        ("R 297.1", "297.1"),
        ("[E]", ""),
        ("813/.54", "813.54"),
        ("1234", ""),
        ("AB 100", ""),
    ],
)
def test_dewey(dirty: str, clean: str) -> None:
    assert transform.dewey(dirty) == clean


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("[Place of publication not identified] :", ""), ("[S.l.] :", ""), ("[s.n.]", ""), ("Tanpa tempat", ""),
        ("[Manado?]", "Manado?"), ("Solo", "Solo"), ("Slawi :", "Slawi"),
        ("Reston, Va", "Reston, Va."), ("Reston, Va. :", "Reston, Va."), ("Los Angeles, Calif", "Los Angeles, Calif."),
        ("Morgantown, W. Va.", "Morgantown, W. Va."), ("Washington, D.C", "Washington, D.C."),
        ("Washington, D. C. :", "Washington, D.C."), ("Morgantown, W. Va", "Morgantown, W. Va."),
        ("Houston, Texas", "Houston, Texas"), ("Minato-ku, Tokyo :", "Minato-ku, Tokyo"), ("Columbus, OH", "Columbus, OH"),
        ("Omaha, [Neb.]", "Omaha, Neb."), ("Washington [D.C", "Washington D.C"), ("[Lanham, Md.", "Lanham, Md."),
    ],
)  # fmt: skip
def test_place_name(dirty: str, clean: str) -> None:
    assert transform.place_name(dirty) == clean


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("CV. Andi Offset,", "Andi Offset"),
        ("Gramedia, PT", "Gramedia"),
        ("Penerbit", "Penerbit"),
        ("Ptolemy Press", "Ptolemy Press"),
        ("Little, Brown", "Little, Brown"),
        ("Supt. of Docs., U.S. G.P.O., [distributor],", "Supt. of Docs., U.S. G.P.O."),
        ("U.S. Geological Survey; for sale by the Supt. of Docs., U.S. Govt. Print. Off.,", "U.S. Geological Survey"),
        ("[For sale by the Supt. of Docs.],", ""),
        ("NOAA, [Marine Debris Program]", "NOAA, Marine Debris Program"),
    ],
)
def test_publisher_name(dirty: str, clean: str) -> None:
    assert transform.publisher_name(dirty) == clean


CHANGES = [
    transform.plain, transform.trim_isbd, transform.trim_brackets, transform.place_name, transform.publisher_name,
    transform.year, transform.decade, transform.issn, transform.lccn, transform.oclc, transform.doi, transform.dewey,
    transform.dewey_class, transform.isbn,
]  # fmt: skip


@given(st.text(alphabet=st.characters(), max_size=60), st.sampled_from(CHANGES))
def test_no_text_makes_a_change_raise(text: str, change: object) -> None:
    assert callable(change)
    assert isinstance(change(text), str | tuple)


@given(st.text(max_size=40))
def test_trimming_twice_changes_no_more_than_once(text: str) -> None:
    once = transform.plain(transform.trim_isbd(text))
    assert len(transform.trim_isbd(once)) <= len(once) <= len(text)
