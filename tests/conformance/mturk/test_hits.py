"""HITs from making to deletion, as programs see them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from assay.faces.mturk.ids import meant
from market import Market
from requesting import Requester

QUESTION = (
    '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
    'ExternalQuestion.xsd"><ExternalURL>https://tasks.acme.org/1</ExternalURL><FrameHeight>0</FrameHeight>'
    "</ExternalQuestion>"
)
TERMS: dict[str, Any] = {
    "Title": "Name the colour",
    "Description": "Look, and say which colour it is.",
    "Keywords": "colour, look",
    "Reward": "0.05",
    "AssignmentDurationInSeconds": 600,
}
POSTED: dict[str, Any] = {"LifetimeInSeconds": 86_400, "Question": QUESTION}
CALIFORNIA = {"Country": "US", "Subdivision": "CA"}
LOCALE, PERCENT, ADULT = "00000000000000000071", "000000000000000000L0", "00000000000000000060"
REQUIRED: list[dict[str, Any]] = [
    {"QualificationTypeId": LOCALE, "Comparator": "In", "LocaleValues": [CALIFORNIA, {"Country": "DE"}]},
    {
        "QualificationTypeId": PERCENT,
        "Comparator": "GreaterThan",
        "IntegerValues": [95],
        "RequiredToPreview": True,
    },
    {
        "QualificationTypeId": ADULT,
        "Comparator": "EqualTo",
        "IntegerValues": [1],
        "ActionsGuarded": "DiscoverPreviewAndAccept",
    },
]


def posting_id(hit_id: str) -> UUID:
    found = meant(hit_id)
    assert found is not None
    return found


async def test_a_new_hit_is_told_as_it_always_was(requester: Requester, market: Market) -> None:
    made = (await requester.create_hit(**TERMS, **POSTED, MaxAssignments=3))["HIT"]

    now = market.requester.clock()
    ids = {made.pop(name) for name in ("HITId", "HITTypeId", "HITGroupId")}
    assert len(ids) == 3
    assert all(len(id_) == 30 and id_.startswith("3") for id_ in ids)
    assert made == {
        "CreationTime": now,
        "Title": "Name the colour",
        "Description": "Look, and say which colour it is.",
        "Question": QUESTION,
        "Keywords": "colour, look",
        "HITStatus": "Assignable",
        "MaxAssignments": 3,
        "Reward": "0.05",
        "AutoApprovalDelayInSeconds": 2_592_000,
        "Expiration": now + timedelta(days=1),
        "AssignmentDurationInSeconds": 600,
        "QualificationRequirements": [],
        "HITReviewStatus": "NotReviewed",
        "NumberOfAssignmentsPending": 0,
        "NumberOfAssignmentsAvailable": 3,
        "NumberOfAssignmentsCompleted": 0,
    }


async def test_a_hit_is_read_back_as_it_was_made(requester: Requester) -> None:
    given = {**TERMS, **POSTED, "RequesterAnnotation": "batch 7", "QualificationRequirements": REQUIRED}
    made = (await requester.create_hit(**given))["HIT"]

    assert (await requester.get_hit(HITId=made["HITId"]))["HIT"] == made
    assert (await requester.list_hits())["HITs"] == [made]
    assert made["RequesterAnnotation"] == "batch 7"
    assert [one["ActionsGuarded"] for one in made["QualificationRequirements"]] == [
        "Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"
    ]  # fmt: skip
    assert [one["RequiredToPreview"] for one in made["QualificationRequirements"]] == [False, True, True]
    assert made["QualificationRequirements"][0]["LocaleValues"] == REQUIRED[0]["LocaleValues"]
    assert "IntegerValues" not in made["QualificationRequirements"][0]


async def test_equal_terms_are_one_hit_type(requester: Requester) -> None:
    type_id = (await requester.create_hit_type(**TERMS))["HITTypeId"]

    again = await requester.create_hit_type(**{**TERMS, "Reward": "0.05", "AutoApprovalDelayInSeconds": 2_592_000})
    other = await requester.create_hit_type(**{**TERMS, "Reward": "0.06"})
    posted = (await requester.create_hit(**TERMS, **POSTED))["HIT"]
    by_type = (await requester.create_hit_with_hit_type(HITTypeId=type_id, **POSTED))["HIT"]

    assert again["HITTypeId"] == posted["HITTypeId"] == by_type["HITTypeId"] == type_id != other["HITTypeId"]
    assert posted["HITGroupId"] == by_type["HITGroupId"] != type_id
    by_group = await requester.create_hit_with_hit_type(HITTypeId=posted["HITGroupId"], **POSTED)
    assert by_group["HIT"]["HITTypeId"] == type_id


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"Title": "t" * 129}, "InvalidParameterValue", "title"),
        ({"Description": "d" * 2001}, "InvalidParameterValue", "description"),
        ({"Keywords": "k" * 1001}, "InvalidParameterValue", "keywords"),
        ({"RequesterAnnotation": "a" * 256}, "InvalidParameterValue", "annotation"),
        ({"LifetimeInSeconds": 29}, "InvalidParameterValue", "lifetime"),
        ({"LifetimeInSeconds": 31_536_001}, "InvalidParameterValue", "lifetime"),
        ({"AssignmentDurationInSeconds": -1}, "InvalidParameterValue", "duration"),
        ({"AutoApprovalDelayInSeconds": 2_592_001}, "InvalidParameterValue", "auto_approval"),
        ({"MaxAssignments": 0}, "InvalidParameterValue", "max_engagements"),
        ({"Question": "<Nothing/>"}, "XMLParseError", "ExternalQuestion"),
        ({"Question": "x" * 70_000}, "InvalidParameterValue", "65535"),
        ({"Question": None}, "InvalidParameterValue", "HITLayoutId"),
        ({"HITLayoutId": "3ABC"}, "InvalidParameterValue", "HITLayoutId"),
        ({"HITLayoutId": "3ABC", "Question": None}, "HITLayoutDoesNotExist", "does not exist"),
        ({"QualificationRequirements": REQUIRED[:1] * 11}, "InvalidParameterValue", "10"),
        ({"QualificationRequirements": [{**REQUIRED[1], "ActionsGuarded": "Accept"}]}, "InvalidParameterValue", "both"),
        ({"QualificationRequirements": [{**REQUIRED[1], "QualificationTypeId": "NONE"}]},
         "QualificationTypeDoesNotExist", "does not exist"),
        ({"QualificationRequirements": [{**REQUIRED[1], "Comparator": "Exists"}]}, "InvalidParameterValue", "nothing"),
        ({"QualificationRequirements": [{**REQUIRED[0], "Comparator": "LessThan"}]}, "InvalidParameterValue", "places"),
        ({"Reward": "99999999.00"}, "InsufficientFunds", "insufficient funds"),
    ],
)  # fmt: skip
async def test_a_hit_that_is_not_allowed_is_refused(
    requester: Requester, changes: dict[str, Any], code: str, said: str
) -> None:
    given = {name: value for name, value in {**TERMS, **POSTED, **changes}.items() if value is not None}

    refused = await requester.refused("create_hit", **given)

    assert (refused.kind, refused.code, refused.status) == ("RequestError", f"AWS.MechanicalTurk.{code}", 400)
    assert said in refused.message
    assert (await requester.list_hits())["HITs"] == []


async def test_a_refusal_ends_with_the_moment(requester: Requester, market: Market) -> None:
    refused = await requester.refused("get_hit", HITId="3NOTHING")

    moment = int(market.requester.clock().timestamp() * 1000)
    assert refused.message == f"Hit 3NOTHING does not exist. ({moment})"


async def test_a_token_is_good_once(requester: Requester, client: Any, market: Market) -> None:
    given = {**TERMS, **POSTED, "UniqueRequestToken": "mine"}
    made = (await requester.create_hit(**given))["HIT"]

    again = await requester.refused("create_hit", **given)

    assert again.code == "AWS.MechanicalTurk.HitAlreadyExists"
    assert f'The HIT with ID "{made["HITId"]}" already exists.' in again.message
    # It is the operation's own, and the world's.
    await requester.create_hit_with_hit_type(HITTypeId=made["HITTypeId"], **POSTED, UniqueRequestToken="mine")
    sandbox = await client("test", of=market.requester)
    await sandbox.create_hit(**given)
    assert len((await requester.list_hits())["HITs"]) == 2


async def test_a_token_is_good_once_for_two_at_a_time(requester: Requester) -> None:
    given = {**TERMS, **POSTED, "UniqueRequestToken": "mine"}
    await requester.create_hit_type(**TERMS)

    answers = await asyncio.gather(*(requester.create_hit(**given) for _ in range(6)), return_exceptions=True)

    made = [one for one in answers if not isinstance(one, BaseException)]
    assert len(made) == 1
    assert all("HitAlreadyExists" in str(vars(one)) for one in answers if isinstance(one, BaseException))
    assert len((await requester.list_hits())["HITs"]) == 1


async def test_a_token_of_what_was_refused_is_free(requester: Requester) -> None:
    await requester.refused("create_hit", **{**TERMS, **POSTED, "Title": "t" * 129, "UniqueRequestToken": "mine"})

    assert (await requester.create_hit(**TERMS, **POSTED, UniqueRequestToken="mine"))["HIT"]


async def test_two_worlds_do_not_meet(requester: Requester, client: Any, market: Market) -> None:
    live = (await requester.create_hit(**TERMS, **POSTED))["HIT"]
    sandbox = await client("test", of=market.requester)
    by_address = await client("live", of=market.requester, path="/mturk-sandbox")

    trial = (await sandbox.create_hit(**{**TERMS, "Reward": "99999999.00"}, **POSTED))["HIT"]

    assert (await by_address.list_hits())["HITs"] == [trial]
    assert (await requester.list_hits())["HITs"] == [live]
    for speaker, id_ in ((sandbox, live["HITId"]), (requester, trial["HITId"]), (by_address, live["HITId"])):
        for name in ("get_hit", "delete_hit", "list_assignments_for_hit", "list_review_policy_results_for_hit"):
            assert (await speaker.refused(name, HITId=id_)).code == "AWS.MechanicalTurk.HITDoesNotExist"
    # An address without TLS is for trying things out.
    plain = {**POSTED, "Question": QUESTION.replace("https://tasks", "http://tasks")}
    assert (await requester.refused("create_hit", **TERMS, **plain)).code == "AWS.MechanicalTurk.XMLParseError"
    assert (await sandbox.create_hit(**TERMS, **plain))["HIT"]


async def test_another_requesters_things_are_not_there(requester: Requester, client: Any, market: Market) -> None:
    made = (await requester.create_hit(**TERMS, **POSTED))["HIT"]
    other = await client(of=await market.add_requester("Other"))

    for name, given in [
        ("get_hit", {"HITId": made["HITId"]}),
        ("delete_hit", {"HITId": made["HITId"]}),
        ("update_expiration_for_hit", {"HITId": made["HITId"], "ExpireAt": 0}),
        ("update_hit_review_status", {"HITId": made["HITId"]}),
        ("create_additional_assignments_for_hit", {"HITId": made["HITId"], "NumberOfAdditionalAssignments": 1}),
        ("list_assignments_for_hit", {"HITId": made["HITId"]}),
        ("list_bonus_payments", {"HITId": made["HITId"]}),
        ("create_hit_with_hit_type", {"HITTypeId": made["HITTypeId"], **POSTED}),
    ]:
        assert "does not exist" in (await other.refused(name, **given)).message, name
    assert (await other.list_hits()) == {"NumResults": 0, "HITs": []}


async def test_pages_have_a_token_until_the_empty_one(requester: Requester, market: Market) -> None:
    made = []
    for _ in range(5):
        market.requester.clock.advance(1)
        made.append((await requester.create_hit(**TERMS, **POSTED))["HIT"]["HITId"])

    first = await requester.list_hits(MaxResults=2)
    second = await requester.list_hits(MaxResults=2, NextToken=first["NextToken"])
    third = await requester.list_hits(MaxResults=2, NextToken=second["NextToken"])
    end = await requester.list_hits(MaxResults=2, NextToken=third["NextToken"])

    listed = [hit["HITId"] for page in (first, second, third) for hit in page["HITs"]]
    assert listed == made[::-1]
    assert [page["NumResults"] for page in (first, second, third, end)] == [2, 2, 1, 0]
    assert "NextToken" in third
    assert end == {"NumResults": 0, "HITs": []}
    pages = requester.client.get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 2})
    found = await asyncio.to_thread(lambda: [hit["HITId"] for page in pages for hit in page["HITs"]])
    assert found == listed


async def test_status_and_counts_follow_the_work(requester: Requester, market: Market) -> None:
    """Submitted work that nobody reviewed is in none of the three counts; programs find it by that."""
    hit = (await requester.create_hit(**TERMS, **POSTED, MaxAssignments=2))["HIT"]
    workers = [await market.freelancer() for _ in range(3)]

    async def state() -> tuple[Any, ...]:
        found = (await requester.get_hit(HITId=hit["HITId"]))["HIT"]
        counts = ("Pending", "Available", "Completed")
        return found["HITStatus"], *(found[f"NumberOfAssignments{name}"] for name in counts)

    posting = await market.posting(posting_id(hit["HITId"]))
    first = await market.accept(workers[0], posting)
    assert await state() == ("Assignable", 1, 1, 0)
    second = await market.accept(workers[1], posting)
    assert await state() == ("Unassignable", 2, 0, 0)
    await market.give_back(workers[1], second)
    assert await state() == ("Assignable", 1, 1, 0)
    await market.submit(workers[0], first, colour="blue")
    assert await state() == ("Assignable", 0, 1, 0)
    await market.done(workers[2], posting, colour="red")
    assert await state() == ("Reviewable", 0, 0, 0)

    await requester.update_hit_review_status(HITId=hit["HITId"])
    assert (await state())[0] == "Reviewing"
    assert (await requester.list_reviewable_hits())["HITs"] == []
    assert len((await requester.list_reviewable_hits(Status="Reviewing"))["HITs"]) == 1
    await requester.update_hit_review_status(HITId=hit["HITId"], Revert=True)
    again = await requester.refused("update_hit_review_status", HITId=hit["HITId"], Revert=True)
    assert (
        "This HIT is currently in the state 'Reviewable'.  This operation can be called with a status of: Reviewing"
        in again.message
    )
    assert again.code == "AWS.MechanicalTurk.InvalidHITState"
    assert [one["HITId"] for one in (await requester.list_reviewable_hits(HITTypeId=hit["HITTypeId"]))["HITs"]] == [
        hit["HITId"]
    ]

    await requester.create_additional_assignments_for_hit(HITId=hit["HITId"], NumberOfAdditionalAssignments=1)
    assert await state() == ("Assignable", 0, 1, 0)
    await requester.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=datetime(2015, 1, 1, tzinfo=UTC))
    assert await state() == ("Reviewable", 0, 1, 0)
    await requester.update_expiration_for_hit(
        HITId=hit["HITId"], ExpireAt=market.requester.clock() + timedelta(hours=1)
    )
    assert await state() == ("Assignable", 0, 1, 0)
    await market.tick(3600)
    assert await state() == ("Reviewable", 0, 1, 0)


async def test_deleting_has_the_words_that_programs_look_for(requester: Requester, market: Market) -> None:
    hit = (await requester.create_hit(**TERMS, **POSTED))["HIT"]["HITId"]
    told = "This operation can be called with a status of: Reviewing, Reviewable"

    assignable = await requester.refused("delete_hit", HITId=hit)
    engagement = await market.done(await market.freelancer(), await market.posting(posting_id(hit)), colour="blue")
    unreviewed = await requester.refused("delete_hit", HITId=hit)
    await market.approve(engagement)
    assert await requester.delete_hit(HITId=hit) == {}
    twice = await requester.refused("delete_hit", HITId=hit)

    for refused, state in ((assignable, "Assignable"), (unreviewed, "Reviewable"), (twice, "Disposed")):
        assert f"This HIT is currently in the state '{state}'.  {told}" in refused.message
    assert (await requester.list_hits())["HITs"] == []
    assert (await requester.get_hit(HITId=hit))["HIT"]["HITStatus"] == "Disposed"
    for name, given in [
        ("create_additional_assignments_for_hit", {"NumberOfAdditionalAssignments": 1}),
        ("update_expiration_for_hit", {"ExpireAt": 0}),
        ("update_hit_review_status", {}),
    ]:
        assert "currently in the state 'Disposed'" in (await requester.refused(name, HITId=hit, **given)).message


async def test_few_assignments_stay_few_where_the_market_is_strict(requester: Requester, market: Market) -> None:
    hit = (await requester.create_hit(**TERMS, **POSTED, MaxAssignments=3))["HIT"]["HITId"]
    await requester.create_additional_assignments_for_hit(HITId=hit, NumberOfAdditionalAssignments=20)
    await market.settings(strict_limits=True)
    other = (await requester.create_hit(**TERMS, **POSTED, MaxAssignments=9))["HIT"]["HITId"]

    refused = await requester.refused(
        "create_additional_assignments_for_hit", HITId=other, NumberOfAdditionalAssignments=1
    )

    assert refused.code == "AWS.MechanicalTurk.InvalidMaximumAssignmentsIncrease"
    for number in (0, -5):
        wrong = await requester.refused(
            "create_additional_assignments_for_hit", HITId=other, NumberOfAdditionalAssignments=number
        )
        assert wrong.code == "AWS.MechanicalTurk.InvalidParameterValue"


async def test_more_assignments_under_a_token_come_once(requester: Requester) -> None:
    hit = (await requester.create_hit(**TERMS, **POSTED))["HIT"]["HITId"]
    given = {"HITId": hit, "NumberOfAdditionalAssignments": 2, "UniqueRequestToken": "more"}

    await requester.create_additional_assignments_for_hit(**given)
    again = await requester.refused("create_additional_assignments_for_hit", **given)

    assert "already used by the request" in again.message
    assert (await requester.get_hit(HITId=hit))["HIT"]["MaxAssignments"] == 3


async def test_a_hit_moves_to_another_type_until_somebody_begins(requester: Requester, market: Market) -> None:
    hit = (await requester.create_hit(**TERMS, **POSTED))["HIT"]["HITId"]
    dearer = (await requester.create_hit_type(**{**TERMS, "Title": "Better paid", "Reward": "0.50"}))["HITTypeId"]

    assert await requester.update_hit_type_of_hit(HITId=hit, HITTypeId=dearer) == {}
    moved = (await requester.get_hit(HITId=hit))["HIT"]
    assert (moved["HITTypeId"], moved["Title"], moved["Reward"]) == (dearer, "Better paid", "0.50")
    unknown = await requester.refused("update_hit_type_of_hit", HITId=hit, HITTypeId="3NONE")
    assert (unknown.code, "does not exist" in unknown.message) == ("AWS.MechanicalTurk.HITTypeDoesNotExist", True)

    await market.accept(await market.freelancer(), await market.posting(posting_id(hit)))
    begun = await requester.refused("update_hit_type_of_hit", HITId=hit, HITTypeId=moved["HITTypeId"])
    assert begun.code == "AWS.MechanicalTurk.InvalidHITState"


async def test_layouts_are_filled(requester: Requester, market: Market) -> None:
    manager = await market.requester.client_for("manager")
    layout = (await manager.post("/v1/market/layouts", json={"name": "L", "html": "<p>${a} &amp; ${b}</p>"})).json()
    given = {**TERMS, "LifetimeInSeconds": 3600, "HITLayoutId": layout["code"]}
    parameters = [{"Name": "a", "Value": "<b>x</b>"}, {"Name": "b", "Value": "y]]>"}]

    made = (await requester.create_hit(**given, HITLayoutParameters=parameters))["HIT"]

    assert made["HITLayoutId"] == layout["code"]
    assert "<p><b>x</b> &amp; y]]" in made["Question"]
    assert (await requester.get_hit(HITId=made["HITId"]))["HIT"] == made
    for wrong in ([], parameters[:1], [*parameters, {"Name": "c", "Value": ""}], [*parameters, parameters[0]]):
        refused = await requester.refused("create_hit", **given, HITLayoutParameters=wrong)
        assert refused.code == "AWS.MechanicalTurk.InvalidParameterValue"


async def test_hits_are_found_by_what_they_require(requester: Requester) -> None:
    required = (await requester.create_hit(**TERMS, **POSTED, QualificationRequirements=REQUIRED[1:2]))["HIT"]
    await requester.create_hit(**TERMS, **POSTED)

    found = await requester.list_hits_for_qualification_type(QualificationTypeId="000000000000000000L0")

    assert found["HITs"] == [required]
    assert (await requester.list_hits_for_qualification_type(QualificationTypeId="00000000000000000040"))["HITs"] == []
    unknown = await requester.refused("list_hits_for_qualification_type", QualificationTypeId="NONE")
    assert "does not exist" in unknown.message


async def test_an_organization_without_a_market_is_told_so(client: Any) -> None:
    stranger = await client()

    refused = await stranger.refused("get_account_balance")

    assert (refused.kind, refused.code) == ("RequestError", "AWS.NotAuthorized")
    assert "not on a market" in refused.message
