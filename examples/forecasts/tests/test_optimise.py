import json

import numpy as np
import pytest

from forecasts import series, table
from forecasts.errors import CannotForecast
from forecasts.optimise import optimise
from forecasts.series import Series


def made_of(values, dataset="retail"):
    labels = tuple(str(position) for position in range(len(values)))
    return Series("made", "made up", dataset, labels, np.array(values, dtype=float))


def test_a_result_has_parameters_metrics_and_predictions():
    heard = []
    result = optimise(
        series.find("23166"), "holt_winters", "grid", told=lambda *said: heard.append(said)
    )
    assert result["tried"] == 31
    assert [done for done, _, _ in heard] == list(range(1, 32))
    assert heard[-1][2] == pytest.approx(result["validation_mase"], abs=1e-4)
    assert len(result["predicted"]) == len(result["actual"]) == 8
    assert len(result["history"]) + 8 == len(result["labels"]) == 52
    assert result["metrics"]["mase"] < result["metrics"]["naive_mase"]
    assert result["notes"] == ["74,215 at position 7 was taken for 393"]
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_the_search_never_sees_what_is_held_out():
    real = series.find("10133")
    other = Series(real.id, "", "retail", real.labels, np.append(real.train, [999.0] * 8))
    one, two = (optimise(each, "exponential_smoothing", "ai", 15) for each in (real, other))
    assert one["best"] == two["best"]
    assert one["predicted"] == two["predicted"]
    assert one["metrics"] != two["metrics"]


def test_a_search_is_at_least_as_good_in_the_past_as_no_search():
    found = optimise(series.find("N1402"), "holt_winters", "ai", 30)
    unsearched = optimise(series.find("N1402"), "holt_winters", "ai", 1)
    assert unsearched["tried"] == 1
    assert len({str(one["parameters"]) for one in found["best"]}) == 5
    assert found["validation_mase"] <= unsearched["validation_mase"]


def test_series_that_are_too_short_or_never_change_are_refused():
    with pytest.raises(CannotForecast, match="too short"):
        optimise(made_of(range(27)), "holt_winters", "grid")
    assert optimise(made_of(range(28)), "seasonal_naive", "grid")["tried"] > 1
    with pytest.raises(CannotForecast, match="never changes"):
        optimise(made_of([5] * 40), "exponential_smoothing", "grid")


def test_a_table_of_results_that_failed_and_that_wait():
    result = optimise(series.find("10133"), "seasonal_naive", "grid")
    params = {"sku": "10133", "model": "seasonal_naive", "method": "grid"}
    jobs = [
        {"state": "completed", "params": params, "result": result, "error": None},
        {"state": "failed", "params": params, "result": None, "error": {"message": "no luck"}},
        {"state": "pending", "params": params, "result": None, "error": None},
    ]
    lines = table.text(jobs).splitlines()
    assert lines[0].split()[:3] == ["SERIES", "MODEL", "METHOD"]
    assert f"{result['metrics']['mase']:.3f}" in lines[1]
    assert table.parameters(result["parameters"]) in lines[1]
    assert lines[2].endswith("failed no luck")
    assert lines[3].endswith("pending")
    assert any(line.startswith("seasonal_naive by grid") for line in lines[4:])
    assert table.means([]) == ["nothing to show yet"]
    assert table.answered({"cached_from": None} for _ in jobs) == ""
    assert table.answered({"cached_from": "x"} for _ in jobs).startswith("3 answered")
