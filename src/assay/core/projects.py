"""What a project must look like before anybody is asked to work on it."""

from __future__ import annotations

from typing import Final

from assay.core.annotations import KINDS, kind_named
from assay.core.errors import Invalid, Problem
from assay.core.policy import AdaptiveOverlap, Policy
from assay.core.taxonomy import Taxonomy

NAME_LENGTH_MAX: Final = 200
INSTRUCTIONS_LENGTH_MAX: Final = 200_000


def problems(
    name: str, kind: str, instructions: str, taxonomy: Taxonomy, policy: Policy, *, asks: bool = True
) -> list[Problem]:
    """Everything wrong with a project, by field; empty when it can be used.

    ``asks`` false: its tasks bring their own questions, so it need not ask anything itself.
    """
    found = []
    if not name.strip():
        found.append(Problem("name", "Give the project a name."))
    elif len(name) > NAME_LENGTH_MAX:
        found.append(Problem("name", f"At most {NAME_LENGTH_MAX} characters; this has {len(name)}."))
    if len(instructions) > INSTRUCTIONS_LENGTH_MAX:
        found.append(Problem("instructions", f"At most {INSTRUCTIONS_LENGTH_MAX:,} characters."))
    if isinstance(policy.overlap, AdaptiveOverlap) and policy.overlap.maximum < policy.overlap.minimum:
        found.append(
            Problem("policy.overlap.maximum", f"Must be at least the minimum ({policy.overlap.minimum}) opinions.")
        )
    if kind not in KINDS:
        found.append(Problem("kind", f"No such kind. Kinds: {', '.join(sorted(KINDS))}."))
        return found
    if not asks and taxonomy == Taxonomy():
        return found
    if not KINDS[kind].has_desk:
        found.append(Problem("kind", "There is no editor for such work yet."))
        return found
    try:
        kind_named(kind).check_taxonomy(taxonomy)
    except Invalid as error:
        found.extend(Problem(f"taxonomy.{p.field}" if p.field else "taxonomy", p.message) for p in error.problems)
    return found


def check(name: str, kind: str, instructions: str, taxonomy: Taxonomy, policy: Policy, *, asks: bool = True) -> None:
    """Raises ``Invalid`` with all of ``problems``."""
    found = problems(name, kind, instructions, taxonomy, policy, asks=asks)
    if found:
        raise Invalid(found)
