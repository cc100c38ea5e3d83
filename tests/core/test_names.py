"""The names one Segment message may be known by."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.names import candidate_names, shown_name

CASES = json.loads((Path(__file__).parents[2] / "conformance/names.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_names_are_those_of_the_vectors(case: dict) -> None:
    """MAT-1: candidate names. MAT-2: the shown name."""
    arguments = case["type"], case["event"], case["name"], case["category"]
    assert list(candidate_names(*arguments)) == case["names"]
    assert shown_name(*arguments) == case["shown"]


@given(st.sampled_from(["track", "page", "screen", "identify"]), *[st.none() | st.text()] * 3)
def test_the_shown_name_is_a_candidate_and_candidates_never_repeat(
    type: str, event: str | None, name: str | None, category: str | None
) -> None:
    """MAT-2: what is shown can be bound."""
    names = candidate_names(type, event, name, category)
    assert len(set(names)) == len(names)
    assert all(names)
    assert not names or shown_name(type, event, name, category) in names
