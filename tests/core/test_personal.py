"""What is personal."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.personal import NAMED, PAIRS, STEMS, WORDS, personal_name, personal_value

VECTORS = json.loads((Path(__file__).parents[2] / "conformance/redaction.json").read_text())


@pytest.mark.parametrize("case", VECTORS["names"], ids=lambda case: case["path"])
def test_personal_names_are_known(case: dict) -> None:
    """RED-2: the default matchers of Segment's Privacy Portal, however they are written."""
    assert personal_name(case["path"]) is case["personal"]


@pytest.mark.parametrize("case", VECTORS["values"], ids=lambda case: str(case["value"]))
def test_personal_shapes_are_known(case: dict) -> None:
    """RED-3: e-mail, telephone, card, social security number, address, browser, secret."""
    assert personal_value(case["value"]) is case["personal"]


def test_the_lists_of_the_vectors_are_the_lists() -> None:
    """RED-2: so that a page can take them from the vectors."""
    assert (VECTORS["words"], VECTORS["pairs"]) == (sorted(WORDS), sorted(PAIRS))
    assert (VECTORS["stems"], VECTORS["named"]) == (sorted(STEMS), sorted(NAMED))


@given(st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_any_value_can_be_judged(value: str | float) -> None:
    """RED-3: nothing raises."""
    assert personal_value(value) in (True, False)


@given(st.text())
def test_any_name_can_be_judged(path: str) -> None:
    """RED-2: nothing raises."""
    assert personal_name(path) in (True, False)
