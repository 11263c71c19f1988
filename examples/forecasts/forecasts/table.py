"""The results of a batch as a table, and what they come to. Prints nothing itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_HEAD = (
    "SERIES",
    "MODEL",
    "METHOD",
    "TRIED",
    "IN THE PAST",
    "MASE",
    "NAIVE",
    "SMAPE",
    "PARAMETERS",
)


def rows(jobs: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """A row for each job: its result, or how it stands."""
    for job in jobs:
        result, params = job["result"], job["params"]
        named = (params["sku"], params["model"], params["method"])
        if result is None:
            yield (*named, "", "", "", "", "", _standing(job))
            continue
        measured = result["metrics"]
        yield (
            *named,
            str(result["tried"]),
            _number(result["validation_mase"]),
            _number(measured["mase"]),
            _number(measured["naive_mase"]),
            f"{measured['smape']:.1f}",
            parameters(result["parameters"]),
        )


def text(jobs: Sequence[dict[str, Any]]) -> str:
    """The table, and the means below it."""
    lines = [_HEAD, *rows(jobs)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    drawn = [
        "  ".join(
            cell.rjust(width) if 3 <= column <= 7 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([*drawn, "", *means(jobs)])


def answered(jobs: Iterable[dict[str, Any]]) -> str:
    """How many searches were not run, because an earlier one had answered them; else nothing."""
    count = sum(job["cached_from"] is not None for job in jobs)
    return f"{count} answered by earlier searches; --force runs them anew" if count else ""


def means(jobs: Iterable[dict[str, Any]]) -> list[str]:
    """The mean of the held-out weeks for each model and method, and of the best of each series.

    The best of a series is what was best in its past: no look at what is measured.
    """
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    by_series: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for job in jobs:
        if job["result"] is not None:
            result = job["result"]
            groups[f"{result['model']} by {result['method']}"].append(result)
            by_series[result["sku"]].append(result)
    if not groups:
        return ["nothing to show yet"]
    best = [min(results, key=lambda one: one["validation_mase"]) for results in by_series.values()]
    groups["best of each series, as its past says"] = best
    groups["naive"] = [
        {"metrics": {"mase": one["metrics"]["naive_mase"], "smape": None}} for one in best
    ]
    width = max(map(len, groups))
    head = f"{'mean of the held-out values':<{width}}  SERIES   MASE  SMAPE"
    return [head, *(_mean(name.ljust(width), results) for name, results in groups.items())]


def of_one(result: dict[str, Any]) -> str:
    """One result in a few lines."""
    measured = result["metrics"]
    head = f"{result['sku']} {result['description']}: {result['model']} by {result['method']}"
    weeks = zip(
        result["labels"][-len(result["actual"]) :],
        result["actual"],
        result["predicted"],
        strict=True,
    )
    return "\n".join(
        [
            head,
            f"{result['tried']} tried; best: {parameters(result['parameters'])}",
            f"MASE {_number(measured['mase'])} (naive {_number(measured['naive_mase'])}, "
            f"in the past {_number(result['validation_mase'])}), sMAPE {measured['smape']:.1f}",
            *result["notes"],
            *(f"{label:>10} {actual:>10,.0f} {said:>12,.1f}" for label, actual, said in weeks),
        ]
    )


def parameters(values: dict[str, Any]) -> str:
    """`trend=damped level=0.3`, without what is switched off."""
    return " ".join(
        name
        if value is True
        else f"{name}={value:g}"
        if isinstance(value, float)
        else f"{name}={value}"
        for name, value in values.items()
        if value is not False and value != "none"
    )


def _standing(job: dict[str, Any]) -> str:
    if job.get("merged_into"):
        return f"merged into {job['merged_into']}"
    why = job["error"]["message"] if job["error"] else ""
    return f"{job['state']} {why}".strip()


def _mean(name: str, results: list[dict[str, Any]]) -> str:
    measured = [one["metrics"] for one in results]
    mase = [one["mase"] for one in measured if one["mase"] is not None]
    smape = [one["smape"] for one in measured if one["smape"] is not None]
    shown = f"{sum(mase) / len(mase):.3f}" if mase else "-"
    percent = f"{sum(smape) / len(smape):.1f}" if smape else ""
    return f"{name}  {len(results):>6}  {shown:>5}  {percent:>5}".rstrip()


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
