"""What workers handed in, as programs read it and decide on it."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest

from assay.faces.mturk import ids
from hits import handed_in, posted, uuid
from market import Market
from requesting import Requester

ONLY = "This operation can be called with a status of"


async def test_an_assignment_comes_with_its_hit(requester: Requester, market: Market) -> None:
    hit = await posted(requester)
    market.requester.clock.advance(10)
    begun = market.requester.clock()
    assignment = await handed_in(market, hit, colour="blue", boxes=["left", "right"], note='a <b> & "c"')

    told = await requester.get_assignment(AssignmentId=assignment)

    assert told["HIT"] == (await requester.get_hit(HITId=hit))["HIT"]
    found = told["Assignment"]
    assert set(found) == {
        "AssignmentId", "WorkerId", "HITId", "AssignmentStatus", "AutoApprovalTime", "AcceptTime", "SubmitTime",
        "Deadline", "Answer",
    }  # fmt: skip
    assert (found["AssignmentStatus"], found["HITId"], found["AcceptTime"]) == ("Submitted", hit, begun)
    assert (found["Deadline"] - begun).total_seconds() == 600
    assert (found["AutoApprovalTime"] - found["SubmitTime"]).total_seconds() == 3600
    assert re.fullmatch("A[A-Z0-9]{25}", found["WorkerId"])
    root = ElementTree.fromstring(found["Answer"])
    assert {one[0].text: one[1].text for one in root} == {
        "colour": "blue",
        "boxes": "left|right",
        "note": 'a <b> & "c"',
    }
    assert (await requester.list_assignments_for_hit(HITId=hit))["Assignments"] == [found]


SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
FORM = f"""<QuestionForm xmlns="{SCHEMAS}2017-11-06/QuestionForm.xsd">
<Question><QuestionIdentifier>kinds</QuestionIdentifier><QuestionContent><Text>Which?</Text></QuestionContent>
<AnswerSpecification><SelectionAnswer><MaxSelectionCount>3</MaxSelectionCount><Selections>
<Selection><SelectionIdentifier>coat</SelectionIdentifier><Text>Coat</Text></Selection>
<Selection><SelectionIdentifier>hat</SelectionIdentifier><Text>Hat</Text></Selection>
<OtherSelection/></Selections></SelectionAnswer></AnswerSpecification></Question>
<Question><QuestionIdentifier>age</QuestionIdentifier><QuestionContent><Text>How old?</Text></QuestionContent>
<AnswerSpecification><FreeTextAnswer><Constraints><IsNumeric/></Constraints></FreeTextAnswer></AnswerSpecification>
</Question></QuestionForm>"""


async def test_answers_to_a_form_come_back_by_question(requester: Requester, market: Market) -> None:
    hit = await posted(requester, Question=FORM)
    given: dict[str, str | list[str]] = {"kinds": ["hat", "coat"], "kinds.other": "a scarf", "age": "7"}

    await handed_in(market, hit, **given)
    (found,) = (await requester.list_assignments_for_hit(HITId=hit))["Assignments"]

    root = ElementTree.fromstring(found["Answer"])
    told = {one[0].text: [(part.tag.rpartition("}")[2], part.text) for part in one[1:]] for one in root}
    chosen = [("SelectionIdentifier", "coat"), ("SelectionIdentifier", "hat"), ("OtherSelectionText", "a scarf")]
    assert told == {"kinds": chosen, "age": [("FreeText", "7")]}
    assert (await requester.get_hit(HITId=hit))["HIT"]["Question"] == FORM


async def test_approving_and_rejecting_say_so(requester: Requester, market: Market) -> None:
    hit = await posted(requester, MaxAssignments=3)
    good, bad = await handed_in(market, hit), await handed_in(market, hit)

    assert await requester.approve_assignment(AssignmentId=good, RequesterFeedback="Thank you") == {}
    assert await requester.reject_assignment(AssignmentId=bad, RequesterFeedback="") == {}

    approved = (await requester.get_assignment(AssignmentId=good))["Assignment"]
    rejected = (await requester.get_assignment(AssignmentId=bad))["Assignment"]
    now = market.requester.clock()
    assert (approved["AssignmentStatus"], approved["ApprovalTime"]) == ("Approved", now)
    assert (approved["RequesterFeedback"], "RejectionTime" in approved) == ("Thank you", False)
    assert (rejected["AssignmentStatus"], rejected["RejectionTime"]) == ("Rejected", now)
    assert (rejected["RequesterFeedback"], "ApprovalTime" in rejected) == ("", False)
    counted = (await requester.get_hit(HITId=hit))["HIT"]
    assert (counted["NumberOfAssignmentsCompleted"], counted["NumberOfAssignmentsAvailable"]) == (2, 1)


async def test_what_was_decided_is_not_decided_again(requester: Requester, market: Market) -> None:
    hit = await posted(requester, MaxAssignments=2)
    good, bad = await handed_in(market, hit), await handed_in(market, hit)
    await requester.approve_assignment(AssignmentId=good)
    await requester.reject_assignment(AssignmentId=bad, RequesterFeedback="No")

    refusals = [
        await requester.refused("approve_assignment", AssignmentId=good),
        await requester.refused("reject_assignment", AssignmentId=good, RequesterFeedback="No"),
        await requester.refused("reject_assignment", AssignmentId=bad, RequesterFeedback="No"),
        await requester.refused("approve_assignment", AssignmentId=bad),
    ]

    for refused, state in zip(refusals, ("Approved", "Approved", "Rejected", "Rejected"), strict=True):
        assert refused.code == "AWS.MechanicalTurk.InvalidAssignmentState"
        assert f"This assignment is currently in the state '{state}'.  {ONLY}: Submitted" in refused.message


async def test_a_rejection_is_overridden_within_thirty_days(requester: Requester, market: Market) -> None:
    hit = await posted(requester, MaxAssignments=2)
    early, late = await handed_in(market, hit), await handed_in(market, hit)
    for assignment in (early, late):
        await requester.reject_assignment(AssignmentId=assignment, RequesterFeedback="No")
    market.requester.clock.advance(29 * 86_400)

    await requester.approve_assignment(AssignmentId=early, OverrideRejection=True)
    market.requester.clock.advance(2 * 86_400)
    refused = await requester.refused("approve_assignment", AssignmentId=late, OverrideRejection=True)

    assert (await requester.get_assignment(AssignmentId=early))["Assignment"]["AssignmentStatus"] == "Approved"
    assert "RejectionTime" not in (await requester.get_assignment(AssignmentId=early))["Assignment"]
    assert refused.code == "AWS.MechanicalTurk.InvalidAssignmentState"


async def test_what_a_worker_still_has_is_nothing_to_look_at(requester: Requester, market: Market) -> None:
    hit = await posted(requester)
    worker = await market.freelancer()
    engagement = await market.accept(worker, await market.posting(uuid(hit)))
    assignment = ids.told(engagement.id)

    looked = await requester.refused("get_assignment", AssignmentId=assignment)
    approved = await requester.refused("approve_assignment", AssignmentId=assignment)
    await market.give_back(worker, engagement)

    assert f"{ONLY}: Reviewable,Approved,Rejected" in looked.message
    assert f"{ONLY}: null" in approved.message
    assert (await requester.list_assignments_for_hit(HITId=hit))["Assignments"] == []
    assert ONLY in (await requester.refused("get_assignment", AssignmentId=assignment)).message


async def test_nobody_decides_and_it_is_approved(requester: Requester, market: Market) -> None:
    hit = await posted(requester, AutoApprovalDelayInSeconds=3600)
    assignment = await handed_in(market, hit)
    await market.tick(3600)

    found = (await requester.get_assignment(AssignmentId=assignment))["Assignment"]

    assert (found["AssignmentStatus"], "RequesterFeedback" in found) == ("Approved", False)
    assert found["ApprovalTime"] == market.requester.clock()


async def test_work_is_approved_on_submission_where_the_delay_is_nothing(requester: Requester, market: Market) -> None:
    assignment = await handed_in(market, await posted(requester, AutoApprovalDelayInSeconds=0))

    assert (await requester.get_assignment(AssignmentId=assignment))["Assignment"]["AssignmentStatus"] == "Approved"


async def test_assignments_are_listed_by_status_a_page_at_a_time(requester: Requester, market: Market) -> None:
    hit = await posted(requester, MaxAssignments=9)
    made = []
    for _ in range(4):
        market.requester.clock.advance(1)
        made.append(await handed_in(market, hit))
    await requester.approve_assignment(AssignmentId=made[1])
    await requester.reject_assignment(AssignmentId=made[2], RequesterFeedback="No")

    async def listed(**given: Any) -> list[str]:
        found: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = await requester.list_assignments_for_hit(HITId=hit, MaxResults=2, **given, **token)
            found += [one["AssignmentId"] for one in page["Assignments"]]
            if not page["NumResults"]:
                assert "NextToken" not in page
                return found
            token = {"NextToken": page["NextToken"]}

    assert await listed() == made
    assert await listed(AssignmentStatuses=["Submitted"]) == [made[0], made[3]]
    assert await listed(AssignmentStatuses=["Rejected", "Approved"]) == [made[1], made[2]]
    refused = await requester.refused("list_assignments_for_hit", HITId=hit, AssignmentStatuses=["Done"])
    assert refused.kind == "ValidationException"


@pytest.mark.parametrize("name", ["get_assignment", "approve_assignment", "reject_assignment"])
async def test_another_requesters_work_is_not_there(
    requester: Requester, market: Market, client: Any, name: str
) -> None:
    assignment = await handed_in(market, await posted(requester))
    other = await client(of=await market.add_requester("Other"))
    more = {"RequesterFeedback": "No"} if name == "reject_assignment" else {}

    for speaker, id_ in ((other, assignment), (requester, "3NOTHING"), (requester, ids.told(UUID(int=7)))):
        refused = await speaker.refused(name, AssignmentId=id_, **more)
        assert refused.code == "AWS.MechanicalTurk.AssignmentDoesNotExist"
        assert "does not exist" in refused.message


async def test_feedback_has_no_control_characters(requester: Requester, market: Market) -> None:
    assignment = await handed_in(market, await posted(requester))

    for feedback in ("a\x07b", "x" * 1025):
        refused = await requester.refused("approve_assignment", AssignmentId=assignment, RequesterFeedback=feedback)
        assert refused.code == "AWS.MechanicalTurk.InvalidParameterValue"


# --- bonuses, blocks, money -----------------------------------------------------------------------------------------


async def test_a_bonus_is_paid_once_for_a_token(requester: Requester, market: Market) -> None:
    hit = await posted(requester)
    assignment = await handed_in(market, hit)
    worker = (await requester.get_assignment(AssignmentId=assignment))["Assignment"]["WorkerId"]
    given = {"WorkerId": worker, "AssignmentId": assignment, "BonusAmount": "1.25", "Reason": "Quick"}

    assert await requester.send_bonus(**given, UniqueRequestToken="once") == {}
    again = await requester.refused("send_bonus", **given, UniqueRequestToken="once")

    assert "already used by the request" in again.message
    for asked in ({"HITId": hit}, {"AssignmentId": assignment}):
        (paid,) = (await requester.list_bonus_payments(**asked))["BonusPayments"]
        assert paid == {**given, "GrantTime": market.requester.clock()}
    balance = await requester.get_account_balance()
    assert balance["AvailableBalance"] == "9998.25"


async def test_a_bonus_is_paid_once_for_many_at_a_time(requester: Requester, market: Market) -> None:
    hit = await posted(requester)
    assignment = await handed_in(market, hit)
    worker = (await requester.get_assignment(AssignmentId=assignment))["Assignment"]["WorkerId"]
    given = {"WorkerId": worker, "AssignmentId": assignment, "BonusAmount": "1.00", "Reason": "Quick"}

    paying = (requester.send_bonus(**given, UniqueRequestToken="once") for _ in range(6))
    answers = await asyncio.gather(*paying, return_exceptions=True)

    assert answers.count({}) == 1
    assert all("already used" in str(one) for one in answers if one != {})
    assert (await requester.list_bonus_payments(HITId=hit))["NumResults"] == 1


async def test_a_bonus_is_for_who_did_the_work(requester: Requester, market: Market) -> None:
    hit = await posted(requester, MaxAssignments=2)
    assignment = await handed_in(market, hit)
    worker = (await requester.get_assignment(AssignmentId=assignment))["Assignment"]["WorkerId"]
    stranger = ids.worker_told((await market.freelancer()).worker_id or UUID(int=0))
    given = {"WorkerId": worker, "AssignmentId": assignment, "BonusAmount": "1", "Reason": "Quick"}

    for changes, kind in [
        ({"WorkerId": stranger}, "ParameterValidationError"),
        ({"WorkerId": "AXYZ"}, "ParameterValidationError"),
        ({"AssignmentId": "3NOTHING"}, "RequestError"),
        ({"BonusAmount": "0"}, "RequestError"),
        ({"BonusAmount": "99999999"}, "RequestError"),
        ({"BonusAmount": "1.234"}, "ValidationException"),
        ({"Reason": "x" * 5000}, "RequestError"),
    ]:
        assert (await requester.refused("send_bonus", **{**given, **changes})).kind == kind, changes
    assert (await requester.list_bonus_payments(HITId=hit))["BonusPayments"] == []
    for wrong in ({}, {"HITId": hit, "AssignmentId": assignment}):
        refused = await requester.refused("list_bonus_payments", **wrong)
        assert refused.code == "AWS.MechanicalTurk.InvalidParameterValue"


async def test_money_is_held_for_what_is_promised(requester: Requester, client: Any, market: Market) -> None:
    assert await requester.get_account_balance() == {"AvailableBalance": "10000.00"}
    await market.settings(fee_basis_points=2000)

    await posted(requester, MaxAssignments=10)

    assert await requester.get_account_balance() == {"AvailableBalance": "9994.00", "OnHoldBalance": "6.00"}
    sandbox = await client("test", of=market.requester)
    await posted(sandbox, MaxAssignments=10)
    assert await sandbox.get_account_balance() == {"AvailableBalance": "10000.00"}


async def test_blocks_are_kept_and_taken_away(requester: Requester, market: Market) -> None:
    workers = [ids.worker_told((await market.freelancer()).worker_id or UUID(int=0)) for _ in range(3)]
    for worker in workers:
        assert await requester.create_worker_block(WorkerId=worker, Reason="Careless") == {}

    first = await requester.list_worker_blocks(MaxResults=2)
    second = await requester.list_worker_blocks(MaxResults=2, NextToken=first["NextToken"])
    end = await requester.list_worker_blocks(MaxResults=2, NextToken=second["NextToken"])

    found = [one["WorkerId"] for one in first["WorkerBlocks"] + second["WorkerBlocks"]]
    assert sorted(found) == sorted(workers)
    assert end == {"NumResults": 0, "WorkerBlocks": []}
    assert first["WorkerBlocks"][0]["Reason"] == "Careless"
    for _ in range(2):
        assert await requester.delete_worker_block(WorkerId=workers[0], Reason="Sorry") == {}
    assert (await requester.list_worker_blocks())["NumResults"] == 2
    unknown = await requester.refused("create_worker_block", WorkerId="AXYZ", Reason="Careless")
    assert (unknown.kind, "WorkerId is invalid." in unknown.message) == ("ParameterValidationError", True)


async def test_files_with_answers_were_withdrawn(requester: Requester, market: Market) -> None:
    assignment = await handed_in(market, await posted(requester))

    refused = await requester.refused("get_file_upload_url", AssignmentId=assignment, QuestionIdentifier="photo")

    assert (refused.code, "withdrawn" in refused.message) == ("AWS.MechanicalTurk.InvalidParameterValue", True)
