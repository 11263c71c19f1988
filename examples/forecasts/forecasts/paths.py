"""Where this example's files are. Owns file locations, nothing else."""

import os
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent
DATA = EXAMPLE / "data"
CONFIGURATION = EXAMPLE / "paceline.toml"


def build_folder() -> Path:
    """The folder of the demo's store; `FORECASTS_BUILD` moves it (the tests do)."""
    return Path(os.environ.get("FORECASTS_BUILD") or EXAMPLE / "build")
