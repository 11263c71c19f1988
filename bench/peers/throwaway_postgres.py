"""A PostgreSQL server of its own in a temporary folder, gone afterwards.

With its defaults, but for what is said; so it flushes each commit.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def binary(name: str) -> str:
    """Where a program of PostgreSQL lies."""
    folders = os.pathsep.join([os.environ.get("PATH", ""), *map(str, BINARIES)])
    found = shutil.which(name, path=folders)
    if found is None:
        raise FileNotFoundError(
            f"no `{name}`: install PostgreSQL (apt-get install postgresql)"
        )
    return found


def as_ordinary_user(folder: Path) -> list[str]:
    """What to put before a command: the server refuses to run as root."""
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return [
        "setpriv",
        f"--reuid={nobody.pw_uid}",
        f"--regid={nobody.pw_gid}",
        "--clear-groups",
    ]


class Server(NamedTuple):
    """A running server."""

    url: str
    postmaster: int
    log: Path


@contextmanager
def throwaway_postgres(
    parent: str | None, settings: dict[str, str] | None = None
) -> Iterator[Server]:
    """Starts a server below `parent`."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=parent))
    user = as_ordinary_user(folder)
    data = folder / "data"
    init = [binary("initdb"), "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8"]
    subprocess.run([*user, *init], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    options = ["-D", data, "-k", folder, "-c", "listen_addresses="]
    for name, value in (settings or {}).items():
        options += ["-c", f"{name}={value}"]
    log = folder / "log"
    with log.open("wb") as lines:
        command = [*user, binary("postgres"), *options]
        server = subprocess.Popen(command, stderr=lines, cwd=folder)
    try:
        deadline = time.monotonic() + 60
        while not (folder / ".s.PGSQL.5432").exists():
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.05)
        time.sleep(0.5)
        url = f"postgres://bench@localhost/postgres?host={folder}"
        yield Server(url, server.pid, log)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
