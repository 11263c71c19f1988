"""The example's SQLite database: opening it, and races in and out.

Owns the connection settings and the tables `races` and `runners`. Features are kept by `vectors`,
predictions by `predict`.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from itertools import groupby
from pathlib import Path

from .records import Race, Runner

_SCHEMA = Path(__file__).with_name("schema.sql")
_BUSY_SECONDS = 30
_RUNNER_COLUMNS = tuple(field.name for field in fields(Runner))
_RACE_COLUMNS = tuple(field.name for field in fields(Race) if field.name != "runners")
RUNNER_ORDER = "horse_number IS NULL, horse_number, horse_id"


def connect(path: Path) -> sqlite3.Connection:
    """Opens an existing database for one process.

    Every worker writes to the same file: each waits its turn for up to half a minute.
    """
    if not path.exists():
        raise FileNotFoundError(f"no database at {path}: run `python -m races prepare` first")
    connection = sqlite3.connect(
        path,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        # Set-up and handler may run on different threads of a worker, though never at once.
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    # A power cut may take the last predictions back. The job's own results, which Paceline syncs to
    # disk, hold the same numbers, so no race has to wait for the disk a second time.
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def create(path: Path) -> sqlite3.Connection:
    """Makes the tables if they are not there, and opens the database."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    connection = connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'races'").fetchone():
        connection.executescript(_SCHEMA.read_text(encoding="utf-8"))
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing. Takes the write lock at once: upgrading later could fail without waiting."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def insert_races(connection: sqlite3.Connection, races: Iterable[Race]) -> None:
    """Adds races with all their declared runners."""
    races = list(races)
    race_rows = [tuple(getattr(race, column) for column in _RACE_COLUMNS) for race in races]
    connection.executemany(_insert("races", _RACE_COLUMNS), race_rows)
    runner_rows = [astuple(runner) for race in races for runner in race.runners]
    connection.executemany(_insert("runners", _RUNNER_COLUMNS), runner_rows)


def _insert(table: str, columns: tuple[str, ...]) -> str:
    holes = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({holes})"


def load_races(connection: sqlite3.Connection) -> list[Race]:
    """All races in the order they were run, each with every declared runner."""
    runners = connection.execute(
        f"SELECT {', '.join(_RUNNER_COLUMNS)} FROM runners ORDER BY race_id, {RUNNER_ORDER}"
    )
    by_race = {
        race_id: tuple(_runner(row) for row in rows)
        for race_id, rows in groupby(runners, key=lambda row: row["race_id"])
    }
    races = connection.execute(
        f"SELECT {', '.join(_RACE_COLUMNS)} FROM races ORDER BY race_date, race_course, race_number"
    )
    return [Race(*row, runners=by_race.get(row["race_id"], ())) for row in races]


def _runner(row: sqlite3.Row) -> Runner:
    values = dict(row)
    values["started"] = bool(values["started"])
    values["dead_heat"] = bool(values["dead_heat"])
    return Runner(**values)


def race_ids(
    connection: sqlite3.Connection,
    day: str | None = None,
    limit: int | None = None,
) -> list[str]:
    """The ids of all races, or of one day's, oldest first, at most `limit`."""
    rows = connection.execute(
        """SELECT race_id FROM races WHERE ?1 IS NULL OR race_date = ?1
           ORDER BY race_date, race_course, race_number LIMIT coalesce(?2, -1)""",
        (day, limit),
    )
    return [row["race_id"] for row in rows]
