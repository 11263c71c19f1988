"""What Paceline runs: `python -m paceline.worker forecasts.tasks` serves this module.

Light to import: statsmodels, pandas and Optuna come in with `load`, once a process, and count as
its set-up.
"""

from __future__ import annotations

from typing import Literal, TypedDict

import paceline as pl

from . import series
from .errors import CannotForecast


class Search(TypedDict):
    """One search: of a series, the parameters of a model, by a method."""

    sku: str
    model: Literal["seasonal_naive", "exponential_smoothing", "holt_winters"]
    method: Literal["grid", "ai"]


class Params(Search, total=False):
    """What a job may say besides: `until`, the newest week of the data, and `trials` of `ai`."""

    until: str
    trials: int


class Cancelled(Exception):
    """The job is to end; nobody waits for its result."""


app = pl.App()


def load() -> None:
    """Imports what a search needs and reads the series, once in each worker process."""
    import optuna  # noqa: F401

    from . import optimise  # noqa: F401

    series.all_series()


# The same params give the same numbers, so an earlier search answers: change VERSION with the code
# of the models or of the search, or with the data.
VERSION = "1"


@app.task(
    name="optimise",
    setup=load,
    timeout="10m",
    identity=["sku", "model", "method"],
    cache_for="24h",
    version=VERSION,
    retry=2,
)
def run(params: Params, ctx: pl.Context) -> dict:
    """Optimises one model for one series; the result has parameters, metrics and predictions."""
    from .optimise import optimise

    def told(done: int, total: int, best: float) -> None:
        ctx.progress(done / total, f"{done} of {total} tried, best MASE {best:.3f}")
        if ctx.cancelled:
            raise Cancelled

    ctx.stage(f"{params['model']} by {params['method']}")
    try:
        found = series.find(params["sku"]).until(params.get("until"))
        return optimise(found, params["model"], params["method"], params.get("trials"), told)
    except CannotForecast as error:
        raise pl.Permanent(str(error)) from error
