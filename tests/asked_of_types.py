"""What programs ask of tasks of each type, at least, in the words of Scale's client."""

from __future__ import annotations

from typing import Any

from scaleapi.tasks import TaskType

FIELDS: list[dict[str, Any]] = [
    {
        "type": "category",
        "field_id": "mood",
        "title": "<b>Mood</b> of &quot;it&quot;<script>alert(1)</script>",
        "required": True,
        "choices": [
            {"label": "Good", "value": 1, "hint": "smiles"},
            {"label": "Bad", "subchoices": [{"label": "Sad", "value": "sad"}, {"label": "Angry", "value": "angry"}]},
        ],
    },
    {"type": "text", "field_id": "why", "title": "Why?", "conditions": [{"mood": ["Bad"]}]},
    {
        "type": "category",
        "field_id": "topics",
        "choices": ["food", "price", "staff"],
        "min_choices": 1,
        "max_choices": 2,
    },
    {"type": "number", "field_id": "stars", "min": 1, "max": 5},
    {"type": "unit", "field_id": "weight", "units": ["kg", "lb"]},
    {"type": "datetime", "field_id": "seen"},
    {
        "type": "fieldset",
        "field_id": "person",
        "title": "Who",
        "max_responses": 3,
        "fields": [{"type": "text", "field_id": "name", "required": True}, {"type": "number", "field_id": "age"}],
    },
]
TEXT = "Ada Lovelace wrote\nto Charles Babbage 🎩 in London."
LABELS = [
    {
        "name": "who",
        "display_name": "Somebody",
        "children": [
            {"name": "person", "attributes": {"alive": {"choices": ["yes", "no"]}}},
            {"name": "company"},
        ],
    },
    {"name": "place", "description": "Where it is"},
]
RELATIONS = [{"name": "wrote_to", "is_directed": True, "source_label": "who", "target_label": ["person"]}]
ENTITIES: dict[str, Any] = {
    "labels": LABELS,
    "relationships": RELATIONS,
    "global_attributes": {"tone": {"choices": ["warm", "cold"]}},
    "instruction": "Mark all of them.",
}
FILE = "https://files.acme.org/17.bin"
LABELS = ["car", {"choice": "sign", "subchoices": ["stop"]}]
GEOMETRIES = {"box": {"objects_to_annotate": LABELS}}
# What each type needs at least.
ENOUGH: dict[TaskType, dict[str, Any]] = {
    TaskType.SegmentAnnotation: {"attachment": FILE, "labels": LABELS},
    TaskType.VideoAnnotation: {"attachments": [FILE, FILE], "geometries": GEOMETRIES, "events_to_annotate": ["turn"]},
    TaskType.VideoPlaybackAnnotation: {"attachment": FILE, "geometries": GEOMETRIES, "frame_rate": 1},
    TaskType.VideoBoxAnnotation: {"attachments": [FILE], "objects_to_annotate": LABELS},
    TaskType.VideoCuboidAnnotation: {"attachments": [FILE], "objects_to_annotate": LABELS},
    TaskType.LaneAnnotation: {"attachments": [FILE]},
    TaskType.LidarAnnotation: {"attachments": [FILE], "labels": LABELS, "attachment_type": "json"},
    TaskType.LidarSegmentation: {"lidar_task": "5f0f00000000000000000000", "labels": LABELS, "lidar_task_frames": [0]},
    TaskType.LidarLinking: {"lidar_task": "5f0f00000000000000000000", "labels": LABELS},
    TaskType.LidarTopdown: {"attachment": FILE},
    TaskType.SensorFusion: {"attachments": [FILE], "scene_format": "SFS"},
    TaskType.MultiStage: {"attachments": [FILE], "scene_format": "JSON"},
    TaskType.Federal2dVideoAnnotation: {"attachments": [FILE]},
    TaskType.ChatExperimental: {"prompt": "Say something kind."},
    TaskType.DocumentModel: {"attachment": FILE, "features": [{"type": "text", "label": "total"}]},
    TaskType.Chat: {"prompt": "Say something kind."},
    TaskType.ChatLite: {"template_variables": {"topic": "kindness"}},
    TaskType.MultiChat: {"messages": [{"role": "user", "content": "Hello"}]},
}
