"""Three ways to forecast a series. Owns what the parameters mean; chooses none of them.

What the parameters leave out is estimated by statsmodels, by maximum likelihood.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from statsmodels.tsa.holtwinters import ExponentialSmoothing

Model = Literal["seasonal_naive", "exponential_smoothing", "holt_winters"]
Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Forecast:
    """The predictions, and the parameters that were used, also those that were estimated."""

    predictions: np.ndarray
    parameters: dict[str, Any]


def forecast(
    model: Model, parameters: Parameters, train: np.ndarray, season: int, horizon: int
) -> Forecast:
    """Forecasts the `horizon` values after `train`; never below 0, as nobody sells less."""
    made = MODELS[model](parameters, train, season, horizon)
    return Forecast(np.maximum(made.predictions, 0), made.parameters)


def _seasonal_naive(
    parameters: Parameters, train: np.ndarray, season: int, horizon: int
) -> Forecast:
    """The next season is the mean of the last `cycles` seasons."""
    cycles = parameters.get("cycles", 1)
    last = train[-cycles * season :].reshape(cycles, season).mean(axis=0)
    return Forecast(np.resize(last, horizon), {"cycles": cycles})


def _exponential_smoothing(
    parameters: Parameters, train: np.ndarray, season: int, horizon: int
) -> Forecast:
    """One level for all of the future; `level` is how fast it forgets."""
    return _smoothed({"trend": "none", "seasonal": "none", **parameters}, train, season, horizon)


def _holt_winters(parameters: Parameters, train: np.ndarray, season: int, horizon: int) -> Forecast:
    """Level, slope and season, each with a speed at which it forgets."""
    usual = {"trend": "damped", "seasonal": "add" if season > 1 else "none"}
    return _smoothed({**usual, **parameters}, train, season, horizon)


MODELS: dict[Model, Callable[[Parameters, np.ndarray, int, int], Forecast]] = {
    "seasonal_naive": _seasonal_naive,
    "exponential_smoothing": _exponential_smoothing,
    "holt_winters": _holt_winters,
}

# Our names of the speeds, theirs, and where statsmodels keeps what it estimated.
_SPEEDS = {
    "level": "smoothing_level",
    "slope": "smoothing_trend",
    "season": "smoothing_seasonal",
    "damping": "damping_trend",
}


def _smoothed(parameters: Parameters, train: np.ndarray, season: int, horizon: int) -> Forecast:
    trend, seasonal = parameters["trend"], parameters["seasonal"]
    is_log = parameters.get("log", False)
    given = {theirs: parameters[ours] for ours, theirs in _SPEEDS.items() if ours in parameters}
    model = ExponentialSmoothing(
        np.log1p(train) if is_log else train,
        trend=None if trend == "none" else "add",
        damped_trend=trend == "damped",
        seasonal=None if seasonal == "none" else seasonal,
        seasonal_periods=None if seasonal == "none" else season,
        # Where the search gives the speeds, a start by rule of thumb will do, and costs a tenth.
        initialization_method="heuristic" if given else "estimated",
    )
    with warnings.catch_warnings():
        # An estimate that has not quite converged is measured like any other.
        warnings.simplefilter("ignore")
        fit = model.fit(**given, optimized=not given)
        predictions = np.asarray(fit.forecast(horizon))
    speeds = {ours: fit.params[theirs] for ours, theirs in _SPEEDS.items()}
    used = {ours: round(float(speed), 4) for ours, speed in speeds.items() if speed is not None}
    return Forecast(
        np.expm1(np.minimum(predictions, _LARGEST_LOG)) if is_log else predictions,
        _relevant({"log": is_log, "trend": trend, "seasonal": seasonal, **used}),
    )


# Far above any sale: what a runaway trend in logarithms comes to must still be a number.
_LARGEST_LOG = 20.0


def _relevant(parameters: dict[str, Any]) -> dict[str, Any]:
    """Without the speeds of parts that the model has not."""
    absent = set()
    if parameters["trend"] == "none":
        absent |= {"slope"}
    if parameters["trend"] != "damped":
        absent |= {"damping"}
    if parameters["seasonal"] == "none":
        absent |= {"season"}
    return {name: value for name, value in parameters.items() if name not in absent}
