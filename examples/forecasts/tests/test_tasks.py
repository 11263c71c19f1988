import paceline as pl
import pytest
from paceline import testing

from forecasts import batches, series, tasks
from forecasts.optimise import optimise

PARAMS = {"sku": "10133", "model": "exponential_smoothing", "method": "grid"}


def test_the_task_is_declared():
    task = tasks.app.tasks["optimise"]
    assert not task.has_items
    schema = task.params_schema
    assert schema["required"] == ["method", "model", "sku"]
    assert schema["properties"]["method"] == {"enum": ["grid", "ai"]}
    assert set(schema["properties"]["model"]["enum"]) == set(batches.MODELS)


def test_a_job_gives_what_a_direct_call_gives_and_tells_how_far_it_is():
    ctx = testing.context(params=PARAMS)
    direct = optimise(series.find("10133"), "exponential_smoothing", "grid")
    assert testing.run(tasks.app, "optimise", PARAMS, ctx=ctx) == direct
    last = ctx.messages[-1]
    assert last["fraction"] == 1
    assert last["message"].startswith("17 of 17 tried, best MASE")


def test_what_can_never_work_is_not_tried_again():
    with pytest.raises(pl.Permanent, match="no series `x`"):
        testing.run(tasks.app, "optimise", {**PARAMS, "sku": "x"})


def test_a_cancelled_search_stops():
    ctx = testing.context(params=PARAMS)
    ctx.cancel()
    with pytest.raises(tasks.Cancelled):
        testing.run(tasks.app, "optimise", PARAMS, ctx=ctx)
