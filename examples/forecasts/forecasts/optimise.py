"""The best parameters of one model for one series, and what they forecast.

The held-out values are looked at once, at the end, to measure: parameters are chosen by forecasts
within the past (rolling origins).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from zlib import crc32

import numpy as np

from . import metrics
from .cleaning import clean
from .errors import CannotForecast
from .models import Model, forecast
from .search import TRIALS, Method, Tried, search
from .series import Series
from .space import space

Told = Callable[[int, int, float], None]
# Origins that parameters are tried from: half a horizon apart, so that each sees other values.
_FOLDS = 3
# What the rules of thumb of statsmodels need to start from.
_LEAST = 12
_BEST_SHOWN = 5


def optimise(
    series: Series,
    model: Model,
    method: Method,
    trials: int | None = None,
    told: Told = lambda done, total, best: None,
) -> dict[str, Any]:
    """Searches, then forecasts the held-out values with the best, and measures.

    `told` hears after each point how many of how many were tried, and the least score so far.
    Raises CannotForecast when the series is too short.
    """
    train, notes = clean(series.train)
    season, horizon = series.season, series.horizon
    seed = crc32(f"{series.id}/{model}".encode())
    scored = _score(series.id, model, train, season, horizon)
    shortest = _folds(train, season, horizon)[-1]
    found = search(method, space(model, season, shortest), scored, trials or TRIALS, seed)
    all_tried: list[Tried] = []
    for tried in found.tried:
        all_tried.append(tried)
        told(len(all_tried), found.total, min(one.score for one in all_tried))
    ranked = sorted(all_tried, key=lambda one: one.score)
    best = ranked[0]
    if not math.isfinite(best.score):
        raise CannotForecast(f"no parameters of {model} fit {series.id}")
    made = forecast(model, best.parameters, train, season, horizon)
    naive = forecast("seasonal_naive", {}, train, season, horizon)
    actual = series.held_out
    return {
        "sku": series.id,
        "description": series.description,
        "dataset": series.dataset,
        "model": model,
        "method": method,
        "parameters": made.parameters,
        "tried": len(all_tried),
        "validation_mase": _rounded(best.score),
        "metrics": {
            "mase": _rounded(metrics.mase(actual, made.predictions, train, season)),
            "smape": _rounded(metrics.smape(actual, made.predictions)),
            "naive_mase": _rounded(metrics.mase(actual, naive.predictions, train, season)),
        },
        "labels": list(series.labels),
        "history": series.train.tolist(),
        "actual": actual.tolist(),
        "predicted": [round(value, 2) for value in made.predictions.tolist()],
        "best": _different(ranked, _BEST_SHOWN),
        "notes": notes,
    }


def _score(
    id: str, model: Model, train: np.ndarray, season: int, horizon: int
) -> Callable[[dict[str, Any]], float]:
    """The mean MASE of forecasts from within the past; all are measured by one scale."""
    origins = _folds(train, season, horizon)
    unit = metrics.scale(train, season)
    if not origins:
        raise CannotForecast(f"{id} is too short: {len(train)} values before the held-out ones")
    if unit is None:
        raise CannotForecast(f"{id} never changes: there is nothing to forecast")

    def score(parameters: dict[str, Any]) -> float:
        errors = []
        for origin in origins:
            try:
                made = forecast(model, parameters, train[:origin], season, horizon)
            except (ValueError, np.linalg.LinAlgError):
                return math.inf  # statsmodels cannot fit it; others will do
            errors.append(np.abs(train[origin : origin + horizon] - made.predictions))
        value = float(np.mean(errors)) / unit
        return value if math.isfinite(value) else math.inf

    return score


def _different(ranked: list[Tried], most: int) -> list[dict[str, Any]]:
    """The best of what was tried, each once: an optimiser comes back to what is good."""
    found: list[dict[str, Any]] = []
    for one in ranked:
        new = all(one.parameters != other["parameters"] for other in found)
        if new and len(found) < most and math.isfinite(one.score):
            found.append({"parameters": one.parameters, "validation_mase": _rounded(one.score)})
    return found


def _folds(train: np.ndarray, season: int, horizon: int) -> list[int]:
    """How much of the past is seen for each fold, most first; none when all is too short."""
    step = max(1, horizon // 2)
    origins = [len(train) - horizon - fold * step for fold in range(_FOLDS)]
    least = max(_LEAST, 2 * season if season > 1 else 0)
    return [origin for origin in origins if origin >= least]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
