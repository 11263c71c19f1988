"""A prepared example, made once, in a folder of the tests' own."""

import shutil
import sys
from pathlib import Path

import pytest

_SDK = Path(__file__).resolve().parents[3] / "sdk" / "python" / "src"
if _SDK.is_dir():
    sys.path.append(str(_SDK))

from races import database, paths, prepare, source  # noqa: E402  (the SDK's path comes first)
from races.predict import Predictor  # noqa: E402


@pytest.fixture(scope="session")
def races():
    """All published races."""
    return source.read_races()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A folder with database and model, one day held back. Tests copy it, none changes it."""
    folder = tmp_path_factory.mktemp("prepared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RACES_BUILD", str(folder))
        prepare.prepare(hold_back=1, say=lambda line: None)
    return folder


@pytest.fixture
def build(prepared, tmp_path, monkeypatch):
    """This test's own copy of what was prepared, in use."""
    folder = tmp_path / "build"
    shutil.copytree(prepared, folder)
    monkeypatch.setenv("RACES_BUILD", str(folder))
    return folder


@pytest.fixture
def connection(build):
    """This test's own database."""
    connection = database.connect(paths.database_path())
    yield connection
    connection.close()


@pytest.fixture
def predictor(build):
    """A worker's predictor on this test's own database."""
    return Predictor(paths.database_path(), paths.model_path())
