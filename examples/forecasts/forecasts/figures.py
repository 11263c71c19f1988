"""How well each model does on whole data sets, all its parameters estimated: no search.

These are the yardsticks for the searches, and a check that the models are what they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import metrics
from .cleaning import clean
from .models import MODELS, Model, forecast
from .series import DATASETS, Series, of


@dataclass(frozen=True)
class Figure:
    """The mean of the held-out values of many series."""

    series: int
    mase: float
    smape: float


def figure(model: Model, many: Iterable[Series]) -> Figure:
    """Forecasts each series with what statsmodels estimates, and measures."""
    mases, smapes = [], []
    for series in many:
        train, _ = clean(series.train)
        made = forecast(model, {}, train, series.season, series.horizon)
        mase = metrics.mase(series.held_out, made.predictions, train, series.season)
        if mase is not None:
            mases.append(mase)
        smapes.append(metrics.smape(series.held_out, made.predictions))
    return Figure(len(smapes), sum(mases) / len(mases), sum(smapes) / len(smapes))


def report(limit: int | None = None) -> Iterator[str]:
    """A line for each data set and model; `limit` takes the largest series only."""
    yield f"{'data set':<9} {'model':<22} {'series':>6} {'MASE':>7} {'sMAPE':>7}"
    for dataset in DATASETS:
        for model in MODELS:
            found = figure(model, of(dataset, limit))
            numbers = f"{found.series:>6} {found.mase:>7.3f} {found.smape:>7.1f}"
            yield f"{dataset:<9} {model:<22} {numbers}"
