"""The record page: copies, related records, headings part by part."""

from portal.i18n import messages
from portal.links import PlainLinks
from portal.pages import templates
from portal.presenters.record import RecordView, record
from portal.search_state import SearchState
from search.document import Document, DocumentId, Item, Related, Vernacular
from search.query import parse

T = messages("id")


def page(**fields: tuple[str, ...]) -> RecordView:
    document = Document(
        DocumentId("kota.1"),
        {"title": ("Laut",), **fields},
        items=(Item("Pusat", "Rak 2", "", "591 ANA l", "c.1", "P001", "on_loan"), Item(status="Restorasi")),
        related=(
            Related("host", 'Jurnal "Laut"', part="Vol. 5 (2011)", issn="0125-9989"),
            Related("translation_of", "The sea", "Carson, Rachel"),
            Related("preceding", "Warta laut"),
            Related("preceding", "Warta ikan"),
        ),
        vernacular=(Vernacular("title", "ꦱꦼꦫꦠ꧀", script="Java"),),
    )
    return record(document, (), (), SearchState(), PlainLinks(), T)


def test_copies_say_where_they_are_and_in_what_state() -> None:
    first, second = page().items
    assert (first.location, first.call_number, first.number, first.status) == (
        "Pusat · Rak 2",
        "591 ANA l",
        "c.1",
        "Sedang dipinjam",
    )
    assert second.status == "Restorasi"


def test_related_records_stand_by_kind_and_lead_to_a_search_for_them() -> None:
    rows = page().relations
    assert [(row.label, [value.text for value in row.values]) for row in rows] == [
        ("Dalam", ['Jurnal "Laut"']),
        ("Terjemahan dari", ["Carson, Rachel. The sea"]),
        ("Judul sebelumnya", ["Warta laut", "Warta ikan"]),
    ]
    assert rows[0].values[0].note == "Vol. 5 (2011)"
    searches = [SearchState.from_query_string(value.href).q for row in rows for value in row.values]
    assert searches == ["0125-9989", 'title:"The sea"', 'title:"Warta laut"', 'title:"Warta ikan"']


def test_each_part_of_a_heading_leads_to_the_headings_that_begin_so() -> None:
    (value,) = next(
        row for row in page(subject=("Indonesia -- Sejarah -- Abad 20",)).rows if row.field == "subject"
    ).values
    asked = [SearchState.from_query_string(part.href) for part in value.parts]
    assert [part.text for part in value.parts] == ["Indonesia", "Sejarah", "Abad 20"]
    assert [state.q for state in asked] == ['subject:"Indonesia"', 'subject:"Indonesia Sejarah"', ""]
    assert asked[2].filters[0].values == ("Indonesia -- Sejarah -- Abad 20",)
    assert parse(asked[1].q).clauses[0].field == "subject"


def test_a_series_is_shown_with_its_volume_and_leads_to_all_of_it() -> None:
    rows = page(series=("Seri laut",), series_statement=("Seri laut ; 2",)).rows
    (value,) = next(row for row in rows if row.field == "series_statement").values
    assert value.text == "Seri laut ; 2"
    assert SearchState.from_query_string(value.href).filters[0].values == ("Seri laut",)


def test_title_in_javanese_script_says_so() -> None:
    assert page().vernacular[0].lang == "und-Java"


def test_the_page_draws_them_all() -> None:
    html = templates().get_template("_record.html").render(view=page(subject=("A -- B",)), t=T)
    assert 'lang="und-Java"' in html
    assert "Sedang dipinjam" in html
    assert "Vol. 5 (2011)" in html
    assert " — " in html
