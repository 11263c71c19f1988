import math

import pytest

from forecasts.search import search
from forecasts.space import grid, space


def small(pick):
    picked = {"kind": pick.choice("kind", ["a", "b"])}
    if picked["kind"] == "b":
        picked["x"] = pick.real("x", 0, 1, [0.1, 0.2, 0.3])
    return picked


def test_the_grid_goes_every_way_once():
    assert list(grid(small)) == [
        {"kind": "a"},
        {"kind": "b", "x": 0.1},
        {"kind": "b", "x": 0.2},
        {"kind": "b", "x": 0.3},
    ]


@pytest.mark.parametrize(
    ("model", "season", "points"),
    [
        ("seasonal_naive", 1, 12),
        ("seasonal_naive", 12, 2),
        ("exponential_smoothing", 1, 16),
        ("holt_winters", 1, 30),
        ("holt_winters", 12, 90),
    ],
)
def test_grids_of_the_models(model, season, points):
    found = list(grid(space(model, season, 32)))
    assert len(found) == points
    assert len({tuple(sorted(one.items())) for one in found}) == points


def bowl(parameters):
    """Least at 0.37, which is on no raster."""
    return abs(parameters.get("level", 9) - 0.37) + (0.5 if parameters.get("log") else 0)


def test_the_adaptive_search_comes_nearer_than_the_grid():
    smoothing = space("exponential_smoothing", 1, 36)
    best = {}
    for method in ("grid", "ai"):
        found = search(method, smoothing, bowl, 60, seed=1)
        tried = list(found.tried)
        assert len(tried) == found.total
        assert tried[0].parameters == {}
        best[method] = min(one.score for one in tried)
    assert best["grid"] == pytest.approx(0.03)
    assert best["ai"] < 0.01


def test_the_same_seed_tries_the_same():
    def tried(seed):
        smoothing = space("exponential_smoothing", 1, 36)
        return [one.parameters for one in search("ai", smoothing, bowl, 20, seed).tried]

    assert tried(7) == tried(7)
    assert tried(7) != tried(8)


def test_points_that_do_not_fit_do_not_end_the_search():
    def fussy(parameters):
        return math.inf if parameters.get("kind") == "b" else 1.0

    tried = list(search("ai", small, fussy, 15, seed=3).tried)
    assert len(tried) == 15
    assert any(math.isinf(one.score) for one in tried)
