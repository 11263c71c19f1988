"""An exception as the `error` object of the protocol."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from ._wire import clean
from .errors import HoldTask, Permanent, RetryAfter

_SDK = str(Path(__file__).parent / "_")[:-1]
_MAX_MESSAGE = 8 * 1024


def describe(error: BaseException, kind: str | None = None) -> dict[str, Any]:
    """`{"kind", "message", "traceback", "permanent", "retry_after", "hold"}`; raises nothing.

    `kind` is "handler", "memory" or "timeout"; None finds it from the exception.
    """
    if kind is None:
        kind = "memory" if isinstance(error, MemoryError) else "handler"
    return {
        "kind": kind,
        "message": clean(_message(error), _MAX_MESSAGE),
        "traceback": _traceback(error),
        "permanent": isinstance(error, Permanent),
        "retry_after": error.seconds if isinstance(error, RetryAfter) else None,
        "hold": error.hold if isinstance(error, HoldTask) else None,
    }


def _message(error: BaseException) -> str:
    name = type(error).__name__
    try:
        said = str(error)
    except BaseException as broken:  # an exception's own __str__ may fail
        return f"{name} (its text cannot be read: {type(broken).__name__})"
    if isinstance(error, SystemExit):
        return f"handler called sys.exit({'' if error.code is None else repr(error.code)})"
    if isinstance(error, (Permanent, RetryAfter)):
        return said or name
    return f"{name}: {said}" if said else name


def _traceback(error: BaseException) -> str | None:
    """The traceback from the user's first frame on; None when there is no such frame."""
    frames = error.__traceback__
    while frames is not None and _is_ours(frames):
        frames = frames.tb_next
    if frames is None:
        return None
    try:
        return clean("".join(traceback.format_exception(type(error), error, frames)))
    except BaseException as broken:  # out of memory again, or a hostile __str__
        return f"(the traceback cannot be shown: {type(broken).__name__})"


def _is_ours(frames: TracebackType) -> bool:
    return frames.tb_frame.f_code.co_filename.startswith(_SDK)
