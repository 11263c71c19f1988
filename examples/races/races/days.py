"""Brings race days from the published files into the database, features included.

Owns the hold-back: the first load leaves the last days out, so that a new one can be added later.
"""

import sqlite3

from . import database, features, source, vectors
from .records import Race

HOLD_BACK_DAYS = 1


def load_first(connection: sqlite3.Connection, hold_back: int = HOLD_BACK_DAYS) -> int:
    """Fills an empty database with all days but the last `hold_back`; returns the races added."""
    races = source.read_races()
    days = _days(races)
    kept = set(days[: max(0, len(days) - hold_back)])
    return _add(connection, [race for race in races if race.race_date in kept])


def waiting(connection: sqlite3.Connection) -> list[str]:
    """The days that are not in the database yet, earliest first."""
    return _days(_waiting_races(connection))


def add_next(connection: sqlite3.Connection) -> list[Race]:
    """Adds the earliest waiting day and returns its races; none once all are in."""
    races = _waiting_races(connection)
    day = [race for race in races if race.race_date == races[0].race_date]
    _add(connection, day)
    return day


def _waiting_races(connection: sqlite3.Connection) -> list[Race]:
    newest = connection.execute("SELECT coalesce(max(race_date), '') FROM races").fetchone()[0]
    return [race for race in source.read_races() if race.race_date > newest]


def _add(connection: sqlite3.Connection, new: list[Race]) -> int:
    """Inserts races and their features in one transaction.

    Going through all earlier days again takes about a second and needs no memory kept between runs.
    """
    added = {race.race_id for race in new}
    with database.transaction(connection):
        database.insert_races(connection, new)
        for race, matrix in features.walk(database.load_races(connection)):
            if race.race_id in added:
                vectors.insert(connection, race, matrix)
    return len(added)


def _days(races: list[Race]) -> list[str]:
    return sorted({race.race_date for race in races})
