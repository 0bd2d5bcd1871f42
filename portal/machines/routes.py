"""All routes for machines."""

from starlette.routing import Route

from portal.bootstrap import Services, tombstones
from portal.machines.api import Api
from portal.machines.feeds import Feeds
from portal.machines.oai import OaiPmh
from portal.machines.opensearch import OpenSearch
from portal.machines.robots import Robots
from portal.machines.sitemap import Sitemap
from portal.machines.sru import Sru
from portal.machines.unapi import UnApi


def machine_routes(services: Services) -> list[Route]:
    """To stand before the pages' own."""
    protocols = (
        OaiPmh(services, tombstones(services.settings)),
        Sru(services),
        UnApi(services),
        OpenSearch(services),
        Sitemap(services),
        Feeds(services),
        Api(services),
        Robots(services),
    )
    return [route for protocol in protocols for route in protocol.routes()]
