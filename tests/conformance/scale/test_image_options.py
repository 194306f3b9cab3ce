"""Photos with everything that may be asked of them: links, conditions, base annotations, margins and more shapes."""

from __future__ import annotations

from typing import Any

import pytest
from scaleapi.tasks import TaskType

from harness import Organization
from speaking import PHOTO, Finish, Speak, advanced

Json = dict[str, Any]
PARAMS: Json = {
    "geometries": {
        "box": {"objects_to_annotate": ["man", "dog"]},
        "ellipse": {"objects_to_annotate": ["pond"]},
        "cuboid": {"objects_to_annotate": ["car"]},
        "polygon": {"objects_to_annotate": ["roof"], "min_vertices": 4, "max_vertices": 6},
    },
    "annotation_attributes": {
        "leashed": {"choices": ["yes", "no"], "required": True, "conditions": {"label_condition": {"label": "dog"}}},
        "owner": {
            "type": "linked",
            "allowed_labels": ["man"],
            "conditions": {"label_condition": {"label": "dog"}, "attribute_conditions": [{"leashed": "yes"}]},
        },
        "dusk": {"choices": ["yes", "no"], "conditions": {"is_global": True}},
    },
    "links": {"leads": {"from_allowed_labels": ["man"], "to_allowed_labels": ["dog"]}},
    "base_annotations": [
        {"uuid": "base", "type": "box", "label": "man", "left": 10, "top": 10, "width": 50, "height": 90}
    ],
    "can_edit_base_annotations": False,
    "can_delete_base_annotations": "False",
    "paddingX": 40,
}
MAN = {"id": "base", "type": "box", "label": "man", "x": 10.0, "y": 10.0, "width": 50.0, "height": 90.0}
DOG = {
    "id": "d",
    "type": "box",
    "label": "dog",
    "x": -30.0,
    "y": 200.0,
    "width": 60.0,
    "height": 40.0,
    "attributes": {"leashed": "yes", "owner": "base"},
}
POND = {"id": "p", "type": "ellipse", "label": "pond", "x": 300.0, "y": 300.0, "width": 80.0, "height": 40.0}
CAR = {
    "id": "c",
    "type": "cuboid",
    "label": "car",
    "face": [[400, 100], [460, 100], [460, 160], [400, 160]],
    "side": [[490, 95], [490, 150]],
}
LEADS = {"id": "l", "name": "leads", "source": "base", "target": "d"}
WHOLE: Json = {"annotations": [MAN, DOG, POND, CAR], "relations": [LEADS], "attributes": {"dusk": "no"}}


async def test_an_answer_with_everything_is_told_in_full(speak: Speak, finish: Finish) -> None:
    speaker = await speak()
    task = await speaker.create_task(TaskType.ImageAnnotation, attachment=PHOTO, **PARAMS)

    await finish(WHOLE)

    response = (await speaker.get_task(task.id)).response
    told = {one["uuid"]: one for one in response["annotations"]}
    ends = {"from": "base", "to": "d", "from_id": "base", "to_id": "d"}
    assert response["links"] == [{"uuid": "l", "label": "leads", **ends, "is_bidirectional": False}]
    assert response["global_attributes"] == {"dusk": "no"}
    assert told["base"]["left"] == 10
    assert (told["d"]["left"], told["d"]["attributes"]) == (-30, {"leashed": "yes", "owner": "base"})
    assert told["p"]["vertices"][1] == {"x": 380, "y": 320}
    assert [corner["description"] for corner in told["c"]["vertices"]][:2] == ["face-topleft", "face-topright"]


async def test_a_worker_begins_with_what_is_given_and_is_held_to_it(
    speak: Speak, organization: Organization, finish: Finish
) -> None:
    speaker = await speak()
    await speaker.create_task(TaskType.ImageAnnotation, attachment=PHOTO, **PARAMS)
    await finish()
    annotator = await organization.client_for("annotator")
    (work,) = (await annotator.get("/v1/work/projects")).json()["items"]
    turn = (await annotator.post(f"/v1/work/projects/{work['id']}/claim", json={})).json()
    path = f"/v1/work/turns/{turn['assignment_id']}/submit"

    async def fields(**changes: Any) -> list[str]:
        refused = await annotator.post(path, json={"answer": {**WHOLE, **changes}, "duration_seconds": 3})
        assert refused.status_code == 400, refused.text
        return [problem["field"] for problem in refused.json()["problems"]]

    assert turn["prelabels"]["annotations"] == [MAN]
    assert turn["taxonomy"]["given"]["may_change"] is False
    assert await fields(annotations=[MAN | {"x": 11}, DOG], relations=[]) == ["annotations[0]"]
    assert await fields(annotations=[POND], relations=[]) == ["annotations"]
    assert await fields(relations=[LEADS | {"source": "d", "target": "base"}]) == ["relations[0]"]
    accepted = await annotator.post(path, json={"answer": WHOLE, "duration_seconds": 3})
    assert accepted.status_code == 200, accepted.text
    await advanced(organization)


async def test_a_hypothesis_is_free_to_change(speak: Speak, organization: Organization, finish: Finish) -> None:
    speaker = await speak()
    params = {name: value for name, value in PARAMS.items() if "base" not in name}
    guess = [{"uuid": "g", "type": "box", "label": "man", "left": 1, "top": 1, "width": 9, "height": 9}]
    task = await speaker.create_task(
        TaskType.ImageAnnotation, attachment=PHOTO, hypothesis={"annotations": guess}, **params
    )

    await finish({})

    assert (await speaker.get_task(task.id)).response["annotations"] == []


async def test_base_annotations_are_of_labels_that_are_asked_for(speak: Speak) -> None:
    speaker = await speak()
    boat = [{"type": "box", "label": "boat", "left": 10, "top": 10, "width": 50, "height": 90}]

    with pytest.raises(Exception, match=r"base_annotations.annotations\[0\].label"):
        await speaker.create_task(TaskType.ImageAnnotation, attachment=PHOTO, **{**PARAMS, "base_annotations": boat})


async def test_cuboids_alone_have_a_type_of_their_own(speak: Speak, finish: Finish) -> None:
    speaker = await speak()
    task = await speaker.create_task(TaskType.CuboidAnnotation, attachment=PHOTO, objects_to_annotate=["car"])

    await finish({"annotations": [CAR]})

    (car,) = (await speaker.get_task(task.id)).response["cuboids"]
    assert car["vertices"][4] == {"description": "side-topcorner", "type": "vertex", "x": 490, "y": 95}


async def test_cuboids_before_a_known_camera_are_told_in_space(speak: Speak, finish: Finish) -> None:
    """The camera looks ahead, level, 1.5 m above the ground; 200 pixels below the middle at 1000 pixels a unit is then
    a ray that meets the ground at 7.5 m."""
    speaker = await speak()
    level = {"w": 0.5**0.5, "x": -(0.5**0.5), "y": 0, "z": 0}
    intrinsics = {"fx": 1000, "fy": 1000, "cx": 320, "cy": 240, "scale_factor": 1}
    camera = {"camera_intrinsics": intrinsics, "camera_rotation_quaternion": level, "camera_height": 1.5}
    task = await speaker.create_task(
        TaskType.ImageAnnotation,
        attachment=PHOTO,
        geometries={"cuboid": {"objects_to_annotate": ["car"], **camera}},
    )
    face = [[220, 240], [420, 240], [420, 440], [220, 440]]
    car = {"id": "c", "type": "cuboid", "label": "car", "face": face, "side": [[470, 240], [470, 390]]}

    await finish({"annotations": [car]})

    done = await speaker.get_task(task.id)
    (told,) = done.response["annotations"]
    corner = {name: round(value, 6) for name, value in told["points_3d"][2].items() if name != "description"}
    assert told["points_3d"][2]["description"] == "face-bottomright"
    assert corner == {"x": 0.75, "y": 1.5, "z": 7.5}
    assert [one["description"] for one in told["points_3d"]][6:] == ["back-topcorner", "back-bottomcorner"]
    assert done.params["geometries"]["cuboid"]["camera_height"] == 1.5
