"""The exceptions that a handler raises to say how its failure is to be treated.

Any other exception is an ordinary failure: the task's retry rule decides.
"""

from __future__ import annotations

from datetime import datetime, timezone

from ._units import Duration, seconds_of


class Permanent(Exception):
    """Trying again will not help: the item fails at once, whatever attempts are left."""


class RetryAfter(Exception):
    """Try again, but not before a wait that the handler knows (say from an HTTP header)."""

    def __init__(self, wait: Duration, message: str = "") -> None:
        """`wait`: seconds or a duration such as `"5m"`."""
        self.seconds = seconds_of(wait)
        super().__init__(message or f"try again in {self.seconds:g} s")


class HoldTask(RetryAfter):
    """Nobody call this for a while: holds the whole task, on all nodes, and tries again then.

    For a service that says that it is busy or away until a time, whoever calls.
    """

    hold = "task"

    def __init__(self, until: Duration | datetime, message: str = "") -> None:
        """`until`: seconds, a duration such as `"5m"`, or a time with its zone."""
        super().__init__(_wait(until), message)


class HoldKey(HoldTask):
    """The same for the key of the job: a dealer, a tenant. A job without one is only retried."""

    hold = "key"


def _wait(until: Duration | datetime) -> Duration:
    if not isinstance(until, datetime):
        return until
    if until.tzinfo is None:
        raise ValueError(f"{until!r} has no time zone; say which, such as timezone.utc")
    return max(0.0, (until - datetime.now(timezone.utc)).total_seconds())
