"""Values as the texts that JavaScript makes of them."""

import math
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.js_string import js_string

KNOWN = {
    "3": 3.0, "-3": -3.0, "0": -0.0, "0.1": 0.1, "1e+21": 1e21, "100000000000000000000": 1e20, "1e-7": 1e-7, "0.000001": 1e-6,
    "123456789012345680000": 123456789012345678901, "1.5e-10": 1.5e-10, "5e-324": 5e-324, "1.7976931348623157e+308": 1.7976931348623157e308,
    "9007199254740992": 2**53, "Infinity": 10**400, "-Infinity": -(10**400), "NaN": math.nan, "null": None, "true": True, "false": False,
    "abc": "abc", "1.25": 1.25, "123.456": 123.456, "-0.5": -0.5,
}  # fmt: skip


@pytest.mark.parametrize("text", KNOWN)
def test_values_read_as_a_browser_prints_them(text: str) -> None:
    """MAT-5: values compare as the text JavaScript gives them."""
    assert js_string(KNOWN[text]) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_number_reads_back_as_the_same_number(value: float) -> None:
    """MAT-5: printing a number loses nothing."""
    assert float(js_string(value)) == value


def test_a_thousand_numbers_read_as_node_prints_them() -> None:
    """MAT-5: numbers print as a real JavaScript engine prints them."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node on this machine")
    values = [
        sign * mantissa * 10.0**exponent
        for sign in (1, -1)
        for mantissa in (1, 1.1, 123.456, 9.999999999999999)
        for exponent in range(-30, 30)
    ]
    script = "console.log(JSON.parse(process.argv[1]).map(String).join(' '))"
    answer = subprocess.run(
        [node, "-e", script, str(values)], capture_output=True, text=True, check=True, timeout=30
    ).stdout.split()
    assert [js_string(value) for value in values] == answer
