"""What can go wrong below the portal, as one tree.

SearchError
├── EngineUnavailable   the index cannot be reached or read; the message says what to do
│   ├── IndexMissing    there is no index yet
│   └── IndexGone       there was one
├── IndexBusy           another writer holds the index
├── SchemaMismatch      the index was made by another schema version or embedding model
├── EmbedderMissing     the embedding model named in the settings cannot be loaded
└── QueryRefused        a request outside the limits (page too deep, unknown field)
"""


class SearchError(Exception):
    """Base of every error of this package; its text is meant for a person."""


class EngineUnavailable(SearchError):
    """The index cannot be reached, opened or read."""


class IndexMissing(EngineUnavailable):
    """There is no index in the data folder yet."""


class IndexGone(EngineUnavailable):
    """The index that was searched is no longer there: its disk is away, say. A load must not begin another one."""


class IndexBusy(SearchError):
    """Another process is writing to the index."""


class SchemaMismatch(SearchError):
    """The index was made by another schema version or another embedding model: rebuild it."""


class EmbedderMissing(SearchError):
    """The embedding model named in the settings cannot be loaded."""


class QueryRefused(SearchError):
    """The request is outside what the service answers."""
