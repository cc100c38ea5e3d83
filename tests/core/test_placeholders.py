"""Texts that stand where an identifier is missing."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.placeholders import placeholder

CASES = json.loads((Path(__file__).parents[2] / "conformance/placeholders.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"]))
def test_a_placeholder_is_known_in_any_spelling(case: dict) -> None:
    """RED-21: and nothing else is taken for one."""
    assert placeholder(case["text"]) == case["placeholder"]


@given(
    st.sampled_from([case["text"] for case in CASES if case["placeholder"] and "%" not in case["text"]]),
    st.sampled_from(" \t\n\u00a0\u200b"),
)
def test_spacing_and_case_change_nothing(text: str, space: str) -> None:
    """RED-21: whatever stands around it."""
    assert placeholder(f"{space}{text.upper()}{space}")
    assert placeholder(space.join(text)) or len(space.join(text)) > 128


@given(st.integers(1, 2**128 - 2).map(lambda number: str(UUID(int=number))))
def test_no_other_uuid_is_one(id: str) -> None:
    """RED-21: only the nil UUID and the greatest are nobody's."""
    assert not placeholder(id)
