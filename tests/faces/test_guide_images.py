"""Example photos in instructions."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from harness import Organization


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), (200, 80, 40)).save(out, "JPEG")
    return out.getvalue()


async def test_workers_see_the_photos_that_instructions_show_and_no_others(organization: Organization) -> None:
    owner = await organization.client_for("owner")
    annotator = await organization.client_for("annotator")
    body = {"name": "Street", "instructions": "", "taxonomy": {"labels": [{"name": "dog"}]}}
    project = (await owner.post("/v1/projects", json=body)).json()["id"]
    headers = {"x-file-name": "example.jpg"}
    added = await owner.post(f"/v1/projects/{project}/attachments", content=picture(), headers=headers)
    address = f"/guide-images/{added.json()['id']}"

    before = [(await client.get(address)).status_code for client in (owner, annotator)]
    await owner.patch(f"/v1/projects/{project}", json={"instructions": f"Like this:\n\n![A dog]({address})"})
    shown = await annotator.get(address)

    assert before == [200, 404], "whoever writes the instructions sees the photo while writing"
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/jpeg"
    assert "private" in shown.headers["cache-control"]


async def test_strangers_see_no_photos_of_instructions(organization: Organization, neighbour: Organization) -> None:
    owner = await organization.client_for("owner")
    body = {"name": "Street", "instructions": "", "taxonomy": {"labels": [{"name": "dog"}]}}
    project = (await owner.post("/v1/projects", json=body)).json()["id"]
    headers = {"x-file-name": "example.jpg"}
    added = await owner.post(f"/v1/projects/{project}/attachments", content=picture(), headers=headers)
    address = f"/guide-images/{added.json()['id']}"

    other = await (await neighbour.client_for("owner")).get(address)
    nobody = await (await organization.client_for(None)).get(address)

    assert other.status_code == 404
    assert nobody.status_code == 401
