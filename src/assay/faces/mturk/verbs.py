"""All operations of the dialect, by name, joined from the files of their subjects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from assay.faces.mturk import assignments, hits, people, policies, qualifications, telling, uploads
from assay.faces.mturk.asking import Verb

VERBS: Final[Mapping[str, Verb]] = {
    **assignments.VERBS,
    **hits.VERBS,
    **people.VERBS,
    **policies.VERBS,
    **qualifications.VERBS,
    **telling.VERBS,
    **uploads.VERBS,
}
