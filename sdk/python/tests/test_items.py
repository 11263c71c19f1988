"""Runs of sync handlers, through pipes to a server in this process."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import paceline as pl
from harness import InProcess, errors, results
from paceline import _watch

Serve = Callable[[pl.App], InProcess]


def app_of(handler: Callable[..., Any], **options: Any) -> pl.App:
    app = pl.App()
    app.task(name="work", **options)(handler)
    return app


def test_every_item_is_answered_in_order_then_done(serve: Serve) -> None:
    node = serve(app_of(lambda payload: payload * 2))
    node.run("work", [1, "a", [2]], lease={"any": ["json", None]})
    *answers, done = [m for m in node.until("done") if m["type"] != "start"]
    assert done == {"type": "done", "lease": {"any": ["json", None]}}
    for answer in answers:
        assert answer.pop("ms") >= 0
    assert answers == [
        {"type": "item", "lease": done["lease"], "seq": 0, "ok": True, "result": 2},
        {"type": "item", "lease": done["lease"], "seq": 1, "ok": True, "result": "aa"},
        {"type": "item", "lease": done["lease"], "seq": 2, "ok": True, "result": [2, 2]},
    ]


def test_a_job_without_items_is_one_item_of_its_params(serve: Serve) -> None:
    node = serve(app_of(lambda params: params["x"]))
    for fields in ({}, {"items": None}):
        node.run("work", job={"params": {"x": 5}}, **fields)
        assert results(node.until("done")) == {0: 5}


def test_a_job_without_items_of_a_task_that_takes_them_says_so(serve: Serve) -> None:
    app = pl.App()
    called: list[object] = []
    app.task(name="work", items=True)(called.append)
    node = serve(app)
    node.run("work", job={"params": {}})
    [item, _] = node.until("done")
    assert item["error"]["permanent"]
    assert item["error"]["message"].startswith("task `work` takes items, and the job has none")
    assert not called


def test_a_chunk_may_be_empty(serve: Serve) -> None:
    node = serve(app_of(lambda payload: 1))
    node.run("work", [])
    assert node.receive() == {"type": "done", "lease": 1}


def test_the_seq_of_items_is_echoed(serve: Serve) -> None:
    node = serve(app_of(lambda payload: payload))
    items = [{"seq": 1007, "key": "r", "payload": 3, "attempt": 2, "unknown": 1}]
    node.run("work", items=items, unknown=True)
    assert results(node.until("done")) == {1007: 3}


def test_runs_queued_ahead_are_served_in_order(serve: Serve) -> None:
    node = serve(app_of(lambda payload: payload))
    for lease in range(300):
        node.run("work", [lease], lease=lease)
    for lease in range(300):
        messages = node.until("done")
        assert messages[-1]["lease"] == lease
        assert results(messages) == {0: lease}


def test_a_failing_item_costs_itself_only(serve: Serve) -> None:
    failures: list[BaseException] = [
        ValueError("bad"),
        pl.Permanent("never"),
        pl.RetryAfter(30, "later"),
        MemoryError(),
        SystemExit(3),
        KeyboardInterrupt(),
        GeneratorExit(),
        StopIteration(),
    ]

    def handler(payload: int | None) -> str:
        if payload is not None:
            raise failures[payload]
        return "fine"

    node = serve(app_of(handler))
    payloads: list[Any] = []
    for number in range(len(failures)):
        payloads += [number, None]
    node.run("work", payloads)
    messages = node.until("done")
    assert results(messages) == dict.fromkeys(range(1, len(payloads), 2), "fine")
    failed = errors(messages)
    assert [failed[seq]["message"] for seq in sorted(failed)] == [
        "ValueError: bad",
        "never",
        "later",
        "MemoryError",
        "handler called sys.exit(3)",
        "KeyboardInterrupt",
        "GeneratorExit",
        "StopIteration",
    ]
    assert "in handler" in failed[0]["traceback"]
    assert "paceline/_" not in failed[0]["traceback"]
    assert [failed[seq]["permanent"] for seq in (0, 2, 4)] == [False, True, False]
    assert failed[4]["retry_after"] == 30
    assert [failed[seq]["kind"] for seq in (0, 6, 8)] == ["handler", "memory", "handler"]


def test_endless_recursion_is_an_ordinary_failure(serve: Serve) -> None:
    def handler(payload: Any) -> Any:
        return handler(payload)

    node = serve(app_of(handler))
    node.run("work", [1])
    assert errors(node.until("done"))[0]["message"].startswith("RecursionError")


def test_a_result_that_is_not_json_fails_its_item_for_good(serve: Serve) -> None:
    given: list[Any] = [math.nan, object(), "\ud800", "x" * (1 << 24), {"fine": 1}]
    node = serve(app_of(lambda payload: given[payload]))
    node.run("work", list(range(len(given))))
    messages = node.until("done")
    failed = errors(messages)
    assert sorted(failed) == [0, 1, 2, 3]
    for error in failed.values():
        assert error["permanent"]
        assert error["message"].startswith("the result cannot be sent as JSON: ")
    assert results(messages) == {4: {"fine": 1}}


def test_a_big_result_travels_whole(serve: Serve) -> None:
    node = serve(app_of(lambda payload: "é" * payload))
    node.run("work", [7_000_000, 1])
    assert {seq: len(text) for seq, text in results(node.until("done")).items()} == {
        0: 7_000_000,
        1: 1,
    }


def test_a_dataclass_that_does_not_fit_is_permanent(serve: Serve) -> None:
    from test_schema import Inner

    def handler(payload: Any) -> int:
        return int(payload.depth)

    handler.__annotations__["payload"] = Inner
    node = serve(app_of(handler))
    node.run("work", [{"depth": 2}, {"width": 2}])
    messages = node.until("done")
    assert results(messages) == {0: 2}
    assert errors(messages)[1]["permanent"]


def test_unknown_task(serve: Serve) -> None:
    node = serve(app_of(lambda payload: 1))
    node.run("other", [1, 2])
    messages = node.until("done")
    assert [errors(messages)[seq]["message"] for seq in (0, 1)] == [
        "no task `other`; this worker declares `work`"
    ] * 2
    assert errors(messages)[0]["permanent"]
    node.run("other")
    assert 0 in errors(node.until("done"))


def test_unknown_messages_and_empty_lines_are_ignored(serve: Serve) -> None:
    node = serve(app_of(lambda payload: payload))
    node.send("weather", lease=1, sunny=True)
    node.send_bytes(b"\n\r\n")
    node.run("work", [1])
    assert results(node.until("done")) == {0: 1}


def test_setup_runs_once_for_each_function_and_before_ready(serve: Serve) -> None:
    calls: list[str] = []

    def load() -> str:
        time.sleep(0.02)
        calls.append("load")
        return "model"

    async def connect() -> str:
        calls.append("connect")
        return "connection"

    app = pl.App()
    app.task(name="a", setup=load)(lambda payload, ctx: ctx.state)
    app.task(name="b", setup=load)(lambda payload, ctx: ctx.state)
    app.task(name="c", setup=connect)(lambda payload, ctx: ctx.state)
    app.task(name="d")(lambda payload, ctx: ctx.state)
    node = serve(app)
    assert calls == ["load", "connect"]
    assert node.ready["setup_seconds"] >= 0.02
    for name, state in {"a": "model", "b": "model", "c": "connection", "d": None}.items():
        node.run(name, [1, 2])
        assert results(node.until("done")) == {0: state, 1: state}
    assert calls == ["load", "connect"]


def test_fast_items_are_buffered_and_slow_ones_announced(serve: Serve) -> None:
    node = serve(app_of(time.sleep))
    node.run("work", [0])
    node.until("done")
    node.run("work", [0] * 20)
    fast = node.until("done")
    node.run("work", [0.01] * 4)
    slow = node.until("done")
    # A busy machine may make an item slow, so that a few announcements are no error.
    assert len([m for m in fast if m["type"] == "start"]) < 5
    # Of the first item nothing was known: the watch may have announced it or not.
    assert [(m["type"], m["seq"]) for m in slow if m["type"] != "done"][-7:] == [
        ("item", 0),
        ("start", 1),
        ("item", 1),
        ("start", 2),
        ("item", 2),
        ("start", 3),
        ("item", 3),
    ]


def test_the_watch_tells_of_a_long_item_behind_fast_ones(serve: Serve) -> None:
    """After fast items, one that blocks: their results and its start must come meanwhile."""
    release = threading.Event()
    node = serve(app_of(lambda payload: release.wait(10) if payload else None))
    node.run("work", [0] * 30)
    node.until("done")
    for _ in range(5):
        began = time.monotonic()
        node.run("work", [0] * 10 + [1] + [0] * 10)
        messages = [node.receive()]
        while messages[-1] != {"type": "start", "lease": 1, "seq": 10}:
            messages.append(node.receive())
        assert time.monotonic() - began < 1
        assert sorted(results(messages)) == list(range(10))
        release.set()
        assert sorted(results(node.until("done"))) == list(range(10, 21))
        release.clear()


def test_the_watch_is_heard_while_the_handler_computes(serve: Serve) -> None:
    def handler(payload: float) -> None:
        until = time.monotonic() + payload
        while time.monotonic() < until:
            pass

    node = serve(app_of(handler))
    node.run("work", [0] * 30)
    node.until("done")
    node.run("work", [0, 0, 1.0])
    began = time.monotonic()
    messages = node.until("start")
    while messages[-1]["seq"] != 2:
        messages += node.until("start")
    assert time.monotonic() - began < 0.9
    assert sorted(results(messages)) == [0, 1]
    node.until("done")


def test_starts_and_results_are_in_order_whatever_the_paces(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, quick_turns: Callable[[], None]
) -> None:
    """A start is never said of an item whose result was sent, nor before its predecessors'."""
    # The watch looks often, and threads take turns after a few instructions.
    monkeypatch.setattr(_watch, "_TICK_MS", 0.3)
    quick_turns()
    paces = [0, 0, 0.0001, 0, 0.004, 0, 0, 0.012, 0, 0.0003]
    node = serve(app_of(lambda payload: time.sleep(paces[payload % 10])))
    for lease in range(8):
        node.run("work", list(range(50)), lease=lease)
    for lease in range(8):
        messages = node.until("done")
        reported = -1
        for message in messages[:-1]:
            assert message["lease"] == lease
            assert message["seq"] == reported + 1
            if message["type"] == "item":
                reported += 1
        assert reported == 49


def test_a_late_thread_of_a_handler_cannot_speak_for_a_lease_that_is_done(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    late = threading.Event()

    def speak(ctx: pl.Context) -> None:
        time.sleep(0.05)
        ctx.log.warning("too late for the job's log")
        ctx.progress(1)
        ctx.stage("late")
        late.set()

    def handler(payload: Any, ctx: pl.Context) -> None:
        threading.Thread(target=speak, args=[ctx]).start()

    node = serve(app_of(handler))
    node.run("work", [1])
    node.until("done")
    assert late.wait(10)
    with pytest.raises(TimeoutError):
        node.receive(timeout=0.1)
    assert "too late for the job's log" in caplog.text


def test_broken_messages_end_the_server(serve: Serve) -> None:
    node = serve(app_of(lambda payload: 1))
    node.send("run", lease=1)
    with pytest.raises(EOFError):
        node.receive()
    assert "a run message without 'job'" in str(node.error)
