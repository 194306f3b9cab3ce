"""Mechanical Turk's requester API, for programs that were written for it: change the address and the keys."""

from __future__ import annotations

from assay.faces.mturk.door import speak
from assay.faces.mturk.frame_door import application as framed
from assay.faces.mturk.telling import SpokenNotices

__all__ = ["SpokenNotices", "framed", "speak"]
