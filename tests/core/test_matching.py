"""Which nodes an event lights."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.matching import MatchingTable
from dagnet_realtime.model.graph import EventBinding, Filter

CASES = json.loads((Path(__file__).parents[2] / "conformance/matching.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_events_light_the_nodes_of_the_vectors(case: dict) -> None:
    """MAT-3: exact names and graph order. MAT-5: filters, what is missing, traits, unknown
    operators.
    """
    table = MatchingTable(msgspec.convert(case["listens"], list[EventBinding]))
    for attempt in case["tries"]:
        assert (
            list(table.match(attempt["names"], attempt["properties"], attempt["traits"]))
            == attempt["nodes"]
        ), attempt


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
OPERATORS = st.sampled_from(
    ["is", "is not", "contains", "does not contain", "is any of", "is not any of", "near"]
)
OPPOSITES = {"is": "is not", "contains": "does not contain", "is any of": "is not any of"}


@given(
    st.sampled_from(sorted(OPPOSITES)), st.lists(st.text(), min_size=1), SCALARS | st.lists(SCALARS)
)
def test_an_operator_and_its_negation_never_agree(
    operator: str, values: list[str], value: object
) -> None:
    """MAT-5: a negative filter passes if its positive one fails, missing properties included, and
    only then.
    """

    def lights(operator: str) -> bool:
        filters = (Filter("p", operator, tuple(values)),)
        table = MatchingTable(
            [
                EventBinding(
                    node="n", label="", event_id="e", names=("E",), rule="segment", filters=filters
                )
            ]
        )
        return bool(table.match(("E",), {"p": value}, {}))

    assert lights(operator) is not lights(OPPOSITES[operator])
