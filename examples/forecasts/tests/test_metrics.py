import numpy as np
import pytest

from forecasts import metrics


def array(*values):
    return np.array(values, dtype=float)


def test_mase_by_hand():
    # The naive errors of the past are 2, 1, 3: a mean of 2. Those of the forecast are 1 and 3.
    train = array(10, 12, 11, 14)
    assert metrics.scale(train, 1) == 2
    assert metrics.mase(array(10, 20), array(11, 17), train, 1) == 1


def test_mase_scales_by_the_season():
    # Two seasons of three: from one to the next 1, 2 and 3 more, a mean of 2.
    train = array(1, 5, 9, 2, 7, 12)
    assert metrics.scale(train, 3) == 2
    assert metrics.mase(array(3), array(7), train, 3) == 2


def test_the_naive_forecast_in_its_own_past_has_a_mase_of_one():
    values = np.random.default_rng(1).poisson(20, size=200).astype(float)
    assert metrics.mase(values[1:], values[:-1], values, 1) == pytest.approx(1)


@pytest.mark.parametrize("train", [array(4, 4, 4), array(4)])
def test_there_is_no_mase_where_nothing_changed(train):
    assert metrics.mase(array(1), array(2), train, 1) is None


def test_smape_by_hand():
    assert metrics.smape(array(100), array(50)) == pytest.approx(200 * 50 / 150)
    # Symmetric; and a week without a sale is right, or as wrong as can be.
    assert metrics.smape(array(50), array(100)) == metrics.smape(array(100), array(50))
    assert metrics.smape(array(0), array(0)) == 0
    assert metrics.smape(array(0, 5), array(3, 0)) == 200
    assert metrics.smape(array(0, 100), array(0, 50)) == pytest.approx(100 * 50 / 150)
