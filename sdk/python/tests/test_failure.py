from __future__ import annotations

import json
from typing import Any

import pytest

import paceline as pl
from paceline._failure import describe


def raised(error: BaseException) -> dict[str, Any]:
    try:
        raise error
    except BaseException as caught:
        return describe(caught)


def test_an_ordinary_exception() -> None:
    error = raised(ValueError("bad"))
    assert error["traceback"].startswith("Traceback (most recent call last):")
    assert error["traceback"].endswith("ValueError: bad\n")
    del error["traceback"]
    assert error == {
        "kind": "handler",
        "message": "ValueError: bad",
        "permanent": False,
        "retry_after": None,
        "hold": None,
    }


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KeyError(), {"message": "KeyError"}),
        (pl.Permanent("gone"), {"message": "gone", "permanent": True}),
        (pl.Permanent(), {"message": "Permanent", "permanent": True}),
        (pl.RetryAfter("5m", "busy"), {"message": "busy", "retry_after": 300.0}),
        (pl.HoldTask("5m", "busy"), {"message": "busy", "retry_after": 300.0, "hold": "task"}),
        (pl.HoldKey(2), {"message": "try again in 2 s", "retry_after": 2.0, "hold": "key"}),
        (MemoryError(), {"kind": "memory", "message": "MemoryError"}),
        (SystemExit(3), {"kind": "handler", "message": "handler called sys.exit(3)"}),
        (SystemExit("oh"), {"message": "handler called sys.exit('oh')"}),
        (SystemExit(), {"message": "handler called sys.exit()"}),
    ],
)
def test_what_the_kinds_of_exceptions_become(
    error: BaseException, expected: dict[str, Any]
) -> None:
    described = raised(error)
    assert {name: described[name] for name in expected} == expected


def test_a_hostile_exception_is_described_all_the_same() -> None:
    class Hostile(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert raised(Hostile())["message"] == "Hostile (its text cannot be read: RuntimeError)"


def test_texts_are_bounded_and_valid_unicode() -> None:
    error = raised(ValueError("start " + "x" * 10**6 + " \udcff end"))
    assert len(error["message"]) < 10_000
    assert len(error["traceback"]) < 100_000
    assert "characters left out" in error["message"]
    assert error["message"].startswith("ValueError: start")
    assert error["message"].endswith(" \\udcff end")
    json.dumps(error).encode()
