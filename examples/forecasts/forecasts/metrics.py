"""How good a forecast is, in two numbers that can be compared across series."""

from __future__ import annotations

import numpy as np


def mase(actual: np.ndarray, predicted: np.ndarray, train: np.ndarray, season: int) -> float | None:
    """The mean absolute scaled error: below 1 is better than the naive forecast was in the past.

    The mean absolute error divided by that of the (seasonal) naive forecast, one season ahead,
    within `train`: Hyndman and Koehler, "Another look at measures of forecast accuracy",
    International Journal of Forecasting 22 (2006), section 3. Unlike errors in percent it copes
    with weeks without a sale. None when `train` never changes from season to season: nothing to
    divide by.
    """
    unit = scale(train, season)
    return None if unit is None else float(np.mean(np.abs(actual - predicted)) / unit)


def scale(train: np.ndarray, season: int) -> float | None:
    """The mean absolute error of the naive forecast, one season ahead, within `train`."""
    if len(train) <= season:
        return None
    unit = float(np.mean(np.abs(train[season:] - train[:-season])))
    return unit or None


def smape(actual: np.ndarray, predicted: np.ndarray) -> float:
    """The symmetric mean absolute percentage error, 0 to 200.

    The mean of 200 |A - F| / (|A| + |F|): Makridakis and Hibon, "The M3-Competition: results,
    conclusions and implications", International Journal of Forecasting 16 (2000), appendix A. Where
    both are 0 the forecast was right, and the error is 0.
    """
    size = np.abs(actual) + np.abs(predicted)
    error = np.abs(actual - predicted)
    return float(np.mean(200 * error / np.where(size == 0, 1, size)))
