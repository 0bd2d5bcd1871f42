"""The record page: copies, related records, original scripts, headings part by part."""

import re

import pytest

from portal.bibliography.reference import reference
from portal.i18n import Language, messages
from portal.links import PlainLinks
from portal.presenters.copies import COPIES_SHOWN, Copies
from portal.presenters.record import RecordView, record
from portal.presenters.values import SAID_BY, Row
from portal.rendering import templates
from portal.search_state import SearchState
from search.document import Document, DocumentId, Item, OnlineAccess, Related, Vernacular
from search.query_language import parse
from tests.support.marc_records import mapped
from tests.support.small_library import TRAP_ID

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
    return record(document, (), (), "", SearchState(), PlainLinks(), T)


def view_of(document: Document, hl: Language = "id") -> RecordView:
    return record(document, (), (), "", SearchState(hl=hl), PlainLinks(), messages(hl))


def copies(document: Document, hl: Language = "id") -> Copies:
    found = view_of(document, hl).copies
    assert found is not None
    return found


def row(view: RecordView, field: str) -> Row:
    return next(row for row in (*view.rows, *view.relations, *view.numbers) if row.field == field)


def drawn(document: Document, hl: Language = "id") -> str:
    return templates().get_template("_record.html").render(view=view_of(document, hl), t=messages(hl))


def test_copies_say_where_they_are_and_in_what_state() -> None:
    table = page().copies
    assert table is not None
    second, first = table.rows
    assert (first.location, first.call_number, first.number, first.status) == (
        "Pusat · Rak 2",
        "591 ANA l",
        "c.1",
        "Sedang dipinjam",
    )
    assert second.status == "Restorasi"


def test_the_head_of_a_record_says_its_year_once() -> None:
    document = Document(TRAP_ID, {"title": ("Laut",), "publisher": ("Bahari",), "year": ("2014",), "format": ("book",)})
    head = drawn(document).split('<header class="record-head">')[1].split("</header>")[0]
    assert re.sub(r"<[^>]*>", "", head).count("2014") == 1


@pytest.mark.parametrize(("hl", "label"), [("id", "No. induk"), ("en", "Barcode")])
def test_a_copy_of_inlislite_shows_its_barcode_under_the_call_number_of_the_title(hl: Language, label: str) -> None:
    document = mapped("001 INLIS000000000000001", "084    $a 899.221 ANA l", "245 10 $a Laut", "990    $a 00001/2014")
    table = copies(document, hl)
    assert [column.name for column in table.columns] == ["call_number", "barcode"]
    assert table.columns[1].label == label
    (copy,) = table.rows
    assert (copy.call_number, copy.barcode) == ("899.221 ANA l", "00001/2014")


def test_a_copy_that_says_nothing_has_no_row() -> None:
    document = Document(DocumentId("kota.1"), {"title": ("Laut",), "call_number": ("591",)}, items=(Item(), Item()))
    assert view_of(document).copies is None


def test_copies_of_two_sources_say_whose_they_are() -> None:
    members = tuple(
        Document(DocumentId(f"{source}.1"), {"title": ("Laut",), "source": (source,), "call_number": (number,)},
                 items=(Item(barcode=barcode),))
        for source, number, barcode in (("kota", "591 ANA", "P1"), ("kampus", "QL 1", "K1"))
    )  # fmt: skip
    joined = Document(DocumentId("kota.1"), {"title": ("Laut",), "call_number": ("591 ANA", "QL 1")}, members=members)
    table = copies(joined)
    assert table.columns[0].name == "source"
    assert [(copy.source, copy.call_number, copy.barcode) for copy in table.rows] == [
        ("kota", "591 ANA", "P1"),
        ("kampus", "QL 1", "K1"),
    ]


def volumes(count: int) -> Document:
    items = tuple(Item("Pusat", call_number=f"Q1 jil. {n}", number="1") for n in range(count, 0, -1))
    fields = {"title": ("Sains",), "call_number": ("Q1", *(item.call_number for item in items))}
    return Document(DocumentId("kota.1"), fields, items=items)


def test_of_many_copies_the_first_are_shown_and_the_rest_are_folded_and_counted() -> None:
    table = copies(volumes(277))
    assert [copy.call_number for copy in table.rows] == [f"Q1 jil. {n}" for n in range(1, COPIES_SHOWN + 1)]
    assert (len(table.more), table.more_label) == (267, "267 eksemplar lagi")
    assert copies(volumes(11), "en").more_label == "1 more copy"
    assert "items-more" not in drawn(volumes(COPIES_SHOWN))


def test_call_numbers_of_the_table_are_not_repeated_beyond_the_first() -> None:
    assert [value.text for value in row(view_of(volumes(20)), "call_number").values] == ["Q1"]
    document = Document(DocumentId("kota.1"), {"title": ("Sains",), "call_number": ("Q1", "QA 2")})
    assert [value.text for value in row(view_of(document), "call_number").values] == ["Q1", "QA 2"]


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


def test_the_name_before_a_related_title_keeps_one_full_stop() -> None:
    related = Document(
        DocumentId("a"), fields={"title": ("T",)}, related=(Related("other_form", "Cuaca", "Coble, B."),)
    )
    assert [value.text for value in row(view_of(related), "other_form").values] == ["Coble, B. Cuaca"]


def test_types_of_content_media_and_carrier_stand_in_one_line() -> None:
    values = {"title": ("T",), "content_type": ("txt", "sti"), "media_type": ("c",), "carrier_type": ("cr",)}
    view = view_of(Document(DocumentId("a"), fields=values))
    assert [value.text for value in row(view, "content_type").values] == [
        "teks, gambar diam · komputer · sumber daring"
    ]
    assert not {"media_type", "carrier_type"} & {one.field for one in view.rows}


def test_of_two_types_each_says_which_it_is() -> None:
    view = view_of(Document(DocumentId("a"), fields={"title": ("T",), "media_type": ("c",), "carrier_type": ("cr",)}))
    told = {one.label: [value.text for value in one.values] for one in view.rows}
    assert (told["Tipe media"], told["Tipe pembawa"]) == (["komputer"], ["sumber daring"])


def test_a_related_record_that_a_note_names_is_not_named_again_but_still_cited() -> None:
    fields = (
        "580    $a Termasuk dalam: Jurnal laut, 2011.",
        "773 1  $t Jurnal laut $g Vol. 5 (2011)",
        "780 10 $t Warta laut",
    )
    document = mapped("245 10 $a Terumbu", *fields, leader="00000nab a2200000 i 4500")
    assert [row.field for row in view_of(document).relations] == ["preceding"]  # which the note does not name
    assert reference(document).host == "Jurnal laut"


@pytest.mark.parametrize(
    ("hl", "labels"), [("id", ["Digabung dengan", "Digabung menjadi"]), ("en", ["Merged with", "Merged to form"])]
)
def test_a_merger_is_told_from_other_later_titles(hl: Language, labels: list[str]) -> None:
    document = mapped("245 10 $a Laut", "785 07 $t Warta ikan", "785 07 $t Warta laut dan ikan")
    assert [row.label for row in view_of(document, hl).relations] == labels


def test_each_part_of_a_heading_leads_to_the_headings_that_begin_so() -> None:
    (value,) = next(
        row for row in page(subject=("Indonesia -- Sejarah -- Abad 20",)).rows if row.field == "subject"
    ).values
    asked = [SearchState.from_query_string(part.href) for part in value.parts]
    assert [part.text for part in value.parts] == ["Indonesia", "Sejarah", "Abad 20"]
    assert [state.q for state in asked] == ['subject:"Indonesia"', 'subject:"Indonesia Sejarah"', ""]
    assert asked[2].filters[0].values == ("Indonesia -- Sejarah -- Abad 20",)
    assert parse(asked[1].q).clauses[0].field == "subject"


def test_dates_stand_as_the_record_has_them_and_lead_to_their_year() -> None:
    view = page(format=("journal",), publisher=("Balai Pustaka",), year=("1873",), published=("1873–",))
    assert view.facts.edition == "Balai Pustaka, 1873–"
    (value,) = row(view, "publication").values
    assert value.text == "Balai Pustaka, 1873–"
    assert "f.year=1873" in value.parts[1].href


def test_a_publication_stands_in_one_row_whose_parts_lead_on() -> None:
    told = {"publication_place": ("Bitung",), "publisher": ("Bahari",), "year": ("2014",), "country": ("io",)}
    view = page(edition=("Cet. 2",), physical=("120 hlm.",), subject=("Laut",), **told)
    assert [row.field for row in view.rows] == ["edition", "publication", "physical", "subject"]
    (value,) = row(view, "publication").values
    assert value.text == "Bitung: Bahari, 2014 · Indonesia"
    assert [bool(part.href) for part in value.parts] == [False, True, True, True]
    texts = {"title": ("Laut",), **told, "publisher": ("Bahari", "بحر")}
    made = Document(DocumentId("kota.1"), texts, vernacular=(Vernacular("publisher", "بحر", right_to_left=True),))
    assert "Bitung: <a" in drawn(made)
    assert drawn(made).count("بحر") == 1


def test_publishers_and_places_that_are_not_known_to_belong_together_keep_their_rows() -> None:
    view = page(publication_place=("Bitung", "Manado"), publisher=("Bahari",), year=("2014",))
    assert [row.field for row in view.rows] == ["publication_place", "publisher", "year"]


def test_the_kind_of_material_stands_with_the_format_where_it_says_more() -> None:
    view = page(format=("thesis",), material_type=("bachelor_thesis", "monograph"))
    told = row(view, "format").values
    assert [value.text for value in told] == [T.label("format", "thesis"), T.label("material_type", "bachelor_thesis")]
    assert "f.material_type=bachelor_thesis" in told[1].href
    assert [row.field for row in page(format=("ebook",), material_type=("electronic",)).rows] == ["format"]
    assert [row.field for row in page(material_type=("electronic",)).rows] == ["material_type"]


def test_what_a_format_says_of_a_kind_of_material_is_told_in_codes_there_are() -> None:
    assert {name for name in SAID_BY if T.label("material_type", name) == name} == set()
    said = {name for names in SAID_BY.values() for name in names}
    assert {name for name in said if T.label("format", name) == name} == set()


def test_a_series_is_shown_with_its_volume_and_leads_to_all_of_it() -> None:
    rows = page(series=("Seri laut",), series_statement=("Seri laut ; 2",)).rows
    (value,) = next(row for row in rows if row.field == "series_statement").values
    assert value.text == "Seri laut ; 2"
    assert SearchState.from_query_string(value.href).filters[0].values == ("Seri laut",)


def test_a_series_with_its_volume_spelt_twice_is_shown_once() -> None:
    rows = page(series_statement=("Seri laut ; no. 93", "Seri laut ; 93", "Seri laut ; jil. 94")).rows
    values = next(row for row in rows if row.field == "series_statement").values
    assert [value.text for value in values] == ["Seri laut ; no. 93", "Seri laut ; jil. 94"]


def test_related_records_stand_between_description_and_numbers() -> None:
    view = page(note=("Indeks",), isbn=("9786020332956",), control_number=("1",))
    assert [row.field for row in view.rows] == ["note"]
    assert [row.field for row in view.numbers] == ["isbn", "control_number"]
    html = templates().get_template("_record.html").render(view=view, t=T)
    assert html.index("Indeks") < html.index("Terjemahan dari") < html.index("9786020332956")


def arabic() -> Document:
    return mapped(
        "245 10 $6 880-01 $a al-Waḥdah al-bināʼīyah",
        "260    $6 880-02 $a al-Qāhirah : $b Maktabat al-Shurūq, $c 2006",
        "490 1  $6 880-03 $a Dirāsāt ; $v 3",
        "500    $a Islamic date: 1427",
        "830  0 $6 880-04 $a Dirāsāt ; $v 3",
        "880 10 $6 245-01//r $a الوحدة البنائية",
        "880    $6 260-02//r $a القاهرة : $b مكتبة الشروق، $c 2006",
        "880 1  $6 490-03//r $a دراسات ؛ $v 3",
        "880  0 $6 830-04//r $a دراسات ؛ $v 3",
        "008 060101s2006    ua            000 0 ara d",
    )


def test_the_title_in_its_script_stands_under_the_title_and_nowhere_else() -> None:
    view = view_of(arabic())
    (title,) = view.original_titles
    assert (title.text, title.direction, title.lang) == ("الوحدة البنائية", "rtl", "ar")
    assert "title_other" not in [row.field for row in view.rows]
    assert drawn(arabic()).partition('class="marc"')[0].count("الوحدة البنائية") == 1


@pytest.mark.parametrize(
    ("hl", "label"),
    [("id", "Pernyataan tanggung jawab (aksara asli)"), ("en", "Statement of responsibility (original script)")],
)
def test_who_made_it_stands_in_both_scripts_under_the_title(hl: Language, label: str) -> None:
    document = mapped(
        "245 10 $6 880-01 $a Serat / $c Raden Ana.",
        "880 10 $6 245-01/Java $a ꦱꦼꦫꦠ꧀ / $c ꦫꦢꦺꦤ꧀ꦲꦤ.",
        "008 060101s2006    io            000 0 jav d",
    )
    view = view_of(document, hl)
    (original,) = view.original_responsibility
    assert (view.responsibility, original.text, original.lang) == ("Raden Ana", "ꦫꦢꦺꦤ꧀ꦲꦤ", "jv-Java")
    head = drawn(document, hl).partition("</header>")[0]
    assert label in head
    assert drawn(document, hl).partition('class="marc"')[0].count(original.text) == 1


def test_who_made_it_in_its_script_alone_is_not_shown_twice() -> None:
    document = mapped("245 10 $6 880-01 $a Serat", "880 10 $6 245-01/Java $a ꦱꦼꦫꦠ꧀ / $c ꦫꦢꦺꦤ꧀ꦲꦤ.")
    assert view_of(document).responsibility == ""
    assert [text.text for text in view_of(document).original_responsibility] == ["ꦫꦢꦺꦤ꧀ꦲꦤ"]


def test_who_is_named_stands_under_the_title_where_its_page_is_not_told() -> None:
    document = mapped("245 10 $a Ikan laut", "100 1_ $a Wenas, Maria.", "700 1_ $a Lasut, Johan, $e penyunting.")
    assert view_of(document).responsibility == "Wenas, Maria; Lasut, Johan"
    assert '<p class="responsibility">Wenas, Maria; Lasut, Johan</p>' in drawn(document)
    assert view_of(mapped("245 10 $a Ikan laut")).responsibility == ""


@pytest.mark.parametrize(("hl", "label"), [("id", "Judul (aksara asli)"), ("en", "Title (original script)")])
def test_the_title_in_its_script_is_labelled(hl: Language, label: str) -> None:
    assert label in drawn(arabic(), hl)


def test_a_text_in_its_script_is_not_lost_where_another_of_its_field_is_shown_already() -> None:
    texts = (("title_other", "北京周報"), ("related_title", "北京周報"), ("related_title", "人民中国"))
    told = {"title": ("Beijing zhou bao",), "title_other": ("Beijing zhou bao (1958)",)}
    view = view_of(Document(DocumentId("kota.1"), told, vernacular=tuple(Vernacular(*text) for text in texts)))
    assert [text.text for text in row(view, "title_other").original] == ["北京周報"]
    assert [text.text for row in view.relations for text in row.original] == ["人民中国"]


def test_publisher_and_series_in_their_script_stand_beside_the_romanised_and_not_in_the_note() -> None:
    view = view_of(arabic())
    assert [text.text for text in row(view, "publication").original] == ["القاهرة : مكتبة الشروق، 2006"]
    assert [text.text for text in row(view, "series_statement").original] == ["دراسات ؛ 3"]
    assert [value.text for value in row(view, "note").values] == ["Islamic date: 1427"]
    assert "مكتبة الشروق" in arabic().values("note")  # where it is still found


def test_a_title_that_stands_in_a_longer_one_in_its_script_is_not_repeated() -> None:
    fields = ("246 1  $6 880-01 $i Naslov: $a Doktor", "880 1  $6 246-01/(N $i Naslov: $a Доктор")
    found = row(view_of(mapped("245 10 $a Laut", *fields)), "title_other")
    assert ([value.text for value in found.values], [text.text for text in found.original]) == (
        ["Doktor"],
        ["Naslov: Доктор"],
    )


@pytest.mark.parametrize(
    ("hl", "labels"),
    [
        ("id", ["Skala", "Durasi", "Yang dimiliki perpustakaan", "Ketentuan akses", "Ketentuan penggunaan"]),
        ("en", ["Scale", "Duration", "Held by the library", "Access conditions", "Terms of use"]),
    ],
)
def test_scale_duration_holdings_and_terms_have_rows_of_their_own(hl: Language, labels: list[str]) -> None:
    fields = (
        "255    $a Skala 1:50.000",
        "306    $a 002551",
        "506    $a Untuk peneliti",
        "540    $a CC BY 4.0",
        "866    $a v.1-2",
    )
    view = view_of(mapped("245 10 $a Laut", *fields), hl)
    found = {row.label: [value.text for value in row.values] for row in view.rows if row.label in labels}
    assert list(found) == labels
    assert list(found.values()) == [["Skala 1:50.000"], ["0:25:51"], ["v.1-2"], ["Untuk peneliti"], ["CC BY 4.0"]]


def test_supplements_and_indexes_that_are_held_are_told_from_the_serial_itself() -> None:
    fields = ("866    $a v.1-40 $z tidak lengkap", "867    $a Peta 1-3", "868    $a Indeks v.1-10")
    view = view_of(mapped("245 10 $a Jurnal laut", *fields))
    told = {row.label: [value.text for value in row.values] for row in view.rows if "dimiliki" in row.label}
    assert told == {
        "Yang dimiliki perpustakaan": ["v.1-40 tidak lengkap"],
        "Suplemen yang dimiliki": ["Peta 1-3"],
        "Indeks yang dimiliki": ["Indeks v.1-10"],
    }


def test_terms_in_another_script_stand_beside_their_own_row() -> None:
    document = mapped("245 10 $a Laut", "540    $6 880-01 $a Bebas", "880    $6 540-01/Java $a ꦧꦺꦧꦱ꧀")
    assert [text.text for text in row(view_of(document), "rights").original] == ["ꦧꦺꦧꦱ꧀"]


def test_a_field_in_its_script_alone_has_a_row_that_says_so() -> None:
    document = Document(
        DocumentId("kota.1"), {"title": ("Serat",)}, vernacular=(Vernacular("edition", "ꦕꦺꦠ꧀", script="Java"),)
    )
    found = row(view_of(document), "edition")
    assert (found.label, found.values, found.original[0].lang) == ("Edisi (aksara asli)", (), "und-Java")


def test_links_with_equal_labels_name_their_hosts_and_no_label_ends_in_a_colon() -> None:
    links = (
        OnlineAccess("https://a.example.org/1", "Teks lengkap:"),
        OnlineAccess("https://b.example.org/1", "Teks lengkap"),
        OnlineAccess("https://a.example.org/2", "Jilid 2 : "),
        OnlineAccess("https://a.example.org/3", "Daftar isi:", "related"),
    )
    view = view_of(Document(DocumentId("kota.1"), {"title": ("Laut",)}, links=links))
    assert [link.label for link in view.read] == [
        "Teks lengkap (a.example.org)",
        "Teks lengkap (b.example.org)",
        "Jilid 2",
    ]
    assert [value.text for value in view.related] == ["Daftar isi"]


def test_the_lasting_address_is_of_no_language() -> None:
    assert view_of(arabic(), "en").permalink == "/katalog/" + arabic().id


def test_title_in_javanese_script_says_so() -> None:
    assert page().original_titles[0].lang == "und-Java"


def test_the_page_draws_them_all() -> None:
    html = templates().get_template("_record.html").render(view=page(subject=("A -- B",)), t=T)
    assert 'lang="und-Java"' in html
    assert "Sedang dipinjam" in html
    assert "Vol. 5 (2011)" in html
    assert " — " in html
