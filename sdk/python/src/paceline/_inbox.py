"""What the node tells the worker: lines into leases, in order.

No thread sits in a blocking read. The main thread reads between leases, and the watch reads
while a lease runs long; a reader thread would take the interpreter lock from the handler at
every arriving line. (Measured with `tests/bench_worker.py`: see `docs` of the bench.)
"""

from __future__ import annotations

import json
import os
import select
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from ._lease import Lease, lease_text
from ._wire import MAX_LINE, PROTOCOL

_READ = 64 * 1024
_LOOK_EVERY = 2e-3
"""Seconds for which leases that wait are begun without a look at the descriptor."""
_decode = json.JSONDecoder().decode


class ProtocolError(Exception):
    """The node sent what no version of the protocol allows; the worker cannot go on."""


class Inbox:
    """The leases that wait, the one that runs, and whether the worker is to stop."""

    def __init__(self, fd: int) -> None:
        """`fd`: the node's messages."""
        self.fd = fd
        self.waiting: deque[Lease] = deque()
        self.active: Lease | None = None
        self.stopping = False
        self.ended = False
        """True once the node has closed its end: there is nothing left to read."""
        self._lock = threading.Lock()
        self._splitter = Splitter()
        self._look_at = 0.0
        self._wake_read, self.wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self.wake_write, False)
        self._readable = _poll_for(fd)
        self._anything = _poll_for(fd, self._wake_read)
        self._actions: dict[str | None, Callable[[dict[str, Any]], None]] = {
            "run": self._enqueue,
            "plan": self._enqueue,
            "cancel": self._cancel,
            "stop": lambda message: self.stop(),
        }

    def next(self) -> Lease | None:
        """The next lease, waiting for it as long as it takes. For the main thread.

        When the worker is to stop, leases that still wait come halted, to be handed back, and
        then None. Raises ProtocolError.
        """
        self.active = None
        if self.waiting and monotonic() < self._look_at:
            return self._begin()
        with self._lock:
            if not self.ended and self._readable.poll(0):
                self._read()
        while not self.waiting and not self.stopping:
            readable = [fd for fd, _ in self._anything.poll()]
            with suppress(BlockingIOError):
                os.read(self._wake_read, 4096)
            if self.fd in readable:
                self._read()
        return self._begin() if self.waiting else None

    def pump(self, lease: Lease) -> None:
        """For the watch: take what the node has sent while `lease` runs; never waits.

        Raises ProtocolError.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            # Asked under the lock: a main thread that is back in `next` waits for input that
            # must then not be taken away from it.
            if self.active is lease and not self.ended and self._readable.poll(0):
                self._read()
        finally:
            self._lock.release()

    def stop(self) -> None:
        """Let the current item end, begin nothing more. Called by signal handlers too."""
        self.stopping = True
        active = self.active
        if active is not None:
            active.halted = True
        with suppress(OSError):  # full of wake-ups, or closed: nobody waits
            os.write(self.wake_write, b"x")

    def close(self) -> None:
        """Give the descriptors back, the node's among them."""
        for fd in (self.fd, self._wake_read, self.wake_write):
            os.close(fd)

    def _begin(self) -> Lease:
        # Active before it leaves the queue: a cancel that the watch reads just now looks for it
        # in the queue first.
        self.active = lease = self.waiting[0]
        self.waiting.popleft()
        if self.stopping:  # said before `active` was set, so that it did not reach the lease
            lease.halted = True
        return lease

    def _read(self) -> None:
        """Take what is there; the descriptor must be readable."""
        self._look_at = monotonic() + _LOOK_EVERY
        self._take(os.read(self.fd, _READ))

    def _take(self, data: bytes) -> None:
        if not data:
            self.ended = True
            self.stop()
        for line in self._splitter.feed(data):
            message = parse(line)
            action = self._actions.get(message["type"])
            if action is not None:
                action(message)

    def _enqueue(self, message: dict[str, Any]) -> None:
        try:
            self.waiting.append(Lease(message))
        except KeyError as error:
            raise ProtocolError(f"a {message['type']} message without {error}") from None

    def _cancel(self, message: dict[str, Any]) -> None:
        lease = lease_text(message.get("lease"))
        for candidate in [*self.waiting, self.active]:
            if candidate is not None and candidate.text == lease:
                candidate.cancel()


class Splitter:
    """Bytes as they arrive, into whole lines; a long line costs no more than its bytes."""

    def __init__(self) -> None:
        """Begins at the start of a line."""
        self._begun: list[bytes] = []
        self._length = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes. Raises ProtocolError for one over MAX_LINE."""
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = b"".join([*self._begun, lines[0]])
            self._begun, self._length = [], 0
        if rest:
            self._begun.append(rest)
            self._length += len(rest)
        if self._length > MAX_LINE or any(len(line) > MAX_LINE for line in lines):
            raise ProtocolError(f"a line of more than {MAX_LINE} bytes")
        return lines


def parse(line: bytes) -> dict[str, Any]:
    """One message; an empty line is a message of no known type. Raises ProtocolError."""
    if not line.strip():
        return {"type": None}
    try:
        message = _decode(line.decode())
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"an unreadable line ({error}): {line[:200]!r}") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ProtocolError(f"a line that is not a message: {line[:200]!r}")
    if message.get("protocol", PROTOCOL) != PROTOCOL:
        raise ProtocolError(
            f"protocol {message['protocol']!r}; this SDK speaks {PROTOCOL}: update one of the two"
        )
    return message


def _poll_for(*fds: int) -> select.poll:
    poll = select.poll()
    for fd in fds:
        poll.register(fd, select.POLLIN)
    return poll
