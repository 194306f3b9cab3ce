"""What is known of how well a worker works, and what follows from it."""

from __future__ import annotations

from uuid import UUID

import msgspec

from assay.core.policy import GoldRule
from assay.quality.intervals import wilson

# A worker nobody has tested is taken to be right four times of five, with the force of five answers: Beta(4, 1).
# Weaker and one unlucky gold would silence a newcomer; stronger and a spammer would keep a say for dozens of golds.
PRIOR_RIGHT = 4.0
PRIOR_WRONG = 1.0


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's record in one project.

    ``golds_answered`` and ``golds_right`` count from the worker's last reinstatement, if there was one: a manager
    who reinstates gives a fresh start, otherwise the old record would suspend the worker again at once.
    ``suspended``: nothing is given to the worker and nothing unresolved of theirs counts.
    """

    worker_id: UUID
    golds_answered: int = 0
    golds_right: int = 0
    suspended: bool = False

    @property
    def weight(self) -> float:
        """How much this worker's voice counts, within [0, 1]: 0 when suspended, otherwise the mean of the
        accuracy's posterior under the Beta(4, 1) prior, so everyone weighs the same where nobody met a gold."""
        if self.suspended:
            return 0.0
        return (self.golds_right + PRIOR_RIGHT) / (self.golds_answered + PRIOR_RIGHT + PRIOR_WRONG)

    @property
    def accuracy(self) -> float | None:
        """Share of golds answered right, within [0, 1]; none before the first gold."""
        return self.golds_right / self.golds_answered if self.golds_answered else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson interval of ``accuracy``; none before the first gold."""
        return wilson(self.golds_right, self.golds_answered) if self.golds_answered else None

    def after_gold(self, right: bool) -> Standing:
        """The record with one more gold answered."""
        return msgspec.structs.replace(
            self, golds_answered=self.golds_answered + 1, golds_right=self.golds_right + int(right)
        )


def falls_short(standing: Standing, rule: GoldRule) -> str | None:
    """Why the worker must be suspended under the rule, as a sentence for people; none when they need not be.

    It is the upper end of the interval that must lie below the bar, so that bad luck alone does not suspend.
    """
    if standing.interval is None or standing.golds_answered < rule.answers_min:
        return None
    upper = standing.interval[1]
    if upper >= rule.accuracy_min:
        return None
    return (
        f"{standing.golds_right} of {standing.golds_answered} known answers right: accuracy at most "
        f"{upper:.0%}, at least {rule.accuracy_min:.0%} is asked"
    )
