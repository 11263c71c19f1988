import multiprocessing

import pytest

from races import database, paths
from races.errors import CannotPredict
from races.predict import Predictor

DEAD_HEAT = "2015-239"
MISSING_JOCKEY = "2014-161"


def kept(connection, race_id):
    """What the database holds of a prediction, but for when and how often it was made."""
    race = dict(
        connection.execute("SELECT * FROM predictions WHERE race_id = ?", (race_id,)).fetchone()
    )
    runners = connection.execute(
        "SELECT * FROM runner_predictions WHERE race_id = ? ORDER BY horse_id", (race_id,)
    ).fetchall()
    del race["predicted_at"]
    return race.pop("times_predicted"), race, [tuple(row) for row in runners]


@pytest.mark.parametrize("race_id", ["2014-001", "2015-300", DEAD_HEAT, MISSING_JOCKEY])
def test_probabilities_of_the_starters_add_up(predictor, connection, race_id):
    result = predictor.predict(race_id, simulations=2_000)
    starters = connection.execute(
        "SELECT count(*) FROM runners WHERE race_id = ? AND started", (race_id,)
    ).fetchone()[0]
    assert len(result["win"]) == len(result["place"]) == starters
    assert sum(result["win"]) == pytest.approx(1, abs=1e-4)
    assert sum(result["place"]) == pytest.approx(result["places"], abs=1e-3)
    assert result["favourite_win"] == max(result["win"])
    assert len(result["exacta"]) == 3


def test_predicting_again_changes_nothing_but_the_count(predictor, connection):
    first_result = predictor.predict("2015-300", simulations=2_000)
    first = kept(connection, "2015-300")
    assert predictor.predict("2015-300", simulations=2_000) == first_result
    second = kept(connection, "2015-300")
    assert (first[0], second[0]) == (1, 2)
    assert first[1:] == second[1:]


def test_the_rows_hold_what_the_result_says(predictor, connection):
    result = predictor.predict("2015-300", simulations=2_000)
    _, race, runners = kept(connection, "2015-300")
    assert race["model"] == result["model"] == "2016-01-01"
    assert sorted(round(row[2], 5) for row in runners) == sorted(result["win"])


def test_a_late_withdrawal_leaves_the_others_with_all_the_chances(predictor, connection):
    before = predictor.predict("2015-300", simulations=500)
    connection.execute(
        "UPDATE runners SET started = 0 WHERE race_id = '2015-300' AND horse_number = ?",
        (before["horse_numbers"][0],),
    )
    after = predictor.predict("2015-300", simulations=500)
    assert after["horse_numbers"] == before["horse_numbers"][1:]
    assert sum(after["win"]) == pytest.approx(1, abs=1e-4)
    assert len(kept(connection, "2015-300")[2]) == len(after["win"])


def test_a_starter_without_features_is_taken_for_average(predictor, connection):
    connection.execute("DELETE FROM features WHERE race_id = '2015-300'")
    win = predictor.predict("2015-300", simulations=500)["win"]
    assert win == pytest.approx([1 / len(win)] * len(win), abs=1e-4)


def test_what_cannot_be_predicted_says_so(predictor, connection):
    with pytest.raises(CannotPredict, match="no race 1999-001"):
        predictor.predict("1999-001")
    with pytest.raises(CannotPredict, match="at least one"):
        predictor.predict("2015-300", simulations=0)
    connection.execute("UPDATE runners SET started = 0 WHERE race_id = '2015-301'")
    with pytest.raises(CannotPredict, match="no horse starts"):
        predictor.predict("2015-301")


def test_features_of_another_version_are_refused_with_advice(predictor, connection):
    connection.execute("UPDATE features SET vector = zeroblob(8) WHERE race_id = '2015-300'")
    with pytest.raises(ValueError, match="races reset"):
        predictor.predict("2015-300")


def test_without_preparation_the_first_step_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="races prepare"):
        Predictor(tmp_path / "races.db", tmp_path / "model.pkl")
    with pytest.raises(FileNotFoundError, match="races prepare"):
        database.connect(tmp_path / "races.db")


def predict_some(race_ids):
    """What one of several processes does."""
    predictor = Predictor(paths.database_path(), paths.model_path())
    for race_id in race_ids:
        predictor.predict(race_id, simulations=10)


def test_processes_write_to_the_same_tables_at_once(connection):
    race_ids = database.race_ids(connection, limit=120)
    spawn = multiprocessing.get_context("spawn")
    # Every race twice, by different processes.
    with spawn.Pool(2) as pool:
        pool.map(predict_some, [race_ids, race_ids[::-1]], chunksize=1)
    counts = connection.execute("SELECT times_predicted FROM predictions").fetchall()
    assert [row[0] for row in counts] == [2] * 120
