"""Batches of searches: which jobs they are made of, submitting them, waiting for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from itertools import product
from typing import Any

from .client import Client
from .series import Series

MODELS = ("seasonal_naive", "exponential_smoothing", "holt_winters")
METHODS = ("grid", "ai")
_LOOK = 0.25


def jobs_of(
    series: Iterable[Series],
    models: Iterable[str] = MODELS,
    methods: Iterable[str] = METHODS[:1],
    *,
    until: str | None = None,
    trials: int | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """A job for each series, model and method; its key is the series. `options` are any job's."""
    extra = {"until": until, "trials": trials}
    given = {name: value for name, value in extra.items() if value is not None}
    said = {name: value for name, value in options.items() if value is not None}
    return [
        {
            "task": "optimise",
            "params": {"sku": one.id, "model": model, "method": method, **given},
            "key": one.id,
            **said,
        }
        for one, model, method in product(list(series), list(models), list(methods))
    ]


def submit(client: Client, name: str, reason: str, jobs: list[dict[str, Any]]) -> list[str]:
    """Makes the batch and submits its jobs in one transaction; gives their ids."""
    client.post("/batches", {"name": name, "reason": reason})
    named = [{**job, "batch": name} for job in jobs]
    answer = client.post_when_ready("/jobs/bulk", {"jobs": named})
    return [job["id"] for job in answer["jobs"]]


def new_name() -> str:
    """A batch's name by the time of day."""
    return f"forecasts-{datetime.now(timezone.utc):%Y%m%d-%H%M%S}"


def wait(
    client: Client, name: str, seen: Callable[[dict[str, Any]], None] = lambda batch: None
) -> dict[str, Any]:
    """Waits until all jobs of a batch have ended; `seen` hears how far it is."""
    while True:
        batch = client.get(f"/batches/{name}")
        seen(batch)
        if batch["state"] == "completed":
            return batch
        time.sleep(_LOOK)
