"""The console script `telusur`: arguments in, exit code out (portal/commands/exit_codes.py)."""

import argparse
import errno
import importlib.util
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from portal.commands.exit_codes import DONE, STOPPED, UNAVAILABLE, WRONG_USE

# `ingest`, `search` and `portal` are common names; another distribution may own one of them.
_PACKAGES: Final = ("ingest", "search", "portal")
# What is the matter with the machine, and no mistake of ours.
_OF_THE_MACHINE: Final = frozenset(
    (errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE)
)


def main(arguments: Sequence[str] | None = None) -> int:
    problem = packages_problem()
    if problem:
        print(problem, file=sys.stderr)
        return UNAVAILABLE
    parsed = _parsed(arguments)
    _write_any_letter(as_json=getattr(parsed, "json", False))
    # Imported after the check, since these are the packages it is about; and not to say how a command is written.
    from ingest.collecting import collecting_rarely

    # To look for garbage would be a sixth of the time of a search at a desk, nearly all of it over what is imported.
    with collecting_rarely():
        return _done(parsed)


def _done(parsed: argparse.Namespace) -> int:
    from portal.commands.load_error import LoadError
    from portal.commands.table import run
    from portal.ils.errors import IlsError
    from portal.settings import SettingsError, misspelt
    from portal.store.errors import BackupMisused, StoreError
    from search.errors import QueryRefused, SearchError

    for sentence in misspelt():
        print(f"telusur: {sentence}", file=sys.stderr)
    try:
        code = run(parsed)
        if sys.stdout is not None:
            sys.stdout.flush()  # at the end of the interpreter it would be too late to tell what is wrong
        return code
    except (SettingsError, QueryRefused, BackupMisused) as error:
        print(f"telusur: {error}", file=sys.stderr)
        return WRONG_USE
    except (SearchError, LoadError, StoreError, IlsError) as error:
        print(f"telusur: {error}", file=sys.stderr)
        return UNAVAILABLE
    except KeyboardInterrupt as error:
        print(f"telusur: stopped. {error}".rstrip(), file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # `telusur search … | head`
        _write_no_more()
        sys.stderr.close()
        return DONE
    except OSError as error:
        if error.errno not in _OF_THE_MACHINE:
            raise
        _write_no_more()
        where = f" ({error.filename})" if error.filename else ""
        print(
            f"telusur: {error.strerror}{where}. Make room on the disk, or see to the rights of whoever runs this, and run "
            "the command again.",
            file=sys.stderr,
        )
        return UNAVAILABLE


def _write_any_letter(*, as_json: bool) -> None:
    """A terminal or a machine may be set to letters that lack some of a title's: those are told by their numbers.

    JSON is UTF-8 everywhere (RFC 8259, 8.1).
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8" if as_json else None, errors="backslashreplace")


def _write_no_more() -> None:
    """What still waits to be written goes nowhere, or the interpreter would try once more and say so."""
    if sys.stdout is None:  # it was closed from the start
        return
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """argparse takes the paths before the first option for all there are."""
    root = parser()
    parsed, rest = root.parse_known_args(arguments)
    if rest and (parsed.command != "ingest" or any(argument.startswith("-") for argument in rest)):
        root.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        parsed.paths = [*parsed.paths, *rest]
    return parsed


def packages_problem() -> str:
    """One sentence when the three packages do not lie in one place, "" when they do."""
    places = {}
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        places[name] = Path(spec.origin).resolve().parent.parent if spec and spec.origin else None
    if len(set(places.values())) == 1 and None not in places.values():
        return ""
    listed = ", ".join(f"{name} from {place or 'nowhere'}" for name, place in places.items())
    return (
        f"telusur: its packages come from different places ({listed}): another distribution uses one of these "
        "names. Install Telusur in an environment of its own (python -m venv)."
    )


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="telusur",
        description="Search a library's records and e-books, in Indonesian and English.",
        epilog="Settings come from TELUSUR_* variables or telusur.toml; `telusur check` shows them.",
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="load the sample records and e-books and open the portal")
    demo.add_argument("--host", help="address to listen on (TELUSUR_HOST)")
    demo.add_argument("--port", type=_port, help="port to listen on (TELUSUR_PORT)")
    demo.add_argument("--no-embed", action="store_true", help="load without vectors: search by words only")
    demo.add_argument("--load-only", action="store_true", help="load the samples and stop, without opening the portal")

    _add_ingest(commands.add_parser("ingest", help="load records and e-books into the index", epilog=_INGEST_EPILOG))

    search = commands.add_parser("search", help="search the index", epilog=_SEARCH_EPILOG)
    search.add_argument(
        "query",
        help='words; "a phrase", judul:laut, bahasa:inggris, -unwanted, laut OR danau, perpusta*; '
        'or plain language: "buku anak tentang gempa setelah 2015"',
    )
    search.add_argument("--mode", choices=("hybrid", "keyword", "semantic"), default="hybrid")
    search.add_argument("--filter", action="append", default=[], type=_filter, metavar="FIELD=VALUE", dest="filters")
    search.add_argument(
        "--sort", default="relevance", help="relevance, newest, oldest, title, author, call_number, added"
    )
    search.add_argument("--page", type=_positive, default=1, metavar="N")
    search.add_argument("--size", type=_positive, default=20, metavar="N", help="hits a page, 100 at most (default 20)")
    search.add_argument("--exact", action="store_true", help="as it is typed, in no other spelling")
    search.add_argument(
        "--plain-words", action="store_true", help="search for every word: read no filters from plain language"
    )
    search.add_argument(
        "--explain", action="store_true", help="print what words and meaning gave to each hit (--json always does)"
    )
    search.add_argument("--json", action="store_true", help="the answer of /api/v1/search")

    show = commands.add_parser("show", help="show one record")
    show.add_argument("id", metavar="ID")
    form = show.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the indexed document")
    form.add_argument("--marc", action="store_true", help="the record as it came (readable on a terminal)")

    serve = commands.add_parser("portal", help="serve the portal")
    serve.add_argument("--host", help="address to listen on (TELUSUR_HOST)")
    serve.add_argument("--port", type=_port, help="port to listen on (TELUSUR_PORT)")

    _add_staff(commands.add_parser("staff", help="say who works here", epilog=_STAFF_EPILOG))

    check = commands.add_parser("check", help="show settings, index, model, accounts and what is wrong with them")
    check.add_argument("--tidy", action="store_true", help="remove files of e-books that no title has any more")

    _add_housekeeping(
        commands.add_parser("housekeeping", help="run the jobs that the portal runs by itself: expiry, letters")
    )
    _add_db(commands.add_parser("db", help="upgrade, check, back up and restore the database of patrons"))

    _add_circulation(commands.add_parser("circulation", help="copies and licences that are lent; imports"))

    _add_evaluate(commands.add_parser("evaluate", help="measure ranking on judged queries in BEIR's file formats"))
    return root


_SEARCH_EPILOG: Final = (
    "Where nothing is found, near spellings are tried and told. Words are also looked for in the other language. A "
    "--filter takes the place of what the query says of the same field. To a question, sentences of e-books that answer "
    "it come first."
)
_INGEST_EPILOG: Final = (
    "Records: MARC 21, MARCXML, MARC-in-JSON, MARCMaker, ALEPH sequential, and tables (CSV, XLSX) of SLiMS and "
    "INLISLite. E-books: PDF. Plain, gzipped or in zip archives. `telusur ingest oai URL` harvests a repository."
)


def _add_ingest(ingest: argparse.ArgumentParser) -> None:
    ingest.add_argument(
        "paths", nargs="*", metavar="PATH", help="file or folder; or `oai` and the repository's address"
    )
    ingest.add_argument("--source", type=_source, help="name of the catalogue; ids begin with it (TELUSUR_SOURCE)")
    ingest.add_argument("--report", type=Path, metavar="FILE", help="write the report with every refusal as JSON")
    ingest.add_argument(
        "--refused",
        type=Path,
        metavar="FOLDER",
        help="write refused records into files to be mended and loaded again, in place of those of an earlier load",
    )
    ingest.add_argument(
        "--workers",
        type=_positive,
        default=1,
        metavar="N",
        help="processes, this one among them, that read and map records; so many share the pages of an e-book (default 1)",
    )
    ingest.add_argument("--no-embed", action="store_true", help="make no vectors: faster, search by words only")
    ingest.add_argument(
        "--rebuild", action="store_true", help="make a new index of just these paths; the old one serves until then"
    )
    ingest.add_argument("--check", action="store_true", help="read and map everything and report; keep nothing")
    ingest.add_argument(
        "--watch",
        type=Path,
        metavar="FOLDER",
        help="load what is dropped into a folder, until Ctrl-C; reports are in FOLDER/reports",
    )
    ingest.add_argument(
        "--columns", type=Path, metavar="FILE", help="how the columns of tables become MARC fields: a file, or slims"
    )
    ingest.add_argument(
        "--remove-missing",
        action="store_true",
        help="take e-books out of the catalogue whose files are gone from the folders named (without it, they are told)",
    )
    ingest.add_argument("--ocr", action="store_true", help="read scanned pages of e-books (needs ocrmypdf; slow)")
    ingest.add_argument("--set", default="", metavar="S", help="harvest: this set only")
    ingest.add_argument(
        "--prefix", choices=("marcxml", "oai_dc"), default="marcxml", help="harvest: form of the records (marcxml)"
    )
    ingest.add_argument(
        "--from", default="", dest="from_date", metavar="DATE", help="harvest: changed since, instead of the last time"
    )


def _add_circulation(circulation: argparse.ArgumentParser) -> None:
    what = circulation.add_subparsers(dest="what", required=True, metavar="WHAT")
    items = what.add_parser(
        "items", help="take the copies of changed titles from the catalogue; every load does it too"
    )
    items.add_argument("--all", action="store_true", help="of all titles, whether they changed or not")
    load = what.add_parser("import", help="read a table (CSV, XLSX) of SLiMS or INLISLite, or any other")
    load.add_argument("kind", choices=("patrons", "items", "loans", "rules"), help="what the table is about")
    load.add_argument("file", type=Path, metavar="FILE")
    load.add_argument(
        "--columns", default="", metavar="FILE", help="what its columns tell: slims, inlislite, or a file of one's own"
    )
    load.add_argument("--check", action="store_true", help="read everything and report; keep nothing")
    load.add_argument("--report", type=Path, metavar="FILE", help="write the report with every refusal as JSON")
    load.add_argument(
        "--create",
        action="store_true",
        help="make the categories and branches that the table names and nobody made yet",
    )
    load.add_argument("--branch", default="", metavar="CODE", help="the branch of rows that name none")
    load.add_argument("--only-new", action="store_true", help="leave what is there already as it is")
    load.add_argument("--source", type=_source, help="name of the catalogue the records belong to (TELUSUR_SOURCE)")
    licence = what.add_parser("licence", help="let so many patrons at once read an e-book that its record closes")
    licence.add_argument("id", metavar="ID")
    licence.add_argument("--copies", type=int, required=True, metavar="N", help="how many at once; 0 for none any more")
    licence.add_argument("--hours", type=int, required=True, metavar="H", help="how long each may read")


def _add_evaluate(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument(
        "--corpus", type=Path, metavar="C.jsonl", help="judged texts; without it, the index of TELUSUR_DATA is searched"
    )
    evaluate.add_argument("--queries", type=Path, required=True, metavar="Q.jsonl")
    evaluate.add_argument("--qrels", type=Path, required=True, metavar="R.tsv")
    evaluate.add_argument(
        "--mode",
        action="append",
        choices=("hybrid", "keyword", "semantic"),
        dest="modes",
        help="may be repeated; every two modes are compared (default: all three)",
    )
    evaluate.add_argument(
        "--per-query", action="store_true", help="print each query's figures too (--json always does)"
    )
    evaluate.add_argument(
        "--plain-language", action="store_true", help="read filters from the queries first, as the portal does"
    )
    evaluate.add_argument("--json", action="store_true")


_STAFF_EPILOG: Final = (
    "The first admin is made so. A PIN is asked for on the terminal, or read from the first line of the standard input; "
    "it is never an argument, which other users of the machine could see."
)


def _add_staff(staff: argparse.ArgumentParser) -> None:
    deeds = staff.add_subparsers(dest="deed", required=True, metavar="DEED")
    add = deeds.add_parser("add", help="give somebody a role")
    add.add_argument("--card", required=True, metavar="NUMBER", help="number of the card to sign in with")
    add.add_argument("--name", default="", help="name of somebody who has no card here yet")
    add.add_argument("--role", required=True, choices=("librarian", "admin"))
    add.add_argument("--branch", default="", metavar="CODE", help="branch, where there are several")
    add.add_argument(
        "--oidc",
        default="",
        metavar="SUBJECT",
        help="sign in by the provider of TELUSUR_OIDC_URL, as this subject (sub)",
    )
    deeds.add_parser("list", help="show everybody who has a role")
    revoke = deeds.add_parser("revoke", help="take somebody's role away")
    revoke.add_argument("--card", required=True, metavar="NUMBER")


def _add_housekeeping(housekeeping: argparse.ArgumentParser) -> None:
    how = housekeeping.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="run what is due now, and stop")
    how.add_argument(
        "--confirm-clock", action="store_true", help="the clock is right: let jobs go on that waited for it"
    )


def _add_db(db: argparse.ArgumentParser) -> None:
    actions = db.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("upgrade", help="bring the database to this version, after a backup")
    actions.add_parser("check", help="tell what the database holds and whether it is whole")
    backup = actions.add_parser("backup", help="write a backup while the portal runs")
    backup.add_argument("folder", type=Path, metavar="TO", help="a new folder")
    restore = actions.add_parser("restore", help="make the database what it was in a backup; stop the portal first")
    restore.add_argument("folder", type=Path, metavar="FROM", help="the folder of a backup")
    restore.add_argument("--force", action="store_true", help="also where the database is not empty")


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port")
    return int(text)


def _source(text: str) -> str:
    from portal.settings import is_source_name

    if not is_source_name(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a source name: use letters, digits, - and _")
    return text


def _filter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=VALUE, for example language=ind")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
