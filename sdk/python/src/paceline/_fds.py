"""Keeping the protocol's pipes to ourselves.

The node talks over the worker's stdin and stdout. A handler may print, a C library may print,
a child process may print or read: none of them may touch the protocol.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress


def take_stdio() -> tuple[int, int]:
    """Private descriptors of the real stdin and stdout, in that order.

    Afterwards descriptor 0 reads nothing, descriptor 1 is stderr, and so is `sys.stdout`.
    The private ones are closed on exec (`os.dup` sees to that), so that a program started by
    a handler and still running cannot keep the node waiting for the end of our output.
    """
    messages_in, messages_out = os.dup(0), os.dup(1)
    os.set_blocking(messages_out, True)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return messages_in, messages_out


def close_in_forks(fds: tuple[int, ...], forget: Callable[[], None]) -> None:
    """In a child that was forked without exec (multiprocessing does that), close `fds`."""

    def in_child() -> None:
        forget()
        for fd in fds:
            with suppress(OSError):
                os.close(fd)

    os.register_at_fork(after_in_child=in_child)
