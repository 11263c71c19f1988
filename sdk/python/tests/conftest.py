from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

import paceline as pl
from harness import InProcess, Process


@pytest.fixture
def serve() -> Iterator[Callable[[pl.App], InProcess]]:
    """Start servers in this process; they must end well."""
    nodes: list[InProcess] = []

    def start(app: pl.App) -> InProcess:
        nodes.append(InProcess(app))
        return nodes[-1]

    yield start
    for node in nodes:
        status = node.finish()
        assert status == 0 or node.error is not None


@pytest.fixture
def start_process() -> Iterator[Callable[..., Process]]:
    """Start real workers; they are ended, whatever happens."""
    nodes: list[Process] = []

    def start(target: str = "tasks_app", **environment: str) -> Process:
        nodes.append(Process(target, **environment))
        return nodes[-1]

    yield start
    for node in nodes:
        node.end()


@pytest.fixture
def quick_turns() -> Iterator[Callable[[], None]]:
    """Let threads take turns after a few instructions, to find what depends on luck."""
    usual = sys.getswitchinterval()
    yield lambda: sys.setswitchinterval(1e-5)
    sys.setswitchinterval(usual)
