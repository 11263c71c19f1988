"""Running the items of a lease with an `async def` handler, several at once.

Each item has its own asyncio task, so that it can be cancelled alone: by its timeout, which
the SDK keeps for async handlers (the node cannot kill one item of several), or with its
lease. One loop lives as long as the process, so that connections may be kept between chunks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any

from ._encode import to_text
from ._failure import describe
from ._lease import Lease
from ._outbox import Outbox
from ._wire import failed_item_line, item_head, start_line
from .context import Context

Item = dict[str, Any]


class AsyncRun:
    """One lease on its way through an async handler."""

    def __init__(
        self,
        lease: Lease,
        items: list[Item],
        *,
        call: Callable[[Any, Context], Any],
        state: Any,
        outbox: Outbox,
        item_timeout: float | None,
    ) -> None:
        """`item_timeout`: seconds, or None."""
        self._lease = lease
        self._items: Iterator[Item] = iter(items)
        self._unfinished = len(items)
        self._call = call
        self._state = state
        self._outbox = outbox
        self._item_timeout = item_timeout
        self._running: set[asyncio.Task[str | None]] = set()
        self._late: set[asyncio.Task[str | None]] = set()

    def run(self, loop: asyncio.AbstractEventLoop, concurrency: int) -> bool:
        """Run the items; True if all of them came to an end. Raises NodeGone."""
        return loop.run_until_complete(self._run(loop, concurrency))

    async def _run(self, loop: asyncio.AbstractEventLoop, concurrency: int) -> bool:
        self._lease.cancel_tasks = lambda: _soon(loop, self._cancel)
        try:
            lanes = min(max(concurrency, 1), self._unfinished)
            await asyncio.gather(*[self._lane(loop) for _ in range(lanes)])
        finally:
            self._lease.cancel_tasks = None
        return self._unfinished == 0

    async def _lane(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take one item after another until none is left."""
        for item in self._items:
            if self._lease.halted:
                return
            # The last result of the lane goes out in the same write as this start.
            self._outbox.lines.append(start_line(self._lease.text, item["seq"]))
            self._outbox.flush()
            line = await self._one(loop, item)
            if line is not None:
                self._unfinished -= 1
                self._outbox.lines.append(line)
        self._outbox.flush()

    async def _one(self, loop: asyncio.AbstractEventLoop, item: Item) -> str | None:
        """The item's line; None if it was cancelled with its lease."""
        task = loop.create_task(self._handle(item))
        self._running.add(task)
        timer = None
        if self._item_timeout is not None:
            timer = loop.call_later(self._item_timeout, self._time_out, task)
        try:
            return await task
        except asyncio.CancelledError:  # cancelled before its first step
            return None
        finally:
            if timer is not None:
                timer.cancel()
            self._running.discard(task)
            self._late.discard(task)

    async def _handle(self, item: Item) -> str | None:
        """Run the handler on one item. Nothing is raised: SystemExit would end the loop."""
        lease, seq = self._lease, item["seq"]
        context = Context(lease, self._outbox, self._state, self._item_timeout, item)
        began = monotonic()
        try:
            text = to_text(await self._call(item["payload"], context))
        except BaseException as error:
            failure = self._failure(error)
            if failure is None:
                return None
            return failed_item_line(lease.text, seq, (monotonic() - began) * 1e3, failure)
        ms = (monotonic() - began) * 1e3
        return f'{item_head(lease.text)}{seq},"ok":true,"result":{text},"ms":{ms:.3f}}}\n'

    def _failure(self, error: BaseException) -> dict[str, Any] | None:
        if isinstance(error, asyncio.CancelledError):
            if asyncio.current_task() in self._late:
                return self._timeout(error)
            if self._lease.cancelled:
                return None
        return describe(error)

    def _timeout(self, error: BaseException) -> dict[str, Any]:
        """The failure of a late item; its traceback tells where it was waiting."""
        failure = describe(error, "timeout")
        failure["message"] = f"item took longer than its timeout of {self._item_timeout:g} s"
        return failure

    def _time_out(self, task: asyncio.Task[str | None]) -> None:
        self._late.add(task)
        task.cancel()

    def _cancel(self) -> None:
        for task in self._running:
            task.cancel()


def _soon(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop is closed: nothing runs any more
        loop.call_soon_threadsafe(callback)
