from dataclasses import replace

import numpy as np
import pytest

from races import features
from races.features import NAMES, describe_runner, walk
from races.history import History

DAY = "2015-03-01"


@pytest.fixture(scope="module")
def described(races):
    return list(walk(races))


def with_other_results(race):
    """The same race run backwards, at other times, with other odds and early positions."""
    size = len(race.runners)
    runners = [
        replace(
            runner,
            position=size - index if runner.started else None,
            dead_heat=False,
            finish_seconds=60.0 + index if runner.started else None,
            early_position=index + 1 if runner.started else None,
            odds=2.0 + index,
        )
        for index, runner in enumerate(race.runners)
    ]
    return replace(race, runners=tuple(runners))


def test_names_are_in_the_order_of_the_columns(races):
    race = races[0]
    assert tuple(describe_runner(History(), race, race.starters[0])) == NAMES


def test_results_of_a_day_and_later_change_no_feature_of_that_day(races, described):
    changed = [race if race.race_date < DAY else with_other_results(race) for race in races]
    later_differ = False
    for (race, before), (_, after) in zip(described, walk(changed), strict=True):
        if race.race_date <= DAY:
            np.testing.assert_array_equal(before, after)
        else:
            later_differ |= not np.array_equal(before, after, equal_nan=True)
    assert later_differ, "the altered results should have mattered afterwards"


def test_later_days_can_be_missing_altogether(races, described):
    early = [race for race in races if race.race_date <= DAY]
    for (_, before), (_, after) in zip(described, walk(early), strict=False):
        np.testing.assert_array_equal(before, after)


def test_odds_are_no_feature(races, described):
    without = [
        replace(race, runners=tuple(replace(runner, odds=None) for runner in race.runners))
        for race in races
    ]
    for (_, before), (_, after) in zip(described, walk(without), strict=True):
        np.testing.assert_array_equal(before, after)


def test_runners_withdrawn_have_no_row(described):
    for race, matrix in described:
        assert matrix.shape == (len(race.starters), len(NAMES))


def test_on_the_first_day_no_horse_has_a_past(described):
    for race, matrix in described:
        if race.race_date == "2014-09-14":
            assert (matrix[:, NAMES.index("first_start")] == 1).all()
            assert np.isnan(matrix[:, NAMES.index("speed")]).all()


def test_a_missing_jockey_counts_as_an_average_one(races):
    history = History()
    history.learn([race for race in races if race.race_date == "2014-09-14"])
    race = next(race for race in races if race.race_date > "2014-09-14")
    nobody = replace(race.starters[0], jockey=None, trainer=None, draw=None)
    found = describe_runner(history, race, nobody)
    assert (found["jockey_win"], found["jockey_place"], found["trainer_win"]) == (0, 0, 0)
    assert np.isnan(found["draw"])


def test_in_a_dead_heat_the_winners_share_the_win(races):
    race = next(r for r in races if sum(s.position == 1 for s in r.starters) == 2)
    history = History()
    history.learn([race])
    winners = [runner.horse_id for runner in race.starters if runner.position == 1]
    assert [history.horses[horse].tally.wins for horse in winners] == [0.5, 0.5]


def test_seasons_since_arrival_follow_the_brand():
    assert features._season("2015-07-15") == 2014
    assert features._season("2015-09-06") == 2015
