"""Makes the database and the model if they are not there. Owns `build/`, safe to run again."""

from collections.abc import Callable

from . import database, days, model, paths, train

Say = Callable[[str], None]


def prepare(hold_back: int, say: Say) -> None:
    """Loads the races and trains, each only if it was not done before."""
    connection = database.create(paths.database_path())
    if connection.execute("SELECT 1 FROM races LIMIT 1").fetchone() is None:
        say("loading the races and making their features ...")
        added = days.load_first(connection, hold_back)
        say(f"  {added} races in {paths.database_path()}")
    if not paths.model_path().exists():
        say("training, a model for each month on all days before it ...")
        trained = train.train(database.load_races(connection))
        model.save(trained, paths.model_path())
        say(f"  {len(trained.blocks)} models in {paths.model_path()}")
    waiting = days.waiting(connection)
    say(f"ready; race days held back: {', '.join(waiting) or 'none'}")


def forget_predictions() -> int:
    """Empties the predictions but keeps races and model; returns how many there were."""
    connection = database.connect(paths.database_path())
    with database.transaction(connection):
        connection.execute("DELETE FROM runner_predictions")
        return connection.execute("DELETE FROM predictions").rowcount


def remove() -> None:
    """Removes database and model, and their folder if nothing else is in it."""
    for path in (paths.database_path(), paths.model_path()):
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
    folder = paths.build_folder()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
