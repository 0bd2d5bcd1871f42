"""MessageError
├── NotSent           this letter was refused; others may go
└── PostUnavailable   no letter can be sent now
"""


class MessageError(Exception):
    """A letter was not sent; the text is the server's or ours, and is kept with the letter."""


class NotSent(MessageError):
    """The server refused one letter. is_final: trying again would be refused again."""

    def __init__(self, problem: str, *, is_final: bool) -> None:
        super().__init__(problem)
        self.is_final = is_final


class PostUnavailable(MessageError):
    """The server does not answer, or lets us send nothing. The text names no recipient."""
