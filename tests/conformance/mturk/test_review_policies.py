"""Rules that look through work by themselves: the example of the documents, and every parameter."""

from __future__ import annotations

from typing import Any

import pytest

from hits import HIT, handed_in, posted
from market import Market
from requesting import Requester

KNOWN, PLURALITY = "ScoreMyKnownAnswers/2011-09-01", "SimplePlurality/2011-09-01"


def policy(name: str, answer_key: dict[str, list[str]] | None = None, **parameters: str | list[str]) -> dict[str, Any]:
    given: list[dict[str, Any]] = [
        {"Key": key, "Values": [value] if isinstance(value, str) else value} for key, value in parameters.items()
    ]
    if answer_key is not None:
        entries = [{"Key": key, "Values": values} for key, values in answer_key.items()]
        given.append({"Key": "AnswerKey", "MapEntries": entries})
    return {"PolicyName": name, "Parameters": given}


async def status(requester: Requester, assignment: str) -> str:
    return str((await requester.get_assignment(AssignmentId=assignment))["Assignment"]["AssignmentStatus"])


async def test_the_example_of_the_documents(requester: Requester, market: Market) -> None:
    """Three workers and four questions: scores 66, 66, 100 and none; 75 of the HIT; 100, 66 and 66 of the workers."""
    rule = policy(
        PLURALITY,
        QuestionIds=["A", "B", "C", "D"],
        QuestionAgreementThreshold="60",
        ApproveIfWorkerAgreementScoreIsAtLeast="70",
        RejectIfWorkerAgreementScoreIsLessThan="67",
        RejectReason="Most said something else",
    )
    hit = await posted(requester, MaxAssignments=3, HITReviewPolicy=rule)
    first = await handed_in(market, hit, A="coat", B="blue", C="large", D="1")
    second = await handed_in(market, hit, A="sweater", B="blue", C="large", D="2")
    third = await handed_in(market, hit, A="coat", B="green", C="large", D="3")

    told = await requester.list_review_policy_results_for_hit(HITId=hit)

    assert (told["HITId"], told["HITReviewPolicy"]) == (hit, rule)
    assert "AssignmentReviewReport" not in told
    results = told["HITReviewReport"]["ReviewResults"]
    found = {(one["SubjectId"], one.get("QuestionId"), one["Key"]): one["Value"] for one in results}
    assert [found[hit, question, "AgreedAnswerFound"] for question in "ABCD"] == ["true", "true", "true", "false"]
    assert [found[hit, question, "AnswerAgreementScore"] for question in "ABC"] == ["66", "66", "100"]
    assert [found[hit, question, "AgreedAnswer"] for question in "ABC"] == ["coat", "blue", "large"]
    assert found[hit, None, "HitAgreementScore"] == "75"
    scores = [found[one, None, "WorkerAgreementScore"] for one in (first, second, third)]
    assert scores == ["100", "66", "66"]
    assert found[second, None, "PluralityAnswersCorrect"] == "2"
    assert found[second, None, "PluralityAnswersIncorrect"] == "1"
    actions = {one["TargetId"]: (one["ActionName"], one["Status"]) for one in told["HITReviewReport"]["ReviewActions"]}
    assert actions == {
        first: ("approve", "Succeeded"), second: ("reject", "Succeeded"), third: ("reject", "Succeeded")
    }  # fmt: skip
    assert [await status(requester, one) for one in (first, second, third)] == ["Approved", "Rejected", "Rejected"]
    rejected = (await requester.get_assignment(AssignmentId=second))["Assignment"]
    assert rejected["RequesterFeedback"] == "Most said something else"


async def test_known_answers_decide_on_submission(requester: Requester, market: Market) -> None:
    rule = policy(
        KNOWN,
        {"capital": ["Paris"], "colours": ["red", "blue"]},
        ApproveIfKnownAnswerScoreIsAtLeast="100",
        ApproveReason="Well done",
        RejectIfKnownAnswerScoreIsLessThan="50",
        RejectReason="Look again",
        ExtendIfKnownAnswerScoreIsLessThan="50",
        ExtendMaximumAssignments="5",
    )
    hit = await posted(requester, MaxAssignments=3, AssignmentReviewPolicy=rule)
    right = await handed_in(market, hit, capital=" Paris ", colours=["blue", "red"])
    half = await handed_in(market, hit, capital="paris", colours=["blue", "red"])
    wrong = await handed_in(market, hit, capital="Rome", colours=["red"])

    told = await requester.list_review_policy_results_for_hit(HITId=hit, PolicyLevels=["Assignment"])

    assert [await status(requester, one) for one in (right, half, wrong)] == ["Approved", "Submitted", "Rejected"]
    assert (await requester.get_hit(HITId=hit))["HIT"]["MaxAssignments"] == 4
    results = told["AssignmentReviewReport"]["ReviewResults"]
    scores = {one["SubjectId"]: one["Value"] for one in results if one["Key"] == "KnownAnswerScore"}
    assert scores == {right: "100", half: "50", wrong: "0"}
    of_half = [one for one in results if one["SubjectId"] == half and "QuestionId" in one]
    assert {one["QuestionId"]: one["Value"] for one in of_half} == {"capital": "0", "colours": "1"}
    actions = [(one["ActionName"], one["TargetType"]) for one in told["AssignmentReviewReport"]["ReviewActions"]]
    assert sorted(actions) == [("approve", "Assignment"), ("extend", "HIT"), ("reject", "Assignment")]


async def test_what_is_asked_for_is_told_a_page_at_a_time(requester: Requester, market: Market) -> None:
    rule = policy(KNOWN, {"capital": ["Paris"]}, ApproveIfKnownAnswerScoreIsAtLeast="0")
    hit = await posted(requester, MaxAssignments=3, AssignmentReviewPolicy=rule)
    made = []
    for _ in range(3):
        market.requester.clock.advance(1)
        made.append(await handed_in(market, hit, capital="Paris"))

    first = await requester.list_review_policy_results_for_hit(HITId=hit, MaxResults=2, RetrieveActions=False)
    second = await requester.list_review_policy_results_for_hit(
        HITId=hit, MaxResults=2, RetrieveActions=False, NextToken=first["NextToken"]
    )
    end = await requester.list_review_policy_results_for_hit(
        HITId=hit, MaxResults=2, RetrieveActions=False, NextToken=second["NextToken"]
    )

    subjects = [
        one["SubjectId"]
        for page in (first, second, end)
        for one in page["AssignmentReviewReport"]["ReviewResults"]
        if one["Key"] == "KnownAnswerScore"
    ]
    assert subjects == made
    assert "NextToken" not in end
    assert "ReviewActions" not in first["AssignmentReviewReport"]
    only = await requester.list_review_policy_results_for_hit(HITId=hit, RetrieveResults=False)
    assert set(only["AssignmentReviewReport"]) == {"ReviewActions"}
    assert only["AssignmentReviewPolicy"] == rule
    none = await requester.list_review_policy_results_for_hit(HITId=hit, PolicyLevels=["HIT"])
    assert none == {"HITId": hit, "NextToken": none["NextToken"]}


ANSWERS = {"capital": ["Paris"]}


@pytest.mark.parametrize(
    ("member", "given"),
    [
        ("AssignmentReviewPolicy", policy(PLURALITY, ANSWERS)),
        ("AssignmentReviewPolicy", policy(KNOWN)),
        ("AssignmentReviewPolicy", policy(KNOWN, {})),
        ("AssignmentReviewPolicy", policy(KNOWN, {"capital": []})),
        ("AssignmentReviewPolicy", policy(KNOWN, ANSWERS, ApproveIfKnownAnswerScoreIsAtLeast="102")),
        ("AssignmentReviewPolicy", policy(KNOWN, ANSWERS, ApproveIfKnownAnswerScoreIsAtLeast="-1")),
        ("AssignmentReviewPolicy", policy(KNOWN, ANSWERS, ApproveIfKnownAnswerScoreIsAtLeast=["1", "2"])),
        ("AssignmentReviewPolicy", policy(KNOWN, ANSWERS, RejectReason="r" * 1025)),
        ("AssignmentReviewPolicy", policy(KNOWN, ANSWERS, Colour="red")),
        ("HITReviewPolicy", policy(KNOWN, ANSWERS)),
        ("HITReviewPolicy", policy(PLURALITY, QuestionIds="a")),
        ("HITReviewPolicy", policy(PLURALITY, QuestionAgreementThreshold="50")),
        (
            "HITReviewPolicy",
            policy(PLURALITY, QuestionIds=[f"q{n}" for n in range(16)], QuestionAgreementThreshold="5"),
        ),
        ("HITReviewPolicy", policy(PLURALITY, QuestionIds="a", QuestionAgreementThreshold="101")),
        ("HITReviewPolicy", policy(PLURALITY, QuestionIds="a", QuestionAgreementThreshold="half")),
        (
            "HITReviewPolicy",
            policy(
                PLURALITY, QuestionIds="a", QuestionAgreementThreshold="50", ExtendIfHITAgreementScoreIsLessThan="50"
            ),
        ),
        (
            "HITReviewPolicy",
            policy(
                PLURALITY, QuestionIds="a", QuestionAgreementThreshold="50", DisregardAssignmentIfRejected="perhaps"
            ),
        ),
    ],
    ids=range(17),
)
async def test_a_rule_that_makes_no_sense_is_refused(requester: Requester, member: str, given: dict[str, Any]) -> None:
    refused = await requester.refused("create_hit", **HIT, **{member: given})

    assert refused.code == "AWS.MechanicalTurk.InvalidParameterValue"


async def test_ids_of_questions_may_come_as_one_text(requester: Requester, market: Market) -> None:
    rule = policy(PLURALITY, QuestionIds="colour, size", QuestionAgreementThreshold="50")
    hit = await posted(requester, HITReviewPolicy=rule)
    await handed_in(market, hit, colour="blue", size="large")

    told = await requester.list_review_policy_results_for_hit(HITId=hit)

    results = told["HITReviewReport"]["ReviewResults"]
    answers = {one["QuestionId"]: one["Value"] for one in results if one["Key"] == "AgreedAnswer"}
    assert answers == {"colour": "blue", "size": "large"}
