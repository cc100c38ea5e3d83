"""The names of a function's channels."""

import json
from pathlib import Path
from typing import Any

import pytest

from dagnet_realtime.core.function_channel import AROUND_SECONDS, TURN_SECONDS, FunctionChannels
from dagnet_realtime.model.channel import Channel

CASES = json.loads((Path(__file__).parents[2] / "conformance/channels.json").read_text())["cases"]
TURN = TURN_SECONDS * 1000
AROUND = AROUND_SECONDS * 1000


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_both_sides_name_the_same_channel(case: dict[str, Any]) -> None:
    """FUN-4: by workspace, environment, key and the moment; `conformance/channels.json` is the contract."""
    channels = FunctionChannels(Channel(case["workspace"], case["env"]), bytes.fromhex(case["key"]), case["turn"])
    assert channels.at(case["at"]) == case["channel"]


def test_about_a_turn_both_names_are_listened_to() -> None:
    """FUN-4: the later one last; otherwise there is one."""
    channels = FunctionChannels(Channel("acme", "prod"), b"key")
    before, after = channels.at(TURN - 1), channels.at(TURN)
    assert channels.around(TURN - AROUND - 1) == (before,)
    assert channels.around(TURN - AROUND) == channels.around(TURN + AROUND - 1) == (before, after)
    assert channels.around(TURN + AROUND) == (after,)
    assert channels.around(0) == (before,)
