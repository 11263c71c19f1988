from types import SimpleNamespace

import paceline as pl
import pytest

from races import database, days, tasks


def planned(**params):
    return [item.key for item in tasks.list_races(params)]


def test_the_task_is_declared():
    task = tasks.app.tasks["predict_race"]
    assert task.has_items
    assert task.setup is tasks.load_predictor


def test_the_planner_lists_every_race_oldest_first(build):
    items = list(tasks.list_races({}))
    assert len(items) == 1550
    assert items[0] == pl.Item(key="2014-001", payload={"race_id": "2014-001"})


def test_the_planner_narrows_by_params(build):
    assert planned(limit=3) == ["2014-001", "2014-002", "2014-003"]
    assert planned(race_ids=["2015-300", "2014-001"]) == ["2015-300", "2014-001"]
    assert planned(race_ids=["2015-300", "2014-001"], limit=1) == ["2015-300"]
    assert len(planned(day="2016-07-06")) == 9
    assert planned(day="2016-07-07") == []


def test_after_adding_a_day_the_planner_lists_it(connection):
    days.add_next(connection)
    assert len(planned()) == 1561


def test_the_handler_predicts_with_what_setup_loaded(connection):
    ctx = SimpleNamespace(state=tasks.load_predictor(), params={"simulations": 1000})
    result = tasks.predict_race({"race_id": "2014-001"}, ctx)
    assert result["simulations"] == 1000
    assert database.race_ids(connection, limit=1) == [result["race_id"]]
    assert connection.execute("SELECT race_id FROM predictions").fetchone()[0] == "2014-001"


def test_an_unknown_race_is_not_tried_again(build):
    ctx = SimpleNamespace(state=tasks.load_predictor(), params={})
    with pytest.raises(pl.Permanent, match="no race"):
        tasks.predict_race({"race_id": "nonsense"}, ctx)
