"""What the dialect takes, its ids and its pages. Members are held against the service model that botocore ships."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from assay.core import qualifications
from assay.faces.mturk import ids, paging
from assay.faces.mturk.members import Flag, ListOf, Moment, Shape, Structure, Text, Whole, checked
from assay.faces.mturk.operations import OPERATIONS
from assay.faces.mturk.refusals import Refused

MODEL = Session().get_service_model("mturk", "2017-01-17")


def _same(ours: Shape, theirs: Any, path: str) -> None:
    match ours:
        case Structure():
            assert theirs.type_name == "structure", path
            assert set(ours.members) == set(theirs.members), path
            assert set(ours.required) == set(theirs.required_members), path
            for name, member in ours.members.items():
                _same(member, theirs.members[name], f"{path}.{name}")
        case ListOf():
            assert theirs.type_name == "list", path
            _same(ours.member, theirs.member, f"{path}[]")
        case Text():
            assert theirs.type_name == "string", path
            bounds = theirs.metadata
            assert (ours.length_min or None, ours.length_max) == (bounds.get("min"), bounds.get("max")), path
            assert ours.pattern == bounds.get("pattern"), path
            # We know one transport more.
            assert [one for one in ours.choices if one != "Webhook"] == bounds.get("enum", []), path
        case Whole():
            assert theirs.type_name == {32: "integer", 64: "long"}[ours.bits], path
            assert (ours.least, ours.most) == (theirs.metadata.get("min"), theirs.metadata.get("max")), path
        case Flag():
            assert theirs.type_name == "boolean", path
        case Moment():
            assert theirs.type_name == "timestamp", path


def test_every_operation_takes_what_the_service_model_says() -> None:
    assert set(OPERATIONS) == set(MODEL.operation_names)
    assert len(OPERATIONS) == 39
    for name, members in OPERATIONS.items():
        shape = MODEL.operation_model(name).input_shape
        if shape is None:
            assert not members.members
        else:
            _same(members, shape, name)


CONSTRAINT = "failed to satisfy constraint: Member must"


@pytest.mark.parametrize(
    ("operation", "given_", "said"),
    [
        ("RejectAssignment", {"AssignmentId": "3A"}, f"Value null at 'requesterFeedback' {CONSTRAINT} not be null"),
        ("GetHIT", {"HITId": "a b"}, f"'a b' at 'hITId' {CONSTRAINT} satisfy regular expression pattern: ^[A-Z0-9]+$"),
        ("GetHIT", {"HITId": "A" * 100}, f"'hITId' {CONSTRAINT} have length less than or equal to 64"),
        ("ListHITs", {"MaxResults": 101}, f"'101' at 'maxResults' {CONSTRAINT} have value less than or equal to 100"),
        ("ListReviewableHITs", {"Status": "Foo"}, f"{CONSTRAINT} satisfy enum value set: [Reviewable, Reviewing]"),
        ("SendBonus", {"WorkerId": "A1", "BonusAmount": "abc", "AssignmentId": "3A", "Reason": "x"}, "'bonusAmount'"),
        ("NotifyWorkers", {"Subject": "s", "MessageText": "m", "WorkerIds": ["A1", "B1"]}, "'workerIds.2.member'"),
    ],
    ids=["missing", "pattern", "length", "size", "choice", "money", "in a list"],
)
def test_what_does_not_fit_is_told_in_the_services_words(operation: str, given_: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(OPERATIONS[operation], given_)

    assert refused.value.kind == "ValidationException"
    assert refused.value.message.startswith("1 validation error detected: ")
    assert said in refused.value.message


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Refused, match=r"^2 validation errors detected: .*'hITId'.*; .*'hITTypeId'"):
        checked(OPERATIONS["UpdateHITTypeOfHIT"], {"HITId": "!", "HITTypeId": None})


@pytest.mark.parametrize(
    "given_",
    [
        {"HITId": 5, "ExpireAt": 0},
        {"HITId": "3A", "ExpireAt": True},
        {"HITId": "3A", "ExpireAt": "soon"},
        {"HITId": "3A", "ExpireAt": 1e300},
        {"HITId": "3A", "ExpireAt": float("nan")},
        [],
        "text",
    ],
)
def test_another_json_type_is_no_value(given_: Any) -> None:
    with pytest.raises(Refused) as refused:
        checked(OPERATIONS["UpdateExpirationForHIT"], given_)

    assert refused.value.kind == "SerializationException"


@pytest.mark.parametrize("number", [1.5, 2**31, -(2**31) - 1, "5", True, None, float("inf"), 10**400])
def test_whole_numbers_have_32_bits(number: Any) -> None:
    given_ = {"HITId": "3A", "NumberOfAdditionalAssignments": number}

    with pytest.raises(Refused):
        checked(OPERATIONS["CreateAdditionalAssignmentsForHIT"], given_)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1420070400, datetime(2015, 1, 1, tzinfo=UTC)),
        (1500000000.123, datetime(2017, 7, 14, 2, 40, 0, 123000, tzinfo=UTC)),
        ("2015-01-01T00:00:00Z", datetime(2015, 1, 1, tzinfo=UTC)),
        ("2015-01-01T01:00:00+01:00", datetime(2015, 1, 1, tzinfo=UTC)),
    ],
)
def test_moments_are_seconds_or_texts(sent: Any, meant: datetime) -> None:
    assert checked(OPERATIONS["UpdateExpirationForHIT"], {"HITId": "3A", "ExpireAt": sent})["ExpireAt"] == meant


def test_members_that_nobody_knows_and_nulls_are_passed_over() -> None:
    given_ = {"HITId": "3A", "Revert": None, "Colour": "red"}

    assert checked(OPERATIONS["UpdateHITReviewStatus"], given_) == {"HITId": "3A"}


# --- ids ------------------------------------------------------------------------------------------------------------


@given(st.uuids())
def test_ids_are_read_back(id_: UUID) -> None:
    told, group, worker = ids.told(id_), ids.group_told(id_), ids.worker_told(id_)

    assert [len(told), told[0], len(group), group[0], worker[0]] == [30, "3", 30, "3", "A"]
    assert told != group
    assert ids.meant(told) == ids.offer_meant(told) == ids.offer_meant(group) == ids.worker_meant(worker) == id_
    assert ids.meant(group) is None
    assert ids.meant(worker) is None


@given(st.from_regex(r"[A-Z0-9]{1,64}", fullmatch=True))
def test_other_ids_are_nobodys(text: str) -> None:
    for meant, told in ((ids.meant, ids.told), (ids.worker_meant, ids.worker_told)):
        found = meant(text)
        assert found is None or told(found) == text


def test_the_markets_own_types_keep_the_ids_that_programs_know() -> None:
    assert ids.qualification_meant("000000000000000000L0") == qualifications.APPROVED_PERCENT
    assert ids.qualification_meant("2F1QJWKUDD8XADTFD2Q0G6UTO95ALH") == qualifications.MASTERS
    assert ids.qualification_told(qualifications.MASTERS, "test") == "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"
    for type_id in qualifications.SYSTEM_NAMES:
        assert ids.qualification_meant(ids.qualification_told(type_id, "live")) == type_id


# --- pages ----------------------------------------------------------------------------------------------------------


def test_every_page_that_holds_something_has_a_token_and_an_empty_one_has_none() -> None:
    asked = {"HITId": "3A", "MaxResults": 5}

    told = paging.page("ListAssignmentsForHIT", asked, "Assignments", [{"AssignmentId": "3B"}], "where it ends")
    empty = paging.page("ListAssignmentsForHIT", asked, "Assignments", [], None)

    assert len(told["NextToken"]) <= 255
    assert told["NumResults"] == 1
    assert empty == {"NumResults": 0, "Assignments": []}
    again = {**asked, "NextToken": told["NextToken"], "MaxResults": 7}
    assert paging.place_in("ListAssignmentsForHIT", again) == "where it ends"


def test_a_token_is_good_for_its_list_only() -> None:
    told = paging.page("ListAssignmentsForHIT", {"HITId": "3A"}, "Assignments", [{}], "here")["NextToken"]

    others: list[tuple[str, dict[str, Any]]] = [
        ("ListHITs", {}),
        ("ListAssignmentsForHIT", {"HITId": "3B"}),
        ("ListAssignmentsForHIT", {"HITId": "3A", "AssignmentStatuses": ["Approved"]}),
    ]
    for operation, asked in others:
        with pytest.raises(Refused, match="NextToken"):
            paging.place_in(operation, {**asked, "NextToken": told})
    for nonsense in ("x", "====", "é", told[:8], "A" * 255):
        with pytest.raises(Refused, match="NextToken"):
            paging.place_in("ListAssignmentsForHIT", {"HITId": "3A", "NextToken": nonsense})
