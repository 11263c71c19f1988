"""Running the items of a lease one after another: the hot loop of the SDK.

A no-op item costs about 3 µs here, decoding its message included. What keeps it there: no
object is made for an item, its line is formatted into text once, the clock is read once, and
lines are written together while items are fast. Whoever changes the loop runs
`tests/bench_worker.py` before and after.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from ._encode import ROOM, check, encode, explain
from ._failure import describe
from ._lease import Lease
from ._outbox import Outbox
from ._wire import failed_item_line, item_head
from .context import Context

SLOW = 200e-6
"""Seconds. After an item that took so long the next one is announced before it begins."""
STALE = 2e-3
"""Seconds that a result may lie in the buffer before it is written between two items."""


class Pace:
    """How long the last item of a task took, in seconds; the first is taken for slow."""

    __slots__ = ("took",)

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.took = float("inf")


def run_items(
    lease: Lease,
    items: list[dict[str, Any]],
    *,
    call: Callable[[Any, Context], Any],
    context: Context,
    outbox: Outbox,
    pace: Pace,
) -> bool:
    """Run the items in order; True if all of them ran. Raises NodeGone.

    The last results may still lie in the outbox: they go out with the lease's `done`.
    """
    head = item_head(lease.text)
    append = outbox.lines.append
    join = "".join
    took = pace.took
    now = monotonic()
    stale_at = now + STALE
    for item in items:
        if lease.halted:
            break
        lease.item = item
        if took >= SLOW or now >= stale_at:
            outbox.announce(lease, item)
            now = monotonic()
            stale_at = now + STALE
        elif outbox.asleep:
            outbox.wake()
        context._began = now
        try:
            result = call(item["payload"], context)
        except BaseException as error:  # SystemExit too: it must cost this item only
            end = monotonic()
            line = failed_item_line(lease.text, item["seq"], (end - now) * 1e3, describe(error))
        else:
            try:
                text = join(encode(result, 0))
                if len(text) > ROOM or not text.isascii():
                    check(text)
                end = monotonic()
                ms = (end - now) * 1e3
                line = f'{head}{item["seq"]},"ok":true,"result":{text},"ms":{ms:.3f}}}\n'
            except Exception as error:
                end = monotonic()
                line = failed_item_line(
                    lease.text, item["seq"], (end - now) * 1e3, describe(explain(error))
                )
        # Before the line is left: see Outbox.sweep.
        lease.item = None
        append(line)
        took = end - now
        now = end
    else:
        pace.took = took
        return True
    lease.item = None
    pace.took = took
    return False
