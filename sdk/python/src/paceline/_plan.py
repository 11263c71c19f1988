"""Running a planner and streaming what it yields, in constant memory."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from time import monotonic
from typing import Any

from ._encode import ROOM, Unsendable, to_text
from ._failure import describe
from ._lease import Lease
from ._outbox import NodeGone, Outbox
from ._wire import planned_line
from .context import Context
from .errors import Permanent

MOST_ITEMS = 1000
_MOST_CHARACTERS = 1024 * 1024
_LONGEST_WAIT = 0.01
"""Seconds that a planned item waits for others: the first chunk shall start at once."""


def run_plan(
    lease: Lease,
    planner: Callable[[Any, Context], Any],
    context: Context,
    outbox: Outbox,
    finish: Callable[[Any], Any],
) -> str:
    """Send the items that the planner yields; gives the lease's `done` line. Raises NodeGone."""
    try:
        _stream(lease, iterate(planner(context.params, context), finish), outbox)
    except NodeGone:
        raise
    except BaseException as error:  # sys.exit() in a planner shall not end the worker
        return lease.done(complete=False, error=describe(error))
    return lease.done(complete=not lease.halted)


def item_text(item: Any) -> str:
    """One planned item as JSON. Raises Permanent, naming what is accepted, if it is none."""
    key, payload = _parts(item)
    if key is not None and not isinstance(key, str):
        key = str(key)
    text = f'{{"key":{to_text(key, "key")},"payload":{to_text(payload, "payload")}}}'
    if len(text) > ROOM:
        raise Unsendable(f"the item with key {key!r:.80} is too long for a line")
    return text


def _parts(item: Any) -> tuple[Any, Any]:
    if isinstance(item, tuple) and len(item) == 2:  # an Item is one too
        return item
    if isinstance(item, dict) and item and item.keys() <= {"key", "payload"}:
        return item.get("key"), item.get("payload")
    raise Permanent(
        f"the planner yielded {item!r:.120}; it must yield Item(key, payload), (key, payload) "
        'or {"key": …, "payload": …}'
    )


def _stream(lease: Lease, items: Iterable[Any], outbox: Outbox) -> None:
    batch: list[str] = []
    length = 0
    send_at = 0.0
    for item in items:
        if lease.halted:
            break
        text = item_text(item)
        if length + len(text.encode()) > ROOM:
            _send(lease, batch, outbox)
            length = 0
        batch.append(text)
        length += len(text)
        now = monotonic()
        if len(batch) == 1:
            send_at = now + _LONGEST_WAIT
        if len(batch) >= MOST_ITEMS or length >= _MOST_CHARACTERS or now >= send_at:
            _send(lease, batch, outbox)
            length = 0
    if batch:
        outbox.lines.append(planned_line(lease.text, batch))


def _send(lease: Lease, batch: list[str], outbox: Outbox) -> None:
    if batch:
        outbox.lines.append(planned_line(lease.text, batch))
        batch.clear()
        outbox.flush()


def iterate(planned: Any, finish: Callable[[Any], Any]) -> Iterable[Any]:
    """What a planner returned, as an iterable. `finish` runs an awaitable to its result."""
    if inspect.isawaitable(planned):
        planned = finish(planned)
    if hasattr(planned, "__aiter__"):
        return _in_step(aiter(planned), finish)
    if isinstance(planned, Iterable) and not isinstance(planned, (str, bytes, dict)):
        return planned
    raise Permanent(f"the planner returned {type(planned).__name__}, which yields no items")


async def result_of(awaitable: Any) -> Any:
    """Any awaitable as a coroutine, which is what a loop runs."""
    return await awaitable


def _in_step(items: AsyncIterator[Any], finish: Callable[[Any], Any]) -> Iterator[Any]:
    while True:
        try:
            yield finish(anext(items))
        except StopAsyncIteration:
            return
