"""Planners."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

import paceline as pl
from harness import InProcess, Message
from test_items import app_of

Serve = Callable[[pl.App], InProcess]


def plan(node: InProcess, params: Any = None, task: str = "work") -> list[Message]:
    node.send("plan", lease=5, job={"id": "j", "task": task, "params": params, "attempt": 1})
    return node.until("done")


def planned(messages: list[Message]) -> list[tuple[str, Any]]:
    return [
        (i["key"], i["payload"]) for m in messages if m["type"] == "planned" for i in m["items"]
    ]


def test_ten_thousand_items_come_in_order_and_in_portions(serve: Serve) -> None:
    def planner(params: Any) -> Iterator[Any]:
        for number in range(params["limit"]):
            yield pl.Item(f"r{number}", {"race_id": number})

    node = serve(app_of(lambda payload: None, items=planner))
    messages = plan(node, {"limit": 10_000})
    assert planned(messages) == [(f"r{n}", {"race_id": n}) for n in range(10_000)]
    sizes = [len(m["items"]) for m in messages[:-1]]
    assert max(sizes) <= 1000
    assert messages[-1] == {"type": "done", "lease": 5}


def test_what_a_planner_may_yield(serve: Serve) -> None:
    def planner() -> list[Any]:
        return [
            pl.Item("a", 1),
            ("b", 2),
            {"key": "c", "payload": 3},
            {"key": "d"},
            {"payload": 5},
            (6, 6),
        ]

    node = serve(app_of(lambda payload: None, items=planner))
    assert planned(plan(node)) == [
        ("a", 1),
        ("b", 2),
        ("c", 3),
        ("d", None),
        (None, 5),
        ("6", 6),
    ]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"race_id": 1}, "the planner yielded {'race_id': 1}; it must yield Item"),
        ("text", "the planner yielded 'text'"),
        (("a", object()), "the payload cannot be sent as JSON: TypeError: builtins.object"),
        (("a", "x" * 2**24), "the payload cannot be sent as JSON: it takes"),
    ],
)
def test_what_it_may_not(serve: Serve, item: Any, said: str) -> None:
    node = serve(app_of(lambda payload: None, items=lambda params: [("first", 1), item]))
    error = plan(node)[-1]["error"]
    assert error["message"].startswith(said)
    assert error["permanent"]


def test_an_error_of_the_planner(serve: Serve) -> None:
    def planner(params: Any) -> Iterator[Any]:
        yield ("a", 1)
        if params == "exit":
            sys.exit(1)
        raise OSError("no database")

    node = serve(app_of(lambda payload: None, items=planner))
    done = plan(node)[-1]
    assert done["error"]["kind"] == "handler"
    assert done["error"]["message"] == "OSError: no database"
    assert "in planner" in done["error"]["traceback"]
    assert plan(node, "exit")[-1]["error"]["message"] == "handler called sys.exit(1)"
    assert "stopped" not in done


def test_no_planner_and_no_task(serve: Serve) -> None:
    node = serve(app_of(lambda payload: None))
    assert plan(node)[-1]["error"]["message"].startswith("task `work` has no planner")
    assert plan(node, task="x")[-1]["error"]["message"].startswith("no task `x`; this worker")
    assert plan(node, task="x")[-1]["error"]["permanent"]


@pytest.mark.parametrize("returned", [None, "abc", {"a": 1}, 5])
def test_a_planner_must_give_items(serve: Serve, returned: Any) -> None:
    node = serve(app_of(lambda payload: None, items=lambda params: returned))
    assert "which yields no items" in plan(node)[-1]["error"]["message"]


def test_async_planners(serve: Serve) -> None:
    async def generator(params: Any) -> AsyncIterator[Any]:
        for number in range(3):
            yield (str(number), number)

    async def whole(params: Any) -> list[Any]:
        return [("a", 1)]

    app = pl.App()
    app.task(name="generator", items=generator)(lambda payload: None)
    app.task(name="whole", items=whole)(lambda payload: None)
    node = serve(app)
    assert planned(plan(node, task="generator")) == [("0", 0), ("1", 1), ("2", 2)]
    assert planned(plan(node, task="whole")) == [("a", 1)]


def test_the_first_items_do_not_wait_for_the_last(serve: Serve) -> None:
    release = threading.Event()

    def planner(params: Any) -> Iterator[Any]:
        yield ("a", 1)
        time.sleep(0.02)
        yield ("b", 2)
        release.wait(10)
        yield ("c", 3)

    node = serve(app_of(lambda payload: None, items=planner))
    node.send("plan", lease=5, job={"id": "j", "task": "work"})
    assert [item["key"] for item in node.receive()["items"]] == ["a", "b"]
    release.set()
    assert planned(node.until("done")) == [("c", 3)]


def test_long_payloads_are_parted(serve: Serve) -> None:
    text = "x" * 9_000_000
    node = serve(app_of(lambda payload: None, items=lambda params: [("a", text), ("b", text)]))
    messages = plan(node)
    assert [len(m["items"]) for m in messages[:-1]] == [1, 1]


def test_a_plan_can_be_cancelled_and_uses_its_context(serve: Serve) -> None:
    def planner(params: Any, ctx: pl.Context) -> Iterator[Any]:
        ctx.stage("listing")
        number = 0
        while True:
            yield (str(number), ctx.seq)
            time.sleep(0.001)
            number += 1

    node = serve(app_of(lambda payload: None, items=planner))
    node.send("plan", lease=5, job={"id": "j", "task": "work"})
    node.until("progress")
    node.send("cancel", lease=5)
    assert node.until("done")[-1] == {"type": "done", "lease": 5, "cancelled": True}
