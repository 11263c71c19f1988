"""One `run` or `plan` of the node, from its arrival to `done`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._wire import done_line, text_of

if TYPE_CHECKING:
    from .context import Progress

Message = dict[str, Any]


class Lease:
    """A message and what has become of it.

    `item`, `announced`: the item that a sync handler is on, and the one that the node was
    last told of. Written for every item, read by the watch in its own thread.
    """

    __slots__ = (
        "announced",
        "cancel_tasks",
        "cancelled",
        "halted",
        "item",
        "job",
        "message",
        "over",
        "progress",
        "text",
    )

    def __init__(self, message: Message) -> None:
        """Raises KeyError when the message lacks `lease` or `job`."""
        self.message = message
        self.job: dict[str, Any] = message["job"]
        self.text = lease_text(message["lease"])
        """The lease as JSON: echoed as it is, and the name under which it is cancelled."""
        self.item: dict[str, Any] | None = None
        self.announced: dict[str, Any] | None = None
        self.halted = False
        """True once no further item may begin."""
        self.cancelled = False
        self.cancel_tasks: Callable[[], None] | None = None
        """Cancels the asyncio tasks that run for the lease; may be called from any thread."""
        self.progress: Progress | None = None
        self.over = False
        """True once `done` is said: nothing may be said of the lease any more."""

    def cancel(self) -> None:
        """The node wants no more of it."""
        self.cancelled = self.halted = True
        if self.cancel_tasks is not None:
            self.cancel_tasks()

    def done(self, complete: bool, error: dict[str, Any] | None = None) -> str:
        """The closing line. A lease that was halted and is not complete was stopped."""
        stopped = self.halted and not self.cancelled and not complete
        return done_line(self.text, self.cancelled, stopped, error)


def lease_text(lease: Any) -> str:
    """A lease of any JSON type as text; equal leases give equal text."""
    return str(lease) if type(lease) is int else text_of(lease)
