"""Predicts one race: read its features, ask the model, simulate, keep the outcome.

Owns what a worker keeps warm and the tables `predictions` and `runner_predictions`.
"""

import sqlite3
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from . import database, model, vectors
from .errors import CannotPredict
from .simulate import SIMULATIONS, Outcome, seed_for, simulate

_EXACTAS = 3
_DIGITS = 5

_RACE = "SELECT race_date, race_course, race_number FROM races WHERE race_id = ?"
_STARTERS = f"""
    SELECT horse_id, horse_number, horse_name, vector
    FROM runners LEFT JOIN features USING (race_id, horse_id)
    WHERE race_id = ? AND started ORDER BY {database.RUNNER_ORDER}
"""
_KEEP_RACE = """
    INSERT INTO predictions (race_id, model, simulations, favourite, favourite_win,
                             exacta_first, exacta_second, exacta_likelihood, predicted_at)
    VALUES (:race_id, :model, :simulations, :favourite, :favourite_win,
            :exacta_first, :exacta_second, :exacta_likelihood, :predicted_at)
    ON CONFLICT (race_id) DO UPDATE SET
        model = excluded.model, simulations = excluded.simulations,
        favourite = excluded.favourite, favourite_win = excluded.favourite_win,
        exacta_first = excluded.exacta_first, exacta_second = excluded.exacta_second,
        exacta_likelihood = excluded.exacta_likelihood, predicted_at = excluded.predicted_at,
        times_predicted = times_predicted + 1
"""
_KEEP_RUNNER = """
    INSERT INTO runner_predictions (race_id, horse_id, win, place, mean_position)
    VALUES (?, ?, ?, ?, ?)
"""


class Predictor:
    """A loaded model and an open database: made once in each process, used for many races."""

    def __init__(self, database_path: Path, model_path: Path) -> None:
        if not model_path.exists():
            raise FileNotFoundError(f"no model at {model_path}: run `python -m races prepare`")
        self._model = model.load(model_path)
        self._connection = database.connect(database_path)

    def predict(self, race_id: str, simulations: int | None = None) -> dict:
        """Predicts one race, keeps it in the database, and returns it as plain JSON values."""
        simulations = SIMULATIONS if simulations is None else simulations
        if simulations < 1:
            raise CannotPredict(f"{simulations} simulations: at least one is needed")
        race = self._connection.execute(_RACE, (race_id,)).fetchone()
        starters = self._connection.execute(_STARTERS, (race_id,)).fetchall()
        if race is None:
            raise CannotPredict(f"there is no race {race_id}")
        if not starters:
            raise CannotPredict(f"no horse starts in race {race_id}")
        matrix = vectors.stack((row["vector"] for row in starters), len(self._model.features))
        block, win = self._model.win_probabilities(race["race_date"], matrix)
        outcome = simulate(win, seed_for(race_id), simulations)
        self._keep(race_id, block, simulations, starters, win, outcome)
        return _result(race_id, race, block, simulations, starters, win, outcome)

    def _keep(
        self,
        race_id: str,
        block: str,
        simulations: int,
        starters: list[sqlite3.Row],
        win: np.ndarray,
        outcome: Outcome,
    ) -> None:
        """Replaces the race's rows in one short transaction, so that repeating changes nothing."""
        favourite = int(win.argmax())
        exacta = next(iter(_best_exactas(outcome, 1)), None)
        row = {
            "race_id": race_id,
            "model": block,
            "simulations": simulations,
            "favourite": starters[favourite]["horse_id"],
            "favourite_win": float(win[favourite]),
            "exacta_first": starters[exacta[0]]["horse_id"] if exacta else None,
            "exacta_second": starters[exacta[1]]["horse_id"] if exacta else None,
            "exacta_likelihood": exacta[2] if exacta else None,
            "predicted_at": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        }
        columns = (win.tolist(), outcome.place.tolist(), outcome.mean_position.tolist())
        runners = [
            (race_id, starter["horse_id"], *values)
            for starter, *values in zip(starters, *columns, strict=True)
        ]
        with database.transaction(self._connection):
            self._connection.execute(_KEEP_RACE, row)
            self._connection.execute("DELETE FROM runner_predictions WHERE race_id = ?", (race_id,))
            self._connection.executemany(_KEEP_RUNNER, runners)


def _best_exactas(outcome: Outcome, count: int) -> list[tuple[int, int, float]]:
    """The likeliest (first, second, probability) by index of the starter, best first."""
    size = len(outcome.win)
    best = np.argsort(-outcome.exacta, axis=None, kind="stable")[: count if size > 1 else 0]
    return [(int(i // size), int(i % size), float(outcome.exacta.flat[i])) for i in best]


def _result(
    race_id: str,
    race: sqlite3.Row,
    block: str,
    simulations: int,
    starters: list[sqlite3.Row],
    win: np.ndarray,
    outcome: Outcome,
) -> dict:
    favourite = int(win.argmax())
    numbers = [row["horse_number"] for row in starters]
    return {
        "race_id": race_id,
        "race_date": race["race_date"],
        "race": f"{race['race_course']} {race['race_number']}",
        "model": block,
        "simulations": simulations,
        "favourite": starters[favourite]["horse_name"],
        "favourite_win": round(float(win[favourite]), _DIGITS),
        "places": outcome.places,
        "horse_numbers": numbers,
        "win": [round(value, _DIGITS) for value in win.tolist()],
        "place": [round(value, _DIGITS) for value in outcome.place.tolist()],
        "exacta": [
            [numbers[first], numbers[second], round(likelihood, _DIGITS)]
            for first, second, likelihood in _best_exactas(outcome, _EXACTAS)
        ],
    }
