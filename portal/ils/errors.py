"""IlsError
├── IlsUnavailable   the library system does not answer, or not as it should
└── IlsUnsupported   a verb that is not among the driver's capabilities: a bug of the caller
"""


class IlsError(Exception):
    """The library system could not be asked."""


class IlsUnavailable(IlsError):
    """It does not answer, or not as it should; searching goes on without it."""


class IlsUnsupported(IlsError):
    """It cannot do this at all; a page that asks has not looked at its capabilities."""
