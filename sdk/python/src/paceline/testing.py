"""Running a task in a test, without a node or a worker process.

from paceline import testing

assert testing.run(app, "predict_race", {"race_id": 1})["winner"] == 7
assert [item.key for item in testing.plan(app, "predict_race", {"limit": 3})] == ["1", "2", "3"]
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ._encode import to_text
from ._lease import Lease
from ._outbox import Outbox
from ._plan import item_text, iterate, result_of
from .app import App, Item, Task
from .context import Context

_SET_UP = object()


class RecordingContext(Context):
    """A Context that keeps what is reported through it."""

    __slots__ = ()

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What a node would have received so far: progress and log messages, in order."""
        if self._lease.progress is not None:
            self._lease.progress.send()
        return [json.loads(line) for line in self._outbox.lines]

    def cancel(self) -> None:
        """Make `cancelled` true, as a node does that cancels the job."""
        self._lease.cancel()


class _Memory(Outbox):
    """Lines that go nowhere."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(-1)

    def flush(self, last: str = "") -> None:
        """Keep them all."""


def context(
    *,
    task: str = "test",
    params: Any = None,
    key: str | None = None,
    payload: Any = None,
    attempt: int = 1,
    state: Any = None,
    parents: dict[str, Any] | None = None,
    item_timeout: float | None = None,
) -> RecordingContext:
    """A context to call a handler with; `parents` are results by job id, times are seconds."""
    ran_after = [{"id": id, "result": result} for id, result in (parents or {}).items()]
    job = {"id": "test", "task": task, "params": params, "attempt": attempt, "parents": ran_after}
    item = {"seq": 0, "key": key, "payload": payload, "attempt": attempt}
    return RecordingContext(Lease({"lease": 0, "job": job}), _Memory(), state, item_timeout, item)


def run(
    app: App,
    task: str,
    payload: Any = None,
    *,
    ctx: Context | None = None,
    state: Any = _SET_UP,
) -> Any:
    """Call the handler with an item's payload (or the params of a job without items).

    Gives the result as a node would record it: through JSON. Raises what the handler raises,
    and `Permanent` when the result is not JSON. Without `ctx` and `state` the task's setup is
    called first.
    """
    declared = _task(app, task)
    with _a_loop() as finish:
        if ctx is None:
            if state is _SET_UP:
                state = finish(declared.setup()) if declared.setup else None
            ctx = context(task=task, params=payload, payload=payload, state=state)
        result = finish(declared.call(payload, ctx))
    return json.loads(to_text(result))


def plan(app: App, task: str, params: Any = None) -> list[Item]:
    """The items that the task's planner yields for `params`."""
    declared = _task(app, task)
    if declared.planner is None:
        raise LookupError(f"task `{task}` has no planner")
    with _a_loop() as finish:
        planned = declared.planner(params, context(task=task, params=params))
        texts = [item_text(item) for item in iterate(planned, finish)]
    return [Item(**json.loads(text)) for text in texts]


def _task(app: App, name: str) -> Task:
    if name not in app.tasks:
        raise LookupError(f"no task `{name}`; this app declares {', '.join(app.tasks) or 'none'}")
    return app.tasks[name]


@contextmanager
def _a_loop() -> Iterator[Callable[[Any], Any]]:
    """A function that awaits what can be awaited, all on one loop, and passes on the rest."""
    loop = asyncio.new_event_loop()

    def finish(value: Any) -> Any:
        return loop.run_until_complete(result_of(value)) if inspect.isawaitable(value) else value

    try:
        yield finish
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
