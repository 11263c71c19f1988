"""The exceptions that a handler raises to say how its failure is to be treated.

Any other exception is an ordinary failure: the task's retry rule decides.
"""

from __future__ import annotations

from ._units import Duration, seconds_of


class Permanent(Exception):
    """Trying again will not help: the item fails at once, whatever attempts are left."""


class RetryAfter(Exception):
    """Try again, but not before a wait that the handler knows (say from an HTTP header)."""

    def __init__(self, wait: Duration, message: str = "") -> None:
        """`wait`: seconds or a duration such as `"5m"`."""
        self.seconds = seconds_of(wait)
        super().__init__(message or f"try again in {self.seconds:g} s")
