"""Values as text."""

import pytest

from dagnet_realtime.core.values import scalars, text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (3.0, "3"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (123.456, "123.456"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.5e-7, "1.5e-7"),
        (1e-6, "0.000001"),
        (12345678901234567890, "12345678901234567000"),
        (5e-324, "5e-324"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
    ],
)
def test_numbers_read_as_a_browser_prints_them(value: float, text: str) -> None:
    """FIL-4: text is compared as JavaScript's String prints it."""
    assert text_of(value) == text


def test_a_list_offers_each_of_its_elements() -> None:
    """FIL-4: a list matches where any element does."""
    assert list(scalars(["a", 1])) == ["a", 1]
    assert list(scalars("a")) == ["a"]
