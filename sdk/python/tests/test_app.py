from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import paceline as pl
from paceline._wire import ready_line


def ready(app: pl.App) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(ready_line(app.tasks.values(), 0.25))
    return message


def test_ready_tells_all_that_was_declared_and_nothing_else() -> None:
    app = pl.App()

    @app.task(
        items=lambda params: [],
        chunk_size=50,
        concurrency=4,
        item_timeout="30s",
        timeout=timedelta(hours=1),
        identity=["model"],
        version="2026-10",
        cache_for="1h",
        retry=pl.Retry(3),
        max_memory="4GiB",
        max_failures="10%",
        workers=-1,
        only_new=True,
    )
    def predict(race: dict[str, Any], ctx: pl.Context) -> None: ...

    @app.task
    def report(params: Any) -> None: ...

    @app.task(items=True, retry=5)
    def listed(payload: Any) -> None: ...

    message = ready(app)
    assert re.fullmatch(r"python/\d+\.\d+\.\d+", message.pop("sdk"))
    assert message.pop("pid") > 0
    assert message == {
        "type": "ready",
        "protocol": 1,
        "buffered": True,
        "setup_seconds": 0.25,
        "tasks": [
            {
                "name": "predict",
                "options": {
                    "chunk_size": 50,
                    "concurrency": 4,
                    "item_timeout": "30s",
                    "timeout": 3600.0,
                    "identity": ["model"],
                    "version": "2026-10",
                    "cache_for": "1h",
                    "retry": {
                        "attempts": 3,
                        "base": "1s",
                        "factor": 2.0,
                        "max": "5m",
                        "jitter": True,
                    },
                    "max_memory": "4GiB",
                    "max_failures": "10%",
                    "workers": -1,
                    "only_new": True,
                },
                "params_schema": None,
                "has_planner": True,
                "has_items": True,
            },
            {
                "name": "report",
                "options": {},
                "params_schema": None,
                "has_planner": False,
                "has_items": False,
            },
            {
                "name": "listed",
                "options": {
                    "retry": {
                        "attempts": 5,
                        "base": "1s",
                        "factor": 2.0,
                        "max": "5m",
                        "jitter": True,
                    }
                },
                "params_schema": None,
                "has_planner": False,
                "has_items": True,
            },
        ],
    }


def test_the_version_is_said_in_two_places_alike() -> None:
    text = (Path(__file__).parent.parent / "pyproject.toml").read_text()
    assert f'version = "{pl.__version__}"' in text


def test_the_function_stays_as_it_is() -> None:
    app = pl.App()

    @app.task(chunk_size=1)
    def double(number: int) -> int:
        return number * 2

    assert double(4) == 8


def test_a_name_can_be_given_and_is_used_once() -> None:
    app = pl.App()
    app.task(name="one")(lambda params: None)
    with pytest.raises(ValueError, match="already has a task `one`"):
        app.task(name="one")(lambda params: None)
    with pytest.raises(ValueError, match="has no name"):
        app.task(lambda params: None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"chunk_size": 0}, "chunk_size=0: give 1 or more"),
        ({"chunk_size": "5"}, "chunk_size='5': give a whole number"),
        ({"concurrency": True}, "concurrency=True"),
        ({"item_timeout": "soon"}, "item_timeout: 'soon' is not a duration"),
        ({"item_timeout": 0}, "item_timeout=0: give more than nothing"),
        ({"timeout": -1}, "timeout: -1 is not a duration"),
        ({"identity": "model"}, "identity='model': give a list"),
        ({"version": 2}, "version=2: give a text"),
        ({"retry": "often"}, "retry='often': give a Retry"),
        ({"max_memory": "lots"}, "max_memory: 'lots' is not a size"),
        ({"max_failures": "101%"}, "max_failures='101%'"),
        ({"max_failures": -1}, "max_failures=-1"),
        ({"workers": -2}, "workers=-2"),
        ({"only_new": 1}, "only_new=1: give True or False"),
        ({"chunksize": 5}, "chunksize"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, Any], said: str) -> None:
    with pytest.raises((ValueError, TypeError), match=re.escape(said)):
        pl.App().task(name="work", **options)(lambda params: None)


@pytest.mark.parametrize("fields", [{"attempts": 0}, {"factor": 0.5}, {"base": "x"}, {"max": -1}])
def test_a_wrong_retry_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"give|duration"):
        pl.Retry(**fields)


def test_retry_after_takes_durations() -> None:
    assert pl.RetryAfter("5m").seconds == 300
    assert str(pl.RetryAfter(2, "busy")) == "busy"
    assert str(pl.RetryAfter(2)) == "try again in 2 s"


def test_a_hold_takes_times_too() -> None:
    soon = datetime.now(timezone.utc) + timedelta(minutes=5)
    assert 290 < pl.HoldTask(soon).seconds <= 300
    assert pl.HoldKey(soon - timedelta(hours=1)).seconds == 0
    with pytest.raises(ValueError, match="no time zone"):
        pl.HoldTask(datetime(2026, 1, 1))


def test_handlers_of_too_many_arguments_are_refused() -> None:
    def three(payload: Any, ctx: Any, more: Any) -> None: ...

    def named(payload: Any, *, more: Any) -> None: ...

    for handler in (three, named):
        with pytest.raises(TypeError, match="may take params"):
            pl.App().task(handler)


def test_handlers_may_take_less() -> None:
    app = pl.App()
    seen: list[Any] = []

    class Callable:
        def __call__(self, payload: Any, ctx: Any) -> None:
            seen.append(("object", payload, ctx))

    app.task(name="none")(lambda: seen.append("none"))
    app.task(name="one")(lambda payload: seen.append(("one", payload)))
    app.task(name="two")(lambda payload, ctx: seen.append(("two", payload, ctx)))
    app.task(name="default")(lambda payload, limit=3: seen.append(("default", payload, limit)))
    app.task(name="maybe")(lambda payload=None, ctx=None: seen.append(("maybe", payload, ctx)))
    app.task(name="any")(lambda *values: seen.append(("any", *values)))
    app.task(name="object")(Callable())
    for task in app.tasks.values():
        task.call("p", "c")
    assert seen == [
        "none",
        ("one", "p"),
        ("two", "p", "c"),
        ("default", "p", 3),
        ("maybe", "p", "c"),
        ("any", "p", "c"),
        ("object", "p", "c"),
    ]


def test_what_throttles_a_task_travels_as_it_was_written() -> None:
    app = pl.App()

    @app.task(
        breaker=pl.Breaker(rate=0.3, cool_down=timedelta(seconds=5)),
        rate="60/1m",
        delay="500ms",
        cpus=0.5,
        memory="1GiB",
        resources={"gpu": 1},
    )
    def fetch(params: Any) -> None: ...

    assert app.tasks["fetch"].options == {
        "breaker": {"rate": 0.3, "minimum": 20, "window": "1m", "cool_down": 5.0, "probes": 3},
        "rate": "60/1m",
        "delay": "500ms",
        "cpus": 0.5,
        "memory": "1GiB",
        "resources": {"gpu": 1},
    }


@pytest.mark.parametrize(
    "options",
    [
        {"rate": "60"},
        {"rate": "0/s"},
        {"rate": "60/fortnight"},
        {"rate": "60/0s"},
        {"delay": 0},
        {"cpus": -1},
        {"resources": {"gpu": -1}},
        {"breaker": 0.5},
        {"resources": ["gpu"]},
    ],
)
def test_throttles_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError), match=next(iter(options))):
        pl.App().task(name="work", **options)(lambda params: None)


def test_a_breaker_that_makes_no_sense_is_refused() -> None:
    wrong: list[dict[str, Any]] = [{"rate": 0}, {"rate": 1.5}, {"probes": 0}, {"cool_down": "0s"}]
    for fields in wrong:
        with pytest.raises(ValueError, match=next(iter(fields))):
            pl.Breaker(**fields)
