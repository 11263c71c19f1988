"""The peers, each behind the same two things: `workers` and `run(function, values)`."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from .work import Done, warm_up


class Loop:
    """No pool at all: one process, one race after the other."""

    workers = 1

    def __init__(self, workers: int, chunk: int) -> None:
        pass

    def run(self, function: Callable, values: Iterable) -> Iterator[Done]:
        """Yields each result as it is there."""
        return map(function, values)


class Pool:
    """multiprocessing.Pool."""

    def __init__(self, workers: int, chunk: int) -> None:
        import multiprocessing

        self.workers, self._chunk = workers, chunk
        self._pool = multiprocessing.Pool(workers, initializer=warm_up)

    def run(self, function: Callable, values: Iterable) -> Iterator[Done]:
        """Yields results in the order of completion."""
        return self._pool.imap_unordered(function, values, chunksize=self._chunk)


class ProcessPool:
    """concurrent.futures.ProcessPoolExecutor."""

    def __init__(self, workers: int, chunk: int) -> None:
        from concurrent.futures import ProcessPoolExecutor

        self.workers, self._chunk = workers, chunk
        self._pool = ProcessPoolExecutor(workers, initializer=warm_up)

    def run(self, function: Callable, values: Iterable) -> Iterator[Done]:
        """Yields results in the order of the values, which is all that it offers."""
        return self._pool.map(function, values, chunksize=self._chunk)


class Joblib:
    """joblib with its default backend, loky."""

    def __init__(self, workers: int, chunk: int) -> None:
        import joblib

        self.workers = workers
        self._delayed = joblib.delayed
        self._parallel = partial(
            joblib.Parallel,
            n_jobs=workers,
            batch_size=chunk,
            # Counted in races, not in batches: by default not even one batch would be full.
            pre_dispatch=2 * workers * chunk,
            return_as="generator_unordered",
        )

    def run(self, function: Callable, values: Iterable) -> Iterator[Done]:
        """Yields results in the order of completion; loky keeps its workers between calls."""
        return self._parallel()(self._delayed(function)(value) for value in values)


MAKERS = {"loop": Loop, "pool": Pool, "process-pool": ProcessPool, "joblib": Joblib}
