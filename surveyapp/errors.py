"""The errors whose text people see. Everything else shows the general error page.

AppError
├── BadInput       422  what was sent cannot be taken; the text says what to change
├── NotFound       404  not there, or not in this community: the two look the same
├── NotAllowed     403  there, but not for this person
├── Conflict       409  a rule or another person's change stands against it
├── TooLarge       413  more than one request may carry
├── TooMany        429  too often in too short a time
└── Unavailable    503  not now; trying again later helps
"""


class AppError(Exception):
    """Something a person can understand and act on; its text is shown to them."""

    status = 400


class BadInput(AppError):
    """What was sent cannot be taken; the text says what to change."""

    status = 422


class NotFound(AppError):
    """There is no such thing here, or it belongs to another community."""

    status = 404


class NotAllowed(AppError):
    """The person is known, and may not do this."""

    status = 403


class Conflict(AppError):
    """A rule, or a change that somebody else made meanwhile, stands against it."""

    status = 409


class TooLarge(AppError):
    """The request carries more than the service takes at once."""

    status = 413


class TooMany(AppError):
    """The same thing was tried too often in too short a time."""

    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds


class Unavailable(AppError):
    """The service cannot do this now; trying again later helps."""

    status = 503
    retry_after = 10  # seconds


class Misconfigured(Exception):
    """The settings or the machine would break a promise: the application refuses to start.

    Shown on standard error to whoever starts the service, never on a page.
    """
