"""A relation: what one person says of two marks together, whatever they mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec


class Relation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``source`` and ``target`` are ids of marks. Where ``directed`` is false they say the same when exchanged; the
    taxonomy decides that, and the checked answer carries it."""

    id: str
    name: str
    source: str
    target: str
    directed: bool = True


def _said_ends(relation: Relation) -> list[tuple[str, str]]:
    """Source and target, and the other way round where that says the same."""
    ends = (relation.source, relation.target)
    return [ends] if relation.directed else [ends, ends[::-1]]


def shared_relations(left: Sequence[Relation], right: Sequence[Relation], partner: Mapping[str, str]) -> int:
    """How many on the left are also on the right, where ``partner`` says which mark of the right each of the left is.
    Each has one counterpart at most, as pairs are one to one."""
    known = {(relation.name, *ends) for relation in right for ends in _said_ends(relation)}
    return sum((each.name, partner.get(each.source), partner.get(each.target)) in known for each in left)
