"""`telusur search` and `telusur show`, which bring in no more than they need: who searches at a desk waits for them."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace

from ingest.identity import id_of
from ingest.readers.display import marc_lines
from ingest.works import member
from portal.answers import search_answer
from portal.bootstrap import open_services
from portal.commands.exit_codes import DONE, UNAVAILABLE, WRONG_USE
from portal.commands.terminal import printable
from portal.i18n import Messages, messages
from portal.presenters.copies import copies
from portal.presenters.wording import page_label, reading_field, reading_value, reason_sentence, way_label
from search.document import Document, DocumentId, to_json
from search.query import Filter, known_filters
from search.reading.interpretation import EVERYTHING
from search.reading.services import service
from search.results import ResultPage, Scores
from search.schema import BY_NAME, SORTS
from search.understanding import Understanding, understand

MAX_SIZE = 100
# Fields that `show` leaves out: what only the catalogue itself uses, and what stands in its lines on copies and relations.
_NOT_SHOWN = frozenset(
    (
        "title",
        "contributor",
        "work",
        "record_id",
        "linked_file",
        "ebook_file",
        "subject_uri",
        "barcode",
        "related_title",
    )
)


def search(arguments: Namespace) -> int:
    asked = [Filter(name, (value,)) for name, value in arguments.filters]
    unusable = [chosen for chosen in asked if not known_filters([chosen])]
    if unusable:
        filterable = ", ".join(field.name for field in BY_NAME.values() if field.filterable)
        listed = ", ".join(f"{chosen.field}={chosen.values[0]}" for chosen in unusable)
        print(
            f"telusur: cannot filter by {listed}; fields are {filterable}; a year is 2014 or 2010..2019",
            file=sys.stderr,
        )
        return WRONG_USE
    if arguments.sort != "relevance" and arguments.sort not in SORTS:
        print(f"telusur: no sort {arguments.sort!r}; use relevance, {', '.join(SORTS)}", file=sys.stderr)
        return WRONG_USE
    if arguments.size > MAX_SIZE:
        print(f"telusur: --size is {MAX_SIZE} at most", file=sys.stderr)
        return WRONG_USE
    services = open_services(words_only=arguments.mode == "keyword")
    as_words = frozenset((EVERYTHING,) if arguments.plain_words else ())
    found = understand(arguments.query, asked, arguments.sort, services.today(), as_words=as_words)
    page = services.discovery.search(found.query, arguments.mode, arguments.page, arguments.size, exact=arguments.exact)
    found = found.as_searched(page.query)
    if arguments.json:
        print(json.dumps(search_answer(page, found, "en", library=services.library_name), ensure_ascii=False))
        return DONE
    words = messages("en")
    if page.mode != arguments.mode:
        print(services.embedder_problem or "The index has no vectors: searched by words only.", file=sys.stderr)
    for line in _understood(page, found, services.library_name, words):
        print(printable(line))
    for line in _answers(page, words):
        print(printable(line))
    print(f"{page.total:,} result{'s' * (page.total != 1)} in {page.took_ms:.0f} ms ({page.mode})")
    for way in page.ways:
        print(printable(f"  {way_label(way, words)}"))
    if page.total and not page.hits:
        print(f"There is no page {page.page}; the last one is {-(-page.total // page.size)}.")
    for number, hit in enumerate(page.hits, start=(page.page - 1) * page.size + 1):
        document = hit.document
        about = " · ".join(
            str(part) for part in (document.first("contributor"), document.year, document.first("format")) if part
        )
        print(f"{number:4}. {printable(document.title)}\n      {printable(about)}\n      {document.id}")
        print(f"      {printable(reason_sentence(hit, words))}")
        if arguments.explain:
            print(f"      {_scores(hit.scores)}")
        for inside in hit.pages:
            print(f"      p. {inside.label or inside.page}: {printable(' '.join(inside.snippet.text.split()))}")
    return DONE


def _understood(page: ResultPage, found: Understanding, library: str, t: Messages) -> Iterator[str]:
    """What the search engine made of the text, in sentences."""
    if found.words != found.query.text:
        readings = "".join(f" {reading_field(one, t)}: {reading_value(one, t)}." for one in found.readings)
        yield f"Understood:{readings} Searched for: {found.subject or 'everything'} (--plain-words takes every word as it is)."
    if page.typed is not None:
        yield f"Showing results for {page.query.text}; --exact searches for {found.words}."
    if page.meant is not None:
        yield f"Did you mean: {page.meant.text}"
    if page.also:
        yield f"Also searched for: {', '.join(page.also)}"
    if asked := service(found.query.text, library, [hit.document.title for hit in page.hits]):
        yield f"{t('service.told')} ({asked})"
    yield from (t(f"notice.{notice}") for notice in page.notices if notice != "keyword_only")


def _answers(page: ResultPage, t: Messages) -> Iterator[str]:
    """What e-books say to a question, in their words."""
    if page.answers:
        yield t("answers.heading")
    for answer in page.answers:
        yield f"  “{answer.text.text}”"
        yield f"      {t('answers.page', title=answer.document.title, page=page_label(answer.page, answer.label, t))}"
        yield f"      {answer.document.id}"


def _scores(scores: Scores) -> str:
    """What each part gave, and the score that results are sorted by."""
    words = "none" if scores.words is None else f"{scores.words:.3f} (share {scores.words_share:.3f})"
    meaning = "none" if scores.cosine is None else f"cosine {scores.cosine:.3f}"
    return f"score {scores.fused:.3f} · words {words} · meaning {meaning}"


def show(arguments: Namespace) -> int:
    services = open_services(words_only=True)
    # A number without its source is most likely of this library's own.
    for id in (DocumentId(arguments.id), id_of(services.settings.source, arguments.id)):
        document = services.discovery.document(id)
        if document is not None:
            break
    else:
        print(f"telusur: no record {arguments.id!r} in the index; `telusur search` shows ids.", file=sys.stderr)
        return UNAVAILABLE
    if arguments.marc:
        raw = (member(document, id) or document).raw
        if raw is None or not raw.data:
            print(f"telusur: {id} was made from a PDF; it has no MARC record.", file=sys.stderr)
            return UNAVAILABLE
        if sys.stdout.isatty():
            for line in marc_lines(raw):
                subfields = " ".join(f"${code} {value}" for code, value in line.subfields)
                print(printable(f"{line.tag} {line.indicators.replace(' ', '_')} {line.value}{subfields}"))
        else:
            sys.stdout.buffer.write(raw.data)
    elif arguments.json:
        print(to_json(_without_raw(document)))
    else:
        for text in _description(document):
            print(printable(text))
    return DONE


def _description(document: Document) -> Iterator[str]:
    yield document.title
    for contributor in document.contributors:
        yield f"  contributor: {contributor.name} {', '.join(contributor.roles)}".rstrip()
    for name, values in document.fields.items():
        if name not in _NOT_SHOWN:
            yield f"  {name}: {'; '.join(values)}"
    for original in dict.fromkeys((original.field, original.text) for original in document.vernacular):
        yield f"  original script ({original[0]}): {original[1]}"
    for related in document.related:
        known = (related.name, related.title, related.part, related.issn, related.isbn, *related.control_numbers)
        yield f"  related ({related.kind}): {' · '.join(filter(None, (*known, related.note)))}"
    for copy in copies(document, messages("en")):
        known = (copy.source, copy.location, copy.call_number, copy.number, copy.barcode, copy.status, copy.note)
        yield f"  copy: {' · '.join(filter(None, known))}"
    for link in document.links:
        yield f"  link ({link.kind}): {link.url}"


def _without_raw(document: Document) -> Document:
    return replace(document, raw=None, members=tuple(replace(found, raw=None) for found in document.members))
