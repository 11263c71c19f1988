"""The same predictions by plain Python tools, for comparison: one JSON line a measurement.

    python bench_peers.py --n 400 --workers 2            # every peer, cold and warm
    python bench_peers.py --peer work --n 400            # the bare work, in one process

Peers do what a Paceline worker does for a race (read, predict, simulate, write to `predictions`)
with one warm model a process, but nobody keeps their results. `cold` counts everything from
starting python to the last result; `warm` starts with all workers up and their models loaded. Both
write to a copy of the database. Owns the measuring; `peers` owns the pools.
"""

import argparse
import importlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from peers.pools import MAKERS
from peers.work import Done, meet, predict, race_ids, warm_up

PEERS = tuple(MAKERS)
WORK = "work"
MODES = ("cold", "warm")


def fill(peer, chunk: int) -> dict[int, float]:
    """Waits until every worker has its model; gives the CPU seconds used so far by process."""
    cpu: dict[int, float] = {}
    deadline = time.monotonic() + 120
    while len(cpu) < peer.workers:
        if time.monotonic() > deadline:
            raise TimeoutError(f"only {len(cpu)} of {peer.workers} workers came up")
        cpu |= dict(peer.run(meet, range(peer.workers * chunk)))
    return cpu


def drain(results: Iterator[Done], began: float) -> tuple[float, float, dict[int, float]]:
    """Consumes all results: (seconds to the first, seconds to the last, CPU seconds by process)."""
    first, cpu = 0.0, {}
    for process, seconds in results:
        first = first or time.perf_counter() - began
        cpu[process] = max(cpu.get(process, 0.0), seconds)
    return first, time.perf_counter() - began, cpu


def measure_warm(options: argparse.Namespace) -> dict:
    """Measures a peer whose workers are up. CPU is that of this process and of all workers."""
    ids = race_ids(options.n)
    peer = MAKERS[options.peer](options.workers, options.chunk)
    before = fill(peer, options.chunk)
    own, began = time.process_time(), time.perf_counter()
    work = partial(predict, simulations=options.simulations)
    first, seconds, after = drain(peer.run(work, ids), began)
    own = time.process_time() - own
    workers = {process: cpu for process, cpu in after.items() if process != os.getpid()}
    cpu = own + sum(cpu - before.get(process, 0.0) for process, cpu in workers.items())
    return {"seconds": seconds, "first_result_seconds": first, "cpu_seconds": cpu}


def run_cold(options: argparse.Namespace) -> dict:
    """The inner part of a cold measurement: told when the outer process began (wall clock)."""
    began = time.perf_counter() - (time.time() - options.began)
    peer = MAKERS[options.peer](options.workers, options.chunk)
    work = partial(predict, simulations=options.simulations)
    first, seconds, _ = drain(peer.run(work, race_ids(options.n)), began)
    return {"seconds": seconds, "first_result_seconds": first}


def measure_cold(options: argparse.Namespace) -> dict:
    """Runs a fresh python and counts from before its start to its last result.

    The CPU seconds are those of the python, and of all its workers, until their end.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = inner(options, "cold-inner", began=time.time())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return found | {"cpu_seconds": cpu}


def inner(options: argparse.Namespace, mode: str, began: float = 0.0) -> dict:
    """Runs one measurement in a fresh python; returns what that prints."""
    command = [sys.executable, __file__, "--peer", options.peer, "--mode", mode]
    command += ["--n", str(options.n), "--workers", str(options.workers)]
    command += ["--chunk", str(options.chunk), "--began", repr(began)]
    if options.simulations is not None:
        command += ["--simulations", str(options.simulations)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def measure_work(options: argparse.Namespace) -> dict:
    """The bare work in this process: what loading costs once, and all races together.

    The ideal time of any tool is `load_seconds` (if cold) plus `seconds` over the cores.
    """
    began = time.perf_counter()
    importlib.import_module("races.predict")
    imported = time.perf_counter()
    warm_up()
    loaded = time.perf_counter()
    ids = race_ids(options.n)
    cpu, start, first = time.process_time(), time.perf_counter(), 0.0
    for race_id in ids:
        predict(race_id, options.simulations)
        first = first or time.perf_counter() - start
    return {
        "seconds": time.perf_counter() - start,
        "first_result_seconds": first,
        "cpu_seconds": time.process_time() - cpu,
        "load_seconds": loaded - began,
        "import_seconds": imported - began,
    }


_INNER = {"warm-inner": measure_warm, "cold-inner": run_cold, "work-inner": measure_work}


def measure(options: argparse.Namespace, mode: str) -> dict:
    """One measurement as its line: what was measured, then the numbers."""
    if options.peer == WORK:
        found = inner(options, "work-inner")
    else:
        found = measure_cold(options) if mode == "cold" else inner(options, "warm-inner")
    what = {"peer": options.peer, "mode": mode, "n": options.n}
    workers = 1 if options.peer in ("loop", WORK) else options.workers
    rounded = {name: round(value, 4) for name, value in found.items()}
    return what | {"workers": workers} | rounded


def scratch_build() -> tempfile.TemporaryDirectory:
    """Copies database and model aside, so that measuring leaves the example's own alone."""
    from races import database, paths

    folder = tempfile.TemporaryDirectory(prefix="races-bench-")
    copy = Path(folder.name)
    connection = database.connect(paths.database_path())
    shutil.copy(paths.model_path(), copy)
    connection.execute("VACUUM INTO ?", (str(copy / paths.database_path().name),))
    connection.close()
    os.environ["RACES_BUILD"] = str(copy)
    database.connect(paths.database_path()).execute("PRAGMA journal_mode = WAL")
    return folder


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", choices=(*PEERS, WORK), help="default: all but `work`")
    parser.add_argument("--mode", choices=(*MODES, *_INNER), help="default: cold, then warm")
    parser.add_argument("--n", type=int, default=400, help="predictions (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--chunk", type=int, default=20, help="races handed over at once")
    parser.add_argument("--simulations", type=int, help="for each race; fewer is cheaper")
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Measures and prints; an inner run is the one that a fresh python makes."""
    options = parse()
    if options.mode in _INNER:
        print(json.dumps(_INNER[options.mode](options)), flush=True)
        return
    with scratch_build():
        for peer in [options.peer] if options.peer else PEERS:
            options.peer = peer
            modes = [options.mode] if options.mode else MODES
            for mode in ("warm",) if peer == WORK else modes:
                print(json.dumps(measure(options, mode)), flush=True)


if __name__ == "__main__":
    main()
