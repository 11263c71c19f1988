import pytest

from races.source import parse_class, parse_position, parse_runner, parse_surface, parse_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", (True, 1, False)),
        ("14", (True, 14, False)),
        ("4 DH", (True, 4, True)),
        ("1 DH", (True, 1, True)),
        ("PU", (True, None, False)),
        ("UR", (True, None, False)),
        ("FE", (True, None, False)),
        ("DNF", (True, None, False)),
        ("TNP", (True, None, False)),
        ("DISQ", (True, None, False)),
        ("WV", (False, None, False)),
        ("WV-A", (False, None, False)),
        ("WX", (False, None, False)),
        ("WX-A", (False, None, False)),
        ("", (False, None, False)),
    ],
)
def test_a_finishing_position_tells_start_place_and_dead_heat(text, expected):
    assert parse_position(text) == expected


def test_times_classes_and_surfaces():
    assert parse_time("1.22.33") == pytest.approx(82.33)
    assert parse_time("") is None
    assert parse_class("Class 4 (Restricted)") == 4
    assert parse_class("Hong Kong Group Two") == 0
    assert parse_class("Griffin Race") is None
    assert parse_surface('TURF - "C+3" COURSE') == "turf"
    assert parse_surface("ALL WEATHER TRACK") == "dirt"


def test_what_the_source_leaves_out_is_none():
    runner = parse_runner(
        {
            "race_id": "r",
            "horse_id": "T1",
            "horse_number": "",
            "horse_name": "NOBODY UP",
            "jockey": "",
            "trainer": "",
            "draw": "",
            "carried_weight_lb": "-",
            "horse_weight_lb": "-",
            "win_odds": "",
            "finishing_position": "WV",
            "finish_time": "",
            "running_position_1": "",
        }
    )
    assert not runner.started
    unknown = (runner.jockey, runner.trainer, runner.draw, runner.carried_weight_lb, runner.odds)
    assert unknown == (None,) * 5


def test_the_whole_of_both_seasons_is_read(races):
    runners = [runner for race in races for runner in race.runners]
    assert (len(races), len(runners)) == (1561, 19996)
    assert sum(not runner.started for runner in runners) == 401
    assert sum(runner.jockey is None for runner in runners) == 19
    assert sum(runner.dead_heat for runner in runners) == 97
    two_winners = [race for race in races if sum(r.position == 1 for r in race.runners) == 2]
    assert len(two_winners) == 4
    assert all(any(r.position == 1 for r in race.starters) for race in races)


def test_races_come_in_the_order_of_their_days(races):
    days = [race.race_date for race in races]
    assert days == sorted(days)
    assert (days[0], days[-1]) == ("2014-09-14", "2016-07-10")
