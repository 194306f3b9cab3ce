"""The one way to compile a loop: Numba's ``njit``, cached on disk and without the interpreter's lock, but typed.

Numba carries no types, so its decorator would turn every kernel into ``Any``; ``compiled`` keeps the signature that was
written. Import this module only from modules that are loaded when mathematics is wanted: Numba takes half a second.

Three rules that keep kernels fast and right:

- The cache on disk notices changes of a kernel's own file only. A kernel may call kernels of its own file; calling one
  of another file would leave stale machine code behind when that file changes, so small ones are written again.
- ``fastmath`` is off: it lets the compiler assume that nothing is NaN or infinite, and reorder sums.
- There is no ``parallel``: Numba's own thread pool stops the process when two threads of a server enter it at once.
  Kernels work on a range of tasks, and ``assay.quality.aggregation.em`` gives fixed ranges to Python threads and adds
  their tables up in order, so that the answer is the same for any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, overload

import numba

# Numba leaves it off to join neighbouring scalar operations into vector ones; a pass of EM over four classes takes a
# third less time with it on. Results are the same to the last bit, since each lane computes what the scalar did.
_config: Any = numba.config
_config.SLP_VECTORIZE = 1

# Fewer rows than this are not worth a thread.
RANGE_ROWS = 1 << 18

Function = TypeVar("Function", bound=Callable[..., Any])


@overload
def compiled(function: Function, /) -> Function: ...
@overload
def compiled(**options: Any) -> Callable[[Function], Function]: ...
def compiled(function: Any = None, /, **options: Any) -> Any:
    """Compile ``function`` at its first call for each set of argument types; used bare or with Numba's ``options``.

    >>> @compiled
    ... def total(values: FloatArray) -> float: ...  # doctest: +SKIP
    """
    compile_with = numba.njit(cache=True, nogil=True, **options)
    return compile_with if function is None else compile_with(function)


def threads_available() -> int:
    """How many threads may run kernels at once: the machine's cores, or what ``NUMBA_NUM_THREADS`` says."""
    return int(numba.get_num_threads())


def in_ranges(rows: int, work: Callable[[int, int], object], threads: int | None) -> None:
    """``work(begin, end)`` over ranges that make up ``rows``, at once on ``threads`` (None: all cores there are).

    For loops whose rows have nothing to do with each other, so that it does not matter where ranges end.
    """
    count = max(1, min(threads or threads_available(), rows // RANGE_ROWS))
    cuts = [rows * place // count for place in range(count + 1)]
    if count == 1:
        work(0, rows)
        return
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(work, cuts[:-1], cuts[1:]))
