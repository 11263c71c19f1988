"""How many items a second warm workers handle, through real pipes. Not a test.

    python tests/bench_worker.py [--workers 2] [--chunk 50] [--items 400000] [--pool]

Prints items/s of wall time, and the CPU time an item costs in the worker and in this feeder.
The CPU time is the figure to compare: it survives a busy machine. `--pool` runs
`multiprocessing.Pool.map` with the same handler and chunk size beside it, the ceiling of
what a pool that records nothing can do.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import selectors
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import paceline as pl

app = pl.App()


@app.task(items=True)
def noop(payload: dict[str, int], ctx: pl.Context) -> dict[str, int]:
    """Do nothing, with a small payload and a small result."""
    return payload


def noop_alone(payload: dict[str, int]) -> dict[str, int]:
    """The same for a pool."""
    return payload


@dataclass
class Worker:
    """One child and what it still has to do."""

    process: subprocess.Popen[bytes]
    chunks: int
    sent: int = 0
    done: int = 0
    tail: bytes = b""

    def feed(self, line: bytes, in_flight: int) -> None:
        """Keep `in_flight` chunks with the worker."""
        assert self.process.stdin is not None
        count = min(self.done + in_flight, self.chunks) - self.sent
        if count > 0:
            os.write(self.process.stdin.fileno(), line * count)
            self.sent += count

    def read(self) -> None:
        """Count the chunks that are done."""
        assert self.process.stdout is not None
        mark = b'"type":"done"'
        data = self.tail + os.read(self.process.stdout.fileno(), 1 << 16)
        self.done += data.count(mark)
        # Keep what may be the beginning of a mark, never a whole one.
        self.tail = data[max(len(data) - len(mark) + 1, 0) :]


def start() -> subprocess.Popen[bytes]:
    """A worker that has said ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "paceline.worker", "bench_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent,
        bufsize=0,
    )
    assert process.stdout is not None
    assert b'"ready"' in process.stdout.readline()
    return process


def run_line(chunk: int) -> bytes:
    """One `run` message of `chunk` items."""
    items = [
        {"seq": seq, "key": f"r{seq}", "payload": {"race_id": seq}, "attempt": 1}
        for seq in range(chunk)
    ]
    job = {"id": "0190b1f6-7d3c-7000-8000-000000000001", "task": "noop", "params": {}, "attempt": 1}
    message = {"type": "run", "lease": 123, "job": job, "items": items, "item_timeout": None}
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def measure(workers: int, chunk: int, items: int, in_flight: int) -> tuple[float, float, float]:
    """Items/s, worker CPU µs an item, feeder CPU µs an item."""
    line = run_line(chunk)
    pool = [Worker(start(), items // chunk // workers) for _ in range(workers)]
    before = [_cpu(worker.process.pid) for worker in pool]
    with selectors.DefaultSelector() as selector:
        for worker in pool:
            assert worker.process.stdout is not None
            selector.register(worker.process.stdout, selectors.EVENT_READ, worker)
        began, feeder = time.monotonic(), time.process_time()
        for worker in pool:
            worker.feed(line, in_flight)
        while any(worker.done < worker.chunks for worker in pool):
            for key, _ in selector.select():
                key.data.read()
                key.data.feed(line, in_flight)
        wall, feeder = time.monotonic() - began, time.process_time() - feeder
    cpu = sum(_cpu(worker.process.pid) for worker in pool) - sum(before)
    for worker in pool:
        assert worker.process.stdin is not None
        worker.process.stdin.close()
        assert worker.process.wait() == 0
    count = sum(worker.chunks for worker in pool) * chunk
    return count / wall, cpu / count * 1e6, feeder / count * 1e6


def measure_pool(workers: int, chunk: int, items: int) -> float:
    """Items/s of multiprocessing.Pool, warm."""
    with multiprocessing.Pool(workers) as pool:
        pool.map(noop_alone, [{"race_id": 0}] * 100)
        began = time.monotonic()
        pool.map(noop_alone, [{"race_id": seq} for seq in range(items)], chunksize=chunk)
        return items / (time.monotonic() - began)


def _cpu(pid: int) -> float:
    """CPU seconds of a process so far; NaN where the kernel does not tell."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((t / "schedstat").read_text().split()[0]) for t in threads) / 1e9
    except OSError:
        return float("nan")


def main() -> None:
    """Measure some rounds and print their medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--chunk", type=int, default=50)
    parser.add_argument("--items", type=int, default=400_000)
    parser.add_argument("--in-flight", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pool", action="store_true")
    given = parser.parse_args()
    rounds, pools = [], []
    for _ in range(given.rounds):
        rounds.append(measure(given.workers, given.chunk, given.items, given.in_flight))
        if given.pool:
            pools.append(measure_pool(given.workers, given.chunk, given.items))
    rate, cpu, feeder = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(
        f"{given.workers} workers, chunk {given.chunk}, median of {given.rounds}: "
        f"{rate:,.0f} items/s (best {max(r[0] for r in rounds):,.0f}); CPU an item: "
        f"worker {cpu:.2f} µs, feeder {feeder:.2f} µs"
    )
    if pools:
        print(f"multiprocessing.Pool: {statistics.median(pools):,.0f} items/s")


if __name__ == "__main__":
    main()
