import numpy as np
import pytest

from races import model, paths, train
from races.features import NAMES


@pytest.fixture(scope="module")
def trained(races):
    return train.train(races)


def coefficients(block):
    return block.classifier[-1].coef_


def test_a_feature_is_its_distance_to_the_field_and_unknown_is_average():
    matrix = np.array([[1.0, np.nan, 5.0], [3.0, np.nan, np.nan]])
    expected = [[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    np.testing.assert_array_equal(model.against_field(matrix), expected)


def test_a_race_is_predicted_by_a_model_that_never_saw_its_month(trained, races):
    for race in races:
        block = trained.block_for(race.race_date)
        assert block is None or block.from_date <= race.race_date
    assert trained.block_for("2014-09-14") is None
    assert trained.block_for("2015-03-01").from_date == "2015-03-01"
    assert trained.block_for("2020-01-01") == trained.blocks[-1]


def test_months_to_come_teach_a_model_nothing(trained, races):
    shorter = train.train([race for race in races if race.race_date < "2015-06-10"])
    assert shorter.blocks[-1].from_date == "2015-06-01"
    for block, same in zip(shorter.blocks, trained.blocks, strict=False):
        assert block.from_date == same.from_date
        np.testing.assert_array_equal(coefficients(block), coefficients(same))


def test_probabilities_add_up_whatever_is_known(trained):
    for day in ("2014-09-14", "2016-01-01"):
        name, win = trained.win_probabilities(day, np.full((9, len(NAMES)), np.nan))
        assert (name == model.PRIOR) == (day < "2014-11")
        np.testing.assert_allclose(win, np.full(9, 1 / 9))


def test_a_model_survives_pickling(trained, tmp_path):
    path = tmp_path / paths.model_path().name
    model.save(trained, path)
    matrix = np.random.default_rng(0).normal(size=(8, len(NAMES)))
    before = trained.win_probabilities("2016-01-01", matrix)[1]
    np.testing.assert_array_equal(
        model.load(path).win_probabilities("2016-01-01", matrix)[1], before
    )
    assert list(tmp_path.iterdir()) == [path]
