"""docs/scaling.md says only what is so: its commands are understood, its rights are those that the engine uses."""

import json
import re
import shlex
from pathlib import Path
from typing import Final

import pytest

from portal.cli import parser
from portal.settings import SETTINGS
from tests.support.documented import TEXT, requests

ROOT: Final = Path(__file__).resolve().parent.parent
ENGINE: Final = sorted((ROOT / "search" / "engines" / "elastic").glob("*.py"))
COMMANDS: Final = re.findall(r"^(?:[A-Z_]+=\S+ )*(telusur [a-z].*?)(?:  |$)", TEXT, flags=re.M)

# What the engine asks of the cluster, and the privilege that lets it: Elastic's list of index and cluster privileges,
# each the narrowest that a portal (the first) or a load (the second) may have.
READING: Final = {
    "msearch": "read",
    "indices.get_mapping": "view_index_metadata",
    "indices.stats": "monitor",
    "cluster.health": "monitor of the cluster",
}
WRITING: Final = {
    "search": "read",
    "mget": "read",
    "bulk": "write",
    "index": "write",
    "delete": "write",
    "indices.create": "manage",
    "indices.delete": "manage",
    "indices.get": "manage",
    "indices.get_alias": "manage",
    "indices.put_mapping": "manage",
    "indices.update_aliases": "manage",
    "indices.refresh": "manage",
    "_forcemerge": "manage",
    "_tasks": "monitor of the cluster",
}
# `manage` lets do what these let, and more.
MANAGED: Final = {"view_index_metadata", "monitor"}


def calls() -> set[str]:
    """Names of the client's methods that the engine uses; of a request by path, what it is for."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in ENGINE)
    named = set(re.findall(r"\bclient(?:\s*\.options\([^()]*\))?\s*\.((?:\w+\.)?\w+)\(", text))
    return (named - {"options", "perform_request", "close"}) | set(re.findall(r'"/\S*?(_[a-z]+)', text))


def rights(name: str) -> set[str]:
    (body,) = (json.loads(request.body) for request in requests("rights") if name in request.body)
    (role,) = body["role_descriptors"].values()
    (indexes,) = role["indices"]
    assert indexes["names"] == ["telusur-*"]
    return {*indexes["privileges"], *(f"{privilege} of the cluster" for privilege in role["cluster"])}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shown_is_understood(command: str) -> None:
    parser().parse_args(shlex.split(command)[1:])


def test_commands_were_found() -> None:
    assert len(COMMANDS) >= 5


def test_every_setting_named_is_one() -> None:
    assert set(re.findall(r"TELUSUR_\w+", TEXT)) <= {setting.variable for setting in SETTINGS}


def test_every_file_linked_is_there() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target


def test_what_the_engine_asks_of_the_cluster_is_known() -> None:
    assert calls() <= READING.keys() | WRITING.keys()


def test_a_portal_gets_the_rights_it_uses_and_no_more() -> None:
    assert rights("telusur-portal") == set(READING.values())


def test_a_load_gets_the_rights_it_uses_and_no_more() -> None:
    assert rights("telusur-load") == (set(READING.values()) | set(WRITING.values())) - MANAGED
