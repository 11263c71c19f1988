"""Turns races into numbers, from strictly earlier days only.

Owns the list of features and the one chronological pass that makes them. Reads no odds, not even
past ones: the point is to be judged against them. Rest days, going, change of class and of
distance, and the record of jockey and trainer together were tried on the first season and brought
nothing.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

import numpy as np

from .history import Career, History, PastRun, Tally, draw_key, implied_rating
from .records import Race, Runner

NAMES = (
    "starts",
    "first_start",
    "win_record",
    "place_record",
    "last_score",
    "form_score",
    "well_in_lb",
    "best_well_in_lb",
    "speed",
    "best_speed",
    "early_pace",
    "at_distance",
    "at_course",
    "on_surface",
    "rating_change_lb",
    "weight_change_lb",
    "jockey_win",
    "jockey_place",
    "trainer_win",
    "draw",
    "draw_record",
    "draw_pace",
    "carried_lb",
    "horse_weight_lb",
    "seasons",
)

_FORM_DECAY = 0.75
_RECENT_RUNS = 6
# Expected wins of an average career that a tally is drawn to; for places three times as many.
_PERSON_PRIOR = 4.0
_HORSE_PRIOR = 0.5
_DRAW_PRIOR = 6.0
_LAST_STALL = 14
# Hong Kong brands a horse with a letter for the season of its arrival (T: 2014/15) and skips some.
_BRAND_SEASONS = {letter: 2006 + i for i, letter in enumerate("HJKLMNPSTV")}


def walk(races: Iterable[Race]) -> Iterator[tuple[Race, np.ndarray]]:
    """Describes races (in the order of their days), learning each day only after describing it.

    Yields each race with its matrix of shape (starters, features), float64, NaN where unknown.
    """
    history = History()
    for _, group in groupby(races, key=lambda race: race.race_date):
        day = list(group)
        yield from [(race, describe(history, race)) for race in day]
        history.learn(day)


def describe(history: History, race: Race) -> np.ndarray:
    """The features of a race's starters: shape (starters, features), NaN where unknown."""
    rows = [list(describe_runner(history, race, runner).values()) for runner in race.starters]
    return np.array(rows).reshape(-1, len(NAMES))


def describe_runner(history: History, race: Race, runner: Runner) -> dict[str, float]:
    """The features of one runner by name, in the order of `NAMES`. Knows nothing of its rivals."""
    career = history.horses.get(runner.horse_id) or Career()
    rating = implied_rating(race, runner)
    form = _form(career.runs, rating)
    return {
        **_record(career),
        **form,
        **_aptitude(career.runs, race),
        **_change(career.runs, runner, rating),
        **_people(history, runner),
        **_start(history, race, runner, form["early_pace"]),
        **_body(race, runner),
    }


def _record(career: Career) -> dict[str, float]:
    return {
        "starts": math.log1p(career.tally.starts),
        "first_start": float(career.tally.starts == 0),
        "win_record": _log_win(career.tally, _HORSE_PRIOR),
        "place_record": _log_place(career.tally, _HORSE_PRIOR),
    }


def _form(runs: list[PastRun], rating: float) -> dict[str, float]:
    recent = runs[-_RECENT_RUNS:]
    performances = [run.performance_lb - rating for run in recent]
    speeds = _known(recent, lambda run: run.speed)
    return {
        "last_score": recent[-1].score if recent else 0.0,
        "form_score": _decayed([run.score for run in recent], nothing=0.0, prior=1.0),
        "well_in_lb": _decayed(performances),
        "best_well_in_lb": max(performances, default=math.nan),
        "speed": _decayed(speeds),
        "best_speed": max(speeds, default=math.nan),
        "early_pace": _decayed(_known(recent, lambda run: run.early)),
    }


def _aptitude(runs: list[PastRun], race: Race) -> dict[str, float]:
    return {
        "at_distance": _suited(runs, lambda run: abs(run.distance_m - race.distance_m) <= 150),
        "at_course": _suited(runs, lambda run: run.race_course == race.race_course),
        "on_surface": _suited(runs, lambda run: run.surface == race.surface),
    }


def _change(runs: list[PastRun], runner: Runner, rating: float) -> dict[str, float]:
    weight, before = runner.horse_weight_lb, runs[-1].horse_weight_lb if runs else None
    return {
        "rating_change_lb": rating - runs[-1].rating_lb if runs else 0.0,
        "weight_change_lb": 0.0 if weight is None or before is None else weight - before,
    }


def _people(history: History, runner: Runner) -> dict[str, float]:
    """How well jockey and trainer do. Nobody named, or nobody known, counts as an average one."""
    jockey = history.jockeys.get(runner.jockey)
    trainer = history.trainers.get(runner.trainer)
    return {
        "jockey_win": _log_win(jockey, _PERSON_PRIOR),
        "jockey_place": _log_place(jockey, _PERSON_PRIOR),
        "trainer_win": _log_win(trainer, _PERSON_PRIOR),
    }


def _start(history: History, race: Race, runner: Runner, early_pace: float) -> dict[str, float]:
    if runner.draw is None:
        return {"draw": math.nan, "draw_record": 0.0, "draw_pace": math.nan}
    inside = 1 - 2 * (runner.draw - 1) / (_LAST_STALL - 1)
    tally = history.draws.get(draw_key(race, runner.draw))
    return {
        "draw": inside,
        "draw_record": _log_place(tally, _DRAW_PRIOR),
        "draw_pace": inside * early_pace,
    }


def _body(race: Race, runner: Runner) -> dict[str, float]:
    arrived = _BRAND_SEASONS.get(runner.horse_id[:1])
    return {
        "carried_lb": _or_nan(runner.carried_weight_lb),
        "horse_weight_lb": _or_nan(runner.horse_weight_lb),
        "seasons": math.nan if arrived is None else float(_season(race.race_date) - arrived),
    }


def _season(race_date: str) -> int:
    """The year in which the season began: seasons run from September to July."""
    year, month = int(race_date[:4]), int(race_date[5:7])
    return year if month >= 8 else year - 1


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _known(runs: list[PastRun], pick: Callable[[PastRun], float | None]) -> list[float]:
    return [value for run in runs if (value := pick(run)) is not None]


def _log_win(tally: Tally | None, prior: float) -> float:
    return math.log(tally.win_ratio(prior)) if tally else 0.0


def _log_place(tally: Tally | None, prior: float) -> float:
    return math.log(tally.place_ratio(3 * prior)) if tally else 0.0


def _decayed(values: list[float], nothing: float = math.nan, prior: float = 0.0) -> float:
    """Mean of `values` (oldest first) in which later ones weigh more; `nothing` if there are none.

    `prior` is the weight of one more value, zero, that draws short histories to the middle.
    """
    if not values:
        return nothing
    total, weights = 0.0, prior
    for age, value in enumerate(reversed(values)):
        weight = _FORM_DECAY**age
        total += weight * value
        weights += weight
    return total / weights


def _suited(runs: list[PastRun], alike: Callable[[PastRun], bool]) -> float:
    """How much better than usual the horse scored in runs `alike`, shrunk by three usual runs."""
    usual = sum(run.score for run in runs) / len(runs) if runs else 0.0
    scores = [run.score - usual for run in runs if alike(run)]
    return sum(scores) / (len(scores) + 3)
