"""What the worker tells the node: a buffer of lines, and when they are written.

Lines are appended by the handler's thread without a lock (a list's append is atomic). They
are taken out and written under a lock, in their order, by whoever comes first: that thread
between two items, or the watch (`_watch`) when an item keeps it busy.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from ._wire import start_line

if TYPE_CHECKING:
    from ._lease import Lease

_MANY_LINES = 4096


class NodeGone(Exception):
    """Nobody reads the worker's messages any more."""


class Outbox:
    """The lines on their way to one file descriptor."""

    __slots__ = ("_fd", "_lock", "_wake", "asleep", "lines")

    def __init__(self, fd: int) -> None:
        """`fd` must be blocking; the outbox alone writes to it."""
        self.lines: list[str] = []
        self.asleep = False
        """True while the watch waits without a limit: who leaves lines here must wake it."""
        self._fd = fd
        self._lock = threading.Lock()
        self._wake: int | None = None

    def wake_through(self, fd: int) -> None:
        """Writing a byte to `fd` (non-blocking) wakes the watch."""
        self._wake = fd

    def wake(self) -> None:
        """Make the watch look again. Cheap enough to call whenever `asleep` is true."""
        self.asleep = False
        if self._wake is not None:
            with suppress(BlockingIOError):  # enough wake-ups are waiting already
                os.write(self._wake, b"x")

    def emit(self, line: str) -> None:
        """Leave a line from any thread; it is written within about 10 ms.

        A flood is written at once, so that a slow node slows the flood down.
        """
        self.lines.append(line)
        if self.asleep:
            self.wake()
        if len(self.lines) > _MANY_LINES:
            try:
                self.flush()
            except NodeGone:
                self.lines.clear()  # the handler shall not see it; the worker will

    def flush(self, last: str = "") -> None:
        """Write all lines and `last` in one write. Raises NodeGone."""
        with self._lock:
            self._write(self.lines, last)

    def announce(self, lease: Lease, item: dict[str, object]) -> None:
        """Write all lines, then that the handler is on `item`. Raises NodeGone."""
        with self._lock:
            self._write(self.lines, self._start(lease, item))

    def sweep(self, lease: Lease | None) -> None:
        """For the watch: write what lies here, and which item runs if the node does not know.

        The item is read before and after the lines are counted. If it is the same, then all
        results before it are among those lines and its own is not (the handler's thread
        clears `item` before it appends a result), so that `start` is said in the right place.
        """
        with self._lock:
            before = lease.item if lease else None
            count = len(self.lines)
            running = lease.item if lease else None
            start = ""
            if lease and before is not None and before is running:
                start = self._start(lease, before)
            if count or start:
                self._write(self.lines, start, count)

    def close(self) -> None:
        """Forget the descriptor: in a forked child nothing may be written."""
        self._fd = -1

    def _start(self, lease: Lease, item: dict[str, object]) -> str:
        if lease.announced is item:
            return ""
        lease.announced = item
        return start_line(lease.text, item["seq"])  # type: ignore[arg-type]

    def _write(self, lines: list[str], last: str, count: int | None = None) -> None:
        count = len(lines) if count is None else count
        data = memoryview(("".join(lines[:count]) + last).encode())
        del lines[:count]
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            raise NodeGone(str(error)) from None
