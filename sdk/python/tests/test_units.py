from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from paceline._units import bytes_of, seconds_of


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("72h", 259200),
        ("250ms", 0.25),
        ("2d", 172800),
        ("1.5s", 1.5),
        (1.5, 1.5),
        (0, 0),
        (timedelta(minutes=1), 60),
    ],
)
def test_durations(given: Any, seconds: float) -> None:
    assert seconds_of(given) == seconds


@pytest.mark.parametrize(
    "given", ["", "30", "s", "5 weeks", "-1s", -1, True, None, [], 1e400, "40000d"]
)
def test_what_is_no_duration(given: Any) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        seconds_of(given)


@pytest.mark.parametrize(
    ("given", "size"), [("4GiB", 4 * 2**30), ("500MB", 500_000_000), ("1.5 KiB", 1536), (7, 7)]
)
def test_sizes(given: Any, size: int) -> None:
    assert bytes_of(given) == size


@pytest.mark.parametrize("given", ["4", "4GB/s", "big", -1, 1.5, True, None, "2000TiB"])
def test_what_is_no_size(given: Any) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        bytes_of(given)
