"""The rules that can be broken, as one tree.

    AssayError
    ├── Invalid            what was sent is not well-formed; one problem for each field
    ├── Unauthenticated    nobody is known to be asking
    ├── Forbidden          somebody is asking, who may not
    ├── NotFound           no such thing in the caller's organization
    ├── Conflict           the thing exists, in a state that does not allow this
    │   ├── AlreadyExists      the same key was used before with other content
    │   ├── LeaseLost          the worker's turn ended before this arrived
    │   ├── NothingToClaim     no open turn fits this worker now
    │   └── InsufficientFunds  an account does not have what this would take
    ├── TooLarge           over a stated bound
    ├── Throttled          too many at once; try again later
    └── Unavailable        a part outside us does not answer; nothing was changed

Core raises these, store turns constraint violations into them, and faces map them to status codes in one
table. A message says what was wrong and what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one field.

    ``field`` is a path in the caller's own words (``annotations[3].width``), empty for the whole.
    """

    field: str
    message: str


class AssayError(Exception):
    """A rule was broken. ``code`` is stable and machine-readable; the message is for people.

    ``field`` is the part of the request to change, where that is one. ``answered`` is the HTTP status of another
    server, where that was the trouble.
    """

    code = "error"
    answered: int | None = None

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.problems = [Problem(field, message)] if field else []


class Invalid(AssayError):
    code = "invalid"

    def __init__(self, problems: list[Problem] | str, field: str = "") -> None:
        if isinstance(problems, str):
            problems = [Problem(field, problems)]
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{first.field}: {first.message}{more}" if first.field else first.message + more)
        self.problems = problems


class Unauthenticated(AssayError):
    code = "unauthenticated"


class Forbidden(AssayError):
    code = "forbidden"


class NotFound(AssayError):
    code = "not_found"


class Conflict(AssayError):
    code = "conflict"


class AlreadyExists(Conflict):
    code = "already_exists"


class LeaseLost(Conflict):
    code = "lease_lost"


class NothingToClaim(Conflict):
    code = "nothing_to_claim"


class InsufficientFunds(Conflict):
    code = "insufficient_funds"


class TooLarge(AssayError):
    code = "too_large"


class Throttled(AssayError):
    code = "throttled"


class Unavailable(AssayError):
    code = "unavailable"
