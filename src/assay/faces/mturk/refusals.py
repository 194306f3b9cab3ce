"""How this dialect refuses: errors by type and code, in words that programs look for.

A broken rule of ours becomes a ``RequestError`` with a ``TurkErrorCode``; what is wrong before any rule is asked has a
type of its own. Clients in use search the English texts for fragments, so those stand here and not where they occur.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

PREFIX: Final = "AWS.MechanicalTurk."


class Refused(Exception):
    """Said to the program as it is. ``kind``: the error's type; ``code``: the service's own, where it has one."""

    def __init__(self, kind: str, message: str, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.code = code
        self.status = status


def refused(code: str, message: str) -> Refused:
    """A ``RequestError`` with one of the service's own codes, ``PREFIX`` left out."""
    return Refused("RequestError", message, PREFIX + code)


def wrong_parameter(name: str, message: str) -> Refused:
    """A member whose value the service itself does not take."""
    return refused("InvalidParameterValue", f"The value of the parameter {name} is invalid: {message}")


def said(error: Refused, now: datetime) -> dict[str, str]:
    """The body. What the service itself says carries the milliseconds of the moment, as it always did; clients read
    ``Message`` there, and ``message`` of what stands before the service."""
    if error.code is None:
        return {"__type": error.kind, "message": error.message}
    moment = int(now.timestamp() * 1000)
    return {"__type": error.kind, "Message": f"{error.message} ({moment})", "TurkErrorCode": error.code}


# --- what does not exist ----------------------------------------------------------------------------------------------

_MISSING: Final = {
    "HIT": "HITDoesNotExist",
    "HITType": "HITTypeDoesNotExist",
    "HITLayout": "HITLayoutDoesNotExist",
    "Assignment": "AssignmentDoesNotExist",
    "Qualification": "QualificationDoesNotExist",
    "QualificationType": "QualificationTypeDoesNotExist",
    "QualificationRequest": "QualificationRequestDoesNotExist",
}
_NAMES: Final = {
    "HIT": "Hit",
    "HITType": "HITType",
    "HITLayout": "HITLayout",
    "QualificationType": "Qualification Type",
    "QualificationRequest": "Qualification Request",
}


def missing(thing: str, id_: str) -> Refused:
    """``thing`` as the dialect calls it."""
    name = _NAMES.get(thing, thing)
    if thing == "Qualification":
        return refused(_MISSING[thing], "You requested a Qualification that does not exist.")
    return refused(_MISSING[thing], f"{name} {id_[:100]} does not exist.")


def unknown_worker(id_: str) -> Refused:
    """The one refusal whose type was not ``RequestError``."""
    words = f'The value "{id_[:100]}" is not valid for the parameter WorkerId. WorkerId is invalid.'
    return Refused("ParameterValidationError", words, PREFIX + "InvalidParameterValue")


# --- wrong states -----------------------------------------------------------------------------------------------------

_STATE_CODES: Final = {
    "HIT": "InvalidHITState",
    "assignment": "InvalidAssignmentState",
    "Qualification": "InvalidQualificationState",
    "QualificationType": "InvalidQualificationTypeState",
    "QualificationRequest": "InvalidQualificationRequestState",
}


def wrong_state(thing: str, state: str, allowed: str) -> Refused:
    """``allowed``: the states it takes, as one text. Two blanks after the full stop, as it was recorded."""
    return refused(
        _STATE_CODES[thing],
        f"This {thing} is currently in the state '{state}'.  This operation can be called with a status of: {allowed}",
    )
