"""The example's commands: `python -m forecasts demo`, `submit`, `results`, `optimise`, …"""

import argparse
import json
import sys

from . import batches, demo, series, table
from .client import Client, Refused
from .errors import CannotForecast


def main() -> int:
    """Runs one command; returns its exit code."""
    options = _parser().parse_args()
    try:
        return options.run(options)
    except (Refused, CannotForecast, RuntimeError) as error:
        print(error.args[0], file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m forecasts", description=__doc__)
    parser.add_argument("--server", help="a node's address (default: PACELINE_SERVER, else local)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("demo", help="a node, a batch, and a table of its results")
    command.add_argument("--skus", type=int, default=demo.SKUS, help="default: %(default)s")
    command.add_argument("--once", action="store_true", help="stop when the batch has ended")
    _force_argument(command)
    command.set_defaults(run=_demo)

    _submit_command(commands.add_parser("submit", help="submit a batch of searches"))

    command = commands.add_parser("results", help="the results of a batch as a table")
    command.add_argument("batch")
    command.set_defaults(run=_results)

    command = commands.add_parser("optimise", help="one search in this process, without Paceline")
    command.add_argument("sku")
    command.add_argument("--model", choices=batches.MODELS, default="holt_winters")
    command.add_argument("--method", choices=batches.METHODS, default="grid")
    command.add_argument("--until", metavar="WEEK", help="newest week of the data (YYYY-MM-DD)")
    command.add_argument("--trials", type=int, help="of method `ai`")
    command.add_argument("--json", action="store_true", help="the whole result")
    command.set_defaults(run=_optimise)

    command = commands.add_parser("figures", help="how each model does on all data, unsearched")
    command.add_argument("--limit", type=int, help="only so many series of each data set")
    command.set_defaults(run=_figures)

    command = commands.add_parser("list", help="the series, those that sell best first")
    command.add_argument("--dataset", choices=series.DATASETS, default="retail")
    command.set_defaults(run=_list)
    return parser


def _submit_command(command: argparse.ArgumentParser) -> None:
    which = command.add_mutually_exclusive_group()
    which.add_argument("--skus", type=int, default=20, help="so many that sell best (%(default)s)")
    which.add_argument("--sku", action="append", help="this series; may be given again")
    command.add_argument("--dataset", choices=series.DATASETS, default="retail")
    command.add_argument("--models", nargs="+", choices=batches.MODELS, default=batches.MODELS)
    command.add_argument("--methods", nargs="+", choices=batches.METHODS, default=["grid"])
    command.add_argument("--until", metavar="WEEK", help="newest week of the data (YYYY-MM-DD)")
    command.add_argument("--trials", type=int, help="of method `ai`")
    command.add_argument("--reason", help="why (default: new data for N SKUs)")
    command.add_argument("--batch", help="its name (default: by the time of day)")
    command.add_argument("--priority", choices=["urgent", "high", "normal", "low"])
    command.add_argument("--user")
    command.add_argument(
        "--on-duplicate",
        choices=["merge", "reject", "allow"],
        help="what becomes of a search that waits or runs already (default: merge)",
    )
    _force_argument(command)
    command.add_argument("--wait", action="store_true", help="wait for it, then print the table")
    command.set_defaults(run=_submit)


def _force_argument(command: argparse.ArgumentParser) -> None:
    # None, not False: what is not said is not sent.
    command.add_argument(
        "--force", action="store_true", default=None, help="run what an earlier search could answer"
    )


def _demo(options: argparse.Namespace) -> int:
    return demo.run(options.skus, stay=not options.once, force=options.force)


def _submit(options: argparse.Namespace) -> int:
    client = Client(options.server)
    if options.sku:
        chosen = [series.find(id) for id in options.sku]
    else:
        chosen = series.of(options.dataset, options.skus)
    jobs = batches.jobs_of(
        chosen,
        options.models,
        options.methods,
        until=options.until,
        trials=options.trials,
        priority=options.priority,
        user=options.user,
        on_duplicate=options.on_duplicate,
        force=options.force,
    )
    name = options.batch or batches.new_name()
    reason = options.reason or f"new data for {len(chosen)} SKU{'s' if len(chosen) > 1 else ''}"
    ids = batches.submit(client, name, reason, jobs)
    print(f"batch {name}, {reason}: {len(ids)} jobs", file=sys.stderr)
    if not options.wait:
        print(name)
        return 0
    batches.wait(client, name, demo.show)
    print(file=sys.stderr)
    return _print(client, name)


def _results(options: argparse.Namespace) -> int:
    return _print(Client(options.server), options.batch)


def _print(client: Client, name: str) -> int:
    jobs = list(client.jobs(batch=name))
    print(table.text(jobs))
    if said := table.answered(jobs):
        print(said, file=sys.stderr)
    return 1 if any(job["state"] == "failed" for job in jobs) else 0


def _optimise(options: argparse.Namespace) -> int:
    from .optimise import optimise

    found = series.find(options.sku).until(options.until)
    result = optimise(found, options.model, options.method, options.trials)
    if options.json:
        print(json.dumps(result))
    else:
        print(table.of_one(result))
    return 0


def _figures(options: argparse.Namespace) -> int:
    from . import figures

    for line in figures.report(options.limit):
        print(line, flush=True)
    return 0


def _list(options: argparse.Namespace) -> int:
    for one in series.of(options.dataset):
        print(f"{one.id:<8} {one.train.sum():>9,.0f} in {len(one.train)}  {one.description}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
