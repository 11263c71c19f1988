"""App and `@app.task`: what a module declares. Nothing here runs a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar, overload

from ._options import Breaker, Retry, wire_options
from ._schema import Converter, Schema, converter_of, schema_of
from ._signature import first_hint, is_async, with_two_arguments
from ._units import Duration, Size, seconds_of

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Item(NamedTuple):
    """One unit of a job, as a planner yields it. `payload` is any JSON value."""

    key: str
    payload: Any = None


@dataclass(frozen=True)
class Task:
    """A declared task: its name, its functions, its options as they travel."""

    name: str
    call: Callable[[Any, Any], Any]
    is_async: bool
    planner: Callable[[Any, Any], Any] | None
    setup: Callable[[], Any] | None
    has_items: bool
    options: dict[str, Any]
    params_schema: Schema | None

    @property
    def concurrency(self) -> int:
        """How many items an async handler runs at once when the node does not say."""
        return int(self.options.get("concurrency", 1))

    @property
    def item_timeout(self) -> float | None:
        """Seconds for one item when the node does not say; None is no limit."""
        value = self.options.get("item_timeout")
        return None if value is None else seconds_of(value)


class App:
    """The tasks of one module, by name."""

    def __init__(self) -> None:
        """An app without tasks; `@app.task` adds them."""
        self.tasks: dict[str, Task] = {}

    @overload
    def task(self, handler: Handler, /) -> Handler: ...

    @overload
    def task(
        self,
        /,
        *,
        name: str | None = None,
        items: Callable[..., Any] | Literal[True] | None = None,
        setup: Callable[[], Any] | None = None,
        params: type | Schema | None = None,
        chunk_size: int | None = None,
        concurrency: int | None = None,
        item_timeout: Duration | None = None,
        timeout: Duration | None = None,
        identity: Sequence[str] | None = None,
        version: str | None = None,
        cache_for: Duration | None = None,
        retry: Retry | int | None = None,
        max_memory: Size | None = None,
        max_failures: str | int | None = None,
        workers: int | None = None,
        only_new: bool | None = None,
        breaker: Breaker | None = None,
        rate: str | None = None,
        delay: Duration | None = None,
        cpus: float | None = None,
        memory: Size | None = None,
        resources: Mapping[str, int] | None = None,
    ) -> Callable[[Handler], Handler]: ...

    def task(
        self,
        handler: Handler | None = None,
        /,
        *,
        name: str | None = None,
        items: Callable[..., Any] | Literal[True] | None = None,
        setup: Callable[[], Any] | None = None,
        params: type | Schema | None = None,
        **options: Any,
    ) -> Handler | Callable[[Handler], Handler]:
        """Declare a function as a task; the function itself stays as it is.

        The handler takes `(payload, ctx)` for each item of a job, or `(params, ctx)` for a
        job without items; `ctx` may be left out. A first argument hinted as a dataclass is
        given that dataclass. An `async def` handler runs `concurrency` items at once.

        - `name`: the function's name if not given.
        - `items`: the planner, `items(params)` or `items(params, ctx)`, which yields Item,
          `(key, payload)` or `{"key", "payload"}`; `True` when items come with each job.
        - `setup`: called once in each worker process; `ctx.state` is what it returns.
        - `params`: a TypedDict, a dataclass or a JSON schema, where hints do not tell.
        - `chunk_size`: items handed to a worker at once. `workers`: most workers of a job
          (-1: every core). `concurrency`: items an async handler runs at once.
        - `item_timeout`, `timeout`: seconds or `"30s"`, for an item, for the job.
        - `identity`: the params that tell whether two jobs are the same work.
        - `cache_for`: how old a result may be that answers an identical job; `version`: any text,
          another one when the code gives other results.
        - `retry`: a Retry or the number of attempts. `max_failures`: `"10%"` or a number of
          items that may fail before the job does. `max_memory`: `"4GiB"`, for one worker.
        - `only_new`: skip items that an earlier job of the task has done.
        - `breaker`: a Breaker; after too many failures the task's work waits. `rate`: `"60/1m"`,
          most items in any minute, on all nodes together. `delay`: least time between chunks.
        - `cpus`, `memory`, `resources` (`{"gpu": 1}`): what a worker needs of its node while it
          runs the task.

        Raises ValueError or TypeError, naming the option, when one is wrong.
        """

        def declare(function: Handler) -> Handler:
            task = _make_task(
                function, name=name, items=items, setup=setup, params=params, options=options
            )
            if task.name in self.tasks:
                raise ValueError(f"this app already has a task `{task.name}`; give one a name=")
            self.tasks[task.name] = task
            return function

        return declare if handler is None else declare(handler)


def _make_task(
    function: Callable[..., Any],
    *,
    name: str | None,
    items: Callable[..., Any] | Literal[True] | None,
    setup: Callable[[], Any] | None,
    params: type | Schema | None,
    options: dict[str, Any],
) -> Task:
    name = name or getattr(function, "__name__", "")
    if not name or name == "<lambda>":
        raise ValueError("this task has no name; give it a name=")
    if items is not None and items is not True and not callable(items):
        raise TypeError(f"items={items!r}: give the planner, a function that yields items")
    planner = items if callable(items) else None
    # With a planner the params go to the planner, and the handler sees payloads.
    hint = params or first_hint(planner or function)
    return Task(
        name=name,
        call=_converting(function, f"task `{name}`"),
        is_async=is_async(function),
        planner=_converting(planner, f"the planner of `{name}`") if planner else None,
        setup=setup,
        has_items=items is not None,
        options=wire_options(**options),
        params_schema=hint if isinstance(hint, dict) else schema_of(hint),
    )


def _converting(function: Callable[..., Any], what: str) -> Callable[[Any, Any], Any]:
    """`function` with two arguments, its first made the dataclass that its hint asks for."""
    call = with_two_arguments(function, what)
    convert: Converter | None = converter_of(first_hint(function))
    if convert is None:
        return call
    build = convert
    return lambda value, ctx: call(build(value), ctx)
