"""The node's side of the protocol, for tests: in one process or with a real worker."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paceline as pl
from paceline._inbox import ProtocolError
from paceline._serve import Server

Message = dict[str, Any]

HERE = Path(__file__).parent


class Node:
    """Two pipes to a worker."""

    def __init__(self, to_worker: int, from_worker: int) -> None:
        self._to = to_worker
        self._from = from_worker
        self._rest = b""
        self.closed = False

    def send(self, type: str, **fields: Any) -> None:
        self.send_bytes(json.dumps({"type": type, **fields}).encode() + b"\n")

    def send_bytes(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._to, data) :]

    def run(self, task: str, payloads: list[Any] | None = None, **fields: Any) -> None:
        """A `run` of items `k0`, `k1`, … or, without payloads, of a job without items."""
        fields.setdefault("lease", 1)
        job = {"id": "j1", "task": task, "params": None, "attempt": 1, **fields.pop("job", {})}
        if payloads is not None:
            fields["items"] = [
                {"seq": seq, "key": f"k{seq}", "payload": payload, "attempt": 1}
                for seq, payload in enumerate(payloads)
            ]
        self.send("run", job=job, **fields)

    def receive(self, timeout: float = 10.0) -> Message:
        """The next message; EOFError at the end, TimeoutError when none comes."""
        message: Message = json.loads(self.receive_line(timeout))
        return message

    def receive_line(self, timeout: float = 10.0) -> bytes:
        until = time.monotonic() + timeout
        while b"\n" not in self._rest:
            if not select.select([self._from], [], [], max(until - time.monotonic(), 0))[0]:
                raise TimeoutError("no message from the worker")
            data = os.read(self._from, 1 << 20)
            if not data:
                raise EOFError(f"the worker is gone; unread: {self._rest!r}")
            self._rest += data
        line, self._rest = self._rest.split(b"\n", 1)
        return line

    def until(self, type: str, timeout: float = 10.0) -> list[Message]:
        """Messages up to the first of that type, which is the last."""
        messages = [self.receive(timeout)]
        while messages[-1]["type"] != type:
            messages.append(self.receive(timeout))
        return messages

    def close_input(self) -> None:
        if not self.closed:
            self.closed = True
            os.close(self._to)


class InProcess(Node):
    """A server in a thread of this process."""

    def __init__(self, app: pl.App) -> None:
        worker_in, to_worker = os.pipe()
        from_worker, self._worker_out = os.pipe()
        super().__init__(to_worker, from_worker)
        self.status: int | None = None
        self.error: BaseException | None = None
        self.server = Server(app, worker_in, self._worker_out, self._die)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.ready = self.receive()

    def _die(self, error: ProtocolError) -> None:
        self.error = error

    def _serve(self) -> None:
        try:
            self.status = self.server.run(self.server.set_up())
        except BaseException as error:
            self.error = error
        self.server.close()
        os.close(self._worker_out)

    def finish(self) -> int | None:
        """Close the input and wait for the server's end; may be called again."""
        self.close_input()
        self._thread.join(10)
        assert not self._thread.is_alive()
        if self._from >= 0:
            os.close(self._from)
            self._from = -1
        return self.status


class Process(Node):
    """A real `python -m paceline.worker`."""

    def __init__(self, target: str = "tasks_app", **environment: str) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self.process = subprocess.Popen(
            [sys.executable, "-m", "paceline.worker", target],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=HERE,
            env={**os.environ, "PYTHONPATH": str(HERE.parent / "src"), **environment},
            bufsize=0,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        super().__init__(self.process.stdin.fileno(), self.process.stdout.fileno())

    def close_input(self) -> None:
        if not self.closed:
            self.closed = True
            assert self.process.stdin is not None
            self.process.stdin.close()

    def wait(self, timeout: float = 10.0) -> int:
        return self.process.wait(timeout)

    def stderr(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode()

    def end(self) -> None:
        self.close_input()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._errors.close()


def wait_for(condition: Callable[[], Any], timeout: float = 10.0) -> Any:
    """What the condition gives once it is true."""
    until = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < until, "it never became true"
        time.sleep(0.002)
    return value


def results(messages: list[Message]) -> dict[int, Any]:
    """The results of the items that succeeded, by seq."""
    return {m["seq"]: m["result"] for m in messages if m["type"] == "item" and m["ok"]}


def errors(messages: list[Message]) -> dict[int, Any]:
    """The errors of the items that failed, by seq."""
    return {m["seq"]: m["error"] for m in messages if m["type"] == "item" and not m["ok"]}
