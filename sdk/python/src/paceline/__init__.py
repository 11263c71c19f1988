"""Declare background tasks in Python and run them in warm Paceline workers.

    import paceline as pl

    app = pl.App()

    @app.task(items=list_races, setup=load_model, item_timeout="30s", retry=pl.Retry(3))
    def predict_race(race: dict, ctx: pl.Context) -> dict:
        return ctx.state.predict(race)

`python -m paceline.worker races.tasks` serves the tasks of a module; a node starts that
command. `paceline.testing` runs a task without a node.
"""

from ._options import Breaker, Retry
from ._parents import Parent
from ._version import __version__
from .app import App, Item
from .context import Context, Job
from .errors import HoldKey, HoldTask, Permanent, RetryAfter

__all__ = [
    "App",
    "Breaker",
    "Context",
    "HoldKey",
    "HoldTask",
    "Item",
    "Job",
    "Parent",
    "Permanent",
    "Retry",
    "RetryAfter",
    "__version__",
]
