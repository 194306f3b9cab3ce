"""Organizations with something in them, made over HTTP as a customer would."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from PIL import Image

from assay.core.freelancers import ProfileChange
from assay.core.integrity import Signal
from assay.core.offers import OfferTerms
from assay.core.pages import HtmlPage
from assay.services import appeals, engagements, freelancers, integrity, ledger, offers, payouts, postings, reputation
from assay.services.context import SYSTEM
from harness import Organization
from trading import joined

TAXONOMY: dict[str, Any] = {"labels": [{"name": "apple", "shapes": ["box"]}]}
ANSWER: dict[str, Any] = {
    "annotations": [{"id": "a", "type": "box", "label": "apple", "x": 4, "y": 4, "width": 20, "height": 10}]
}


def photo(shade: int = 90, width: int = 64, height: int = 48) -> bytes:
    """A PNG; another ``shade`` is another photo."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (shade % 256, 120, shade // 256 % 256)).save(file, "PNG")
    return file.getvalue()


@dataclass
class Scene:
    """One of everything, by the name its id has in addresses, and what was said when it was made."""

    organization: Organization
    ids: dict[str, UUID | str] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)


async def make_project(organization: Organization, name: str = "Apples", **policy: Any) -> dict[str, Any]:
    manager = await organization.client_for("manager")
    body = {"name": name, "instructions": "Box every apple.", "taxonomy": TAXONOMY, "policy": policy}
    answer = await manager.post("/v1/projects", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def make_tasks(organization: Organization, project_id: str, count: int, first_shade: int = 1) -> list[str]:
    """Tasks of one photo each, ready to be claimed. Their ids."""
    manager = await organization.client_for("manager")
    rows = []
    for shade in range(first_shade, first_shade + count):
        sent = await manager.post(
            f"/v1/projects/{project_id}/attachments",
            content=photo(shade),
            headers={"x-file-name": f"{shade}.png", "content-type": "application/octet-stream"},
        )
        assert sent.status_code == 201, sent.text
        rows.append({"attachment_id": sent.json()["id"], "unique_id": f"{shade}"})
    made = await manager.post(f"/v1/projects/{project_id}/tasks", json={"batch": "First", "tasks": rows})
    assert made.status_code == 201, made.text
    return [result["task_id"] for result in made.json()["results"]]


async def populated(organization: Organization) -> Scene:
    """One of everything that has an id."""
    scene = Scene(organization)
    owner, manager = await organization.client_for("owner"), await organization.client_for("manager")
    member = await organization.add("annotator")
    project = await make_project(organization)
    address = f"/v1/projects/{project['id']}"
    example = await manager.post(f"{address}/attachments", content=photo(200), headers={"x-file-name": "example.png"})
    instructions = f"Like this: ![An apple](/guide-images/{example.json()['id']})"
    assert (await manager.patch(address, json={"instructions": instructions})).status_code == 200
    task_ids = await make_tasks(organization, project["id"], 2)
    annotator = await organization.client_for("annotator")
    turn = await annotator.post(f"/v1/work/projects/{project['id']}/claim", json={"stage": "annotate"})
    assert turn.status_code == 200, turn.text
    key = (await owner.post("/v1/api-keys", json={"name": "K", "mode": "live", "role": "manager"})).json()
    signing_key = (await owner.post("/v1/signing-keys", json={"name": "S", "mode": "live"})).json()
    layout = (await manager.post("/v1/market/layouts", json={"name": "L", "html": "<p>${word}</p>"})).json()
    hook = {"url": "https://hooks.acme.org/assay", "events": ["webhook.test"]}
    webhook = (await manager.post("/v1/webhooks", json=hook)).json()
    delivery = (await manager.post(f"/v1/webhooks/{webhook['id']}/test")).json()
    imported = await manager.post(
        f"/v1/projects/{project['id']}/imports",
        params={"format": "jsonl", "as": "tasks"},
        content=b'{"url": "https://photos.acme.org/1.jpg"}\n',
        headers={"x-file-name": "rows.jsonl"},
    )
    assert imported.status_code == 202, imported.text
    group = await manager.post(f"{address}/groups", json={"name": "Day shift", "emails": [member.email]})
    assert group.status_code == 201, group.text
    (batch,) = (await manager.get(f"{address}/batches")).json()["items"]
    scene.ids = {
        "project_id": project["id"],
        "group_id": group.json()["id"],
        "attachment_id": example.json()["id"],
        "task_id": next(task for task in task_ids if task != turn.json()["task_id"]),
        "batch_id": batch["id"],
        "turn_id": turn.json()["assignment_id"],
        "member_id": str(member.id),
        "worker_id": str(member.worker_id),
        "key_id": key["id"],
        "signing_key_id": signing_key["id"],
        "layout_id": layout["id"],
        "webhook_id": webhook["id"],
        "delivery_id": delivery["id"],
        "import_id": imported.json()["id"],
    }
    scene.ids |= await _traded(organization)
    scene.ids |= await _qualified(organization)
    scene.made = {"project": project, "turn": turn.json(), "key": key, "webhook": webhook}
    return scene


async def _traded(organization: Organization) -> dict[str, UUID | str]:
    """A market that is its own requester, where somebody worked, was paid and asked for it."""
    await joined(organization, organization)
    manager, freelancer = organization.person("manager"), organization.person("annotator")
    async with organization.context_for(manager) as context:
        await ledger.fund(context, organization.id, 1000, "wire")
        terms = OfferTerms("Name the colour", "Look, and say it.", 100, "USD", 3600, 3600)
        offer = await offers.ensure(context, terms, mode="live")
        page = HtmlPage("<form><input name='colour'></form>")
        posting = await postings.publish(context, offer.id, page, lifetime_seconds=86_400, max_engagements=2)
        # One that they have not done, to be found.
        await postings.publish(context, offer.id, page, lifetime_seconds=86_400)
        refused = await postings.publish(context, offer.id, page, lifetime_seconds=86_400)
    async with organization.context_for(freelancer) as context:
        await freelancers.join(context, ProfileChange())
        engagement = (await engagements.accept(context, posting.id)).engagement
        await engagements.submit(context, engagement.id, {"attributes": {"colour": "red"}})
        second = (await engagements.accept(context, refused.id)).engagement
        await engagements.submit(context, second.id, {"attributes": {"colour": "blue"}})
    async with organization.context_for(manager) as context:
        await engagements.approve(context, engagement.id)
        await engagements.reject(context, second.id, feedback="It is red.")
    async with organization.context_for(freelancer) as context:
        appeal = await appeals.open_(context, second.id, "It is blue.")
        payout = await payouts.ask(context, "CH93 0076", 60)
    async with organization.context_for(SYSTEM) as context:
        signal = Signal("too_fast", freelancer.worker_id, None, "Too fast.", (engagement.id,))  # type: ignore[arg-type]
        await integrity.keep(context, offer.id, organization.id, [signal])
        (kept,) = await integrity.unseen(context, limit=5)
    return {
        "requester_id": str(organization.id),
        "offer_id": str(offer.id),
        "posting_id": str(posting.id),
        "engagement_id": str(engagement.id),
        "payout_id": str(payout.id),
        "appeal_id": str(appeal.id),
        "signal_id": str(kept.id),
    }


async def _qualified(organization: Organization) -> dict[str, UUID | str]:
    """Its freelancer asked for a qualification, keeps a search, and finds work of the offer."""
    manager, annotator = await organization.client_for("manager"), await organization.client_for("annotator")
    profile = await annotator.get("/v1/market/profile")
    assert profile.status_code == 200, profile.text
    made = await manager.post("/v1/market/qualification-types", json={"name": "Birds", "description": "Knows birds"})
    asked = await annotator.post(f"/v1/market/offered-qualifications/{made.json()['id']}/ask")
    saved = await annotator.put("/v1/market/searches", json={"name": "Mine", "filter": {}})
    async with organization.context_for(SYSTEM) as context:
        await reputation.refresh(context)
    return {
        "freelancer_id": profile.json()["freelancer_id"],
        "type_id": made.json()["id"],
        "request_id": asked.json()["id"],
        "search_id": saved.json()["id"],
    }
