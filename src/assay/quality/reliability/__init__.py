"""Reliability of workers: how good each is, who changed, who does not look, who copies, who rushes, whom to look at.

Every name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.quality.reliability.concerns import Concern, triage
    from assay.quality.reliability.copying import Copying, CopyReport, find_copying
    from assay.quality.reliability.drift import Drift, skill_drift
    from assay.quality.reliability.evidence import confusion_given, confusion_of, leave_own_out
    from assay.quality.reliability.habits import Habits, worker_habits
    from assay.quality.reliability.skill import Skill, worker_skill
    from assay.quality.reliability.spam import Informativeness, informativeness
    from assay.quality.reliability.speed import AnswerTimes, answer_times
    from assay.quality.reliability.trust import Trust, trusted_workers

__all__ = [
    "AnswerTimes",
    "Concern",
    "CopyReport",
    "Copying",
    "Drift",
    "Habits",
    "Informativeness",
    "Skill",
    "Trust",
    "answer_times",
    "confusion_given",
    "confusion_of",
    "find_copying",
    "informativeness",
    "leave_own_out",
    "skill_drift",
    "triage",
    "trusted_workers",
    "worker_habits",
    "worker_skill",
]

_HOME: dict[str, str] = {
    "AnswerTimes": "speed",
    "Concern": "concerns",
    "CopyReport": "copying",
    "Copying": "copying",
    "Drift": "drift",
    "Habits": "habits",
    "Informativeness": "spam",
    "Skill": "skill",
    "Trust": "trust",
    "answer_times": "speed",
    "confusion_given": "evidence",
    "confusion_of": "evidence",
    "find_copying": "copying",
    "informativeness": "spam",
    "leave_own_out": "evidence",
    "skill_drift": "drift",
    "triage": "concerns",
    "trusted_workers": "trust",
    "worker_habits": "habits",
    "worker_skill": "skill",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
