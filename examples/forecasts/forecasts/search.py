"""Two ways through a space: every point of its raster, or where an optimiser expects the best.

Knows nothing of series: a point is good when the score that it is given is small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .space import Space, grid

if TYPE_CHECKING:
    import optuna

Method = Literal["grid", "ai"]
Score = Callable[[dict[str, Any]], float]
TRIALS = 60


@dataclass(frozen=True)
class Tried:
    """A point and its score; infinite when the model could not be fitted with it."""

    parameters: dict[str, Any]
    score: float


@dataclass(frozen=True)
class Search:
    """How many points will be tried, and the points, one after the other."""

    total: int
    tried: Iterator[Tried]


def search(method: Method, space: Space, score: Score, trials: int, seed: int) -> Search:
    """Starts a search. The adaptive one tries `trials` points, the same for the same seed.

    Each begins with what needs no choice: no parameters, so that statsmodels estimates all.
    """
    if method == "grid":
        points = [{}, *grid(space)]
        return Search(len(points), (Tried(point, score(point)) for point in points))
    return Search(trials, _adaptive(space, score, trials, seed))


def _adaptive(space: Space, score: Score, trials: int, seed: int) -> Iterator[Tried]:
    """A tree-structured Parzen estimator: Bergstra et al., NIPS 2011; Optuna's own default."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield Tried({}, score({}))
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    for _ in range(trials - 1):
        trial = study.ask()
        point = space(_Suggested(trial))
        value = score(point)
        yield Tried(point, value)
        if math.isfinite(value):
            study.tell(trial, value)
        else:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)


class _Suggested:
    """Picks what Optuna suggests."""

    def __init__(self, trial: optuna.Trial) -> None:
        self._trial = trial

    def choice(self, name: str, values: Sequence[Any]) -> Any:
        return self._trial.suggest_categorical(name, values)

    def real(self, name: str, low: float, high: float, raster: Sequence[float]) -> float:
        return round(self._trial.suggest_float(name, low, high), 4)

    def whole(self, name: str, low: int, high: int) -> int:
        return self._trial.suggest_int(name, low, high)
