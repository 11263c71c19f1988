"""What is known before a race day: tallies of horses, people, draws, and the clock.

Owns the memory of past days. `History.learn` takes whole days and nothing here ever looks at the
day being predicted: reading (`features`) and learning happen in turns, a day at a time.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import fmean, median

from .records import Race, Runner

# The Jockey Club's rating at the top of each class; the top weight of a handicap carries 133 lb, so
# weight and class together tell a horse's official rating, which the data does not hold.
_CLASS_RATING = {0: 115.0, 1: 105.0, 2: 97.0, 3: 78.0, 4: 58.0, 5: 38.0, None: 58.0}
_TOP_WEIGHT_LB = 133.0
# One second at 1200 m is about six lengths, and a length about two pounds.
_POUNDS_PER_SECOND = 12.0
_MOST_SECONDS_BEHIND = 3.0


@dataclass(slots=True)
class Tally:
    """Wins and places (first three) against what chance gives in fields of those sizes."""

    starts: int = 0
    wins: float = 0.0
    places: float = 0.0
    expected_wins: float = 0.0
    expected_places: float = 0.0

    def add(self, wins: float, places: float, field_size: int) -> None:
        """Counts one start in a field of `field_size` horses."""
        self.starts += 1
        self.wins += wins
        self.places += places
        self.expected_wins += 1 / field_size
        self.expected_places += min(3, field_size) / field_size

    def win_ratio(self, prior: float) -> float:
        """Wins over expected wins, drawn to 1 by `prior` expected wins of an average career."""
        return (self.wins + prior) / (self.expected_wins + prior)

    def place_ratio(self, prior: float) -> float:
        """As `win_ratio`, for the first three places."""
        return (self.places + prior) / (self.expected_places + prior)


@dataclass(frozen=True, slots=True)
class PastRun:
    """One start of a horse as later days remember it.

    `score` runs from 1 (won) over 0 (middle) to -1 (last); `performance_lb` is the rating that the
    horse ran to; `speed` is in percent faster than standard, `None` while there is no standard;
    `early` is where it lay at the first call, 1 leading to -1 last.
    """

    score: float
    performance_lb: float
    speed: float | None
    early: float | None
    rating_lb: float
    distance_m: int
    race_course: str
    surface: str
    horse_weight_lb: float | None


@dataclass(slots=True)
class Career:
    """A horse's tally and its past runs, oldest first."""

    tally: Tally = field(default_factory=Tally)
    runs: list[PastRun] = field(default_factory=list)


def implied_rating(race: Race, runner: Runner) -> float:
    """The official rating that class and carried weight tell, in pounds."""
    weight = runner.carried_weight_lb
    base = _CLASS_RATING[race.race_class]
    return base if weight is None else base + weight - _TOP_WEIGHT_LB


def _scaled(position: int, field_size: int) -> float:
    """Position 1..n as 1..-1."""
    return 1 - 2 * (position - 1) / max(1, field_size - 1)


def _clock(race: Race) -> tuple[str, str, int]:
    return race.race_course, race.surface, race.distance_m


def draw_key(race: Race, draw: int) -> tuple[str, str, int, int]:
    """The stretch of stalls (inner four, next four, the rest) at a course and distance."""
    return (*_clock(race), min((draw - 1) // 4, 2))


class History:
    """Everything remembered of the days learnt so far."""

    def __init__(self) -> None:
        self.horses: dict[str, Career] = defaultdict(Career)
        self.jockeys: dict[str, Tally] = defaultdict(Tally)
        self.trainers: dict[str, Tally] = defaultdict(Tally)
        self.draws: dict[tuple[str, str, int, int], Tally] = defaultdict(Tally)
        self._winner_seconds: dict[tuple[str, str, int], list[float]] = defaultdict(list)

    def learn(self, day: list[Race]) -> None:
        """Takes in one whole race day, after all of its races have been described."""
        variant = self._day_variant(day)
        for race in day:
            self._learn_race(race, variant.get(race.surface, 0.0))
        for race in day:
            seconds = _winning_seconds(race)
            if seconds is not None:
                self._winner_seconds[_clock(race)].append(seconds)

    def _standard(self, race: Race) -> float | None:
        """The usual winning time over this course and distance, in seconds."""
        times = self._winner_seconds.get(_clock(race))
        return fmean(times) if times else None

    def _day_variant(self, day: list[Race]) -> dict[str, float]:
        """How fast each surface rode that day, in percent faster than standard."""
        faster = defaultdict(list)
        for race in day:
            standard, seconds = self._standard(race), _winning_seconds(race)
            if standard is not None and seconds is not None:
                faster[race.surface].append(100 * (standard - seconds) / standard)
        return {surface: fmean(values) for surface, values in faster.items()}

    def _learn_race(self, race: Race, variant: float) -> None:
        starters = race.starters
        # In a dead heat the winners share one win.
        winners = sum(runner.position == 1 for runner in starters)
        usual = _usual_seconds(race)
        for runner in starters:
            wins = 1 / winners if runner.position == 1 else 0.0
            places = 1.0 if runner.position is not None and runner.position <= 3 else 0.0
            for tally in self._tallies(race, runner):
                tally.add(wins, places, len(starters))
            run = self._past_run(race, runner, usual, variant)
            self.horses[runner.horse_id].runs.append(run)

    def _tallies(self, race: Race, runner: Runner) -> list[Tally]:
        tallies = [self.horses[runner.horse_id].tally]
        if runner.jockey is not None:
            tallies.append(self.jockeys[runner.jockey])
        if runner.trainer is not None:
            tallies.append(self.trainers[runner.trainer])
        if runner.draw is not None:
            tallies.append(self.draws[draw_key(race, runner.draw)])
        return tallies

    def _past_run(self, race: Race, runner: Runner, usual: float | None, variant: float) -> PastRun:
        size = len(race.starters)
        rating = implied_rating(race, runner)
        standard, seconds = self._standard(race), runner.finish_seconds
        # A horse that did not finish has shown nothing of its ability but a poor day.
        behind = _MOST_SECONDS_BEHIND / 2
        if seconds is not None and usual is not None:
            behind = min(seconds - usual, _MOST_SECONDS_BEHIND)
        speed = None
        if standard is not None and seconds is not None:
            speed = 100 * (standard - seconds) / standard - variant
        return PastRun(
            score=_scaled(runner.position, size) if runner.position is not None else -1.0,
            performance_lb=rating - behind * _POUNDS_PER_SECOND * 1200 / race.distance_m,
            speed=speed,
            early=_scaled(runner.early_position, size) if runner.early_position else None,
            rating_lb=rating,
            distance_m=race.distance_m,
            race_course=race.race_course,
            surface=race.surface,
            horse_weight_lb=runner.horse_weight_lb,
        )


def _seconds(race: Race) -> list[float]:
    return [r.finish_seconds for r in race.starters if r.finish_seconds is not None]


def _winning_seconds(race: Race) -> float | None:
    return min(_seconds(race), default=None)


def _usual_seconds(race: Race) -> float | None:
    times = _seconds(race)
    return median(times) if times else None
