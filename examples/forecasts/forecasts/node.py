"""A node of this example's own: starting it, and stopping it. For the demo and the tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from . import paths


class Node:
    """A running `paceline up`; use it in a `with`, which stops it in the end."""

    def __init__(self, store: Path, bind: str, configuration: Path = paths.CONFIGURATION) -> None:
        """Starts the node and waits until it is ready. Raises RuntimeError when it is not."""
        store.parent.mkdir(parents=True, exist_ok=True)
        arguments = [
            "--json",
            "--bind",
            bind,
            "--config",
            configuration,
            "--store",
            f"sqlite:{store}",
        ]
        quiet = {"PACELINE_PYTHON": sys.executable, "PACELINE_LOG": "warn"}
        unset = ("PACELINE_CONFIG", "PACELINE_STORE", "PACELINE_BIND")
        self._process = subprocess.Popen(
            [binary(), "up", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            env=quiet | {name: value for name, value in os.environ.items() if name not in unset},
        )
        self.url = self._ready()

    def __enter__(self) -> Node:
        """The running node."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stops it."""
        self.stop()

    def wait(self) -> None:
        """Waits until the node ends by itself."""
        self._process.wait()

    def stop(self) -> None:
        """Lets what is in work end or hands it back, then ends."""
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ready(self) -> str:
        output = self._process.stdout
        assert output is not None
        for line in output:
            try:
                url = json.loads(line)["url"]
            except (ValueError, KeyError, TypeError):
                continue
            # Whatever else it says is read, so that it never blocks.
            threading.Thread(target=output.read, daemon=True).start()
            return url
        raise RuntimeError(f"the node ended with {self._process.wait()} before it was ready")


def binary() -> str:
    """`PACELINE_BIN`, else what this checkout has built, else the one on the PATH."""
    if named := os.environ.get("PACELINE_BIN"):
        return named
    repository = paths.EXAMPLE.parent.parent
    target = Path(os.environ.get("CARGO_TARGET_DIR") or repository / "target")
    built = target / "debug" / "paceline"
    found = str(built) if built.exists() else shutil.which("paceline")
    if found is None:
        raise RuntimeError("there is no paceline: `make build`, or name one with PACELINE_BIN")
    return found
