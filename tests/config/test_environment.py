"""Variables that override the file."""

import pytest

from dagnet_realtime.config.environment import overrides
from dagnet_realtime.model.problem import Problem


def test_a_variable_names_a_key_of_any_table() -> None:
    """CLI-6: `DAGNET_REALTIME_*` overrides any key: `…_PORT`, `…_ACCESS_MODE`, `…_WORKSPACE_1_SAMPLE`, `…_WORKSPACE_1_SOURCE_2_ID`."""
    found = overrides(
        {
            "DAGNET_REALTIME_PORT": "0",
            "DAGNET_REALTIME_SERVER_HOST": "::1",
            "DAGNET_REALTIME_ACCESS_MODE": "token",
            "DAGNET_REALTIME_WORKSPACE_1_SAMPLE": "0.5",
            "DAGNET_REALTIME_WORKSPACE_2_PROPERTIES": "a, b_*,",
            "DAGNET_REALTIME_WORKSPACE_1_SOURCE_2_ALLOW_UNSIGNED": "TRUE",
            "HOME": "/",
        }
    )
    assert {path: value for path, (_, value) in found.items()} == {
        ("server", "port"): 0,
        ("server", "host"): "::1",
        ("access", "mode"): "token",
        ("workspace", 0, "sample"): 0.5,
        ("workspace", 1, "properties"): ["a", "b_*"],
        ("workspace", 0, "source", 1, "allow_unsigned"): True,
    }


@pytest.mark.parametrize("name", ["PROT", "ACCESS_MOOD", "WORKSPACE_0_ID", "WORKSPACE_1_SOURCE", "WORKSPACE_ID", ""])
def test_a_variable_that_names_no_key_is_an_error(name: str) -> None:
    with pytest.raises(Problem, match="names no key"):
        overrides({f"DAGNET_REALTIME_{name}": "1"})


def test_variables_that_references_read_are_left_alone() -> None:
    names = {"DAGNET_REALTIME_TOKEN_KEY": "x", "DAGNET_REALTIME_CONFIG": "f", "DAGNET_REALTIME_STATE_DIR": "d"}
    assert overrides(names, ["DAGNET_REALTIME_TOKEN_KEY"]) == {}


def test_what_is_no_number_stays_text_so_that_the_message_can_show_it() -> None:
    assert overrides({"DAGNET_REALTIME_PORT": "high"}) == {("server", "port"): ("DAGNET_REALTIME_PORT", "high")}
