"""Features in and out of the database, a vector a starter. Owns the table `features`."""

import sqlite3
from collections.abc import Iterable

import numpy as np

from .records import Race

_FLOAT = np.dtype("<f8")


def insert(connection: sqlite3.Connection, race: Race, matrix: np.ndarray) -> None:
    """Stores the vectors of a race's starters; `matrix` has shape (starters, features)."""
    connection.executemany(
        "INSERT OR REPLACE INTO features (race_id, horse_id, vector) VALUES (?, ?, ?)",
        [
            (race.race_id, runner.horse_id, row.astype(_FLOAT).tobytes())
            for runner, row in zip(race.starters, matrix, strict=True)
        ],
    )


def stack(vectors: Iterable[bytes | None], size: int) -> np.ndarray:
    """Stored vectors as a matrix of shape (starters, size).

    A starter without one, entered after the features were made, is unknown in everything.
    """
    unknown = np.full(size, np.nan)
    rows = [unknown if blob is None else np.frombuffer(blob, dtype=_FLOAT) for blob in vectors]
    if any(len(row) != size for row in rows):
        raise ValueError(
            "the stored features are not those that the model was trained on: "
            "run `python -m races reset`, then `python -m races prepare`"
        )
    return np.array(rows).reshape(-1, size)
