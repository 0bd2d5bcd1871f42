"""What the words of a query are called in the other language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import plain_words
from search.bilingual.lexicon import MAX_ALTERNATIVES, MAX_PHRASE, MAX_WORDS, Expansion, Lexicon, shipped, shown

LEXICON = shipped()


def expand(text: str) -> dict[str, list[str]]:
    """Segments of `text` and what they are called, the likeliest first."""
    words = plain_words(text)
    return {" ".join(words[e.start : e.end]): [a.text for a in e.alternatives] for e in LEXICON.expand(words)}


def first(text: str) -> dict[str, str]:
    return {segment: texts[0] for segment, texts in expand(text).items()}


@pytest.mark.parametrize(
    ("indonesian", "english"),
    [
        ("temu kembali informasi", "information retrieval"),
        ("hak cipta", "copyright"),
        ("perpustakaan keliling", "mobile library"),
        ("katalogisasi", "cataloging"),
        ("deposit wajib", "legal deposit"),
        ("hak asasi manusia", "human rights"),
        ("gempa bumi", "earthquake"),
        ("gunung api", "volcano"),
        ("cakalang", "skipjack tuna"),
        ("Selat Lembeh", "Lembeh Strait"),
        ("pelabuhan samudera", "ocean port"),
        ("terumbu karang", "coral reef"),
        ("ekonomi kreatif", "creative economy"),
        ("buku", "book"),
        ("perikanan", "fishery"),
        ("sungai", "river"),
        ("kupu-kupu", "butterfly"),
        ("pengasuhan", "parenting"),
        ("bordir", "embroidery"),
        ("desain grafis", "graphic design"),
        ("kisah cinta", "romance fiction"),
        ("kumpulan cerpen", "short story"),
        ("manajemen waktu", "time management"),
        ("renungan harian", "daily devotional"),
        ("reksa dana", "mutual fund"),
        ("gula aren", "palm sugar"),
        ("UTBK", "ujian tulis berbasis komputer"),
        ("budidaya lebah", "beekeeping"),
        ("manajemen risiko", "risk management"),
        ("keselamatan lalu lintas", "traffic safety"),
        ("lapisan ozon", "ozone layer"),
    ],
)
def test_what_a_library_in_bitung_is_asked_for(indonesian: str, english: str) -> None:
    segment = " ".join(plain_words(indonesian))
    assert first(indonesian) == {segment: english}


@pytest.mark.parametrize(
    ("english", "indonesian"),
    [
        ("copyright", "hak cipta"),
        ("coral reefs", "terumbu karang"),
        ("information retrieval", "temu kembali informasi"),
        ("crested black macaque", "yaki"),
        ("human rights violations", "pelanggaran hak asasi manusia"),
        ("libraries", "perpustakaan"),
        ("fishing boats", "kapal ikan"),
        ("earthquake", "gempa bumi"),
    ],
)
def test_and_the_other_way_round(english: str, indonesian: str) -> None:
    assert first(english) == {english: indonesian}


@pytest.mark.parametrize(
    ("asked", "phrase", "part"),
    [
        ("hospital", "rumah sakit", "rumah"),  # a house
        ("railway", "kereta api", "api"),  # fire
        ("software", "perangkat lunak", "lunak"),  # soft
        ("parents", "orang tua", "orang"),  # people
        ("unlimited", "tak terbatas", "terbatas"),  # limited
        ("SMA", "senior high school", "high"),
    ],
)
def test_a_phrase_is_not_translated_by_a_part_that_means_something_else(asked: str, phrase: str, part: str) -> None:
    (texts,) = expand(asked).values()
    assert phrase in texts
    assert part not in texts


@pytest.mark.parametrize(
    ("english", "part"),
    [
        ("website", "situs"),
        ("traffic", "lintas"),
        ("dry season", "kemarau"),
        ("election", "pemilihan"),
        ("informatics", "informatika"),
        ("abrasion", "abrasi"),
        ("kindness", "kebaikan"),
    ],
)
def test_a_part_of_a_phrase_that_means_the_same_by_itself_is_a_translation_too(english: str, part: str) -> None:
    (texts,) = expand(english).values()
    assert part in texts


def test_the_last_word_of_an_english_phrase_is_a_translation_too() -> None:
    assert "party" in expand("partai politik")["partai politik"]
    # Also where it is the first word of another phrase: "moral character", "character education".
    assert "character" in expand("budi pekerti")["budi pekerti"]


def test_what_is_left_without_the_parts_of_a_phrase_counts_no_more_for_that() -> None:
    (texts,) = expand("bathroom").values()
    assert texts == ["kamar mandi"]  # and not "pergi" and "harus", which the aligner saw beside it


def test_the_longest_phrase_is_taken_first() -> None:
    assert list(expand("ilmu perpustakaan dan informasi bagi pustakawan sekolah")) == [
        "ilmu perpustakaan dan informasi",
        "pustakawan sekolah",
    ]


@pytest.mark.parametrize("word", ["membaca", "dibaca", "pembacaan", "bacakan"])
def test_an_affixed_word_is_found_by_itself_or_by_its_stem(word: str) -> None:
    assert any(text.startswith("read") for text in expand(f"{word} untuk semua")[word])


def test_a_word_of_the_old_spelling_is_called_what_it_is_in_todays() -> None:
    assert expand("keoeangan")["keoeangan"] == expand("keuangan")["keuangan"]
    assert LEXICON.words_among(["hoekoem", "xoekoem"]) == {"hoekoem"}


@pytest.mark.parametrize(
    ("word", "today"), [("hoekoem", "hukum"), ("tjerita", "cerita"), ("goethe", "goethe"), ("poems", "poems")]
)
def test_only_a_word_that_is_known_in_todays_spelling_alone_is_an_old_one(word: str, today: str) -> None:
    assert LEXICON.as_spelled_today(word) == today


def test_an_english_plural_is_found_by_its_stem() -> None:
    assert first("the volcanoes of the island")["volcanoes"] in {"gunung api", "gunung berapi"}


def test_a_reduplicated_word_is_its_single_form() -> None:
    assert first("buku-bukunya yang baru")["bukunya"] == "book"


def test_names_numbers_and_codes_have_none() -> None:
    assert expand("Xyzzyqua 978-602-03-3295-6 QA76 ZZTOPQ") == {}


def test_stop_words_alone_have_none() -> None:
    assert expand("apa yang dan untuk di") == {}
    assert expand("what is the and of") == {}


def test_a_word_of_both_languages_follows_the_rest_of_the_query() -> None:
    assert first("kualitas air di danau")["kualitas air"] == "water quality"
    assert first("air dan tanah")["air"] == "water"
    assert first("the air in this room")["air"] == "udara"


def test_a_word_of_both_languages_alone_has_both_meanings() -> None:
    (both,) = LEXICON.expand(["air"])
    assert {(a.text, a.language) for a in both.alternatives} >= {("water", "en"), ("udara", "id")}
    assert both.alternatives[0].text == "water"
    (english,) = LEXICON.expand(["air"], "en")
    assert english.alternatives[0].text == "udara"


def test_a_word_that_is_the_same_in_both_languages_is_not_repeated() -> None:
    for word in ("museum", "data", "film", "tsunami"):
        assert word not in expand(word).get(word, [])


def test_english_inside_an_indonesian_query_is_told_in_indonesian() -> None:
    assert first("artificial intelligence untuk pustakawan")["artificial intelligence"] == "kecerdasan buatan"


def test_manado_malay_leads_to_both_languages() -> None:
    (segment,) = LEXICON.expand(["gorango"])
    assert {(a.text, a.language) for a in segment.alternatives} == {("hiu", "id"), ("shark", "en")}
    assert "gorango" not in expand("shark")["shark"]


def told(text: str, limit: int = 3) -> tuple[str, ...]:
    words = plain_words(text)
    return shown(words, LEXICON.expand(words), limit)


def test_patrons_are_shown_the_few_that_are_sure() -> None:
    assert told("hak cipta") == ("copyright",)
    assert told("temu kembali informasi di perpustakaan umum") == ("information retrieval", "public library")
    assert told("laut sungai gunung terumbu karang danau hutan", limit=2)[-1] == "coral reef"
    assert len(told("laut sungai gunung pulau danau hutan", limit=3)) == 3
    assert shown((), ()) == ()


def test_patrons_are_shown_every_sense_that_may_have_matched() -> None:
    assert told("paus") == ("whale", "pope")
    assert told("IPA") == ("ilmu pengetahuan alam", "natural science")
    assert told("kimia") == ("chemistry",)  # and no "chemical"
    assert told("gajah") == ("elephant",)  # hardly the chessman
    assert told("paus laut gizi") == ("whale", "sea", "nutrition")  # a word each comes first


def test_patrons_are_not_shown_what_they_typed_nor_what_is_guessed() -> None:
    assert told("Bunaken") == ()
    assert told("Indonesia") == ()
    assert told("harry potter") == ()
    assert LEXICON.expand(["harry", "potter"])  # though it is searched for


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="build it again"):
        Lexicon("id\ten\n")


def check(expansions: tuple[Expansion, ...], count: int) -> None:
    last = 0
    for expansion in expansions:
        assert last <= expansion.start < expansion.end <= min(count, MAX_WORDS)
        assert expansion.end - expansion.start <= MAX_PHRASE
        last = expansion.end
        assert 1 <= len(expansion.alternatives) <= MAX_ALTERNATIVES
        assert 0 < expansion.sure <= 1
        weights = [alternative.weight for alternative in expansion.alternatives]
        assert weights == sorted(weights, reverse=True)
        assert min(weights) > 0
        assert sum(weights) <= 1 + 1e-9
        for alternative in expansion.alternatives:
            assert alternative.words == tuple(plain_words(alternative.text))
            assert alternative.language in {"id", "en"}


@given(st.lists(st.text(max_size=12), max_size=100))
def test_any_words_at_all_give_segments_in_order_with_weights_up_to_one(words: list[str]) -> None:
    check(LEXICON.expand(words), len(words))


KNOWN = sorted({word for side in LEXICON._sides.values() for key in side.hand for word in key.split()})


@given(st.lists(st.sampled_from(KNOWN), max_size=30), st.sampled_from(["id", "en", None]))
def test_known_words_in_any_order_too(words: list[str], language: "None") -> None:
    expansions = LEXICON.expand(words, language)
    check(expansions, len(words))
    assert all(tuple(words[e.start : e.end]) != a.words for e in expansions for a in e.alternatives)


@pytest.mark.parametrize(
    ("asked", "meant", "misleading"),
    [
        ("zaman", "era", "saman"),  # a tree, in English
        ("tuna", "tuna fish", "illiterate"),
        ("pemberdayaan", "empowerment", "power"),
        ("empowerment", "pemberdayaan", "kekuasaan"),
        ("keselamatan", "safety", "save"),
        ("salvation", "keselamatan", "penyelamatan"),
        ("affairs", "urusan", "keintiman"),
        ("works", "karya", "kilang"),
        ("USA", "amerika serikat", "tentara"),
        ("coding", "koding", "digunakan"),
        ("injil", "gospel", "alkitab"),
        ("kumpulan", "collection", "pool"),
        ("askep", "asuhan keperawatan", "raising"),
        ("independent", "mandiri", "merdeka"),
        ("merdeka", "independence", "loose"),
    ],
)
def test_a_misleading_translation_learnt_is_mended_by_hand(asked: str, meant: str, misleading: str) -> None:
    (texts,) = expand(asked).values()
    assert texts[0] == meant
    assert misleading not in texts


@pytest.mark.parametrize(
    ("asked", "misleading"),
    [
        ("gempa palu", "hammer"),
        ("merapi", "set up"),
        ("malang", "unfortunate"),
        ("windows", "jendela"),
        ("java programming", "jawa"),
        ("padang", "meadow"),
        ("masakan padang", "meadow"),
        ("medan", "public square"),
        ("kota medan", "field"),
        ("kota batu", "stone"),
        ("sorong", "shove"),
        ("biak", "reproductive"),
        ("lampung", "float"),
        ("provinsi lampung", "float"),
        ("kepulauan riau", "roar"),
        ("tulang bawang", "onion"),
        ("kota serang", "strike"),
        ("mentawai", "laugh"),
        ("wales", "bilur"),
        ("italia", "Soave"),
        ("perancis", "Burgundy"),
        ("kanada", "loonie"),
        ("bali", "Vali"),
        ("paris", "dinding"),
        ("panama", "pendayung"),
        ("switzerland", "kuliah"),
        ("bunga kamboja", "Cambodia"),
        ("world health organization", "siapa"),
    ],
)
def test_a_name_is_not_translated_as_the_word_that_it_looks_like(asked: str, misleading: str) -> None:
    assert misleading not in [text for texts in expand(asked).values() for text in texts]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("padang rumput", "grassland"),
        ("medan magnet", "magnetic field"),
        ("batu", "stone"),
        ("limbah tahu", "tofu"),
        ("kupang", "mussel"),
        ("turkey", "kalkun"),
        ("polish", "memoles"),
    ],
)
def test_a_word_that_is_a_name_too_keeps_its_meaning(asked: str, meant: str) -> None:
    assert meant in [text for texts in expand(asked).values() for text in texts]


@pytest.mark.parametrize(
    ("indonesian", "english"),
    [("Belgia", "Belgium"), ("Yunani", "Greece"), ("Kamboja", "Cambodia"), ("Meksiko", "Mexico"), ("Wina", "Vienna")],
)
def test_countries_and_cities_are_called_by_their_names_in_both_languages(indonesian: str, english: str) -> None:
    assert list(first(indonesian).values()) == [english]
    assert list(first(english).values()) == [indonesian.lower()]


def test_an_adjective_leads_to_its_country_and_the_reverse() -> None:
    assert first("hungarian") == {"hungarian": "hungaria"}
    assert "Hungarian" in expand("hungaria")["hungaria"]


def test_an_adjective_before_another_word_is_of_its_country_and_nothing_else() -> None:
    assert expand("polish history")["polish"] == ["polandia"]
    assert expand("malaysian and dutch trade")["dutch"] == ["belanda"]
    assert {"tiongkok", "tionghoa"} <= set(expand("chinese culture")["chinese"])
    assert "memoles" in expand("silver polish")["polish"]
    assert "memoles" in expand("how to polish silver")["polish"]
    assert (
        "kalkun" in expand("turkey recipes")["turkey"]
    )  # a noun, which may be the bird or the country before another too
    assert "turki" in expand("turkey history")["turkey"]


@pytest.mark.parametrize(
    ("asked", "meant", "misleading"),
    [
        ("bikin kue", "membuat", "two-piece"),
        ("kue kering", "cookies", ""),
        ("buku gambar", "colouring book", "storybook"),
        ("river bank erosion", "bantaran sungai", "perbankan"),
        ("rangkuman sejarah", "summary", "hug"),
        ("uud 45", "undang-undang dasar 1945", ""),
        ("belajar bhs inggris", "English language", "England"),
        ("kurs", "exchange rate", ""),
    ],
)
def test_what_patrons_write_is_called_what_they_mean(asked: str, meant: str, misleading: str) -> None:
    found = [text for texts in expand(asked).values() for text in texts]
    assert meant in found
    assert misleading not in found


def test_a_name_keeps_its_other_forms_from_the_table() -> None:
    for adjective, country in (("swedish", "sweden"), ("jordanian", "jordan"), ("scottish", "scotland")):
        assert country in [text.lower() for text in expand(adjective)[adjective]]
    assert "henti" not in expand("scottish")["scottish"]
    assert expand("jordania")["jordania"][:2] == ["yordania", "Jordan"]


def test_names_that_are_the_same_in_both_languages_are_known() -> None:
    assert LEXICON.names_among(["laos", "panama", "batu", "lows"]) == {"laos", "panama"}


def test_a_name_that_only_the_other_language_translates_is_translated_by_it() -> None:
    assert first("sejarah java")["java"] == "jawa"


def test_words_that_only_lead_a_name_or_a_sentence_have_no_translation() -> None:
    assert "sang" not in expand("sang pemimpi")
    assert "ala" not in expand("masakan ala rumahan")
