from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

import paceline as pl
from paceline import testing


def make_app() -> pl.App:
    app = pl.App()

    def load() -> int:
        return 10

    async def connect() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    async def listing(params: Any) -> AsyncIterator[Any]:
        for number in range(params):
            yield (str(number), number)

    @app.task(items=listing, setup=load)
    def add(payload: int, ctx: pl.Context) -> Any:
        ctx.progress(0.5, "half")
        ctx.log.warning("adding %d", payload)
        return (ctx.state + payload,)

    @app.task(setup=connect)
    async def same_loop(params: Any, ctx: pl.Context) -> bool:
        return ctx.state is asyncio.get_running_loop()

    @app.task
    def fails() -> Any:
        return object()

    return app


def test_run_gives_what_a_node_would_record() -> None:
    app = make_app()
    assert testing.run(app, "add", 1) == [11]
    assert testing.run(app, "add", 1, state=5) == [6]
    assert testing.run(app, "same_loop") is True


def test_run_raises() -> None:
    app = make_app()
    with pytest.raises(pl.Permanent, match="cannot be sent as JSON"):
        testing.run(app, "fails")
    with pytest.raises(LookupError, match="no task `x`; this app declares add, same_loop, fails"):
        testing.run(app, "x")
    with pytest.raises(LookupError, match="no planner"):
        testing.plan(app, "fails")


def test_plan() -> None:
    assert testing.plan(make_app(), "add", 2) == [pl.Item("0", 0), pl.Item("1", 1)]


def test_a_context_keeps_what_was_said() -> None:
    ctx = testing.context(state=1, key="k", parents={"p": 1}, item_timeout=5, attempt=2)
    assert testing.run(make_app(), "add", 1, ctx=ctx) == [2]
    assert [(m["type"], m.get("text"), m.get("message")) for m in ctx.messages] == [
        ("progress", None, "half"),
        ("log", "adding 1", None),
    ]
    assert (ctx.key, ctx.attempt, ctx.parent_results()) == ("k", 2, {"p": 1})
    assert ctx.deadline is not None
    ctx.cancel()
    assert ctx.cancelled
