"""`async def` handlers."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

import paceline as pl
from harness import InProcess, errors, results, wait_for
from test_items import app_of

Serve = Callable[[pl.App], InProcess]


class Gauge:
    """Counts how many calls are inside at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def __call__(self, payload: Any, ctx: pl.Context) -> Any:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        return [ctx.seq, ctx.key]


@pytest.mark.parametrize(
    ("options", "fields", "most"),
    [
        ({}, {}, 1),
        ({"concurrency": 4}, {}, 4),
        ({"concurrency": 4}, {"concurrency": 7}, 7),
        ({"concurrency": 100}, {}, 20),
    ],
)
def test_as_many_items_at_once_as_allowed(
    serve: Serve, options: dict[str, int], fields: dict[str, int], most: int
) -> None:
    gauge = Gauge()
    node = serve(app_of(gauge, **options))
    node.run("work", [None] * 20, **fields)
    messages = node.until("done")
    assert results(messages) == {seq: [seq, f"k{seq}"] for seq in range(20)}
    assert gauge.most == most
    assert messages[-1] == {"type": "done", "lease": 1}


def test_every_item_is_announced_before_its_result(serve: Serve) -> None:
    node = serve(app_of(Gauge(), concurrency=3))
    node.run("work", [None] * 9)
    open_items: set[int] = set()
    for message in node.until("done")[:-1]:
        if message["type"] == "start":
            open_items.add(message["seq"])
            assert len(open_items) <= 3
        else:
            open_items.remove(message["seq"])
    assert not open_items


def test_a_result_is_sent_while_others_run(serve: Serve) -> None:
    async def handler(payload: float) -> None:
        await asyncio.sleep(payload)

    node = serve(app_of(handler, concurrency=2))
    node.run("work", [0.0, 1.0])
    began = time.monotonic()
    assert node.until("item")[-1]["seq"] == 0
    assert time.monotonic() - began < 0.8
    node.until("done")


def test_each_item_has_its_own_time(serve: Serve) -> None:
    async def handler(payload: float) -> str:
        await asyncio.sleep(payload)
        return "in time"

    node = serve(app_of(handler, concurrency=3))
    node.run("work", [0.0, 60.0, 0.01, 60.0], item_timeout=0.3)
    messages = node.until("done")
    assert results(messages) == {0: "in time", 2: "in time"}
    failed = errors(messages)
    assert sorted(failed) == [1, 3]
    assert failed[1]["kind"] == "timeout"
    assert failed[1]["message"] == "item took longer than its timeout of 0.3 s"
    assert "asyncio.sleep(payload)" in failed[1]["traceback"]
    assert not failed[1]["permanent"]


def test_the_tasks_own_timeout_holds_when_the_node_says_nothing(serve: Serve) -> None:
    async def handler(payload: float) -> None:
        await asyncio.sleep(payload)

    node = serve(app_of(handler, item_timeout="100ms"))
    node.run("work", [60.0])
    assert errors(node.until("done"))[0]["kind"] == "timeout"
    node.run("work", [0.2], item_timeout=None)
    assert results(node.until("done")) == {0: None}


def test_a_handlers_own_timeout_is_its_own_failure(serve: Serve) -> None:
    async def handler(payload: Any) -> None:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)

    node = serve(app_of(handler))
    node.run("work", [1], item_timeout=5)
    error = errors(node.until("done"))[0]
    assert error["kind"] == "handler"
    assert error["message"].startswith("TimeoutError")


def test_failures_cost_their_item_only(serve: Serve) -> None:
    async def handler(payload: str) -> Any:
        await asyncio.sleep(0)
        if payload == "exit":
            sys.exit(3)
        if payload == "raise":
            raise pl.Permanent("never")
        if payload == "cancel":
            raise asyncio.CancelledError
        return object() if payload == "object" else "fine"

    node = serve(app_of(handler, concurrency=2))
    node.run("work", ["exit", "fine", "raise", "object", "cancel", "fine"])
    messages = node.until("done")
    assert results(messages) == {1: "fine", 5: "fine"}
    failed = errors(messages)
    assert failed[0]["message"] == "handler called sys.exit(3)"
    assert failed[2]["permanent"]
    assert failed[3]["message"].startswith("the result cannot be sent as JSON")
    assert failed[4]["message"] == "CancelledError"


def test_cancel_reaches_the_tasks_of_the_lease(serve: Serve) -> None:
    begun: list[Any] = []
    cleaned: list[Any] = []

    async def handler(payload: Any) -> str:
        begun.append(payload)
        try:
            await asyncio.sleep(60 if payload else 0)
        except asyncio.CancelledError:
            if payload == "stubborn":
                return "saved"
            raise
        finally:
            cleaned.append(payload)
        return "ran"

    node = serve(app_of(handler, concurrency=3))
    node.run("work", [0, 1, 2, "stubborn", 4, 5])
    wait_for(lambda: "stubborn" in begun)
    node.send("cancel", lease=1)
    messages = node.until("done")
    assert messages[-1] == {"type": "done", "lease": 1, "cancelled": True}
    assert results(messages) == {0: "ran", 3: "saved"}
    assert errors(messages) == {}
    assert begun == [0, 1, 2, "stubborn"]
    assert set(cleaned) == set(begun)
    node.run("work", [0])
    assert results(node.until("done")) == {0: "ran"}


def test_one_loop_serves_all_leases(serve: Serve) -> None:
    loops: set[int] = set()

    async def connect() -> None:
        loops.add(id(asyncio.get_running_loop()))

    async def handler(payload: Any) -> None:
        loops.add(id(asyncio.get_running_loop()))

    node = serve(app_of(handler, setup=connect))
    for _ in range(3):
        node.run("work", [1])
        node.until("done")
    assert len(loops) == 1


def test_an_async_job_without_items(serve: Serve) -> None:
    async def handler(params: Any, ctx: pl.Context) -> Any:
        ctx.progress(0.5)
        ctx.log.warning("here")
        return ctx.params

    node = serve(app_of(handler))
    node.run("work", job={"params": {"a": 1}})
    messages = node.until("done")
    assert results(messages) == {0: {"a": 1}}
    assert [m["seq"] for m in messages if m["type"] in ("log", "progress")] == [0, 0]
