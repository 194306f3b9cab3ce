"""Review policies: rules that look through work by themselves, and what they found and did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from assay.core.review_policies import Action, Found, KnownAnswers, Plurality, Policies, Report
from assay.faces.mturk import ids
from assay.faces.mturk.asking import Asked, Verb, seconds, without_none
from assay.faces.mturk.paging import next_token, place_in, size_of
from assay.faces.mturk.refusals import missing, wrong_parameter
from assay.services import postings

KNOWN: Final = "ScoreMyKnownAnswers/2011-09-01"
PLURALITY: Final = "SimplePlurality/2011-09-01"
_KEYS: Final = {
    "known_answer_correct": "KnownAnswerCorrect",
    "known_answer_score": "KnownAnswerScore",
    "answer_agreed": "AgreedAnswerFound",
    "agreed_answer": "AgreedAnswer",
    "answer_agreement": "AnswerAgreementScore",
    "worker_agreement": "WorkerAgreementScore",
    "answers_like_plurality": "PluralityAnswersCorrect",
    "answers_unlike_plurality": "PluralityAnswersIncorrect",
    "posting_agreement": "HitAgreementScore",
}
_SUBJECTS: Final = {"engagement": "Assignment", "posting": "HIT"}
_KNOWN_NUMBERS: Final = {
    "ApproveIfKnownAnswerScoreIsAtLeast": "approve_at",
    "RejectIfKnownAnswerScoreIsLessThan": "reject_below",
    "ExtendIfKnownAnswerScoreIsLessThan": "extend_below",
    "ExtendMaximumAssignments": "extend_max",
    "ExtendMinimumTimeInSeconds": "extend_seconds",
}
_PLURALITY_NUMBERS: Final = {
    "QuestionAgreementThreshold": "agreed_above",
    "DisregardAssignmentIfKnownAnswerScoreIsLessThan": "disregard_known_below",
    "ExtendIfHITAgreementScoreIsLessThan": "extend_below",
    "ExtendMaximumAssignments": "extend_max",
    "ExtendMinimumTimeInSeconds": "extend_seconds",
    "ApproveIfWorkerAgreementScoreIsAtLeast": "approve_at",
    "RejectIfWorkerAgreementScoreIsLessThan": "reject_below",
}
_LEVELS: Final = (
    ("Assignment", "known_answers", "AssignmentReviewPolicy"),
    ("HIT", "plurality", "HITReviewPolicy"),
)
_ERRORS: Final = {
    "wrong_state": "AWS.MechanicalTurk.InvalidAssignmentState",
    "insufficient_funds": "AWS.MechanicalTurk.InsufficientFunds",
    "too_many": "AWS.MechanicalTurk.InvalidMaximumAssignmentsIncrease",
}


# --- as they are given ------------------------------------------------------------------------------------------------


def read(given: Mapping[str, Any]) -> Policies:
    """Both policies of a new HIT. Raises ``Refused``."""
    one, all_ = given.get("AssignmentReviewPolicy"), given.get("HITReviewPolicy")
    return Policies(None if one is None else _known_answers(one), None if all_ is None else _plurality(all_))


def _known_answers(given: Mapping[str, Any]) -> KnownAnswers:
    name, parameters = _opened(given, "AssignmentReviewPolicy", KNOWN)
    fields = _numbers(name, parameters, _KNOWN_NUMBERS)
    fields |= _texts(name, parameters, {"ApproveReason": "approve_reason", "RejectReason": "reject_reason"})
    key = parameters.pop("AnswerKey", {})
    answers = {entry.get("Key", ""): entry.get("Values", []) for entry in key.get("MapEntries", [])}
    if not answers:
        raise wrong_parameter(name, "AnswerKey must map each question to its known answers.")
    _refuse_others(name, parameters)
    return KnownAnswers(answers=answers, **fields)


def _plurality(given: Mapping[str, Any]) -> Plurality:
    name, parameters = _opened(given, "HITReviewPolicy", PLURALITY)
    said = parameters.pop("QuestionIds", {}).get("Values", [])
    # One text with commas in the documents, a text for each in programs.
    questions = [part.strip() for text in said for part in text.split(",") if part.strip()]
    fields = _numbers(name, parameters, _PLURALITY_NUMBERS)
    if not questions or "agreed_above" not in fields:
        raise wrong_parameter(name, "QuestionIds and QuestionAgreementThreshold are needed.")
    fields |= _texts(name, parameters, {"RejectReason": "reject_reason"})
    disregard = _value(name, parameters, "DisregardAssignmentIfRejected")
    if disregard is not None and disregard.lower() not in ("t", "f", "true", "false"):
        raise wrong_parameter(name, "DisregardAssignmentIfRejected must be T or F.")
    _refuse_others(name, parameters)
    return Plurality(questions, disregard_rejected=(disregard or "f").lower() in ("t", "true"), **fields)


def _opened(given: Mapping[str, Any], name: str, policy: str) -> tuple[str, dict[str, Mapping[str, Any]]]:
    if given["PolicyName"] != policy:
        raise wrong_parameter(name, f"the policy here is {policy}, not {given['PolicyName'][:100]}.")
    return name, {one.get("Key", ""): one for one in given.get("Parameters", [])}


def _value(name: str, parameters: dict[str, Mapping[str, Any]], key: str) -> str | None:
    """The one value of a parameter, which then is done with."""
    if key not in parameters:
        return None
    values = parameters.pop(key).get("Values", [])
    if len(values) != 1:
        raise wrong_parameter(name, f"{key} takes one value.")
    return str(values[0]).strip()


def _numbers(name: str, parameters: dict[str, Mapping[str, Any]], keys: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for key, field in keys.items():
        value = _value(name, parameters, key)
        if value is not None:
            if not value.isascii() or not value.isdigit() or len(value) > 9:
                raise wrong_parameter(name, f"{key} must be a whole number.")
            found[field] = int(value)
    return found


def _texts(name: str, parameters: dict[str, Mapping[str, Any]], keys: Mapping[str, str]) -> dict[str, Any]:
    values = {field: _value(name, parameters, key) for key, field in keys.items()}
    return {field: value for field, value in values.items() if value is not None}


def _refuse_others(name: str, parameters: Mapping[str, Any]) -> None:
    if parameters:
        raise wrong_parameter(name, f"it has no parameter {sorted(parameters)[0][:100]!r}.")


# --- as they are told -------------------------------------------------------------------------------------------------


async def list_review_policy_results_for_hit(asked: Asked) -> dict[str, Any]:
    """A page is so many looks of a rule, with all that each found and did."""
    given, posting_id = asked.given, ids.meant(asked.given["HITId"])
    if posting_id is None:
        raise missing("HIT", given["HITId"])
    await postings.get(asked.context, posting_id)
    place = place_in(asked.operation, given)
    after = None if place is None else ids.meant(place)
    _, looks = await postings.looks(asked.context, posting_id, after=after, limit=size_of(given))
    levels = given.get("PolicyLevels") or ["Assignment", "HIT"]
    request = (await postings.told(asked.context, [posting_id]))[posting_id].request or {}
    last = ids.told(looks[-1].id) if looks else None
    answer: dict[str, Any] = {"HITId": given["HITId"], **next_token(asked.operation, given, last)}
    for level, rule, policy in _LEVELS:
        if level in levels and policy in request:
            answer[policy] = request[policy]
            reports = [look.report for look in looks if look.report.rule == rule]
            answer[f"{level}ReviewReport"] = _report(asked, reports)
    return answer


def _report(asked: Asked, reports: Sequence[Report]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if asked.given.get("RetrieveResults", True):
        told["ReviewResults"] = [_result(report, found) for report in reports for found in report.found]
    if asked.given.get("RetrieveActions", True):
        told["ReviewActions"] = [_action(report, action) for report in reports for action in report.actions]
    return told


def _result(report: Report, found: Found) -> dict[str, Any]:
    return without_none(
        {
            "ActionId": _run(report),
            "SubjectId": ids.told(found.subject_id),
            "SubjectType": _SUBJECTS[found.subject],
            "QuestionId": found.question,
            "Key": _KEYS[found.key],
            "Value": found.value,
        }
    )


def _action(report: Report, action: Action) -> dict[str, Any]:
    return without_none(
        {
            "ActionId": _run(report),
            "ActionName": action.name,
            "TargetId": ids.told(action.target_id),
            "TargetType": _SUBJECTS[action.target],
            "Status": action.status.capitalize(),
            "CompleteTime": seconds(action.at),
            "Result": action.result,
            "ErrorCode": action.error and _ERRORS.get(action.error, "AWS.MechanicalTurk.InvalidParameterValue"),
        }
    )


def _run(report: Report) -> str:
    assert report.action_id is not None, "a kept report has the id of its look"
    return ids.told(report.action_id)


VERBS: Final[dict[str, Verb]] = {"ListReviewPolicyResultsForHIT": list_review_policy_results_for_hit}
