"""The demo: a node of its own, a batch for the SKUs that sell best, a table of what came out."""

from __future__ import annotations

import sys
import time
from typing import Any

from . import batches, paths, series, table
from .client import Client
from .node import Node

ADDRESS = "127.0.0.1:7421"
SKUS = 120


def run(skus: int = SKUS, stay: bool = True, force: bool | None = None) -> int:
    """Runs the demo; with `stay` the node stays until it is interrupted."""
    print("starting a node …", file=sys.stderr)
    with Node(paths.build_folder() / "demo.db", ADDRESS) as node:
        client = Client(node.url)
        began = time.perf_counter()
        failed = _batch(client, skus, force)
        seconds = time.perf_counter() - began
        print(f"\n{seconds:.0f} s in all; the node is at {node.url}", file=sys.stderr)
        if stay:
            print("it stays; its page: make forecasts-web; Ctrl-C stops it", file=sys.stderr)
            try:
                node.wait()
            except KeyboardInterrupt:
                print("stopping", file=sys.stderr)
    return 1 if failed else 0


def _batch(client: Client, skus: int, force: bool | None) -> int:
    name = batches.new_name()
    chosen = series.of("retail", skus)
    reason = f"new data for {len(chosen)} SKUs"
    jobs = batches.jobs_of(chosen, methods=batches.METHODS, force=force)
    batches.submit(client, name, reason, jobs)
    print(f"batch {name}, {reason}: {len(jobs)} jobs", file=sys.stderr)
    batch = batches.wait(client, name, show)
    print(file=sys.stderr)
    found = list(client.jobs(batch=name))
    print("\n".join(table.means(found)))
    if said := table.answered(found):
        print(f"\n{said}", file=sys.stderr)
    print(f"\nthe whole table: python -m forecasts results {name}", file=sys.stderr)
    return batch["jobs"].get("failed", 0)


def show(batch: dict[str, Any]) -> None:
    """One line that changes on a terminal; only the end of it elsewhere."""
    progress = batch["progress"]
    eta = progress["eta_seconds"]
    left = f", {eta:.0f} s left" if eta is not None and batch["state"] == "open" else ""
    line = f"{progress['percent']:5.1f}%  {progress['done']}/{progress['total']}{left}"
    if sys.stderr.isatty():
        print(f"\r{line:<60}", end="", file=sys.stderr, flush=True)
    elif batch["state"] == "completed":
        print(line, file=sys.stderr)
