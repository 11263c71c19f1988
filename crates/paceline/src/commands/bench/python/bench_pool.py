"""The ceiling for warm Python workers: `multiprocessing.Pool`, which records nothing.

    python bench_pool.py ITEMS WORKERS CHUNK

Prints the seconds from the first item handed over to the last result, with all processes up.
"""

import multiprocessing
import sys
import time


def noop(payload: object) -> object:
    """Gives back what it got."""
    return payload


def main() -> None:
    """Measures once."""
    items, workers, chunk = map(int, sys.argv[1:])
    with multiprocessing.Pool(workers) as pool:
        pool.map(noop, range(workers * 100), chunksize=1)
        payloads = ({"n": n} for n in range(items))
        began = time.perf_counter()
        for _ in pool.imap_unordered(noop, payloads, chunksize=chunk):
            pass
        print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
