"""How a user's function wants to be called: with or without params, with or without ctx."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def with_two_arguments(function: Callable[..., Any], what: str) -> Callable[[Any, Any], Any]:
    """`function` as one that takes (params or payload, ctx), whatever it declares.

    A function of two arguments is returned as it is, so that it costs no extra call.
    Raises TypeError when it needs more than two or keyword-only arguments.
    """
    count = _count(function, what)
    if count == 2:
        return function
    if count == 1:
        return lambda value, ctx: function(value)
    return lambda value, ctx: function()


def first_hint(function: Callable[..., Any]) -> Any:
    """The type hint of the first argument, or None."""
    try:
        target = function if inspect.isroutine(function) else type(function).__call__
        hints = typing.get_type_hints(target)
        parameters = list(inspect.signature(function).parameters)
    except Exception:  # unresolved names in annotations, built-ins: simply no hint
        return None
    return hints.get(parameters[0]) if parameters else None


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling it gives a coroutine (objects with an async `__call__` included)."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - the method itself is looked at
    )


def _count(function: Callable[..., Any], what: str) -> int:
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # a built-in without a signature
        return 1
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return 2
    positional = [p for p in parameters if p.kind in _POSITIONAL]
    needed = [p for p in positional if p.default is p.empty]
    named = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if len(needed) > 2 or named:
        raise TypeError(f"{what} may take params (or an item's payload) and ctx, nothing else")
    # A default marks an argument of the user's own, unless it is plainly the context.
    is_ctx = len(positional) >= 2 and (len(needed) == 2 or positional[1].name == "ctx")
    return 2 if is_ctx else min(len(positional), 1)
