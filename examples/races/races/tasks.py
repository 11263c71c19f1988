"""What Paceline runs: `python -m paceline.worker races.tasks` serves this module.

Light to import: numpy and scikit-learn come in with `load_predictor`, once a process, and count as
its set-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypedDict

import paceline as pl

from . import database, paths
from .errors import CannotPredict

if TYPE_CHECKING:
    from .predict import Predictor

app = pl.App()


class Params(TypedDict, total=False):
    """What a job may ask for; without any of it, every race is predicted."""

    race_ids: list[str]
    day: str
    limit: int
    simulations: int


def load_predictor() -> Predictor:
    """Loads the model and opens the database, once in each worker process."""
    from .predict import Predictor

    return Predictor(paths.database_path(), paths.model_path())


def list_races(params: Params) -> Iterator[pl.Item]:
    """The planner: the races that the job names, or all of a day, or all; oldest first."""
    race_ids = params.get("race_ids")
    if race_ids is None:
        connection = database.connect(paths.database_path())
        race_ids = database.race_ids(connection, params.get("day"), params.get("limit"))
        connection.close()
    for race_id in race_ids[: params.get("limit")]:
        yield pl.Item(key=race_id, payload={"race_id": race_id})


@app.task(
    items=list_races,
    setup=load_predictor,
    chunk_size=20,
    item_timeout="30s",
    identity=["race_ids", "day", "limit", "simulations"],
    retry=pl.Retry(3),
)
def predict_race(race: dict, ctx: pl.Context) -> dict:
    """Predicts one race. The row in `predictions` and the item's result hold the same numbers."""
    try:
        return ctx.state.predict(race["race_id"], ctx.params.get("simulations"))
    except CannotPredict as error:
        raise pl.Permanent(str(error)) from error
