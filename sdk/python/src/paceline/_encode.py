"""Results and payloads as JSON text, fast, and what to say when they are not JSON.

`encode` is the standard library's C encoder, made once: making it anew for every value (as
`json.dumps` does) costs more than encoding a small result.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from json import encoder as _json
from typing import Any
from uuid import UUID

from ._wire import ENVELOPE, MAX_LINE
from .errors import Permanent

ROOM = MAX_LINE - ENVELOPE
"""Most bytes of one result or payload, so that its line stays within MAX_LINE."""


class Unsendable(Permanent):
    """A value that cannot travel as JSON; the message says why and what to do."""


def to_text(value: Any, what: str = "result") -> str:
    """The JSON of `value`. Raises Unsendable, or MemoryError; never anything else."""
    try:
        text = "".join(encode(value, 0))
        if len(text) > ROOM or not text.isascii():
            check(text)
    except Exception as error:
        raise explain(error, what) from None
    return text


def check(text: str) -> None:
    """Raises Unsendable when the text is too long for a line, or is not UTF-8."""
    size = len(text.encode())  # UnicodeEncodeError is explained by the caller's `explain`
    if size > ROOM:
        raise Unsendable(
            f"it takes {size / 2**20:.1f} MiB, and a line of {MAX_LINE // 2**20} MiB must hold "
            "it; store it elsewhere and give its place"
        )


def explain(error: BaseException, what: str = "result") -> BaseException:
    """What to raise or report for an error that encoding a value gave."""
    if isinstance(error, MemoryError):
        return error
    if isinstance(error, RecursionError):
        reason = "it holds itself or is nested too deeply"
    elif isinstance(error, UnicodeEncodeError):
        reason = "it holds a string with half a surrogate pair, which is not valid Unicode"
    elif isinstance(error, ValueError) and "Out of range float" in str(error):
        reason = "it holds NaN or Infinity, which JSON does not have; replace them, say by None"
    elif isinstance(error, Unsendable):
        reason = str(error)
    else:
        reason = f"{type(error).__name__}: {error}"
    return Unsendable(f"the {what} cannot be sent as JSON: {reason}")


def _default(value: Any) -> Any:
    """A JSON value for what the encoder does not know; TypeError with a remedy if there is none."""
    for name in ("tolist", "item", "isoformat"):  # numpy and its kin; dates and times
        method = getattr(value, name, None)
        if callable(method) and not isinstance(value, type):
            return method()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(
        f"{type(value).__module__}.{type(value).__qualname__} is not a JSON type; "
        "give dicts, lists, strings, numbers, booleans or None"
    )


def _make_encode() -> Callable[[Any, int], Sequence[str]]:
    make = getattr(_json, "c_make_encoder", None)
    if make is None:  # an interpreter without the C accelerator
        slow = json.JSONEncoder(
            ensure_ascii=False, check_circular=False, allow_nan=False,
            separators=(",", ":"), default=_default,
        ).encode  # fmt: skip
        return lambda value, level: (slow(value),)
    # markers, default, string encoder, indent, ": ", ", ", sort keys, skip keys, allow NaN.
    # No markers: a circle is found by the recursion limit, at no cost for everyone else.
    encode: Callable[[Any, int], Sequence[str]] = make(
        None, _default, _json.encode_basestring, None, ":", ",", False, False, False
    )
    return encode


encode = _make_encode()
