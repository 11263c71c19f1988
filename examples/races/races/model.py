"""The learnt part: from a race's feature matrix to win probabilities.

Owns what is pickled. Training is in `train`; this file needs scikit-learn only to unpickle.
"""

import pickle
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.pipeline import Pipeline

# Before there is anything to learn from: three plain opinions of equal weight.
_PRIOR_WEIGHTS = {"form_score": 1.0, "jockey_place": 1.0, "trainer_win": 1.0}
PRIOR = "prior"


def against_field(matrix: np.ndarray) -> np.ndarray:
    """Each feature as its distance to the race's mean; unknown becomes average, that is 0.

    `matrix` has shape (starters, features) and so has the result.
    """
    known = ~np.isnan(matrix)
    means = np.where(known, matrix, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, matrix - means, 0.0)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Scores of one race as probabilities that sum to 1."""
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


@dataclass(frozen=True)
class Block:
    """A classifier that learnt from the days before `from_date` only."""

    from_date: str
    classifier: Pipeline


@dataclass(frozen=True)
class WalkForward:
    """One classifier a month, so that every race is predicted by one that never saw its month.

    `blocks` are sorted by date. `features` names the columns that they were trained on.
    """

    features: tuple[str, ...]
    blocks: tuple[Block, ...]

    def block_for(self, race_date: str) -> Block | None:
        """The newest classifier that is old enough; `None` in the first weeks."""
        index = bisect_right([block.from_date for block in self.blocks], race_date)
        return self.blocks[index - 1] if index else None

    def win_probabilities(self, race_date: str, matrix: np.ndarray) -> tuple[str, np.ndarray]:
        """The name of the block used, and each starter's probability to win."""
        relative = against_field(matrix)
        block = self.block_for(race_date)
        if block is None:
            return PRIOR, softmax(relative @ self._prior_weights())
        # The classifier knows finishing in the first three, of which a race yields three examples
        # where it yields one winner. Its log-odds, compared within the race, order the winners too.
        return block.from_date, softmax(block.classifier.decision_function(relative))

    def _prior_weights(self) -> np.ndarray:
        return np.array([_PRIOR_WEIGHTS.get(name, 0.0) for name in self.features])


def save(model: WalkForward, path: Path) -> None:
    """Pickles the model; a reader never sees half a file."""
    draft = path.with_suffix(".draft")
    draft.write_bytes(pickle.dumps(model))
    draft.replace(path)


def load(path: Path) -> WalkForward:
    """Unpickles what `save` wrote."""
    return pickle.loads(path.read_bytes())
