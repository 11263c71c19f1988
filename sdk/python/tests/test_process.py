"""Real worker processes: what only a process can show."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import HERE, Message, Process, errors, results

Start = Callable[..., Process]


def test_ready_comes_first_and_warm(start_process: Start) -> None:
    node = start_process()
    ready = node.receive()
    assert ready["type"] == "ready"
    assert ready["pid"] == node.process.pid
    assert [task["name"] for task in ready["tasks"]][:2] == ["echo", "state"]
    node.run("state")
    assert results(node.until("done")) == {0: True}
    node.close_input()
    assert node.wait() == 0
    said = node.stderr()
    assert "printed while the module is imported" in said
    assert "written to descriptor 1 in setup" in said


def test_megabytes_of_prints_never_touch_the_protocol(start_process: Start) -> None:
    node = start_process()
    assert node.receive()["type"] == "ready"
    node.run("noisy", [0, 1, 2])
    messages = node.until("done", timeout=30)
    assert results(messages) == {0: 0, 1: 1, 2: 2}
    assert {m["type"] for m in messages} <= {"start", "item", "done"}
    node.close_input()
    with pytest.raises(EOFError, match="unread: b''"):
        node.receive()
    assert node.wait() == 0
    said = node.stderr()
    for text in ("x" * 300_000, "y" * 300_000, "z" * 300_000, '{"type":"done","lease":1}'):
        assert said.count(text) >= 3
    assert said.count("from a child") == 3
    assert "INFO somewhere: from a library" in said
    assert "too detailed" not in said


def test_handlers_read_nothing_from_stdin(start_process: Start) -> None:
    node = start_process()
    node.receive()
    node.run("reads_stdin")
    node.run("echo", [5], lease=2)
    assert results(node.until("done")) == {0: ["", ""]}
    assert results(node.until("done")) == {0: 5}


def test_a_grandchild_does_not_hold_the_pipes(start_process: Start) -> None:
    node = start_process()
    node.receive()
    node.run("leaves_a_child")
    child = results(node.until("done"))[0]
    try:
        node.close_input()
        began = time.monotonic()
        with pytest.raises(EOFError):
            node.receive()
        assert node.wait() == 0
        assert time.monotonic() - began < 10
    finally:
        os.kill(child, signal.SIGKILL)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="reads /proc")
def test_a_forked_child_does_not_hold_the_pipes(start_process: Start) -> None:
    node = start_process()
    node.receive()
    folder = f"/proc/{os.getpid()}/fd"
    assert node.process.stdin is not None
    assert node.process.stdout is not None
    pipes = [
        os.readlink(f"{folder}/{pipe.fileno()}")
        for pipe in (node.process.stdin, node.process.stdout)
    ]
    node.run("forks", job={"params": ",".join(pipes)})
    assert results(node.until("done", timeout=30)) == {0: []}


def test_stop_message(start_process: Start) -> None:
    node = start_process()
    node.receive()
    node.send("stop")
    assert node.wait() == 0


@pytest.mark.parametrize("when", ["idle", "busy", "asleep", "computing"])
def test_sigterm_lets_the_current_item_end(start_process: Start, when: str) -> None:
    node = start_process()
    node.receive()
    if when == "idle":
        time.sleep(0.2)
    else:
        how = {"busy": "spin", "computing": "spin", "asleep": "sleep"}[when]
        node.run("act", [{how: 0.5, "give": 1}, {"give": 2}])
        node.until("start")
        time.sleep(0.1)
    node.process.send_signal(signal.SIGTERM)
    if when != "idle":
        messages = node.until("done")
        assert results(messages) == {0: 1}
        assert messages[-1]["stopped"]
    assert node.wait() == 0


def test_ctrl_c_is_the_nodes_business(start_process: Start) -> None:
    node = start_process()
    node.receive()
    node.process.send_signal(signal.SIGINT)
    node.run("act", [{"sleep": 0.2, "give": 1}])
    node.until("start")
    node.process.send_signal(signal.SIGINT)
    assert results(node.until("done")) == {0: 1}
    # Woken by the signal, the idle worker must have gone back to sleep.
    before = _cpu_seconds(node.process.pid)
    time.sleep(0.5)
    assert _cpu_seconds(node.process.pid) - before < 0.2


def test_an_idle_worker_and_one_in_a_long_item_use_no_cpu(start_process: Start) -> None:
    node = start_process()
    node.receive()
    time.sleep(0.2)
    before = _switches(node.process.pid)
    time.sleep(0.5)
    assert _switches(node.process.pid) - before < 5
    node.run("act", [{"sleep": 1.0}])
    node.until("start")
    time.sleep(0.2)
    before = _switches(node.process.pid)
    time.sleep(0.5)
    assert _switches(node.process.pid) - before < 5
    node.until("done")


def test_cancel_reaches_a_handler_in_time(start_process: Start) -> None:
    node = start_process()
    node.receive()
    node.run("act", [{"until_cancelled": True}, {}])
    node.until("start")
    time.sleep(0.1)
    began = time.monotonic()
    node.send("cancel", lease=1, reason="user")
    messages = node.until("done")
    assert time.monotonic() - began < 1
    assert results(messages) == {0: "saw it"}
    assert messages[-1]["cancelled"]


@pytest.mark.parametrize("busy", [False, True])
def test_an_unreadable_line_ends_the_worker_with_2(start_process: Start, busy: bool) -> None:
    node = start_process()
    node.receive()
    if busy:
        node.run("act", [{"sleep": 30}])
        node.until("start")
    node.send_bytes(b"this is no JSON\n")
    assert node.wait() == 2
    assert "paceline worker: the node sent an unreadable line" in node.stderr()
    assert "this is no JSON" in node.stderr()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_death_is_charged_to_the_right_item(start_process: Start, number: int) -> None:
    node = start_process()
    node.receive()
    node.run("act", [{"give": 1}, {"sleep": 0.005}, {"signal": number}, {"give": 4}])
    messages: list[Message] = []
    with pytest.raises(EOFError):
        _receive_all(node, messages)
    assert sorted(results(messages)) == [0, 1]
    assert messages[-1] == {"type": "start", "lease": 1, "seq": 2}
    assert node.wait() == -number


def test_a_node_that_is_gone_ends_the_worker(start_process: Start) -> None:
    node = start_process()
    node.receive()
    assert node.process.stdout is not None
    node.process.stdout.close()
    node.run("echo", [1])
    assert node.wait() == 0


def test_a_module_that_fails_is_seen_on_stderr(start_process: Start) -> None:
    for target, said in {
        "broken_app": "RuntimeError: this module is broken",
        "broken_setup_app": "OSError: no model here",
        "no_such_app": "No module named 'no_such_app'",
        "named_app": "named_app.py has no `app = pl.App()`; it has mine: give named_app:mine",
        "json": "json has no `app = pl.App()`",
    }.items():
        node = start_process(target)
        with pytest.raises(EOFError):
            node.receive()
        assert node.wait() == 1
        assert said in node.stderr()


def test_the_app_may_have_another_name(start_process: Start) -> None:
    node = start_process("named_app:mine")
    node.receive()
    node.run("work")
    assert results(node.until("done")) == {0: "done"}


def test_sys_exit_in_a_handler_leaves_the_worker_alive(start_process: Start) -> None:
    node = start_process()
    node.receive()
    node.run("act", [{"exit": 3}, {"give": 1}])
    messages = node.until("done")
    assert errors(messages)[0]["message"] == "handler called sys.exit(3)"
    assert results(messages) == {1: 1}


def test_usage() -> None:
    command = [sys.executable, "-m", "paceline.worker"]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src")}
    called = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert called.returncode == 2
    assert b"usage: python -m paceline.worker" in called.stderr


def test_every_line_is_small_json(start_process: Start) -> None:
    node = start_process()
    lines = [node.receive_line()]
    node.run("echo", [{"a": "é" * 100}, None, 1.5])
    while b'"done"' not in lines[-1]:
        lines.append(node.receive_line())
    decoded: list[Any] = [json.loads(line) for line in lines]
    assert all(isinstance(message["type"], str) for message in decoded)


def _receive_all(node: Process, messages: list[Message]) -> None:
    while True:
        messages.append(node.receive())


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _switches(pid: int) -> int:
    """How often the threads of a process were woken so far."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/status") as status:
            total += sum(
                int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt")
            )
    return total
