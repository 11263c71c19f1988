"""What each process of a peer does. Its own module, so that every peer can pickle the functions."""

import os
import time
from functools import cache
from itertools import chain, islice, repeat

# One finished race: the process that did it, and the CPU seconds that process had used by then.
Done = tuple[int, float]


@cache
def predictor():
    """The process's own predictor, loaded when first asked for."""
    from races import paths
    from races.predict import Predictor

    return Predictor(paths.database_path(), paths.model_path())


def warm_up() -> None:
    """A pool's initializer: loads the model before the first race."""
    predictor()


def predict(race_id: str, simulations: int | None) -> Done:
    """What every peer runs for one race."""
    predictor().predict(race_id, simulations)
    return os.getpid(), time.process_time()


def meet(_: int) -> Done:
    """Loads the model, then holds its worker for a moment so that the others get their share."""
    predictor()
    time.sleep(0.1)
    return os.getpid(), time.process_time()


def race_ids(count: int) -> list[str]:
    """The first `count` races; round again if the database holds fewer."""
    from races import database, paths

    connection = database.connect(paths.database_path())
    known = database.race_ids(connection)
    connection.close()
    return list(islice(chain.from_iterable(repeat(known)), count))
