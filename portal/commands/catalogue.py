"""`telusur demo`, `search`, `show`, `portal` and `check`."""

import json
import socket
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version

import marc_samples
from ingest.identity import id_of
from ingest.jobs import IngestJob
from ingest.readers import ocr
from ingest.readers.display import marc_lines
from ingest.works import member
from portal.answers import search_answer
from portal.bootstrap import Services, demo_settings, open_job_embedder, open_lending, open_services
from portal.commands import circulating, loading, store
from portal.commands.console import printable, report_text
from portal.commands.exit_codes import DONE, STOPPED, UNAVAILABLE, WRONG_USE
from portal.i18n import Messages, messages
from portal.presenters.copies import copies
from portal.presenters.wording import page_label, reading_field, reading_value, reason_sentence, way_label
from portal.services.demonstration.filling import FILES as DEMO_FILES
from portal.settings import SETTINGS, Settings, read_settings
from search.document import Document, DocumentId, to_json
from search.embedding import Embedder
from search.errors import EmbedderMissing, SearchError
from search.opening import open_embedder, open_engine
from search.query import Filter, known_filters
from search.reading.interpretation import EVERYTHING
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


def demo(arguments: Namespace) -> int:
    settings = _listening(demo_settings(read_settings()), arguments)
    embedder = _demo_embedder(settings, embed=not arguments.no_embed)
    print("Loading the sample records and e-books; some are damaged on purpose and will be refused …", file=sys.stderr)
    paths = (marc_samples.SAMPLES, DEMO_FILES)
    report = loading.load(settings, IngestJob(paths, circulating.DEMO_SOURCE, embedder))
    print(report_text(report))
    if report.stopped:
        return STOPPED
    if settings.accounts.ils.name == circulating.LOCAL:
        print("\n".join(circulating.fill_demonstration(settings)), flush=True)
    if arguments.load_only:
        return DONE
    return _serve(open_services(settings))


def _demo_embedder(settings: Settings, *, embed: bool) -> Embedder | None:
    """The demonstration goes on by words where semantic search is not installed, and says so."""
    try:
        return open_job_embedder(settings, embed=embed)
    except EmbedderMissing as error:
        print(f"{error} The demonstration goes on with words only.", file=sys.stderr)
        return None


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
    if arguments.json:
        print(json.dumps(search_answer(page, found, "en"), ensure_ascii=False))
        return DONE
    words = messages("en")
    if page.mode != arguments.mode:
        print(services.embedder_problem or "The index has no vectors: searched by words only.", file=sys.stderr)
    for line in _understood(page, found, words):
        print(printable(line))
    for line in _answers(page, words):
        print(printable(line))
    print(f"{page.total:,} results in {page.took_ms:.0f} ms ({page.mode})")
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


def _understood(page: ResultPage, found: Understanding, t: Messages) -> Iterator[str]:
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


def portal(arguments: Namespace) -> int:
    return _serve(open_services(_listening(read_settings(), arguments)))


def _listening(settings: Settings, arguments: Namespace) -> Settings:
    port = settings.port if arguments.port is None else arguments.port
    return replace(settings, host=arguments.host or settings.host, port=port)


def _serve(services: Services) -> int:
    # Imported here: the web framework takes a second that no other command needs.
    from portal.server import serve

    if services.embedder_problem:
        print(f"{services.embedder_problem} The portal searches by words only.", file=sys.stderr)
    settings = services.settings
    problem = _port_problem(settings.host, settings.port)
    if problem:
        print(f"telusur: {problem}", file=sys.stderr)
        return UNAVAILABLE
    accounts = open_lending(settings, services.engine)
    print(f"The portal is at http://{settings.host}:{settings.port}/ (Ctrl-C ends it).", file=sys.stderr)
    return serve(services, accounts=accounts)


def _port_problem(host: str, port: int) -> str:
    """Why nothing can listen there, "" when it can; asked before the server starts, which would only log it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return f"The portal cannot listen on {host}, port {port}: {error.strerror}. Choose another with --port."
    return ""


def check(_: Namespace) -> int:
    settings = read_settings()
    print(f"telusur {version('telusur')}")
    for setting in SETTINGS:
        value = setting.shown(settings.values[setting.variable])
        print(f"  {setting.variable}={value}  [{settings.sources[setting.variable]}]  {setting.meaning}")
    failed = False
    try:
        engine = open_engine(settings.search)
        info = engine.info()
        vectors = (
            f"{info.passages:,} vectors of {info.embedder}" if info.embedder else "no vectors: search by words only"
        )
        print(
            f"index: {info.documents:,} records, {info.pages:,} e-book pages, {vectors}; "
            f"{info.size_bytes / 1e6:,.1f} MB, generation {info.generation}, schema {info.schema_version}"
        )
        damaged = engine.damaged()
        if damaged:
            failed = True
            print(
                f"index: damaged: {', '.join(damaged)}. What cannot be mended is made anew: telusur ingest --rebuild PATH"
            )
    except SearchError as error:
        failed = True
        print(f"index: {error}")
    try:
        embedder = open_embedder(settings.search)
        print(
            f"model: {f'{embedder.name}, {embedder.dimensions} dimensions' if embedder else 'none: search by words only'}"
        )
    except EmbedderMissing as error:
        failed = True
        print(f"model: {error}")
    for line, is_well in store.account_lines(settings):
        failed = failed or not is_well
        print(line)
    lacking = ocr.missing()
    print(f"scanned pages: {f'{lacking}; wanted only for --ocr' if lacking else 'can be read with --ocr'}")
    return UNAVAILABLE if failed else DONE
