"""What becomes of a task whose opinions come from the market.

As long as its posting may bring more, nothing is decided and nobody of the organization is asked. Once everything that
came is decided on, what was approved is settled like any opinions, however many they are. A posting that is extended
takes its task back to work, and an approval that came late is heard.
"""

from __future__ import annotations

from assay.core.annotations.kind import Kind
from assay.core.consensus import concluded
from assay.core.steps import MoveTo, Step, Withdraw
from assay.core.tasks import Case


def call_back(case: Case, _: Kind) -> tuple[Step, ...]:
    """More may come: what was the answer so far is one no longer."""
    if case.response is not None:
        return (Withdraw(), MoveTo("annotating"))
    return () if case.state == "annotating" else (MoveTo("annotating"),)


def conclude(case: Case, kind: Kind) -> tuple[Step, ...]:
    """All opinions are in: they are settled; a task that nobody is to answer any more, and nobody did, is given up."""
    if case.state != "annotating":
        return ()
    chosen = case.counted()
    if chosen:
        return concluded(case, kind, chosen)
    return (MoveTo("cancelled"),) if case.offered == "over" else ()


def hear_again(case: Case, _: Kind) -> tuple[Step, ...]:
    """An opinion that was approved after its task was settled, as when a rejection is overridden, counts too."""
    if case.state != "completed" or case.response is None or case.response.origin not in ("submission", "consensus"):
        return ()
    counted = {submission.id for submission in case.counted()}
    heard = set(case.consensus.submission_ids) if case.consensus is not None else set()
    return (Withdraw(), MoveTo("annotating")) if len(counted) > 1 and not counted <= heard else ()
