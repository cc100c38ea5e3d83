"""What of an event's properties is kept."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.personal import personal_value
from dagnet_realtime.core.redaction import MAX_LIST, MAX_PROPERTIES, MAX_TEXT, REDACTED, Redaction, clean_names, clean_text

VECTORS = json.loads((Path(__file__).parents[2] / "conformance/redaction.json").read_text())


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_properties_are_kept_as_the_vectors_say(case: dict) -> None:
    """RED-1: the allow-list. RED-2: personal names. RED-3: personal values. RED-5: bounds. RED-6: denial."""
    redaction = Redaction(case["allow"], case["deny"], case["needed"])
    assert redaction.apply(case["input"]) == case["output"]
    assert redaction.apply(case["input"]) == case["output"], "a second time, from memory"


@pytest.mark.parametrize("case", VECTORS["texts"], ids=lambda case: case["text"][:40])
def test_texts_are_cleaned_as_the_vectors_say(case: dict) -> None:
    """RED-4: URLs lose what follows their path. RED-5: length."""
    assert clean_text(case["text"]) == case["kept"]


@pytest.mark.parametrize("case", VECTORS["event_names"], ids=lambda case: str(case["given"])[:40])
def test_what_names_an_event_is_cleaned_as_the_vectors_say(case: dict) -> None:
    """RED-3: in names of events too, and where category and name are personal beside each other."""
    assert list(clean_names(*case["given"])) == case["kept"]


def test_a_path_is_permitted_exactly_where_its_value_would_be_kept() -> None:
    """RED-6: the same question is asked again when frames are written."""
    redaction = Redaction(["cart_*", "plan"], ["cart_secret"], ["device"])
    asked = ["cart_total", "plan", "device", "cart_secret", "CART_total", "email", "other", "cart_email"]
    assert [redaction.permits(path) for path in asked] == [True, True, True, False, False, False, False, False]


def test_a_name_is_judged_in_a_moment_however_it_was_made_and_the_verdict_remembered() -> None:
    """RED-20: a visitor of the site chooses the names, and may choose a thousand new ones each time."""
    redaction = Redaction(["*_*_*_*_*_*_*_count"], ["*_*_*_*_*_*_*_*_x"], [])
    long = {f"{'_' * 240}{number}": 1 for number in range(3000)}
    assert redaction.apply(long) == {}
    kept = {f"{'_' * 240}{number}_count": number for number in range(90)}
    assert redaction.apply({**long, **kept}) == kept
    assert not redaction.permits("_" * 300)


def test_a_denial_cannot_be_escaped_by_a_letter_of_another_case() -> None:
    """RED-6, RED-20: nor by one that only Unicode knows to be the same."""
    redaction = Redaction(["*"], ["plan_*"], [])
    assert redaction.apply({"PLAN_a": 1, "plan_b": 2, "\uff30lan_c": 3, "plan": 4}) == {"\uff30lan_c": 3, "plan": 4}
    assert Redaction(["*"], ["sku_*"], []).apply({"\u017fku_a": 1, "s\u212au_b": 2}) == {}


def test_the_keys_that_may_matter_are_told_where_no_glob_can_match() -> None:
    """RED-1: so that nothing else is ever decoded."""
    assert Redaction(["a.b"], [], ["plan"]).keys == {"a", "a.b", "plan"}
    assert Redaction(["a*"], [], []).keys is None
    assert Redaction([], [], []).empty


def test_a_number_that_no_float_can_hold_is_none() -> None:
    """RED-5: huge integers."""
    assert Redaction(["n"]).apply({"n": 10**400}) == {"n": None}


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5), max_leaves=30)


@given(st.dictionaries(st.text(), TREES))
def test_whatever_comes_what_is_kept_is_small_flat_and_clean(properties: dict) -> None:
    """RED-5: bounds. RED-3: no personal shape survives."""
    kept = Redaction(["*"]).apply(properties)
    assert len(kept) <= MAX_PROPERTIES
    for value in kept.values():
        for scalar in value if isinstance(value, list) else [value]:
            assert scalar is None or isinstance(scalar, (bool, int, float, str))
            if isinstance(scalar, str):
                assert len(scalar) <= MAX_TEXT
                assert scalar == REDACTED or not personal_value(scalar)
        assert not isinstance(value, list) or len(value) <= MAX_LIST
