"""What a race and a runner are, once parsed. Owns the two record types, no I/O."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Runner:
    """One declared horse in one race.

    `None` means that the source does not say. `position` is `None` for a horse that was withdrawn
    or did not finish; `dead_heat` tells that it shares its position. `odds` are decimal, stake
    included; no feature reads them, they only serve as the yardstick.
    """

    race_id: str
    horse_id: str
    horse_number: int | None
    horse_name: str
    jockey: str | None
    trainer: str | None
    draw: int | None
    carried_weight_lb: float | None
    horse_weight_lb: float | None
    odds: float | None
    started: bool
    position: int | None
    dead_heat: bool
    finish_seconds: float | None
    early_position: int | None


@dataclass(frozen=True, slots=True)
class Race:
    """One race with every declared runner, in the order of their numbers.

    `race_class` is 1 (best) to 5 for the handicaps, 0 for group races, `None` where the class says
    nothing about ability (griffins, restricted races). `surface` is `turf` or `dirt`.
    """

    race_id: str
    race_date: str
    race_course: str
    race_number: int
    race_class: int | None
    distance_m: int
    going: str
    surface: str
    runners: tuple[Runner, ...]

    @property
    def starters(self) -> tuple[Runner, ...]:
        """The runners that were not withdrawn."""
        return tuple(runner for runner in self.runners if runner.started)
