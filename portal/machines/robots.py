"""What search engines may visit."""

from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal.bootstrap import Services
from portal.machines.addresses import addresses

# Records may be found through search engines; crawling every combination of filters helps nobody.
RULES: Final = """\
User-agent: *
Allow: /katalog/
Allow: /anak
Disallow: /cari
Disallow: /api/
Disallow: /baca/
Disallow: /berkas/
Disallow: /pinjam-ebook/
Disallow: /kutip/
Disallow: /rak
Disallow: /riwayat
Disallow: /simpanan
Disallow: /akun
Disallow: /pesan/
Disallow: /meja
Disallow: /masuk
Disallow: /keluar
Disallow: /anak?
Disallow: /oai
Disallow: /sru
Disallow: /unapi
Disallow: /?
"""


class Robots:
    """The rules, and where the sitemap is."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        return [Route("/robots.txt", self.serve)]

    def serve(self, request: Request) -> Response:
        where = addresses(request, self._services.settings)
        return PlainTextResponse(f"{RULES}\nSitemap: {where.of('/sitemap.xml')}\n")
