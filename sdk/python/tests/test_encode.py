from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any
from uuid import UUID

import pytest

import paceline as pl
from paceline._encode import ROOM, to_text


class Scalar:
    """Behaves like a numpy scalar or array."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def tolist(self) -> Any:
        return self.value


class OnlyItem:
    def item(self) -> float:
        return 2.5


@dataclass
class Point:
    x: int
    y: Any


@pytest.mark.parametrize(
    "value",
    [None, True, 1, 10**30, -0.5, "text", "é😀\n", [], {}, {"a": [1, None]}, [[[]]], {"1": 2}],
)
def test_json_values_stay_as_they_are(value: Any) -> None:
    assert json.loads(to_text(value)) == value


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (Scalar(3), 3),
        ({"a": Scalar([1.0, Scalar(2)])}, {"a": [1.0, 2]}),
        (OnlyItem(), 2.5),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), "2026-01-02T03:04:05+00:00"),
        (date(2026, 1, 2), "2026-01-02"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Point(1, Point(2, None)), {"x": 1, "y": {"x": 2, "y": None}}),
        ((1, 2), [1, 2]),
        ({1: "a", None: "b"}, {"1": "a", "null": "b"}),
    ],
)
def test_what_is_made_json(value: Any, sent: Any) -> None:
    assert json.loads(to_text(value)) == sent


def circle() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


class Endless:
    """A numpy longdouble does this: its value is of its own type."""

    def item(self) -> Endless:
        return self


class Broken:
    def tolist(self) -> Any:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (math.nan, "NaN or Infinity, which JSON does not have; replace them"),
        ({"a": [math.inf]}, "NaN or Infinity"),
        (Scalar([1.0, math.nan]), "NaN or Infinity"),
        (object(), "builtins.object is not a JSON type; give dicts"),
        (b"bytes", "builtins.bytes is not a JSON type"),
        ({1, 2}, "builtins.set is not a JSON type"),
        ({(1, 2): 3}, "keys must be str"),
        (circle(), "it holds itself or is nested too deeply"),
        (Endless(), "it holds itself or is nested too deeply"),
        (Broken(), "RuntimeError: no"),
        ("half \ud800 a pair", "not valid Unicode"),
        ([10**5000], "ValueError"),
        (Point, "builtins.type is not a JSON type"),
    ],
)
def test_what_cannot_be_sent_says_why_and_is_permanent(value: Any, said: str) -> None:
    with pytest.raises(pl.Permanent, match="the result cannot be sent as JSON: ") as caught:
        to_text(value)
    assert said in str(caught.value)


def test_a_value_must_fit_into_a_line() -> None:
    assert len(to_text("x" * (ROOM - 2))) == ROOM
    with pytest.raises(pl.Permanent, match=r"takes 15\.9 MiB, and a line of 16 MiB"):
        to_text("x" * (ROOM - 1))
    with pytest.raises(pl.Permanent, match="a line of 16 MiB"):
        to_text("é" * (ROOM // 2))


def test_out_of_memory_is_said_as_such() -> None:
    class Huge:
        def tolist(self) -> Any:
            raise MemoryError

    with pytest.raises(MemoryError):
        to_text(Huge())


def test_numpy_if_it_is_there() -> None:
    numpy = pytest.importorskip("numpy")
    assert json.loads(to_text({"p": numpy.float32(0.5), "n": numpy.arange(3)})) == {
        "p": 0.5,
        "n": [0, 1, 2],
    }
