"""Cancel, stop and the end of the input."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import paceline as pl
from harness import InProcess, results
from test_items import app_of

Serve = Callable[[pl.App], InProcess]


def test_cancel_in_the_middle_of_a_chunk(serve: Serve) -> None:
    seen = threading.Event()

    def handler(payload: Any, ctx: pl.Context) -> str:
        if payload == "wait":
            while not ctx.cancelled:
                time.sleep(0.002)
            seen.set()
        return "ran"

    node = serve(app_of(handler))
    for _ in range(3):
        node.run("work", ["go", "wait", "go", "go"], lease=7)
        assert not seen.wait(0.05)
        node.send("cancel", lease=8, reason="of another lease")
        assert not seen.wait(0.05)
        began = time.monotonic()
        node.send("cancel", lease=7, reason="user")
        messages = node.until("done")
        assert time.monotonic() - began < 1
        assert results(messages) == {0: "ran", 1: "ran"}
        assert messages[-1] == {"type": "done", "lease": 7, "cancelled": True}
        seen.clear()
    node.run("work", ["go"])
    assert results(node.until("done")) == {0: "ran"}


def test_cancel_between_fast_items(serve: Serve) -> None:
    node = serve(app_of(lambda payload: time.sleep(0.001)))
    node.run("work", [0] * 5000)
    node.receive()
    node.send("cancel", lease=1)
    messages = node.until("done")
    assert messages[-1] == {"type": "done", "lease": 1, "cancelled": True}
    assert len(results(messages)) < 2500


def test_cancel_of_a_lease_that_waits(serve: Serve) -> None:
    release = threading.Event()
    ran: list[Any] = []

    def handler(payload: Any) -> None:
        ran.append(payload)
        release.wait(10)

    node = serve(app_of(handler))
    for lease in ("a", "b", "c"):
        node.run("work", [lease], lease=lease)
    node.send("cancel", lease="b")
    time.sleep(0.05)
    release.set()
    ends = [node.until("done")[-1] for _ in range(3)]
    assert ends == [
        {"type": "done", "lease": "a"},
        {"type": "done", "lease": "b", "cancelled": True},
        {"type": "done", "lease": "c"},
    ]
    assert ran == ["a", "c"]


def test_stop_ends_the_current_item_and_hands_back_the_rest(serve: Serve) -> None:
    begun, release = threading.Event(), threading.Event()

    def handler(payload: Any) -> Any:
        begun.set()
        release.wait(10)
        return payload

    node = serve(app_of(handler))
    node.run("work", [1, 2, 3], lease=1)
    node.run("work", [4], lease=2)
    begun.wait(10)
    node.send("stop")
    time.sleep(0.05)
    release.set()
    messages = node.until("done")
    assert results(messages) == {0: 1}
    assert messages[-1] == {"type": "done", "lease": 1, "stopped": True}
    assert node.receive() == {"type": "done", "lease": 2, "stopped": True}
    with pytest.raises(EOFError):
        node.receive()
    assert node.finish() == 0


def test_stop_after_the_last_item_is_an_ordinary_done(serve: Serve) -> None:
    begun, release = threading.Event(), threading.Event()

    def handler(params: Any) -> None:
        begun.set()
        release.wait(10)

    node = serve(app_of(handler))
    node.run("work")
    begun.wait(10)
    node.send("stop")
    time.sleep(0.05)
    release.set()
    assert node.until("done")[-1] == {"type": "done", "lease": 1}


def test_stop_and_runs_in_one_write(serve: Serve) -> None:
    node = serve(app_of(lambda payload: payload))
    lines = (
        b'{"type":"run","lease":%d,"job":{"id":"j","task":"work","params":1}}\n' % lease
        for lease in range(3)
    )
    node.send_bytes(b"".join(lines) + b'{"type":"stop"}\n')
    ends = [node.until("done")[-1] for _ in range(3)]
    assert [end["lease"] for end in ends] == [0, 1, 2]
    assert all(end["stopped"] for end in ends)


def test_stop_of_an_idle_worker(serve: Serve) -> None:
    node = serve(app_of(lambda payload: payload))
    time.sleep(0.1)
    node.send("stop")
    with pytest.raises(EOFError):
        node.receive()


def test_the_end_of_the_input_is_a_stop(serve: Serve) -> None:
    begun, release = threading.Event(), threading.Event()

    def handler(payload: Any) -> None:
        begun.set()
        release.wait(10)

    node = serve(app_of(handler))
    node.run("work", [1, 2])
    begun.wait(10)
    node.close_input()
    time.sleep(0.05)
    release.set()
    messages = node.until("done")
    assert results(messages) == {0: None}
    assert messages[-1] == {"type": "done", "lease": 1, "stopped": True}


def test_a_stop_lets_running_async_items_end(serve: Serve) -> None:
    async def handler(payload: Any) -> Any:
        await asyncio.sleep(0.2)
        return payload

    node = serve(app_of(handler, concurrency=2))
    node.run("work", [1, 2, 3, 4])
    node.until("start")
    node.send("stop")
    messages = node.until("done")
    assert results(messages) == {0: 1, 1: 2}
    assert messages[-1] == {"type": "done", "lease": 1, "stopped": True}


@pytest.mark.parametrize("kind", ["sync", "async", "plan"])
def test_cancel_reaches_a_worker_that_was_idle_for_long(serve: Serve, kind: str) -> None:
    def wait(ctx: pl.Context) -> None:
        until = time.monotonic() + 5
        while not ctx.cancelled and time.monotonic() < until:
            time.sleep(0.002)

    def planner(params: Any, ctx: pl.Context) -> list[Any]:
        wait(ctx)
        return []

    async def sleeps(params: Any) -> None:
        await asyncio.sleep(5)

    app = pl.App()
    app.task(name="sync")(lambda params, ctx: wait(ctx))
    app.task(name="async")(sleeps)
    app.task(name="plan", items=planner)(lambda item, ctx: None)
    node = serve(app)
    for _ in range(2):
        time.sleep(0.3)
        if kind == "plan":
            node.send("plan", lease=1, job={"id": "j", "task": "plan"})
        else:
            node.run(kind)
        time.sleep(0.1)
        began = time.monotonic()
        node.send("cancel", lease=1)
        assert node.until("done")[-1]["cancelled"]
        assert time.monotonic() - began < 1


def test_a_cancel_after_a_stop_still_reaches_the_handler(serve: Serve) -> None:
    def handler(params: Any, ctx: pl.Context) -> bool:
        until = time.monotonic() + 5
        while not ctx.cancelled and time.monotonic() < until:
            time.sleep(0.002)
        return ctx.cancelled

    node = serve(app_of(handler))
    node.run("work")
    node.until("start")
    node.send("stop")
    time.sleep(0.1)
    node.send("cancel", lease=1)
    assert results(node.until("done")) == {0: True}
