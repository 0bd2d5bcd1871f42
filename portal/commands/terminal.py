"""Text of records and files, as a terminal may show it."""


def printable(text: str) -> str:
    """Text of a file, safe on a terminal: control characters and lone surrogates escaped.

    >>> printable("a\\x1b[31m")
    'a\\\\x1b[31m'
    """
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode() for ch in text)
