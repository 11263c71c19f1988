"""How good the kept predictions were: log-loss beside the odds' and the uniform's.

The loss of a race is minus the logarithm of the probability given to its winner; in a dead heat it
is the mean over the winners. Withdrawn runners do not count. Owns the table; predicts nothing.
"""

import math
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean

from .model import PRIOR

# The closing odds know all that the public knows and score 2.02. A model that never sees them and
# scores below this has seen a result.
LEAK_BELOW = 1.95
_SECOND_SEASON = "2015-08-01"

_PREDICTED = """
    SELECT races.race_id, race_date, model, win, odds, position
    FROM predictions JOIN races USING (race_id) JOIN runner_predictions USING (race_id)
    JOIN runners USING (race_id, horse_id)
    ORDER BY race_date, races.race_id
"""
_COUNTS = """
    SELECT count(*) FILTER (WHERE started AND dead_heat) AS dead_heat,
           count(*) FILTER (WHERE NOT started) AS withdrawn,
           count(*) FILTER (WHERE started AND position IS NULL) AS unplaced,
           count(*) FILTER (WHERE jockey IS NULL) AS without_jockey
    FROM runners JOIN predictions USING (race_id)
"""


@dataclass(frozen=True, slots=True)
class Scored:
    """One predicted race. `odds` is `None` where a starter has no odds."""

    race_id: str
    race_date: str
    model: str
    winners: int
    loss: float
    odds: float | None
    uniform: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: mean losses per race of a part of the races."""

    part: str
    races: int
    model: float
    odds: float
    uniform: float

    @property
    def leaks(self) -> bool:
        """Whether the model is better than it can be."""
        return self.model < LEAK_BELOW


def loss(probabilities: list[float], winners: list[int]) -> float:
    """Minus the log of the winner's probability; the mean over all winners of a dead heat."""
    return fmean(-math.log(probabilities[index]) for index in winners)


def odds_probabilities(odds: list[float | None]) -> list[float] | None:
    """What decimal odds say once the bookmaker's margin is taken out."""
    if any(value is None for value in odds):
        return None
    total = sum(1 / value for value in odds)
    return [1 / value / total for value in odds]


def scored_races(connection: sqlite3.Connection) -> Iterator[Scored]:
    """Every predicted race whose winner is known, in the order of days."""
    rows = connection.execute(_PREDICTED)
    for race_id, group in groupby(rows, key=lambda row: row["race_id"]):
        runners = list(group)
        winners = [i for i, row in enumerate(runners) if row["position"] == 1]
        if not winners:
            continue
        market = odds_probabilities([row["odds"] for row in runners])
        yield Scored(
            race_id=race_id,
            race_date=runners[0]["race_date"],
            model=runners[0]["model"],
            winners=len(winners),
            loss=loss([row["win"] for row in runners], winners),
            odds=None if market is None else loss(market, winners),
            uniform=math.log(len(runners)),
        )


# Which races each line of the table is about.
_PARTS: tuple[tuple[str, Callable[[Scored], bool]], ...] = (
    ("first weeks, prior only", lambda race: race.model == PRIOR),
    (
        "season 2014/15, trained on earlier months",
        lambda race: race.model != PRIOR and race.race_date < _SECOND_SEASON,
    ),
    ("season 2015/16, trained on earlier months", lambda race: race.race_date >= _SECOND_SEASON),
    ("all trained", lambda race: race.model != PRIOR),
    ("all", lambda race: True),
)


def table(races: list[Scored]) -> list[Row]:
    """Mean losses by part; parts without races are left out. Every part is out of sample."""
    rows = []
    for part, belongs in _PARTS:
        chosen = [race for race in races if belongs(race)]
        if not chosen:
            continue
        market = [race.odds for race in chosen if race.odds is not None]
        rows.append(
            Row(
                part=part,
                races=len(chosen),
                model=fmean(race.loss for race in chosen),
                odds=fmean(market) if market else math.nan,
                uniform=fmean(race.uniform for race in chosen),
            )
        )
    return rows


def report(connection: sqlite3.Connection) -> tuple[str, bool]:
    """The table as text, and whether any trained part looks as if it leaked."""
    races = list(scored_races(connection))
    if not races:
        return "nothing predicted yet: `paceline submit predict_race`", False
    rows = table(races)
    head = "log-loss per race (lower is better)"
    lines = [f"{head:<42} {'races':>6} {'model':>7} {'odds':>7} {'uniform':>8}"]
    lines += [
        f"{row.part:<42} {row.races:>6} {row.model:>7.3f} {row.odds:>7.3f} {row.uniform:>8.3f}"
        + ("  LEAK? no model without odds can be this good" if row.leaks else "")
        for row in rows
    ]
    counts = connection.execute(_COUNTS).fetchone()
    shared = sum(race.winners > 1 for race in races)
    lines.append(
        f"handled: {shared} races with two winners, {counts['dead_heat']} runners in dead heats, "
        f"{counts['withdrawn']} withdrawn, {counts['unplaced']} that did not finish, "
        f"{counts['without_jockey']} without a jockey"
    )
    return "\n".join(lines), any(row.leaks for row in rows)
