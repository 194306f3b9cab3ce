"""How fast votes become answers: against crowd-kit, against sparse matrix products, and against the machine's limit.

Synthetic votes, five a task. Each method of crowd-kit runs with its own defaults and tells how many iterations it made;
ours then makes exactly as many, on the same integer codes, prepared outside of both timings (crowd-kit's as a frame,
ours as ``Votes``). Building ``Votes`` has lines of its own. The sparse baseline is written here as one would with
SciPy: one matrix of tasks by workers for each class, two products a class and iteration. Ours are the median of several
runs after one that compiles. Two ratios are printed: of what the clock shows, which is what whoever waits sees and what
the aims are about, and of the processor's seconds, to which all threads add.

    python bench/aggregate_speed.py [--small] [crowdkit] [hundred] [sparse] [limit]      (all parts, if none is named)
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from scipy import sparse
from scipy.special import digamma

from assay.quality import Votes
from assay.quality.aggregation.counts import Partition, partial
from assay.quality.aggregation.dawid_skene import DawidSkene
from assay.quality.aggregation.em import in_memory, room_for_posterior
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.aggregation.majority import MajorityVote
from assay.quality.aggregation.one_coin import OneCoin
from assay.quality.aggregation.one_task import posterior_from_skill
from assay.quality.arrays import Floats
from assay.quality.compiled import compiled, threads_available
from peer import run_peer

VOTES_A_TASK = 5
WORKERS = 1_000
SPARSE_ITERATIONS = 10


@dataclass(frozen=True)
class Crowd:
    """Votes as codes: (votes,) each, task ascending; ``truth``: (tasks,)."""

    task: Any
    worker: Any
    label: Any
    truth: Any
    classes: int

    @classmethod
    def made(cls, tasks: int, classes: int) -> Crowd:
        """Workers right half to 95 times in 100, mistakes spread evenly."""
        rng = np.random.default_rng(7)
        truth = rng.integers(0, classes, tasks)
        task = np.repeat(np.arange(tasks, dtype=np.int32), VOTES_A_TASK)
        worker = rng.integers(0, WORKERS, len(task)).astype(np.int32)
        skill = rng.uniform(0.5, 0.95, WORKERS)
        right = rng.random(len(task)) < skill[worker]
        label = np.where(right, truth[task], rng.integers(0, classes, len(task))).astype(np.int32)
        return cls(task, worker, label, truth, classes)

    def votes(self) -> Votes:
        return Votes.from_codes(
            self.task, self.worker, self.label, n_workers=WORKERS, n_classes=self.classes, repeated="all"
        )


@dataclass(frozen=True)
class Seconds:
    clock: float
    processor: float


def timed(work: Callable[[], object], runs: int = 9) -> Seconds:
    """Medians, after a run that compiles and warms."""
    work()
    clock, processor = [], []
    for _ in range(runs):
        began = perf_counter(), process_time()
        work()
        clock.append(perf_counter() - began[0])
        processor.append(process_time() - began[1])
    return Seconds(median(clock), median(processor))


def line(what: str, peer: Seconds, ours: Seconds, aim: float) -> None:
    ratio = peer.clock / ours.clock
    verdict = "reached" if ratio >= aim else "NOT reached"
    print(
        f"{what:54s} {peer.clock:8.3f} s {ours.clock:8.4f} s {ratio:6.0f}x {peer.processor / ours.processor:6.0f}x"
        f"   aim {aim:.0f}x {verdict}",
        flush=True,
    )


def against_crowdkit(crowd: Crowd, name: str, method: Any, aim: float, iterations: int | None = None) -> None:
    """``iterations``: as many for both; by default as many as the peer makes by its own rule."""
    votes = crowd.votes()
    asked: dict[str, Any] = {"task": crowd.task, "worker": crowd.worker, "label": crowd.label, "method": name}
    if iterations is not None:
        asked |= {"iterations": iterations, "tolerance": -1e9}
    peer = run_peer("crowdkit", asked)
    made = peer["iterations"]
    same = method.with_iterations(made) if made else method
    ours = timed(lambda: same.fit(votes).labels)
    what = f"{name}, {len(crowd.truth):,} x {crowd.classes}, {made or 1} iterations"
    line(what, Seconds(peer["wall_seconds"], peer["cpu_seconds"]), ours, aim)


def sparse_em(crowd: Crowd, variational: bool) -> Callable[[], Any]:
    """Dawid-Skene or IBCC by sparse products, ``SPARSE_ITERATIONS`` of them; the matrices are made outside."""
    shape = (len(crowd.truth), WORKERS)
    by_task, by_worker = [], []
    for k in range(crowd.classes):
        rows = crowd.label == k
        matrix = sparse.coo_matrix((np.ones(rows.sum()), (crowd.task[rows], crowd.worker[rows])), shape).tocsr()
        by_task.append(matrix)
        by_worker.append(matrix.T.tocsr())
    prior = (np.eye(crowd.classes) * 3 + 1)[None] if variational else np.full((1, crowd.classes, crowd.classes), 0.01)

    def run() -> Any:
        posterior = np.stack([np.asarray(matrix.sum(axis=1))[:, 0] for matrix in by_task], axis=1)
        posterior /= posterior.sum(axis=1, keepdims=True)
        for _ in range(SPARSE_ITERATIONS):
            said = np.stack([matrix @ posterior for matrix in by_worker], axis=2) + prior
            if variational:
                log_classes = digamma(posterior.sum(axis=0) + 1)
                log_said = digamma(said) - digamma(said.sum(axis=2, keepdims=True))
            else:
                log_classes = np.log(posterior.mean(axis=0))
                log_said = np.log(said) - np.log(said.sum(axis=2, keepdims=True))
            score = log_classes + sum(matrix @ log_said[:, :, k] for k, matrix in enumerate(by_task))
            score -= score.max(axis=1, keepdims=True)
            posterior = np.exp(score)
            posterior /= posterior.sum(axis=1, keepdims=True)
        return posterior

    return run


def against_sparse(crowd: Crowd, name: str, method: Any, variational: bool, aim: float) -> None:
    votes = crowd.votes()
    baseline = sparse_em(crowd, variational)
    same = method.with_iterations(SPARSE_ITERATIONS)
    began = perf_counter(), process_time()
    expected = baseline()
    peer = Seconds(perf_counter() - began[0], process_time() - began[1])
    difference = np.abs(expected - same.fit(votes).posterior).max()
    ours = timed(lambda: same.fit(votes))
    size = f"{len(crowd.truth):,} x {crowd.classes}"
    line(f"{name} by sparse products, {size}, {SPARSE_ITERATIONS} iterations", peer, ours, aim)
    print(f"    greatest difference of the two posteriors {difference:.1e}")


@compiled
def triad(a: Floats, b: Floats, c: Floats) -> None:
    for row in range(len(a)):
        a[row] = b[row] + 3.0 * c[row]


def against_the_limit(crowd: Crowd) -> None:
    """One iteration's bytes over its time, as a share of what one core can move through memory.

    An iteration as a fit makes it: it reads each vote's place and each task's first vote, and writes the posterior.
    Those must come from memory and go there. The table of factors and counts is touched three times a vote, and stays
    in the cache.
    """
    votes = crowd.votes()
    arrays = [np.ones(30_000_000) for _ in range(3)]
    seconds = timed(lambda: triad(*arrays)).clock
    bandwidth = 3 * arrays[0].nbytes / seconds
    partition = Partition.of(votes).with_cells()
    assert partition.cells is not None
    tables = DawidSkene().tables(partial(partition, DawidSkene.by_shares), None)
    posterior = room_for_posterior(partition)
    one = timed(lambda: in_memory(partition, 1, posterior)(tables)).clock
    streamed = partition.cells.nbytes + votes.start.nbytes + posterior.nbytes
    row = 8 * crowd.classes
    touched = streamed + partition.cells.nbytes + 3 * row * len(votes)
    print(f"memory bandwidth of one core (triad): {bandwidth / 1e9:.1f} GB/s")
    size = f"{len(crowd.truth):,} x {crowd.classes}"
    print(f"one iteration of {size}: {1000 * one:.1f} ms, {1e9 * one / len(votes):.1f} ns a vote")
    for what, size_bytes in (("streamed from memory", streamed), ("touched, tables in cache too", touched)):
        share = size_bytes / one / bandwidth
        print(f"    {what} {size_bytes / 1e6:.0f} MB: {share:.0%} of the bandwidth (aim: a third)")
    begin = perf_counter()
    passes = 20
    sweep = in_memory(partition, None, posterior)
    for _ in range(passes):
        sweep(tables)
    wall = (perf_counter() - begin) / passes
    print(f"    by the clock on {threads_available()} threads: {1000 * wall:.1f} ms an iteration")


def memory(crowd: Crowd) -> None:
    votes = crowd.votes()
    for name, method in (("majority", MajorityVote()), ("dawid-skene", DawidSkene()), ("ibcc", IBCC())):
        tracemalloc.start()
        method.fit(votes)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        ratio = (votes.nbytes + peak) / votes.nbytes
        print(f"memory of {name}: {ratio:.2f} times the votes' {votes.nbytes / 1e6:.0f} MB (aim: 3)")


def building(crowd: Crowd) -> None:
    tasks, workers = crowd.task.astype(np.int64) * 7 + 11, crowd.worker.astype(np.int64) + 1_000
    names = np.array([f"class {k}" for k in range(crowd.classes)])
    text = (np.char.add("t", tasks.astype("U9")), np.char.add("worker", workers.astype("U6")), names[crowd.label])
    integers = timed(lambda: Votes.from_arrays(tasks, workers, crowd.label), 3).clock
    strings = timed(lambda: Votes.from_arrays(*text), 3).clock
    print(
        f"building votes of {len(tasks):,} rows: from integer ids {integers:.2f} s, from NumPy strings {strings:.2f} s"
    )
    votes = Votes.from_arrays(*text)
    fit = timed(lambda: DawidSkene().fit(votes).labels, 3).clock
    print(f"    from strings to Dawid-Skene's answers: {strings + fit:.2f} s")


def one_task(crowd: Crowd) -> None:
    few = 5_000 * VOTES_A_TASK
    votes = Votes.from_codes(crowd.task[:few], crowd.worker[:few], crowd.label[:few], n_workers=WORKERS, n_classes=4)
    online = IBCC().online(votes)
    labels, workers = crowd.label[:5].tolist(), crowd.worker[:5].tolist()
    rounds = 20_000
    for name, work in (
        ("confusion matrices", lambda: online.posterior_of(labels, workers)),
        ("one skill each", lambda: posterior_from_skill(labels, [0.7] * 5, [0.25] * 4)),
    ):
        work()
        begin = perf_counter()
        for _ in range(rounds):
            work()
        print(f"posterior of one task, {name}: {(perf_counter() - begin) / rounds * 1e6:.1f} microseconds (aim: 50)")


def main(arguments: list[str]) -> None:
    shrink = 20 if "--small" in arguments else 1
    parts = [part for part in arguments if not part.startswith("-")] or ["crowdkit", "hundred", "sparse", "limit"]
    four, hundred = Crowd.made(1_000_000 // shrink, 4), Crowd.made(100_000 // shrink, 100)
    begin = perf_counter()
    for method in (MajorityVote(), OneCoin(), DawidSkene(), IBCC()):
        method.fit(Crowd.made(1_000, 4).votes())
        method.fit(Crowd.made(1_000, 100).votes())
    print(f"compiling, or loading what is compiled: {perf_counter() - begin:.1f} s\n")
    print(f"{'':54s} {'peer':>10s} {'ours':>10s} {'clock':>7s} {'processor':>7s}")
    if "crowdkit" in parts:
        against_crowdkit(four, "majority", MajorityVote(), 100)
        against_crowdkit(four, "one-coin", OneCoin(), 30)
        against_crowdkit(four, "dawid-skene", DawidSkene(), 100)
        against_crowdkit(four, "dawid-skene", DawidSkene(), 100, iterations=10)
    if "hundred" in parts:
        against_crowdkit(hundred, "majority", MajorityVote(), 20)
        against_crowdkit(hundred, "dawid-skene", DawidSkene(), 20)
    if "sparse" in parts:
        # With the baseline's priors, so that both compute the same thing.
        against_sparse(four, "dawid-skene", DawidSkene(right=0.01, wrong=0.01, class_votes=0.0), False, 3)
        against_sparse(four, "ibcc", IBCC(), True, 6)
    if "limit" in parts:
        against_the_limit(four)
        memory(four)
        building(four)
        one_task(four)


if __name__ == "__main__":
    main(sys.argv[1:])
