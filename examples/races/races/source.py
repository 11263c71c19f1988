"""Reads the published result files in `data/`. Owns their spelling; knows nothing of SQL."""

import csv
import gzip
from collections.abc import Iterator
from itertools import groupby

from .paths import DATA
from .records import Race, Runner

# WV and WX (with or without "-A") are withdrawals by the vet and by the stewards. Two rows have an
# empty position and no jockey, weight, or odds either: those horses never came to the start.
_WITHDRAWN_PREFIX = "W"


def parse_position(text: str) -> tuple[bool, int | None, bool]:
    """Splits a finishing position into (started, position, dead_heat).

    `"4"` finished fourth, `"4 DH"` shares fourth, `"PU"` (also UR, FE, DNF, TNP, DISQ) started but
    has no position, `"WV"` (also WV-A, WX, WX-A) and `""` did not start.
    """
    if not text or text.startswith(_WITHDRAWN_PREFIX):
        return False, None, False
    number, _, suffix = text.partition(" ")
    if not number.isdigit():
        return True, None, False
    return True, int(number), suffix == "DH"


def parse_time(text: str) -> float | None:
    """`"1.22.33"` (minutes, seconds, hundredths) in seconds."""
    if not text:
        return None
    minutes, seconds, hundredths = text.split(".")
    return int(minutes) * 60 + int(seconds) + int(hundredths) / 100


def parse_class(text: str) -> int | None:
    """`"Class 4 (Restricted)"` is 4, any group race is 0, anything else is unknown."""
    if text.startswith("Class "):
        return int(text.split()[1])
    return 0 if "Group" in text else None


def parse_surface(text: str) -> str:
    """`'TURF - "C+3" COURSE'` is turf, `"ALL WEATHER TRACK"` is dirt."""
    return "turf" if text.startswith("TURF") else "dirt"


def _number(text: str) -> float | None:
    return None if text in ("", "-") else float(text)


def _integer(text: str) -> int | None:
    return int(text) if text else None


def parse_runner(row: dict[str, str]) -> Runner:
    """One row of `runners.csv`."""
    started, position, dead_heat = parse_position(row["finishing_position"])
    return Runner(
        race_id=row["race_id"],
        horse_id=row["horse_id"],
        horse_number=_integer(row["horse_number"]),
        horse_name=row["horse_name"],
        jockey=row["jockey"] or None,
        trainer=row["trainer"] or None,
        draw=_integer(row["draw"]),
        carried_weight_lb=_number(row["carried_weight_lb"]),
        horse_weight_lb=_number(row["horse_weight_lb"]),
        odds=_number(row["win_odds"]),
        started=started,
        position=position,
        dead_heat=dead_heat,
        finish_seconds=parse_time(row["finish_time"]),
        early_position=_integer(row["running_position_1"]),
    )


def parse_race(row: dict[str, str], runners: tuple[Runner, ...]) -> Race:
    """One row of `races.csv` with all its declared runners."""
    return Race(
        race_id=row["race_id"],
        race_date=row["race_date"],
        race_course=row["race_course"],
        race_number=int(row["race_number"]),
        race_class=parse_class(row["race_class"]),
        distance_m=int(row["distance_m"]),
        going=row["going"],
        surface=parse_surface(row["track"]),
        runners=runners,
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / name, "rt", newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def read_races() -> list[Race]:
    """All races in the order they were run, each with every declared runner."""
    by_race = {
        race_id: tuple(map(parse_runner, rows))
        for race_id, rows in groupby(_rows("runners.csv.gz"), key=lambda row: row["race_id"])
    }
    return [parse_race(row, by_race[row["race_id"]]) for row in _rows("races.csv.gz")]
