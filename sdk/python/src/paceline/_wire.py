"""The worker protocol, version 1: the lines that a worker writes.

JSON Lines over the child's stdin and stdout, one object a line, at most `MAX_LINE` bytes.
This module only makes text; `_outbox` writes it and `_inbox` reads the other direction.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from ._version import __version__
from .app import Task

PROTOCOL = 1
MAX_LINE = 16 * 1024 * 1024
ENVELOPE = 64 * 1024
"""Bytes of a line kept free for what surrounds a result: lease, seq, times."""

_MAX_TEXT = 64 * 1024
_compact = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def text_of(value: Any) -> str:
    """Compact ASCII JSON of the SDK's own small objects."""
    return _compact(value)


def clean(text: str, limit: int = _MAX_TEXT) -> str:
    """`text` fit for a message: no lone surrogates (not JSON for most readers), not endless.

    Of a text over `limit` characters the middle goes: the head says where, the tail says what.
    """
    if len(text) > limit:
        left_out = len(text) - limit
        text = f"{text[: limit // 2]}\n… {left_out} characters left out …\n{text[-limit // 2 :]}"
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def ready_line(tasks: Iterable[Task], setup_seconds: float) -> str:
    """The first line of a worker: who it is, what it can do, how long its setup took."""
    message = {
        "type": "ready",
        "protocol": PROTOCOL,
        "sdk": f"python/{__version__}",
        "buffered": True,
        "pid": os.getpid(),
        "setup_seconds": round(setup_seconds, 6),
        "tasks": [_task(task) for task in tasks],
    }
    return text_of(message) + "\n"


def start_line(lease: str, seq: int) -> str:
    """The worker is now on this item: a crash or a hang from here on is this item's."""
    return f'{{"type":"start","lease":{lease},"seq":{seq}}}\n'


def item_head(lease: str) -> str:
    """How every result line of a lease begins; the seq follows."""
    return f'{{"type":"item","lease":{lease},"seq":'


def failed_item_line(lease: str, seq: int, ms: float, error: dict[str, Any]) -> str:
    """An item that failed; `error` as `_failure.describe` gives it."""
    return f'{item_head(lease)}{seq},"ok":false,"ms":{ms:.3f},"error":{text_of(error)}}}\n'


def planned_line(lease: str, items: list[str]) -> str:
    """Some items of a plan, each already JSON text."""
    return f'{{"type":"planned","lease":{lease},"items":[{",".join(items)}]}}\n'


def progress_line(
    lease: str, seq: int | None, fraction: float | None, stage: str | None, message: str | None
) -> str:
    """The whole state of a lease's progress, not a change to it: null is "never said"."""
    body = text_of({"seq": seq, "fraction": fraction, "stage": stage, "message": message})
    return f'{{"type":"progress","lease":{lease},{body[1:]}\n'


def log_line(lease: str, seq: int | None, level: str, text: str) -> str:
    """One log record of a handler; `level` is debug, info, warning, error or critical."""
    body = text_of({"seq": seq, "level": level, "text": clean(text)})
    return f'{{"type":"log","lease":{lease},{body[1:]}\n'


def done_line(
    lease: str, cancelled: bool, stopped: bool, error: dict[str, Any] | None = None
) -> str:
    """The worker has let go of the lease; items not reported by now were not run to an end."""
    rest = ',"cancelled":true' if cancelled else ""
    rest += ',"stopped":true' if stopped else ""
    rest += f',"error":{text_of(error)}' if error else ""
    return f'{{"type":"done","lease":{lease}{rest}}}\n'


def _task(task: Task) -> dict[str, Any]:
    return {
        "name": task.name,
        "options": task.options,
        "params_schema": task.params_schema,
        "has_planner": task.planner is not None,
        "has_items": task.has_items,
    }
