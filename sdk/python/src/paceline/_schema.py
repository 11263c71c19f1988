"""What a type hint says about params: a JSON schema, and how to build the hinted object.

Only simple hints count (TypedDict, dataclass and the JSON types inside them). Anything else
gives no schema: the node then checks nothing, which is better than checking wrongly.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable
from typing import Any, Union, is_typeddict

from .errors import Permanent

Schema = dict[str, Any]
Converter = Callable[[Any], Any]

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
}


def schema_of(hint: Any) -> Schema | None:
    """The JSON schema of a TypedDict or dataclass, or None for any other hint."""
    if is_typeddict(hint):
        return _object(_hints(hint), _required_keys(hint))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        fields = [field for field in dataclasses.fields(hint) if field.init]
        hints = _hints(hint)
        required = [field.name for field in fields if _has_no_default(field)]
        return _object({field.name: hints.get(field.name, Any) for field in fields}, required)
    return None


def converter_of(hint: Any) -> Converter | None:
    """A function that makes the hinted dataclass of a JSON object; None for other hints.

    The function raises Permanent when the object does not fit: it never will.
    """
    if not (dataclasses.is_dataclass(hint) and isinstance(hint, type)):
        return None
    hints = _hints(hint)
    nested = {name: build for name in hints if (build := converter_of(hints[name]))}

    def build_object(value: Any) -> Any:
        if not isinstance(value, dict):
            raise Permanent(f"{hint.__name__} is made of an object, not of {value!r:.80}")
        values = {
            name: nested[name](part) if name in nested else part for name, part in value.items()
        }
        try:
            return hint(**values)
        except TypeError as error:
            raise Permanent(f"params do not fit {hint.__name__}: {error}") from error

    return build_object


def _object(hints: dict[str, Any], required: list[str]) -> Schema:
    properties = {name: _value(hint) for name, hint in hints.items()}
    schema: Schema = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return schema


def _value(hint: Any) -> Schema:
    """The schema of one value; `{}` (anything) for what JSON schema cannot say simply."""
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return {"enum": [member.value for member in hint]}
    return schema_of(hint) or _generic(typing.get_origin(hint), typing.get_args(hint), hint)


def _generic(origin: Any, arguments: tuple[Any, ...], hint: Any) -> Schema:
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_value(argument) for argument in arguments]}
    if list in (origin, hint):
        return {"type": "array", **({"items": _value(arguments[0])} if arguments else {})}
    if dict in (origin, hint):
        return {"type": "object"}
    return {}


def _hints(owner: Any, include_extras: bool = False) -> dict[str, Any]:
    """The resolved hints of a class; empty when a name in them cannot be resolved."""
    try:
        return typing.get_type_hints(owner, include_extras=include_extras)
    except Exception:
        return dict.fromkeys(getattr(owner, "__annotations__", {}), Any)


def _required_keys(hint: Any) -> list[str]:
    """The required keys, also where annotations are strings: `__required_keys__` errs there."""
    required = set(hint.__required_keys__)
    optional = getattr(typing, "NotRequired", None)  # from 3.11 on
    for name, part in _hints(hint, include_extras=True).items():
        if optional is not None and typing.get_origin(part) is optional:
            required.discard(name)
    return sorted(required)


def _has_no_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
