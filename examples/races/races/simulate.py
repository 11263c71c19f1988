"""Runs one race many times over and counts. Owns the random numbers; knows nothing of horses.

The finishing order follows the Plackett-Luce model: horse i runs a time drawn from an exponential
distribution with rate p_i, and the fastest wins, which it does with probability p_i. Counting
orders answers every bet on them from one place, also those for which no short formula exists.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

SIMULATIONS = 100_000
# Small enough that the arrays stay in a core's cache and their memory is used again.
_BATCH = 2_000
# Tote place bets pay three places from seven starters on, two below, only the win below four.
_PLACES_BY_FIELD = ((7, 3), (4, 2), (0, 1))


@dataclass(frozen=True, slots=True)
class Outcome:
    """Frequencies over all simulations, by index of the starter.

    `win`, `place`, and `mean_position` (1..n) have shape (starters,); `exacta[i, j]` is how often i
    won and j came second. `places` says how many count as placed.
    """

    win: np.ndarray
    place: np.ndarray
    mean_position: np.ndarray
    exacta: np.ndarray
    places: int


def seed_for(race_id: str) -> int:
    """The same race always gets the same random numbers, on any machine and in any process."""
    return crc32(race_id.encode())


def paid_places(starters: int) -> int:
    """How many places the tote pays in a field of this size."""
    return next(places for least, places in _PLACES_BY_FIELD if starters >= least)


def simulate(probabilities: np.ndarray, seed: int, simulations: int = SIMULATIONS) -> Outcome:
    """Simulates one race. `probabilities` has shape (starters,), is positive and sums to 1."""
    size = len(probabilities)
    generator = np.random.default_rng(seed)
    # ranks[k, i]: how often starter i came in k-th; pairs[i * size + j]: i first and j second.
    ranks = np.zeros((size, size), dtype=np.int64)
    pairs = np.zeros(size * size, dtype=np.int64)
    for start in range(0, simulations, _BATCH):
        count = min(_BATCH, simulations - start)
        orders = np.argsort(generator.standard_exponential((count, size)) / probabilities, axis=1)
        for rank in range(size):
            ranks[rank] += np.bincount(orders[:, rank], minlength=size)
        if size > 1:
            pairs += np.bincount(orders[:, 0] * size + orders[:, 1], minlength=size * size)
    places = paid_places(size)
    return Outcome(
        win=ranks[0] / simulations,
        place=ranks[:places].sum(axis=0) / simulations,
        mean_position=np.arange(1, size + 1) @ ranks / simulations,
        exacta=pairs.reshape(size, size) / simulations,
        places=places,
    )
