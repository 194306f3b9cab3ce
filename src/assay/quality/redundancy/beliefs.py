"""What is known of a task when its workers' habits are known: fast enough to be asked at every submission."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.quality.arrays import Codes, Floats, Offsets
from assay.quality.compiled import compiled


@compiled
def task_posterior(worker: Codes, label: Codes, confusion: Floats, prior: Floats) -> Floats:
    """The probability of each class of one task, by Bayes' rule: (n_classes,), sums to 1.

    ``worker``, ``label``: (votes,) int32, who said what. ``confusion``: (n_workers, n_classes, n_classes) float64, the
    probability of [worker, truth, said], as a result of aggregation has it. ``prior``: (n_classes,) float64. With no
    votes, the prior. Takes a few microseconds for a task of ten votes; codes out of range are not checked.

    >>> confusion = np.array([[[0.9, 0.1], [0.2, 0.8]]])
    >>> said = np.zeros(2, np.int32)
    >>> [round(p, 4) for p in task_posterior(said, said, confusion, np.array([0.5, 0.5])).tolist()]  # 0.81 : 0.04
    [0.9529, 0.0471]
    """
    classes = len(prior)
    logs = np.empty(classes)
    for code in range(classes):
        logs[code] = np.log(max(prior[code], 1e-300))
    for vote in range(len(worker)):
        for code in range(classes):
            logs[code] += np.log(max(confusion[worker[vote], code, label[vote]], 1e-300))
    top = logs.max()
    total = 0.0
    for code in range(classes):
        logs[code] = np.exp(logs[code] - top)
        total += logs[code]
    for code in range(classes):
        logs[code] /= total
    return logs


def tempered(posterior: Floats, temperature: float) -> Floats:
    """Posteriors made less sure (``temperature`` above 1) or surer (below): each to the power 1 / temperature.

    ``posterior``: (..., n_classes); rows sum to 1 again. The answer itself does not change.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    logs = np.log(np.maximum(posterior, 1e-300)) / temperature
    held = np.exp(logs - logs.max(axis=-1, keepdims=True))
    rows: Floats = held / held.sum(axis=-1, keepdims=True)
    return rows


def fitted_temperature(posterior: Floats, truth: Codes, prior_votes: float = 5.0) -> float:
    """The temperature that makes posteriors most likely to have foretold the truth: 0.25 to 8.

    ``posterior``: (golds, n_classes), worked out *without* clamping those golds; ``truth``: (golds,) int32. Votes are
    taken to be independent given the truth and never quite are, so posteriors are surer than they should be; golds say
    by how much (Guo et al., "On Calibration of Modern Neural Networks", 2017). ``prior_votes``: the weight
    of the belief that the temperature is 1; with no golds, it is.
    """
    if len(truth) == 0:
        return 1.0
    # By steps of a twelfth of an octave: the likelihood is smooth, and a finer step is below the noise of any golds.
    grid = 2.0 ** (np.arange(-24, 37) / 12.0)
    rows = np.arange(len(truth))
    fit = [float(np.log(np.maximum(tempered(posterior, t)[rows, truth], 1e-12)).sum()) for t in grid.tolist()]
    score = np.array(fit) - prior_votes * np.log(grid) ** 2
    return float(grid[int(np.argmax(score))])


@dataclass(frozen=True, eq=False)
class Offers:
    """Labels that could be asked for next: one row for each pair of a task and a worker who could give it.

    ``task``: (offers,) int64, ascending, the task's place in whatever list the caller has. ``posterior``: (offers,
    n_classes), of the task as it stands. ``votes``: (offers, n_classes), how many votes for each class it has.
    ``confusion``: (offers, n_classes, n_classes), what the worker would say, [truth, said]. ``cost``: (offers,), above
    0. ``prior``: (n_classes,). All numbers are float64 and contiguous, as kernels want them.
    """

    task: Offsets
    posterior: Floats
    votes: Floats
    confusion: Floats
    cost: Floats
    prior: Floats

    def __len__(self) -> int:
        return len(self.task)

    @property
    def labels(self) -> Floats:
        """How many labels each offer's task has: (offers,)."""
        total: Floats = self.votes.sum(axis=1)
        return total

    @classmethod
    def of_one_task(
        cls,
        posterior: Floats,
        votes: Floats,
        confusion: Floats,
        *,
        cost: Floats | None = None,
        prior: Floats | None = None,
    ) -> Offers:
        """The offers of one task: ``posterior``, ``votes`` (n_classes,), and ``confusion`` (workers, n_classes,
        n_classes) of those who could be asked. ``cost`` defaults to 1, ``prior`` to equal."""
        offers, classes = len(confusion), len(posterior)
        return cls(
            task=np.zeros(offers, np.int64),
            posterior=posterior[None].repeat(offers, axis=0),
            votes=votes[None].repeat(offers, axis=0),
            confusion=confusion,
            cost=np.ones(offers) if cost is None else cost,
            prior=np.full(classes, 1.0 / classes) if prior is None else prior,
        )
