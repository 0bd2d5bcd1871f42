"""What docs/scaling.md tells an administrator to do, so that tests do the same."""

import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from elasticsearch import Elasticsearch

TEXT: Final = (Path(__file__).resolve().parents[2] / "docs" / "scaling.md").read_text(encoding="utf-8")
NODE: Final = "$ELASTIC"


@dataclass(frozen=True, slots=True)
class Request:
    """One `curl` of a block. path: from the slash on. body: JSON, "" without."""

    method: str
    path: str
    body: str = ""

    def renamed(self, index: str) -> "Request":
        """The same for another TELUSUR_ENGINE_INDEX, in a repository of that name."""
        return Request(self.method, self.path.replace("telusur", index), self.body.replace("telusur", index))

    def send(self, client: Elasticsearch) -> object:
        headers = {"accept": "application/json", "content-type": "application/json"}
        return client.perform_request(self.method, self.path, headers=headers, body=self.body or None).body


def requests(marker: str) -> list[Request]:
    """Those of the block that stands under `<!-- marker -->`."""
    (block,) = re.findall(rf"^<!-- {marker} -->\n```sh\n(.+?)^```$", TEXT, flags=re.M | re.S)
    calls: list[list[str]] = []
    for word in shlex.split(block):
        if word == "curl":
            calls.append([])
        else:
            calls[-1].append(word)
    return [_request(words) for words in calls]


def _request(words: list[str]) -> Request:
    options = dict(pairwise(words))  # each option with what follows it
    (url,) = (word for word in words if word.startswith(NODE))
    return Request(options["-X"], url.removeprefix(NODE), options.get("-d", ""))
