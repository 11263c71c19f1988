"""The worker's main loop: from a lease to the code that runs it.

Knows the app, two descriptors and the protocol; processes, signals and modules are the
business of `worker`.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from inspect import isawaitable
from time import monotonic
from typing import Any

from ._async import AsyncRun
from ._failure import describe
from ._inbox import Inbox, ProtocolError
from ._lease import Lease
from ._outbox import NodeGone, Outbox
from ._plan import result_of, run_plan
from ._sync import Pace, run_items
from ._units import seconds_of
from ._watch import Watch
from ._wire import failed_item_line, ready_line
from .app import App, Task
from .context import Context
from .errors import Permanent


def die(error: ProtocolError) -> None:
    """Say why the worker cannot go on, and end it now, with status 2."""
    print(f"paceline worker: the node sent {error}", file=sys.stderr, flush=True)
    os._exit(2)


class Server:
    """One worker process's work: set up, say ready, run leases, stop."""

    def __init__(
        self,
        app: App,
        messages_in: int,
        messages_out: int,
        die: Callable[[ProtocolError], None] = die,
    ) -> None:
        """The descriptors belong to the server from now on."""
        self.inbox = Inbox(messages_in)
        self.outbox = Outbox(messages_out)
        self._app = app
        self._states: dict[str, Any] = {}
        self._paces = {name: Pace() for name in app.tasks}
        self._watch = Watch(self.inbox, self.outbox, die)
        self._loop: asyncio.AbstractEventLoop | None = None

    def set_up(self) -> float:
        """Call each distinct setup once; gives the seconds that took. Raises what they raise."""
        began = monotonic()
        results: dict[Any, Any] = {}
        for task in self._app.tasks.values():
            setup = task.setup
            if setup is None:
                continue
            if setup not in results:
                results[setup] = self._finish(setup())
            self._states[task.name] = results[setup]
        # What exists now lives as long as the process: no collection need look at it again.
        gc.freeze()
        return monotonic() - began

    def run(self, setup_seconds: float = 0.0) -> int:
        """Say ready and serve until told to stop; gives the exit status."""
        self._watch.start()
        try:
            self.outbox.flush(ready_line(self._app.tasks.values(), setup_seconds))
            while (lease := self.inbox.next()) is not None:
                self._serve(lease)
        except NodeGone:
            pass  # nobody is left to tell
        return 0

    def close(self) -> None:
        """Give everything back but the output descriptor; for an orderly end."""
        self._watch.close()
        self.inbox.close()
        if self._loop is not None:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def loop(self) -> asyncio.AbstractEventLoop:
        """The one asyncio loop of the process, made when it is first needed."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop

    def _finish(self, value: Any) -> Any:
        """What an async setup or planner gives in the end; any other value as it is."""
        return self.loop().run_until_complete(result_of(value)) if isawaitable(value) else value

    def _serve(self, lease: Lease) -> None:
        if self.outbox.asleep:  # the watch shall listen to the node from now on
            self.outbox.wake()
        task = self._app.tasks.get(lease.job.get("task", ""))
        if lease.halted:
            done = lease.done(complete=False)
        elif lease.message["type"] == "plan":
            done = self._plan(lease, task)
        else:
            done = self._run(lease, task)
        if lease.progress is not None:
            lease.progress.send()
        lease.over = True
        self.outbox.flush(done)

    def _plan(self, lease: Lease, task: Task | None) -> str:
        if task is None or task.planner is None:
            error = self._unknown(lease) if task is None else _no_planner(task)
            return lease.done(complete=True, error=describe(error))
        context = Context(lease, self.outbox, self._states.get(task.name), None)
        return run_plan(lease, task.planner, context, self.outbox, self._finish)

    def _run(self, lease: Lease, task: Task | None) -> str:
        items = _items_of(lease)
        if task is None:
            return self._refuse(lease, items, self._unknown(lease))
        if task.has_items and lease.message.get("items") is None:
            return self._refuse(lease, items, _needs_items(task))
        message, state = lease.message, self._states.get(task.name)
        timeout = _timeout_of(message, task)
        if task.is_async:
            concurrency = message.get("concurrency") or task.concurrency
            work = AsyncRun(
                lease,
                items,
                call=task.call,
                state=state,
                outbox=self.outbox,
                item_timeout=timeout,
            )
            return lease.done(work.run(self.loop(), concurrency))
        context = Context(lease, self.outbox, state, timeout)
        complete = run_items(
            lease,
            items,
            call=task.call,
            context=context,
            outbox=self.outbox,
            pace=self._paces[task.name],
        )
        return lease.done(complete)

    def _refuse(self, lease: Lease, items: list[dict[str, Any]], why: Permanent) -> str:
        error = describe(why)
        for item in items:
            self.outbox.lines.append(failed_item_line(lease.text, item["seq"], 0.0, error))
        return lease.done(complete=True)

    def _unknown(self, lease: Lease) -> Permanent:
        known = ", ".join(f"`{name}`" for name in self._app.tasks) or "no task at all"
        return Permanent(f"no task `{lease.job.get('task')}`; this worker declares {known}")


def _no_planner(task: Task) -> Permanent:
    return Permanent(f"task `{task.name}` has no planner; declare it with items=, or send items")


def _needs_items(task: Task) -> Permanent:
    return Permanent(
        f"task `{task.name}` takes items, and the job has none: submit it with some "
        "(`paceline submit --items FILE`), or give the task a planner with items="
    )


def _items_of(lease: Lease) -> list[dict[str, Any]]:
    """The items of a run; a job without items is one item whose payload is the params."""
    items: list[dict[str, Any]] | None = lease.message.get("items")
    if items is not None:
        return items
    return [{"seq": 0, "payload": lease.job.get("params")}]


def _timeout_of(message: dict[str, Any], task: Task) -> float | None:
    """Seconds for one item: what the node says (null: no limit), else what the task says."""
    if "item_timeout" not in message:
        return task.item_timeout
    value = message["item_timeout"]
    return None if value is None else seconds_of(value)
