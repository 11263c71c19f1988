"""Durations and sizes as people write them: `"30s"`, `"4GiB"`, or plain numbers.

The worker sends them to the node in the form in which they were written. Units and limits
are the node's own, so that what is accepted here is accepted there.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Union

Duration = Union[str, float, timedelta]  # noqa: UP007 - an alias is a runtime value in 3.10
Size = Union[str, int]  # noqa: UP007

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_LONGEST = 36525 * 86400.0
_LARGEST = 2**50
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)")


def seconds_of(value: Duration) -> float:
    """The seconds in `"30s"`, `"5m"`, `"72h"`, `"250ms"`, `"2d"`, a number or a timedelta.

    Raises ValueError when it is none of these, negative or not finite.
    """
    if isinstance(value, timedelta):
        result = value.total_seconds()
    elif isinstance(value, str):
        result = _quantity(value, _SECONDS, "a duration", '"30s", "5m", "72h"')
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        result = float(value)
    else:
        raise ValueError(f'{value!r} is not a duration; write "30s", "5m" or seconds')
    if not 0 <= result <= _LONGEST:  # false for NaN, too
        raise ValueError(f"{value!r} is not a duration: give 0 or more, at most a hundred years")
    return result


def bytes_of(value: Size) -> int:
    """The bytes in `"4GiB"`, `"500MB"` or a whole number. Raises ValueError otherwise."""
    if isinstance(value, str):
        result = int(_quantity(value, _BYTES, "a size", '"4GiB", "500MB"'))
    elif isinstance(value, int) and not isinstance(value, bool):
        result = value
    else:
        raise ValueError(f'{value!r} is not a size; write "4GiB", "500MB" or bytes')
    if not 0 <= result <= _LARGEST:
        raise ValueError(f"{value!r} is not a size: give 0 or more, at most a pebibyte")
    return result


def _quantity(text: str, units: dict[str, float] | dict[str, int], what: str, like: str) -> float:
    match = _QUANTITY.fullmatch(text.strip())
    unit = units.get(match.group(2)) if match else None
    if match is None or unit is None:
        raise ValueError(f"{text!r} is not {what}; write {like} (units: {', '.join(units)})")
    return float(match.group(1)) * unit
