from __future__ import annotations

import enum
import sys
import typing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Optional, TypedDict

import pytest

import paceline as pl
from paceline._schema import converter_of, schema_of

if TYPE_CHECKING:
    from decimal import Decimal


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Where(TypedDict):
    country: str


class Query(TypedDict, total=False):
    limit: int


class Races(Query):
    where: Where
    share: float
    tags: list[str]


@dataclass
class Inner:
    depth: int


@dataclass
class Train:
    model: str
    inner: Inner
    kind: Literal["fast", "good"] = "fast"
    colour: Colour = Colour.RED
    rate: Optional[float] = None  # noqa: UP045 - both spellings count
    until: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    hidden: int = field(default=0, init=False)


def test_typed_dict() -> None:
    assert schema_of(Races) == {
        "type": "object",
        "properties": {
            "limit": {"type": "integer"},
            "where": {
                "type": "object",
                "properties": {"country": {"type": "string"}},
                "required": ["country"],
            },
            "share": {"type": "number"},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["share", "tags", "where"],
    }


@pytest.mark.skipif(sys.version_info < (3, 11), reason="typing.NotRequired is of 3.11")
def test_not_required_keys_are_seen_through_string_annotations() -> None:
    class Partial(TypedDict):
        must: int
        may: typing.NotRequired[int]  # type: ignore[name-defined]

    globals()["Partial"] = Partial
    schema = schema_of(Partial)
    assert schema is not None
    assert schema["required"] == ["must"]
    assert schema["properties"]["may"] == {"type": "integer"}


def test_dataclass() -> None:
    schema = schema_of(Train)
    assert schema is not None
    assert schema["required"] == ["model", "inner"]
    assert schema["properties"] == {
        "model": {"type": "string"},
        "inner": {
            "type": "object",
            "properties": {"depth": {"type": "integer"}},
            "required": ["depth"],
        },
        "kind": {"enum": ["fast", "good"]},
        "colour": {"enum": ["red", "blue"]},
        "rate": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "until": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "extra": {"type": "object"},
    }


@pytest.mark.parametrize("hint", [None, dict, dict[str, int], Any, int, object])
def test_other_hints_say_nothing(hint: Any) -> None:
    assert schema_of(hint) is None


def test_an_unresolvable_hint_says_nothing() -> None:
    app = pl.App()

    @app.task
    def work(params: Decimal) -> None: ...

    assert app.tasks["work"].params_schema is None


def test_where_the_schema_of_a_task_comes_from() -> None:
    app = pl.App()

    def planner(params: Races) -> list[Any]:
        return []

    @app.task(items=planner)
    def planned(payload: Inner) -> None: ...

    @app.task
    def single(params: Inner) -> None: ...

    @app.task(params={"type": "object"})
    def given(params: Inner) -> None: ...

    @app.task(params=Where)
    def hinted(params: Any) -> None: ...

    schemas = {name: task.params_schema for name, task in app.tasks.items()}
    assert schemas == {
        "planned": schema_of(Races),
        "single": schema_of(Inner),
        "given": {"type": "object"},
        "hinted": schema_of(Where),
    }


def test_a_dataclass_is_made_of_params() -> None:
    convert = converter_of(Train)
    assert convert is not None
    made = convert({"model": "m", "inner": {"depth": 3}})
    assert made == Train("m", Inner(3))
    with pytest.raises(pl.Permanent, match=r"params do not fit Train: .*'model'"):
        convert({"inner": {"depth": 3}})
    with pytest.raises(pl.Permanent, match="Inner is made of an object, not of 3"):
        convert({"model": "m", "inner": 3})


def test_the_handler_is_given_the_dataclass() -> None:
    app = pl.App()

    @app.task
    def depth(params: Inner, ctx: pl.Context) -> int:
        return params.depth

    assert app.tasks["depth"].call({"depth": 5}, None) == 5
