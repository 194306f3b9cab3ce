"""Types of task whose editor does not exist yet, on our kind ``stored``: read closely enough that a mistake is found
when the task is created, kept as they were sent, and never answered but for keys that try things out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from assay.core.annotations.kind import Answer
from assay.core.content import is_address
from assay.core.errors import Invalid
from assay.core.taxonomy import Taxonomy
from assay.faces.scale.made_up_responses import response_of
from assay.faces.scale.reading import a_flag, a_list, a_number, a_text, an_object
from assay.faces.scale.task_type import NOTHING, Answered, Json, Params, Shown, TaskType

# Reads one parameter; raises ``Invalid``.
Check = Callable[[Any, str], object]
ATTACHMENTS_MAX: Final = 5_000
LABELS_MAX: Final = 500


# --- what a parameter must be --------------------------------------------------------------------------------------


def _address(value: Any, path: str) -> None:
    if not isinstance(value, str) or not is_address(value):
        raise Invalid("Must be a full http or https address.", path)


def _addresses(value: Any, path: str) -> None:
    """Addresses, or objects that hold one."""
    given = a_list(value, path)
    if not 1 <= len(given) <= ATTACHMENTS_MAX:
        raise Invalid(f"Give 1 to {ATTACHMENTS_MAX:,} attachments.", path)
    for index, one in enumerate(given):
        here = f"{path}[{index}]"
        if isinstance(one, Mapping):
            inside = next(
                (name for name in ("attachment", "content", "url", "image_url") if one.get(name)), "attachment"
            )
            _address(one.get(inside), f"{here}.{inside}")
        else:
            _address(one, here)


def _labels(most: int, value: Any, path: str) -> None:
    """Texts, or objects that name a label, one inside the other."""
    seen = 0
    stack: list[tuple[Any, str]] = [(value, path)]
    while stack:
        entries, here = stack.pop()
        for index, entry in enumerate(a_list(entries, here)):
            at = f"{here}[{index}]"
            seen += 1
            if seen > most:
                raise Invalid(f"At most {most:,} labels.", path)
            if not isinstance(entry, Mapping):
                a_text(entry, at)
                continue
            name = next((key for key in ("choice", "label", "name") if entry.get(key) is not None), "choice")
            a_text(entry.get(name), f"{at}.{name}")
            stack.extend((entry[key], f"{at}.{key}") for key in ("subchoices", "children") if entry.get(key))
    if seen == 0:
        raise Invalid("Give at least one label.", path)


_GEOMETRIES: Final = frozenset({"box", "polygon", "line", "point", "ellipse", "cuboid"})


def _geometries(value: Any, path: str) -> None:
    given = an_object(value, path)
    if not given:
        raise Invalid(f"Say what to annotate with any of {', '.join(sorted(_GEOMETRIES))}.", path)
    for name, options in given.items():
        if name not in _GEOMETRIES:
            raise Invalid(
                f"There is no geometry {name!r}; use any of {', '.join(sorted(_GEOMETRIES))}.", f"{path}.{name}"
            )
        _labels(
            LABELS_MAX,
            an_object(options, f"{path}.{name}").get("objects_to_annotate"),
            f"{path}.{name}.objects_to_annotate",
        )


def _number(least: float, most: float, value: Any, path: str) -> None:
    found = a_number(value, path)
    if found is None or not least <= found <= most:
        raise Invalid(f"Must be a number within {least:g} and {most:g}.", path)


def _one_of(allowed: Sequence[str], value: Any, path: str) -> None:
    if str(value).lower() not in {one.lower() for one in allowed}:
        raise Invalid(f"Must be {' or '.join(allowed)}.", path)


def _objects(value: Any, path: str) -> None:
    for index, one in enumerate(a_list(value, path)):
        an_object(one, f"{path}[{index}]")


_positive: Final = partial(_number, 1e-6, 10_000)
_flag: Check = a_flag
_text: Check = a_text
_object: Check = an_object
_many_labels: Final[Check] = partial(_labels, LABELS_MAX)

# What a parameter is wherever it is met.
_EVERYWHERE: Final[Mapping[str, Check]] = {
    "annotation_attributes": _object,
    "allow_unlabeled": _flag,
    "with_labels": _flag,
    "pitch_and_roll_enabled": _flag,
    "start_time": partial(_number, 0, 1e9),
    "duration_time": partial(_number, 0, 1e9),
    "frame_rate": _positive,
    "annotation_frame_rate": _positive,
    "video_frame_rate": _positive,
    "max_distance_meters": partial(_number, 0, 1e6),
    "meters_per_unit": partial(_number, 1e-9, 1e9),
    "min_width": partial(_number, 0, 1e6),
    "min_height": partial(_number, 0, 1e6),
    "attachment": _address,
    "attachments": _addresses,
    "geometries": _geometries,
    "objects_to_annotate": _many_labels,
    "events_to_annotate": _many_labels,
    "labels": _many_labels,
    "lidar_task_frames": lambda value, path: a_list(value, path),
}


class _Reader:
    """What a type asks of its parameters. ``required``: each of these, or any of several joined by a bar."""

    def __init__(self, *required: str, **own: Check) -> None:
        self._required = required
        self._own = own

    def read(self, params: Params) -> Shown:
        """Raises ``Invalid``."""
        for names in self._required:
            choice = names.split("|")
            if all(params.get(name) in (None, "", [], {}) for name in choice):
                raise Invalid(
                    f"{choice[0]} is required." if len(choice) == 1 else f"Give {' or '.join(choice)}.", choice[0]
                )
        self._check(params)
        return Shown()

    def read_project(self, params: Params) -> Taxonomy:
        """A project may leave to its tasks whatever is required. Raises ``Invalid``."""
        self._check(params)
        return NOTHING

    def _check(self, params: Params) -> None:
        for name, value in params.items():
            check = self._own.get(name) or _EVERYWHERE.get(name)
            if check is not None and value is not None:
                check(value, name)


_image: Final = partial(_one_of, ("image",))
_frames: Final = partial(_one_of, ("image", "images", "video"))
_cloud: Final = partial(_one_of, ("json", "protobuf"))
_paper: Final = partial(_one_of, ("image", "pdf", "document"))
_answers: Final = ("project|template_variables|prompt|messages|attachments|attachment",)

_READERS: Final[Mapping[str, _Reader]] = {
    "segmentannotation": _Reader("attachment", "labels", attachment_type=_image, labels=partial(_labels, 50)),
    "videoannotation": _Reader("attachments|attachment", "geometries", attachment_type=_frames),
    "videoplaybackannotation": _Reader("attachment|attachments", "geometries", attachment_type=_frames),
    "videoboxannotation": _Reader("attachments|attachment", "objects_to_annotate", attachment_type=_frames),
    "videocuboidannotation": _Reader("attachments|attachment", "objects_to_annotate", attachment_type=_frames),
    "laneannotation": _Reader("attachments|attachment", attachment_type=_frames),
    "federal2dvideoannotation": _Reader("attachments|attachment", attachment_type=_frames),
    "lidarannotation": _Reader("attachments", "labels", attachment_type=_cloud),
    "lidarsegmentation": _Reader("lidar_task|attachments", "labels", lidar_task=_text, attachment_type=_cloud),
    "lidarlinking": _Reader("lidar_task", "labels", lidar_task=_text),
    "lidartopdown": _Reader("attachment|attachments"),
    "sensorfusion": _Reader("attachments|attachment", scene_format=partial(_one_of, ("SFS", "JSON"))),
    "multistage": _Reader("attachments|attachment", scene_format=partial(_one_of, ("SFS", "JSON"))),
    "documentmodel": _Reader(
        "attachment|attachments", "features", features=_objects, attachment_type=_paper, lang=_text
    ),
    "chat": _Reader(*_answers, template_variables=_object),
    "chatlite": _Reader(*_answers, template_variables=_object),
    "multichat": _Reader(*_answers, template_variables=_object),
    "chatexperimental": _Reader(*_answers, template_variables=_object),
}


# --- the types ----------------------------------------------------------------------------------------------------


def _prelabels(_: Params, said: Any, path: str) -> Answer | None:
    """A guess is kept as it was sent, like everything else."""
    if said is not None and not isinstance(said, Mapping | list):
        raise Invalid("Must be an object.", path)
    return None


def _response(done: Answered) -> Json:
    """Only what was made up in this dialect is ever an answer."""
    return done.answer


_ASKS: Final = frozenset({"labels", "geometries", "objects_to_annotate", "events_to_annotate", "annotation_attributes"})

TYPES: Final = [
    TaskType(
        name,
        "stored",
        _ASKS,
        question=reader.read_project,
        shown=reader.read,
        prelabels=_prelabels,
        response=_response,
        made_up=partial(response_of, name),
    )
    for name, reader in _READERS.items()
]
