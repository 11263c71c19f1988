import numpy as np
import pytest

from forecasts import figures, series
from forecasts.models import forecast

RISING = np.arange(1.0, 41.0)


def test_seasonal_naive_repeats_the_mean_of_the_last_seasons():
    train = np.array([9, 9, 9, 1, 2, 3, 3, 4, 5], dtype=float)
    one = forecast("seasonal_naive", {}, train, 3, 4)
    assert one.predictions.tolist() == [3, 4, 5, 3]
    two = forecast("seasonal_naive", {"cycles": 2}, train, 3, 3)
    assert two.predictions.tolist() == [2, 3, 4]


def test_smoothing_is_flat_and_forgets_as_fast_as_told():
    train = np.array([10.0] * 20 + [20.0])
    half = forecast("exponential_smoothing", {"level": 0.5}, train, 1, 3)
    assert half.predictions == pytest.approx([15, 15, 15], abs=0.01)
    assert half.parameters == {"log": False, "trend": "none", "seasonal": "none", "level": 0.5}


def test_holt_winters_follows_a_trend():
    made = forecast("holt_winters", {"trend": "add", "level": 0.5, "slope": 0.2}, RISING, 1, 3)
    assert made.predictions == pytest.approx([41, 42, 43], abs=0.01)
    assert "damping" not in made.parameters
    assert "season" not in made.parameters


def test_holt_winters_learns_a_season():
    season = np.tile([5.0, 1.0, 9.0, 30.0], 10)
    speeds = {"trend": "none", "seasonal": "add", "level": 0.1, "season": 0.1}
    made = forecast("holt_winters", speeds, season, 4, 6)
    assert made.predictions == pytest.approx([5, 1, 9, 30, 5, 1], abs=0.5)


def test_what_is_not_given_is_estimated():
    made = forecast("holt_winters", {}, series.find("N1402").train, 12, 18)
    assert made.parameters["trend"] == "damped"
    assert made.parameters["seasonal"] == "add"
    assert 0 <= made.parameters["level"] <= 1
    assert {"slope", "damping", "season"} <= made.parameters.keys()


def test_nobody_sells_less_than_nothing():
    falling = forecast(
        "holt_winters", {"trend": "add", "level": 0.9, "slope": 0.9}, RISING[::-1], 1, 60
    )
    assert falling.predictions.min() == 0


def test_logarithms_cope_with_weeks_without_a_sale():
    train = np.array([0, 3, 0, 0, 7, 1, 0, 2, 0, 0, 4, 0], dtype=float)
    made = forecast("exponential_smoothing", {"log": True, "level": 0.3}, train, 1, 2)
    assert 0 < made.predictions[0] < 2


def test_the_figures_that_are_known_of_these_data():
    # Of whole data sets, as far as that takes no time: naive 1.66 and 0.855.
    retail = figures.figure("seasonal_naive", series.of("retail"))
    monthly = figures.figure("seasonal_naive", series.of("monthly"))
    assert (retail.series, monthly.series) == (896, 237)
    assert retail.mase == pytest.approx(1.6605, abs=0.0001)
    assert monthly.mase == pytest.approx(0.8548, abs=0.0001)
    smoothed = figures.figure("exponential_smoothing", series.of("retail"))
    assert smoothed.mase == pytest.approx(1.36, abs=0.01)


def test_holt_winters_beats_the_naive_forecast_on_monthly_series():
    few = series.of("monthly", 40)
    assert (
        figures.figure("holt_winters", few).mase < 0.95 * figures.figure("seasonal_naive", few).mase
    )
