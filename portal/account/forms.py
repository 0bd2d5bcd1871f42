"""What stands in a form that was sent, whoever sent it."""

from typing import Final

from starlette.datastructures import FormData

from portal.store.columns import new_id

# The store keeps no longer ones.
MAX_KEY: Final = 64


def text_of(form: FormData, name: str) -> str:
    """A field as text, "" for what is not there or is a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def key_of(form: FormData) -> str:
    """The key of the click; one of ours where the form brings none that could be."""
    key = text_of(form, "key")
    return key if 0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable() else new_id()
