"""Citations in every style and both languages."""

import re
from dataclasses import replace

import pytest
from lxml import etree

from portal.bibliography.names import Name, Names
from portal.bibliography.reference import Reference, reference
from portal.citations.citing import citations, marked_up
from portal.citations.styles import HERE, STYLES
from portal.i18n import LANGUAGES, Language, messages
from search.document import Contributor, Document, DocumentId, Ebook, OnlineAccess
from tests.support.references import sample_documents

BOOK = Document(
    DocumentId("kota.1"),
    {
        "title": ("Terumbu karang Selat Lembeh : panduan lapangan",), "format": ("book",), "year": ("2014",),
        "publisher": ("Pustaka Bahari",), "publication_place": ("Bitung",), "language": ("ind",),
    },
    (Contributor("Wenas, Maria", ("aut",), main=True), Contributor("Lasut, Johan", ("aut",))),
)  # fmt: skip


def cited(document: Document, style: str, hl: Language) -> str:
    return next(str(one.html) for one in citations(reference(document, "https://k.example"), hl) if one.style == style)


@pytest.mark.parametrize(
    ("style", "hl", "expected"),
    [
        ("apa", "id", "Wenas, M., dan Lasut, J. (2014). <i>Terumbu karang Selat Lembeh: Panduan lapangan</i>. Pustaka Bahari."),
        ("apa", "en", "Wenas, M., &amp; Lasut, J. (2014). <i>Terumbu karang Selat Lembeh: Panduan lapangan</i>. Pustaka Bahari."),
        ("mla", "id", "Wenas, Maria, dan Johan Lasut. <i>Terumbu karang Selat Lembeh: panduan lapangan</i>. Pustaka Bahari, 2014."),
        ("mla", "en", "Wenas, Maria, and Johan Lasut. <i>Terumbu karang Selat Lembeh: panduan lapangan</i>. Pustaka Bahari, 2014."),
        ("chicago_date", "id", "Wenas, Maria, dan Johan Lasut. 2014. <i>Terumbu karang Selat Lembeh: panduan lapangan</i>. Pustaka Bahari."),
        ("chicago_note", "id", "Wenas, Maria, dan Johan Lasut. <i>Terumbu karang Selat Lembeh: panduan lapangan</i>. Pustaka Bahari, 2014."),
        ("harvard", "id", "Wenas, M. dan Lasut, J. (2014) <i>Terumbu karang Selat Lembeh: panduan lapangan</i>. Bitung: Pustaka Bahari."),
        ("vancouver", "en", "Wenas M, Lasut J. Terumbu karang Selat Lembeh: panduan lapangan. Bitung: Pustaka Bahari; 2014."),
    ],
)  # fmt: skip
def test_a_book_is_cited_as_the_style_has_it(style: str, hl: Language, expected: str) -> None:
    assert cited(BOOK, style, hl) == expected


TRANSLATED = replace(
    BOOK,
    contributors=(
        Contributor("Hirata, Andrea", ("aut",), main=True),
        Contributor("Lasut, Johan", ("edt",)),
        Contributor("Kilbane, Angie", ("trl",)),
    ),
)


@pytest.mark.parametrize(
    ("style", "hl", "named"),
    [
        ("apa", "en", "(J. Lasut, Ed.; A. Kilbane, Trans.)"),
        ("mla", "en", "Edited by Johan Lasut, translated by Angie Kilbane, Pustaka"),
        ("mla", "id", "Disunting oleh Johan Lasut, diterjemahkan oleh Angie Kilbane, Pustaka"),
        ("chicago_note", "en", "Edited by Johan Lasut. Translated by Angie Kilbane. Pustaka"),
        ("vancouver", "en", "Lasut J, editor; Kilbane A, translator. Bitung"),
    ],
)
def test_editor_and_translator_are_named_in_every_style(style: str, hl: Language, named: str) -> None:
    assert named in cited(TRANSLATED, style, hl)


def test_apa_names_a_body_that_publishes_its_own_once() -> None:
    body = Contributor("United States. National Park Service", ("isb",), kind="corporate")
    own = replace(BOOK, contributors=(body,), fields={**BOOK.fields, "publisher": ("U.S. National Park Service",)})
    assert cited(own, "apa", "en").endswith(": Panduan lapangan</i>.")
    assert "Pustaka Bahari" in cited(replace(BOOK, contributors=(body,)), "apa", "en")
    assert "U.S. National Park Service, 2014" in cited(own, "chicago_note", "en")


@pytest.mark.parametrize("hl", LANGUAGES)
def test_no_label_stands_without_what_it_labels(hl: Language) -> None:
    nameless = replace(BOOK, contributors=(), fields={**BOOK.fields, "edition": ("REV2017",)})
    assert cited(nameless, "apa", hl).count("ed.") == 1
    article = replace(BOOK, contributors=(), fields={**BOOK.fields, "format": ("article",)})
    for style in ("chicago_date", "chicago_note"):
        assert "edi" not in cited(article, style, hl).lower()


@pytest.mark.parametrize("style", [style.name for style in STYLES])
def test_a_title_that_stands_in_for_a_name_is_not_said_twice(style: str) -> None:
    nameless = replace(BOOK, contributors=())
    assert cited(nameless, style, "id").count("Terumbu karang Selat Lembeh") == 1
    edited = replace(BOOK, contributors=(Contributor("Wenas, Maria", ("edt",)),))
    assert cited(edited, style, "id").count("Wenas") == 1


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Park, Young-ran", "Park, Y.-r."),
        ("Hsia, T'ai-tai", "Hsia, T.-t."),
        ("Cervantes Saavedra, Miguel de", "Cervantes Saavedra, M. de."),
        ('Allen, Henry "Red"', "Allen, H."),
        ("Iskandar, N.St.", "Iskandar, N. S."),
        ("Hassan, al-Rahman", "Hassan, al-R."),
        ("许, 思豪", "许, 思豪."),
    ],
)
def test_given_names_are_shortened_to_what_they_begin_with(name: str, initials: str) -> None:
    document = replace(BOOK, contributors=(Contributor(name, ("aut",), main=True),))
    assert cited(document, "apa", "id").startswith(f"{initials} (2014)")


def test_indonesian_citations_use_indonesian_words() -> None:
    many = replace(BOOK, contributors=tuple(Contributor(f"Nama{n}, A", ("aut",), main=not n) for n in range(30)))
    assert "dkk." in cited(many, "mla", "id")
    assert "et al." in cited(many, "mla", "en")
    undated = replace(
        BOOK, fields={**BOOK.fields, "year": ()}, contributors=(*BOOK.contributors, Contributor("Sari, D", ("trl",)))
    )
    assert "(t.t.)" in cited(undated, "apa", "id")
    assert "(n.d.)" in cited(undated, "apa", "en")
    assert "Diterjemahkan oleh D. Sari" in cited(undated, "harvard", "id")
    article = Reference(
        "a", reference(replace(BOOK, fields={**BOOK.fields, "format": ("article",)})).kind, "Ikan", Names(),
        year="2011", host="Jurnal laut", volume="5", pages="12-20", language="id",
    )  # fmt: skip
    texts = {one.style: str(one.html) for one in citations(article, "id")}
    assert "hlm. 12–20" in texts["mla"]
    thesis = replace(
        BOOK, fields={**BOOK.fields, "format": ("thesis",), "thesis": ("Skripsi (S1), Universitas Sam Ratulangi",)}
    )
    assert "[Skripsi]. Universitas Sam Ratulangi." in cited(thesis, "apa", "id")


def test_apa_describes_a_title_that_stands_in_for_an_author_before_its_date() -> None:
    film = replace(BOOK, contributors=(), fields={**BOOK.fields, "format": ("video",)})
    begins = "<i>Terumbu karang Selat Lembeh: Panduan lapangan</i>"
    assert cited(film, "apa", "en").startswith(f"{begins} [Video recording]. (2014). Pustaka Bahari")
    assert cited(film, "apa", "id").startswith(f"{begins} [Rekaman video]. (2014). Pustaka Bahari")


def test_apa_names_editors_beside_an_author_with_a_capital() -> None:
    edited = replace(BOOK, contributors=(*BOOK.contributors, Contributor("Sari, D", ("edt",))))
    assert "(D. Sari, Ed.)" in cited(edited, "apa", "en")


@pytest.mark.parametrize("style", ["mla", "chicago_date", "chicago_note"])
def test_a_stop_stands_before_the_closing_quotation_mark(style: str) -> None:
    site = replace(BOOK, fields={**BOOK.fields, "format": ("thesis",), "language": ("eng",), "title": ("Why reefs?",)})
    said = replace(site, fields={**site.fields, "title": ("Reefs",), "format": ("database",)})
    assert "“Reefs.”" in cited(said, style, "en")
    assert "”." not in cited(site, style, "en") + cited(site, style, "id")


@pytest.mark.parametrize("style", [style.name for style in STYLES])
def test_no_stop_follows_a_title_that_ends_in_a_mark(style: str) -> None:
    for title in ("Why reefs?", "Reefs!", "Why reefs? : a story!", "R.E.E.F."):
        text = cited(replace(BOOK, fields={**BOOK.fields, "language": ("eng",), "title": (title,)}), style, "en")
        assert not re.search(r"[?!](?:</i>|[”’])?[.:]|\.</i>\.", text), text
        assert "Pustaka Bahari" in text


def test_a_quotation_in_a_quoted_title_has_the_other_marks() -> None:
    thesis = {**BOOK.fields, "format": ("thesis",), "title": ('Why "blue" reefs “sing”',), "language": ("eng",)}
    site = replace(BOOK, fields=thesis)
    assert "“Why ‘Blue’ Reefs ‘Sing.’”" in cited(site, "chicago_note", "en")
    assert "‘Why “blue” reefs “sing”’" in cited(
        replace(site, fields={**thesis, "format": ("manuscript",)}), "harvard", "en"
    )


@pytest.mark.parametrize("style", ["mla", "chicago_date", "chicago_note"])
def test_only_titles_that_are_known_to_be_english_get_capitals(style: str) -> None:
    title = "the fish of u.s. reefs between java and bali: an up-to-date e-book & guide"

    def titled(*languages: str) -> str:
        return cited(replace(BOOK, fields={**BOOK.fields, "title": (title,), "language": languages}), style, "en")

    capitals = "The Fish of u.s. Reefs between Java and Bali: An Up-to-Date E-book &amp; Guide"
    assert capitals in titled("eng")
    for languages in (("ind",), (), ("eng", "ind"), ("jav",), ("und",)):
        assert title.replace("&", "&amp;") in titled(*languages)


@pytest.mark.parametrize(
    ("style", "hl", "begins"),
    [
        ("chicago_date", "en", "Wenas, Maria, and Johan Lasut, eds. 2014. <i>"),
        ("chicago_note", "en", "Wenas, Maria, and Johan Lasut, eds. <i>"),
        ("chicago_note", "id", "Wenas, Maria, dan Johan Lasut, ed. <i>"),
        ("mla", "en", "Wenas, Maria, and Johan Lasut, editors. <i>"),
    ],
)
def test_editors_stand_in_for_authors_as_such(style: str, hl: Language, begins: str) -> None:
    people = tuple(replace(person, roles=("edt",), main=False) for person in BOOK.contributors)
    assert cited(replace(BOOK, contributors=people), style, hl).startswith(begins)


@pytest.mark.parametrize("style", [style.name for style in STYLES])
def test_a_film_begins_with_its_director_and_not_with_who_cut_it(style: str) -> None:
    people = (Contributor("Sari, Dewi", ("edt",)), Contributor("Riza, Riri", ("drt",)))
    film = cited(replace(BOOK, contributors=people, fields={**BOOK.fields, "format": ("video",)}), style, "en")
    assert "Riza" in film
    assert "Sari" not in film


def test_a_title_in_brackets_is_no_description() -> None:
    untitled = replace(BOOK, fields={**BOOK.fields, "title": ("[Peta Bitung]",), "format": ("map",)})
    assert cited(untitled, "apa", "id").startswith("Wenas, M., dan Lasut, J. (2014). <i>[Peta Bitung]</i> [Peta].")
    told = replace(untitled, contributors=(), fields={**untitled.fields, "title": ("Peta. (2010). [Peta]. Laut",)})
    assert cited(told, "apa", "id").startswith("<i>Peta. (2010). [Peta]. Laut</i> [Peta]. (2014).")


def test_harvard_quotes_as_in_britain() -> None:
    assert "‘Reefs’" in cited(
        replace(BOOK, fields={**BOOK.fields, "title": ("Reefs",), "format": ("manuscript",)}), "harvard", "en"
    )


@pytest.mark.parametrize("format", ["map", "score", "software", "database"])
def test_what_stands_in_nothing_else_is_in_italics_in_harvard_and_has_its_edition(format: str) -> None:
    fields = {**BOOK.fields, "title": ("Reefs",), "format": (format,), "edition": ("Edisi ke-2",)}
    assert "(2014) <i>Reefs</i>. 2nd edn. Bitung: Pustaka Bahari" in cited(
        replace(BOOK, fields=fields), "harvard", "en"
    )


@pytest.mark.parametrize("style", [style.name for style in STYLES])
@pytest.mark.parametrize(("role", "format"), [("cmp", "score"), ("drt", "video")])
def test_who_made_music_or_a_film_is_named_beside_its_editor(style: str, role: str, format: str) -> None:
    people = (Contributor("Sousa, John", (role,), main=True), Contributor("Fettig, Jason", ("edt",)))
    work = replace(BOOK, contributors=people, fields={**BOOK.fields, "format": (format,)})
    assert "Sousa" in cited(work, style, "en")


@pytest.mark.parametrize("style", [style.name for style in STYLES])
def test_a_film_is_its_directors_and_not_of_who_wrote_the_book(style: str) -> None:
    people = (Contributor("Hirata, Andrea", ("aut",)), Contributor("Riza, Riri", ("drt",)))
    film = cited(replace(BOOK, contributors=people, fields={**BOOK.fields, "format": ("video",)}), style, "en")
    assert "Riza" in film
    assert "Hirata" not in film


def test_only_what_is_online_is_cited_with_an_address() -> None:
    assert "http" not in "".join(cited(BOOK, style.name, "id") for style in STYLES)
    electronic = replace(BOOK, ebook=Ebook("a" * 64, "a.pdf", 3))
    assert "https://k.example/katalog/kota.1" in cited(electronic, "apa", "id")


@pytest.mark.parametrize("hl", LANGUAGES)
def test_an_undated_address_is_bare_in_apa(hl: Language) -> None:
    undated = replace(BOOK, fields={**BOOK.fields, "year": ()}, ebook=Ebook("a" * 64, "a.pdf", 3))
    assert cited(undated, "apa", hl).endswith("Pustaka Bahari. https://k.example/katalog/kota.1")


@pytest.mark.parametrize("style", [style.name for style in STYLES])
def test_the_full_stop_of_a_shortened_edition_stays_and_is_one(style: str) -> None:
    text = cited(replace(BOOK, fields={**BOOK.fields, "edition": ("Rev. ed.",)}), style, "en")
    assert "ev. ed." in text
    assert ".." not in text
    if style == "apa":
        assert "(Rev. ed.)" in text


@pytest.mark.parametrize("hl", LANGUAGES)
def test_real_records_of_every_kind_are_cited_in_every_style(hl: Language) -> None:
    kinds = {reference(document).kind: document for document in sample_documents()}
    assert len(kinds) >= 10
    for document in kinds.values():
        made = citations(reference(document), hl)
        assert [one.style for one in made] == [style.name for style in STYLES]
        for one in made:
            text = re.sub(r"\W+", " ", one.html.striptags()).casefold()
            words = re.sub(r"\W+", " ", reference(document).title).casefold().split()
            assert all(word in text for word in words), (document.id, one.style, text)
            assert not re.search(r"<(?!/?(?:i|b|sup|sub)>)", one.html)


def test_what_is_no_citation_is_still_cited() -> None:
    broken = replace(reference(BOOK), year="2014", kind=replace(reference(BOOK).kind, csl="ini bukan jenis"))
    assert all("Terumbu karang" in one.html for one in citations(broken, "id"))
    nameless = Reference("x", reference(BOOK).kind, "Laut", Names(author=(Name("", ""),)))
    assert all("Laut" in one.html for one in citations(nameless, "id"))
    nothing = Reference("x", reference(BOOK).kind, "", Names())
    assert len(citations(nothing, "id")) == len(STYLES)


HOSTILE = '<script>alert(1)</script> & <span class="nocase">A</span> &lt;b&gt; </i><img src=x onerror=alert(2)>'


def test_a_hostile_title_stays_text() -> None:
    document = replace(BOOK, fields={**BOOK.fields, "title": (HOSTILE,), "publisher": (HOSTILE,)},
                       contributors=(Contributor(HOSTILE, main=True),))  # fmt: skip
    for hl in LANGUAGES:
        for one in citations(reference(document), hl):
            assert not re.search(r"<(?!/?(?:i|b|sup|sub)>)", one.html), one.html


def test_a_record_with_thousands_of_names_and_a_very_long_title_is_cited() -> None:
    names = tuple(Contributor(f"Nama{n}, Anak {n}", ("aut",), main=not n) for n in range(5000))
    document = replace(BOOK, fields={**BOOK.fields, "title": ("laut " * 50_000,)}, contributors=names)
    for one in citations(reference(document), "id"):
        assert len(one.html) < 3_000


def test_no_mark_of_the_processor_is_taken_for_text() -> None:
    assert marked_up("<i>Laut</i> &amp; <b>a</b>") == "<i>Laut</i> &amp; <b>a</b>"


def test_every_style_file_keeps_its_licence_and_authors() -> None:
    notice = (HERE / "styles" / "NOTICE").read_text(encoding="utf-8")
    files = sorted((HERE / "styles").glob("*.csl"))
    assert len(files) == 5
    for file in files:
        root = etree.parse(file).getroot()
        csl = {"c": "http://purl.org/net/xbiblio/csl"}
        (rights,) = root.findall("c:info/c:rights", csl)
        assert rights.get("license") == "http://creativecommons.org/licenses/by-sa/3.0/"
        assert file.name in notice
        for name in root.findall("c:info/c:author/c:name", csl):
            assert str(name.text) in " ".join(notice.split())


def test_every_style_has_a_name() -> None:
    for hl in LANGUAGES:
        assert all(messages(hl)(f"cite.{style.name}") for style in STYLES)


BOTH = Contributor("Saint-Denis, Eugène de", ("edt", "trl"))


@pytest.mark.parametrize(
    ("style", "hl", "named"),
    [
        ("apa", "en", "(E. de Saint-Denis, Ed. &amp; Trans.)"),
        ("apa", "id", "(E. de Saint-Denis, Ed. dan Penerj.)"),
        ("mla", "en", "Edited and translated by Eugène de Saint-Denis, Pustaka"),
        ("mla", "id", "Disunting dan diterjemahkan oleh Eugène de Saint-Denis, Pustaka"),
        ("chicago_date", "en", "Edited and translated by Eugène de Saint-Denis. Pustaka"),
        ("harvard", "en", "Edited and translated by E. de Saint-Denis. Bitung"),
        ("vancouver", "en", "Saint-Denis E de, editor and translator. Bitung"),
    ],
)
def test_who_edited_and_translated_is_named_as_both(style: str, hl: Language, named: str) -> None:
    text = cited(replace(BOOK, contributors=(*BOOK.contributors, BOTH)), style, hl)
    assert named in text
    assert text.count("Saint-Denis") == 1


@pytest.mark.parametrize(
    ("style", "begins"),
    [
        ("apa", "Saint-Denis, E. de (Ed. &amp; Trans.). (2014). <i>"),
        ("mla", "Saint-Denis, Eugène de, editor and translator. <i>"),
        ("chicago_date", "Saint-Denis, Eugène de, ed. and trans. 2014. <i>"),
        ("chicago_note", "Saint-Denis, Eugène de, ed. and trans. <i>"),
        ("harvard", "Saint-Denis, E. de (ed. and trans.) (2014) <i>"),
        ("vancouver", "Saint-Denis E de, editor and translator. "),
    ],
)
def test_who_edited_and_translated_stands_in_for_an_author_once(style: str, begins: str) -> None:
    text = cited(replace(BOOK, contributors=(BOTH,)), style, "en")
    assert text.startswith(begins)
    assert text.count("Saint-Denis") == 1


@pytest.mark.parametrize("style", [style.name for style in STYLES])
def test_an_editor_that_stands_in_for_an_author_is_not_named_again_with_the_translator(style: str) -> None:
    people = (Contributor("Lasut, Johan", ("edt",)), Contributor("Kilbane, Angie", ("trl",)))
    text = cited(replace(BOOK, contributors=people), style, "en")
    assert text.startswith("Lasut")
    assert (text.count("Lasut"), text.count("Kilbane")) == (1, 1)


@pytest.mark.parametrize("hl", LANGUAGES)
@pytest.mark.parametrize("format", ["article", "book", "thesis", "map", "ebook", "journal"])
@pytest.mark.parametrize("style", [style.name for style in STYLES])
def test_what_has_no_author_begins_with_its_title(style: str, format: str, hl: Language) -> None:
    nameless = replace(BOOK, contributors=(), fields={**BOOK.fields, "format": (format,)})
    assert re.match(r"(?:<i>|[‘“])?Terumbu karang", cited(nameless, style, hl))


@pytest.mark.parametrize("hl", LANGUAGES)
def test_no_style_says_more_of_a_title_than_is_known(hl: Language) -> None:
    for format in ("software", "article"):
        texts = [cited(replace(BOOK, fields={**BOOK.fields, "format": (format,)}), one.name, hl) for one in STYLES]
        assert not re.search("[Rr]eleased|Preprint", " ".join(texts))


@pytest.mark.parametrize(
    ("edition", "style", "hl", "expected"),
    [
        ("Third edition", "apa", "en", "<i>Reefs</i> (3rd ed.). Pustaka Bahari."),
        ("Edisi kedua", "mla", "en", "<i>Reefs</i>. 2nd ed., Pustaka Bahari, 2014."),
        ("Ed. 3", "chicago_note", "id", "<i>Reefs</i>. Edisi ke-3. Pustaka Bahari, 2014."),
        ("2nd ed.", "harvard", "en", "<i>Reefs</i>. 2nd edn. Bitung: Pustaka Bahari."),
        ("First edition", "apa", "en", "<i>Reefs</i>. Pustaka Bahari."),
        ("First edition", "vancouver", "en", "Reefs. 1st ed. Bitung: Pustaka Bahari; 2014."),
        ("Cet. ke-17", "apa", "id", "<i>Reefs</i> (Cet. ke-17). Pustaka Bahari."),
        ("2nd ed., rev. and enl", "apa", "en", "<i>Reefs</i> (2nd ed., rev. and enl.). Pustaka Bahari."),
    ],
)
def test_an_edition_that_is_a_number_is_one_in_the_words_of_the_language(
    edition: str, style: str, hl: Language, expected: str
) -> None:
    fields = {**BOOK.fields, "title": ("Reefs",), "edition": (edition,)}
    assert cited(replace(BOOK, fields=fields), style, hl).endswith(expected)


@pytest.mark.parametrize("hl", LANGUAGES)
def test_vancouver_tells_an_address_that_is_the_doi_once(hl: Language) -> None:
    fields = {**BOOK.fields, "format": ("ebook",), "doi": ("10.1000/xyz",)}
    link = OnlineAccess("https://doi.org/10.1000/XYZ", "read")
    text = cited(replace(BOOK, fields=fields, links=(link,)), "vancouver", hl)
    assert text.endswith(": https://doi.org/10.1000/XYZ")


def test_a_title_that_is_too_long_to_cite_ends_with_a_word_and_a_sign() -> None:
    text = cited(replace(BOOK, fields={**BOOK.fields, "title": ("perikanan " * 80,)}), "chicago_date", "id")
    assert "perikanan…</i>" in text
