"""What a handler sees of its job: `ctx`.

A sync handler is given the same Context for every item of a chunk, moved on from item to
item: use it during the call, and copy what is to be kept (`key = ctx.key`).
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ._parents import Parent, parents_of
from ._wire import clean, log_line, progress_line

if TYPE_CHECKING:
    from ._lease import Lease
    from ._outbox import Outbox

_PROGRESS_EVERY = 0.1


class Job(Mapping[str, Any]):
    """The job as the node describes it; also a read-only mapping of all its fields."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        """`fields`: the `job` object of the message."""
        self._fields = fields

    @property
    def id(self) -> str:
        """The job's id."""
        return str(self._fields.get("id", ""))

    @property
    def task(self) -> str:
        """The name of its task."""
        return str(self._fields.get("task", ""))

    @property
    def params(self) -> Any:
        """The params it was submitted with."""
        return self._fields.get("params")

    @property
    def attempt(self) -> int:
        """1 for the job's first run."""
        return int(self._fields.get("attempt", 1))

    def __getitem__(self, name: str) -> Any:
        """Any field, by name."""
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        """The names of the fields."""
        return iter(self._fields)

    def __len__(self) -> int:
        """How many fields there are."""
        return len(self._fields)

    def __repr__(self) -> str:
        """Id, task and attempt."""
        return f"Job(id={self.id!r}, task={self.task!r}, attempt={self.attempt})"


class Context:
    """The job, the item and the worker's state, and the ways to report about them."""

    __slots__ = ("_began", "_item", "_item_timeout", "_lease", "_log", "_outbox", "state")

    def __init__(
        self,
        lease: Lease,
        outbox: Outbox,
        state: Any,
        item_timeout: float | None,
        item: dict[str, Any] | None = None,
    ) -> None:
        """Made by the worker. Without `item` the context follows the lease's current item."""
        self.state = state
        self._lease = lease
        self._outbox = outbox
        self._item = item
        self._item_timeout = item_timeout
        self._began = time.monotonic()
        self._log: logging.Logger | None = None

    @property
    def job(self) -> Job:
        """The job: `id`, `task`, `params`, `attempt`."""
        return Job(self._lease.job)

    @property
    def params(self) -> Any:
        """The job's params."""
        return self._lease.job.get("params")

    @property
    def attempt(self) -> int:
        """1 when this item (of a job without items: this job) runs for the first time."""
        item = self._current()
        return int((item or {}).get("attempt") or self._lease.job.get("attempt") or 1)

    @property
    def key(self) -> str | None:
        """The item's key; None in a job without items."""
        item = self._current()
        return None if item is None else item.get("key")

    @property
    def seq(self) -> int | None:
        """The item's number in its job; 0 in a job without items, None in a planner."""
        item = self._current()
        return None if item is None else item.get("seq")

    @property
    def cancelled(self) -> bool:
        """True once the job is to end. Look at it in long loops, and return."""
        return self._lease.cancelled

    @property
    def deadline(self) -> float | None:
        """The `time.monotonic()` at which this item is out of time; None without a limit."""
        return None if self._item_timeout is None else self._began + self._item_timeout

    @property
    def log(self) -> logging.Logger:
        """A logger whose records are shown in the job's log, with the item they are of.

        It takes its level from the logger `paceline.job`, hence from the root: INFO.
        """
        if self._log is None:
            self._log = _make_logger(self, self._lease, self._outbox)
        return self._log

    def progress(self, fraction: float, message: str | None = None) -> None:
        """Say how much is done, 0 to 1. Call it as often as you like: ten a second are sent."""
        fraction = float(fraction)
        if math.isnan(fraction):
            raise ValueError("progress needs a number from 0 to 1, not NaN")
        self._progress().update(self.seq, min(max(fraction, 0.0), 1.0), message)

    def stage(self, name: str) -> None:
        """Say what the job is busy with now ("loading", "predicting")."""
        self._progress().enter(self.seq, name)

    @property
    def parents(self) -> list[Parent]:
        """The jobs that this one ran after, the oldest first, with what they left."""
        return parents_of(self._lease.job)

    def parent_results(self) -> dict[str, Any]:
        """The results of the jobs that this one ran after, by job id.

        Of a job with items a dict by key. Raises ValueError when they are too large to be handed
        over with the work; `parents` then says which.
        """
        return {parent.id: parent.results for parent in self.parents}

    def _current(self) -> dict[str, Any] | None:
        return self._item if self._item is not None else self._lease.item

    def _progress(self) -> Progress:
        if self._lease.progress is None:
            self._lease.progress = Progress(self._lease, self._outbox)
        return self._lease.progress


class Progress:
    """The progress of one lease. Changes in between are dropped, the last one never is."""

    def __init__(self, lease: Lease, outbox: Outbox) -> None:
        """Nothing is said yet."""
        self._lease = lease
        self._outbox = outbox
        self._lock = threading.Lock()
        self._seq: int | None = None
        self._fraction: float | None = None
        self._stage: str | None = None
        self._message: str | None = None
        self._sent_at = -math.inf
        self.waiting = False
        """True while the newest state is still unsent; the watch looks after it."""

    def update(self, seq: int | None, fraction: float, message: str | None) -> None:
        """A new fraction; a message of None leaves the last one standing."""
        with self._lock:
            self._seq, self._fraction = seq, fraction
            if message is not None:
                self._message = clean(str(message), 1000)
            self._changed()

    def enter(self, seq: int | None, stage: str) -> None:
        """A new stage."""
        with self._lock:
            self._seq, self._stage = seq, clean(str(stage), 1000)
            self._changed()

    def send(self, now: float = math.inf) -> None:
        """Send the newest state if it is unsent, and due at `now` (by default it is)."""
        with self._lock:
            if self.waiting and now - self._sent_at >= _PROGRESS_EVERY:
                self._send()

    def _changed(self) -> None:
        if self._lease.over:  # said by a thread that has outlived its handler
            return
        self.waiting = True
        if time.monotonic() - self._sent_at >= _PROGRESS_EVERY:
            self._send()
        elif self._outbox.asleep:
            self._outbox.wake()

    def _send(self) -> None:
        self.waiting = False
        self._sent_at = time.monotonic()
        self._outbox.emit(
            progress_line(self._lease.text, self._seq, self._fraction, self._stage, self._message)
        )


class _ToNode(logging.Handler):
    def __init__(self, context: Context, lease: Lease, outbox: Outbox) -> None:
        super().__init__()
        self._context = context
        self._lease = lease
        self._outbox = outbox

    def emit(self, record: logging.LogRecord) -> None:
        if self._lease.over:  # said by a thread that has outlived its handler
            logging.getLogger(record.name).handle(record)
            return
        try:
            line = log_line(
                self._lease.text, self._context.seq, record.levelname.lower(), self.format(record)
            )
        except Exception:  # a wrong format string must not fail the item
            self.handleError(record)
        else:
            self._outbox.emit(line)


def _make_logger(context: Context, lease: Lease, outbox: Outbox) -> logging.Logger:
    """A logger outside the tree of loggers: it lives as long as its context, no longer."""
    logger = logging.Logger("paceline.job")
    logger.setLevel(logging.getLogger("paceline.job").getEffectiveLevel())
    logger.addHandler(_ToNode(context, lease, outbox))
    return logger
