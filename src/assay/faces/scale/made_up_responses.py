"""Responses that nobody gave, in the shapes of types whose editor does not exist yet, for keys that try things out.

Large ones stand in files there, and in what is told stands where those lie. ``FileAsked`` says what is in a file; its
content follows from that, so nothing is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, Final
from uuid import UUID

from assay.faces.scale import made_up_masks as masks
from assay.faces.scale.task_type import FileAsked, Json, Params, UrlOf

FRAMES_MAX: Final = 10
LABELS_MAX: Final = 5
LABEL_LENGTH_MAX: Final = 100
_SIZE: Final = 160, 120


def response_of(name: str, params: Params, seed: int, url_of: UrlOf) -> Json:
    """The response to a task of the type ``name``. ``url_of``: where a file lies."""
    return _RESPONSES[name](_Asked(name, params, seed, url_of))


class _Asked:
    def __init__(self, name: str, params: Params, seed: int, url_of: UrlOf) -> None:
        self.name, self.params, self.seed = name, params, seed
        # Nothing is kept secret by it.
        self.draw = Random(seed)  # noqa: S311
        self.labels = list(_labels_in(params))[:LABELS_MAX] or ["object"]
        shapes = [one for one in params.get("geometries") or () if one in _SHAPES]
        self.shape = {"videocuboidannotation": "cuboid", "laneannotation": "line"}.get(name) or (shapes or ["box"])[0]
        attachments = params.get("attachments")
        self.frames = min(len(attachments), FRAMES_MAX) if isinstance(attachments, list) and attachments else 3
        self._url_of = url_of

    def file(self, kind: str, labels: Sequence[str] | None = None, shape: str | None = None) -> Json:
        named = list(self.labels if labels is None else labels)
        asked = FileAsked(kind, named, shape or self.shape, self.frames, self.seed)
        return {"url": self._url_of(asked)}


def _labels_in(params: Params) -> Iterator[str]:
    """The labels that can be given, wherever the parameters list them."""
    listed = [params.get(name) for name in ("objects_to_annotate", "labels", "features")]
    geometries = params.get("geometries")
    if isinstance(geometries, Mapping):
        listed += [one.get("objects_to_annotate") for one in geometries.values() if isinstance(one, Mapping)]
    for entries in listed:
        yield from _leaves(entries)


def _leaves(entries: Any) -> Iterator[str]:
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, Mapping):
            yield str(entry)[:LABEL_LENGTH_MAX]
            continue
        below = entry.get("subchoices") or entry.get("children")
        name = next((entry[key] for key in ("choice", "label", "name") if entry.get(key) is not None), None)
        if below:
            yield from _leaves(below)
        elif name is not None:
            yield str(name)[:LABEL_LENGTH_MAX]


# --- responses ----------------------------------------------------------------------------------------------------


def _video(asked: _Asked) -> Json:
    return {"annotations": asked.file("frames"), **_events(asked)}


def _playback(asked: _Asked) -> Json:
    return {"annotations": asked.file("tracks"), **_events(asked)}


def _events(asked: _Asked) -> Json:
    named = list(_leaves(asked.params.get("events_to_annotate")))[:LABELS_MAX]
    return {"events": asked.file("events", named)} if named else {}


def _lidar(asked: _Asked) -> Json:
    return {"annotations": asked.file("cuboids")}


def _points(asked: _Asked) -> Json:
    return {"point_segmentations": asked.file("points"), "annotations": asked.file("cuboids")}


def _linking(asked: _Asked) -> Json:
    return {"annotations": asked.file("cameras")}


def _scene(asked: _Asked) -> Json:
    return {"annotations": asked.file("scene")}


def _top_down(asked: _Asked) -> Json:
    return {"annotations": [_mark(label, _flat(asked.shape), asked.draw) for label in asked.labels]}


def _document(asked: _Asked) -> Json:
    return {"annotations": [_region(label, asked.draw) for label in asked.labels]}


def _region(label: str, draw: Random) -> Json:
    left, top, width, height = _rectangle(draw)
    location = {"type": "box", "left": left, "top": top, "width": width, "height": height}
    return {
        "uuid": _uuid(draw),
        "page": 0,
        "label": label,
        "text": "not read by anybody",
        "location": location,
        "refs": [],
    }


def _chat(_: _Asked) -> Json:
    return {"responses": [{"type": "text", "output": "Nobody wrote this."}]}


def _segments(asked: _Asked) -> Json:
    count = len(asked.labels)
    mapping = {
        label: {"index": n, "color": f"#{masks.color(n):06x}", "numPixels": masks.pixels(n, count)}
        for n, label in enumerate(asked.labels, 1)
    }
    combined = {
        name: asked.file("mask", shape=which)["url"]
        for name, which in (("image", "color"), ("indexedImage", "index"), ("extendedIndexedImage", "wide_index"))
    }
    labeled = {label: asked.file("mask", shape=str(n))["url"] for n, label in enumerate(asked.labels, 1)}
    unlabeled = asked.file("mask", shape="0")["url"]
    return {
        "labelMapping": mapping,
        "annotations": {"combined": combined, "labeled": labeled, "unlabeled": unlabeled},
    }


_RESPONSES: Final[Mapping[str, Callable[[_Asked], Json]]] = {
    "segmentannotation": _segments,
    "videoannotation": _video,
    "videoboxannotation": _video,
    "videocuboidannotation": _video,
    "laneannotation": _video,
    "federal2dvideoannotation": _video,
    "videoplaybackannotation": _playback,
    "lidarannotation": _lidar,
    "lidarsegmentation": _points,
    "lidarlinking": _linking,
    "lidartopdown": _top_down,
    "sensorfusion": _scene,
    "multistage": _scene,
    "documentmodel": _document,
    "chat": _chat,
    "chatlite": _chat,
    "multichat": _chat,
    "chatexperimental": _chat,
}


# --- files --------------------------------------------------------------------------------------------------------


def content_of(asked: FileAsked) -> Any:
    """What is in a file: the same for the same wish. JSON, or the bytes of a PNG image."""
    draw = Random(asked.seed)  # noqa: S311
    match asked.kind:
        case "frames":
            marks = [_mark(label, asked.shape, draw) for label in asked.labels]
            return [{"annotations": marks, "global_attributes": {}} for _ in range(asked.frames)]
        case "tracks":
            return {"annotations": dict(_track(label, asked, draw) for label in asked.labels)}
        case "events":
            ends = {"start": 0, "end": max(asked.frames - 1, 0), "attributes": {}}
            return {"events": [{"label": label, "type": "range", **ends} for label in asked.labels]}
        case "cuboids":
            cuboids = [_solid(label, draw) for label in asked.labels]
            return [{"cuboids": cuboids} for _ in range(asked.frames)]
        case "points":
            objects = [{"label": label, "index": n, "instance": n} for n, label in enumerate(asked.labels, 1)]
            return {"objects": objects, "point_objects": [[0] * 4 + [one["index"] for one in objects]] * asked.frames}
        case "cameras":
            linked = [_linked(label, draw) for label in asked.labels]
            return [{"camera_responses": [{"camera_used": 0, "annotations": linked}]} for _ in range(asked.frames)]
        case "mask":
            return masks.png(asked.shape, len(asked.labels))
        case _:
            solids = [{"id": _uuid(draw), "type": "cuboid", "label": label} for label in asked.labels]
            sensor = {"id": "lidar", "type": "lidar"}
            return {"version": "1.0", "sensors": [sensor], "annotations": solids}


def _track(label: str, asked: FileAsked, draw: Random) -> tuple[str, Json]:
    mark = _mark(label, asked.shape, draw)
    place = {name: value for name, value in mark.items() if name not in ("uuid", "type", "label", "attributes")}
    if asked.shape == "box":
        # The importer there is (fiftyone's) reads these, and what is told of boxes elsewhere has the others.
        place |= {"x": place["left"], "y": place["top"]}
    keys = sorted({0, asked.frames - 1})
    frames = [{"key": key, **place, "attributes": {}, "timestamp": float(key)} for key in keys]
    return mark["uuid"], {"label": label, "geometry": asked.shape, "frames": frames}


def _solid(label: str, draw: Random) -> Json:
    position, size = ({axis: round(draw.uniform(1, 20), 3) for axis in "xyz"} for _ in range(2))
    said = {"uuid": _uuid(draw), "label": label, "position": position, "dimensions": size, "yaw": 0.0}
    return {
        **said,
        "stationary": True,
        "camera_used": 0,
        "attributes": {},
        "distance_to_device": 10.0,
        "numberOfPoints": 0,
    }


def _linked(label: str, draw: Random) -> Json:
    left, top, width, height = _rectangle(draw)
    geometry = {"left": left, "top": top, "width": width, "height": height}
    return {"cuboid_uuid": _uuid(draw), "label": label, "type": "box", "geometry": geometry, "not_in_lidar": False}


# --- marks --------------------------------------------------------------------------------------------------------

_SHAPES: Final = ("box", "polygon", "line", "point", "ellipse", "cuboid")
_CORNERS: Final = tuple(f"face-{place}" for place in ("topleft", "bottomleft", "topright", "bottomright"))


def _flat(shape: str) -> str:
    return shape if shape in ("polygon", "line", "point") else "polygon"


def _mark(label: str, shape: str, draw: Random) -> Json:
    said: Json = {"uuid": _uuid(draw), "type": shape, "label": label, "attributes": {}}
    left, top, width, height = _rectangle(draw)
    if shape == "box":
        return said | {"left": left, "top": top, "width": width, "height": height}
    if shape == "point":
        return said | {"x": left, "y": top}
    middle_x, middle_y = left + width / 2, top + height / 2
    if shape == "ellipse":
        ends = [(middle_x, top), (left + width, middle_y), (middle_x, top + height), (left, middle_y)]
        return said | {"vertices": _vertices(ends)}
    corners = [(left, top), (left, top + height), (left + width, top), (left + width, top + height)]
    if shape == "cuboid":
        side = [(left + width * 1.2, top * 0.9), (left + width * 1.2, top + height * 0.9)]
        names = (*_CORNERS, "side-topcorner", "side-bottomcorner")
        vertices = [{**one, "description": name} for one, name in zip(_vertices(corners + side), names, strict=True)]
        return said | {"vertices": vertices, "edges": []}
    around = [corners[0], corners[2], corners[3], corners[1]]
    return said | {"vertices": _vertices(around)}


def _rectangle(draw: Random) -> tuple[float, float, float, float]:
    width, height = (side * draw.uniform(0.2, 0.5) for side in _SIZE)
    x, y = draw.uniform(0, _SIZE[0] - width), draw.uniform(0, _SIZE[1] - height)
    return round(x, 2), round(y, 2), round(width, 2), round(height, 2)


def _vertices(points: Sequence[tuple[float, float]]) -> list[Json]:
    return [{"x": round(x, 2), "y": round(y, 2)} for x, y in points]


def _uuid(draw: Random) -> str:
    return str(UUID(int=draw.getrandbits(128), version=4))
