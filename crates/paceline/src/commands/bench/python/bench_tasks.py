"""Tasks of `paceline bench`: they do nothing, wait, or fail, as the payload or the params say."""

from __future__ import annotations

import os
import time

import paceline as pl

app = pl.App()

JOURNAL = os.environ.get("BENCH_JOURNAL", "")


@app.task(items=True, chunk_size=50)
def bench_item(payload: object) -> object:
    """Gives back what it got."""
    return payload


@app.task(items=True, chunk_size=20, retry=pl.Retry(3, base="50ms"))
def bench_wait(payload: dict) -> dict:
    """Notes that it starts, in one write that survives the death of this process, and waits."""
    line = f"{payload['n']} {os.getpid()} {time.time_ns() // 1000}\n"
    journal = os.open(JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(journal, line.encode())
    os.close(journal)
    time.sleep(payload["seconds"])
    return payload


@app.task(items=True, chunk_size=50)
def bench_pace(payload: dict, ctx: pl.Context) -> dict:
    """Takes its time, and gives back what it got."""
    time.sleep(ctx.params["seconds"])
    return payload


@app.task
def bench_fail(params: dict) -> None:
    """Fails for good."""
    raise pl.Permanent("meant to fail")
