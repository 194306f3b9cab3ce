"""A reviewer's day over HTTP: what is shown, and what each verdict does."""

from __future__ import annotations

from typing import Any

import httpx

from assay.core.policy import FixedOverlap, ReviewAll
from harness import Organization
from street import Street, answer, box, new_street
from working import DRAWN, OTHER, at, claim, code, settle, submit, with_policy


async def under_review(organization: Organization, overlap: int = 2, **fields: Any) -> tuple[Street, dict[str, Any]]:
    """A project in which everything is reviewed, with one task that waits for it; the reviewer's turn."""
    street = await with_policy(
        await new_street(organization), overlap=FixedOverlap(overlap), review=ReviewAll(), **fields
    )
    await street.add_tasks("a.jpg")
    for given in [DRAWN, OTHER][:overlap]:
        worker = await organization.client_for(await organization.add("annotator"))
        assert (await submit(worker, await claim(worker, street), given)).status_code == 200
        organization.clock.advance(1)
    await settle(street)
    return street, await claim(await organization.client_for("reviewer"), street, "review")


async def rule(client: httpx.AsyncClient, turn: dict[str, Any], verdict: str, **fields: Any) -> httpx.Response:
    return await client.post(at(turn, "review"), json={"verdict": verdict, "duration_seconds": 3, **fields})


async def test_a_reviewer_is_shown_the_merged_answer_and_nameless_voices(organization: Organization) -> None:
    _, turn = await under_review(organization)

    judged = turn["review"]
    assert turn["stage"] == "review"
    assert [voice["name"] for voice in judged["voices"]] == ["A", "B"]
    assert {len(voice["answer"]["annotations"]) for voice in judged["voices"]} == {1, 2}
    assert judged["may_send_back"] is True
    assert judged["reason"] == "all"
    assert 0 <= judged["agreement"] < 1
    assert "worker" not in str(judged)


async def test_accepting_makes_the_merged_answer_the_response(organization: Organization) -> None:
    street, turn = await under_review(organization)
    reviewer = await organization.client_for("reviewer")

    first, again = await rule(reviewer, turn, "accept"), await rule(reviewer, turn, "accept")
    other = await rule(reviewer, turn, "send_back", comment="Changed my mind.")
    await settle(street)
    detail = (await reviewer.get(f"/v1/tasks/{turn['task_id']}")).json()

    assert first.json() == again.json()
    assert code(other) == (409, "conflict")
    assert (detail["state"], detail["response"]["origin"]) == ("completed", "consensus")
    assert detail["response"]["answer"] == turn["review"]["answer"]


async def test_a_fix_makes_the_reviewers_answer_the_response(organization: Organization) -> None:
    street, turn = await under_review(organization)
    reviewer = await organization.client_for("reviewer")
    fixed = answer(box("f", 5, 6, 70, 80))

    without = await rule(reviewer, turn, "fix")
    wrong = await rule(reviewer, turn, "fix", answer=answer(box("f", 5, 6, 70, 80, "dragon")))
    done = await rule(reviewer, turn, "fix", answer=fixed)
    await settle(street)
    detail = (await reviewer.get(f"/v1/tasks/{turn['task_id']}")).json()

    assert [code(found) for found in (without, wrong)] == [(400, "invalid")] * 2
    assert done.status_code == 200
    assert detail["response"]["origin"] == "review"
    assert [a["x"] for a in detail["response"]["answer"]["annotations"]] == [5]


async def test_sent_back_work_comes_to_its_author_with_the_comment_until_it_must_end(
    organization: Organization,
) -> None:
    street, turn = await under_review(organization, overlap=1, send_backs_max=1)
    reviewer = await organization.client_for("reviewer")

    silent = await rule(reviewer, turn, "send_back")
    sent = await rule(reviewer, turn, "send_back", comment="The box is too wide.")
    await settle(street)
    organization.clock.advance(2)
    stranger = await (await organization.client_for("annotator")).post(
        f"/v1/work/projects/{street.project_id}/claim", json={}
    )
    organization.clock.advance(86_401)
    await settle(street)
    organization.clock.advance(2)
    worker = await organization.client_for("annotator")
    assert (await submit(worker, await claim(worker, street))).status_code == 200
    await settle(street)
    organization.clock.advance(2)
    last = await claim(reviewer, street, "review")
    refused = await rule(reviewer, last, "send_back", comment="Again.")

    assert code(silent) == (400, "invalid")
    assert sent.status_code == 200
    assert stranger.status_code == 204, "for a day it is kept for its author"
    assert (last["round"], last["review"]["may_send_back"]) == (2, False)
    assert code(refused) == (409, "conflict")


async def test_the_author_sees_what_they_answered_and_what_was_said(organization: Organization) -> None:
    street = await with_policy(await new_street(organization), review=ReviewAll())
    await street.add_tasks("a.jpg")
    author, reviewer = await organization.client_for("annotator"), await organization.client_for("reviewer")
    await submit(author, await claim(author, street))
    await settle(street)
    await rule(reviewer, await claim(reviewer, street, "review"), "send_back", comment="The box is too wide.")
    await settle(street)
    organization.clock.advance(2)

    turn = await claim(author, street)

    assert turn["round"] == 2
    assert turn["sent_back"]["comment"] == "The box is too wide."
    assert [a["label"] for a in turn["sent_back"]["answer"]["annotations"]] == ["car", "person"]


async def test_nobody_reviews_a_task_they_annotated(organization: Organization) -> None:
    street = await with_policy(await new_street(organization), review=ReviewAll())
    await street.add_tasks("a.jpg")
    reviewer = await organization.client_for("reviewer")
    await submit(reviewer, await claim(reviewer, street))
    await settle(street)
    organization.clock.advance(2)

    found = await reviewer.post(f"/v1/work/projects/{street.project_id}/claim", json={"stage": "review"})

    assert found.status_code == 204


async def test_an_answer_is_not_a_verdict_nor_the_reverse(organization: Organization) -> None:
    street, turn = await under_review(organization)
    reviewer = await organization.client_for("reviewer")
    await street.add_tasks("b.jpg")
    organization.clock.advance(2)
    drawing = await claim(reviewer, street)

    assert code(await submit(reviewer, turn)) == (409, "conflict")
    assert code(await rule(reviewer, drawing, "accept")) == (409, "conflict")
