"""Where this example keeps what it builds. Owns file locations, nothing else."""

import os
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent
DATA = EXAMPLE / "data"


def build_folder() -> Path:
    """The folder of the database and the model; `RACES_BUILD` moves it (the tests do)."""
    return Path(os.environ.get("RACES_BUILD") or EXAMPLE / "build")


def database_path() -> Path:
    """The example's own SQLite database: races, runners, features, predictions."""
    return build_folder() / "races.db"


def model_path() -> Path:
    """The pickled models."""
    return build_folder() / "model.pkl"
