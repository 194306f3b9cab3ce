"""Mechanical Turk's requester API, for programs that were written for it: change the address and the keys."""

from __future__ import annotations

from assay.faces.mturk.door import speak

__all__ = ["speak"]
