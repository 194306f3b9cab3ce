"""Qualification types, tests, grants and requests, as programs see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest

from assay.faces.mturk import ids
from assay.services import qualifying
from harness import Person
from market import Market
from requesting import Requester

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
TYPE: dict[str, Any] = {"Name": "Knows birds", "Description": "Can tell birds", "QualificationTypeStatus": "Active"}
TEST = f"""<QuestionForm xmlns="{SCHEMAS}2017-11-06/QuestionForm.xsd"><Question>
<QuestionIdentifier>bird</QuestionIdentifier><IsRequired>true</IsRequired>
<QuestionContent><Text>Which one flies?</Text></QuestionContent>
<AnswerSpecification><SelectionAnswer><Selections>
<Selection><SelectionIdentifier>robin</SelectionIdentifier><Text>Robin</Text></Selection>
<Selection><SelectionIdentifier>stone</SelectionIdentifier><Text>Stone</Text></Selection>
</Selections></SelectionAnswer></AnswerSpecification></Question></QuestionForm>"""
KEY = f"""<AnswerKey xmlns="{SCHEMAS}2005-10-01/AnswerKey.xsd"><Question>
<QuestionIdentifier>bird</QuestionIdentifier><AnswerOption><SelectionIdentifier>robin</SelectionIdentifier>
<AnswerScore>10</AnswerScore></AnswerOption></Question></AnswerKey>"""


def uuid(id_: str) -> UUID:
    found = ids.meant(id_)
    assert found is not None
    return found


def worker_of(person: Person) -> str:
    assert person.worker_id is not None
    return ids.worker_told(person.worker_id)


async def made(requester: Requester, **changes: Any) -> dict[str, Any]:
    type_: dict[str, Any] = (await requester.create_qualification_type(**{**TYPE, **changes}))["QualificationType"]
    return type_


async def ask(market: Market, who: Person, type_id: str) -> None:
    async with market.organization.context_for(who) as context:
        await qualifying.ask(context, uuid(type_id), mode="live")


async def answer(market: Market, who: Person, type_id: str, choice: str) -> None:
    async with market.organization.context_for(who) as context:
        begun = await qualifying.begin_test(context, uuid(type_id), mode="live")
        await qualifying.submit_test(context, begun.id, {"bird": [choice]})


async def test_a_type_is_told_as_it_was_made(requester: Requester, market: Market) -> None:
    type_ = await made(
        requester,
        Keywords="birds, nature",
        Test=TEST,
        AnswerKey=KEY,
        TestDurationInSeconds=600,
        RetryDelayInSeconds=3600,
    )

    assert (await requester.get_qualification_type(QualificationTypeId=type_["QualificationTypeId"])) == {
        "QualificationType": type_
    }
    assert type_.pop("QualificationTypeId").startswith("3")
    assert type_ == {
        **TYPE,
        "CreationTime": market.requester.clock(),
        "Keywords": "birds, nature",
        "Test": TEST,
        "AnswerKey": KEY,
        "TestDurationInSeconds": 600,
        "RetryDelayInSeconds": 3600,
        "IsRequestable": True,
        "AutoGranted": False,
    }


async def test_a_name_is_taken_until_its_type_is_deleted(requester: Requester, client: Any, market: Market) -> None:
    type_ = await made(requester)

    refused = await requester.refused("create_qualification_type", **TYPE)

    assert refused.code == "AWS.MechanicalTurk.QualificationTypeAlreadyExists"
    assert refused.message.startswith("You have already created a QualificationType with this name.")
    await made(await client("test", of=market.requester))
    await made(await client(of=await market.add_requester("Other")))
    given = {"QualificationTypeId": type_["QualificationTypeId"]}
    assert await requester.delete_qualification_type(**given) == {}
    again = await made(requester)
    assert again["QualificationTypeId"] != type_["QualificationTypeId"]
    assert "does not exist" in (await requester.refused("get_qualification_type", **given)).message
    twice = await requester.refused("delete_qualification_type", **given)
    assert "called with a status of: Active, Inactive" in twice.message


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Name": ""}, None),
        ({"Name": "n" * 201}, "InvalidParameterValue"),
        ({"Description": "d" * 2001}, "InvalidParameterValue"),
        ({"Test": TEST}, "InvalidParameterValue"),
        ({"AnswerKey": KEY}, "InvalidParameterValue"),
        ({"TestDurationInSeconds": 60}, "InvalidParameterValue"),
        ({"Test": TEST, "TestDurationInSeconds": 60, "AutoGranted": True}, "InvalidParameterValue"),
        ({"Test": TEST, "TestDurationInSeconds": 60, "AnswerKey": KEY.replace("bird", "fish")}, "XMLParseError"),
        ({"Test": "<HTMLQuestion/>", "TestDurationInSeconds": 60}, "XMLParseError"),
        ({"RetryDelayInSeconds": -1}, "InvalidParameterValue"),
        ({"QualificationTypeStatus": "Sleeping"}, None),
    ],
)
async def test_a_type_that_makes_no_sense_is_refused(
    requester: Requester, changes: dict[str, Any], code: str | None
) -> None:
    refused = await requester.refused("create_qualification_type", **{**TYPE, **changes})

    assert refused.code == (f"AWS.MechanicalTurk.{code}" if code else refused.code)
    assert (await requester.list_qualification_types(MustBeRequestable=True, MustBeOwnedByCaller=True))[
        "NumResults"
    ] == 0


async def test_types_are_found_by_their_words(requester: Requester, client: Any, market: Market) -> None:
    birds = await made(requester, Keywords="Feathers")
    fish = await made(await client(of=await market.add_requester("Other")), Name="Knows fish", Description="Fins")
    resting = await made(requester, Name="Resting", Description="Asleep", QualificationTypeStatus="Inactive")

    async def found(**given: Any) -> list[str]:
        page = await requester.list_qualification_types(**{"MustBeRequestable": False, **given})
        return [one["QualificationTypeId"] for one in page["QualificationTypes"]]

    every = {birds["QualificationTypeId"], fish["QualificationTypeId"], resting["QualificationTypeId"]}
    assert set(await found()) == every
    assert await found(Query="KNOWS BIRDS") == [birds["QualificationTypeId"]]
    assert await found(Query="feather") == [birds["QualificationTypeId"]]
    assert set(await found(MustBeRequestable=True)) == every - {resting["QualificationTypeId"]}
    assert set(await found(MustBeOwnedByCaller=True)) == every - {fish["QualificationTypeId"]}
    page = await requester.list_qualification_types(MustBeRequestable=False, MaxResults=2)
    rest = await requester.list_qualification_types(MustBeRequestable=False, MaxResults=2, NextToken=page["NextToken"])
    assert (page["NumResults"], rest["NumResults"]) == (2, 1)


async def test_the_markets_own_types_are_there_and_nobodys_to_change(requester: Requester, market: Market) -> None:
    worker = worker_of(await market.freelancer())
    for type_id in ("00000000000000000040", "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"):
        type_ = (await requester.get_qualification_type(QualificationTypeId=type_id))["QualificationType"]
        assert (type_["QualificationTypeId"], type_["IsRequestable"]) == (type_id, False)
        for name, more in (
            ("delete_qualification_type", {}),
            ("update_qualification_type", {"Description": "Mine"}),
            ("associate_qualification_with_worker", {"WorkerId": worker}),
        ):
            refused = await requester.refused(name, QualificationTypeId=type_id, **more)
            assert refused.code == "AWS.MechanicalTurk.PermissionDeniedException"


async def test_a_qualification_is_given_changed_and_taken_away(requester: Requester, market: Market) -> None:
    type_id, worker = (await made(requester))["QualificationTypeId"], worker_of(await market.freelancer())
    given = {"QualificationTypeId": type_id, "WorkerId": worker}

    never = await requester.refused("get_qualification_score", **given)
    assert never.code == "AWS.MechanicalTurk.QualificationDoesNotExist"
    assert never.message.startswith("You requested a Qualification that does not exist. (")
    assert await requester.associate_qualification_with_worker(**given, IntegerValue=80, SendNotification=False) == {}
    assert (await requester.get_qualification_score(**given))["Qualification"] == {
        **given, "GrantTime": market.requester.clock(), "IntegerValue": 80, "Status": "Granted"
    }  # fmt: skip
    await requester.associate_qualification_with_worker(**given)
    assert (await requester.get_qualification_score(**given))["Qualification"]["IntegerValue"] == 1
    holders = await requester.list_workers_with_qualification_type(QualificationTypeId=type_id)
    assert [one["WorkerId"] for one in holders["Qualifications"]] == [worker]

    assert await requester.disassociate_qualification_from_worker(**given, Reason="Too long ago") == {}
    revoked = await requester.refused("get_qualification_score", **given)
    twice = await requester.refused("disassociate_qualification_from_worker", **given)
    assert "operation can be called with a status of: Granted" in revoked.message
    assert "operation can be called with a status of: Granted" in twice.message
    listed = [
        (await requester.list_workers_with_qualification_type(QualificationTypeId=type_id, Status=status))["NumResults"]
        for status in ("Granted", "Revoked")
    ]
    assert listed == [0, 1]


async def test_what_is_not_there_does_not_exist(requester: Requester, client: Any, market: Market) -> None:
    type_id, worker = (await made(requester))["QualificationTypeId"], worker_of(await market.freelancer())
    other = await client(of=await market.add_requester("Other"))

    for speaker, id_ in ((requester, "NONEXISTENT"), (requester, ids.told(UUID(int=5))), (other, type_id)):
        for name, more in [
            ("get_qualification_score", {"WorkerId": worker}),
            ("associate_qualification_with_worker", {"WorkerId": worker}),
            ("disassociate_qualification_from_worker", {"WorkerId": worker}),
            ("list_workers_with_qualification_type", {}),
            ("list_qualification_requests", {}),
            ("update_qualification_type", {"Description": "x"}),
            ("delete_qualification_type", {}),
        ]:
            refused = await speaker.refused(name, QualificationTypeId=id_, **more)
            assert refused.code == "AWS.MechanicalTurk.QualificationTypeDoesNotExist", (name, id_)
            assert "does not exist" in refused.message
    unknown = await requester.refused("associate_qualification_with_worker", QualificationTypeId=type_id, WorkerId="AX")
    assert unknown.kind == "ParameterValidationError"
    for name in ("accept_qualification_request", "reject_qualification_request"):
        for request_id in ("NOTHING", "any text at all", ids.told(UUID(int=5))):
            refused = await requester.refused(name, QualificationRequestId=request_id)
            assert refused.code == "AWS.MechanicalTurk.QualificationRequestDoesNotExist"


async def test_requests_wait_for_an_answer(requester: Requester, market: Market) -> None:
    type_id = (await made(requester))["QualificationTypeId"]
    workers = [await market.freelancer() for _ in range(2)]
    for worker in workers:
        market.requester.clock.advance(1)
        await ask(market, worker, type_id)

    first, second = (await requester.list_qualification_requests())["QualificationRequests"]
    assert set(first) == {"QualificationRequestId", "QualificationTypeId", "WorkerId", "SubmitTime"}
    assert [first["WorkerId"], second["WorkerId"]] == [worker_of(worker) for worker in workers]
    id_ = {"QualificationRequestId": first["QualificationRequestId"]}
    assert await requester.accept_qualification_request(**id_, IntegerValue=7) == {}
    assert await requester.reject_qualification_request(
        QualificationRequestId=second["QualificationRequestId"], Reason="Not yet"
    ) == {}  # fmt: skip

    score = await requester.get_qualification_score(QualificationTypeId=type_id, WorkerId=first["WorkerId"])
    assert score["Qualification"]["IntegerValue"] == 7
    assert (await requester.list_qualification_requests(QualificationTypeId=type_id))["NumResults"] == 0
    again = await requester.refused("accept_qualification_request", **id_)
    assert again.code == "AWS.MechanicalTurk.InvalidQualificationRequestState"


async def test_a_test_is_graded_by_its_key_or_waits(requester: Requester, market: Market) -> None:
    graded = await made(requester, Test=TEST, AnswerKey=KEY, TestDurationInSeconds=600)
    by_hand = await made(requester, Name="By hand", Test=TEST, TestDurationInSeconds=600)
    worker = await market.freelancer()

    await answer(market, worker, graded["QualificationTypeId"], "robin")
    await answer(market, worker, by_hand["QualificationTypeId"], "stone")

    given = {"QualificationTypeId": graded["QualificationTypeId"], "WorkerId": worker_of(worker)}
    assert (await requester.get_qualification_score(**given))["Qualification"]["IntegerValue"] == 10
    (waiting,) = (await requester.list_qualification_requests())["QualificationRequests"]
    assert (waiting["QualificationTypeId"], waiting["Test"]) == (by_hand["QualificationTypeId"], TEST)
    (told,) = ElementTree.fromstring(waiting["Answer"])
    assert [part.text for part in told] == ["bird", "stone"]


async def test_a_type_changes_but_not_its_name(requester: Requester) -> None:
    type_ = await made(requester, Test=TEST, AnswerKey=KEY, TestDurationInSeconds=600)
    id_ = {"QualificationTypeId": type_["QualificationTypeId"]}

    changed = await requester.update_qualification_type(
        **id_, Description="Tells birds", QualificationTypeStatus="Inactive", RetryDelayInSeconds=60
    )
    assert changed["QualificationType"] == {
        **type_, "Description": "Tells birds", "QualificationTypeStatus": "Inactive", "RetryDelayInSeconds": 60
    }  # fmt: skip
    again = (await requester.update_qualification_type(**id_, Test=TEST, TestDurationInSeconds=60))["QualificationType"]
    assert "AnswerKey" not in again
    keyed = (await requester.update_qualification_type(**id_, AnswerKey=KEY))["QualificationType"]
    assert (keyed["AnswerKey"], keyed["Test"], keyed["TestDurationInSeconds"]) == (KEY, TEST, 60)
    refused = await requester.refused("update_qualification_type", **id_, AutoGranted=True)
    assert refused.code == "AWS.MechanicalTurk.InvalidParameterValue"


async def test_what_is_granted_to_all_has_its_value(requester: Requester, market: Market) -> None:
    type_ = await made(requester, AutoGranted=True, AutoGrantedValue=42)
    worker = await market.freelancer()

    await ask(market, worker, type_["QualificationTypeId"])

    assert type_["AutoGrantedValue"] == 42
    given = {"QualificationTypeId": type_["QualificationTypeId"], "WorkerId": worker_of(worker)}
    assert (await requester.get_qualification_score(**given))["Qualification"]["IntegerValue"] == 42
