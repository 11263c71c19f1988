"""What the jobs that a job waited for left to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Parent:
    """A job that this one ran after."""

    id: str
    name: str
    task: str
    state: str
    """How it ended: `completed`, `failed` or `cancelled`."""
    result: Any = None
    """What its handler returned; None of a job with items."""
    items: dict[str, Any] = field(default_factory=dict)
    """Of a job with items: what the first 1,000 that succeeded returned, by key or position."""
    succeeded: int = 0
    """How many of its items succeeded in all."""
    too_large: bool = False
    """Its results did not fit into the 8 MiB that a worker is handed: ask the node for them."""

    @property
    def results(self) -> Any:
        """`result`, or of a job with items `items`. Raises ValueError when they did not fit."""
        if self.too_large:
            raise ValueError(
                f"the results of {self.name} are too large to be handed over with the work; "
                f"read them from the node: GET /api/v1/jobs/{self.id}/results"
            )
        return self.items if self.items else self.result


def parents_of(job: Mapping[str, Any]) -> list[Parent]:
    """The parents that the node's description of a job names, the oldest first."""
    return [_parent(fields) for fields in job.get("parents") or ()]


def _parent(fields: Mapping[str, Any]) -> Parent:
    return Parent(
        id=str(fields["id"]),
        name=str(fields.get("name", fields["id"])),
        task=str(fields.get("task", "")),
        state=str(fields.get("state", "completed")),
        result=fields.get("result"),
        items=dict(fields.get("items") or ()),
        succeeded=int(fields.get("succeeded", 0)),
        too_large=bool(fields.get("too_large", False)),
    )
