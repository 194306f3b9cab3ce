"""Which relations of several people hold.

A relation between two objects is voted on by those who marked both with the winning labels: the others have not said
anything about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.core.annotations.relations import Relation
from assay.core.annotations.voting import Ballot, belief, winner


@dataclass(frozen=True)
class Link:
    """A relation that somebody drew between two objects. ``source`` and ``target`` are their places among them;
    ``members``: voices, and the ids they gave it; ``share``: of all votes, those that drew it."""

    name: str
    source: int
    target: int
    directed: bool
    members: list[tuple[int, str]]
    kept: bool
    share: float
    presence: float


def merge_relations(
    drawn: Sequence[Sequence[Relation]], electors: Sequence[Mapping[int, str]], ballot: Ballot
) -> list[Link]:
    """What becomes of each relation between two of the objects, in the order of its ends.

    ``drawn``: the relations of each voice. ``electors``: of each object, the voices that marked it with the winning
    label, and the id they gave it.
    """
    place = {(voice, given): at for at, voices in enumerate(electors) for voice, given in voices.items()}
    said: dict[tuple[str, bool, int, int], list[tuple[int, Relation, bool]]] = {}
    for voice, relations in enumerate(drawn):
        for relation in relations:
            source, target = place.get((voice, relation.source)), place.get((voice, relation.target))
            if source is None or target is None or source == target:
                continue
            turned = not relation.directed and target < source
            ends = (target, source) if turned else (source, target)
            said.setdefault((relation.name, relation.directed, *ends), []).append((voice, relation, turned))
    links = []
    for (name, directed, first, second), given in sorted(said.items(), key=lambda item: (item[0][2:], item[0])):
        voters = [voice for voice, _, _ in given]
        asked = sorted(electors[first].keys() & electors[second].keys())
        share = ballot.share(voters, asked)
        # Whichever way most have it: each has put the ends as the labels ask for.
        way, _ = winner([str(turned) for _, _, turned in given], [ballot.says[voice] for voice in voters])
        links.append(
            Link(
                name=name,
                source=second if way == str(True) else first,
                target=first if way == str(True) else second,
                directed=directed,
                members=[(voice, relation.id) for voice, relation, _ in given],
                kept=ballot.carries(share),
                share=ballot.share(voters, range(len(drawn))),
                presence=belief(ballot.weight(asked) * (2 * share - 1)),
            )
        )
    return links
