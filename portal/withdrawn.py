"""Which titles were taken out of the catalogue: their addresses say so, and not that they never were."""

import logging
import sqlite3

from portal.bootstrap import Services, tombstones
from search.document import DocumentId

logger = logging.getLogger(__name__)


def is_withdrawn(services: Services, id: str) -> bool:
    """Whether a load removed this title, and none has brought it back. False where that cannot be read."""
    try:
        buried = tombstones(services.settings).get(DocumentId(id)) is not None
    except sqlite3.Error as error:
        logger.error("The tombstones cannot be read: %s", error)
        return False
    return buried and services.discovery.document(DocumentId(id)) is None
