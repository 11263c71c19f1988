import numpy as np
import pytest

from forecasts import series
from forecasts.cleaning import clean
from forecasts.errors import CannotForecast


def test_every_published_series_is_there():
    retail, monthly = series.of("retail"), series.of("monthly")
    assert (len(retail), len(monthly)) == (896, 237)
    assert {len(one.values) for one in retail} == {52}
    assert retail[0].labels[0] == "2010-12-06"
    assert retail[0].labels[-1] == "2011-11-28"
    zeros = sum(int((one.values == 0).sum()) for one in retail)
    assert zeros / (896 * 52) == pytest.approx(0.216, abs=0.0005)
    lengths = [len(one.values) for one in monthly]
    assert (min(lengths), max(lengths)) == (68, 126)


def test_the_last_values_are_held_out():
    sku, month = series.find("23166"), series.find("N1402")
    assert (len(sku.train), len(sku.held_out), sku.season) == (44, 8, 1)
    assert (len(month.train), len(month.held_out), month.season) == (50, 18, 12)


def test_the_largest_come_first():
    sums = [one.train.sum() for one in series.of("retail", 20)]
    assert sums == sorted(sums, reverse=True)


def test_a_series_as_it_was_some_weeks_ago():
    now = series.find("10133")
    then = now.until("2011-10-31")
    assert then.labels[-1] == "2011-10-31"
    np.testing.assert_array_equal(then.values, now.values[:48])
    assert now.until(None) is now
    with pytest.raises(CannotForecast, match="has no 2011-11-01"):
        now.until("2011-11-01")
    with pytest.raises(CannotForecast, match="too short"):
        now.until("2011-01-03")


def test_an_unknown_series_is_named():
    with pytest.raises(CannotForecast, match="no series `nonsense`"):
        series.find("nonsense")


def test_the_cancelled_order_is_cut_and_told():
    train = series.find("23166").train
    assert train.max() == 74_215
    cleaned, notes = clean(train)
    assert cleaned.max() == 393
    assert notes == ["74,215 at position 7 was taken for 393"]
    assert train.max() == 74_215, "what was read stays as it is"


def test_no_other_series_is_changed():
    changed = [one.id for one in series.all_series().values() if clean(one.train)[1]]
    assert changed == ["23166"]
