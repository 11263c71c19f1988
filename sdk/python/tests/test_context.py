"""What a handler reads and says through its context."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import paceline as pl
from harness import InProcess, errors, results
from paceline import testing
from test_items import app_of

Serve = Callable[[pl.App], InProcess]


def test_what_it_tells_of_an_item(serve: Serve) -> None:
    def handler(payload: Any, ctx: pl.Context) -> Any:
        assert ctx.deadline is not None
        return {
            "job": [ctx.job.id, ctx.job.task, ctx.job.params, ctx.job.attempt, ctx.job["more"]],
            "params": ctx.params,
            "attempt": ctx.attempt,
            "key": ctx.key,
            "seq": ctx.seq,
            "cancelled": ctx.cancelled,
            "left": ctx.deadline - time.monotonic(),
            "parents": ctx.parent_results(),
        }

    node = serve(app_of(handler))
    parents = [{"id": "j1", "result": 5}]
    job = {"id": "j9", "params": {"m": 1}, "attempt": 1, "parents": parents, "more": "x"}
    items = [{"seq": 4, "key": "r4", "payload": 0, "attempt": 2}]
    node.run("work", items=items, job=job, item_timeout=30.0)
    result = results(node.until("done"))[4]
    assert 25 < result.pop("left") <= 30
    assert result == {
        "job": ["j9", "work", {"m": 1}, 1, "x"],
        "params": {"m": 1},
        "attempt": 2,
        "key": "r4",
        "seq": 4,
        "cancelled": False,
        "parents": {"j1": 5},
    }


def test_what_it_tells_of_a_job_without_items(serve: Serve) -> None:
    def handler(params: Any, ctx: pl.Context) -> Any:
        return [ctx.key, ctx.seq, ctx.attempt, ctx.deadline, ctx.parent_results(), len(ctx.job)]

    node = serve(app_of(handler))
    node.run("work", job={"attempt": 3})
    assert results(node.until("done")) == {0: [None, 0, 3, None, {}, 4]}


def test_what_parents_left() -> None:
    unit = {"id": "a", "name": "load-1", "task": "load", "state": "completed", "result": [1]}
    items = {
        "id": "b",
        "name": "sync-2",
        "state": "failed",
        "items": [["x", 1], ["y", None]],
        "succeeded": 1002,
    }
    large = {"id": "c", "name": "all-3", "state": "completed", "too_large": True}
    ctx = testing.context()
    ctx._lease.job["parents"] = [unit, items]
    assert ctx.parent_results() == {"a": [1], "b": {"x": 1, "y": None}}
    assert [(p.name, p.task, p.state, p.succeeded) for p in ctx.parents] == [
        ("load-1", "load", "completed", 0),
        ("sync-2", "", "failed", 1002),
    ]
    ctx._lease.job["parents"] = [unit, large]
    with pytest.raises(ValueError, match=r"all-3 are too large.*/api/v1/jobs/c/results"):
        ctx.parent_results()
    assert [p.too_large for p in ctx.parents] == [False, True]


def test_the_deadline_is_each_items_own(serve: Serve) -> None:
    deadlines: list[float] = []

    def handler(payload: Any, ctx: pl.Context) -> None:
        assert ctx.deadline is not None
        deadlines.append(ctx.deadline)
        time.sleep(0.02)

    node = serve(app_of(handler, item_timeout="10s"))
    node.run("work", [1, 2])
    node.until("done")
    assert deadlines[1] - deadlines[0] >= 0.02
    node.run("work", [1], item_timeout=None)
    assert errors(node.until("done"))[0]["message"].startswith("AssertionError")


def test_progress_and_stages(serve: Serve) -> None:
    def handler(params: Any, ctx: pl.Context) -> None:
        ctx.stage("loading")
        ctx.progress(0.1, "first")
        for step in range(1000):
            ctx.progress(step / 1000)
        ctx.progress(7)

    node = serve(app_of(handler))
    node.run("work")
    told = [m for m in node.until("done") if m["type"] == "progress"]
    assert told[0] == {
        "type": "progress",
        "lease": 1,
        "seq": 0,
        "fraction": None,
        "stage": "loading",
        "message": None,
    }
    assert told[-1] == {**told[0], "fraction": 1.0, "message": "first"}
    assert len(told) < 10


def test_progress_is_sent_while_the_handler_runs_and_the_last_one_in_time(serve: Serve) -> None:
    release = threading.Event()

    def handler(params: Any, ctx: pl.Context) -> None:
        ctx.progress(0.1)
        ctx.progress(0.2)
        release.wait(10)

    node = serve(app_of(handler))
    for _ in range(3):
        node.run("work")
        assert node.until("progress")[-1]["fraction"] == 0.1
        assert node.until("progress")[-1]["fraction"] == 0.2
        release.set()
        node.until("done")
        release.clear()


def test_progress_is_throttled(serve: Serve) -> None:
    def handler(params: Any, ctx: pl.Context) -> None:
        until = time.monotonic() + 0.55
        while time.monotonic() < until:
            ctx.progress(0.5)

    node = serve(app_of(handler))
    node.run("work")
    told = [m for m in node.until("done") if m["type"] == "progress"]
    assert 2 <= len(told) <= 8


def test_progress_that_is_no_number_is_the_handlers_error() -> None:
    with pytest.raises(ValueError, match="not NaN"):
        testing.context().progress(float("nan"))


def test_log_records_travel_with_their_item(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def handler(payload: Any, ctx: pl.Context) -> None:
        ctx.log.debug("too detailed")
        ctx.log.info("item %s", payload)
        try:
            raise ValueError("bad \udcff")
        except ValueError:
            ctx.log.exception("failed")
        ctx.log.info("wrong %d", "format")
        assert isinstance(ctx.log, logging.Logger)

    monkeypatch.setattr(logging.getLogger("paceline.job"), "level", logging.INFO)
    node = serve(app_of(handler))
    node.run("work", ["a", "b"])
    messages = node.until("done")
    assert sorted(results(messages)) == [0, 1]
    logs = [m for m in messages if m["type"] == "log"]
    assert [(m["seq"], m["level"]) for m in logs] == [
        (0, "info"),
        (0, "error"),
        (1, "info"),
        (1, "error"),
    ]
    assert logs[0] == {"type": "log", "lease": 1, "seq": 0, "level": "info", "text": "item a"}
    assert logs[1]["text"].startswith("failed\nTraceback")
    assert logs[1]["text"].endswith("ValueError: bad \\udcff")


def test_a_log_is_seen_while_the_handler_runs(serve: Serve) -> None:
    release = threading.Event()

    def handler(params: Any, ctx: pl.Context) -> None:
        time.sleep(0.05)  # long enough for the watch to have gone to sleep
        ctx.log.warning("hello")
        release.wait(10)

    node = serve(app_of(handler))
    node.run("work")
    assert node.until("log", timeout=5)[-1]["text"] == "hello"
    release.set()
    node.until("done")


def test_a_flood_of_logs_arrives_whole_and_in_order(serve: Serve) -> None:
    def handler(params: Any, ctx: pl.Context) -> None:
        for number in range(20_000):
            ctx.log.warning("%d", number)

    node = serve(app_of(handler))
    node.run("work")
    texts = [m["text"] for m in node.until("done", timeout=30) if m["type"] == "log"]
    assert texts == [str(number) for number in range(20_000)]


def test_the_job_reads_as_a_mapping() -> None:
    job = pl.Job({"id": "a", "task": "t", "attempt": 2})
    assert dict(job) == {"id": "a", "task": "t", "attempt": 2}
    assert repr(job) == "Job(id='a', task='t', attempt=2)"
    assert job.params is None
