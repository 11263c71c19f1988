"""How PostgreSQL finds the rows of every statement while a million jobs are taken in and drained.

    python3 bench/peers/plans.py --paceline target/release/paceline

Runs `paceline bench t3` once on a PostgreSQL of its own whose `auto_explain` writes down plans (of
one statement in ten), then prints each statement with how often it was seen, its mean time and how
it read its tables. Ends with 1 if a statement read a whole table that has more than a few rows, but
for those that want all of it.
"""

import argparse
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from throwaway_postgres import throwaway_postgres

EXPLAIN = {
    "shared_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.sample_rate": "0.1",
    "log_line_prefix": "",
}
# Reading a table of so few rows whole is the quickest way.
FEW_ROWS = 100
# What the lists of jobs are made of (a catalogue in memory) and their pages: the run looks at them
# while the store holds few jobs, all of which they want.
WANTS_ALL = re.compile(r"SELECT j\.num, j\.(created_at|id), ")
BEGIN = re.compile(r"LOG:  duration: ([\d.]+) ms  plan:")
SCAN = re.compile(
    r"(Seq Scan|Index Only Scan using \w+|Index Scan using \w+|Bitmap Heap Scan) on (\w+)"
    r"[^\n]*?(?:actual rows=(\d+) loops=(\d+))?\)?$"
)
REMOVED = re.compile(r"Rows Removed by Filter: (\d+)")


@dataclass
class Seen:
    """One statement, over all the times that it was seen."""

    times: int = 0
    millis: float = 0.0
    scans: set[str] = field(default_factory=set)
    # Most rows that one reading of a whole table went through, by table.
    whole: dict[str, int] = field(default_factory=dict)


def read(log: Path) -> dict[str, Seen]:
    """The statements of a server's log, by their text."""
    seen: dict[str, Seen] = defaultdict(Seen)
    entry: list[str] = []
    millis = 0.0
    for line in log.read_text(errors="replace").splitlines():
        begun = BEGIN.search(line)
        if not begun and line.startswith("\t"):
            entry.append(line[1:])
            continue
        take_in(seen, entry, millis)
        entry, millis = [], float(begun.group(1)) if begun else 0.0
    take_in(seen, entry, millis)
    return seen


def take_in(seen: dict[str, Seen], entry: list[str], millis: float) -> None:
    """Adds what one entry of the log tells."""
    if not entry or not entry[0].startswith("Query Text: "):
        return
    plan = next((at for at, line in enumerate(entry) if "  (cost=" in line), len(entry))
    text = " ".join(" ".join(entry[:plan]).removeprefix("Query Text: ").split())
    statement = seen[text]
    statement.times += 1
    statement.millis += millis
    table, rows = "", 0
    for line in entry[plan:]:
        if scan := SCAN.search(line):
            how, table, found, loops = scan.groups()
            statement.scans.add(f"{how} on {table}")
            rows = int(found or 0) * int(loops or 1)
            if how != "Seq Scan":
                table = ""
        elif removed := REMOVED.search(line):
            rows += int(removed.group(1))
        if table:
            statement.whole[table] = max(statement.whole.get(table, 0), rows)


def tell(seen: dict[str, Seen]) -> bool:
    """Prints all statements, slowest in sum first; true if none reads a large table whole."""
    good = True
    print(f"{'seen':>7} {'mean ms':>9}  statement; how it reads")
    for text, statement in sorted(seen.items(), key=lambda item: -item[1].millis):
        mean = statement.millis / statement.times
        print(f"{statement.times:>7} {mean:>9.3f}  {text[:150]}")
        for scan in sorted(statement.scans):
            print(f"{'':>19}{scan}")
        for table, rows in statement.whole.items():
            if rows > FEW_ROWS:
                wanted = WANTS_ALL.match(text)
                good = good and bool(wanted)
                mark = "all wanted:" if wanted else "!!"
                print(f"{'':>19}{mark} reads all of {table}: {rows:,} rows")
    return good


def main() -> None:
    """Fills, drains, reads the log."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--paceline", default="paceline")
    parser.add_argument(
        "--quick", action="store_true", help="100,000 jobs, not a million"
    )
    parser.add_argument("--dir", help="where the server is made")
    given = parser.parse_args()
    with throwaway_postgres(given.dir, EXPLAIN) as server:
        command = [given.paceline, "bench", "t3", "--rounds", "1"]
        command += ["--store", server.url, *(["--quick"] if given.quick else [])]
        done = subprocess.run(command, check=False)
        seen = read(server.log)
    if done.returncode != 0:
        sys.exit(f"the bench ended with {done.returncode}")
    if not seen:
        sys.exit("the server wrote down no plan")
    good = tell(seen)
    print("no statement reads a large table whole" if good else "see the lines with !!")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
