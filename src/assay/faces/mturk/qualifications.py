"""Qualification types, who has them, and who asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from assay.core.qualification_types import Asked as Request
from assay.core.qualification_types import TypeChange, TypeTerms
from assay.core.qualifications import SYSTEM_NAMES
from assay.core.questionnaire import Questionnaire
from assay.faces.mturk import answers, ids, question_forms
from assay.faces.mturk.answer_keys import answer_key
from assay.faces.mturk.asking import Asked, Verb, seconds, without_none
from assay.faces.mturk.paging import page, place_in, size_of
from assay.faces.mturk.refusals import missing, refused, unknown_worker, wrong_parameter
from assay.faces.mturk.requirements import type_of
from assay.services import qualifications
from assay.services.qualifications import Grant, QualificationType

_SAID: Final = ("Test", "AnswerKey")


# --- types ------------------------------------------------------------------------------------------------------------


async def create_qualification_type(asked: Asked) -> dict[str, Any]:
    given = asked.given
    test = question_forms.test(given["Test"]) if "Test" in given else None
    if "AnswerKey" in given and test is None:
        raise wrong_parameter("AnswerKey", "an answer key needs a Test.")
    terms = TypeTerms(
        name=given["Name"],
        description=given["Description"],
        keywords=given.get("Keywords", ""),
        state="active" if given["QualificationTypeStatus"] == "Active" else "inactive",
        retry_seconds=given.get("RetryDelayInSeconds"),
        test=test,
        test_seconds=given.get("TestDurationInSeconds"),
        key=_key(given, test),
        auto_granted=given.get("AutoGranted", False),
        auto_value=given.get("AutoGrantedValue", 1),
    )
    said = {name: given[name] for name in _SAID if name in given}
    made = await qualifications.create_type(asked.context, terms, mode=asked.mode, request=said or None)
    return {"QualificationType": _type(made)}


async def update_qualification_type(asked: Asked) -> dict[str, Any]:
    """A test that comes without a key is graded by hand from then on; so the key is forgotten with the old one."""
    given = asked.given
    type_id = _own_type(asked)
    change: dict[str, Any] = {
        name: given[theirs]
        for name, theirs in {
            "description": "Description",
            "retry_seconds": "RetryDelayInSeconds",
            "test_seconds": "TestDurationInSeconds",
            "auto_granted": "AutoGranted",
            "auto_value": "AutoGrantedValue",
        }.items()
        if theirs in given
    }
    if "QualificationTypeStatus" in given:
        change["state"] = "active" if given["QualificationTypeStatus"] == "Active" else "inactive"
    said: dict[str, Any] = {}
    if "Test" in given:
        change["test"] = question_forms.test(given["Test"])
        said = {"Test": given["Test"], "AnswerKey": given.get("AnswerKey")}
    if "AnswerKey" in given:
        test = change.get("test") or (await qualifications.get_type(asked.context, type_id, mode=asked.mode)).terms.test
        if test is None:
            raise wrong_parameter("AnswerKey", "an answer key needs a Test.")
        change["key"] = _key(given, test)
        said["AnswerKey"] = given["AnswerKey"]
    after = await qualifications.update_type(
        asked.context, type_id, TypeChange(**change), mode=asked.mode, request=said or None
    )
    return {"QualificationType": _type(after)}


async def get_qualification_type(asked: Asked) -> dict[str, Any]:
    type_id = type_of(asked.given["QualificationTypeId"])
    return {"QualificationType": _type(await qualifications.get_type(asked.context, type_id, mode=asked.mode))}


async def delete_qualification_type(asked: Asked) -> dict[str, Any]:
    await qualifications.dispose_type(asked.context, _own_type(asked), mode=asked.mode)
    return {}


async def list_qualification_types(asked: Asked) -> dict[str, Any]:
    given = asked.given
    found = await qualifications.types(
        asked.context,
        mode=asked.mode,
        query=given.get("Query", ""),
        requestable=given["MustBeRequestable"],
        owned=given.get("MustBeOwnedByCaller", False),
        before=_place(asked),
        limit=size_of(given),
    )
    found = found[: size_of(given)]
    last = ids.told(found[-1].id) if found else None
    return page(asked.operation, given, "QualificationTypes", [_type(one) for one in found], last)


def _key(given: Mapping[str, Any], test: Questionnaire | None) -> Any:
    return answer_key(given["AnswerKey"], test) if "AnswerKey" in given and test is not None else None


def _type(found: QualificationType) -> dict[str, Any]:
    terms, said = found.terms, found.request or {}
    system = found.id in SYSTEM_NAMES
    return without_none(
        {
            "QualificationTypeId": ids.qualification_told(found.id, found.mode),
            "CreationTime": seconds(found.created_at),
            "Name": terms.name,
            "Description": terms.description,
            "Keywords": terms.keywords or None,
            "QualificationTypeStatus": terms.state.capitalize(),
            "Test": said.get("Test"),
            "TestDurationInSeconds": terms.test_seconds,
            "AnswerKey": said.get("AnswerKey"),
            "RetryDelayInSeconds": terms.retry_seconds,
            "IsRequestable": not system,
            "AutoGranted": terms.auto_granted,
            "AutoGrantedValue": terms.auto_value if terms.auto_granted else None,
        }
    )


# --- who has them -----------------------------------------------------------------------------------------------------


async def associate_qualification_with_worker(asked: Asked) -> dict[str, Any]:
    value = asked.given.get("IntegerValue", 1)
    await qualifications.grant(asked.context, _own_type(asked), _worker(asked), value, mode=asked.mode)
    return {}


async def disassociate_qualification_from_worker(asked: Asked) -> dict[str, Any]:
    reason = asked.given.get("Reason")
    await qualifications.revoke(asked.context, _own_type(asked), _worker(asked), reason, mode=asked.mode)
    return {}


async def get_qualification_score(asked: Asked) -> dict[str, Any]:
    type_id = type_of(asked.given["QualificationTypeId"])
    grant = await qualifications.held(asked.context, type_id, _worker(asked), mode=asked.mode)
    return {"Qualification": _grant(asked, grant)}


async def list_workers_with_qualification_type(asked: Asked) -> dict[str, Any]:
    type_id, given = type_of(asked.given["QualificationTypeId"]), asked.given
    found = await qualifications.holders(
        asked.context,
        type_id,
        mode=asked.mode,
        holding=given.get("Status", "Granted") == "Granted",
        after=_place(asked),
        limit=size_of(given),
    )
    found = found[: size_of(given)]
    last = ids.told(found[-1].freelancer_id) if found else None
    return page(asked.operation, given, "Qualifications", [_grant(asked, one) for one in found], last)


def _grant(asked: Asked, grant: Grant) -> dict[str, Any]:
    return {
        "QualificationTypeId": ids.qualification_told(grant.type_id, asked.mode),
        "WorkerId": ids.worker_told(grant.freelancer_id),
        "GrantTime": seconds(grant.granted_at),
        "IntegerValue": grant.value,
        "Status": "Granted" if grant.holds(asked.context.now) else "Revoked",
    }


# --- who asks for them ------------------------------------------------------------------------------------------------


async def list_qualification_requests(asked: Asked) -> dict[str, Any]:
    given = asked.given
    type_id = type_of(given["QualificationTypeId"]) if "QualificationTypeId" in given else None
    found = await qualifications.requests(
        asked.context, mode=asked.mode, type_id=type_id, after=_place(asked), limit=size_of(given)
    )
    found = found[: size_of(given)]
    last = ids.told(found[-1].id) if found else None
    tests = {one.id: one for one in await _types_of(asked, found)}
    told = [_request(one, tests.get(one.type_id)) for one in found]
    return page(asked.operation, given, "QualificationRequests", told, last)


async def _types_of(asked: Asked, found: list[Request]) -> list[QualificationType]:
    """Those whose tests were taken, once each."""
    wanted = dict.fromkeys(one.type_id for one in found if one.test is not None)
    return [await qualifications.get_type(asked.context, type_id, mode=asked.mode) for type_id in wanted]


def _request(request: Request, type_: QualificationType | None) -> dict[str, Any]:
    said = (type_.request or {}) if type_ is not None else {}
    answered = request.test is not None and request.answer is not None
    return without_none(
        {
            "QualificationRequestId": ids.told(request.id),
            "QualificationTypeId": ids.told(request.type_id),
            "WorkerId": ids.worker_told(request.freelancer_id),
            "Test": said.get("Test"),
            "Answer": answers.of_test(request.test, request.answer) if answered else None,  # type: ignore[arg-type]
            "SubmitTime": seconds(request.submitted_at),
        }
    )


async def accept_qualification_request(asked: Asked) -> dict[str, Any]:
    value = asked.given.get("IntegerValue")
    await qualifications.accept_request(asked.context, _request_id(asked), value, mode=asked.mode)
    return {}


async def reject_qualification_request(asked: Asked) -> dict[str, Any]:
    reason = asked.given.get("Reason")
    await qualifications.reject_request(asked.context, _request_id(asked), reason, mode=asked.mode)
    return {}


# --- shared -----------------------------------------------------------------------------------------------------------


def _place(asked: Asked) -> UUID | None:
    place = place_in(asked.operation, asked.given)
    return None if place is None else ids.meant(place)


def _own_type(asked: Asked) -> UUID:
    """Raises ``Refused`` for one of the market's own, which no requester gives or changes."""
    type_id = type_of(asked.given["QualificationTypeId"])
    if type_id in SYSTEM_NAMES:
        raise refused("PermissionDeniedException", "This qualification type is the system's own.")
    return type_id


def _worker(asked: Asked) -> UUID:
    found = ids.worker_meant(asked.given["WorkerId"])
    if found is None:
        raise unknown_worker(asked.given["WorkerId"])
    return found


def _request_id(asked: Asked) -> UUID:
    found = ids.meant(asked.given["QualificationRequestId"])
    if found is None:
        raise missing("QualificationRequest", asked.given["QualificationRequestId"])
    return found


VERBS: Final[Mapping[str, Verb]] = {
    "AcceptQualificationRequest": accept_qualification_request,
    "AssociateQualificationWithWorker": associate_qualification_with_worker,
    "CreateQualificationType": create_qualification_type,
    "DeleteQualificationType": delete_qualification_type,
    "DisassociateQualificationFromWorker": disassociate_qualification_from_worker,
    "GetQualificationScore": get_qualification_score,
    "GetQualificationType": get_qualification_type,
    "ListQualificationRequests": list_qualification_requests,
    "ListQualificationTypes": list_qualification_types,
    "ListWorkersWithQualificationType": list_workers_with_qualification_type,
    "RejectQualificationRequest": reject_qualification_request,
    "UpdateQualificationType": update_qualification_type,
}
