"""openapi.yaml as a judge of questions and answers."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import yaml
from jsonschema import Draft202012Validator, FormatChecker

FILE = Path(__file__).with_name("openapi.yaml")
OURS = frozenset(("authorization", "accept", "accept-encoding", "content-type", "content-length"))
USUAL = OURS | {"host", "user-agent", "connection"}
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
formats = FormatChecker(("date",))


def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or _RFC3339.fullmatch(value) is not None


formats.checks("date-time")(_is_moment)


@dataclass(frozen=True)
class Operation:
    """An operation of the description, and the ids in the path that was asked for."""

    id: str
    path: str
    ids: Mapping[str, int]
    permissions: tuple[str, ...]
    said: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Asked:
    """A question as it came. body: of JSON or a form."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    text: bytes


class Description:
    def __init__(self) -> None:
        self._all = yaml.safe_load(FILE.read_text(encoding="utf-8"))

    def permissions(self) -> set[str]:
        """All that any operation asks for, by the modules and permissions of Koha."""
        operations = [said for path in self._all["paths"].values() for said in path.values() if isinstance(said, dict)]
        return {name for operation in operations for name in operation.get("x-permissions", ())}

    def operation(self, asked: Asked) -> Operation | None:
        for path, said in self._all["paths"].items():
            found = re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[1-9]\\d*)", re.escape(path)), asked.path)
            if found is None or asked.method.lower() not in said:
                continue
            operation = said[asked.method.lower()]
            parameters = [*said.get("parameters", ()), *operation.get("parameters", ())]
            return Operation(
                operation["operationId"],
                path,
                {name: int(value) for name, value in found.groupdict().items()},
                tuple(operation.get("x-permissions", ())),
                operation,
                tuple(self._resolved(parameter) for parameter in parameters),
            )
        return None

    def faults_of_question(self, operation: Operation, asked: Asked) -> Iterator[str]:
        """What is wrong with a question. Nothing that is not described is passed over."""
        yield from self._faults_of_query(operation, asked)
        yield from self._faults_of_headers(operation, asked)
        said = operation.said.get("requestBody")
        if said is None:
            if asked.text:
                yield "a body where none is described"
            return
        if not asked.text:
            if said.get("required"):
                yield "no body"
            return
        ((kind, content),) = said["content"].items()
        if asked.headers.get("content-type", "").partition(";")[0] != kind:
            yield f"a body that is no {kind}"
            return
        yield from self._faults(content["schema"], body_of(asked))

    def faults_of_answer(self, operation: Operation, status: int, body: Any) -> Iterator[str]:
        said = self._resolved(operation.said["responses"].get(str(status), {}))
        if not said:
            yield f"status {status} is not described"
        elif "content" in said:
            yield from self._faults(said["content"]["application/json"]["schema"], body)
        elif body is not None:
            yield f"a body with status {status}"

    def _faults_of_query(self, operation: Operation, asked: Asked) -> Iterator[str]:
        known = {each["name"]: each for each in operation.parameters if each["in"] == "query"}
        given = parse_qsl(asked.query, keep_blank_values=True)
        for name, value in given:
            if name not in known:
                yield f"unknown parameter {name}"
            else:
                yield from self._faults(known[name]["schema"], typed(known[name]["schema"], value))
        names = [name for name, _ in given]
        yield from (f"{name} twice" for name in set(names) if names.count(name) > 1)
        yield from (f"no {name}" for name, each in known.items() if each.get("required") and name not in names)
        if "q" in names:
            yield from self._faults_of_search(operation, dict(given)["q"])

    def _faults_of_search(self, operation: Operation, text: str) -> Iterator[str]:
        answer = self._resolved(operation.said["responses"]["200"])
        fields = self._resolved(answer["content"]["application/json"]["schema"]["items"])["properties"]
        try:
            wanted = json.loads(text)
        except ValueError:
            wanted = None
        if not isinstance(wanted, dict):
            yield "q is no object of JSON"
            return
        for name, values in wanted.items():
            if name not in fields:
                yield f"q asks for {name}, which is no field"
            else:
                # An item_id is a number, though a hold tells it as text.
                schema = {"type": "integer"} if name == "item_id" else fields[name]
                for value in values if isinstance(values, list) else [values]:
                    yield from self._faults(schema, value)

    def _faults_of_headers(self, operation: Operation, asked: Asked) -> Iterator[str]:
        known = {each["name"]: each for each in operation.parameters if each["in"] == "header"}
        for name, value in asked.headers.items():
            if name in known:
                yield from self._faults(known[name]["schema"], [part.strip() for part in value.split(",")])
            elif name not in USUAL:
                yield f"unknown header {name}"
        if asked.headers.get("accept") != "application/json":
            yield "Accept is not application/json: Koha would answer in MARC"

    def _faults(self, schema: Mapping[str, Any], value: Any) -> Iterator[str]:
        judge = Draft202012Validator({**schema, "components": self._all["components"]}, format_checker=formats)
        yield from (f"{error.json_path}: {error.message}" for error in judge.iter_errors(value))

    def _resolved(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in said:
            return said
        found: Any = self._all
        for part in said["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return self._resolved(found)


def body_of(asked: Asked) -> Any:
    if asked.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(asked.text.decode(), keep_blank_values=True))
    try:
        return json.loads(asked.text) if asked.text else None
    except ValueError:
        return "no JSON"


def typed(schema: Mapping[str, Any], value: str) -> Any:
    """What a text in an address stands for."""
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if schema.get("type") == "boolean" and value in ("true", "false"):
        return value == "true"
    return value
