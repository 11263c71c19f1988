"""The options of a task: checked where they are written, sent as they were written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ._units import Duration, Size, bytes_of, seconds_of


@dataclass(frozen=True)
class Retry:
    """How often and how soon a failed item or job is tried again.

    The n-th wait is `base * factor ** (n - 1)`, at most `max`; with `jitter` a random share
    of it, so that many failures of one moment do not come back in one moment.
    """

    attempts: int = 3
    base: Duration = "1s"
    factor: float = 2.0
    max: Duration = "5m"
    jitter: bool = True

    def __post_init__(self) -> None:
        """Raises ValueError or TypeError with the name of the wrong field."""
        _whole("attempts", self.attempts, at_least=1)
        seconds_of(self.base)
        seconds_of(self.max)
        if self.factor < 1:
            raise ValueError(f"factor={self.factor!r}: waits must not shrink; give 1 or more")

    def wire(self) -> dict[str, Any]:
        """The object that travels: attempts, base, factor, max, jitter."""
        return {
            "attempts": self.attempts,
            "base": _wire_duration(self.base),
            "factor": self.factor,
            "max": _wire_duration(self.max),
            "jitter": self.jitter,
        }


@dataclass(frozen=True)
class Breaker:
    """When a task's work waits instead of failing too, and how it is tried again.

    It opens when, of at least `minimum` attempts within `window`, the share `rate` failed. Then
    nothing is handed out for `cool_down`; after it `probes` items are tried. If all succeed it
    closes, and one failure opens it again.
    """

    rate: float = 0.5
    minimum: int = 20
    window: Duration = "1m"
    cool_down: Duration = "30s"
    probes: int = 3

    def __post_init__(self) -> None:
        """Raises ValueError or TypeError with the name of the wrong field."""
        if not 0 < self.rate <= 1:
            raise ValueError(f"rate={self.rate!r}: give a share above 0 and at most 1")
        _whole("minimum", self.minimum, at_least=1)
        _whole("probes", self.probes, at_least=1)
        _duration("window", self.window)
        _duration("cool_down", self.cool_down)

    def wire(self) -> dict[str, Any]:
        """The object that travels: rate, minimum, window, cool_down, probes."""
        return {
            "rate": self.rate,
            "minimum": self.minimum,
            "window": _wire_duration(self.window),
            "cool_down": _wire_duration(self.cool_down),
            "probes": self.probes,
        }


def wire_options(
    *,
    chunk_size: int | None = None,
    concurrency: int | None = None,
    item_timeout: Duration | None = None,
    timeout: Duration | None = None,
    identity: Sequence[str] | None = None,
    version: str | None = None,
    cache_for: Duration | None = None,
    retry: Retry | int | None = None,
    max_memory: Size | None = None,
    max_failures: str | int | None = None,
    workers: int | None = None,
    only_new: bool | None = None,
    breaker: Breaker | None = None,
    rate: str | None = None,
    delay: Duration | None = None,
    cpus: float | None = None,
    memory: Size | None = None,
    resources: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """The options that were given, checked, in the form that travels; others are left out.

    Raises ValueError or TypeError with the name of the option.
    """
    given: dict[str, Any] = {
        "chunk_size": _whole("chunk_size", chunk_size, at_least=1),
        "concurrency": _whole("concurrency", concurrency, at_least=1),
        "item_timeout": _duration("item_timeout", item_timeout),
        "timeout": _duration("timeout", timeout),
        "identity": _names("identity", identity),
        "version": _text("version", version),
        "cache_for": _duration("cache_for", cache_for),
        "retry": (Retry(retry) if isinstance(retry, int) else retry),
        "max_memory": _size("max_memory", max_memory),
        "max_failures": _share("max_failures", max_failures),
        "workers": _workers(workers),
        "only_new": _flag("only_new", only_new),
        "breaker": _breaker(breaker),
        "rate": _rate(rate),
        "delay": _duration("delay", delay),
        "cpus": _cpus(cpus),
        "memory": _size("memory", memory),
        "resources": _resources(resources),
    }
    if isinstance(given["retry"], Retry):
        given["retry"] = given["retry"].wire()
    elif given["retry"] is not None:
        raise TypeError(f"retry={retry!r}: give a Retry or the number of attempts")
    return {name: value for name, value in given.items() if value is not None}


def _whole(name: str, value: int | None, at_least: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name}={value!r}: give a whole number")
    if value < at_least:
        raise ValueError(f"{name}={value!r}: give {at_least} or more")
    return value


def _workers(value: int | None) -> int | None:
    return value if value == -1 else _whole("workers", value, at_least=1)


def _duration(name: str, value: Duration | None) -> str | float | None:
    if value is None:
        return None
    try:
        positive = seconds_of(value) > 0
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if not positive:
        raise ValueError(f"{name}={value!r}: give more than nothing")
    return _wire_duration(value)


def _wire_duration(value: Duration) -> str | float:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _size(name: str, value: Size | None) -> Size | None:
    if value is not None:
        try:
            bytes_of(value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return value


def _names(name: str, value: Sequence[str] | None) -> list[str] | None:
    if value is None:
        return None
    if isinstance(value, str) or not all(isinstance(part, str) for part in value):
        raise TypeError(f"{name}={value!r}: give a list of the names of params")
    return list(value)


def _text(name: str, value: str | None) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name}={value!r}: give a text")
    return value


def _share(name: str, value: str | int | None) -> str | int | None:
    if isinstance(value, str):
        number = re.fullmatch(r"(\d+(?:\.\d+)?)%", value)
        if number is None or float(number.group(1)) > 100:
            raise ValueError(f'{name}={value!r}: give a number of items or a share such as "10%"')
        return value
    return _whole(name, value, at_least=0)


def _breaker(value: Breaker | None) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, Breaker):
        raise TypeError(f"breaker={value!r}: give a Breaker")
    return value.wire()


def _rate(value: str | None) -> str | None:
    if value is None:
        return None
    wrong = f'rate={value!r}: give items and a period, such as "60/1m" or "10/s"'
    if not isinstance(value, str):
        raise TypeError(wrong)
    items, _, period = value.partition("/")
    if not re.fullmatch(r"\s*0*[1-9]\d*\s*", items):
        raise ValueError(wrong)
    try:
        seconds = seconds_of(f"1{period}" if period.strip().isalpha() else period)
    except ValueError:
        raise ValueError(wrong) from None
    if seconds <= 0:
        raise ValueError(wrong)
    return value


def _cpus(value: float | None) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"cpus={value!r}: give the number of processors, such as 2 or 0.5")
    if not 0 < value <= 100_000:
        raise ValueError(f"cpus={value!r}: give the number of processors, such as 2 or 0.5")
    return value


def _resources(value: Mapping[str, int] | None) -> dict[str, int] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise TypeError(f'resources={value!r}: give names and counts, such as {{"gpu": 1}}')
    for name, count in value.items():
        _whole(f"resources[{name!r}]", count, at_least=0)
    return dict(value)


def _flag(name: str, value: bool | None) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise TypeError(f"{name}={value!r}: give True or False")
    return value
