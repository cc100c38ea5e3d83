"""Durations as people write them."""

import pytest

from dagnet_realtime.config.duration import seconds


@pytest.mark.parametrize(
    ("text", "expected"), [("15m", 900.0), ("30d", 2_592_000.0), ("1.5h", 5400.0), ("250ms", 0.25), ("0s", 0.0), (" 2s ", 2.0)]
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: float) -> None:
    """CLI-4: durations are a number and one of ms, s, m, h, d."""
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "15", "m", "-1m", "1 m", "15min", "1e3s", "١m", "1m2s"])
def test_anything_else_is_no_duration(text: str) -> None:
    assert seconds(text) is None
