"""What a search may try: for each model the parameters, their ranges, and a raster of them.

A space is a function that picks one parameter after the other; what it picks later may depend on
what it picked before. The grid and the adaptive search walk through the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from .models import Model


class Pick(Protocol):
    """Who decides: the grid, or the optimiser."""

    def choice(self, name: str, values: Sequence[Any]) -> Any:
        """One of the values."""

    def real(self, name: str, low: float, high: float, raster: Sequence[float]) -> float:
        """A number from `low` to `high`; the grid knows those of the raster only."""

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""


Space = Callable[[Pick], dict[str, Any]]


def space(model: Model, season: int, length: int) -> Space:
    """The space of a model for series with this season, of which it sees `length` values."""
    return lambda pick: _SPACES[model](pick, season, length)


def grid(space: Space) -> Iterator[dict[str, Any]]:
    """All of the space's raster, in order."""
    path: list[int] = []
    while True:
        walk = _Walk(path)
        yield space(walk)
        path = walk.next_path()
        if not path:
            return


def _seasonal_naive(pick: Pick, season: int, length: int) -> dict[str, Any]:
    most = 12 if season == 1 else 4
    return {"cycles": pick.whole("cycles", 1, max(1, min(most, length // season)))}


def _exponential_smoothing(pick: Pick, season: int, length: int) -> dict[str, Any]:
    return {
        "log": pick.choice("log", [False, True]),
        "level": pick.real("level", 0.02, 0.98, [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8]),
    }


def _holt_winters(pick: Pick, season: int, length: int) -> dict[str, Any]:
    picked: dict[str, Any] = {
        "log": pick.choice("log", [False, True]),
        "trend": pick.choice("trend", ["none", "add", "damped"]),
        "level": pick.real("level", 0.02, 0.98, [0.1, 0.3, 0.6]),
    }
    if picked["trend"] != "none":
        picked["slope"] = pick.real("slope", 0.01, 0.4, [0.05, 0.2])
    if picked["trend"] == "damped":
        picked["damping"] = pick.real("damping", 0.8, 0.98, [0.9])
    picked["seasonal"] = pick.choice("seasonal", ["add", "none"] if season > 1 else ["none"])
    if picked["seasonal"] != "none":
        picked["season"] = pick.real("season", 0.02, 0.6, [0.1, 0.3])
    return picked


_SPACES: dict[Model, Callable[[Pick, int, int], dict[str, Any]]] = {
    "seasonal_naive": _seasonal_naive,
    "exponential_smoothing": _exponential_smoothing,
    "holt_winters": _holt_winters,
}


class _Walk:
    """One way through a space: at each fork the branch that `path` names, then always the first."""

    def __init__(self, path: list[int]) -> None:
        self._path = path
        self._forks: list[tuple[int, int]] = []  # the branch taken, and how many there are

    def choice(self, name: str, values: Sequence[Any]) -> Any:
        depth = len(self._forks)
        branch = self._path[depth] if depth < len(self._path) else 0
        self._forks.append((branch, len(values)))
        return values[branch]

    def real(self, name: str, low: float, high: float, raster: Sequence[float]) -> float:
        return self.choice(name, raster)

    def whole(self, name: str, low: int, high: int) -> int:
        return self.choice(name, range(low, high + 1))

    def next_path(self) -> list[int]:
        """The way after this one; empty after the last."""
        forks = list(self._forks)
        while forks and forks[-1][0] + 1 == forks[-1][1]:
            forks.pop()
        branches = [branch for branch, _ in forks]
        return [*branches[:-1], branches[-1] + 1] if branches else []
