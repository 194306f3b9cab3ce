"""Scale's API, version 1, for programs that were written for it: change the address and the key, and keep the rest."""

from __future__ import annotations

from assay.faces.scale.at_once import answered_at_once
from assay.faces.scale.callbacks_told import SpokenCallbacks
from assay.faces.scale.door import application, mounted

__all__ = ["SpokenCallbacks", "answered_at_once", "application", "mounted"]
