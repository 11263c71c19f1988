"""The published series, by id. Owns reading and splitting them; changes no value."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from . import paths
from .errors import CannotForecast

Dataset = Literal["retail", "monthly"]
DATASETS: tuple[Dataset, ...] = ("retail", "monthly")
# The last two months of the weekly sales; of the monthly series the official hold-out of the M3.
_HORIZON = {"retail": 8, "monthly": 18}
# 52 weeks show no yearly season, so the weekly series have none.
_SEASON = {"retail": 1, "monthly": 12}


@dataclass(frozen=True)
class Series:
    """One series. `labels` are dates (the week's Monday) or the number of the month.

    `season` is the length of a season, 1 for none; the last `horizon` values are held out.
    """

    id: str
    description: str
    dataset: Dataset
    labels: tuple[str, ...]
    values: np.ndarray

    @property
    def season(self) -> int:
        """How many values a season has."""
        return _SEASON[self.dataset]

    @property
    def horizon(self) -> int:
        """How many values are held out, and forecast."""
        return _HORIZON[self.dataset]

    @property
    def train(self) -> np.ndarray:
        """What a model may see."""
        return self.values[: -self.horizon]

    @property
    def held_out(self) -> np.ndarray:
        """What no model and no search has seen."""
        return self.values[-self.horizon :]

    def until(self, label: str | None) -> Series:
        """The series as it was when `label` was the newest week; None is all of it.

        Raises CannotForecast when it has no such week, or when what is left is too short.
        """
        if label is None:
            return self
        if label not in self.labels:
            raise CannotForecast(
                f"{self.id} has no {label}: it goes from {self.labels[0]} to {self.labels[-1]}"
            )
        count = self.labels.index(label) + 1
        if count <= self.horizon:
            raise CannotForecast(f"{self.id} has {count} values until {label}: too short")
        return Series(
            self.id, self.description, self.dataset, self.labels[:count], self.values[:count]
        )


@cache
def all_series() -> dict[str, Series]:
    """Every series by id: the weekly sales of 896 SKUs, then 237 monthly series."""
    return {series.id: series for read in (_retail, _monthly) for series in read()}


def find(id: str) -> Series:
    """The series with this id; raises CannotForecast when there is none."""
    try:
        return all_series()[id]
    except KeyError:
        raise CannotForecast(f"no series `{id}`; `python -m forecasts list` shows them") from None


def of(dataset: Dataset, limit: int | None = None) -> list[Series]:
    """The series of a data set, the largest (by what a model may see) first."""
    found = [series for series in all_series().values() if series.dataset == dataset]
    found.sort(key=lambda series: (-series.train.sum(), series.id))
    return found[:limit]


def _retail() -> Iterator[Series]:
    descriptions = {row["sku"]: row["description"] for row in _rows("retail_skus")}
    rows = _rows("retail_weekly_sales")
    for sku, labels, values in _grouped(
        (row["sku"], row["week_start"], row["units"]) for row in rows
    ):
        yield Series(sku, descriptions[sku], "retail", labels, values)


def _monthly() -> Iterator[Series]:
    # The rows of each series are in order, those of its hold-out last: no need of their mark.
    rows = _rows("m3_monthly_micro")
    for id, labels, values in _grouped((row["series_id"], row["t"], row["value"]) for row in rows):
        yield Series(id, "monthly shipments", "monthly", labels, values)


def _grouped(
    rows: Iterator[tuple[str, str, str]],
) -> Iterator[tuple[str, tuple[str, ...], np.ndarray]]:
    groups: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for id, label, value in rows:
        groups[id].append((label, float(value)))
    for id, pairs in groups.items():
        labels, values = zip(*pairs, strict=True)
        yield id, labels, np.array(values)


def _rows(name: str) -> Iterator[dict[str, str]]:
    path: Path = paths.DATA / f"{name}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
