"""How this dialect refuses: errors by type and code, in words that programs look for.

A broken rule of ours becomes a ``RequestError`` with a ``TurkErrorCode``; what is wrong before any rule is asked has a
type of its own. Clients in use search the English texts for fragments, so those stand here and not where they occur.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from assay.core import errors
from assay.core.postings import MissingThing, TooMany, WrongState
from assay.core.qualification_types import NameTaken

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


# --- rules of ours ----------------------------------------------------------------------------------------------------

# What our things are called here, and which member names them.
_THINGS: Final = {
    "posting": ("HIT", "HITId"),
    "offer": ("HITType", "HITTypeId"),
    "engagement": ("Assignment", "AssignmentId"),
    "qualification": ("Qualification", "QualificationTypeId"),
    "qualification type": ("QualificationType", "QualificationTypeId"),
    "qualification request": ("QualificationRequest", "QualificationRequestId"),
    "layout": ("HITLayout", "HITLayoutId"),
}
_TOLD: Final = {"posting": "HIT", "engagement": "assignment", "offer": "HIT"} | {
    name: thing for name, (thing, _) in _THINGS.items() if name.startswith("qualification")
}
# What nobody is told of but the worker who has it.
_UNTOLD: Final = ("accepted", "returned", "abandoned")


def of_rule(error: errors.AssayError, given: Mapping[str, Any]) -> Refused:
    """A broken rule of ours in the words of the dialect. ``given``: what was asked, for the ids in it."""
    match error:
        case MissingThing(what="freelancer"):
            return unknown_worker(str(given.get("WorkerId", "")))
        case MissingThing():
            thing, member = _THINGS[error.what]
            return missing(thing, str(given.get(member, "")))
        case WrongState():
            return _of_state(error)
        case TooMany():
            return refused("InvalidMaximumAssignmentsIncrease", error.message)
        case NameTaken():
            words = "You have already created a QualificationType with this name."
            return refused("QualificationTypeAlreadyExists", f"{words} QualificationTypeName: {error.name}")
        case errors.InsufficientFunds():
            return refused("InsufficientFunds", f"This Requester has insufficient funds. {error.message}")
        case errors.Invalid():
            words = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in error.problems[:5])
            return refused("InvalidParameterValue", words)
        case errors.TooLarge():
            return refused("InvalidParameterValue", error.message)
        case errors.Forbidden():
            return refused("PermissionDeniedException", error.message)
        case errors.Throttled():
            return Refused("ThrottlingException", error.message)
        case errors.Unavailable():
            return Refused("ServiceFault", error.message, "AWS.ServiceUnavailable", 503)
        case errors.NotFound() | errors.Unauthenticated():
            return Refused("RequestError", error.message, "AWS.NotAuthorized")
        case errors.AlreadyExists():
            return refused("HitAlreadyExists", error.message)
    # Two that met; the program may try again.
    return Refused("ServiceFault", error.message, "AWS.ServiceUnavailable", 503)


def _of_state(error: WrongState) -> Refused:
    allowed = ", ".join(_cased(one) for one in error.allowed)
    if error.what == "engagement" and error.state in _UNTOLD:
        return wrong_state("assignment", "null", "null")
    return wrong_state(_TOLD[error.what], _cased(error.state), allowed)


def _cased(state: str) -> str:
    """As the dialect writes it; of a posting that somebody began it says only that it is not free."""
    if state == "taken":
        return "Unassignable"
    return state[:1].upper() + state[1:]
