from itertools import permutations

import numpy as np
import pytest

from races.simulate import paid_places, seed_for, simulate

STRENGTHS = np.array([0.35, 0.25, 0.15, 0.1, 0.06, 0.05, 0.04])


def plackett_luce(strengths):
    """Exact place (first three) and exacta probabilities, by going through all first threes."""
    size = len(strengths)
    place, exacta = np.zeros(size), np.zeros((size, size))
    for i, j, k in permutations(range(size), 3):
        a, b, c = strengths[[i, j, k]]
        likelihood = a * b / (1 - a) * c / (1 - a - b)
        place[[i, j, k]] += likelihood
        exacta[i, j] += likelihood
    return place, exacta


def test_frequencies_agree_with_the_formula():
    outcome = simulate(STRENGTHS, seed=1)
    place, exacta = plackett_luce(STRENGTHS)
    # Four standard errors of a hundred thousand draws, at most 0.0016 each.
    np.testing.assert_allclose(outcome.win, STRENGTHS, atol=0.0064)
    np.testing.assert_allclose(outcome.place, place, atol=0.0064)
    np.testing.assert_allclose(outcome.exacta, exacta, atol=0.0064)


def test_probabilities_add_up():
    outcome = simulate(STRENGTHS, seed=2, simulations=5_001)
    assert outcome.win.sum() == pytest.approx(1)
    assert outcome.exacta.sum() == pytest.approx(1)
    assert outcome.place.sum() == pytest.approx(outcome.places)
    assert outcome.mean_position.sum() == pytest.approx(28)
    assert (np.diag(outcome.exacta) == 0).all()
    np.testing.assert_allclose(outcome.exacta.sum(axis=1), outcome.win)


def test_a_race_always_gets_the_same_random_numbers():
    first = simulate(STRENGTHS, seed_for("2015-001"), 3_000)
    again = simulate(STRENGTHS, seed_for("2015-001"), 3_000)
    other = simulate(STRENGTHS, seed_for("2015-002"), 3_000)
    np.testing.assert_array_equal(first.exacta, again.exacta)
    assert not np.array_equal(first.exacta, other.exacta)


def test_a_single_starter_wins():
    outcome = simulate(np.array([1.0]), seed=3, simulations=10)
    assert outcome.win.tolist() == outcome.place.tolist() == [1.0]
    assert outcome.exacta.sum() == 0


def test_places_paid_follow_the_field():
    assert [paid_places(size) for size in (14, 7, 6, 4, 3, 1)] == [3, 3, 2, 2, 1, 1]
