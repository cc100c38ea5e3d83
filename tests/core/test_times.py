"""Times of every shape."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.times import (
    TOLERANCE_MS,
    correct_skew,
    iso,
    occurrence_time,
    parse_time,
    plausible_time,
)

VECTORS = json.loads((Path(__file__).parents[2] / "conformance/times.json").read_text())
NOW = 1_767_323_045_678


@pytest.mark.parametrize("case", VECTORS["parse"], ids=lambda case: repr(case["text"]))
def test_every_shape_of_time_is_read_or_is_none(case: dict) -> None:
    """SEG-5: times are read in the shapes that Segment's libraries write; other text is None."""
    assert parse_time(case["text"]) == case["ms"]


@pytest.mark.parametrize(
    "case", VECTORS["happened"], ids=lambda case: f"{case['own']} {case['sent']}"
)
def test_two_stamps_of_one_clock_are_corrected_in_any_calendar(case: dict) -> None:
    """SEG-5: stamps in Hijri, Buddhist and imperial years, of 12-hour clocks and before 1970 are
    corrected.
    """
    assert occurrence_time(case["own"], case["sent"], case["received"]) == case["ms"]


@pytest.mark.parametrize("case", VECTORS["iso"], ids=lambda case: case["text"])
def test_a_time_is_written_as_iso_8601_with_milliseconds(case: dict) -> None:
    """SEG-5: a time is written as ISO 8601 with milliseconds."""
    assert iso(case["ms"]) == case["text"]


def test_skew_is_corrected_as_segment_does_it() -> None:
    """SEG-5: an example of real traffic is exact to the millisecond."""
    at = [
        parse_time(f"2026-01-02T{clock}Z")
        for clock in ("15:53:44.725", "15:54:14.659", "15:54:14.904")
    ]
    assert None not in at
    original, sent, received = at
    assert correct_skew(original, sent, received or 0) == parse_time("2026-01-02T15:53:44.970Z")


def test_without_sent_at_the_sender_is_believed() -> None:
    """SEG-5: without `sentAt` there is nothing to correct by."""
    assert correct_skew(NOW - 5, None, NOW) == NOW - 5
    assert correct_skew(None, NOW, NOW) is None


@pytest.mark.parametrize(
    ("occurred", "believed"),
    [
        (None, NOW),
        (-1, NOW),
        (NOW - 10**10, NOW - 10**10),
        (NOW + TOLERANCE_MS, NOW + TOLERANCE_MS),
        (NOW + TOLERANCE_MS + 1, NOW),
        (2**62, NOW),
    ],
)
def test_what_cannot_be_true_happened_as_it_arrived(occurred: int | None, believed: int) -> None:
    """SEG-5: a missing or future time is replaced by the arrival."""
    assert plausible_time(occurred, NOW) == believed


@given(
    st.text()
    | st.floats()
    | st.integers()
    | st.binary()
    | st.none()
    | st.dictionaries(st.text(), st.text())
)
def test_anything_is_a_time_or_none(text: object) -> None:
    """SEG-5: nothing raises, and what is a time can be written."""
    ms = parse_time(text)
    assert ms is None or (ms >= 0 and iso(ms).endswith("Z") and len(iso(ms)) == 24)


@given(st.integers(-(10**18), 10**18))
def test_a_time_written_is_the_time_read(ms: int) -> None:
    """SEG-5: round trip wherever a year can hold it."""
    if 0 <= ms <= 253_402_300_799_999:
        assert parse_time(iso(ms)) == ms
