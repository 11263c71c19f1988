"""The thread that looks after a worker whose main thread is inside a handler.

It writes results that lie in the outbox while the current item runs long, tells the node
which item that is, sends progress that was held back, and reads the node's messages
(a cancel, a stop).

It costs the handler's thread nothing but attribute writes. While leases run it looks every
few ms. When there is nothing to look after (no lease for a while, or a long item of which
the node knows all) it sleeps until the node sends something or `Outbox.asleep` makes
somebody wake it.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from ._inbox import Inbox, ProtocolError
from ._lease import Lease
from ._outbox import NodeGone, Outbox

_TICK_MS = 5
_LINGER_TICKS = 10
"""Looks at an idle worker before sleeping, so that a busy one is not woken for each lease."""


class Watch:
    """Start it once; it ends with the process, or at `close`."""

    def __init__(self, inbox: Inbox, outbox: Outbox, die: Callable[[ProtocolError], None]) -> None:
        """`die` ends the process: the main thread cannot be reached inside a handler."""
        self._inbox = inbox
        self._outbox = outbox
        self._die = die
        self._closed = False
        self._idle_ticks = 0
        self._runs_long = False
        self._known: tuple[Lease | None, object] = (None, None)
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        outbox.wake_through(self._wake_write)
        self._ticking = select.poll()
        self._ticking.register(self._wake_read, select.POLLIN)
        self._sleeping = select.poll()
        self._sleeping.register(self._wake_read, select.POLLIN)
        self._sleeping.register(inbox.fd, select.POLLIN)
        self._thread = threading.Thread(target=self._run, name="paceline-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def close(self) -> None:
        """End the thread and wait for it."""
        self._closed = True
        self._outbox.wake()
        self._thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _run(self) -> None:
        try:
            while not self._closed:
                self._wait()
                self._look()
        except ProtocolError as error:
            with suppress(NodeGone):
                self._outbox.sweep(self._inbox.active)
            self._die(error)
        except NodeGone:
            self._inbox.stop()

    def _wait(self) -> None:
        outbox, lease = self._outbox, self._inbox.active
        asleep = False
        if self._settled(lease):
            # Looked at again after saying so: whoever left a line before did not wake us.
            outbox.asleep = True
            asleep = self._settled(lease)
        if not asleep:
            self._ticking.poll(_TICK_MS)
        elif lease is None or self._inbox.ended:
            self._ticking.poll()
        else:
            self._sleeping.poll()
        outbox.asleep = False
        with suppress(BlockingIOError):
            os.read(self._wake_read, 4096)

    def _settled(self, lease: Lease | None) -> bool:
        """Nothing can become late if nobody looks again before being woken."""
        if self._outbox.lines or self._inbox.active is not lease:
            return False
        if lease is None:
            return self._idle_ticks > _LINGER_TICKS
        if not self._runs_long:
            return False  # leases may follow each other quickly: not to be woken by each
        progress = lease.progress
        return lease.item is lease.announced and not (progress and progress.waiting)

    def _look(self) -> None:
        lease = self._inbox.active
        self._idle_ticks = 0 if lease else self._idle_ticks + 1
        last_lease, last_item = self._known
        item = lease.item if lease else None
        self._known = (lease, item)
        self._runs_long = lease is last_lease
        if not self._runs_long:
            return  # the main thread gets on well: it reads and writes by itself
        if lease is not None:
            self._inbox.pump(lease)
            if lease.progress is not None:
                lease.progress.send(time.monotonic())
        if item is last_item:
            self._outbox.sweep(lease)
