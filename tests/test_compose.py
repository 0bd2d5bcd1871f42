"""compose.yaml and the Dockerfile, as far as they can be tried without a container engine."""

import http.server
import json
import re
import shlex
import subprocess
import sys
import threading
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from portal.cli import parser
from portal.settings import SETTINGS, Settings, read_settings
from tests.support.elasticsearch.jars import locked_jars
from tests.support.elasticsearch.node import FAST_START, start_node

ROOT: Final = Path(__file__).resolve().parent.parent
TEXT: Final = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: Final[dict[str, Any]] = yaml.safe_load(TEXT)
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
IGNORED: Final = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

# ${NAME:-default}, ${NAME-default}, ${NAME:?what to do}
_VARIABLE: Final = re.compile(r"\$\{(\w+)(:?[-?])([^}]*)\}")
# What the file's head has the librarian write into .env.
LETTERS: Final = "letters"
WRITTEN: Final = dict.fromkeys(("TELUSUR_ENGINE_PASSWORD", "POSTGRES_PASSWORD"), LETTERS)
_GIGABYTES: Final = re.compile(r"-Xmx(\d+)g")


def filled(text: str, **given: str) -> str:
    """A value as Compose fills it in, `given` standing in .env."""

    def value(found: re.Match[str]) -> str:
        name, sign, default = found.groups()
        if name in given and (given[name] or not sign.startswith(":")):
            return given[name]
        assert sign.endswith("-"), f"{name} is missing: {default}"
        return default

    return _VARIABLE.sub(value, text)


def environment(service: str, **given: str) -> dict[str, str]:
    """What a container finds in its environment. A name without a value is there only if .env has it."""
    written = SERVICES[service]["environment"]
    found = {name: given.get(name) if value is None else filled(value, **given) for name, value in written.items()}
    return {name: value for name, value in found.items() if value is not None}


def settings(**given: str) -> Settings:
    return read_settings(environment("portal", **WRITTEN, **given), ROOT / "no-such.toml")


def instructions(name: str) -> list[str]:
    """What follows each instruction of this name in the Dockerfile."""
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, flags=re.M)


# --- what runs ---


def test_elasticsearch_is_the_version_the_tests_run() -> None:
    (tested,) = (jar.version for jar in locked_jars() if jar.artifact == "elasticsearch")
    assert SERVICES["elasticsearch"]["image"] == f"elasticsearch:{tested}"


def test_no_image_is_whatever_is_newest() -> None:
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    bases = [line.split()[0] for line in instructions("FROM")]
    assert images
    assert bases
    for image in images + bases:
        assert re.fullmatch(r"[a-z]+:\d[\w.-]*", image), image


def test_both_stages_have_the_same_python() -> None:
    assert len({line.split()[0] for line in instructions("FROM")}) == 1


def test_the_portal_runs_a_command_of_ours() -> None:
    ((program,), default) = (json.loads(instructions(name)[0]) for name in ("ENTRYPOINT", "CMD"))
    assert program == "telusur"
    assert SERVICES["portal"]["command"] == default
    parser().parse_args(default)


@pytest.mark.parametrize("command", re.findall(r"docker compose run --rm portal (.+?)(?:  |$)", TEXT, flags=re.M))
def test_every_command_shown_is_understood(command: str) -> None:
    parser().parse_args(shlex.split(command))


# --- settings ---


def test_every_setting_named_is_one() -> None:
    known = {setting.variable for setting in SETTINGS}
    assert set(re.findall(r"TELUSUR_\w+", TEXT + DOCKERFILE)) <= known


def test_the_portal_is_told_of_this_elasticsearch() -> None:
    told = settings()
    server = told.search.server
    assert server is not None
    assert server.urls == ("http://elasticsearch:9200",)
    assert (server.user, server.password) == ("elastic", LETTERS)
    assert environment("elasticsearch", **WRITTEN)["ELASTIC_PASSWORD"] == LETTERS
    assert "inside" in SERVICES["portal"]["networks"]
    assert SERVICES["elasticsearch"]["networks"] == ["inside"]


def test_the_portal_listens_where_its_port_leads() -> None:
    told = settings(TELUSUR_PORT="80", TELUSUR_HOST="127.0.0.1")  # those of the host
    assert (told.host, told.port) == ("0.0.0.0", 8501)  # noqa: S104 - inside a container
    (published,) = SERVICES["portal"]["ports"]
    assert filled(published, TELUSUR_PORT="80").endswith(":80:8501")


def test_settings_of_the_librarian_reach_the_portal() -> None:
    assert settings().model == ""
    assert settings(TELUSUR_MODEL="none").model == "none"
    assert settings(TELUSUR_LIBRARY="Perpustakaan Uji").library == "Perpustakaan Uji"
    assert settings().library == read_settings({}, ROOT / "no-such.toml").library


@pytest.mark.parametrize("variable", ["TELUSUR_ENGINE_PASSWORD", "POSTGRES_PASSWORD"])
def test_a_forgotten_password_is_told(variable: str) -> None:
    uses = [sign for name, sign, _ in _VARIABLE.findall(TEXT) if name == variable]
    assert uses
    assert set(uses) == {":?"}


def test_no_password_is_written_down() -> None:
    secrets = [setting.variable for setting in SETTINGS if setting.secret]
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            if name in secrets or "PASSWORD" in name:
                assert value is None or re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name
    assert not [name for name in secrets if name in DOCKERFILE]


def test_elasticsearch_takes_its_settings(elasticsearch_installed: None, tmp_path: Path) -> None:
    given = environment("elasticsearch", **WRITTEN)
    # The tests' node is the server alone, without the modules that hold users, passwords and TLS.
    own = {name: value for name, value in given.items() if "." in name and not name.startswith("xpack.")}
    assert own.pop("path.repo") == SERVICES["elasticsearch"]["volumes"][1].split(":")[1]
    start_node(tmp_path, heap="256m", settings=own, java_options=FAST_START).stop()


def test_the_heap_leaves_half_of_the_memory() -> None:
    elasticsearch = SERVICES["elasticsearch"]
    (heap,) = _GIGABYTES.findall(elasticsearch["environment"]["ES_JAVA_OPTS"])
    assert elasticsearch["mem_limit"] == f"{2 * int(heap)}g"


# --- safety ---


def test_only_the_portal_is_reached_and_only_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["portal"]
    assert [filled(port) for port in published["portal"]] == ["127.0.0.1:8501:8501"]
    assert COMPOSE["networks"]["inside"]["internal"]
    assert not [name for name, service in SERVICES.items() if "network_mode" in service]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_and_held(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert service["restart"] == "unless-stopped"
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    if name != "elasticsearch":  # which writes its keystore beside its settings
        assert service["read_only"]


def test_the_portal_waits_until_elasticsearch_answers() -> None:
    assert SERVICES["portal"]["depends_on"]["elasticsearch"]["condition"] == "service_healthy"


def test_the_portal_is_not_root() -> None:
    user = instructions("USER")[-1]
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)
    assert f"-o {user.split(':')[0]} " in DOCKERFILE


def test_every_named_volume_is_declared_and_used() -> None:
    sources = [volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]]
    assert {source for source in sources if not source.startswith("./")} == set(COMPOSE["volumes"])
    assert f"ebooks:{settings().data}" in SERVICES["portal"]["volumes"]


def test_the_health_check_of_the_portal_tells_well_from_ill() -> None:
    _, program, *arguments = SERVICES["portal"]["healthcheck"]["test"]
    assert program == "python"
    (path,) = re.findall(r"http://127\.0\.0\.1:8501(/\w+)", arguments[-1])
    assert path == "/health"
    statuses = iter([200, 503])

    class Health(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(next(statuses) if self.path == path else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Health) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = [argument.replace("8501", str(server.server_port)) for argument in arguments]
        codes = [subprocess.run([sys.executable, *here], capture_output=True, check=False).returncode for _ in range(2)]
        server.shutdown()
    assert codes == [0, 1]


# --- the image ---


def test_what_the_image_copies_is_there_and_let_in() -> None:
    sources = [part for line in instructions("COPY") if "--from" not in line for part in line.split()[:-1]]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in IGNORED
    assert IGNORED[1] == "*"


def test_the_image_holds_all_packages_and_the_extra_for_elasticsearch() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    copied = " ".join(instructions("COPY")).split()
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= set(copied)
    extras = project["project"]["optional-dependencies"]
    (extra,) = instructions("ARG")
    assert extra.removeprefix("EXTRAS=") in extras
    for named in re.findall(r"EXTRAS=([\w,]+)", TEXT + DOCKERFILE):
        assert set(named.split(",")) <= set(extras), named
