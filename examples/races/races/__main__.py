"""The example's own commands: `python -m races prepare`, `score`, `add-day`, `predict`, `reset`."""

import argparse
import sys
import time

from . import database, days, paths, prepare, score
from .predict import Predictor


def main() -> int:
    """Runs one command; returns its exit code."""
    options = _parser().parse_args()
    try:
        return options.run(options)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m races", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("prepare", help="load the races and train, if not done yet")
    command.add_argument(
        "--hold-back",
        type=int,
        default=days.HOLD_BACK_DAYS,
        metavar="DAYS",
        help="leave the last race days out, for add-day (default: %(default)s)",
    )
    command.set_defaults(run=_prepare)

    command = commands.add_parser("score", help="log-loss of what was predicted so far")
    command.set_defaults(run=_score)

    command = commands.add_parser("add-day", help="add the next race day that was held back")
    command.set_defaults(run=_add_day)

    command = commands.add_parser("predict", help="predict in this process, without Paceline")
    command.add_argument("race_ids", nargs="*", metavar="RACE_ID", help="default: every race")
    command.add_argument("--day", help="only the races of this day (YYYY-MM-DD)")
    command.add_argument("--limit", type=int, help="at most so many races")
    command.set_defaults(run=_predict)

    command = commands.add_parser("reset", help="remove the database and the model")
    command.add_argument(
        "--predictions", action="store_true", help="only forget the predictions; keep the rest"
    )
    command.set_defaults(run=_reset)
    return parser


def _prepare(options: argparse.Namespace) -> int:
    prepare.prepare(options.hold_back, print)
    return 0


def _score(_: argparse.Namespace) -> int:
    text, leaks = score.report(database.connect(paths.database_path()))
    print(text)
    return 1 if leaks else 0


def _add_day(_: argparse.Namespace) -> int:
    races = days.add_next(database.connect(paths.database_path()))
    if not races:
        print("no race day left to add; `prepare --hold-back N` after a reset holds back more")
        return 1
    print(f"added {races[0].race_date}: {len(races)} races at {races[0].race_course}")
    return 0


def _predict(options: argparse.Namespace) -> int:
    predictor = Predictor(paths.database_path(), paths.model_path())
    connection = database.connect(paths.database_path())
    race_ids = options.race_ids or database.race_ids(connection, options.day, options.limit)
    began = time.perf_counter()
    for race_id in race_ids[: options.limit]:
        result = predictor.predict(race_id)
        print(
            f"{result['race_date']} {result['race']:<16} "
            f"{result['favourite']:<20} {result['favourite_win']:.1%}"
        )
    seconds = time.perf_counter() - began
    print(f"{len(race_ids)} races in {seconds:.1f} s", file=sys.stderr)
    return 0


def _reset(options: argparse.Namespace) -> int:
    if options.predictions:
        print(f"forgot {prepare.forget_predictions()} predictions")
    else:
        prepare.remove()
        print("removed the database and the model")
    return 0


if __name__ == "__main__":
    sys.exit(main())
