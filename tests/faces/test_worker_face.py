"""A worker's day over HTTP: claim, draw, submit, and everything that can come between."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from harness import Organization
from street import answer, box, new_street
from working import DRAWN, OTHER, at, claim, code, one_turn, settle, submit

# --- claiming -----------------------------------------------------------------------------------------------------


async def test_a_turn_brings_everything_needed_to_work_on_it(organization: Organization) -> None:
    street = await new_street(organization)
    await street.add_tasks("a.jpg", prelabels=answer(box("p", 1, 2, 30, 40)))
    client = await organization.client_for("annotator")

    turn = await claim(client, street)

    assert turn["stage"] == "annotate"
    assert [label["name"] for label in turn["taxonomy"]["labels"]] == ["car", "person"]
    assert (turn["media"]["width"], turn["media"]["height"], turn["media"]["file_name"]) == (640, 480, "a.jpg")
    assert turn["prelabels"]["annotations"][0]["x"] == 1
    assert (turn["draft"], turn["sent_back"], turn["review"]) == (None, None, None)
    assert turn["extension_available"] is True
    lease = datetime.fromisoformat(turn["lease_until"]) - datetime.fromisoformat(turn["server_time"])
    assert lease.total_seconds() == 1800


async def test_nothing_to_do_is_no_content(organization: Organization) -> None:
    street, client, _ = await one_turn(organization)

    found = await client.post(f"/v1/work/projects/{street.project_id}/claim", json={})

    assert (found.status_code, found.content) == (204, b"")


async def test_who_may_not_claim_is_told_why(organization: Organization) -> None:
    street = await new_street(organization)
    await street.add_tasks("a.jpg")
    path = f"/v1/work/projects/{street.project_id}/claim"
    annotator = await organization.client_for("annotator")

    no_review = await annotator.post(path, json={"stage": "review"})
    key = await (await organization.key_client(role="annotator")).post(path, json={})
    auditor = await (await organization.client_for("auditor")).post(path, json={})
    no_stage = await annotator.post(path, json={"stage": "sleep"})
    nowhere = await annotator.post(f"/v1/work/projects/{UUID(int=7)}/claim", json={})
    worker = organization.people["annotator"].worker_id
    manager = await organization.client_for("manager")
    await manager.post(f"/v1/projects/{street.project_id}/workers/{worker}/suspend", json={"reason": "Guessed."})
    suspended = await annotator.post(path, json={})

    assert [code(found) for found in (no_review, key, auditor, no_stage, nowhere, suspended)] == [
        (403, "forbidden"),
        (403, "forbidden"),
        (403, "forbidden"),
        (400, "invalid"),
        (404, "not_found"),
        (403, "forbidden"),
    ]
    assert "Guessed." in suspended.json()["detail"]


async def test_after_a_reload_the_turns_held_are_found_again_with_their_drafts(organization: Organization) -> None:
    street, client, turn = await one_turn(organization)
    await street.add_tasks("b.jpg")
    organization.clock.advance(1)
    second = await claim(client, street)
    incomplete = {"annotations": [{"id": "x", "type": "box", "label": "car", "x": 1, "y": 1, "width": 9, "height": 9}]}

    saved = await client.put(at(turn, "draft"), json={"answer": incomplete})
    held = (await client.get("/v1/work/turns")).json()["items"]

    assert saved.status_code == 204
    assert [t["assignment_id"] for t in held] == [turn["assignment_id"], second["assignment_id"]]
    assert held[0]["draft"]["annotations"][0]["width"] == 9
    assert held[1]["draft"] is None
    assert (await client.get(at(turn, "")[:-1])).json()["draft"] == held[0]["draft"]


async def test_nobody_sees_or_touches_a_turn_of_somebody_else(organization: Organization) -> None:
    _, _, turn = await one_turn(organization)
    other = await organization.client_for(await organization.add("annotator"))

    found = [
        await other.get(at(turn, "")[:-1]),
        await other.put(at(turn, "draft"), json={"answer": {"annotations": []}}),
        await submit(other, turn),
        await other.post(at(turn, "extend")),
        await other.post(at(turn, "skip"), json={"reason": "other"}),
        await other.post(at(turn, "report"), json={"reason": "other"}),
        await other.post(at(turn, "return")),
    ]

    assert [code(answer) for answer in found] == [(404, "not_found")] * len(found)


# --- handing in ---------------------------------------------------------------------------------------------------


async def test_submitting_the_same_answer_again_is_safe_and_another_is_refused(organization: Organization) -> None:
    street, client, turn = await one_turn(organization)

    first, again = await submit(client, turn), await submit(client, turn)
    changed = await submit(client, turn, OTHER)
    await settle(street)
    detail = (await (await organization.client_for("manager")).get(f"/v1/tasks/{turn['task_id']}")).json()

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert code(changed) == (409, "conflict")
    assert "another tab" in changed.json()["detail"]
    assert detail["state"] == "completed"
    assert len(detail["submissions"]) == 1
    assert detail["response"]["answer"]["annotations"] == detail["submissions"][0]["answer"]["annotations"]
    assert [e["type"] for e in detail["events"]].count("submission.created") == 1


async def test_the_same_answer_sent_ten_times_at_once_is_one_submission(organization: Organization) -> None:
    _, client, turn = await one_turn(organization)

    sent = await asyncio.gather(*(submit(client, turn) for _ in range(10)))

    assert {found.status_code for found in sent} == {200}
    assert len({found.json()["submission_id"] for found in sent}) == 1


@pytest.mark.parametrize(
    ("end", "body"), [("skip", {"reason": "other"}), ("report", {"reason": "other"}), ("return", None)]
)
async def test_an_answer_to_a_turn_given_up_elsewhere_is_not_blamed_on_time(
    organization: Organization, end: str, body: dict[str, str] | None
) -> None:
    _, client, turn = await one_turn(organization)
    await client.post(at(turn, end), json=body)

    late = await submit(client, turn)

    assert code(late) == (409, "lease_lost")
    assert late.json()["detail"].startswith("You gave this task up before")


async def test_time_at_work_is_no_longer_than_the_turn_was(organization: Organization) -> None:
    _, client, turn = await one_turn(organization)
    organization.clock.advance(5)

    await client.post(at(turn, "submit"), json={"answer": DRAWN, "duration_seconds": 9999})
    detail = (await (await organization.client_for("manager")).get(f"/v1/tasks/{turn['task_id']}")).json()

    assert detail["submissions"][0]["duration_seconds"] == 5


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (answer(box("a", 1, 1, 50, 50, "dragon")), "annotations[0].label"),
        (answer(box("a", 700, 1, 50, 50)), "annotations[0]"),
        (answer(box("a", 1, 1, 50, 50), box("a", 1, 1, 50, 50)), "annotations[1].id"),
        (answer(box("a", 1, 1, -5, 50)), "annotations[0]"),
        ({"annotations": [{"type": "box"}]}, "annotations[0]"),
        ({"annotations": "none"}, "annotations"),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused_with_the_field(
    organization: Organization, given: dict[str, Any], field: str
) -> None:
    _, client, turn = await one_turn(organization)

    refused = await submit(client, turn, given)
    then = await submit(client, turn)

    assert code(refused) == (400, "invalid")
    assert any(problem["field"].startswith(field) for problem in refused.json()["problems"]), refused.text
    assert then.status_code == 200, "the turn is still theirs"


@pytest.mark.parametrize("seconds", [-1, 1e300, "long", None])
async def test_a_duration_that_is_none_is_refused(organization: Organization, seconds: Any) -> None:
    _, client, turn = await one_turn(organization)

    refused = await client.post(at(turn, "submit"), json={"answer": DRAWN, "duration_seconds": seconds})

    assert code(refused) == (400, "invalid")


async def test_after_the_lease_everything_says_so(organization: Organization) -> None:
    street, client, turn = await one_turn(organization)
    organization.clock.advance(1801)
    await settle(street)

    found = [
        await submit(client, turn),
        await client.put(at(turn, "draft"), json={"answer": {"annotations": []}}),
        await client.post(at(turn, "extend")),
        await client.post(at(turn, "skip"), json={"reason": "other"}),
        await client.post(at(turn, "return")),
    ]

    assert [code(answer) for answer in found] == [(409, "lease_lost")] * len(found)
    assert (await client.get("/v1/work/turns")).json() == {"items": []}


async def test_an_answer_a_moment_late_is_taken_while_the_turn_is_still_theirs(organization: Organization) -> None:
    """Nobody has been given the turn yet, so nothing speaks against the work that was done."""
    _, client, turn = await one_turn(organization)
    organization.clock.advance(1801)

    assert (await submit(client, turn)).status_code == 200


async def test_a_lease_is_extended_once(organization: Organization) -> None:
    street, client, turn = await one_turn(organization)

    first, second = await client.post(at(turn, "extend")), await client.post(at(turn, "extend"))
    organization.clock.advance(2600)
    await settle(street)
    late = await submit(client, turn)

    longer = datetime.fromisoformat(first.json()["lease_until"]) - datetime.fromisoformat(turn["lease_until"])
    assert longer.total_seconds() == 900
    assert first.json()["extension_available"] is False
    assert code(second) == (409, "conflict")
    assert late.status_code == 200


async def test_an_extension_asked_for_many_times_at_once_is_given_once(organization: Organization) -> None:
    _, client, turn = await one_turn(organization)

    asked = await asyncio.gather(*(client.post(at(turn, "extend")) for _ in range(6)))

    held = (await client.get(at(turn, "")[:-1])).json()
    longer = datetime.fromisoformat(held["lease_until"]) - datetime.fromisoformat(turn["lease_until"])
    assert sorted(found.status_code for found in asked) == [200, 409, 409, 409, 409, 409]
    assert longer.total_seconds() == 900


# --- leaving ------------------------------------------------------------------------------------------------------


async def test_a_task_that_one_skips_goes_to_another_and_not_back(organization: Organization) -> None:
    street, client, turn = await one_turn(organization)
    other = await organization.client_for(await organization.add("annotator"))

    skipped = await client.post(at(turn, "skip"), json={"reason": "unclear", "comment": "Too dark."})
    again = await client.post(at(turn, "skip"), json={"reason": "unclear", "comment": "Too dark."})
    await settle(street)
    organization.clock.advance(2)
    mine = await client.post(f"/v1/work/projects/{street.project_id}/claim", json={})
    theirs = await claim(other, street)

    assert (skipped.status_code, again.status_code, mine.status_code) == (204, 204, 204)
    assert theirs["task_id"] == turn["task_id"]
    detail = (await (await organization.client_for("manager")).get(f"/v1/tasks/{turn['task_id']}")).json()
    assert [a["reason"] for a in detail["assignments"] if a["state"] == "skipped"] == ["unclear: Too dark."]


async def test_a_task_that_enough_report_is_set_aside_and_can_be_reopened(organization: Organization) -> None:
    street, client, turn = await one_turn(organization)
    other = await organization.client_for(await organization.add("annotator"))
    manager = await organization.client_for("manager")

    await client.post(at(turn, "report"), json={"reason": "does_not_load"})
    await settle(street)
    organization.clock.advance(2)
    await other.post(at(await claim(other, street), "report"), json={"reason": "does_not_load"})
    await settle(street)
    broken = (await manager.get(f"/v1/tasks/{turn['task_id']}")).json()
    reopened = (await manager.post(f"/v1/tasks/{turn['task_id']}/reopen")).json()
    organization.clock.advance(2)

    assert (broken["state"], "does_not_load (2)" in broken["broken_reason"]) == ("broken", True)
    assert reopened["state"] == "annotating"
    assert (await claim(client, street))["round"] == 2


async def test_a_turn_given_back_leaves_no_mark(organization: Organization) -> None:
    street, client, turn = await one_turn(organization)

    given_back = await client.post(at(turn, "return"))
    await settle(street)
    organization.clock.advance(2)

    assert given_back.status_code == 204
    assert (await claim(client, street))["task_id"] == turn["task_id"]


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("skip", {"reason": "lazy"}),
        ("skip", {}),
        ("skip", {"reason": "other", "comment": "x" * 2001}),
        ("skip", {"reason": "other", "comment": "\x00"}),
        ("report", {"reason": "unclear"}),
        ("report", {"reason": "other", "because": "unknown field"}),
    ],
)
async def test_leaving_needs_a_reason_we_know(organization: Organization, what: str, body: dict[str, Any]) -> None:
    _, client, turn = await one_turn(organization)

    assert code(await client.post(at(turn, what), json=body)) == (400, "invalid")


async def test_the_list_of_work_and_ones_own_figures_follow_the_day(organization: Organization) -> None:
    street, client, turn = await one_turn(organization)
    await street.add_tasks("b.jpg", "c.jpg")

    before = (await client.get("/v1/work/projects")).json()["items"]
    organization.clock.advance(30)
    await submit(client, turn)
    after = (await client.get("/v1/work/projects")).json()["items"]
    stats = (await client.get("/v1/work/me/stats")).json()
    organization.clock.advance(86_400)
    tomorrow = (await client.get("/v1/work/me/stats")).json()

    assert [(p["annotate_open"], p["review_open"], p["done_today"]) for p in before] == [(2, 0, 0)]
    assert [(p["annotate_open"], p["done_today"], p["suspended"]) for p in after] == [(2, 1, False)]
    assert stats == {"submitted_today": 1, "submitted_total": 1, "seconds_median": 12.5}
    assert (tomorrow["submitted_today"], tomorrow["submitted_total"]) == (0, 1)
