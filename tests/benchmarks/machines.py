"""What routes for machines cost over a loaded library: python -m tests.benchmarks.machines FOLDER

FOLDER: a data folder (TELUSUR_DATA). CPU is that of this process, in which the routes run, and who asks them.
"""

import argparse
import resource
from pathlib import Path
from typing import Final

from lxml import etree
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.bootstrap import open_services
from portal.machines.routes import machine_routes
from portal.settings import read_settings

PAGES: Final = 120
LISTS: Final = (
    {"verb": "ListRecords", "metadataPrefix": "marcxml"},
    {"verb": "ListRecords", "metadataPrefix": "oai_dc"},
    {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"},
    {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": "format:book"},
)
PATHS: Final = (
    "/sitemap.xml", "/sitemap.xml", "/sitemap-0.xml", "/cari.atom", "/cari.atom?q=ocean",
    "/sru?operation=searchRetrieve&version=1.2&query=ocean",
    "/sru?operation=searchRetrieve&version=1.2&query=ocean&maximumRecords=100",
    "/oai?verb=ListSets", "/api/v1/suggest/opensearch?q=oce", "/api/v1/openapi.json",
)  # fmt: skip


def cpu_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return 1000 * (used.ru_utime + used.ru_stime)


def memory_mb() -> int:
    """The most that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def read_list(client: TestClient, arguments: dict[str, str]) -> tuple[int, list[float]]:
    """How many headers the first PAGES pages of a list hold, and what each page cost (ms)."""
    headers = 0
    costs: list[float] = []
    while arguments and len(costs) < PAGES:
        before = cpu_ms()
        answer = etree.fromstring(client.get("/oai", params=arguments).content)
        costs.append(cpu_ms() - before)
        headers += len(answer.findall(".//{*}header"))
        token = answer.findtext(".//{*}resumptionToken")
        arguments = {"verb": arguments["verb"], "resumptionToken": token} if token else {}
    return headers, costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    services = open_services(
        read_settings({"TELUSUR_DATA": str(folder), "TELUSUR_MODEL": "none"}, folder / "none.toml")
    )
    print(f"{services.discovery.info().documents:,} documents")
    client = TestClient(Starlette(routes=machine_routes(services)))
    for path in ("/oai?verb=Identify", "/cari.atom?q=sea"):  # the first search loads the lexicon
        client.get(path)
    for arguments in LISTS:
        headers, costs = read_list(client, arguments)
        each = f"{sum(costs) / len(costs):.0f} ms a page, at most {max(costs):.0f}"
        print(f"{' '.join(arguments.values())}: {headers:,} in {len(costs)} pages, {each}, {memory_mb()} MB")
    for path in PATHS:
        before = cpu_ms()
        answer = client.get(path)
        print(
            f"{path}: {answer.status_code}, {len(answer.content):,} bytes, {cpu_ms() - before:.0f} ms, {memory_mb()} MB"
        )


if __name__ == "__main__":
    main()
