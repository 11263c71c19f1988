"""Tasks for the tests with real processes."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from typing import Any

import paceline as pl

app = pl.App()
print("printed while the module is imported")
logging.getLogger("tasks_app").info("logged while idle")


def load() -> dict[str, Any]:
    os.write(1, b"written to descriptor 1 in setup\n")
    return {"pid": os.getpid()}


@app.task(items=True, setup=load)
def echo(payload: Any, ctx: pl.Context) -> Any:
    return payload


@app.task(setup=load)
def state(params: Any, ctx: pl.Context) -> Any:
    return ctx.state["pid"] == os.getpid()


@app.task(items=True)
def noisy(payload: int) -> int:
    """Print a megabyte in every way there is."""
    print("x" * 300_000)
    sys.stdout.write("y" * 300_000 + "\n")
    assert sys.__stdout__ is not None
    sys.__stdout__.write("z" * 300_000)
    os.write(1, b'{"type":"done","lease":1}\n')
    ctypes.CDLL(None).puts(b'{"type":"done","lease":1}')
    ctypes.CDLL(None).fflush(None)
    subprocess.run(["sh", "-c", "echo from a child; cat"], check=True)
    logging.getLogger("somewhere").info("from a library")
    logging.getLogger("somewhere").debug("too detailed")
    return payload


@app.task
def reads_stdin() -> Any:
    return [sys.stdin.read(), os.read(0, 10).decode()]


@app.task
def leaves_a_child() -> int:
    """A grandchild that outlives the worker, with whatever descriptors it was given."""
    return subprocess.Popen(["sleep", "30"], close_fds=False).pid


def _child(queue: Any) -> None:
    print("from a forked child")
    queue.put([fd for fd in range(3, 20) if _is_open_pipe_of_node(fd)])


def _is_open_pipe_of_node(fd: int) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{fd}") in os.environ.get("NODE_PIPES", "").split(",")
    except OSError:
        return False


@app.task
def forks(params: Any) -> Any:
    """What a forked child holds of the node's pipes."""
    os.environ["NODE_PIPES"] = params
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_child, args=(queue,))
    child.start()
    held = queue.get(timeout=10)
    child.join()
    return held


@app.task(items=True)
def act(payload: dict[str, Any], ctx: pl.Context) -> Any:
    """Do what the payload says."""
    if "sleep" in payload:
        time.sleep(payload["sleep"])
    if "spin" in payload:
        until = time.monotonic() + payload["spin"]
        while time.monotonic() < until:
            pass
    if "exit" in payload:
        sys.exit(payload["exit"])
    if "signal" in payload:
        os.kill(os.getpid(), payload["signal"])
    if "until_cancelled" in payload:
        while not ctx.cancelled:
            time.sleep(0.005)
        return "saw it"
    return payload.get("give")


@app.task
async def waits(params: float) -> str:
    await asyncio.sleep(params)
    return "waited"


def segfault() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)
