import math
from itertools import groupby
from operator import itemgetter
from statistics import fmean

import pytest

from races import database, score


@pytest.fixture
def everything_predicted(predictor, connection):
    for race_id in database.race_ids(connection):
        predictor.predict(race_id, simulations=10)
    return connection


def test_the_loss_of_a_dead_heat_is_the_mean_of_its_winners():
    assert score.loss([0.5, 0.25, 0.25], [1]) == pytest.approx(math.log(4))
    assert score.loss([0.5, 0.25, 0.25], [0, 1]) == pytest.approx((math.log(2) + math.log(4)) / 2)


def test_odds_become_probabilities_without_the_margin():
    assert score.odds_probabilities([2.0, 4.0, 4.0]) == pytest.approx([0.5, 0.25, 0.25])
    assert score.odds_probabilities([2.0, None]) is None


def test_log_losses_are_where_they_should_be(everything_predicted):
    rows = {row.part: row for row in score.table(list(score.scored_races(everything_predicted)))}
    everything, trained = rows["all"], rows["all trained"]
    assert everything.races == 1550
    assert everything.uniform == pytest.approx(2.52, abs=0.01)
    assert everything.odds == pytest.approx(2.02, abs=0.01)
    assert 2.15 < trained.model < 2.3
    assert 2.15 < everything.model < 2.3
    assert rows["first weeks, prior only"].model < everything.uniform
    text, leaks = score.report(everything_predicted)
    assert not leaks
    assert "4 races with two winners" in text


def test_the_model_knows_nothing_that_the_odds_do_not(everything_predicted):
    """Some knowledge of results would make a mixture with the odds better than the odds alone."""
    rows = everything_predicted.execute(
        """SELECT race_id, win, odds, position FROM runner_predictions
           JOIN runners USING (race_id, horse_id) ORDER BY race_id"""
    )
    alone, mixed = [], []
    for _, group in groupby(rows, key=itemgetter(0)):
        _, win, odds, positions = zip(*group, strict=True)
        winners = [index for index, position in enumerate(positions) if position == 1]
        market = score.odds_probabilities(odds)
        mixture = [w**0.1 * m**0.9 for w, m in zip(win, market, strict=True)]
        alone.append(score.loss(market, winners))
        mixed.append(score.loss([value / sum(mixture) for value in mixture], winners))
    assert fmean(mixed) > fmean(alone) - 0.005


def test_a_model_that_knows_results_is_found_out(everything_predicted):
    everything_predicted.execute(
        """UPDATE runner_predictions SET win = 0.9 WHERE (race_id, horse_id) IN
           (SELECT race_id, horse_id FROM runners WHERE position = 1)"""
    )
    text, leaks = score.report(everything_predicted)
    assert leaks
    assert "LEAK?" in text


def test_nothing_predicted_is_no_table(connection):
    text, leaks = score.report(connection)
    assert "nothing predicted yet" in text
    assert not leaks
