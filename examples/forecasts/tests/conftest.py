"""A node of the real binary, started once, in a folder of the tests' own."""

import sys
from pathlib import Path

import pytest

_SDK = Path(__file__).resolve().parents[3] / "sdk" / "python" / "src"
if _SDK.is_dir():
    sys.path.append(str(_SDK))

from forecasts.client import Client  # noqa: E402  (the SDK's path comes first)
from forecasts.node import Node  # noqa: E402


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    """A node with a store of its own and warm workers."""
    with Node(tmp_path_factory.mktemp("node") / "test.db", "127.0.0.1:0") as node:
        yield node


@pytest.fixture(scope="session")
def client(node):
    """Requests to that node."""
    return Client(node.url)
