"""ServiceError
├── NotAllowed    the actor's role may not do this at all
├── NotFound      there is no such thing, or it is someone else's: which of the two is not told
└── NotValid      a value that cannot be used; its `code` names a message

What the rules of lending refuse is no error but a value (`portal.ils.driver.Refusal`).
"""


class ServiceError(Exception):
    """What was asked was not done, and nothing has changed."""


class NotAllowed(ServiceError):
    """The actor's role may not do this."""


class NotFound(ServiceError):
    """No such thing, as far as this actor may know."""


class NotValid(ServiceError):
    """A value that cannot be used. code: of the message that says so. field: the field of the form, "" for none."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field
