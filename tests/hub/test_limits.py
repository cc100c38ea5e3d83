"""The hub's bounds."""

import msgspec

from dagnet_realtime.hub.limits import Limits


def test_every_limit_is_a_bound() -> None:
    """HUB-19: nothing is unlimited by default."""
    assert all(value > 0 for value in msgspec.structs.asdict(Limits()).values())
